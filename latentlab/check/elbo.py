"""The ELBO: its estimate, as a student writes it, and what a trained VAE reaches.

Kingma and Welling, Auto-Encoding Variational Bayes (2014), with pixels read as probabilities. All
is in nats for each picture: summed over pixels and latent dimensions, averaged over pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.limits import keep_limit, note
from latentlab.check.models import require_model, run
from latentlab.check.small_vae import PIXELS, SmallVae, mean_and_deviation
from latentlab.check.vae_terms import cross_entropies
from latentlab.check.values import array_of_shape, number
from latentlab.check.variational import FURTHEST, two_outputs

Array = np.ndarray
DIGITS = 200  # in a call of a student's estimate; half of them alike
DRAWS = 20  # codes for each picture, where a trained VAE is measured


def elbo_estimate(function: Callable[..., Any], draws: int) -> None:
    """Check that function(encoder, decoder, x, draws) estimates the ELBO, with a standard error.

    It returns the mean over the digits x, shape (n, 784), of each digit's mean over `draws` codes;
    and the standard deviation over the digits of these means, divided by sqrt(n). It is tried with
    a VAE of which both are known, on digits all alike, where only the drawing makes a difference,
    then on digits of two kinds. A right answer fails less than once in 1,000,000 calls.
    draws: 4 or more.
    """
    vae = SmallVae()
    models = vae.models()
    for kinds in ((vae.picture, vae.picture), (vae.picture, 0.3 + 0.7 * vae.picture)):
        x = np.repeat(kinds, DIGITS // 2, axis=0).astype(np.float32)
        found = call("estimate_elbo", function, *models, x, draws)
        _check_estimate(_pair(found), [_exact(vae, kind) for kind in kinds], draws)
    passed(f"estimate_elbo: {DIGITS} digits, {draws} codes for each, with its standard error")


def _exact(vae: SmallVae, x: Array) -> dict[str, float]:
    """Return what is to be known of one digit: the mean of its ELBO, its deviation, its terms."""
    terms = vae.terms(x)
    mean, deviation = mean_and_deviation(terms.reconstruction)
    without_noise = vae.reconstruction(x, vae.encode(x)[0][np.newaxis])[0]
    return {
        "elbo": -float(mean) - terms.kl,
        "deviation": float(deviation),
        "kl": terms.kl,
        "at mu": -float(without_noise) - terms.kl,
    }


def _pair(value: Any) -> tuple[float, float]:
    name = "estimate_elbo(encoder, decoder, x, draws)"
    try:
        estimate, error = value
    except (TypeError, ValueError):
        raise CheckFailed(
            f"{name} gives one thing; expected two numbers, the estimate and its standard error."
        ) from None
    return number(f"the estimate of {name}", estimate), number("its standard error", error)


def _check_estimate(found: tuple[float, float], kinds: list[dict], draws: int) -> None:
    estimate, error = found
    elbo, at_mu, kl = (np.array([kind[key] for kind in kinds]) for key in ("elbo", "at mu", "kl"))
    var = np.mean([kind["deviation"] ** 2 for kind in kinds])  # of one draw
    name = f"estimate_elbo(encoder, decoder, x, {draws})"
    error_said = _error_said(error, float(np.var(elbo)), float(var), draws)
    right, noise = elbo.mean(), FURTHEST * np.sqrt(var / draws / DIGITS) + 1e-4 * abs(elbo.mean())
    if abs(estimate - right) > noise:
        wrong = {
            "This is the loss; the ELBO has the other sign.": -right,
            "This decodes mu; draw z, with `sample`.": at_mu.mean(),
            "KL is missing.": np.mean(elbo + kl),
            "KL is added; it is a cost: subtract it.": np.mean(elbo + 2 * kl),
            "KL and reconstruction error are subtracted from one another.": -np.mean(elbo + 2 * kl),
            "It is averaged over the pixels; sum over them.": np.mean((elbo + kl) / PIXELS - kl),
            "All is averaged over the pixels; sum over them.": right / PIXELS,
            "It is the sum over the digits; take the mean.": right * DIGITS,
            "It is the sum over the draws; take the mean.": right * draws,
        }
        # Two mistakes may give nearly the same; the nearer one is named.
        gap, said = min((abs(estimate - v) - 1e-3 * abs(v), s) for s, v in wrong.items())
        hint = ONE_DRAW if ONE_DRAW in error_said else said if gap < noise else ""
        raise CheckFailed(f"{name} is {estimate:.2f}; expected about {right:.2f}. {hint}".rstrip())
    if error_said:
        raise CheckFailed(f"The standard error of {name} {error_said}")


ONE_DRAW = "This is with one draw for each digit; first take each digit's mean over all."


def _error_said(error: float, between: float, within: float, draws: int) -> str:
    """Say what is wrong with a standard error, if anything.

    between, within: the variance of the digits' own ELBO, and that of one draw.
    """
    between *= DIGITS / (DIGITS - 1)
    right = np.sqrt((between + within / draws) / DIGITS)

    def like(value: float) -> bool:
        # With digits all alike a right answer scatters by 5 %.
        return abs(error / value - 1) < 0.4

    if like(right):
        return ""
    wrong = {
        "Divide the standard deviation by the root of the number of digits.": right * DIGITS**0.5,
        "Divide by the root of the number of digits, not by the number.": right / DIGITS**0.5,
        "Draws of one digit are no new digits: first take each digit's mean over its draws.": (
            np.sqrt((between + within) / DIGITS / draws)
        ),
        ONE_DRAW: np.sqrt((between + within) / DIGITS),
        "This is how the means of single draws scatter; expected how the digits scatter.": (
            np.sqrt(within / DIGITS / draws)
        ),
        "This is its square, the variance; take the root.": right**2,
    }
    hint = next((said for said, value in wrong.items() if like(value)), "")
    return f"is {error:.3g}; expected about {right:.3g}. {hint}".rstrip()


def elbo_reached(encoder: Any, decoder: Any, x: Array, at_least: float) -> None:
    """Check the ELBO of a trained VAE on digits x, shape (n, 784), that it was not trained on.

    encoder: a model 784 -> mu and log_var, 2 numbers each; decoder: 2 -> 784 probabilities. Each
    digit is decoded from 20 codes drawn around its mu. The limit is to be many times further from
    a right answer than seeds and drawing scatter: see the lab's calibration.
    """
    encoder = require_model("encoder", encoder, PIXELS)
    decoder = require_model("decoder", decoder, 2)
    x = np.asarray(x, np.float64)
    mu, log_var = two_outputs("encoder", encoder, x, 2)
    kl = float(np.mean(np.sum(np.square(mu) + np.exp(log_var) - 1 - log_var, axis=1)) / 2)
    reconstruction = _drawn_error(decoder, x, mu, log_var)
    elbo = -reconstruction - kl
    note("reconstruction error, summed", reconstruction)
    note("KL", kl)
    keep_limit(
        "test ELBO",
        elbo,
        f"ELBO {elbo:.1f} on {len(x)} digits not trained on (reconstruction error "
        f"{reconstruction:.1f}, KL {kl:.1f})",
        at_least=at_least,
        hint=lambda: _diagnosis(decoder, x, mu, log_var, reconstruction, kl),
    )


def _drawn_error(decoder: keras.Model, x: Array, mu: Array, log_var: Array) -> float:
    """Return the mean reconstruction error of x, decoded from 20 codes drawn for each."""
    rng = np.random.default_rng()
    errors = []
    for _ in range(DRAWS):
        z = mu + np.exp(log_var / 2) * rng.normal(size=mu.shape)
        x_hat = array_of_shape("the output of decoder", run(decoder, z), x.shape)
        errors.append(cross_entropies(x, np.clip(x_hat, 1e-7, 1 - 1e-7)).mean())
    return float(np.mean(errors))


def _diagnosis(
    decoder: keras.Model, x: Array, mu: Array, log_var: Array, reconstruction: float, kl: float
) -> str:
    """Name the mistake that such a VAE comes from, as far as its two terms tell."""
    if abs(reconstruction / (PIXELS * np.log(2)) - 1) < 0.1 and kl < 1:
        return "Every pixel is near 0.5: these models are not trained. Did the step change them?"
    if kl < 1:
        return (
            "KL is nearly 0: the code says nothing about the digit (posterior collapse). Is the "
            "reconstruction error averaged over the pixels, so that KL counts 784 times as much?"
        )
    as_log_sigma = _drawn_error(decoder, x, mu, 2 * log_var)
    if as_log_sigma < reconstruction - 5:
        return (
            "The decoder expects less noise: drawn with sigma = exp(log_var), as if it were log "
            f"sigma, the reconstruction error is {as_log_sigma:.1f}. Is it drawn so in training?"
        )
    if kl > 15:
        return (
            "KL is so large that it can hardly have counted in training: is it left out, divided "
            "by 784, or cut off from the gradient?"
        )
    return "Both terms are as usual, but not low enough: more epochs, or another learning rate?"
