"""What makes a network convolutional: maps of the picture, made by weights shared over places.

Nothing here believes a layer's name or options. A model of any style is run, values inside it are
replaced, and what comes out is looked at. So strided convolutions and pooling, transposed
convolutions and upsampling, functional, Sequential and subclassed models all pass alike.

`feature_maps` finds out whether a network is convolutional; `any_number` and `pixels` look at the
output of an encoder and of a decoder; `encodes` and `decodes` leave the design open, and ask for
convolutions and the size of a code. They know no particular lab: sizes are arguments.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import keras
import numpy as np

from latentlab.check.bottleneck import Graph
from latentlab.check.failure import CheckFailed, passed
from latentlab.check.models import Shape, leaves, require_model, run, running
from latentlab.check.values import as_array

Picture = tuple[int, int, int]  # (height, width, channels)

PICTURES = 4
# Correlation of a moved trace with the trace of what was moved. Shared weights give nearly 1 (the
# zeros around a picture stay where they are and disturb a little), others nearly 0: of new networks
# of the kinds in the tests at least 0.92, of 600 with a Dense layer on the way at most 0.25.
LEAST_ALIKE = 0.5


def feature_maps(name: str, model: Any, takes: Shape, sides: Sequence[int]) -> None:
    """Check that a model has feature maps of these sides, in this order, and is convolutional.

    takes: shape of one input, (height, width, channels) of an encoder or (size,) of a decoder.
    sides: of square maps, such as (28, 14, 7) or (7, 14, 28); further maps between them are
    allowed, and each side is a whole multiple of the smaller ones. (32, 8) asks for no more than a
    map of 8 x 8 that is made of one of 32 x 32.

    Checked are three things. There are such maps. Weights are shared over places: if something in
    the first of these maps is moved, its trace in the last one moves with it. And between one map
    and the next something bends.
    """
    model = require_model(name, model, takes)
    rng = np.random.default_rng()
    takes = (takes,) if isinstance(takes, int) else takes
    with running(name):
        maps = _Maps(model, rng.random((PICTURES, *takes), np.float32))
        _require_sides(name, maps, sides)
        _require_shared(name, maps, sides, rng)
        for before, after in pairwise(sides):
            if maps.straight(before, after, rng):
                raise CheckFailed(
                    f"{name} has no activation between its map of {_square(before)} and that of "
                    f"{_square(after)}: the second is a weighted sum of the first. Without a bend "
                    "between them, two layers can do no more than one."
                )
    passed(f"{name}: feature maps {_arrows(sides)}, weights shared over all places")


def any_number(name: str, model: Any, takes: Shape) -> None:
    """Check that the outputs of an encoder may be any numbers: its code has no activation."""
    values = _outputs(name, model, takes)
    low, high = values.min(), values.max()
    if low >= 0 or (low >= -1 and high <= 1):
        kind = "a relu" if high > 1 else "a sigmoid" if low >= 0 else "a tanh"
        raise CheckFailed(
            f"{name} has {kind} on its output, so that it lies between {low:.3g} and {high:.3g}; "
            "expected none: a code may be any number."
        )
    passed(f"{name}: each output may be any number")


def pixels(name: str, model: Any, takes: Shape) -> None:
    """Check that the outputs of a decoder are pixels: between 0 and 1, whatever it is given."""
    values = _outputs(name, model, takes)
    low, high = values.min(), values.max()
    if low < 0 or high > 1:
        kind = "a relu" if low >= 0 else "a tanh" if low >= -1 and high <= 1 else "no activation"
        raise CheckFailed(
            f"{name} has {kind} on its output: it lies between {low:.3g} and {high:.3g}; expected "
            "a sigmoid, so that every pixel lies between 0 and 1."
        )
    if np.ptp(values) < 1e-6:
        why = (
            "A softmax shares a sum of 1 between the channels of a pixel, and there is only one; "
            "a sigmoid is what you need."
            if values.shape[-1] == 1 and np.isclose(low, 1)
            else "Does the output depend on the code?"
        )
        raise CheckFailed(f"{name} gives {low:.3g} for every pixel, whatever the code. {why}")
    passed(f"{name}: each output lies between 0 and 1")


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


class _Maps:
    """The maps, (side, side, channels), among the values that a model computes for some inputs."""

    def __init__(self, model: keras.Model, x: np.ndarray):
        self._graph = Graph(model, x)
        places = enumerate(self._graph.shapes)
        self._side_at = {i: s[0] for i, s in places if len(s) == 3 and s[0] == s[1]}
        self.sides = list(dict.fromkeys(self._side_at.values()))  # in the order of computation

    def through(self, before: int, after: int, replace: np.ndarray) -> np.ndarray:
        """Return the last map of one side when the first of another one holds these values."""
        first, last = self._places(before)[0], self._places(after)[-1]
        found: Any = None

        def change(place: int, value: Any) -> Any:
            nonlocal found
            if place == first:
                value = keras.ops.convert_to_tensor(replace)
            if place == last:
                found = value
            return value

        self._graph.run(change)
        return as_array(f"the map of {_square(after)}", found)

    def noise(self, side: int, rng: np.random.Generator) -> np.ndarray:
        """Return random values, of both signs, in the shape of the first map of this side."""
        shape = self._graph.shapes[self._places(side)[0]]
        return rng.normal(size=(PICTURES, *shape)).astype(np.float32)

    def straight(self, before: int, after: int, rng: np.random.Generator) -> bool:
        """Tell whether the way from one map to another is affine: f(a) + f(b) = f(a + b) + f(0)."""
        a, b = self.noise(before, rng), self.noise(before, rng)
        fa, fb, fab, f0 = (self.through(before, after, v) for v in (a, b, a + b, 0 * a))
        return np.abs(fa + fb - fab - f0).max() < 1e-3 * np.abs(fa).max() + 1e-6

    def _places(self, side: int) -> list[int]:
        return [place for place, found in self._side_at.items() if found == side]


def _require_sides(name: str, maps: _Maps, sides: Sequence[int]) -> None:
    """Fail unless there are maps of these sides, in this order."""
    found = [side for side in maps.sides if side in sides]
    if found == list(sides):
        return
    if not maps.sides:
        raise CheckFailed(
            f"{name} has no feature maps at all, only vectors; expected {_arrows(sides)}, made by "
            "convolutions."
        )
    hint = ""
    if missing := [side for side in sides if side not in found]:
        near = {side + off for side in missing for off in (-2, -1, 1, 2)} & set(maps.sides)
        said = f"there is none of {' and none of '.join(map(_square, missing))}"
        hint = " Has every layer padding='same'?" if near else ""
    else:
        said = "their order is another one"
    raise CheckFailed(
        f"{name} has feature maps {_arrows(maps.sides)}; expected {_arrows(sides)}: {said}.{hint}"
    )


def _require_shared(name: str, maps: _Maps, sides: Sequence[int], rng: np.random.Generator) -> None:
    """Fail unless a patch in the first map and its traces in the last map move together."""
    first, last = sides[0], sides[-1]
    step, step_after = max(1, first // last), max(1, last // first)
    noise = maps.noise(first, rng)
    size = max(1, first // 4)
    start = (first - size - step) // 2
    patch, moved = np.zeros_like(noise), np.zeros_like(noise)
    for there, begin in ((patch, start), (moved, start + step)):
        there[:, begin : begin + size, begin : begin + size] = noise[:, :size, :size]
    # Any patch leaves something of the same kind, such as a brighter channel, wherever it lies and
    # whatever the weights: not the traces are compared, but what is one picture's own in them.
    trace, moved_trace = (_own(maps.through(first, last, there)) for there in (patch, moved))
    if _alike(trace[:, :-step_after, :-step_after], moved_trace[:, step_after:, step_after:]) < (
        LEAST_ALIKE
    ):
        raise CheckFailed(
            f"{name} is not convolutional: when a patch in its map of {_square(first)} is moved by "
            f"{step}, its trace in that of {_square(last)} should move by {step_after}, and it "
            "does not. Convolutions, pooling and upsampling do the same at every place; a Dense "
            "layer on flattened maps has weights of its own for each pixel."
        )


def _require_convolutions(name: str, model: keras.Model, picture: Picture) -> None:
    """Fail unless the model has a convolution, and no layer with a weight for each pixel."""
    whole, parts = math.prod(picture), leaves(model)
    kernels = [
        (place, tuple(weight.shape))
        for place, layer in enumerate(parts)
        for weight in getattr(layer, "weights", [])
        if len(weight.shape) > 1
    ]
    for place, shape in kernels:
        # Smaller maps may have as many numbers as a picture; a dense layer may join those.
        reads = shape[0] == whole and _nearest_side(parts[:place][::-1], picture) == picture[0]
        draws = shape[-1] == whole and _nearest_side(parts[place + 1 :], picture) == picture[0]
        covers = len(shape) > 2 and shape[0] >= picture[0]  # a convolution with one place to be
        if covers or (len(shape) == 2 and (reads or draws)):
            raise CheckFailed(
                f"{name} has a layer {type(parts[place]).__name__} with {math.prod(shape):,} "
                f"weights, some for each of the {whole:,} numbers of a picture. Let small "
                "convolutions read and draw the pictures: they share their weights over all places."
            )
    if not any(len(shape) > 2 for _, shape in kernels):
        raise CheckFailed(f"{name} has no convolution; expected at least one.")


def _nearest_side(parts: list[Any], picture: Picture) -> int:
    """Return the side of the first maps that these layers put out; a picture's if none does."""
    shapes = (getattr(getattr(part, "output", None), "shape", ()) for part in parts)
    return next((shape[1] for shape in shapes if len(shape) == 4), picture[0])


def _own(values: np.ndarray) -> np.ndarray:
    """Return by how much the values of each picture differ from the mean over the pictures."""
    return values - values.mean(axis=0)


def _alike(a: np.ndarray, b: np.ndarray) -> float:
    """Return the correlation of two arrays; 0 if one of them is constant."""
    if min(a.std(), b.std()) < 1e-9:
        return 0.0
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def _outputs(name: str, model: Any, takes: Shape) -> np.ndarray:
    """Return the outputs for inputs small and large, of both signs."""
    model = require_model(name, model, takes)
    takes = (takes,) if isinstance(takes, int) else takes
    rng = np.random.default_rng()
    x = rng.normal(size=(30, *takes))
    sizes = np.repeat([1.0, 30.0, 1000.0], 10).reshape(30, *[1] * len(takes))
    return as_array(f"the output of {name}", run(model, x * sizes))


def _square(side: int) -> str:
    return f"{side} x {side}"


def _arrows(sides: Sequence[int]) -> str:
    return " -> ".join(map(_square, sides))
