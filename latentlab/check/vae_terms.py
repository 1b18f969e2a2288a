"""The loss of a VAE and its two terms, as functions that a student writes.

Kingma and Welling, Auto-Encoding Variational Bayes (2014), with pixels read as probabilities. All
is in nats for each picture: summed over pixels and latent dimensions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentlab.check import gaussian
from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.small_vae import PIXELS
from latentlab.check.values import as_array, compare, number

Array = np.ndarray


def kl_term(function: Callable[[Array, Array], Any], examples: int, dimensions: int) -> None:
    """Check that function(mu, log_var) is each example's KL from N(0, I), shape (examples,).

    It is called on float32, as training does it. dimensions: 2 or more.
    """
    mu, log_var = np.random.default_rng().normal(size=(2, examples, dimensions)).astype(np.float32)

    def in_single(*values: Array) -> Any:
        return function(*(value.astype(np.float32) for value in values))

    gaussian.kl_gaussian(in_single, mu, log_var)


def summed_bce(function: Callable[[Array, Array], Any], count: int) -> None:
    """Check that function(x, x_hat) is the cross-entropy of each picture, summed over its pixels.

    It is called on random pictures, shape (count, 784), float32, and gives shape (count,). It must
    also be finite where x_hat is exactly 0 or 1.
    """
    x, x_hat = _pictures(count)
    white, black = x * np.log(x_hat), (1 - x) * np.log(1 - x_hat)
    right = -(white + black).sum(axis=1)
    name = "reconstruction_error(x, x_hat)"
    value = call("reconstruction_error", function, *_single(x, x_hat))
    found = as_array(name, value)
    hints = {
        (): " Sum over the pixels only, axis=1: each picture has its own error.",
        (PIXELS,): " It is summed over the pictures; sum over the pixels, axis=1.",
        (count, PIXELS): " Sum over the pixels, axis=1.",
        (count, 1): " The sum keeps its axis: leave keepdims out.",
    }
    if found.shape != right.shape:
        hint = hints.get(found.shape, "")
        raise CheckFailed(f"{name} has shape {found.shape}; expected {right.shape}.{hint}")
    mistakes = [
        (
            "This is the mean over the pixels; take the sum. Keras' binary_crossentropy takes the "
            "mean. The KL term would count 784 times as much as it should.",
            right / PIXELS,
        ),
        ("The minus in front is missing: an error is to shrink towards 0.", -right),
        ("The black pixels' term, (1 - x) log(1 - x_hat), is missing.", -white.sum(axis=1)),
        ("The white pixels' term, x log(x_hat), is missing.", -black.sum(axis=1)),
        ("The two terms are subtracted; add them.", -(white - black).sum(axis=1)),
        ("This is the sum of squared errors.", ((x - x_hat) ** 2).sum(axis=1)),
        ("This is in bits, with log base 2; use the natural logarithm.", right / np.log(2)),
        (
            "The mean over all pictures is taken: each has its own error.",
            np.full(count, right.mean()),
        ),
        ("x and x_hat are exchanged.", cross_entropies(x_hat, np.clip(x, 1e-7, 1 - 1e-7))),
    ]
    compare(name, found, right, mistakes)
    ends = np.zeros((2, PIXELS))
    ends[:, ::2] = 1
    found = np.asarray(call("reconstruction_error", function, *_single(ends, ends[:, ::-1])))
    if not np.isfinite(found.astype(np.float64)).all():
        raise CheckFailed(
            f"{name} is {found.ravel()[0]} where x_hat is exactly 0 or 1: log(0) is minus "
            "infinity. Clip x_hat to [1e-7, 1 - 1e-7] first."
        )
    passed(f"reconstruction_error: {count} pictures, each summed over {PIXELS} pixels")


def vae_loss(function: Callable[..., Any], count: int, beta: float) -> None:
    """Check that function(x, x_hat, mu, log_var, beta) is the mean of reconstruction + beta KL.

    It is called on `count` random pictures and codes of 2 numbers. beta: neither 0 nor 1.
    """
    x, x_hat = _pictures(count)
    mu, log_var = np.random.default_rng().normal(0, 2, (2, count, 2)).astype(np.float32)
    reconstruction = cross_entropies(x, x_hat)
    kl = np.sum(np.square(mu) + np.expm1(log_var) - log_var, axis=1, dtype=np.float64) / 2
    right = np.mean(reconstruction + beta * kl)
    name = f"vae_loss(x, x_hat, mu, log_var, {beta:g})"
    value = call("vae_loss", function, *_single(x, x_hat), mu, log_var, beta)
    found = as_array(name, value)
    if found.shape == (count,):
        raise CheckFailed(
            f"{name} has one number for each picture, shape {found.shape}; expected one number, "
            "their mean."
        )
    wrong = {
        "KL is subtracted; both terms are costs: add them.": reconstruction - beta * kl,
        "beta has no effect: it belongs before KL.": reconstruction + kl,
        "beta stands before the wrong term: it belongs before KL.": beta * reconstruction + kl,
        "beta stands before both terms: it belongs before KL.": beta * (reconstruction + kl),
        "KL is divided by beta; multiply.": reconstruction + kl / beta,
        "KL is missing.": reconstruction,
        "The reconstruction error is missing.": beta * kl,
        "The reconstruction error is averaged over the pixels; sum it.": reconstruction / PIXELS
        + beta * kl,
        "This is the ELBO, which is to grow; a loss is to shrink: change the sign.": -(
            reconstruction + beta * kl
        ),
    }
    mistakes = [
        ("This is the sum over the pictures; take the mean.", right * count),
        *((sentence, value.mean()) for sentence, value in wrong.items()),
    ]
    compare(name, number(name, found), right, mistakes)
    passed(f"vae_loss: the mean over {count} pictures of reconstruction + {beta:g} KL")


def _pictures(count: int) -> tuple[Array, Array]:
    """Return random pictures and reconstructions, (count, 784) each, float32 numbers as float64."""
    rng = np.random.default_rng()
    x, x_hat = rng.random((count, PIXELS)) ** 2, rng.uniform(0.05, 0.95, (count, PIXELS))
    return x.astype(np.float32).astype(float), x_hat.astype(np.float32).astype(float)


def _single(*arrays: Array) -> list[Array]:
    return [array.astype(np.float32) for array in arrays]


def cross_entropies(x: Array, x_hat: Array) -> Array:
    """Return the cross-entropy of each picture, summed over its pixels."""
    return -np.sum(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat), axis=1)
