"""Reconstruction errors that a student writes, as functions of x and x_hat; and their decibels.

Formulas: Goodfellow, Bengio and Courville, Deep Learning (2016), sections 5.5 and 6.2.2.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.values import MEAN_OF_ALL, Mistake, as_array, compare, number

Loss = Callable[[np.ndarray, np.ndarray], Any]
SURE_MISTAKE = (13, 100)  # nats: a clip 20 times as far from the ends is refused, a closer one not


def mse(function: Loss, x: Any, x_hat: Any) -> None:
    """Check that function(x, x_hat) is the mean of the squared differences over all elements.

    x, x_hat: numbers of one shape, (n, pixels) or (pixels,).
    """
    x, x_hat = as_array("x", x), as_array("x_hat", x_hat)
    found = number("mse(x, x_hat)", call("mse", function, x.copy(), x_hat.copy()), of=MEAN_OF_ALL)
    difference = x_hat - x
    right = np.mean(difference**2)
    mistakes = [
        ("This is the sum over all elements; take the mean.", np.sum(difference**2)),
        (
            "The squares are summed over the pixels of an image; take the mean over pixels too.",
            np.mean(np.sum(difference**2, axis=-1)),
        ),
        (
            "The differences are not squared, so that positive and negative ones cancel.",
            np.mean(difference),
        ),
        (
            "The differences are not squared, so that positive and negative ones cancel.",
            -np.mean(difference),
        ),
        ("This is the mean of absolute values; square instead.", np.mean(np.abs(difference))),
        ("This is the square of the mean; square first.", np.mean(difference) ** 2),
        ("This is the square root of the mean; leave the root out.", np.sqrt(right)),
        ("This is half of it; leave the factor 1/2 out.", right / 2),
    ]
    compare("mse(x, x_hat)", found, right, mistakes)
    passed(f"mse of {x.size:,} pixels")


def bce(function: Loss, x: Any, x_hat: Any) -> None:
    """Check that function(x, x_hat) is the mean binary cross-entropy over all elements, in nats.

    x: numbers in [0, 1]; x_hat: numbers in (0, 1), away from both ends; both of one shape.
    The function must also give a finite number where x_hat is exactly 0 or 1.
    """
    x, x_hat = as_array("x", x), as_array("x_hat", x_hat)
    found = number("bce(x, x_hat)", call("bce", function, x.copy(), x_hat.copy()), of=MEAN_OF_ALL)
    white, black = x * np.log(x_hat), (1 - x) * np.log(1 - x_hat)
    right = -np.mean(white + black)
    inside = np.clip(x, 1e-7, 1 - 1e-7)
    exchanged = -np.mean(x_hat * np.log(inside) + (1 - x_hat) * np.log(1 - inside))
    mistakes = [
        ("The minus in front is missing: a loss is to shrink towards 0.", -right),
        ("This is in bits, with log base 2; use the natural logarithm.", right / np.log(2)),
        ("This is with log base 10; use the natural logarithm.", right / np.log(10)),
        ("This is the sum over all elements; take the mean.", right * x.size),
        (
            "This is summed over the pixels of an image; take the mean over pixels too.",
            -np.mean(np.sum(white + black, axis=-1)),
        ),
        ("The two roles are exchanged: x_hat belongs inside the logarithms, x outside.", exchanged),
        (
            "The black pixels' term, (1 - x) log(1 - x_hat), is missing.",
            -np.mean(white),
        ),
        ("The white pixels' term, x log(x_hat), is missing.", -np.mean(black)),
        ("The two terms are subtracted; add them.", -np.mean(white - black)),
        ("This is the mean squared error.", np.mean((x - x_hat) ** 2)),
    ]
    compare("bce(x, x_hat)", found, right, mistakes)
    _finite_at_the_ends(function)
    passed(f"bce of {x.size:,} pixels")


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


def _finite_at_the_ends(function: Loss) -> None:
    """Fail unless black and white pixels cost about 0 if they are right, and 16 if they are wrong.

    With x_hat clipped to [1e-7, 1 - 1e-7], a pixel that is wrong costs -log(1e-7) = 16.1 nats.
    """
    for x, x_hat in (([0.0, 1.0], [0.0, 1.0]), ([1.0], [0.0]), ([0.0], [1.0])):
        result = call("bce", function, np.array([x]), np.array([x_hat]))
        found = np.asarray(result, dtype=np.float64)
        if not np.isfinite(found).all():
            raise CheckFailed(
                f"bce is {found} where x_hat is exactly 0 or 1: log(0) is minus infinity. "
                "Clip x_hat to [1e-7, 1 - 1e-7] first."
            )
        if x == x_hat and np.abs(found).max() > 1e-3:
            raise CheckFailed(
                f"bce of a perfect picture of black and white pixels is {found}; expected about 0."
            )
        if x != x_hat and not SURE_MISTAKE[0] < found.mean() < SURE_MISTAKE[1]:
            raise CheckFailed(
                f"bce of a pixel {x[0]:g} that is rebuilt as {x_hat[0]:g} is {found.mean():.3g}; "
                "expected 16.1. Clip x_hat to [1e-7, 1 - 1e-7] first, and no further."
            )
