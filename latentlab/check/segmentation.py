"""Fully convolutional networks: maps of any canvas, a class for each pixel, skip connections.

Nothing here believes a layer's name. Models are run on canvases of several sizes, patches are
moved, and pixels that only one map can see are changed.
Long, Shelhamer and Darrell, Fully Convolutional Networks for Semantic Segmentation (2015).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from latentlab.check.failure import CheckFailed, call, described, passed
from latentlab.check.models import require_model
from latentlab.check.values import as_array

CANVASES = (48, 48), (64, 80)  # height and width
# How far a trace that has moved may differ from the trace of what was moved, as a share of its
# largest value. What comes from the edge of the canvas stays in place and disturbs a little.
MOST_CHANGE = 0.02
STEPS = (2, 4, 8)  # of the maps of an encoder
UNSEEN = 1, 1, 4  # row, column and period of pixels that the check's own encoder does not look at


def map_pyramid(name: str, model: Any) -> None:
    """Check that a model makes maps of 1/2, 1/4 and 1/8 of any canvas, finest first.

    It has to be fully convolutional: when a patch is moved by 8 pixels, its trace in the map of 1/8
    moves by one. And between picture and coarsest map something bends.
    """
    for height, width in CANVASES:
        found = outputs_of(name, model, _noise(height, width))
        if len(found) != 3:
            raise CheckFailed(
                f"{name} gives {len(found)} output{'s' * (len(found) != 1)}; expected three maps, "
                "of 1/2, 1/4 and 1/8 of the canvas: keras.Model(inputs, [half, quarter, eighth])."
            )
        sides = [tuple(value.shape[1:3]) for value in found]
        expected = [(height // step, width // step) for step in STEPS]
        if sides != expected:
            raise CheckFailed(
                f"{name} gives maps of {_sizes(sides)} for a canvas of {height} x {width}; "
                f"expected {_sizes(expected)}.{_why_sides(sides, expected)}"
            )
    size = 8 * 24
    x = np.random.default_rng().random((2, size, size, 1), np.float32)
    zero = np.zeros_like(x)
    a, b, both, none = (outputs_of(name, model, v)[2] for v in (x, x[::-1], x + x[::-1], zero))
    if np.abs(a + b - both - none).max() < 1e-3 * np.abs(a - none).max() + 1e-6:
        raise CheckFailed(
            f"{name} has no activation: its map of 1/8 is a weighted sum of the pixels. Without a "
            "bend, three convolutions can do no more than one."
        )
    _require_shift(name, lambda pictures: outputs_of(name, model, pictures)[2], 8, 1)
    passed(f"{name}: maps of 1/2, 1/4 and 1/8 of any canvas")


def classes_of_pixels(
    name: str, function: Callable[[keras.Model], Any], classes: int, uses: Sequence[int]
) -> None:
    """Check that function(encoder) is a model that gives each pixel a probability for each class.

    The encoder is one of the check's own. Each of its maps looks at pixels of its own, so that
    changing these shows whether the map is used. uses: steps of the maps that the output has to
    depend on, such as (4, 8), and on no others.
    The pixels and weights are random. A map that is used seems unused only where all units behind
    it are silent at all of 128 places or more: far less often than once in 100,000 times.
    """
    model = call(name, function, _separate_encoder())
    model = require_model(f"{name}(encoder)", model, (*CANVASES[0], 1))
    name = f"{name}(encoder)"
    _randomise(model)
    every_pixel(name, model, classes, quiet=True)
    x = _noise(64, 64, count=2)
    before = outputs_of(name, model, x)[0]

    def depends_on(row: int, column: int, period: int) -> bool:
        changed = x.copy()
        changed[:, row::period, column::period] += 1
        return bool(np.abs(outputs_of(name, model, changed)[0] - before).max() > 1e-5)

    if depends_on(*UNSEEN):
        raise CheckFailed(
            f"{name} looks at pixels that are in no map of the encoder that it is given. Does it "
            "build an encoder of its own?"
        )
    for step in STEPS:
        used = depends_on(*_seen_by(step))
        if used and step not in uses:
            raise CheckFailed(
                f"{name} uses the encoder's map of 1/{step}; it is to use {_maps(uses)} only. The "
                "maps come finest first: 1/2, 1/4, 1/8."
            )
        if not used and step in uses:
            raise CheckFailed(
                f"{name} does not use the encoder's map of 1/{step}: changing it changes nothing. "
                f"Expected: {_maps(uses)}."
            )
    passed(f"{name}: {classes} classes for each pixel, from {_maps(uses)}")


def every_pixel(name: str, model: Any, classes: int, quiet: bool = False) -> None:
    """Check that a model gives probabilities (n, height, width, classes) for any canvas.

    When a patch is moved by 8 pixels, what becomes of it moves by 8 pixels.
    """
    for height, width in CANVASES:
        x = _noise(height, width)
        outputs = outputs_of(name, model, x)
        if len(outputs) != 1:
            raise CheckFailed(f"{name} gives {len(outputs)} outputs; expected one.")
        p = as_array(f"the output of {name}", outputs[0])
        if p.shape != (len(x), height, width, classes):
            raise CheckFailed(
                f"{name} gives {p.shape} for scenes of shape {x.shape}; "
                f"expected {(len(x), height, width, classes)}.{_why_shape(p.shape, x, classes)}"
            )
        _require_probabilities(name, p)
    _require_shift(name, lambda pictures: outputs_of(name, model, pictures)[0], 8, 8)
    if not quiet:
        passed(f"{name}: {classes} probabilities for each pixel of any canvas")


def outputs_of(name: str, model: Any, x: np.ndarray) -> list[np.ndarray]:
    """Return the outputs for pictures (n, height, width, 1), or say what the model cannot take."""
    height, width = x.shape[1:3]
    takes = f"pictures of {height} x {width}"
    any_size = (
        " A fully convolutional network takes any canvas: begin with keras.Input((None, None, 1)), "
        "without Flatten, Dense on flattened maps, or Reshape to fixed sizes."
    )
    if getattr(model, "built", False) and isinstance(getattr(model, "input_shape", None), tuple):
        shape = model.input_shape[1:]
        if len(shape) == 3 and shape[2] == 1 and shape[:2] not in ((None, None), (height, width)):
            raise CheckFailed(
                f"{name} takes pictures of {shape[0]} x {shape[1]} only; given {takes}.{any_size}"
            )
    model = require_model(name, model, x.shape[1:])
    try:
        # A tensor: an array makes Keras warn about models whose input was given as a list.
        outputs = model(keras.ops.convert_to_tensor(x), training=False)
    except Exception as error:
        raise CheckFailed(f"{name} cannot take {takes}: {described(error)}{any_size}") from error
    return [np.asarray(v, np.float64) for v in keras.tree.flatten(outputs)]


def _noise(height: int, width: int, count: int = 3) -> np.ndarray:
    return np.random.default_rng().random((count, height, width, 1), np.float32)


def _require_shift(
    name: str, outputs: Callable[[np.ndarray], np.ndarray], moved_by: int, expected: int
) -> None:
    """Fail unless the trace of a patch that is moved to the right moves along with it."""
    size, side, begin = 8 * 24, 24, 80
    patch, moved = np.zeros((2, 2, size, size, 1), np.float32)
    noise = _noise(side, side, count=2)
    patch[:, begin : begin + side, begin : begin + side] = noise
    moved[:, begin : begin + side, begin + moved_by : begin + moved_by + side] = noise
    empty, there, after = (outputs(x) for x in (np.zeros_like(patch), patch, moved))
    trace, moved_trace = there - empty, after - empty
    gap = np.abs(trace[:, :, :-expected] - moved_trace[:, :, expected:]).max()
    if gap > MOST_CHANGE * max(np.abs(trace).max(), 1e-6):
        raise CheckFailed(
            f"{name} is not convolutional: a patch was moved by {moved_by} pixels, and what "
            f"becomes of it did not just move by {expected}. Convolutions, pooling and upsampling "
            "do the same at every place."
        )


def _require_probabilities(name: str, p: np.ndarray) -> None:
    """Fail unless p is between 0 and 1 and sums to 1 over the last axis."""
    if np.allclose(p.sum(axis=-1), 1, atol=1e-3) and p.min() >= 0:
        return
    hint = "Put a softmax over the classes at the end."
    if p.min() >= 0 and p.max() <= 1:
        hint = "A sigmoid decides about each class by itself; a softmax lets them compete."
    for axis, over in ((1, "rows"), (2, "columns"), (0, "scenes")):
        if np.allclose(p.sum(axis=axis), 1, atol=1e-3):
            hint = f"This softmax goes over the {over}; it has to go over the classes, axis -1."
    raise CheckFailed(
        f"{name}: the values of a pixel sum to {p[0, 0, 0].sum():.4g}; expected 1, probabilities "
        f"of the classes. {hint}"
    )


def _separate_encoder() -> keras.Model:
    """Return an encoder with three maps, each made of pixels that the others do not see.

    Its weights are not to be trained. The maps have 3, 4 and 5 channels.
    """
    rng = np.random.default_rng()
    inputs = keras.Input((None, None, 1))
    outputs = []
    for step, channels in zip(STEPS, (3, 4, 5), strict=True):
        row, column, _ = _seen_by(step)
        layer = keras.layers.Conv2D(
            channels, step, strides=step, padding="same", activation="relu", trainable=False
        )
        outputs.append(layer(inputs))
        kernel = np.zeros((step, step, 1, channels), np.float32)
        kernel[row, column] = rng.choice([-1, 1], channels) * rng.uniform(0.5, 1.5, channels)
        layer.set_weights([kernel, rng.uniform(0.6, 1, channels)])
    return keras.Model(inputs, outputs)


def _seen_by(step: int) -> tuple[int, int, int]:
    """Return the row, the column and the period of the pixels that a map is made of."""
    return {2: (0, 1, 2), 4: (1, 2, 4), 8: (0, 0, 8)}[step]


def _randomise(model: keras.Model) -> None:
    """Give the model's own layers random weights: those of a new layer may be zeros."""
    rng = np.random.default_rng()
    for weight in model.trainable_variables:
        weight.assign(rng.normal(scale=0.4, size=weight.shape))


