"""The verbs for convolutional networks: any right one passes, what only looks like one does not."""

import keras
import numpy as np
import pytest
from test_check import fails

from latentlab import check

layers, ops = keras.layers, keras.ops
Conv, Up = layers.Conv2D, layers.UpSampling2D
DOWN, UP = (28, 14, 7), (7, 14, 28)


def chain(takes, *parts):
    return keras.Sequential([keras.Input(takes), *parts])


def encoder(*parts, code=5):
    return chain((28, 28, 1), *parts, layers.Flatten(), layers.Dense(code))


def decoder(*parts, channels=4):
    grow = [layers.Dense(49 * channels, activation="relu"), layers.Reshape((7, 7, channels))]
    return chain((5,), *grow, *parts)


def strided(filters, kernel=3, activation="relu"):
    return Conv(filters, kernel, strides=2, padding="same", activation=activation)


def transposed(filters, kernel=4, activation="relu"):
    return layers.Conv2DTranspose(filters, kernel, 2, padding="same", activation=activation)


def same(filters, kernel=3, activation="relu"):
    return Conv(filters, kernel, padding="same", activation=activation)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = [strided(4), encoder_block(), layers.Flatten(), layers.Dense(5)]

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


def encoder_block():
    return keras.Sequential([same(6, activation=None), layers.ReLU(), layers.MaxPooling2D()])


def residual():
    x = h = keras.Input((28, 28, 1))
    for filters in (4, 6):
        h = strided(filters)(h)
        h = layers.Add()([h, same(filters)(same(filters)(h))])
    return keras.Model(x, layers.GlobalAveragePooling2D()(h))


def shortcuts():
    """Each map is also made of a shrunken picture: a way around the map before it."""
    x = h = keras.Input((28, 28, 1))
    for step in (2, 4):
        h = layers.Concatenate()([strided(4)(h), layers.AveragePooling2D(step)(x)])
    return keras.Model(x, layers.Dense(5)(layers.Flatten()(h)))


ENCODERS = {
    "strided": lambda: encoder(strided(4), strided(8)),
    "large kernels": lambda: encoder(strided(4, 7), strided(8, 5)),
    "pooling": lambda: encoder(
        *(same(4), same(4), layers.MaxPooling2D(), same(8), layers.AveragePooling2D(2))
    ),
    "normalised": lambda: encoder(
        *(strided(4, activation=None), layers.BatchNormalization(), layers.LeakyReLU()),
        *(layers.Dropout(0.2), strided(8, activation="elu")),
    ),
    "padded by hand": lambda: encoder(
        *(layers.ZeroPadding2D(1), Conv(4, 4, strides=2, activation="relu")),
        *(layers.ZeroPadding2D(1), Conv(4, 4, strides=2, activation="relu")),
    ),
    "separable": lambda: encoder(
        layers.SeparableConv2D(4, 3, 2, "same", activation="tanh"),
        layers.DepthwiseConv2D(3, 2, "same", activation="relu"),
    ),
    "further down": lambda: encoder(strided(4), strided(8), strided(8)),
    "patches": lambda: encoder(Conv(4, 2, 2, activation="relu"), Conv(8, 2, 2, activation="relu")),
    "subclassed and nested": Subclassed,
    "residual": residual,
    "shortcuts": shortcuts,
}
DECODERS = {
    "transposed": lambda: decoder(transposed(4), transposed(1, activation="sigmoid")),
    "transposed, kernel 3": lambda: decoder(transposed(4, 3), transposed(1, 3, "sigmoid")),
    "upsampling": lambda: decoder(Up(), same(4), Up(), same(1, activation="sigmoid")),
    "bilinear": lambda: decoder(
        *(Up(interpolation="bilinear"), same(4, 5), same(4, 5)),
        *(Up(interpolation="bilinear"), same(4, 5), same(1, 5, "sigmoid")),
    ),
    "from one place": lambda: chain(
        (5,),
        layers.Reshape((1, 1, 5)),
        layers.Conv2DTranspose(8, 7, activation="relu"),
        transposed(4),
        transposed(1, activation="sigmoid"),
    ),
    "resizing": lambda: decoder(
        *(layers.Resizing(14, 14), same(4), layers.Resizing(28, 28), same(1)),
        layers.Activation("sigmoid"),
    ),
}


