"""A variational autoencoder so small that the expectation over its noise can be computed.

Encoder and decoder have one layer each and the code has two numbers, so an expectation over epsilon
is a sum over some hundred places: Gauss-Hermite quadrature, Abramowitz and Stegun, Handbook of
Mathematical Functions (1964), formula 25.4.46.
"""

from __future__ import annotations

from typing import NamedTuple

import keras
import numpy as np

Array = np.ndarray
PIXELS, CODE = 784, 2


def _nodes(per_axis: int) -> tuple[Array, Array]:
    """Return places in the plane, shape (n, 2), and their weights (n,): the mean over N(0, I)."""
    points, weights = np.polynomial.hermite_e.hermegauss(per_axis)
    weights = weights / weights.sum()
    places = np.stack(np.meshgrid(points, points), axis=-1).reshape(-1, CODE)
    return places, np.outer(weights, weights).ravel()


EPSILON, CHANCE = _nodes(13)


def _in_single(array: Array) -> Array:
    """Return the same numbers as float32 holds them, as float64."""
    return array.astype(np.float32).astype(np.float64)


class Terms(NamedTuple):
    """What the ELBO of one picture is made of.

    reconstruction: at each place of EPSILON, shape (n,); kl: one number. Both in nats.
    """

    reconstruction: Array
    kl: float


class SmallVae:
    """Two dense layers from 784 pixels to mu and log_var, and one from the code to the pixels.

    weights: kernel and bias of mu, of log_var and of the decoder, as Keras orders them.
    picture: one that the decoder draws a little away from the mu that it is encoded to, shape
    (784,). So the reconstruction error has a slope at mu, and a valley near it, where noise makes
    it larger: both can be measured.
    """

    def __init__(self) -> None:
        rng = np.random.default_rng()
        drawn = [
            rng.normal(0, 0.01, (PIXELS, CODE)),
            rng.uniform(2.5, 3.5, CODE),
            rng.normal(0, 0.01, (PIXELS, CODE)),
            rng.uniform(-2.5, -1.5, CODE),
            rng.normal(0, 0.4, (CODE, PIXELS)),
            rng.normal(-1, 0.5, PIXELS),  # dark, as digits are
        ]
        self.weights = [_in_single(array) for array in drawn]
        logits = (self.weights[1] + 0.3) @ self.weights[4] + self.weights[5]
        self.picture = _in_single(1 / (1 + np.exp(-logits)))

    def models(self) -> tuple[keras.Model, keras.Model]:
        """Return encoder and decoder as Keras models."""
        x, z = keras.Input((PIXELS,), name="x"), keras.Input((CODE,), name="z")
        heads = [keras.layers.Dense(CODE, name=name)(x) for name in ("mu", "log_var")]
        encoder = keras.Model(x, heads, name="encoder")
        x_hat = keras.layers.Dense(PIXELS, activation="sigmoid", name="x_hat")(z)
        decoder = keras.Model(z, x_hat, name="decoder")
        encoder.set_weights(self.weights[:4])
        decoder.set_weights(self.weights[4:])
        return encoder, decoder

    def encode(self, x: Array, weights: list[Array] | None = None) -> tuple[Array, Array]:
        """Return mu and log_var of one picture, shape (2,) each."""
        weights = weights or self.weights
        return x @ weights[0] + weights[1], x @ weights[2] + weights[3]

    def reconstruction(self, x: Array, z: Array, weights: list[Array] | None = None) -> Array:
        """Return the cross-entropy of one picture, summed over pixels, for codes (n, 2): (n,)."""
        weights = weights or self.weights
        logits = z @ weights[4] + weights[5]
        return np.sum(np.logaddexp(0, logits) - x * logits, axis=1)

    def terms(self, x: Array) -> Terms:
        """Return the two terms of one picture's negative ELBO."""
        mu, log_var = self.encode(x)
        return Terms(self.reconstruction(x, mu + np.exp(log_var / 2) * EPSILON), kl(mu, log_var))


def kl(mu: Array, log_var: Array) -> float:
    """Return KL(N(mu, exp(log_var))||N(0, I)) of one code, shape (2,).

    Kingma and Welling, Auto-Encoding Variational Bayes (2014), appendix B.
    """
    return float(np.sum(np.square(mu) + np.expm1(log_var) - log_var) / 2)


def mean_and_deviation(values: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation over N(0, I) of values at the places, shape (n, ...)."""
    mean = np.tensordot(CHANCE, values, axes=1)
    var = np.tensordot(CHANCE, (values - mean) ** 2, axes=1)
    return mean, np.sqrt(var)
