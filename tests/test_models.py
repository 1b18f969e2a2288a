"""Models: rebuilt from config and weights if every part is Keras' own, refused if not."""

import resource
from importlib import import_module

import keras
import numpy as np
import pytest
from conftest import over_the_wire
from keras import layers, ops
from keras.src.backend.common.stateless_scope import StatelessScope

from autograder.judge.models import (
    ACTIVATIONS,
    ALLOWED,
    LAYERS,
    OPERATIONS,
    ModelRefused,
    unpack,
)

OPERATION_MODULES = [name for name in ALLOWED if name.startswith("keras.src.ops")]


def sequential():
    return keras.Sequential([keras.Input((6,)), layers.Dense(4, "relu"), layers.Dense(3)])


def functional():
    x = keras.Input((6,))
    h = layers.LeakyReLU()(layers.Dense(5)(x))
    h = layers.BatchNormalization()(layers.Dropout(0.5)(h))
    return keras.Model(x, layers.Concatenate()([h, x]))


def nested():
    x = keras.Input((6,))
    return keras.Model(x, sequential()(layers.Dense(6, activation=keras.activations.tanh)(x)))


def with_operations():
    x = keras.Input((6,))
    h = ops.sigmoid(layers.Dense(4)(x)) * 2.0 + x[:, :4]
    return keras.Model(x, ops.reshape(1 - ops.clip(h, 0, 1), (-1, 2, 2)))


def with_activations_as_functions():
    x = keras.Input((6,))
    return keras.Model(x, keras.activations.relu(ops.leaky_relu(layers.Dense(4)(x)) - 0.1))


def convolutional():
    x = keras.Input((8, 8, 1))
    h = layers.Conv2D(3, 3, strides=2, padding="same", activation="relu")(x)
    return keras.Model(x, layers.Conv2DTranspose(1, 3, strides=2, padding="same")(h))


def regularized():
    class Mine(keras.regularizers.Regularizer):
        def __call__(self, x):
            return ops.sum(x)

        def get_config(self):
            return {}

    return keras.Sequential([keras.Input((6,)), layers.Dense(4, kernel_regularizer=Mine())])


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_each_activation_of_keras_own_is_rebuilt(activation):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(4, activation)])
    x = np.random.default_rng().random((5, 6), np.float32)
    rebuilt = unpack(*over_the_wire(model))
    np.testing.assert_allclose(rebuilt(x), model(x), rtol=1e-6, atol=1e-6)


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
def test_a_lambda_as_an_activation_is_refused_and_not_left_out():
    model = keras.Sequential([keras.Input((6,)), layers.Dense(4, lambda x: ops.maximum(x, 0))])
    with pytest.raises(ModelRefused, match="lambda as an activation"):
        unpack(*over_the_wire(model))


