"""The verbs for colour pictures: right answers pass, each mistake gets its own message."""

import math

import keras
import numpy as np
import pytest
from test_check import fails

from latentlab import check

RNG = np.random.default_rng(0)
layers = keras.layers
ROWS = RNG.integers(0, 256, (4, 48), np.uint8)  # of pictures 4 x 4
X = RNG.random((6, 8, 8, 3), np.float32)
NOISY = X + RNG.normal(size=X.shape) * np.linspace(0.1, 0.4, 6).reshape(6, 1, 1, 1)
PICTURE = (8, 8, 3)


def unpack(rows):
    return rows.reshape(-1, 3, 4, 4).transpose(0, 2, 3, 1) / 255


def test_unpack_takes_any_dress():
    check.unpacks(unpack, ROWS, side=4)
    check.unpacks(lambda rows: unpack(rows).astype(np.float32).tolist(), ROWS, side=4)
    check.unpacks(lambda rows: keras.ops.convert_to_tensor(unpack(rows)), ROWS, side=4)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda rows: rows.reshape(-1, 4, 4, 3) / 255, "all reds first"),
        (lambda rows: rows.reshape(-1, 4, 4, 3), "mixed up, and the pixels are still 0 to 255"),
        (lambda rows: rows.reshape(-1, 3, 4, 4) / 255, "the colours come first"),
        (lambda rows: unpack(rows).swapaxes(1, 2), "rows and columns"),
        (lambda rows: unpack(rows)[..., ::-1], "red and blue"),
        (lambda rows: unpack(rows) * 255, "still 0 to 255"),
        (lambda rows: unpack(rows) * 255 / 256, "not 256"),
        (lambda rows: unpack(rows) // 1, "not with //"),
        (lambda rows: None, "return"),
    ],
)
def test_mistakes_in_unpacking(wrong, saying):
    fails(saying, check.unpacks, wrong, ROWS, side=4)


def mean_square(x, x_hat):
    return np.mean((x - x_hat) ** 2)


def test_psnr(capsys):
    check.psnr(lambda x, x_hat: 20 * np.log10(1 / np.sqrt(mean_square(x, x_hat))), X, NOISY)
    check.psnr(lambda x, x_hat: [-10 * math.log10(mean_square(x, x_hat))], X, NOISY)
    assert capsys.readouterr().out.count(": right\n") == 2


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda x, y: 10 * np.log10(mean_square(x, y)), "sign"),
        (lambda x, y: -10 * np.log(mean_square(x, y)), "natural"),
        (lambda x, y: -10 * np.log2(mean_square(x, y)), "base 2"),
        (lambda x, y: -20 * np.log10(mean_square(x, y)), "20 goes with the root"),
        (lambda x, y: -5 * np.log10(mean_square(x, y)), "with its root it would be 20"),
        (lambda x, y: -np.log10(mean_square(x, y)), "factor 10"),
        (lambda x, y: 10 * np.log10(255**2 / mean_square(x, y)), "peak is 1"),
        (lambda x, y: -10 * np.log10(mean_square(255 * x, 255 * y)), "from 0 to 255"),
        (mean_square, "squared error itself"),
        (lambda x, y: -10 * np.log10(((x - y) ** 2).sum()), "sum"),
        (lambda x, y: np.mean(-10 * np.log10(((x - y) ** 2).mean(axis=(1, 2, 3)))), "decibels"),
        (lambda x, y: -10 * np.log10(np.abs(x - y).mean()), "absolute"),
        (lambda x, y: -10 * np.log10(((x - y) ** 2).mean(axis=(1, 2, 3))), "shape (6,)"),
        (lambda x, y: 3.0, "is 3; expected"),
    ],
)
def test_mistakes_in_decibels(wrong, saying):
    fails(saying, check.psnr, wrong, X, NOISY)


LAYERS = [(7, 2), (9, 4), (5, 3)]


