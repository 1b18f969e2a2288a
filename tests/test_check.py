"""The check verbs: right answers pass with one line, each mistake gets its own message."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import fails

from latentlab import check
from latentlab.check.baseline import pca_error
from latentlab.check.failure import described
from latentlab.check.models import leaves, run
from latentlab.check.pictures import diagnosis
from latentlab.check.values import as_array, compare, number

RNG = np.random.default_rng(0)
SIZES = (12, 6, 4, 2)
layers = keras.layers


def dense(sizes, output=None, hidden="relu"):
    x = h = keras.Input((sizes[0],))
    for units in sizes[1:-1]:
        h = layers.Dense(units, activation=hidden)(h)
    return keras.Model(x, layers.Dense(sizes[-1], activation=output)(h))


# Failures


def test_a_failure_shows_its_message_alone():
    assert check.CheckFailed("look here")._render_traceback_() == ["look here"]
    assert issubclass(check.CheckFailed, AssertionError)


def test_call_tells_errors_in_one_sentence():
    def unwritten():
        raise NotImplementedError("not answered yet")

    fails("f is not written yet", check.call, "f", unwritten)
    fails(
        "f() raised ValueError: no",
        check.call,
        "f",
        lambda: (_ for _ in ()).throw(ValueError("no")),
    )
    fails("f() raised TypeError", check.call, "f", None)
    fails("does it end with `return", check.call, "f", lambda: None)
    assert check.call("f", lambda a, b: a + b, 1, 2) == 3


def test_call_holds_warnings_back(recwarn):
    assert check.call("f", lambda: np.log(np.zeros(1)))[0] == -np.inf
    assert not recwarn.list


def test_answered():
    check.answered(a=1, b=np.zeros(3))
    fails("b is None", check.answered, a=1, b=None)


# Values


@pytest.mark.parametrize(
    "value", [2, 2.0, [2], np.array([[2.0]]), keras.ops.convert_to_tensor(2.0)]
)
def test_a_number_in_any_dress(value):
    assert number("n", value) == 2


@pytest.mark.parametrize(
    ("value", "saying"),
    [
        (None, "n is None"),
        ("2", "type str"),
        (True, "type bool"),
        ((i for i in range(3)), "type generator"),
        ([1, 2, 3], "shape (3,)"),
        (float("nan"), "nan"),
        ([1, [2, 3]], "type list"),
        (1j, "type complex"),
        (keras.KerasTensor((1,)), "type KerasTensor"),
    ],
)
def test_what_is_no_number(value, saying):
    fails(saying, number, "n", value)


def test_not_finite_says_where():
    fails("inf at [1, 0]", as_array, "a", [[1, 2], [float("inf"), 4]])
    assert as_array("a", [1e300])[0] == 1e300


def test_the_worst_element_is_named():
    fails("a[0, 1] is 9; expected 2", compare, "a", np.array([[1, 9]]), np.array([[1.1, 2]]))


# Reconstruction errors

X, X_HAT = RNG.random((3, 5)), RNG.uniform(0.05, 0.95, (3, 5))


def right_mse(x, x_hat):
    return np.mean((x - x_hat) ** 2)


def right_bce(x, x_hat):
    p = np.clip(x_hat, 1e-7, 1 - 1e-7)
    return -np.mean(x * np.log(p) + (1 - x) * np.log(1 - p))


def test_right_errors_pass(capsys):
    check.mse(right_mse, X, X_HAT)
    check.mse(lambda x, y: keras.ops.mean((x - y) ** 2), [1.0, 0.0], [0.5, 0.2])
    check.bce(right_bce, X, X_HAT)
    assert capsys.readouterr().out.count("\n") == 3


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda x, y: np.sum((x - y) ** 2), "sum over all"),
        (lambda x, y: np.mean(np.sum((x - y) ** 2, axis=1)), "over the pixels"),
        (lambda x, y: np.mean(x - y), "not squared"),
        (lambda x, y: np.mean(y - x), "not squared"),
        (lambda x, y: np.mean(np.abs(x - y)), "absolute"),
        (lambda x, y: np.mean(x - y) ** 2, "square first"),
        (lambda x, y: np.sqrt(right_mse(x, y)), "root"),
        (lambda x, y: right_mse(x, y) / 2, "half"),
        (lambda x, y: (x - y) ** 2, "shape (3, 5)"),
        (lambda x, y: np.mean((x - y) ** 2, axis=1), "shape (3,)"),
        (lambda x, y: 17.0, "is 17; expected"),
        (lambda x, y: np.inf, "finite"),
    ],
)
def test_mistakes_in_mse(wrong, saying):
    fails(saying, check.mse, wrong, X, X_HAT)


def xlogy(x, y):
    """x log y, and 0 where x is 0: infinite for sure mistakes alone."""
    return np.where(x == 0, 0, x * np.log(np.where(x == 0, 1, y)))


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda x, y: -right_bce(x, y), "minus"),
        (lambda x, y: right_bce(x, y) / np.log(2), "bits"),
        (lambda x, y: right_bce(x, y) / np.log(10), "log base 10"),
        (lambda x, y: right_bce(x, y) * x.size, "sum over all"),
        (lambda x, y: right_bce(x, y) * x.shape[1], "over the pixels"),
        (lambda x, y: right_bce(y, x), "exchanged"),
        (lambda x, y: -np.mean(x * np.log(y)), "(1 - x) log(1 - x_hat), is missing"),
        (lambda x, y: -np.mean((1 - x) * np.log(1 - y)), "x log(x_hat), is missing"),
        (lambda x, y: -np.mean(x * np.log(y) - (1 - x) * np.log(1 - y)), "subtracted"),
        (right_mse, "mean squared error"),
        (lambda x, y: -np.mean(x * np.log(y) + (1 - x) * np.log(1 - y)), "log(0)"),
        (
            lambda x, y: right_bce(x, y) if y.min() > 0 else 1.0,
            "perfect picture of black and white pixels is 1",
        ),
        (lambda x, y: -np.mean(xlogy(x, y) + xlogy(1 - x, 1 - y)), "log(0)"),
        (lambda x, y: right_bce(x, y.clip(1e-4, 1 - 1e-4)), "0 is 9.21; expected 16.1"),
        (lambda x, y: np.nan_to_num(-xlogy(x, y) - xlogy(1 - x, 1 - y)).mean(), "no further"),
    ],
)
def test_mistakes_in_bce(wrong, saying):
    fails(saying, check.bce, wrong, X, X_HAT)


# Counting


def test_counts(one_line):
    check.counts((4, 3, 2, 3, 4), layers=5, neurons=16.0, weights=np.array([36]), biases=12)


@pytest.mark.parametrize(
    ("answer", "saying"),
    [
        ({"layers": None}, "layers is None"),
        ({"layers": 4}, "n_layers is 4: count again. The input layer counts"),
        ({"neurons": 13}, "Add the sizes of all layers."),
        ({"weights": 35, "biases": 11}, "Not right yet either: n_biases."),
        ({"layers": 3}, "input and output layers"),
        ({"neurons": 12}, "count too"),
        ({"neurons": 8}, "input and output layers"),
        ({"weights": 48}, "biases together"),
        ({"weights": 18}, "encoder alone"),
        ({"weights": 16}, "neurons"),
        ({"biases": 16}, "input neuron"),
        ({"biases": 4}, "of its own"),
        ({"biases": 7}, "biases is 7: count again."),
    ],
)
def test_mistakes_in_counts(answer, saying):
    right = {"layers": 5, "neurons": 16, "weights": 36, "biases": 12}
    fails(saying, check.counts, (4, 3, 2, 3, 4), **(right | answer))


# Networks


class Sub(keras.Model):
    """A chain in a subclass, with activations of three kinds apart from the dense layers."""

    def __init__(self):
        super().__init__()
        self.first = layers.Dense(6)
        self.second = layers.Dense(4)
        self.bend = layers.LeakyReLU()
        self.last = layers.Dense(2)

    def call(self, x, training=None):
        x = keras.ops.relu(self.first(x))
        return self.last(self.bend(self.second(x)))


class Nest(keras.Model):
    """A subclass that holds a subclass and a Sequential that holds another."""

    def __init__(self):
        super().__init__()
        self.inner = Sub()
        self.outer = keras.Sequential([layers.Dense(3, "relu"), Up()])

    def call(self, x):
        return self.outer(self.inner(x))


class Up(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(12, "sigmoid")

    def call(self, x):
        return self.dense(x)


def built(model, size=12):
    model(np.zeros((1, size), np.float32))
    return model


def sequential_without_input():
    return keras.Sequential([layers.Dense(n, "relu") for n in SIZES[1:-1]] + [layers.Dense(2)])


def with_operations():
    x = keras.Input((12,))
    h = keras.ops.maximum(layers.Dense(6)(x), 0)
    h = 1 / (1 + keras.ops.exp(-layers.Dense(4)(h)))
    return keras.Model(x, layers.Dense(2)(h))


def nested():
    x = keras.Input((12,))
    front = keras.Sequential([keras.Input((12,)), layers.Flatten(), layers.Dense(6, "elu")])
    h = layers.Activation("relu")(layers.Dropout(0.3)(layers.Dense(4)(front(x))))
    return keras.Model(x, layers.Dense(2, activation="linear")(h))


STYLES = [
    lambda: dense(SIZES),
    lambda: built(Sub()),
    sequential_without_input,
    with_operations,
    nested,
]


@pytest.mark.parametrize("style", STYLES)
def test_layers_of_any_style(style, one_line):
    check.layers("encoder", style(), SIZES)


@pytest.mark.parametrize("style", STYLES)
def test_activations_of_any_style(style, one_line):
    check.activations("encoder", style(), 12, output="linear")


@pytest.mark.parametrize(
    ("make", "saying"),
    [
        (lambda: None, "encoder is None"),
        (lambda: [1], "type list; expected a Keras model"),
        (lambda: keras.Input((12,)), "keras.Model(inputs, outputs)"),
        (
            lambda: dense((12, 6, 5, 2)),
            "encoder layer 2 has 5 units; expected 4 (12 -> 6 -> 4 -> 2)",
        ),
        (lambda: dense((12, 6, 2)), "has 2 Dense layers, 12 -> 6 -> 2; expected 3"),
        (lambda: dense((12, 4, 6, 2)), "wrong order"),
        (lambda: dense((12, 6, 4, 3)), "output of 3 numbers; expected 2"),
        (lambda: dense((10, 6, 4, 2)), "takes inputs of shape (10,)"),
        (lambda: keras.Sequential([keras.Input((3, 4)), layers.Flatten()]), "shape (3, 4)"),
        (lambda: keras.Sequential([keras.Input((12,)), layers.ReLU()]), "no layer with weights"),
        (lambda: keras.Sequential([layers.Dense(2, use_bias=False)]), "has 1 Dense layers"),
    ],
)
def test_mistakes_in_layers(make, saying):
    fails(saying, check.layers, "encoder", make(), SIZES)


def test_bias_and_kind_of_layer():
    bare = keras.Sequential([keras.Input((4,)), layers.Dense(2, use_bias=False)])
    fails("layer 1 has no bias", check.layers, "encoder", bare, (4, 2))
    conv = keras.Sequential(
        [keras.Input((4,)), layers.Reshape((2, 2, 1)), layers.Conv2D(1, 2), layers.Flatten()]
    )
    fails("a layer Conv2D", check.layers, "encoder", conv, (4, 1))


def test_a_model_that_was_never_called_must_take_the_vectors():
    class Wide(Sub):
        def call(self, x):
            return super().call(keras.ops.reshape(x, (-1, 7)))

    fails("does not take vectors of 12", check.layers, "encoder", Wide(), SIZES)
    unbuilt = keras.Sequential([layers.Dense(4, "relu"), layers.Reshape((3,)), layers.Dense(2)])
    fails("does not take vectors of 12", check.layers, "encoder", unbuilt, SIZES)


def test_a_branch_is_no_chain():
    x = keras.Input((4,))
    branch = keras.Model(x, layers.Add()([layers.Dense(4)(x), layers.Dense(4)(x)]))
    fails("one line", check.layers, "model", branch, (4, 4, 4))


@pytest.mark.parametrize(
    ("make", "output", "saying"),
    [
        (lambda: dense(SIZES, hidden=None), "linear", "layer 1 has no activation"),
        (lambda: dense(SIZES, "sigmoid"), "linear", "a sigmoid on its output"),
        (lambda: dense(SIZES, "tanh"), "linear", "a tanh on its output"),
        (lambda: dense(SIZES, "relu"), "linear", "a relu on its output"),
        (lambda: dense(SIZES, "softmax"), "linear", "a softmax on its output"),
        (lambda: dense(SIZES), "sigmoid", "no activation on its output; expected a sigmoid"),
        (lambda: dense(SIZES, "softmax"), "sigmoid", "shares a sum of 1"),
        (lambda: dense(SIZES, "tanh"), "sigmoid", "a tanh"),
    ],
)
def test_mistakes_in_activations(make, output, saying):
    fails(saying, check.activations, "encoder", make(), 12, output=output)


def test_activations_do_not_depend_on_the_weights(one_line):
    model = dense(SIZES)
    zeros = [np.zeros_like(weight) for weight in model.get_weights()]
    model.set_weights(zeros)
    check.activations("encoder", model, 12, output="linear")
    assert all((weight == 0).all() for weight in model.get_weights())


def test_sigmoid_apart_from_its_layer(one_line):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(5), layers.Activation("sigmoid")])
    check.activations("decoder", model, 2, output="sigmoid")


def test_as_functional_leaves_plain_models_alone():
    model = dense(SIZES)
    assert check.as_functional(model) is model


@pytest.mark.parametrize("make", [Sub, Nest])
def test_as_functional_computes_the_same_with_stock_layers(make):
    model = built(make())
    traced = check.as_functional(model)
    x = RNG.random((3, 12), np.float32)
    np.testing.assert_allclose(run(traced, x), run(model, x), rtol=1e-5)
    assert all(type(part).__module__.startswith("keras.") for part in leaves(traced))
    assert len(traced.get_weights()) == len(model.get_weights())
    copy = keras.Model.from_config(traced.get_config())
    copy.set_weights(traced.get_weights())
    np.testing.assert_allclose(run(copy, x), run(model, x), rtol=1e-5)


def double(x):
    return keras.ops.matmul(x, np.zeros((9, 2), "float32"))


class Doubling(keras.Model):
    def call(self, x):
        return double(x)


def fit_with(loss):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("sgd", loss)
    model.fit(np.zeros((4, 4)), np.zeros((4, 5)), verbose=0)


@pytest.mark.parametrize(
    ("compute", "said"),
    [
        (lambda: keras.layers.Dense(3, activation="rleu"), "activation function identifier: rleu"),
        (
            lambda: keras.layers.Reshape((3, 3))(keras.Input((8,))),
            "ValueError: in Reshape.call(): The total size of the tensor must be unchanged.",
        ),
        (lambda: double(np.zeros((2, 3), "float32")), "Matrix size-incompatible: In[0]: [2,3]"),
        (
            lambda: Doubling()(np.zeros((2, 3), "float32")),
            "Error: in Doubling.call(): Matrix size-incompatible: In[0]: [2,3], In[1]: [9,2]",
        ),
        (lambda: fit_with("mse"), "ValueError: Dimensions must be equal, but are 5 and 3"),
        (
            lambda: fit_with(lambda y, p: keras.ops.mean(keras.ops.matmul(y, p))),
            "Error: Matrix size-incompatible: In[0]: [4,5], In[1]: [4,3]",
        ),
        (
            lambda: tf.function(double)(tf.zeros((2, 3))),
            "ValueError: Dimensions must be equal, but are 3 and 9",
        ),
    ],
)
def test_of_keras_messages_a_student_reads_what_happened(compute, said):
    with pytest.raises(Exception) as failed:
        compute()
    text = described(failed.value)
    assert said in text
    for around in ("\x1b", "\n", "{{", "[Op", "Arguments received", "user code", "Detected at"):
        assert around not in text


def test_an_error_without_words_is_called_by_its_name():
    assert described(KeyError()) == "KeyError"
    assert described(ValueError("one\nline  of mine")) == "ValueError: one line of mine"


@pytest.mark.filterwarnings("error")
def test_a_model_whose_input_is_a_list_runs_without_a_word():
    x = keras.Input((4,))
    model = keras.Model([x], [layers.Dense(2)(x)])
    assert run(model, np.ones((3, 4))).shape == (3, 2)


def test_as_functional_says_why_not():
    class Untraceable(Sub):
        def call(self, x):
            return self.last(np.asarray(x)[:, :4])

    fails("size of its input", check.as_functional, Sub())
    fails("cannot be read", check.as_functional, built(Untraceable()))


def test_joined(one_line):
    check.joined(lambda encoder, decoder: keras.Sequential([encoder, decoder]), takes=12, code=3)


@pytest.mark.parametrize(
    ("join", "saying"),
    [
        (lambda e, d: keras.Sequential([e]), "decoder is not applied"),
        (lambda e, d: keras.Sequential([dense((12, 2)), dense((2, 12))]), "new ones"),
        (lambda e, d: keras.Sequential([e, dense((3, 9))]), "shape (5, 9); expected (5, 12)"),
        (lambda e, d: keras.Sequential([keras.Input((12,)), d, e]), "raised ValueError"),
        (lambda e, d: None, "return"),
    ],
)
def test_mistakes_in_joining(join, saying):
    fails(saying, check.joined, join, takes=12, code=3)


def test_joined_takes_pictures_too(one_line):
    def join(encoder, decoder):
        x = keras.Input((4, 4, 2))
        return keras.Model(x, decoder(encoder(x)))

    check.joined(join, takes=(4, 4, 2), code=3)


def test_shapes(one_line):
    model = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(3, 1)])
    check.shapes("encoder", model, takes=(4, 6, 1), gives=(4, 6, 3))


def test_mistakes_in_shapes():
    pictures = keras.Sequential([keras.Input((4, 6, 1)), layers.Conv2D(3, 1)])
    fails("expected (3, 24)", check.shapes, "encoder", pictures, takes=(4, 6, 1), gives=24)
    fails("expected pictures (6, 4, 1)", check.shapes, "a", pictures, takes=(6, 4, 1), gives=2)
    fails("expected vectors of 24", check.shapes, "a", pictures, takes=24, gives=2)
    fails("is None", check.shapes, "encoder", None, takes=4, gives=2)
    inputs = [keras.Input((3,)), keras.Input((3,))]
    two = keras.Model(inputs, layers.Add()(inputs))
    fails("takes 2 inputs", check.shapes, "a", two, takes=3, gives=2)
    x = keras.Input((4,))
    fits_not = keras.Model(x, keras.ops.reshape(layers.Dense(3)(x), (-1, 5)))
    fails("was built but cannot compute", check.shapes, "a", fits_not, takes=4, gives=5)


def test_parameters(one_line):
    check.parameters("encoder", dense((12, 3)), takes=12, at_most=39)


def test_too_many_parameters():
    saying = "has 39 weights and biases; expected at most 38"
    fails(saying, check.parameters, "encoder", dense((12, 3)), takes=12, at_most=38)


# Pictures

X_IMAGES = RNG.random((6, 12), np.float32)


def right_reconstruct(autoencoder, x):
    return np.asarray(autoencoder(x)).reshape(-1, 3, 4)


def test_rebuilds(one_line):
    check.rebuilds(right_reconstruct, X_IMAGES, shape=(3, 4))


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda m, x: m.predict(x, verbose=0), "(6, 12); expected (6, 4, 3)"),
        (lambda m, x: x.reshape(-1, 4, 3), "x itself"),
        (lambda m, x: m.predict(x, verbose=0).reshape(4, 3, -1).transpose(2, 0, 1), "mixed"),
        (lambda m, x: m.predict(x / 255, verbose=0).reshape(-1, 4, 3), "divided by 255"),
        (lambda m, x: 255 * m.predict(x, verbose=0).reshape(-1, 4, 3), "multiplied by 255"),
        (lambda m, x: m.predict(x, verbose=0).reshape(-1, 4, 3).round(), "rounded"),
        (lambda m, x: 1 - m.predict(x, verbose=0).reshape(-1, 4, 3), "exchanged"),
        (lambda m, x: np.full((6, 4, 3), 0.5), "another one"),
    ],
)
def test_mistakes_in_reconstructing(wrong, saying):
    fails(saying, check.rebuilds, wrong, X_IMAGES, shape=(4, 3))


def test_rows_and_columns_exchanged():
    def wrong(autoencoder, x):
        return np.asarray(autoencoder(x)).reshape(-1, 3, 3).transpose(0, 2, 1)

    fails("Rows and columns", check.rebuilds, wrong, RNG.random((6, 9), np.float32), shape=(3, 3))


def test_pca_error_is_that_of_the_svd():
    train, test = RNG.random((40, 12)), RNG.random((20, 12))
    mean = train.mean(axis=0)
    axes = np.linalg.svd(train - mean, full_matrices=False)[2][:2]
    rest = test - mean
    expected = np.mean((rest - rest @ axes.T @ axes) ** 2)
    assert pca_error(train, test, 2) == pytest.approx(expected, rel=1e-4)


def test_the_main_axes_of_the_same_images_are_computed_once(monkeypatch):
    train, test = RNG.random((40, 12)), RNG.random((20, 12))
    first = pca_error(train, test, 2)
    with monkeypatch.context() as patched:
        patched.setattr(np.linalg, "eigh", None)
        assert pca_error(train.copy(), test, 2) == first
    train[0, 0] += 0.5  # changed in place: other images
    assert pca_error(train, test, 2) != first
    assert pca_error(train, test, 3) < pca_error(train, test, 2)


# Digits stand in for themselves: 12 pixels, of which the last two are never used.
TRAIN, TEST = (np.hstack([(RNG.random((n, 10)) < 0.3), np.zeros((n, 2))]) for n in (200, 100))


class Fixed(layers.Layer):
    """Answers every picture of TEST with a picture that the test has chosen."""

    def __init__(self, pictures):
        super().__init__()
        self.pictures = keras.ops.convert_to_tensor(pictures, "float32")

    def call(self, x):
        return self.pictures[: keras.ops.shape(x)[0]]


def beats(pictures):
    x = keras.Input((12,))
    model = keras.Model(x, Fixed(np.broadcast_to(pictures, TEST.shape))(x))
    check.beats_pca("autoencoder", model, TRAIN, TEST, components=2, at_most=0.5)


def test_beats_pca(one_line):
    beats(0.8 * TEST + 0.02)


@pytest.mark.parametrize(
    ("pictures", "saying"),
    [
        (np.ones(12), "labels, or pixels from 0 to 255"),
        (np.full(12, 0.001), "divided by 255"),
        (1 - TEST, "exchanged"),
        (0.5 + 0.01 * TEST, "not trained"),
        (0.4 * TEST + 0.4, "noisy"),
        (TRAIN.mean(axis=0), "same picture"),
    ],
)
def test_mistakes_in_training(pictures, saying):
    fails(saying, beats, pictures)


def test_not_enough_training():
    strokes = TRAIN[:100] * 0.5 + TEST * 0.2
    fails("not enough yet", beats, strokes)


def test_a_mean_picture_near_one_half_is_not_taken_for_an_untrained_model():
    shares = RNG.uniform(0.35, 0.6, 12)  # as of letters, of which nearly half is white
    train, test = (np.float64(RNG.random((300, 12)) < shares) for _ in range(2))
    mean = train.mean(axis=0) + RNG.normal(scale=0.01, size=test.shape)
    assert "near the mean of all" in diagnosis(mean, train, test)
    assert "not trained" in diagnosis(0.5 + 0.01 * (mean - 0.5), train, test)
