"""Fully convolutional networks of several styles pass; what is none, is told why."""

import keras
import numpy as np
import pytest
from conftest import fails
from keras import layers

from latentlab import check

CLASSES = 11


def pyramid(padding="same", activation="relu", size=None, order=1, strides=(2, 2, 2)):
    x = inputs = keras.Input((size, size, 1))
    maps = []
    for filters, step in zip((4, 6, 8), strides, strict=True):
        x = layers.Conv2D(filters, 5, strides=step, padding=padding, activation=activation)(x)
        maps.append(x)
    return keras.Model(inputs, maps[::order])


class Pyramid(keras.Model):
    def __init__(self):
        super().__init__()
        self.steps = [layers.Conv2D(n, 3, padding="same", activation="elu") for n in (3, 4, 5)]
        self.pool = layers.MaxPooling2D()

    def call(self, x):
        maps = []
        for step in self.steps:
            x = self.pool(step(x))
            maps.append(x)
        return maps


def test_encoders_of_several_styles_pass():
    check.map_pyramid("encoder", pyramid())
    subclassed = Pyramid()
    subclassed(keras.Input((None, None, 1)))
    check.map_pyramid("encoder", subclassed)


@pytest.mark.parametrize(
    ("make", "saying"),
    [
        (lambda: pyramid(padding="valid"), "padding='same'"),
        (lambda: pyramid(activation=None), "no activation"),
        (lambda: pyramid(size=48), "takes any canvas"),
        (lambda: pyramid(order=-1), "finest comes first"),
        (lambda: pyramid(strides=(1, 2, 2)), "the first one too"),
        (lambda: pyramid(strides=(2, 2, 1)), "strides=2"),
        (lambda: keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(3, 3)]), "three"),
        (lambda: None, "None"),
        (lambda: 5, "type int"),
    ],
)
def test_mistakes_in_an_encoder(make, saying):
    fails(saying, check.map_pyramid, "encoder", make())


def test_weights_of_their_own_for_each_place_are_not_convolutional():
    class Places(layers.Layer):
        def call(self, x):
            columns = keras.ops.arange(keras.ops.shape(x)[2], dtype="float32")
            return x * keras.ops.sin(columns)[:, None]

    x = inputs = keras.Input((None, None, 1))
    maps = []
    for _ in range(3):
        x = Places()(layers.Conv2D(3, 3, strides=2, padding="same", activation="relu")(x))
        maps.append(x)
    fails("is not convolutional", check.map_pyramid, "encoder", keras.Model(inputs, maps))


def enlarged(x, times):
    return layers.UpSampling2D(times, interpolation="bilinear")(x)


