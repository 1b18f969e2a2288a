"""Denoising: the median filter to beat, and networks whose input is noisy and whose target is not.

The noise that a model is judged by is drawn here, anew each time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.limits import keep_limit, note
from latentlab.check.models import require_model, run, running
from latentlab.check.networks import random_dense
from latentlab.check.noise import FURTHEST
from latentlab.check.pictures import diagnosis
from latentlab.check.values import Mistake, array_of_shape, as_array, close, compare

# A denoiser for strong noise does worse on clean pictures than on noisy ones, since it takes away
# what is not there. A network that has seen no noise, or weak noise, has less error on clean ones.
CLEARLY_LESS = 0.8
FEW = 0.05  # of numbers that are not dropped, fewer than this are 0 by chance


def median_filter(function: Callable[[np.ndarray], Any], images: np.ndarray) -> None:
    """Check that function(images) is the median of 3 x 3 pixels around each pixel.

    images: shape (n, height, width). Beyond the edge pixels may be black or those of the edge.
    """
    found = as_array("median_filter(images)", call("median_filter", function, images.copy()))
    inside = _windows(images)
    if found.shape != images.shape:
        hint = ""
        if found.shape == inside.shape[:3]:
            hint = " The pixels at the edge are missing: pad the pictures by one pixel first."
        raise CheckFailed(
            f"median_filter(images) has shape {found.shape}; expected {images.shape}.{hint}"
        )
    right, black = (np.median(_windows(_padded(images, mode)), axis=3) for mode in PADDINGS)
    if close(found, right) or close(found, black):
        passed(f"median_filter: {len(images)} pictures of {images.shape[1]} x {images.shape[2]}")
        return
    around = _windows(_padded(images, "edge"))
    opposite = np.median(_windows(_padded(images, "wrap")), axis=3)
    untouched = images.copy()
    untouched[:, 1:-1, 1:-1] = right[:, 1:-1, 1:-1]
    mistakes: list[Mistake] = [
        ("This is the mean of the nine pixels; take their median.", around.mean(axis=3)),
        ("The pixel itself is missing: it is one of the nine.",
         np.median(np.delete(around, 4, axis=3), axis=3)),
        ("These are the five pixels of a cross; the corners count too.",
         np.median(around[..., 1::2], axis=3)),
        ("These are the five pixels of a cross; the corners count too.",
         np.median(around[..., [1, 3, 4, 5, 7]], axis=3)),
        ("This is the largest of the nine.", around.max(axis=3)),
        ("This is the smallest of the nine.", around.min(axis=3)),
        ("This is the median of a row of three pixels.", np.median(around[..., 3:6], axis=3)),
        ("This is the median of a column of three pixels.", np.median(around[..., 1::3], axis=3)),
        ("The window is larger than 3 x 3.", _wider(images)),
        ("Beyond the edge there are the pixels of the opposite side: pad the pictures instead.",
         opposite),
        ("The pixels at the edge are as they were: pad the pictures by one pixel first.",
         untouched),
        ("The window reaches into other pictures: filter each picture for itself.",
         _across_pictures(images)),
    ]  # fmt: skip
    if close(found[:, 1:-1, 1:-1], right[:, 1:-1, 1:-1]):
        mistakes.append(("Inside it is right; look at the edge.", found))
    compare("median_filter(images)", found, right, mistakes)


PADDINGS = ("edge", "constant")


def _padded(images: np.ndarray, mode: Any) -> np.ndarray:
    return np.pad(images, ((0, 0), (1, 1), (1, 1)), mode=mode)


def _windows(images: np.ndarray) -> np.ndarray:
    """Return the nine pixels around each pixel that is not at the edge, (n, h - 2, w - 2, 9)."""
    views = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(1, 2))
    return views.reshape(*views.shape[:3], 9)


def _wider(images: np.ndarray) -> np.ndarray:
    wide = np.pad(images, ((0, 0), (2, 2), (2, 2)), mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(wide, (5, 5), axis=(1, 2))
    return np.median(views, axis=(3, 4))


def _across_pictures(images: np.ndarray) -> np.ndarray:
    wide = np.pad(images, 1, mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(wide, (3, 3, 3))
    return np.median(views, axis=(3, 4, 5))


def filtered(pictures: np.ndarray) -> np.ndarray:
    """Return pictures of shape (n, height, width) after a median filter, the edge repeated."""
    return np.median(_windows(_padded(pictures, "edge")), axis=3)


def removes_noise(
    name: str, model: Any, x: np.ndarray, sigma: float, at_least: float, beyond_median: float
) -> None:
    """Check that a model removes noise from pictures that it has not seen.

    x: clean pictures as vectors, shape (n, side * side), values in [0, 1]. They get new Gaussian
    noise of the deviation sigma, clipped to [0, 1]. The model's PSNR must be at_least so many
    decibels above that of the noisy pictures, and beyond_median above that of a median filter.
    """
    model = require_model(name, model, x.shape[1:])
    noisy = np.clip(x + np.random.default_rng().normal(0, sigma, x.shape), 0, 1)
    with running(name):  # as a student calls it: a layer that is told to be active is active
        first, second = (np.asarray(model(noisy.astype(np.float32)), np.float64) for _ in range(2))
    found = array_of_shape(f"the output of {name}", first, x.shape)
    if not close(found, second):
        raise CheckFailed(
            f"{name} makes another picture of the same input each time: a noise or Dropout layer "
            "is active, although nobody trains. At test time the picture is noisy already. Leave "
            "training=True out."
        )
    side = math.isqrt(x.shape[1])
    median = filtered(noisy.reshape(-1, side, side)).reshape(x.shape)
    before, by_median, after = (_psnr(x, pictures) for pictures in (noisy, median, found))
    note("PSNR of the noisy pictures, dB", before)
    note("PSNR of a median filter, dB", by_median)
    note("PSNR, dB", after)
    said = f"{name}: {after:.2f} dB on {len(x)} pictures not trained on"
    keep_limit(
        "dB above the noisy pictures",
        after - before,
        f"{said}, {after - before:.2f} dB above the noisy ones",
        at_least=at_least,
        hint=lambda: _why_noisy(model, sigma, x, found),
    )
    keep_limit(
        "dB above a median filter",
        after - by_median,
        f"{said}, {after - by_median:.2f} dB above a median filter",
        at_least=beyond_median,
        hint=lambda: _why_noisy(model, sigma, x, found),
    )


def _psnr(x: np.ndarray, pictures: np.ndarray) -> float:
    return -10 * math.log10(np.mean((pictures - x) ** 2))


def _why_noisy(model: keras.Model, sigma: float, x: np.ndarray, found: np.ndarray) -> str:
    """Name the training mistake that pictures like these come from, as far as they tell."""
    of_clean = run(model, x)
    background = of_clean[:, x.max(axis=0) == 0]  # pixels that no picture ever uses
    if background.size and 0.06 < background.mean() < 0.4 and of_clean.std() > 0.05:
        return (
            f"The background, black in every picture, comes out as {background.mean():.2f}, the "
            "mean of clipped noise: was the noise in the targets? The target is the clean picture."
        )
    error, clean_error = (np.mean((pictures - x) ** 2) for pictures in (found, of_clean))
    if clean_error < CLEARLY_LESS * error:
        return (
            "It does better on clean pictures than on noisy ones: it has not been trained on noise "
            f"like this. Was its input noisy, with sigma = {sigma:g}, and clipped?"
        )
    return diagnosis(found, x, x)


def denoise(function: Callable[[keras.Model, np.ndarray], Any], x: np.ndarray) -> None:
    """Check that function(denoiser, x) is what the model makes of x, as pictures.

    x: noisy pictures as vectors, shape (n, side * side). The result must have the shape
    (n, side, side). It is tried with a random model.
    """
    count, size = x.shape
    side = math.isqrt(size)
    model = random_dense(size, size, "sigmoid")
    right = run(model, x).reshape(count, side, side)
    name = "denoise(denoiser, noisy)"
    found, again = (
        array_of_shape(name, call("denoise", function, model, x.copy()), right.shape)
        for _ in range(2)
    )
    if close(found, right):
        passed(f"denoise: {count} vectors in, {count} pictures out")
        return
    if not close(found, again):
        raise CheckFailed(
            f"{name} gives another result at each call: is noise added in it, or the model called "
            "with training=True? The pictures are noisy already; here nothing is added."
        )
    mistakes: list[Mistake] = [
        ("This is the noisy picture itself, not what the model makes of it.",
         x.reshape(right.shape)),
        ("Rows and columns are exchanged: use reshape alone.", right.swapaxes(1, 2)),
        ("This is the noise that the model found; expected is the picture without it.",
         x.reshape(right.shape) - right),
        ("The model is applied twice.", run(model, run(model, x)).reshape(right.shape)),
        ("The noisy picture is rounded to black and white before the model sees it.",
         run(model, np.round(x)).reshape(right.shape)),
        ("The result is rounded to black and white; leave the greys.", np.round(right)),
        ("Does it use the model and the pictures that it is given, and nothing else?", found),
    ]  # fmt: skip
    compare(name, found, right, mistakes)


def add_dropout(
    function: Callable[[keras.Model, keras.Model, float], Any], rate: float, size: int
) -> None:
    """Check that function(encoder, decoder, rate) is an autoencoder with dropout on its input.

    Without training it computes decoder(encoder(x)). In training each of the `size` pixels of a
    picture is set to 0 with probability rate, and the others are divided by 1 - rate: Srivastava et
    al., Dropout (2014), section 10. Tried on an encoder and a decoder that undo each other, so that
    the output shows what came in.
    """
    rng = np.random.default_rng()
    name = "add_dropout"
    turn, shift = np.linalg.qr(rng.normal(size=(size, size)))[0], rng.uniform(0.5, 1, size)
    encoder, decoder = random_dense(size, size, None), random_dense(size, size, None)
    encoder.set_weights([turn, np.zeros(size)])
    decoder.set_weights([turn.T, shift])
    model = require_model(name, call(name, function, encoder, decoder, rate), size)
    x = rng.uniform(0.5, 1, (500, size)).astype(np.float32)
    with running(name):
        first, second = (np.asarray(model(x), np.float64) for _ in range(2))
        trained = np.asarray(model(x, training=True), np.float64)
    first, second, trained = (
        array_of_shape(f"the output of {name}", values, x.shape) - shift
        for values in (first, second, trained)
    )
    if np.abs(first - second).max() > 1e-3:
        raise CheckFailed(
            f"{name}: the model drops something although nobody trains, so that two calls differ. "
            "Leave training=True out: fit turns Dropout on, and all else leaves it off."
        )
    if np.abs(first - x).max() > 1e-3:
        raise CheckFailed(
            f"{name}: without training, the model does not compute decoder(encoder(x)) for the "
            "encoder and the decoder that it is given."
        )
    dropped = np.abs(trained) < 1e-3
    if dropped.mean() < FEW:
        raise CheckFailed(_where_dropped(name, x, trained, turn, shift))
    if not np.allclose(trained[~dropped], (x / (1 - rate))[~dropped], rtol=0.01):
        found = np.median((trained / x)[~dropped])
        raise CheckFailed(
            f"{name}: with a rate of {rate:.3g}, training multiplies the pixels that are kept by "
            f"{found:.3g}; expected 1 / (1 - rate) = {1 / (1 - rate):.3g}. Is the rate used, and "
            "is there one Dropout layer?"
        )
    share, deviation = dropped.mean(), math.sqrt(rate * (1 - rate) / x.size)
    if abs(share - rate) > FURTHEST * deviation:
        raise CheckFailed(
            f"{name}: training sets {share:.1%} of the inputs to 0; expected {rate:.1%}, give or "
            f"take {FURTHEST * deviation:.1%}."
        )
    passed(f"add_dropout: {share:.1%} of the inputs dropped in training, none afterwards")


def _where_dropped(
    name: str, x: np.ndarray, trained: np.ndarray, turn: np.ndarray, shift: np.ndarray
) -> str:
    """Say where something is dropped in training, if it is not on the input."""
    if np.abs(trained - x).max() < 1e-3:
        return f"{name}: training sets no input to 0. Is there a Dropout layer in front?"
    if np.mean(np.abs(trained @ turn) < 1e-3) > FEW:
        return (
            f"{name}: training sets numbers of the code to 0, not pixels of the input. Put Dropout "
            "in front of the encoder."
        )
    if np.mean(np.abs(trained + shift) < 1e-3) > FEW:
        return (
            f"{name}: training sets pixels of the output to 0. Put Dropout in front of the encoder."
        )
    return f"{name}: training changes the pixels but sets none to 0: that is not what Dropout does."