@pytest.mark.parametrize("make", ENCODERS.values(), ids=ENCODERS)
def test_any_convolutional_encoder_passes_with_one_line(make, capsys):
    for _ in range(5):
        check.feature_maps("encoder", make(), (28, 28, 1), DOWN)
    said = "encoder: feature maps 28 x 28 -> 14 x 14 -> 7 x 7, weights shared over all places"
    assert capsys.readouterr().out == 5 * f"{said}: right\n"


@pytest.mark.parametrize("make", DECODERS.values(), ids=DECODERS)
def test_any_convolutional_decoder_passes(make):
    for _ in range(5):
        check.feature_maps("decoder", make(), (5,), UP)


def test_a_model_without_an_input_is_built():
    model = keras.Sequential([strided(4), strided(8), layers.Flatten(), layers.Dense(5)])
    check.feature_maps("encoder", model, (28, 28, 1), DOWN)


def test_colour_pictures_and_deep_networks():
    down = [part for f in (8, 16, 32) for part in (same(f), same(f), layers.MaxPooling2D())]
    up = [part for f in (16, 8, 4) for part in (Up(), same(f), same(f))]
    encoder = chain((32, 32, 3), *down, layers.Flatten(), layers.Dense(64))
    decoder = chain(
        (64,), layers.Dense(512), layers.Reshape((4, 4, 32)), *up, same(3, 3, "sigmoid")
    )
    for _ in range(5):
        check.feature_maps("encoder", encoder, (32, 32, 3), (32, 8))
        check.feature_maps("encoder", encoder, (32, 32, 3), (32, 16, 8, 4))
        check.feature_maps("decoder", decoder, (64,), (4, 32))


def test_a_trained_network_passes():
    x = np.random.default_rng(0).random((200, 28, 28, 1), np.float32) ** 2
    model = encoder(strided(4), strided(8))
    model.compile("adam", "mse", jit_compile=False)
    model.fit(x, np.ones((200, 5)), epochs=1, verbose=0)
    check.feature_maps("encoder", model, (28, 28, 1), DOWN)


@pytest.mark.parametrize(
    ("make", "saying"),
    [
        (lambda: encoder(layers.Flatten(), layers.Dense(8, "relu")), "none of 14 x 14"),
        (lambda: encoder(Conv(4, 3, 2, activation="relu"), strided(8)), "padding='same'"),
        (lambda: encoder(strided(4)), "28 x 28 -> 14 x 14; expected"),
        (lambda: encoder(strided(4, activation=None), strided(8)), "between its map of 28 x 28"),
        (lambda: encoder(strided(4), strided(8, activation=None)), "between its map of 14 x 14"),
        (
            lambda: encoder(
                layers.Flatten(),
                *(layers.Dense(14 * 14, activation="relu"), layers.Reshape((14, 14, 1))),
                *(layers.Flatten(), layers.Dense(7 * 7 * 8, "relu"), layers.Reshape((7, 7, 8))),
            ),
            "is not convolutional",
        ),
        (
            lambda: encoder(
                strided(4),
                *(layers.Flatten(), layers.Dense(7 * 7 * 8, "relu"), layers.Reshape((7, 7, 8))),
            ),
            "should move by 1",
        ),
    ],
)
def test_what_is_not_convolutional_is_told(make, saying):
    fails(saying, check.feature_maps, "encoder", make(), (28, 28, 1), DOWN)


def test_maps_in_another_order_are_told():
    model = encoder(strided(4), strided(8), Up())
    fails("order", check.feature_maps, "encoder", model, (28, 28, 1), (28, 7, 14))


def test_a_dense_decoder_is_told():
    def dense():
        return layers.Dense(784, "sigmoid"), layers.Reshape((28, 28, 1))

    fails("none of 7 x 7", check.feature_maps, "d", chain((5,), *dense()), (5,), UP)
    only_vectors = chain((5,), layers.Dense(784))
    fails("no feature maps at all", check.feature_maps, "d", only_vectors, (5,), UP)
    flattened = decoder(transposed(4), layers.Flatten(), *dense())
    fails("is not convolutional", check.feature_maps, "d", flattened, (5,), UP)
    linear = decoder(transposed(4, activation=None), transposed(1, activation="sigmoid"))
    fails("between its map of 7 x 7", check.feature_maps, "d", linear, (5,), UP)


