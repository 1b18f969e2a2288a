"""Super-resolution: right answers written in several ways pass, known mistakes are named."""

import keras
import numpy as np
import pytest
from conftest import fails
from keras import layers
from PIL import Image

from latentlab import check
from latentlab.check.resolution import bicubic, decibels, halved

RNG = np.random.default_rng(0)


def by_keras(small, kind="bicubic"):
    return keras.ops.image.resize(small, (2 * small.shape[1],) * 2, interpolation=kind)


def by_pillow(small):
    size = (2 * small.shape[1],) * 2
    return [
        np.array(Image.fromarray(s[..., 0]).resize(size, Image.Resampling.BICUBIC))[..., None]
        for s in small
    ]


@pytest.mark.parametrize(
    "function",
    [
        halved,
        lambda x: keras.ops.average_pool(x, 2),
        lambda x: (x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]) / 4,
    ],
)
def test_means_of_blocks_pass(function):
    for side in (28, 20):
        check.downsample(function, count=4, side=side)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda x: x[:, ::2, ::2], "skips pixels"),
        (lambda x: x[:, 1::2, 1::2], "skips pixels"),
        (lambda x: 4 * halved(x), "sum"),
        (lambda x: keras.ops.max_pool(x, 2), "largest pixel"),
        (lambda x: halved(x).swapaxes(1, 2), "exchanged"),
        (lambda x: x[:, :14, :14], "corner"),
        (lambda x: x[:, 7:21, 7:21], "middle"),
        (lambda x: x.reshape(-1, 14, 14, 4, 1).mean(axis=3), "not squares"),
        (lambda x: x.reshape(-1, 2, 14, 2, 14, 1).mean(axis=(1, 3)), "not squares"),
        (lambda x: halved(x)[..., 0], "keep the channel"),
        (lambda x: x, "shape"),
    ],
)
def test_mistakes_in_making_small(function, saying):
    fails(saying, check.downsample, function, count=4, side=28)


def test_bicubic_agrees_with_keras_and_pillow():
    small = RNG.random((3, 14, 14, 1), np.float32)
    assert np.abs(bicubic(small) - np.array(by_keras(small))).max() < 1e-5
    assert np.abs(bicubic(small) - np.array(by_pillow(small))).max() < 1e-5


@pytest.mark.parametrize(
    "function", [by_keras, by_pillow, lambda s: np.clip(by_keras(s), 0, 1), bicubic]
)
def test_bicubic_passes_from_several_libraries(function):
    for side in (14, 16):
        check.enlarge(function, count=4, side=side)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda s: s.repeat(2, axis=1).repeat(2, axis=2), "nearest"),
        (lambda s: by_keras(s, "bilinear"), "bilinear"),
        (lambda s: s, "wrong direction"),
        (lambda s: halved(s), "wrong direction"),
        (lambda s: bicubic(s).swapaxes(1, 2), "exchanged"),
        (lambda s: np.pad(s, ((0, 0), (7, 7), (7, 7), (0, 0))), "frame"),
        (lambda s: 255 * bicubic(s), "255"),
        (lambda s: bicubic(s)[..., 0], "keep the channel"),
    ],
)
def test_mistakes_in_making_large(function, saying):
    fails(saying, check.enlarge, function, count=4, side=14)


def strokes(count):
    """Pictures of bright squares with hard edges, at random places, (count, 28, 28, 1)."""
    x = np.zeros((count, 28, 28, 1), np.float32)
    for picture in x:
        top, left = RNG.integers(4, 14, 2)
        picture[top : top + 9, left : left + 9] = 1
    return x


TRAIN, TEST = strokes(60), strokes(40)


def upscaler(layer, sharpen=False):
    model = keras.Sequential([keras.Input((14, 14, 1)), layer])
    if sharpen:  # grey becomes black or white
        model.add(layers.Rescaling(30, -15))
        model.add(layers.Activation("sigmoid"))
    return model


def resizing(kind):
    return layers.Resizing(28, 28, interpolation=kind)


def test_an_upscaler_is_held_against_bicubic(capsys):
    good = upscaler(resizing("bilinear"), sharpen=True)
    check.super_resolves("upscaler", good, TRAIN, TEST, at_least=0.5)
    assert "above bicubic" in capsys.readouterr().out
    for kind in ("nearest", "bicubic"):
        copy = upscaler(resizing(kind))
        fails("its target", check.super_resolves, "upscaler", copy, TRAIN, TEST, at_least=1)
    same = layers.Conv2D(1, 1, kernel_initializer="zeros", padding="same")
    fails("as small as", check.super_resolves, "upscaler", upscaler(same), TRAIN, TEST, at_least=1)
    blank = keras.Sequential([keras.Input((14, 14, 1)), resizing("nearest"), same])
    fails("fit called", check.super_resolves, "upscaler", blank, TRAIN, TEST, at_least=1)
    fails("None", check.super_resolves, "upscaler", None, TRAIN, TEST, at_least=1)


def noisy(x, sizes):
    """Pictures as a network would draw them, some worse than others."""
    return np.clip(x + RNG.normal(size=x.shape) * np.resize(sizes, (len(x), 1, 1, 1)), 0, 1)


def test_the_gain_is_of_all_pixels_of_the_test_pictures():
    model = upscaler(resizing("bilinear"), sharpen=True)
    test = noisy(TEST, [0.02, 0.3]).astype(np.float32)
    train = noisy(TRAIN, [0.03]).astype(np.float32)

    def difference(x, other=bicubic):
        return decibels(x, np.array(model(halved(x)))) - decibels(x, other(halved(x)))

    def each(x):
        return np.mean([difference(picture[None]) for picture in x])

    def claim(value):
        check.gain("gain", value, model, train, test)

    claim(difference(test))
    claim(np.float32(difference(test, lambda small: np.clip(bicubic(small), 0, 1))))
    fails("trained on", claim, difference(train))
    fails("each picture", claim, each(test))
    fails("sign", claim, -difference(test))
    fails("take away", claim, decibels(test, np.array(model(halved(test)))))
    repeated = difference(test, lambda small: small.repeat(2, axis=1).repeat(2, axis=2))
    fails("nearest", claim, repeated)
    fails("compute it again", claim, 17.0)
    fails("None", claim, None)
