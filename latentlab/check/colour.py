"""Colour pictures: how they are stored, what a network makes of them, and how good that is.

Pictures have the shape (height, width, channels), with the colours red, green and blue last.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import keras
import numpy as np

from latentlab.check.convolutional import pixels
from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.models import leaves, require_model, run
from latentlab.check.networks import random_dense
from latentlab.check.values import Mistake, array_of_shape, as_array, compare, number

Picture = tuple[int, int, int]

COLOURS = ("red", "green", "blue")
PICTURES = 5
# A network that has learned another picture than its input fits that one far better. A network
# that has learned nothing, or blur, fits both alike.
CLEARLY_BETTER = 0.6


def unpacks(function: Callable[[np.ndarray], Any], rows: np.ndarray, side: int) -> None:
    """Check that function(rows) makes pictures of rows as the files of CIFAR-10 hold them.

    rows: uint8, shape (n, 3 * side * side): all reds of a picture, row by row, then all greens,
    then all blues (https://www.cs.toronto.edu/~kriz/cifar.html). The result must have the shape
    (n, side, side, 3) and values in [0, 1].
    """
    planes = rows.reshape(-1, 3, side, side)
    whole = np.moveaxis(planes, 1, -1).astype(np.float64)
    right = whole / 255
    found = as_array("unpack(rows)", call("unpack", function, rows.copy()))
    if found.shape != right.shape:
        hint = ""
        if found.shape == planes.shape:
            hint = " Here the colours come first; move that axis to the end."
        raise CheckFailed(f"unpack(rows) has shape {found.shape}; expected {right.shape}.{hint}")
    mixed = rows.reshape(right.shape)
    mistakes: list[Mistake] = [
        (
            "The colours are mixed up: a row holds all reds first, not red, green and blue of one "
            "pixel. Cut it into three planes first.",
            mixed / 255,
        ),
        ("Rows and columns are exchanged.", right.swapaxes(1, 2)),
        ("Red and blue are exchanged.", right[..., ::-1]),
        ("The pixels are still 0 to 255; divide by 255.", whole),
        ("The largest value of a byte is 255, not 256: divide by that.", whole / 256),
        ("The colours are mixed up, and the pixels are still 0 to 255.", mixed.astype(float)),
        ("Do not round: divide with /, not with //.", np.floor(right)),
    ]
    compare("unpack(rows)", found, right, mistakes)
    passed(f"unpack: {len(rows)} rows, {len(rows)} pictures")


def psnr(function: Callable[..., Any], x: np.ndarray, x_hat: np.ndarray) -> None:
    """Check that function(x, x_hat) is the peak signal-to-noise ratio in decibels, for peak 1.

    x, x_hat: numbers of one shape, (n, ...); the mean squared error is that of all of them. The
    formula is 10 log10(peak^2 / mse): ITU-T recommendation J.340 (2010).
    """
    x, x_hat = as_array("x", x), as_array("x_hat", x_hat)
    name = "psnr(x, x_hat)"
    found = number(name, call("psnr", function, x.copy(), x_hat.copy()))
    squares = (x - x_hat) ** 2
    error = squares.mean()
    right = -10 * np.log10(error)
    each = squares.reshape(len(x), -1).mean(axis=1)
    to_255 = 20 * np.log10(255)
    mistakes: list[Mistake] = [
        ("The sign is wrong: a smaller error has more decibels.", -right),
        ("This is with the natural logarithm; take base 10.", -10 * np.log(error)),
        ("This is with log base 2; take base 10.", -10 * np.log2(error)),
        ("20 goes with the root of the error; with the mean of the squares it is 10.", 2 * right),
        ("10 goes with the mean of the squares; with its root it would be 20.", right / 2),
        ("The factor 10 is missing.", right / 10),
        ("The peak is 1 here, not 255.", right + to_255),
        ("The error is that of pixels from 0 to 255, with a peak of 1.", right - to_255),
        ("This is the mean squared error itself.", error),
        ("This takes the sum of the squares; take their mean.", -10 * np.log10(squares.sum())),
        (
            "This is the mean of each picture's decibels; take those of the mean error.",
            -10 * np.log10(each).mean(),
        ),
        (
            "This is of the mean of absolute values; square them.",
            -10 * np.log10(np.abs(x - x_hat).mean()),
        ),
    ]
    compare(name, found, right, mistakes)
    passed(f"psnr: {right:.2f} dB")


def map_shapes(
    function: Callable[..., Any], picture: Picture, layers: Sequence[tuple[int, int]]
) -> None:
    """Check that function(picture, layers) lists the shape of the maps after each convolution.

    layers: (filters, stride) of each, all with padding "same": a side n becomes ceil(n / stride).
    Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016).
    """
    asked = f"map_shapes({picture}, {list(layers)})"
    result = call("map_shapes", function, picture, [tuple(layer) for layer in layers])
    found, right = as_array(asked, result), _chain(picture, layers)
    if found.shape != right.shape:
        hint = ""
        if found.shape == (len(right) + 1, 3):
            hint = " Leave the picture itself out."
        elif found.shape == (3,):
            hint = " This is one shape; expected is that after each layer."
        raise CheckFailed(
            f"{asked} has shape {found.shape}; expected {right.shape}: one shape of 3 numbers for "
            f"each layer.{hint}"
        )
    height, width, channels = picture
    alone = [_chain(picture, [layer])[0] for layer in layers]
    no_filters = np.column_stack([right[:, :2], np.full(len(right), channels)])
    mistakes: list[Mistake] = [
        (
            "Round up: with padding, a last step that reaches over the edge counts too.",
            _chain(picture, layers, lambda n, stride: n // stride),
        ),
        (
            "Round up, always: a half must not be rounded down.",
            _chain(picture, layers, lambda n, stride: round(n / stride)),
        ),
        (
            "A map has whole numbers of rows and columns: round up.",
            _chain(picture, layers, lambda n, stride: n / stride),
        ),
        ("Each layer takes what the one before it gives, not the picture.", np.array(alone)),
        ("The last number is that of the filters: each makes one map.", no_filters),
        ("Height and width are exchanged.", _chain((width, height, channels), layers)),
    ]
    compare(asked, found, right, mistakes)
    passed(f"map_shapes: {' -> '.join(str(tuple(int(n) for n in shape)) for shape in right)}")


def encodes(name: str, model: Any, takes: Picture, code: int) -> None:
    """Check that a model gives at most `code` numbers for each picture, made by convolutions.

    The code may have any shape; its size is that of what comes out, over all rows of the batch.
    Whether there is a way around it, `code_size` finds in the whole autoencoder.
    """
    model = require_model(name, model, takes)
    if len(model.outputs) != 1:
        raise CheckFailed(
            f"{name} gives {len(model.outputs)} outputs; expected one code. Join them with "
            "Concatenate."
        )
    x = np.random.default_rng().random((PICTURES, *takes), np.float32)
    codes = as_array(f"the output of {name}", run(model, x))
    numbers = math.ceil(codes.size / PICTURES)
    if codes.shape[0] != PICTURES:
        raise CheckFailed(
            f"{name} gives {codes.shape[0]} rows for {PICTURES} pictures, so that a picture has "
            f"{numbers} numbers, spread over several rows; expected one row for each picture, with "
            f"at most {code} numbers."
        )
    shape = codes.shape[1:]
    if numbers > code:
        hint = " A small map is not few numbers: its channels count too." if len(shape) > 1 else ""
        raise CheckFailed(
            f"{name} gives {numbers} numbers for each picture, shape {shape}; expected at most "
            f"{code}.{hint}"
        )
    if np.ptp(codes, axis=0).max() == 0:
        raise CheckFailed(f"{name} gives every picture the same code: is the picture used?")
    _require_convolutions(name, model, takes)
    passed(f"{name}: convolutional, {takes} in, {shape} out: {numbers} numbers of {code} allowed")


def decodes(name: str, model: Any, encoder: Any, picture: Picture) -> None:
    """Check that a model makes pictures of the codes that the encoder gives, by convolutions.

    The pictures must have this shape, and values in [0, 1] whatever the code is.
    """
    encoder = require_model("encoder", encoder, picture)
    takes = run(encoder, np.zeros((1, *picture))).shape[1:]
    model = require_model(name, model, takes)
    codes = np.random.default_rng().normal(size=(PICTURES, *takes))
    found = as_array(f"the output of {name}", run(model, codes))
    if found.shape != (PICTURES, *picture):
        hint = ""
        if found.shape[1:] == (picture[2], *picture[:2]):
            hint = " The colours come last."
        elif found.size == PICTURES * math.prod(picture):
            hint = " The number of values is right: Reshape them."
        elif found.ndim == 4 and found.shape[:3] == (PICTURES, *picture[:2]):
            hint = " A picture has one channel for each of the three colours."
        raise CheckFailed(
            f"{name} gives outputs of shape {found.shape} for {PICTURES} codes; "
            f"expected {(PICTURES, *picture)}.{hint}"
        )
    _require_convolutions(name, model, picture)
    pixels(name, model, takes)


def keeps_colours(name: str, model: Any, x: np.ndarray) -> None:
    """Check that a trained model does not give back the pictures with their colours mixed up.

    x: pictures, shape (n, height, width, 3). An output that is only blurred passes.
    """
    model = require_model(name, model, x.shape[1:])
    found = array_of_shape(f"the output of {name}", run(model, x), x.shape)
    error = np.mean((found - x) ** 2)
    colourless = np.ptp(found, axis=-1).mean() < 0.1 * np.ptp(x, axis=-1).mean()
    if colourless and _alike(found.mean(axis=-1), x.mean(axis=-1)):
        raise CheckFailed(
            f"{name} has hardly any colour in its pictures: their red, green and blue are alike. "
            "Is the target grey?"
        )
    fits = [(np.mean((found - other) ** 2), sentence) for sentence, other in _mixed_up(x)]
    best, sentence = min(fits)
    if best < CLEARLY_BETTER * error:
        raise CheckFailed(f"{name} gives back other pictures than it is shown. {sentence}")
    passed(f"{name}: colours in their places")


def rebuilds_colour(function: Callable[[keras.Model, np.ndarray], Any], x: np.ndarray) -> None:
    """Check that function(autoencoder, x) is what the model makes of x, as an array like x.

    x: pictures, shape (n, height, width, 3), values in [0, 1]. It is tried with a random model.
    """
    picture = x.shape[1:]
    inputs = keras.Input(picture)
    encoder, decoder = random_dense(picture, 5, "tanh"), random_dense(5, picture, "sigmoid")
    model = keras.Model(inputs, decoder(encoder(inputs)))
    right = run(model, x)
    name = "reconstruct(autoencoder, x)"
    found = array_of_shape(name, call("reconstruct", function, model, x.copy()), x.shape)
    mistakes: list[Mistake] = [
        ("This is x itself, not what the model makes of it.", x),
        *_mixed_up(right),
        ("The pixels were divided by 255; they are in 0..1 already.", run(model, x / 255)),
        ("The result was multiplied by 255; leave it in 0..1.", 255 * right),
        ("The result was rounded; leave the values between 0 and 1.", np.round(right)),
        ("Does it use the model that it is given, or another one?", found),
    ]
    compare(name, found, right, mistakes)
    passed(f"reconstruct: {len(x)} pictures in, {len(x)} pictures out")


def _require_convolutions(name: str, model: keras.Model, picture: Picture) -> None:
    """Fail unless the model has a convolution, and no layer that joins all numbers of a picture."""
    whole = math.prod(picture)
    kernels = [
        (type(layer).__name__, tuple(weight.shape))
        for layer in leaves(model)
        for weight in getattr(layer, "weights", [])
        if len(weight.shape) > 1
    ]
    for layer, shape in kernels:
        if len(shape) == 2 and whole in shape:
            raise CheckFailed(
                f"{name} has a layer {layer} with {math.prod(shape):,} weights, some for each of "
                f"the {whole:,} numbers of a picture. Let convolutions read and draw the pictures: "
                "they share their weights over all places."
            )
    if not any(len(shape) > 2 for _, shape in kernels):
        raise CheckFailed(f"{name} has no convolution; expected at least one.")


def _padded(n: int, stride: int) -> int:
    """Return the side of a map that padding "same" and this stride make of a side n."""
    return -(-n // stride)


def _chain(
    picture: Picture,
    layers: Sequence[tuple[int, int]],
    side: Callable[[int, int], int] = _padded,
) -> np.ndarray:
    """Return the shape after each layer, shape (layers, 3), if a side n becomes side(n, stride)."""
    rows, columns = picture[:2]
    found = []
    for maps, step in layers:
        rows, columns = side(rows, step), side(columns, step)
        found.append((rows, columns, maps))
    return np.array(found, dtype=np.float64)


def _alike(a: np.ndarray, b: np.ndarray) -> bool:
    """Tell whether grey pictures are recognisably the same, in contrast and in what they show."""
    return a.std() > 0.5 * b.std() and np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.6


def _mixed_up(x: np.ndarray) -> list[Mistake]:
    """Return square pictures with their colours or places mixed up, with a sentence on each."""
    count, height, width, channels = x.shape
    reshaped = (
        "The numbers are those of the picture, in another order: was reshape used to bring the "
        "colours to the front, or back? Only transpose moves an axis."
    )
    orders = [order for order in permutations(range(channels)) if order != (0, 1, 2)]
    return [
        *[
            (f"Its red, green, blue are {_in_words(order)}.", x[..., list(order)])
            for order in orders
        ],
        (reshaped, np.moveaxis(x.reshape(count, channels, height, width), 1, -1)),
        (reshaped, np.moveaxis(x, -1, 1).reshape(x.shape)),
        ("Rows and columns are exchanged.", x.swapaxes(1, 2)),
        ("Light and dark are exchanged: is the target 1 - x?", 1 - x),
    ]


def _in_words(order: Sequence[int]) -> str:
    return "those of " + ", ".join(COLOURS[i] for i in order)