def test_the_output_of_an_encoder(capsys):
    check.any_number("encoder", encoder(strided(4)), (28, 28, 1))
    assert capsys.readouterr().out == "encoder: each output may be any number: right\n"
    for activation in ("relu", "sigmoid", "tanh"):
        model = keras.Sequential([encoder(strided(4)), layers.Activation(activation)])
        fails(f"has a {activation}", check.any_number, "encoder", model, (28, 28, 1))


def test_the_output_of_a_decoder(capsys):
    check.pixels("decoder", decoder(transposed(1, activation="sigmoid")), (5,))
    assert capsys.readouterr().out == "decoder: each output lies between 0 and 1: right\n"
    for activation, saying in [
        (None, "no activation"),
        ("relu", "has a relu"),
        ("tanh", "has a tanh"),
        ("softmax", "only one"),
    ]:
        model = decoder(transposed(1, activation=activation))
        fails(saying, check.pixels, "decoder", model, (5,))


# A student's functions

RNG = np.random.default_rng(0)
IMAGE, KERNEL = RNG.normal(size=(9, 8)), RNG.normal(size=(3, 3))


def by_loops(image, kernel, stride):
    k = len(kernel)
    rows, columns = ((size - k) // stride + 1 for size in image.shape)
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            for a in range(k):
                for b in range(k):
                    out[i, j] += kernel[a, b] * image[i * stride + a, j * stride + b]
    return out


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_a_right_convolution_passes(stride, capsys):
    check.convolve(by_loops, IMAGE, KERNEL, stride)
    check.convolve(lambda *args: by_loops(*args).tolist(), IMAGE, KERNEL, stride)
    assert capsys.readouterr().out.count(": right\n") == 2


def test_it_is_what_keras_computes():
    def by_keras(image, kernel, stride):
        image, kernel = image[None, :, :, None], kernel[:, :, None, None]
        return ops.conv(image, kernel, stride, padding="valid")[0, :, :, 0]

    check.convolve(by_keras, IMAGE.astype(np.float32), KERNEL.astype(np.float32), 2)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda i, k, s: by_loops(i, k[::-1, ::-1], s), "flipped"),
        (lambda i, k, s: by_loops(i, k.T, s), "exchanged"),
        (lambda i, k, s: by_loops(i, k, s) / 9, "mean over the window"),
        (lambda i, k, s: by_loops(i, k, 1)[:4, :3], "should move by the stride"),
        (lambda i, k, s: by_loops(i, k, 1), "is the stride used?"),
        (lambda i, k, s: by_loops(np.pad(i, 1), k, s), "no zeros are added"),
        (lambda i, k, s: by_loops(i, k, s)[:-1, :-1], "missing at the end"),
        (lambda i, k, s: by_loops(i, np.ones((3, 3)), s), "where is the kernel"),
        (lambda i, k, s: by_loops(i, k, s).ravel(), "floor((size - 3) / 2) + 1"),
        (lambda i, k, s: by_loops(i, k, s) + 1, "expected"),
    ],
)
def test_a_wrong_convolution_is_told(wrong, saying):
    fails(saying, check.convolve, wrong, IMAGE, KERNEL, 2)


SIZES = [(28, 3, 2, "same"), (28, 3, 1, "valid"), (15, 4, 3, "valid"), (15, 4, 2, "same")]


def right_size(n, k, s, padding):
    return int(np.ceil(n / s)) if padding == "same" else (n - k) // s + 1


