"""KL divergences of Gaussians from N(0, 1), by formula and by drawing, as a student writes them.

Formula: Kingma and Welling, Auto-Encoding Variational Bayes (2014), appendix B.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.information import Function, exact, units_and_sign
from latentlab.check.values import Mistake, as_array

CALLS = 30
DRAWS = (8000, 400)  # the larger first: its estimates tell one mistake from another
# How far the mean of the estimates may be off, in its own standard errors; how far the estimates
# may scatter, and how large the standard error may be in the mean, as shares of what n draws have.
# A right answer is beyond the first with a chance of 2e-9, beyond the second with one of 1e-7 (the
# chi-square distribution with 29 degrees of freedom). The third is nine standard deviations away.
MOST_OFF, SCATTER, ERROR = 6, (0.4, 1.75), (0.85, 1.15)


def kl_gaussian(function: Function, mu: Any, log_var: Any) -> None:
    """Check that function(mu, log_var) is KL(N(mu, var)||N(0, 1)), summed over dimensions.

    mu, log_var: shape (examples, dimensions), two different numbers above 1. The function gives
    shape (examples,).
    """
    mu, log_var = as_array("mu", mu), as_array("log_var", log_var)
    examples, dimensions = mu.shape
    each = _kl(mu, log_var)
    right = each.sum(axis=1)
    with np.errstate(all="ignore"):
        misread = [
            ("log_var is taken for sigma; sigma is exp(log_var / 2).", _kl_of_sigma(mu, log_var)),
            ("log_var is taken for log sigma; it is 2 log sigma.", _kl(mu, 2 * log_var)),
            ("exp(log_var) is sigma squared; do not square it again.", each + _square(log_var)),
            ("exp(log_var / 2) is sigma; the formula has its square.", each + _root(log_var)),
            ("mu is not squared.", each + (mu - mu**2) / 2),
            ("The term of mu is missing.", _kl(0, log_var)),
            ("The 1 is missing: without it N(0, 1) is not at 0 from itself.", each + 0.5),
            ("The term log sigma squared is missing.", each + log_var / 2),
            ("log_var has the wrong sign.", each + log_var),
            ("The two are exchanged: this is KL(N(0, 1)||N(mu, var)).", _exchanged(mu, log_var)),
        ]
    mistakes = [
        ("The factor 1/2 is missing.", 2 * right),
        ("It is averaged over the latent dimensions; sum over them.", right / dimensions),
        ("The sign is wrong: KL is never below 0.", -right),
        ("The sign is wrong, and the factor 1/2 is missing.", -2 * right),
        *units_and_sign(right)[1:],
        *((sentence, wrong.sum(axis=1)) for sentence, wrong in misread),
    ]
    shapes = {
        (): "Sum over the dimensions only, axis=1: each example has its own KL.",
        (examples, dimensions): "Sum over the dimensions, axis=1.",
        (dimensions,): "It is summed over the examples; sum over the dimensions, axis=1.",
        (examples, 1): "The sum keeps its axis: leave keepdims out.",
    }
    undefined = "log_var is a logarithm already and may be below 0: take no logarithm of it."
    value = call("kl_gaussian", function, mu.copy(), log_var.copy())
    name = "kl_gaussian(mu, log_var)"
    exact(name, value, right, mistakes, undefined=undefined, shapes=shapes)
    passed(f"kl_gaussian of {examples} examples")


def kl_monte_carlo(function: Function, mu: float, log_var: float) -> None:
    """Check that function(mu, log_var, n) estimates KL(N(mu, var)||N(0, 1)) from n draws.

    The function returns the mean of n independent draws of the log ratio of the two densities, and
    the standard error of this mean. mu, log_var: away from 0, where the ratio does not vary.
    Nothing depends on a seed: judged are the statistics of 30 calls with 8,000 draws and of 30 with
    400. A right answer fails with a chance below 1 in 100,000.
    """
    for n in DRAWS:
        answers = [call("kl_monte_carlo", function, mu, log_var, n) for _ in range(CALLS)]
        estimates, errors = np.array([_pair(answer, n) for answer in answers]).T
        _check_estimates(estimates, mu, log_var, n)
        _check_errors(errors, mu, log_var, n)
    passed(f"kl_monte_carlo: {2 * CALLS} estimates and their standard errors")


def _pair(answer: Any, n: int) -> list[float]:
    """Return the estimate and its standard error as two floats."""
    try:
        estimate, error = answer
    except (TypeError, ValueError):
        raise CheckFailed(
            "kl_monte_carlo returns one thing; expected two numbers: "
            "`return estimate, standard_error`."
        ) from None
    hint = {(n,): " Take the mean of the draws."}
    pair = []
    for name, value in (("the estimate", estimate), ("the standard error", error)):
        array = as_array(name, value)
        if array.size != 1:
            raise CheckFailed(
                f"{name} has shape {array.shape}; expected one number.{hint.get(array.shape, '')}"
            )
        pair.append(float(array.reshape(())))
    return pair


def _check_estimates(estimates: np.ndarray, mu: float, log_var: float, n: int) -> None:
    """Fail unless the estimates scatter around the closed form as means of n draws do."""
    if np.ptp(estimates) == 0:
        raise CheckFailed(
            f"{CALLS} calls of kl_monte_carlo gave the same estimate. Draw anew in each call; is "
            "there a seed in the function, or no draw at all?"
        )
    right, one_error = float(_kl(mu, log_var)), standard_error(mu, log_var, n)
    found = estimates.mean()
    if abs(found - right) > MOST_OFF * one_error / np.sqrt(CALLS):
        near = MOST_OFF * estimates.std() / np.sqrt(CALLS)
        hint, wrong = min(_wrong_means(mu, log_var, n), key=lambda mistake: abs(found - mistake[1]))
        hint = hint if abs(found - wrong) < near else ""
        raise CheckFailed(
            f"kl_monte_carlo({mu:.3g}, {log_var:.3g}, {n}) is {found:.4f} in the mean of {CALLS} "
            f"calls; expected {right:.4f}, the closed form. {hint}".rstrip()
        )
    scatter = estimates.std(ddof=1) / one_error
    if not SCATTER[0] < scatter < SCATTER[1]:
        raise CheckFailed(
            f"The estimates of kl_monte_carlo from {n} draws scatter {scatter:.2g} times as much "
            "as means of so many independent draws do. Does it draw n times, and not more or less?"
        )


def _check_errors(errors: np.ndarray, mu: float, log_var: float, n: int) -> None:
    """Fail unless the standard errors are, in their mean, those of n draws."""
    right = standard_error(mu, log_var, n)
    found = errors.mean()
    if ERROR[0] < found / right < ERROR[1]:
        return
    mistakes = [
        ("This is the standard deviation of the draws; divide by sqrt(n).", right * np.sqrt(n)),
        ("It is divided by n; divide by sqrt(n).", right / np.sqrt(n)),
        ("This is its square, the variance; take the square root.", right**2),
        (
            "This is the variance divided by sqrt(n); take the standard deviation.",
            right**2 * np.sqrt(n),
        ),
        (
            "This is the error of the mean of z; take the log ratios.",
            np.exp(log_var / 2) / np.sqrt(n),
        ),
    ]
    nearest, wrong = min(mistakes, key=lambda mistake: abs(found - mistake[1]))
    hint = nearest if ERROR[0] < found / wrong < ERROR[1] else ""
    raise CheckFailed(
        f"kl_monte_carlo({mu:.3g}, {log_var:.3g}, {n}) says that its standard error is "
        f"{found:.3g}; expected {right:.3g}. {hint}".rstrip()
    )


def standard_error(mu: float, log_var: float, n: int) -> float:
    """Return the standard deviation of the mean of n draws of the log ratio.

    With z = mu + sigma e the ratio is (sigma^2 - 1) e^2 / 2 + mu sigma e and a constant; e^2 has
    the variance 2 and is uncorrelated with e.
    """
    var = np.exp(log_var)
    return float(np.sqrt(((var - 1) ** 2 / 2 + mu**2 * var) / n))


def _wrong_means(mu: float, log_var: float, n: int) -> list[Mistake]:
    """Return what the estimates of well-known mistakes come to."""
    right, sigma = float(_kl(mu, log_var)), np.exp(log_var / 2)

    def drawn_from(mean: float, deviation: float) -> float:
        own = (deviation**2 + (mean - mu) ** 2) / sigma**2
        return (deviation**2 + mean**2 - own - log_var) / 2

    return [
        ("The sign is wrong: KL is the mean of log p(z) - log q(z).", -right),
        (
            "The draws are from N(0, 1); draw from N(mu, var), the first of the two.",
            drawn_from(0, 1),
        ),
        (
            "This is KL(N(0, 1)||N(mu, var)); draw from the first of the two in KL(.||.).",
            -drawn_from(0, 1),
        ),
        ("exp(log_var) is the variance; draw with its root, sigma.", drawn_from(mu, sigma**2)),
        ("log_var is taken for sigma in the draws.", drawn_from(mu, log_var)),
        ("The draws are not scaled with sigma.", drawn_from(mu, 1)),
        ("The draws are not moved by mu.", drawn_from(0, sigma)),
        ("log_var is taken for log sigma.", float(_kl(mu, 2 * log_var))),
        ("log_var is taken for sigma.", float(_kl_of_sigma(mu, log_var))),
        ("It is the sum over the draws; take the mean.", right * n),
        *units_and_sign(right)[1:],
    ]


def _kl(mu: Any, log_var: Any) -> np.ndarray:
    """Return KL(N(mu, var)||N(0, 1)) for each element."""
    return (np.square(mu) + np.expm1(log_var) - log_var) / 2


def _kl_of_sigma(mu: Any, sigma: Any) -> np.ndarray:
    return _kl(mu, np.log(np.square(sigma)))


def _exchanged(mu: Any, log_var: Any) -> np.ndarray:
    """Return KL(N(0, 1)||N(mu, var)) for each element."""
    return _kl(mu * np.exp(-log_var / 2), -log_var)


def _square(log_var: np.ndarray) -> np.ndarray:
    """Return what changes in KL if sigma squared is squared."""
    return (np.exp(2 * log_var) - np.exp(log_var)) / 2


def _root(log_var: np.ndarray) -> np.ndarray:
    """Return what changes in KL if sigma stands in the place of its square."""
    return (np.exp(log_var / 2) - np.exp(log_var)) / 2