def shapes(picture, stack, side=lambda n, stride: -(-n // stride)):
    height, width, _ = picture
    found = []
    for filters, stride in stack:
        height, width = side(height, stride), side(width, stride)
        found.append((height, width, filters))
    return found


def test_map_shapes(capsys):
    check.map_shapes(shapes, (45, 31, 3), LAYERS)
    check.map_shapes(lambda *args: np.array(shapes(*args)), (45, 31, 3), LAYERS)
    line = "map_shapes: (23, 16, 7) -> (6, 4, 9) -> (2, 2, 5): right\n"
    assert capsys.readouterr().out == 2 * line


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda p, s: shapes(p, s, lambda n, stride: n // stride), "reaches over the edge"),
        (lambda p, s: shapes(p, s, lambda n, stride: round(n / stride)), "always"),
        (lambda p, s: shapes(p, s, lambda n, stride: n / stride), "whole numbers"),
        (lambda p, s: [shapes(p, [layer])[0] for layer in s], "the one before it"),
        (lambda p, s: [(a, b, p[2]) for a, b, _ in shapes(p, s)], "that of the filters"),
        (lambda p, s: shapes((p[1], p[0], 3), s), "exchanged"),
        (lambda p, s: [p, *shapes(p, s)], "Leave the picture itself out"),
        (lambda p, s: shapes(p, s)[-1], "This is one shape"),
        (lambda p, s: [(a, b) for a, b, _ in shapes(p, s)], "(3, 2); expected (3, 3)"),
        (lambda p, s: "8 x 8", "expected numbers"),
    ],
)
def test_mistakes_in_shapes(wrong, saying):
    fails(saying, check.map_shapes, wrong, (45, 31, 3), LAYERS)


def encoder(last, *between):
    """A model of pictures: one convolution to 4 x 4 maps, then these layers."""
    x = keras.Input(PICTURE)
    h = layers.Conv2D(6, 4, strides=2, padding="same", activation="relu")(x)
    for layer in (*between, last):
        h = layer(h)
    return keras.Model(x, h)


@pytest.mark.parametrize(
    "make",
    [
        lambda: encoder(layers.Conv2D(2, 1)),
        lambda: encoder(layers.Dense(32), layers.Flatten()),
        lambda: encoder(layers.GlobalAveragePooling2D(), layers.SeparableConv2D(30, 3)),
        lambda: keras.Sequential([layers.Conv2D(4, 3, 3), layers.Flatten(), layers.Dense(9)]),
        lambda: encoder(layers.Dense(9), layers.Conv2D(12, 1), layers.Flatten()),  # 192 numbers
    ],
    ids=["maps", "dense", "pooled", "without an input", "as many numbers as a picture"],
)
def test_encodes(make, capsys):
    check.encodes("encoder", make(), PICTURE, 32)
    assert capsys.readouterr().out.count(": right\n") == 1


@pytest.mark.parametrize(
    ("make", "saying"),
    [
        (lambda: encoder(layers.Conv2D(3, 1)), "48 numbers for each picture, shape (4, 4, 3)"),
        (lambda: encoder(layers.Conv2D(3, 1)), "its channels count too"),
        (lambda: encoder(layers.Dense(33), layers.Flatten()), "33 numbers"),
        (lambda: encoder(lambda h: keras.ops.reshape(h, (-1, 32))), "96 numbers, spread over"),
        (lambda: encoder(lambda h: [h[:, 0, 0], h[:, 1, 1]]), "2 outputs"),
        (lambda: encoder(lambda h: 0 * layers.GlobalMaxPooling2D()(h)), "the same code"),
        (lambda: None, "is None"),
        (
            lambda: keras.Sequential(
                [keras.Input(PICTURE), layers.Flatten(), layers.Dense(9), layers.Dense(5)]
            ),
            "Dense with 1,728 weights",
        ),
        (
            lambda: keras.Sequential(
                [keras.Input(PICTURE), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(9)]
            ),
            "has no convolution",
        ),
        (
            lambda: keras.Sequential(
                [keras.Input(PICTURE), layers.Conv2D(9, 8), layers.Flatten(), layers.Dense(5)]
            ),
            "Conv2D with 1,728 weights",
        ),
        (
            lambda: keras.Sequential([keras.Input((3, 8, 8)), layers.Conv2D(4, 3)]),
            "(3, 8, 8); expected",
        ),
    ],
)
def test_mistakes_in_encoders(make, saying):
    fails(saying, check.encodes, "encoder", make(), PICTURE, 32)


def decoder(channels=3, activation="sigmoid", code=(5,), after=()):
    z = keras.Input(code)
    h = layers.Flatten()(z)
    h = layers.Reshape((2, 2, 4))(layers.Dense(16, activation="relu")(h))
    h = layers.Conv2DTranspose(channels, 4, strides=4, activation=activation)(h)
    for layer in after:
        h = layer(h)
    return keras.Model(z, h)


def code_of_5():
    return encoder(layers.Dense(5), layers.Flatten())


def test_decodes(capsys):
    check.decodes("decoder", decoder(), code_of_5(), PICTURE)
    check.decodes("decoder", decoder(code=(4, 4, 2)), encoder(layers.Conv2D(2, 1)), PICTURE)
    z = keras.Input((5,))
    h = layers.Reshape((4, 4, 12))(layers.Dense(192)(z))  # as many numbers as a picture
    drawn = layers.Conv2DTranspose(3, 2, strides=2, activation="sigmoid")(h)
    check.decodes("decoder", keras.Model(z, drawn), code_of_5(), PICTURE)
    assert capsys.readouterr().out.count(": right\n") == 3


@pytest.mark.parametrize(
    ("make", "saying"),
    [
        (lambda: decoder(activation=None), "no activation"),
        (lambda: decoder(channels=1), "each of the three colours"),
        (lambda: decoder(after=[layers.Flatten()]), "Reshape"),
        (lambda: decoder(after=[layers.Permute((3, 1, 2))]), "the colours come last"),
        (lambda: decoder(after=[layers.UpSampling2D()]), "(4, 16, 16, 3)"),
        (lambda: decoder(code=(4,)), "(4,); expected"),
        (
            lambda: keras.Sequential(
                [
                    keras.Input((5,)),
                    layers.Dense(192, activation="sigmoid"),
                    layers.Reshape(PICTURE),
                ]
            ),
            "share their weights",
        ),
    ],
)
def test_mistakes_in_decoders(make, saying):
    fails(saying, check.decodes, "decoder", make(), code_of_5(), PICTURE)


class Fixed(layers.Layer):
    """Answers with pictures that the test has chosen."""

    def __init__(self, pictures):
        super().__init__()
        self.pictures = keras.ops.convert_to_tensor(pictures, "float32")

    def call(self, x):
        return self.pictures[: keras.ops.shape(x)[0]]


def gives(pictures):
    x = keras.Input(PICTURE)
    return keras.Model(x, Fixed(pictures)(x))


def blurred(x):
    return 0.6 * x + 0.2


def test_keeps_colours(capsys):
    for pictures in (X, blurred(X), np.full_like(X, 0.5), X**2):
        check.keeps_colours("autoencoder", gives(pictures), X)
    assert capsys.readouterr().out.count(": right\n") == 4


@pytest.mark.parametrize(
    ("pictures", "saying"),
    [
        (X[..., ::-1], "those of blue, green, red"),
        (blurred(X)[..., [1, 2, 0]], "those of green, blue, red"),
        (X.reshape(-1, 3, 8, 8).transpose(0, 2, 3, 1), "only transpose moves"),
        (X.transpose(0, 3, 1, 2).reshape(X.shape), "only transpose moves"),
        (X.swapaxes(1, 2), "rows and columns"),
        (1 - X, "light and dark"),
        (np.repeat(X.mean(axis=-1, keepdims=True), 3, axis=-1), "hardly any colour"),
    ],
)
def test_mixed_up_colours(pictures, saying):
    fails(saying, check.keeps_colours, "autoencoder", gives(pictures), X)


def test_rebuilds_colour(capsys):
    check.rebuilds_colour(lambda model, x: model(x), X)
    check.rebuilds_colour(lambda model, x: model.predict(x, verbose=0).astype(float), X)
    assert capsys.readouterr().out.count(": right\n") == 2


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda out, x: x, "x itself"),
        (lambda out, x: out.reshape(6, -1), "(6, 192); expected (6, 8, 8, 3)"),
        (lambda out, x: out[..., ::-1], "those of blue, green, red"),
        (lambda out, x: out.reshape(6, 3, 8, 8).transpose(0, 2, 3, 1), "only transpose moves"),
        (lambda out, x: 255 * out, "multiplied by 255"),
        (lambda out, x: out.round(), "rounded"),
        (lambda out, x: 1 - out, "light and dark"),
        (lambda out, x: np.full(x.shape, 0.5), "another one"),
    ],
)
def test_mistakes_in_rebuilding(wrong, saying):
    fails(saying, check.rebuilds_colour, lambda model, x: wrong(np.array(model(x)), x), X)


def test_pixels_divided_again():
    fails("divided by 255", check.rebuilds_colour, lambda model, x: model(x / 255), X)
