"""Codes and the prior: draws from it, who tells them apart, and how an encoder ends up near it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentlab.check.baseline import pca_error
from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.limits import keep_limit
from latentlab.check.models import require_model, run
from latentlab.check.two_samples import CODE, squared_mmd
from latentlab.check.values import array_of_shape, close
from latentlab.check.variational import FURTHEST, worst

Array = np.ndarray
DRAWS = 1000  # of the prior
MOST = 2000  # codes; a kernel has a number for each pair of them


def discriminator(name: str, model: Any) -> None:
    """Check that a model gives one probability for each code, shape (n, 2), and is no straight cut.

    It is looked at as it comes, with its own weights.
    """
    model = require_model(name, model, CODE)
    places = np.random.default_rng().normal(size=(200, CODE))
    asked = f"the output of {name}"
    far = array_of_shape(asked, run(model, 300 * places), (200, 1))
    if np.ptp(far) == 0:
        raise CheckFailed(
            f"{asked} is {far[0, 0]:.3g} for every code. Is it a softmax? Of one number it is "
            "always 1; expected a sigmoid."
        )
    if far.min() < 0 or far.max() > 1:
        raise CheckFailed(
            f"{asked} goes from {far.min():.3g} to {far.max():.3g}; expected probabilities, from "
            "0 to 1: a sigmoid at the end."
        )
    others = places[::-1]
    p = run(model, np.concatenate([places, others, places + others, 0 * places]))
    p = np.clip(p, 1e-9, 1 - 1e-9)
    at_a, at_b, at_both, at_0 = np.split(np.log(p / (1 - p)), 4)
    if np.abs(at_a + at_b - at_both - at_0).max() < 1e-3 * np.abs(at_a - at_0).max() + 1e-6:
        raise CheckFailed(
            f"{name} divides the plane by one straight line: its hidden layers have no activation. "
            "Codes on a ring around the darts would deceive it."
        )
    passed(f"{name}: a probability for each code, with a border that can bend")


def prior_draws(function: Callable[[int], Any], count: int) -> None:
    """Check that function(count) draws from N(0, I), shape (count, 2), anew in each call.

    Each statistic may be 6 of its standard deviations off, so a right answer fails less than once
    in 1,000,000 calls. count: some hundred at least.
    """
    asked = f"sample_prior({count})"
    first, second = (
        array_of_shape(asked, call("sample_prior", function, count), (count, CODE))
        for _ in range(2)
    )
    if close(first, second):
        raise CheckFailed(
            f"Two calls of {asked} drew the same numbers. Is there a fixed seed? Or is it drawn "
            "by numpy? A compiled step would call that only once."
        )
    furthest, said = worst(first)
    if furthest > FURTHEST:
        raise CheckFailed(f"{asked}: its numbers {said}. {_why_not_normal(first)}")
    passed(f"sample_prior: {count} draws of 2 numbers, mean 0, variance 1, new in each call")


def _why_not_normal(draws: Array) -> str:
    if np.abs(draws[:, 0] - draws[:, 1]).max() < 1e-3:
        return "Both numbers of a draw are the same: draw two for each."
    if np.abs(draws - draws[0]).max() < 1e-3:
        return "All draws are one and the same place: draw one for each of n."
    if np.mean((draws - draws.mean()) ** 4) / draws.var() ** 2 < 2.1:
        return "Are they uniform? The prior is the normal distribution, N(0, I)."
    return "The prior is N(0, I): mean 0 and standard deviation 1, each number for itself."


def follows_prior(encoder: Any, x: Array, at_most: float) -> None:
    """Check that the codes of pictures x, shape (n, pixels), are spread like N(0, I).

    The squared MMD between them (the first 2000, if there are more) and 1000 draws from N(0, I)
    must be at most at_most. For codes that are draws themselves it is 0, give or take 0.001 if n
    is 500.
    """
    codes = _codes(encoder, x[:MOST])
    found = squared_mmd(codes, np.random.default_rng().normal(size=(DRAWS, CODE)))

    def hint() -> str:
        middle, spread = np.abs(codes.mean(axis=0)).max(), codes.std(axis=0)
        if spread.min() < 0.2:
            return "The codes are crowded together (a collapse)."
        if spread.max() > 2.5:
            return (
                f"Their standard deviations are {spread[0]:.1f} and {spread[1]:.1f}; expected "
                "about 1. Has the encoder been trained to deceive, in every batch?"
            )
        if middle > 0.5:
            return f"Their mean is {middle:.1f} away from 0. Did the discriminator learn?"
        return "Do all three steps take place in each batch?"

    keep_limit(
        "squared MMD of codes and prior",
        found,
        f"codes of {len(codes)} new digits: squared MMD {found:.3f} from N(0, I)",
        at_most=at_most,
        hint=hint,
    )


def no_collapse(encoder: Any, decoder: Any, x: Array, spread: float, differ: float) -> None:
    """Check that codes of x fill both directions, and that decoded darts differ from one another.

    x: pictures, shape (n, pixels). In no direction may the codes have a standard deviation below
    `spread`. The pictures of draws from N(0, I) must have at least `differ` times the variance
    of x, summed over the pixels.
    """
    codes = _codes(encoder, x)
    decoder = require_model("decoder", decoder, CODE)
    narrowest = float(np.sqrt(np.linalg.eigvalsh(np.cov(codes.T))[0]))
    keep_limit(
        "standard deviation of the codes where they are narrowest",
        narrowest,
        f"codes of new digits: standard deviation {narrowest:.2f} where they are narrowest",
        at_least=spread,
        hint=lambda: "They have collapsed, onto a line or a point.",
    )
    darts = np.random.default_rng().normal(size=(len(x), CODE))
    drawn = array_of_shape("the output of decoder", run(decoder, darts), x.shape)
    share = float(drawn.var(axis=0).sum() / x.var(axis=0).sum())
    keep_limit(
        "variance of decoded darts, of that of digits",
        share,
        f"decoded darts: {share:.2f} of the variance of digits",
        at_least=differ,
        hint=lambda: "The decoder draws nearly the same for all darts: it has collapsed.",
    )


def rebuilds_as_pca(encoder: Any, decoder: Any, train: Array, test: Array, at_most: float) -> None:
    """Check the mean squared error of decoder(encoder(test)), as a share of PCA's with 2 numbers.

    train, test: pictures, shape (n, pixels).
    """
    codes = _codes(encoder, test)
    decoder = require_model("decoder", decoder, CODE)
    drawn = array_of_shape("the output of decoder", run(decoder, codes), test.shape)
    error, linear = float(np.mean((drawn - test) ** 2)), pca_error(train, test, CODE)
    keep_limit(
        "MSE, of that of PCA",
        error / linear,
        f"reconstruction error {error:.4f}, {error / linear:.2f} of that of PCA",
        at_most=at_most,
        hint=lambda: "Does the reconstruct step take place in each batch, for both networks?",
    )


def _codes(encoder: Any, x: Array) -> Array:
    model = require_model("encoder", encoder, x.shape[1:])
    return array_of_shape("the output of encoder", run(model, x), (len(x), CODE))
