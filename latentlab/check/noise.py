"""Noise that a student makes, tested as randomness: by statistics over many draws.

No seed is set and no draw is compared with another's, so that every right order of random calls
passes. Each statistic is held against its value for right noise, give or take 5 of its standard
deviations. A normal variable is further away once in 1.7 million draws, and a verb looks at no more
than ten: it fails a right answer less than once in 100,000 calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.values import array_of_shape, close

Noise = Callable[[np.ndarray, float], Any]

FURTHEST = 5.0  # standard deviations
FAINT = 0.01  # on greys from 0.35 to 0.65 nothing of such noise is cut off by 0 and 1
EACH = "Draw one number for each pixel of each picture, with size=x.shape."


def gaussian_noise(function: Noise, sigma: float, shape: tuple[int, ...]) -> None:
    """Check that function(x, sigma) is x plus Gaussian noise, clipped to [0, 1].

    The noise has the mean 0 and the standard deviation sigma, and another value for each pixel of
    each picture and at each call. It is looked at twice: faint on grey pictures of this shape,
    (n, ...), where nothing is clipped; then with the given sigma on black and white.
    """
    x = np.random.default_rng().uniform(0.35, 0.65, shape)
    first, second = (drawn("gaussian_noise", function, x, FAINT) - x for _ in range(2))
    if first.std() > 0.3:
        raise CheckFailed(
            f"gaussian_noise(x, {FAINT}): the noise has a standard deviation of {first.std():.2g}. "
            "Is sigma used?"
        )
    _require_own(first, "noise")
    _require_around(x, first)
    _require_new(first, second, "gaussian_noise")
    _require_gaussian(x, first)
    _require_clipped(function, sigma, shape)
    passed(f"gaussian_noise: mean, deviation and shape of the noise on {x.size:,} pixels")


def masking_noise(function: Noise, p: float, shape: tuple[int, ...]) -> None:
    """Check that function(x, p) sets each pixel to 0 with probability p and keeps the others.

    It is tried on pictures of this shape, (n, ...), without a black pixel. A right answer may also
    set the same number of pixels to 0 in each picture, as Vincent et al. did (Extracting and
    Composing Robust Features with Denoising Autoencoders, 2008).
    """
    x = np.random.default_rng().uniform(0.2, 1, shape)
    first, second = (drawn("masking_noise", function, x, p) for _ in range(2))
    _require_kept(x, first, p)
    masked, again = first == 0, second == 0
    _require_own(masked - p, "mask")
    if _alike(masked, x) > FURTHEST:
        raise CheckFailed(
            "masking_noise: which pixels are set to 0 depends on how bright they are. Draw random "
            "numbers and compare these with p, not the pixels."
        )
    share, deviation = masked.mean(), math.sqrt(p * (1 - p) / x.size)
    if abs(share - p) > FURTHEST * deviation:
        hint = ""
        if abs(share - (1 - p)) < FURTHEST * deviation:
            hint = " p is the probability of being set to 0, not of being kept."
        raise CheckFailed(
            f"masking_noise(x, {p:.3g}) sets {share:.2%} of the pixels to 0; expected {p:.2%}, "
            f"give or take {FURTHEST * deviation:.2%}.{hint}"
        )
    _require_new(masked, again, "masking_noise")
    passed(f"masking_noise: {share:.1%} of {x.size:,} pixels are 0, the others as they were")


def drawn(name: str, function: Noise, x: np.ndarray, strength: float) -> np.ndarray:
    """Return what the function makes of a copy of x."""
    said = f"{name}(x, {strength:.3g})"
    found = array_of_shape(said, call(name, function, x.copy(), strength), x.shape)
    if close(found, x):
        raise CheckFailed(f"{said} is x itself: there is no noise in it.")
    return found


def _require_around(x: np.ndarray, noise: np.ndarray) -> None:
    """Fail unless x itself is still there, below the noise."""
    slope = 1 + np.mean((x - x.mean()) * (noise - noise.mean())) / x.var()
    deviation = noise.std() / (x.std() * math.sqrt(x.size))
    if abs(slope - 1) <= FURTHEST * deviation + 1e-6:
        return
    if abs(slope) <= FURTHEST * deviation:
        raise CheckFailed(
            "gaussian_noise gives the noise alone: the result does not depend on x. Add it to x."
        )
    raise CheckFailed(
        f"gaussian_noise: where x is brighter by 1, the result is brighter by {slope:.3g} on "
        "average; expected 1. The noise is added to x, and x is not scaled."
    )


def _require_new(first: np.ndarray, second: np.ndarray, name: str) -> None:
    """Fail if two calls had the same noise."""
    if _alike(first, second) > FURTHEST:
        raise CheckFailed(
            f"{name}: two calls have the same noise. Is the random generator made, or seeded, "
            "inside the function? Then it starts from the same number each time."
        )


def _require_own(noise: np.ndarray, word: str) -> None:
    """Fail if pictures share their noise, or pixels do.

    The means over pictures, and over pixels, vary no more than those of independent draws.
    """
    rows = noise.reshape(len(noise), -1) - noise.mean()
    if rows.std() < 1e-9:
        raise CheckFailed(f"All pixels of all pictures get the same {word}. {EACH}")
    for axis, who in ((0, "All pictures get"), (1, "All pixels of a picture get")):
        means = rows.mean(axis=axis)
        ratio = means.var(ddof=1) * rows.shape[axis] / rows.var()
        # A chi-squared variable over its degrees of freedom; its cube root is nearly normal:
        # Wilson and Hilferty, The Distribution of Chi-Square (1931).
        spread = 2 / (9 * (len(means) - 1))
        if ratio ** (1 / 3) - (1 - spread) > FURTHEST * math.sqrt(spread):
            raise CheckFailed(f"{who} the same {word}, or nearly. {EACH}")


def _require_gaussian(x: np.ndarray, noise: np.ndarray) -> None:
    """Fail unless the faint noise has the moments of a normal distribution, wherever x is."""
    n, mean, deviation = noise.size, noise.mean(), noise.std()
    if abs(mean) > FURTHEST * deviation / math.sqrt(n):
        hint = ""
        if noise.min() >= 0:
            hint = " It only makes pictures brighter; noise has both signs."
        raise CheckFailed(
            f"gaussian_noise: the mean of the noise is {mean / FAINT:.3g} times sigma; expected 0."
            f"{hint}"
        )
    if _alike(np.abs(noise), x) > FURTHEST:
        raise CheckFailed(
            "gaussian_noise: the noise is stronger where x is brighter, or darker. It is added to "
            "x and does not depend on it."
        )
    kurtosis = np.mean((noise - mean) ** 4) / deviation**4
    normal = abs(kurtosis - 3) <= FURTHEST * 1.2 * math.sqrt(24 / n)
    # The variance of a sample's variance: Casella and Berger, Statistical Inference, exercise 5.8.
    uncertainty = deviation * math.sqrt((kurtosis - 1) / (4 * n))
    if abs(deviation - FAINT) > FURTHEST * uncertainty:
        known = [
            (
                FAINT**2,
                "That is sigma squared: `normal` takes the standard deviation, not the variance.",
            ),
            (math.sqrt(FAINT), "That is its root: sigma is the deviation, not the variance."),
            (FAINT / math.sqrt(3), "That is uniform noise from -sigma to sigma."),
            (FAINT / math.sqrt(12), "That is uniform noise of the width sigma."),
        ]
        hint = next((said for value, said in known if abs(deviation / value - 1) < 0.02), "")
        raise CheckFailed(
            f"gaussian_noise(x, {FAINT}): the noise has a standard deviation of {deviation:.4g}; "
            f"expected {FAINT}. {hint}".rstrip()
        )
    if not normal:
        raise CheckFailed(
            "gaussian_noise: the noise has the right mean and deviation, but not the bell shape of "
            "the normal distribution. Draw it with `normal`."
        )


def _require_clipped(function: Noise, sigma: float, shape: tuple[int, ...]) -> None:
    """Fail unless strong noise on black and white is clipped to [0, 1], and is nothing else."""
    x = np.random.default_rng().integers(0, 2, shape).astype(np.float64)
    found = drawn("gaussian_noise", function, x, sigma)
    low, high = found.min(), found.max()
    if low < -1e-6 or high > 1 + 1e-6:
        raise CheckFailed(
            f"gaussian_noise(x, {sigma:.3g}) has values from {low:.3g} to {high:.3g}; expected 0 "
            "to 1. Clip the sum of picture and noise."
        )
    black = np.concatenate([found[x == 0], 1 - found[x == 1]])  # white is its mirror image
    mean, deviation = _clipped_moments(sigma)
    at_end, count = np.mean(black == 0), black.size
    if abs(black.mean() - mean) <= FURTHEST * deviation / math.sqrt(count) and (
        abs(at_end - 0.5) <= FURTHEST * 0.5 / math.sqrt(count)
    ):
        return
    if at_end < 0.01:
        hint = " Values beyond 0 or 1 are to become 0 or 1; they are not scaled or turned back."
    else:
        hint = " Is the sum clipped, and not the noise?"
    raise CheckFailed(
        f"gaussian_noise(x, {sigma:.3g}): {at_end:.1%} of the black pixels stay exactly black and "
        f"their mean is {black.mean():.3f}; expected 50.0% and {mean:.3f}.{hint}"
    )


def _clipped_moments(sigma: float) -> tuple[float, float]:
    """Return the mean and the standard deviation of normal noise that is clipped to [0, 1].

    Integrals of the normal density: Johnson, Kotz and Balakrishnan, Continuous Univariate
    Distributions 1 (1994), section 13.10.
    """
    end = 1 / sigma
    density = math.exp(-(end**2) / 2) / math.sqrt(2 * math.pi)
    above = math.erfc(end / math.sqrt(2)) / 2
    mean = sigma * (1 / math.sqrt(2 * math.pi) - density) + above
    square = sigma**2 * (0.5 - above - end * density) + above
    return mean, math.sqrt(square - mean**2)


def _require_kept(x: np.ndarray, found: np.ndarray, p: float) -> None:
    """Fail unless every pixel is 0 or as it was."""
    others = (found != 0) & (np.abs(found - x) > 1e-6)
    if not others.any():
        return
    ratio = found[others] / x[others]
    if np.allclose(ratio, 1 / (1 - p), rtol=1e-3):
        hint = "The kept pixels are divided by 1 - p. A Dropout layer does that; here they stay."
    elif np.allclose(found[others], found[others][0]):
        hint = f"Some are set to {found[others][0]:.3g}; a masked pixel is 0."
    else:
        hint = "A pixel that is not masked stays as it is."
    at = np.unravel_index(others.argmax(), others.shape)
    raise CheckFailed(
        f"masking_noise(x, {p:.3g}) makes {found[at]:.4g} of a pixel of {x[at]:.4g}; expected 0 "
        f"or {x[at]:.4g}. {hint}"
    )


def _alike(a: np.ndarray, b: np.ndarray) -> float:
    """Return the size of the correlation, in its standard deviations for independent numbers."""
    a, b = a - a.mean(), b - b.mean()
    return (
        abs(float(np.sum(a * b)))
        / math.sqrt(float(np.sum(a * a) * np.sum(b * b)))
        * (math.sqrt(a.size))
    )
