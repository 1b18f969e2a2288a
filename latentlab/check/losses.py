"""Reconstruction errors that a student writes, as functions of x and x_hat.

Formulas: Goodfellow, Bengio and Courville, Deep Learning (2016), sections 5.5 and 6.2.2.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.values import as_array, compare, number

Loss = Callable[[np.ndarray, np.ndarray], Any]


def mse(function: Loss, x: Any, x_hat: Any) -> None:
    """Check that function(x, x_hat) is the mean of the squared differences over all elements.

    x, x_hat: numbers of one shape, (n, pixels) or (pixels,).
    """
    x, x_hat = as_array("x", x), as_array("x_hat", x_hat)
    found = number("mse(x, x_hat)", call("mse", function, x.copy(), x_hat.copy()))
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
    found = number("bce(x, x_hat)", call("bce", function, x.copy(), x_hat.copy()))
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


def _finite_at_the_ends(function: Loss) -> None:
    """Fail unless a perfect picture of black and white pixels has an error of about 0."""
    x = np.array([[0.0, 1.0, 1.0, 0.0]])
    found = np.asarray(call("bce", function, x.copy(), x.copy()), dtype=np.float64)
    if not np.isfinite(found).all():
        raise CheckFailed(
            f"bce is {found} where x_hat is exactly 0 or 1: log(0) is minus infinity. "
            "Clip x_hat to [1e-7, 1 - 1e-7] first."
        )
    if np.abs(found).max() > 1e-3:
        raise CheckFailed(
            f"bce of a perfect picture of black and white pixels is {found}; expected about 0."
        )
