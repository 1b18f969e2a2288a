"""The gradients that a student's training step computes, against central differences.

Each gradient is looked at along directions in the space of all weights. What it should be is not
derived: the expected loss of a small VAE is computed a little to one side and a little to the other
(central differences), at each place of a quadrature over the noise. So its mean and its scatter are
known, and the student's gradient of a batch may be 6 of its standard errors off. For a normal
variable that is a chance of 2 in a billion; there are 13 numbers: a right answer fails less than
once in 1,000,000 calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.small_vae import CODE, EPSILON, SmallVae, kl, mean_and_deviation
from latentlab.check.values import array_of_shape, number
from latentlab.check.variational import FURTHEST

Array = np.ndarray
Weights = list[Array]
Losses = Callable[[Weights], Array]  # the loss at each place of EPSILON

BATCH = 1000  # copies of one picture, each with its own noise
STEP = 1e-4
NAMES = ("kernel of mu", "bias of mu", "kernel of log_var", "bias of log_var")
NAME = "loss_and_gradients(encoder, decoder, x, {:g})"


def vae_gradients(function: Callable[..., Any], beta: float) -> None:
    """Check that function(encoder, decoder, x, beta) gives the loss of a batch and its gradients.

    It returns the mean of reconstruction + beta KL, with z drawn, and a list of its gradients with
    respect to the trainable weights of the encoder, then of the decoder. It is tried with a small
    VAE on 1000 copies of one picture. beta: neither 0 nor 1.
    """
    vae = SmallVae()
    batch = np.tile(vae.picture, (BATCH, 1)).astype(np.float32)
    found = call("loss_and_gradients", function, *vae.models(), batch, beta)
    _Checked(vae, beta, *_parts(found, vae, NAME.format(beta))).check()
    passed(f"loss_and_gradients: beta {beta:g}, gradients of all weights, as central differences")


def _parts(value: Any, vae: SmallVae, name: str) -> tuple[float, Weights]:
    """Return the loss and the gradients, one array for each of the weights."""
    try:
        loss, gradients = value
        gradients = list(gradients)
    except (TypeError, ValueError):
        raise CheckFailed(
            f"{name} gives something else than two things: `return loss, gradients`, where "
            "gradients is the list that the tape gives."
        ) from None
    loss = number(f"the loss of {name}", loss)
    if gradients and all(gradient is None for gradient in gradients):
        raise CheckFailed(
            "All gradients are None: the tape has not seen how the loss came about. Everything "
            "from encoder(x) to the loss belongs inside `with tf.GradientTape() as tape:`."
        )
    if len(gradients) != len(vae.weights):
        raise CheckFailed(
            f"{name} gives {len(gradients)} gradients; expected {len(vae.weights)}, one for each "
            "of encoder.trainable_variables + decoder.trainable_variables."
        )
    _require_no_none(gradients)
    shapes = [weight.shape for weight in vae.weights]
    if [np.shape(gradient) for gradient in gradients] == shapes[4:] + shapes[:4]:
        raise CheckFailed("The decoder's gradients come first; expected the encoder's first.")
    pairs = zip(gradients, shapes, strict=True)
    return loss, [array_of_shape(f"gradient {i}", g, shape) for i, (g, shape) in enumerate(pairs)]


def _require_no_none(gradients: Sequence[Any]) -> None:
    missing = [i for i, gradient in enumerate(gradients) if gradient is None]
    if not missing:
        return
    if set(missing) == {0, 1, 2, 3}:
        said = (
            "The gradients of the encoder are None: none of the loss reaches it. Is a step between "
            "mu, log_var and the loss done by numpy, or cut off by stop_gradient?"
        )
    elif set(missing) <= {4, 5}:
        said = "The gradients of the decoder are None: the loss does not depend on it."
    else:
        what = " and ".join(NAMES[i] if i < 4 else "the decoder" for i in missing)
        said = f"The gradients of {what} are None: the loss does not depend on them."
    raise CheckFailed(said)


class _Checked:
    """One answer of a student's function, and what it should have been."""

    def __init__(self, vae: SmallVae, beta: float, loss: float, gradients: Weights) -> None:
        self._vae, self._x, self._beta = vae, vae.picture, beta
        self._directions = list(_directions(vae.weights))
        along = [_inner(gradients, direction) for _, direction in self._directions]
        self._found = np.array([loss, *along])

    def check(self) -> None:
        """Fail unless loss and gradients agree with central differences."""
        values = self._values(self._right)
        if _agrees(self._found, values):
            return
        hints = (said for said, wrong in self._wrong() if _agrees(self._found, self._values(wrong)))
        mean, deviation = mean_and_deviation(values)
        off = np.abs(self._found - mean) / _room(mean, deviation)
        if off[0] > 1:
            raise CheckFailed(
                f"The loss of {NAME.format(self._beta)} is {self._found[0]:.2f}; expected about "
                f"{mean[0]:.2f}. {next(hints, HINT)}"
            )
        place = int(off.argmax())
        raise CheckFailed(
            f"The gradient along {self._directions[place - 1][0]} is {self._found[place]:.3g}; "
            f"central differences give {mean[place]:.3g}. {next(hints, HINT)}"
        )

    def _values(self, losses: Losses) -> Array:
        """Return the loss, and its slopes along all directions: (places, 1 + directions)."""
        slopes = [self._slope(losses, direction) for _, direction in self._directions]
        return np.stack([losses(self._vae.weights), *slopes], axis=1)

    def _slope(self, losses: Losses, direction: Weights) -> Array:
        pairs = list(zip(self._vae.weights, direction, strict=True))
        ahead, behind = (losses([w + step * d for w, d in pairs]) for step in (STEP, -STEP))
        return (ahead - behind) / (2 * STEP)

    def _right(self, weights: Weights) -> Array:
        mu, log_var = self._vae.encode(self._x, weights)
        return self._error(mu + np.exp(log_var / 2) * EPSILON, weights) + self._kl(weights)

    def _error(self, z: Array, weights: Weights) -> Array:
        return self._vae.reconstruction(self._x, z, weights)

    def _kl(self, weights: Weights) -> float:
        return self._beta * kl(*self._vae.encode(self._x, weights))

    def _wrong(self) -> list[tuple[str, Losses]]:
        """Return what the losses of well-known mistakes are, as functions of the weights."""
        vae, x, beta, right = self._vae, self._x, self._beta, self._right
        mu_0, log_var_0 = vae.encode(x)
        fixed_kl = self._kl(vae.weights)

        def drawn(z_of: Callable[[Array, Array], Array]) -> Losses:
            def losses(weights: Weights) -> Array:
                z = z_of(*vae.encode(x, weights))
                return self._error(np.broadcast_to(z, EPSILON.shape), weights) + self._kl(weights)

            return losses

        def error(weights: Weights) -> Array:
            return right(weights) - self._kl(weights)

        sigma_0 = np.exp(log_var_0 / 2)
        return [
            (
                "Only KL reaches the encoder: the way through z is cut. Is z made by numpy, or by "
                "stop_gradient?",
                drawn(lambda mu, log_var: mu_0 + sigma_0 * EPSILON),
            ),
            (
                "The way from z to log_var is cut: sigma is to be computed from it by keras.ops.",
                drawn(lambda mu, log_var: mu + sigma_0 * EPSILON),
            ),
            (
                "The way from z to mu is cut: z is to be computed from it by keras.ops.",
                drawn(lambda mu, log_var: mu_0 + np.exp(log_var / 2) * EPSILON),
            ),
            (
                "The decoder gets mu, without noise: give it z, drawn with `sample`.",
                drawn(lambda mu, log_var: mu),
            ),
            (
                "z is drawn with exp(log_var), the variance, in place of sigma.",
                drawn(lambda mu, log_var: mu + np.exp(log_var) * EPSILON),
            ),
            (
                "log_var is taken for sigma where z is drawn.",
                drawn(lambda mu, log_var: mu + log_var * EPSILON),
            ),
            (
                "The gradient of KL is missing: is KL computed outside of the tape, or by numpy?",
                lambda w: error(w) + fixed_kl,
            ),
            ("KL is missing in the loss.", error),
            ("beta has no effect.", lambda w: error(w) + self._kl(w) / beta),
            ("KL is subtracted; add it.", lambda w: error(w) - self._kl(w)),
            (
                "The reconstruction error is averaged over the pixels; sum it.",
                lambda w: error(w) / 784 + self._kl(w),
            ),
            ("This is the sum over the batch; take the mean.", lambda w: BATCH * right(w)),
            ("The sign is wrong: the loss is to shrink.", lambda w: -right(w)),
        ]


