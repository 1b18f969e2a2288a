"""Colour pictures: how they are stored, and what a network makes of them.

Pictures have the shape (height, width, channels), with the colours red, green and blue last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import keras
import numpy as np

from latentlab.check.convolutional import Picture
from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.models import require_model, run
from latentlab.check.networks import random_dense
from latentlab.check.values import Mistake, array_of_shape, as_array, compare

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
