"""Two samples compared: the Gaussian kernel, and the maximum mean discrepancy (MMD).

Gretton et al., A Kernel Two-Sample Test, Journal of Machine Learning Research 13 (2012). The
unbiased estimate of the squared MMD is that of its lemma 6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.values import Mistake, array_of_shape, close, compare, number

Array = np.ndarray
WIDTHS = (0.25, 0.5, 1.0, 2.0)
CODE = 2
# The squared MMD of points that the check draws is at least so far from 0, and from what each
# well-known mistake gives: far more than the rounding that it allows.
LEAST_MMD = LEAST_GAP = 1e-3
SAME = 1e-12  # a gap below this is none: what is a mistake elsewhere gives the right value here
TRIES = 100  # a sign that is wanted fails to come up with a chance below 1e-8
CUT_OFF = (
    "The estimate may be a little below 0: take no absolute value, and do not cut it off at 0."
)


def gaussian_kernel(function: Callable[..., Any], n: int, m: int, width: float) -> None:
    """Check that function(a, b, width) is exp(-|a_i - b_j|^2 / (2 width^2)), shape (n, m).

    a, b: random, shapes (n, 2) and (m, 2), float32.
    """
    rng = np.random.default_rng()
    a, b = (rng.normal(size=(count, CODE)).astype(np.float32) for count in (n, m))
    asked = f"gaussian_kernel(a, b, {width:g})"
    found = call("gaussian_kernel", function, a.copy(), b.copy(), width)
    if np.shape(found) == (m, n) != (n, m):
        raise CheckFailed(
            f"{asked} has shape {(m, n)}; expected {(n, m)}: a row for each point of a, a column "
            "for each of b."
        )
    found = array_of_shape(asked, found, (n, m))
    squares = _squares(a, b)
    root, mean = np.sqrt(squares), squares / CODE
    mistakes = [
        ("The distance is not squared.", np.exp(-root / (2 * width**2))),
        ("The 2 is missing in the denominator.", np.exp(-squares / width**2)),
        ("The width is to be squared in the denominator.", np.exp(-squares / (2 * width))),
        ("The width is to be squared; and the 2 is missing.", np.exp(-squares / width)),
        (
            "The exponent is half of what it should be. Is the 2 squared, too (it is "
            "2 * width**2)? Or is this the mean of the two squares, not their sum?",
            np.exp(-squares / (4 * width**2)),
        ),
        ("It is multiplied by the width; divide.", np.exp(-squares / 2 * width**2)),
        ("The minus is missing.", np.exp(squares / (2 * width**2))),
        ("This is the squared distance: the exponential is missing.", squares),
        ("This is the mean of squares: the exponential is missing.", mean),
        ("The exponential is missing.", -squares / (2 * width**2)),
        (
            "The factor of a density is not wanted here: k(a, a) is 1.",
            np.exp(-squares / (2 * width**2)) / (2 * np.pi * width**2),
        ),
    ]
    compare(asked, found, np.exp(-squares / (2 * width**2)), mistakes)
    passed(f"gaussian_kernel: {n} x {m} pairs, width {width:g}")


def mmd(function: Callable[..., Any], n: int, m: int, widths: Sequence[float]) -> None:
    """Check that function(a, b, widths) is the unbiased estimate of the squared MMD.

    It is the mean over the widths, of a Gaussian kernel each. a, b: random, shapes (n, 2) and
    (m, 2), float32.
    """
    asked = f"mmd(a, b, {list(widths)})"
    for sign in (1, -1):
        a, b = _told_apart(n, m, widths, sign)
        found = number(asked, call("mmd", function, a.copy(), b.copy(), list(widths)))
        right = squared_mmd(a, b, widths)
        if not close(found, right):
            mistakes = _wrong_mmds(a, b, widths)
            hint = next((said for said, value in mistakes if close(found, value)), KERNEL)
            raise CheckFailed(f"{asked} is {found:.6g}; expected {right:.6g}. {hint}")
    passed(f"mmd: {n} and {m} points, {len(widths)} widths")


KERNEL = "Does the check of `gaussian_kernel` pass, and is it used?"


def _told_apart(n: int, m: int, widths: Sequence[float], sign: int) -> tuple[Array, Array]:
    """Return random points whose squared MMD has this sign, and is none of the wrong values.

    For a positive one they are from two distributions, for a negative one both from the first.
    With one width, or one near 1, some mistakes are none, and a very large width leaves nothing to
    tell apart: after TRIES draws the last of the right sign is taken, or else the last of all.
    """
    rng = np.random.default_rng()
    shift, spread = (0, 1.4) if sign > 0 else (0.3, 1)
    signed = None
    for _ in range(TRIES):
        a = rng.normal(0.3, 1, (n, CODE)).astype(np.float32)
        b = rng.normal(shift, spread, (m, CODE)).astype(np.float32)
        right = squared_mmd(a, b, widths)
        if sign * right < LEAST_MMD:
            continue
        signed = a, b
        gaps = [abs(value - right) for _, value in _wrong_mmds(a, b, widths)]
        if min(gap for gap in gaps if gap > SAME) > LEAST_GAP:
            break
    return signed or (a, b)


def _wrong_mmds(a: Array, b: Array, widths: Sequence[float]) -> list[Mistake]:
    """Return what well-known mistakes make of these points."""
    n, m, right = len(a), len(b), squared_mmd(a, b, widths)
    within_a, within_b, across = _means(a, b, widths)
    all_a, all_b = ((inside * (k - 1) + 1) / k for inside, k in ((within_a, n), (within_b, m)))
    first = squared_mmd(a, b, widths[:1])
    kernel_twice = [2**0.5 * width for width in widths]
    return [
        (
            "It is biased: pairs of a point and itself are counted. Take out the diagonals, and "
            "divide by n (n - 1).",
            all_a + all_b - 2 * across,
        ),
        (
            "The diagonals are taken out, but it is divided by n * n: there are n (n - 1) pairs.",
            within_a * (n - 1) / n + within_b * (m - 1) / m - 2 * across,
        ),
        (
            "It is divided by n (n - 1), but the diagonals are still in the sums.",
            within_a + 1 / (n - 1) + within_b + 1 / (m - 1) - 2 * across,
        ),
        (
            "The diagonal is taken out across, too; there no point meets itself.",
            within_a + within_b - 2 * _without_diagonal(a, b, widths),
        ),
        ("The pairs across count twice.", within_a + within_b - across),
        ("The pairs across are to be subtracted.", within_a + within_b + 2 * across),
        ("The sign is wrong." if right > 0 else CUT_OFF, -right),
        (CUT_OFF, max(right, 0)),
        ("It is the sum over the widths; take the mean.", len(widths) * right),
        ("Only the first width is used; take the mean over all.", first),
        ("Only the last width is used.", squared_mmd(a, b, widths[-1:])),
        (
            "This is the kernel of one width, their mean; take the mean of the kernels.",
            squared_mmd(a, b, [float(np.mean(widths))]),
        ),
        ("This is its root; return the squared MMD.", np.sqrt(max(right, 0))),
        (
            "This compares the means alone, without a kernel.",
            np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2, dtype=np.float64),
        ),
        (
            "The 2 is missing in the denominator of the kernel.",
            squared_mmd(a, b, [width / 2**0.5 for width in widths]),
        ),
        ("Is the 2 in the kernel squared, too?", squared_mmd(a, b, kernel_twice)),
        (
            "The width is not squared in the kernel.",
            squared_mmd(a, b, [width**0.5 for width in widths]),
        ),
    ]


def squared_mmd(a: Array, b: Array, widths: Sequence[float] = WIDTHS) -> float:
    """Return the unbiased estimate of the squared MMD of points (n, d) and (m, d).

    Mean over Gaussian kernels of these widths. It is 0 in the mean if both have one distribution.
    """
    within_a, within_b, across = _means(a, b, widths)
    return within_a + within_b - 2 * across


def _means(a: Array, b: Array, widths: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean kernel over different points of a, over those of b, and over pairs across."""

    def inside(points: Array) -> float:
        n = len(points)
        return float((_kernel(points, points, widths).sum() - n) / (n * (n - 1)))

    return inside(a), inside(b), float(_kernel(a, b, widths).mean())


def _without_diagonal(a: Array, b: Array, widths: Sequence[float]) -> float:
    kernel = _kernel(a, b, widths)
    pairs = min(kernel.shape)
    return float((kernel.sum() - np.trace(kernel)) / (kernel.size - pairs))


def _kernel(a: Array, b: Array, widths: Sequence[float]) -> Array:
    squares = _squares(a, b)
    return np.mean([np.exp(-squares / (2 * width**2)) for width in widths], axis=0)


def _squares(a: Array, b: Array) -> Array:
    """Return the squared distances, shape (n, m), as float64."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.maximum(squares, 0)