HINT = "Do the checks of `sample`, of KL and of the loss pass, and are these functions used?"


def _directions(weights: Weights) -> list[tuple[str, Weights]]:
    """Return directions in the space of all weights, of length 1, with their names."""
    rng = np.random.default_rng()

    def only(place: int, values: Array) -> Weights:
        return [values if i == place else np.zeros_like(w) for i, w in enumerate(weights)]

    found = []
    for place, name in ((1, "mu"), (3, "log_var")):
        for i, unit in enumerate(np.eye(CODE)):
            found.append((f"{name}[{i}]", only(place, unit)))
    for place, name in ((0, "the kernel of mu"), (2, "the kernel of log_var")):
        for column in np.eye(CODE):
            values = rng.normal(size=len(weights[place]))[:, np.newaxis] * column
            found.append((f"a column of {name}", only(place, values / np.linalg.norm(values))))
    for place, name in ((4, "the decoder's kernel"), (5, "the decoder's bias")):
        for _ in range(2):
            values = rng.normal(size=weights[place].shape)
            found.append(
                (f"a random change of {name}", only(place, values / np.linalg.norm(values)))
            )
    return found


def _inner(a: Weights, b: Weights) -> float:
    return float(sum(np.sum(u * v) for u, v in zip(a, b, strict=True)))


def _agrees(found: Array, values: Array) -> bool:
    """Tell whether means over BATCH draws fit values at the places of EPSILON, (places, ...)."""
    mean, deviation = mean_and_deviation(values)
    return bool(np.all(np.abs(found - mean) <= _room(mean, deviation)))


def _room(mean: Array, deviation: Array) -> Array:
    """Return how far off a mean over BATCH draws may be: by chance, and as float32 is rounded."""
    rounded = 1e-4 * np.abs(mean) + 1e-5 * np.abs(mean[1:]).max()
    return FURTHEST * deviation / np.sqrt(BATCH) + rounded