def _sizes(sides: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(f"{height} x {width}" for height, width in sides)


def _maps(steps: Sequence[int]) -> str:
    return f"the map{'s' * (len(steps) > 1)} of " + " and ".join(f"1/{step}" for step in steps)


def _why_sides(found: list[tuple[int, ...]], expected: list[tuple[int, ...]]) -> str:
    if found == expected[::-1]:
        return " The finest comes first."
    if all(0 < b - a <= 3 for (a, _), (b, _) in zip(found, expected, strict=True)):
        return " Has every convolution padding='same'? Without it the maps shrink at the edge."
    first = ", the first one too" if found[0] != expected[0] else ""
    return f" Each convolution halves: strides=2{first}."


def _why_shape(found: tuple[int, ...], x: np.ndarray, classes: int) -> str:
    if len(found) != 4:
        return " Rows and columns must stay: no Flatten, no pooling over the whole map."
    if found[3] == classes - 1:
        return " The background is a class too."
    for step in (2, 4, 8, 16):
        if found[1:3] == (x.shape[1] // step, x.shape[2] // step):
            return f" This is 1/{step} of the canvas; it is still to be enlarged {step} times."
    if found[1:3] != x.shape[1:3]:
        return " Has every convolution padding='same', and does the enlarging fit the steps?"
    return " There is one value for each class, the background included."
