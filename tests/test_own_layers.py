"""A student's own layers, spelled out so that the judge can rebuild the model."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import over_the_wire
from keras import layers, ops

from autograder.judge.models import ModelRefused, unpack
from autograder.judge.own_layers import spelled_out

X = np.random.default_rng(0).normal(size=(5, 6)).astype("float32")


class Doubled(layers.Layer):
    def call(self, x):
        return 2 * x


class Block(layers.Layer):
    """Stock layers, and something that it was given."""

    def __init__(self, units, after):
        super().__init__()
        self.dense, self.dropout, self.after = layers.Dense(units), layers.Dropout(0.5), after

    def call(self, x, training=None):
        return self.after(self.dropout(self.dense(x), training=training))


class Scaled(layers.Layer):
    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, x):
        return x * self.scale


class WithTensorFlow(layers.Layer):
    def call(self, x):
        return tf.nn.relu(x)


def chain(*parts):
    return keras.Sequential([keras.Input((6,)), *parts])


def cube(x):
    return x**3


class Described(keras.Model):
    """A functional model under a name of its own."""

    def __init__(self):
        x = keras.Input((6,))
        super().__init__(x, layers.Dense(2, activation="relu")(x))


def used_twice():
    x = keras.Input((6,))
    dense = layers.Dense(6, activation=cube)
    return keras.Model(x, Doubled()(dense(dense(x))))


def two_inputs():
    a, b = keras.Input((6,), name="a"), keras.Input((6,), name="b")
    return keras.Model({"a": a, "b": b}, Doubled()(a) + layers.Dense(6)(b))


MODELS = {
    "own": lambda: chain(layers.Dense(4), Doubled()),
    "own with layers": lambda: chain(Block(4, cube), Block(3, lambda x: x + 1)),
    "Lambda": lambda: chain(layers.Lambda(lambda x, by: x * by, arguments={"by": 3})),
    "activation function": lambda: chain(layers.Dense(4, activation=cube)),
    "activation lambda": lambda: chain(layers.Dense(4, activation=lambda x: ops.sin(x))),
    "activation layer": lambda: chain(layers.Dense(4, activation=layers.LeakyReLU(0.3))),
    "Activation": lambda: chain(layers.Dense(4), layers.Activation(cube)),
    "nested": lambda: chain(chain(layers.Dense(6), Doubled()), layers.BatchNormalization()),
    "used twice": used_twice,
    "functional, of a class": Described,
    "with one of a class inside": lambda: chain(layers.Dense(6), Described()),
}


def sent(model):
    return unpack(*over_the_wire(model))


def rebuilt(model):
    return sent(spelled_out(model))


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
@pytest.mark.parametrize("name", MODELS)
def test_a_model_with_own_layers_is_rebuilt(name):
    model = MODELS[name]()
    with pytest.raises((ModelRefused, NotImplementedError)):  # the latter is Keras' own
        sent(model)
    copy = rebuilt(model)
    assert np.allclose(copy(X), model(X), atol=1e-6)
    assert copy.count_params() == model.count_params()


def test_inputs_by_name_stay_so():
    model, x = two_inputs(), {"a": X, "b": -X}
    assert np.allclose(rebuilt(model)(x), model(x), atol=1e-6)


def test_dropout_in_an_own_layer_drops_in_training():
    copy = rebuilt(chain(Block(400, cube)))
    assert (np.asarray(copy(X, training=True)) == 0).mean() > 0.3  # 2000 numbers: never by chance
    assert (np.asarray(copy(X, training=False)) == 0).mean() == 0


def test_the_students_layers_stay_as_they_are():
    model = chain(layers.Dense(4, activation=cube), Doubled())
    dense, weights = model.layers[0], model.get_weights()
    spelled_out(model)
    assert dense.output.shape == (None, 4) and dense.activation is cube
    assert len(dense._inbound_nodes) == 1
    assert all(map(np.array_equal, weights, model.get_weights()))


@pytest.mark.parametrize("part", [Scaled, WithTensorFlow])
def test_what_cannot_be_spelled_out_is_left_to_be_refused(part):
    model = keras.Sequential([layers.Dense(4), part()])
    model(X)
    assert spelled_out(model) is model
    with pytest.raises(ModelRefused, match="not a stock Keras layer"):
        sent(model)


def test_a_model_of_stock_layers_is_not_copied():
    x = keras.Input((6,))
    model = keras.Model(x, layers.ReLU()(layers.Dense(3, activation="elu")(x) * 2))
    assert spelled_out(model) is model