def fcn(encoder, skips, join=None, end="softmax", classes=CLASSES):
    maps = encoder.outputs
    s = layers.Conv2D(classes, 1)(maps[2])
    for i in range(skips):
        s = (join or layers.Add())([enlarged(s, 2), layers.Conv2D(classes, 1)(maps[1 - i])])
    s = enlarged(s, 8 // 2**skips)
    return keras.Model(encoder.inputs, layers.Activation(end)(s))


def concatenated(encoder):
    x = keras.Input((None, None, 1))
    _, quarter, eighth = encoder(x)
    up = layers.Conv2DTranspose(8, 4, strides=2, padding="same", activation="relu")(eighth)
    both = layers.Concatenate()([up, quarter])
    last = layers.Conv2DTranspose(CLASSES, 8, strides=4, padding="same", activation="softmax")
    return keras.Model(x, last(both))


STEPS = {0: (8,), 1: (4, 8), 2: (2, 4, 8)}


def test_networks_with_and_without_skips_pass():
    for skips, uses in STEPS.items():
        check.classes_of_pixels("f", lambda e, n=skips: fcn(e, n), CLASSES, uses)
    check.classes_of_pixels("f", concatenated, CLASSES, (4, 8))
    check.every_pixel("fcn8", fcn(pyramid(), 2), CLASSES)


def test_layers_that_begin_at_zero_pass():
    def function(encoder):
        model = fcn(encoder, 2)
        for weight in model.trainable_variables:
            weight.assign(0 * weight)
        return model

    check.classes_of_pixels("f", function, CLASSES, (2, 4, 8))


def reshaped(encoder):
    s = layers.Conv2D(CLASSES, 1)(encoder.outputs[2])
    s = layers.Reshape((48, 48, CLASSES))(enlarged(s, 8))
    return keras.Model(encoder.inputs, layers.Softmax()(s))


def wrong_level(encoder):
    half, _, eighth = encoder.outputs
    s = layers.Conv2D(CLASSES, 1)(layers.AveragePooling2D(2)(half))
    s = layers.Add()([s, enlarged(layers.Conv2D(CLASSES, 1)(eighth), 2)])
    return keras.Model(encoder.inputs, layers.Softmax()(enlarged(s, 4)))


def not_enlarged(encoder):
    s = layers.Conv2D(CLASSES, 1, activation="softmax")(encoder.outputs[2])
    return keras.Model(encoder.inputs, s)


@pytest.mark.parametrize(
    ("function", "uses", "saying"),
    [
        (lambda e: fcn(e, 0), (4, 8), "does not use the encoder's map of 1/4"),
        (lambda e: fcn(e, 2), (4, 8), "uses the encoder's map of 1/2"),
        (wrong_level, (4, 8), "uses the encoder's map of 1/2"),
        (lambda e: fcn(pyramid(), 0), (8,), "encoder that it is given"),
        (lambda e: fcn(e, 0, end="sigmoid"), (8,), "softmax lets them compete"),
        (lambda e: fcn(e, 0, end="linear"), (8,), "Put a softmax"),
        (lambda e: fcn(e, 0, classes=10), (8,), "background is a class too"),
        (not_enlarged, (8,), "1/8 of the canvas"),
        (reshaped, (8,), "."),
        (lambda e: None, (8,), "returned None"),
        (lambda e: e.outputs[0], (8,), "wrap it"),
        (lambda e: e, (8,), "3 outputs"),
    ],
)
def test_mistakes_in_a_network(function, uses, saying):
    fails(saying, check.classes_of_pixels, "fcn", function, CLASSES, uses)


def test_softmax_over_rows_is_named():
    def function(encoder):
        s = enlarged(layers.Conv2D(CLASSES, 1)(encoder.outputs[2]), 8)
        return keras.Model(encoder.inputs, layers.Softmax(axis=1)(s))

    fails("over the rows", check.classes_of_pixels, "fcn", function, CLASSES, (8,))


class Bright(layers.Layer):
    """Probabilities from the brightness alone: class 0 for dark pixels, class k for bright ones."""

    def __init__(self, k):
        super().__init__()
        self.k = k

    def call(self, x):
        zero = keras.ops.zeros_like(x)
        parts = [zero] * CLASSES
        parts[0], parts[self.k] = 1 - x, x
        return keras.ops.concatenate(parts, axis=-1)


def bright(k):
    inputs = keras.Input((None, None, 1))
    return keras.Model(inputs, Bright(k)(inputs))


def test_a_network_has_to_be_better_than_brightness():
    rng = np.random.default_rng(0)
    labels = np.where(rng.random((60, 16, 16)) < 0.8, 0, rng.choice([3, 3, 3, 5], (60, 16, 16)))
    images = (labels > 0).astype(np.float32)[..., None]
    check.segments("f", bright(3), images, labels, CLASSES, at_least=-0.01)
    fails("long enough", check.segments, "f", bright(3), images, labels, CLASSES, 0.1)
    dark = np.zeros_like(images)
    labels[0, 0, 0] = 3
    fails("class 0", check.segments, "f", bright(3), dark, labels, CLASSES, 0.1)
    fails("one too large", check.segments, "f", bright(4), images, labels, CLASSES, 0.1)


def test_a_finer_network_has_to_be_better_than_a_coarser_one():
    labels = np.random.default_rng(0).choice([0, 0, 0, 3, 5], (60, 16, 16))
    images = (labels > 0).astype(np.float32)[..., None]
    check.finer("a", bright(3), "b", bright(4), images, labels, CLASSES, at_least=0.05)
    same = ("a", bright(3), "b", bright(3), images, labels, CLASSES, 0.05)
    fails("is 0.000", check.finer, *same)
    fails("loss of every output", check.finer, *same)


def test_other_shapes_of_output_are_named():
    images, labels = np.zeros((3, 16, 16, 1), np.float32), np.zeros((3, 16, 16), int)
    labels[0, 0, 0] = 1
    coarse = fcn(pyramid(), 0, classes=10)
    fails("(3, 16, 16, 10)", check.segments, "f", coarse, images, labels, CLASSES, 0.1)
