"""Super-resolution: small pictures, their enlargement by a formula, and a network that beats it.

Bicubic interpolation: Keys, Cubic Convolution Interpolation for Digital Image Processing (1981),
with a = -1/2, as Pillow and Keras have it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.limits import keep_limit, note
from latentlab.check.models import require_model, run
from latentlab.check.values import Mistake, array_of_shape, as_array, compare, number

Resize = Callable[[np.ndarray], Any]

NEAR = 0.005  # in dB: float32, and what lies outside of [0, 1] cut off or left


def downsample(function: Resize, count: int, side: int) -> None:
    """Check that function(x) is the mean of each 2 x 2 block, (n, side / 2, side / 2, 1).

    It is tried on `count` random pictures of shape (side, side, 1).
    """
    x = np.random.default_rng().random((count, side, side, 1), np.float32)
    name = "downsample(x)"
    found = as_array(name, call("downsample", function, x.copy()))
    right = halved(x)
    if found.shape == right.shape[:3]:
        raise CheckFailed(f"{name} has shape {found.shape}; keep the channel: {right.shape}.")
    found = array_of_shape(name, found, right.shape)
    half = side // 2
    blocks = x.reshape(count, half, 2, half, 2, 1)
    corners = [x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]
    mistakes: list[Mistake] = [
        *[("This skips pixels: three of four are thrown away unseen. Take the mean of each block.",
           corner) for corner in corners],
        ("This is the sum of each block; take the mean.", 4 * right),
        ("This is the largest pixel of each block; take the mean.", blocks.max(axis=(2, 4))),
        ("This is the smallest pixel of each block; take the mean.", blocks.min(axis=(2, 4))),
        ("Rows and columns are exchanged.", right.swapaxes(1, 2)),
        ("This cuts a corner out; make the whole picture smaller.", x[:, :half, :half]),
        ("This cuts the middle out; make the whole picture smaller.",
         x[:, side // 4 : side // 4 + half, side // 4 : side // 4 + half]),
        ("The blocks are not squares: cut both the rows and the columns into pairs, "
         "(n, side / 2, 2, side / 2, 2, 1), and take the mean along the two pairs.",
         x.reshape(count, half, half, 4, 1).mean(axis=3)),
        ("The blocks are not squares: cut both the rows and the columns into pairs, "
         "(n, side / 2, 2, side / 2, 2, 1), and take the mean along the two pairs.",
         x.reshape(count, 2, half, 2, half, 1).mean(axis=(1, 3))),
    ]  # fmt: skip
    compare(name, found, right, mistakes)
    passed(f"downsample: {count} pictures, {side} x {side} to {half} x {half}")


def enlarge(function: Resize, count: int, side: int) -> None:
    """Check that function(small) is small, enlarged to twice the side by bicubic interpolation.

    It is tried on `count` random pictures of shape (side, side, 1). What lies outside of [0, 1]
    may be cut off or left.
    """
    small = halved(np.random.default_rng().random((count, 2 * side, 2 * side, 1), np.float32))
    name = "enlarge(small)"
    found = as_array(name, call("enlarge", function, small.copy()))
    right = bicubic(small)
    if found.shape in ((count, side, side, 1), (count, side // 2, side // 2, 1)):
        raise CheckFailed(
            f"{name} has shape {found.shape}; expected {right.shape}. This is the wrong direction, "
            "or the wrong size: from small to large, twice the side."
        )
    if found.shape == right.shape[:3]:
        raise CheckFailed(f"{name} has shape {found.shape}; keep the channel: {right.shape}.")
    found = array_of_shape(name, found, right.shape)
    mistakes: list[Mistake] = [
        ("This repeats each pixel, which is called nearest; interpolate bicubically.",
         small.repeat(2, axis=1).repeat(2, axis=2)),
        ("This is bilinear interpolation; take bicubic.", _matrix_applied(small, _linear)),
        ("Rows and columns are exchanged.", right.swapaxes(1, 2)),
        ("The small picture stands inside a frame; make it larger.",
         np.pad(small, ((0, 0), (side // 2, side - side // 2), (side // 2, side - side // 2),
                        (0, 0)))),
        ("Is it divided by 255? The pixels go from 0 to 1 already.", right / 255),
        ("It goes up to 255; leave the pixels between 0 and 1.", 255 * right),
    ]  # fmt: skip
    # Libraries treat the pixels at the edge differently; inside they agree.
    inner = slice(3, -3)
    inside = found[:, inner, inner]
    for version in (right, np.clip(right, 0, 1)):
        if np.abs(inside - version[:, inner, inner]).max() < 0.005:
            passed(
                f"enlarge: {count} pictures, {side} x {side} to {2 * side} x {2 * side}, bicubic"
            )
            return
    compare(name, found, right, mistakes)


def super_resolves(
    name: str, model: Any, train: np.ndarray, x: np.ndarray, at_least: float
) -> None:
    """Check that a model enlarges small pictures better than bicubic interpolation does.

    x: large pictures that it was not trained on, (n, side, side, 1), values in [0, 1]. They are
    made small by means of 2 x 2. The PSNR of what the model makes of them must be at_least so many
    decibels above bicubic. train: the large pictures that it was trained on, to name mistakes by.
    """
    small = halved(x)
    model = require_model(name, model, small.shape[1:])
    found = as_array(f"the output of {name}", run(model, small))
    if found.shape == small.shape:
        raise CheckFailed(
            f"{name} gives pictures of shape {found.shape[1:]}, as small as they came; expected "
            f"{x.shape[1:]}. One layer must enlarge: strides=2 in Conv2DTranspose, or UpSampling2D."
        )
    found = array_of_shape(f"the output of {name}", found, x.shape)
    by_formula = np.clip(bicubic(small), 0, 1)
    before, after = decibels(x, by_formula), decibels(x, found)
    note("PSNR of bicubic, dB", before)
    note("PSNR, dB", after)
    note("PSNR on what it was trained on, dB", decibels(train, run(model, halved(train))))
    keep_limit(
        "dB above bicubic",
        after - before,
        f"{name}: {after:.2f} dB on {len(x)} pictures not trained on, {after - before:.2f} dB "
        "above bicubic",
        at_least=at_least,
        hint=lambda: _why_blurred(found, small, x),
    )


def _why_blurred(found: np.ndarray, small: np.ndarray, x: np.ndarray) -> str:
    """Name the training mistake that pictures like these come from, as far as they tell."""
    if found.var(axis=0).sum() < 0.1 * x.var(axis=0).sum():
        return "It draws the same whatever it is shown: was fit called on this model, long enough?"
    skipped = x[:, ::2, ::2]
    if np.mean((halved(found) - small) ** 2) > 0.5 * np.mean((skipped - small) ** 2):
        return (
            "Made small again, its pictures are not those that it was shown. Was it trained on "
            "small pictures made by downsample, and is the way through it wide enough? A narrow "
            "code loses what the small picture knows."
        )
    enlarged = {"nearest": small.repeat(2, axis=1).repeat(2, axis=2), "bicubic": bicubic(small)}
    own = decibels(x, found)
    if any(decibels(picture, found) > own + 2 for picture in enlarged.values()):
        return (
            "What it draws is nearer to the small picture enlarged than to the original: was that "
            "its target? The target is the large picture as it was before."
        )
    return "More epochs, more filters, or a larger learning rate?"


def gain(name: str, value: Any, model: Any, train: np.ndarray, test: np.ndarray) -> None:
    """Check that a number is the decibels of a model above bicubic, on the test pictures.

    train, test: large pictures, (n, side, side, 1). Both PSNR are those of the mean error over all
    pixels of all pictures; bicubic is cut to [0, 1] or not.
    """
    found = number(name, value)
    model = require_model("upscaler", model, halved(test).shape[1:])
    results = {}
    for part, x in {"test": test, "train": train}.items():
        small = halved(x)
        results[part] = (
            x,
            array_of_shape("the output of upscaler", run(model, small), x.shape),
            (bicubic(small)),
        )
    right = _gains(*results["test"])
    if any(abs(found - value) < NEAR for value in right):
        passed(f"{name}: {found:.2f} dB above bicubic")
        return
    x, drawn, by_formula = results["test"]
    nearest = halved(x).repeat(2, axis=1).repeat(2, axis=2)
    known = [
        (
            "This is on the pictures that it was trained on; measure it on the test pictures.",
            _gains(*results["train"]),
        ),
        (
            "This is the mean of each picture's decibels; take those of the mean error of all.",
            [_of_each(x, drawn) - _of_each(x, picture) for picture in _versions(by_formula)],
        ),
        ("The sign is wrong: network minus bicubic.", [-value for value in right]),
        ("This is the PSNR of the network; take away that of bicubic.", [decibels(x, drawn)]),
        (
            "This is against repeated pixels (nearest); take bicubic.",
            [decibels(x, drawn) - decibels(x, nearest)],
        ),
    ]
    said = f"{name} is {found:.3f}; expected {right[0]:.3f}."
    for sentence, values in known:
        if any(abs(found - value) < NEAR for value in values):
            raise CheckFailed(f"{said} {sentence}")
    raise CheckFailed(
        f"{said} psnr of what this upscaler makes of the small test pictures, minus psnr of "
        "enlarge of them. After training again, compute it again."
    )


def _versions(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.clip(picture, 0, 1), picture


def _gains(x: np.ndarray, drawn: np.ndarray, by_formula: np.ndarray) -> list[float]:
    return [decibels(x, drawn) - decibels(x, picture) for picture in _versions(by_formula)]


def _of_each(x: np.ndarray, picture: np.ndarray) -> float:
    return float(np.mean([decibels(a, b) for a, b in zip(x, picture, strict=True)]))


def decibels(x: np.ndarray, x_hat: np.ndarray) -> float:
    """Return the peak signal-to-noise ratio of pictures with values in [0, 1], over all pixels."""
    return -10 * math.log10(max(float(np.mean((x_hat - x) ** 2)), 1e-12))


def halved(x: np.ndarray) -> np.ndarray:
    """Return the means of 2 x 2 blocks of x, (n, side, side, 1), side even."""
    count, side = x.shape[:2]
    return x.reshape(count, side // 2, 2, side // 2, 2, 1).mean(axis=(2, 4))


def bicubic(small: np.ndarray) -> np.ndarray:
    """Return small, (n, side, side, 1), enlarged to twice the side; values may leave [0, 1].

    Beyond the edge there is nothing, and the weights of what is there are scaled to a sum of 1.
    """
    return _matrix_applied(small, _cubic)


def _matrix_applied(small: np.ndarray, weight: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    side = small.shape[1]
    places = (np.arange(2 * side) + 0.5) / 2 - 0.5  # where the new pixels lie among the old ones
    matrix = weight(np.abs(places[:, None] - np.arange(side)))
    matrix /= matrix.sum(axis=1, keepdims=True)
    return np.einsum("ai,nijc,bj->nabc", matrix, small, matrix, optimize=True)


def _cubic(t: np.ndarray) -> np.ndarray:
    near, far = 1.5 * t**3 - 2.5 * t**2 + 1, -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2
    return np.where(t < 1, near, np.where(t < 2, far, 0.0))


def _linear(t: np.ndarray) -> np.ndarray:
    return np.maximum(0, 1 - t)