@pytest.mark.parametrize(
    "make",
    [
        sequential,
        functional,
        nested,
        with_operations,
        with_activations_as_functions,
        convolutional,
        regularized,
    ],
)
def test_a_model_of_stock_layers_is_rebuilt_and_computes_the_same(make):
    model = make()
    x = np.random.default_rng().random((5, *model.input_shape[1:]), np.float32)
    rebuilt = unpack(*over_the_wire(model))
    np.testing.assert_allclose(rebuilt(x), model(x), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("make", [sequential, functional, nested, with_operations])
def test_a_rebuilt_model_can_stand_beside_one_of_the_same_automatic_names(make):
    model = make()
    rebuilt = unpack(*over_the_wire(model))
    both = keras.Model(model.inputs + rebuilt.inputs, model.outputs + rebuilt.outputs)
    x = keras.Input((6,))
    nested = keras.Model(x, [model(x), rebuilt(x), make()(x)])
    value = np.random.default_rng().random((5, 6), np.float32)
    np.testing.assert_allclose(*both([value, value]), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(*nested(value)[:2], rtol=1e-6, atol=1e-6)


def test_a_rebuilt_model_keeps_the_names_that_somebody_chose():
    x = keras.Input((6,), name="x")
    model = keras.Model(x, layers.Dense(4, name="dense_of_mine")(x), name="encoder")
    rebuilt = unpack(*over_the_wire(model))
    assert [part.name for part in (rebuilt, *rebuilt.operations)] == [
        "encoder",
        "x",
        "dense_of_mine",
    ]


def test_a_compiled_model_comes_without_what_trained_it():
    model = sequential()
    model.compile("adam", "mse")
    assert getattr(unpack(*over_the_wire(model)), "optimizer", None) is None


def test_a_lambda_is_refused():
    model = keras.Sequential([keras.Input((6,)), layers.Lambda(lambda x: x)])
    with pytest.raises(ModelRefused, match="Lambda"):
        unpack(*over_the_wire(model))


def test_a_custom_layer_is_refused():
    @keras.saving.register_keras_serializable("mine")
    class Mine(layers.Layer):
        def call(self, x):
            return x

    with pytest.raises(ModelRefused, match="Mine"):
        unpack(*over_the_wire(keras.Sequential([keras.Input((6,)), Mine()])))


def changed(**entries):
    saved, weights = over_the_wire(sequential())
    saved["config"]["layers"][1].update(entries)
    return saved, weights


@pytest.mark.parametrize(
    "entries",
    [
        {"module": "os", "class_name": "system"},
        {"module": "builtins", "class_name": "eval"},
        {"module": "keras.layers", "class_name": "TextVectorization"},
        {"module": "keras.layers", "class_name": "TFSMLayer"},
        {"registered_name": "mine>Dense"},
        {"module": None, "class_name": "__lambda__"},
        {"class_name": ["Dense"]},
    ],
)
def test_a_config_that_names_another_class_is_refused(entries):
    with pytest.raises(ModelRefused):
        unpack(*changed(**entries))


def test_an_activation_that_is_not_keras_own_is_refused():
    saved, weights = over_the_wire(sequential())
    saved["config"]["layers"][1]["config"]["activation"] = {
        "module": "os",
        "class_name": "function",
        "config": "system",
        "registered_name": "system",
    }
    with pytest.raises(ModelRefused, match="activation"):
        unpack(saved, weights)


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_an_enormous_layer_is_refused_before_memory_is_set_aside():
    saved, weights = over_the_wire(keras.Sequential([keras.Input((6,)), layers.Dense(4)]))
    saved["config"]["layers"][1]["config"]["units"] = 10**9
    before = peak_bytes()
    with pytest.raises(ModelRefused, match="parameters"):
        unpack(saved, weights)
    with StatelessScope():  # at the end of one, Keras gives values to variables that wait for them
        pass
    assert peak_bytes() - before < 200 * 2**20


def test_an_enormous_layer_without_weights_yet_is_refused():
    with pytest.raises(ModelRefused, match="parameters"):
        unpack(*over_the_wire(keras.Sequential([layers.Dense(10**6), layers.Dense(10**6)])))


def test_an_enormous_output_is_refused():
    model = keras.Sequential([keras.Input((2, 2, 1)), layers.UpSampling2D(5000)])
    with pytest.raises(ModelRefused, match="puts out more"):
        unpack(*over_the_wire(model))


@pytest.mark.parametrize("spoil", [lambda w: w[:-1], lambda w: [a.T for a in w], lambda w: []])
def test_weights_that_do_not_fit_are_refused(spoil):
    saved, weights = over_the_wire(sequential())
    with pytest.raises(ModelRefused, match="do not fit"):
        unpack(saved, spoil(weights))


@pytest.mark.parametrize("saved", [None, 3, [], "Dense", {}, {"class_name": "Sequential"}])
def test_what_is_no_config_is_refused(saved):
    with pytest.raises(ModelRefused):
        unpack(saved, [])


def test_a_config_nested_without_end_is_refused():
    saved = {}
    for _ in range(2000):
        saved = {"a": saved}
    with pytest.raises(ModelRefused, match="nested"):
        unpack(saved, [])


def test_every_name_on_the_lists_is_one_of_keras():
    known = {name for module in OPERATION_MODULES for name in dir(import_module(module))}
    assert known >= OPERATIONS
    assert set(dir(layers)) >= LAYERS
    assert set(dir(keras.activations)) >= ACTIVATIONS


def test_a_model_that_was_never_built_gets_weights_like_a_new_one():
    model = keras.Sequential(
        [layers.Conv2D(3, 3), layers.BatchNormalization(), layers.PReLU(), layers.Dense(2)]
    )
    rebuilt = unpack(*over_the_wire(model))
    model.build((None, 6, 6, 1))
    rebuilt.build((None, 6, 6, 1))
    for new, other in zip(model.get_weights(), rebuilt.get_weights(), strict=True):
        if new.ndim == 1 or not new.any():
            np.testing.assert_array_equal(other, new)
        else:
            assert np.ptp(other) > 0