def test_output_sizes_are_those_of_keras():
    def by_keras(n, k, s, padding):
        return Conv(1, k, s, padding).compute_output_shape((None, n, n, 1))[1]

    check.output_size(by_keras, *SIZES)
    check.output_size(lambda *a: np.float64(right_size(*a)), *SIZES)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda n, k, s, p: n // s if p == "same" else (n - k) // s + 1, "round up"),
        (lambda n, k, s, p: right_size(n, k, s, p) - (p == "valid"), "+ 1"),
        (lambda n, k, s, p: right_size(n, k, s, "same"), "other padding"),
        (lambda n, k, s, p: right_size(n, k, 1, p), "stride is not used"),
        (lambda n, k, s, p: (n, n), "expected one number"),
        (lambda n, k, s, p: "7", "type str"),
    ],
)
def test_wrong_sizes_are_told(wrong, saying):
    fails(saying, check.output_size, wrong, *SIZES)


def test_parameters_are_those_of_keras(capsys):
    def conv(k, c, f):
        layer = Conv(f, k)
        layer.build((None, 9, 9, c))
        return layer.count_params()

    check.conv_parameters(conv, (3, 1, 8), (4, 7, 2))
    check.dense_parameters(lambda n, u: u + n * u, (784, 32))
    out = capsys.readouterr().out
    assert out == "conv_parameters: 2 cases: right\ndense_parameters: one case: right\n"


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda k, c, f: k * k * c * f, "biases are missing"),
        (lambda k, c, f: k * k * f + f, "all channels"),
        (lambda k, c, f: k * c * f + f, "square"),
        (lambda k, c, f: k * k * c * f + 1, "not one for all"),
        (lambda k, c, f: (k * k + 1) * c * f, "one bias"),
        (lambda k, c, f: 0, "is 0; expected 1,160"),
    ],
)
def test_wrong_parameters_are_told(wrong, saying):
    fails(saying, check.conv_parameters, wrong, (3, 16, 8))


def test_wrong_dense_parameters_are_told():
    fails("biases are missing", check.dense_parameters, lambda n, u: n * u, (784, 32))
    fails("to the units", check.dense_parameters, lambda n, u: n * u + n, (784, 32))
    fails("not one for all", check.dense_parameters, lambda n, u: n * u + 1, (784, 32))


def right_coverage(size, kernel, stride):
    counts = [0] * ((size - 1) * stride + kernel)
    for i in range(size):
        for j in range(kernel):
            counts[i * stride + j] += 1
    return counts


CASES = [(5, 3, 2), (4, 4, 2), (3, 2, 3), (1, 5, 2)]


def test_coverage_is_what_a_transposed_convolution_of_ones_gives(capsys):
    def by_keras(size, kernel, stride):
        ones = ops.ones((1, size, 1)), ops.ones((kernel, 1, 1))
        return ops.conv_transpose(*ones, stride, padding="valid")[0, :, 0]

    check.coverage(right_coverage, *CASES)
    check.coverage(by_keras, (5, 3, 2), (4, 4, 2), (1, 5, 2))
    assert capsys.readouterr().out == "coverage: 4 cases: right\ncoverage: 3 cases: right\n"


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda n, k, s: right_coverage(n, k, s)[: n * s], "cut nothing off"),
        (lambda n, k, s: np.minimum(right_coverage(n, k, s), 1), "add 1 each time"),
        (lambda n, k, s: [*right_coverage(n, k, 1), 0, 0, 0, 0], "a stride apart"),
        (lambda n, k, s: [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0], "where the kernels begin"),
        (lambda n, k, s: right_coverage(n, k, s)[:3], "has shape (3,)"),
    ],
)
def test_wrong_coverage_is_told(wrong, saying):
    fails(saying, check.coverage, wrong, (5, 3, 2))


def test_compression():
    check.numbers_in(lambda shape: np.prod(shape), (28, 28, 1), (32,))
    check.compression(lambda a, b: np.prod(a) / np.prod(b), ((28, 28, 1), (14, 14, 16)))
    fails("channels", check.numbers_in, lambda s: s[0] * s[1], (7, 7, 16))
    fails("the sum", check.numbers_in, sum, (7, 7, 16))
    fails("how many sizes", check.numbers_in, len, (7, 7, 16))
    cases = ((28, 28, 1), (14, 14, 16))
    fails("upside down", check.compression, lambda a, b: np.prod(b) / np.prod(a), cases)
    fails("do not round", check.compression, lambda a, b: np.prod(a) // np.prod(b), cases)
    fails("difference", check.compression, lambda a, b: np.prod(a) - np.prod(b), cases)
