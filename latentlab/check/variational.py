"""The random side of a variational autoencoder: its encoder's two outputs, `sample`, `generate`.

Randomness is tested as randomness: by statistics over some thousand draws. No seed is set, so that
every right order of random calls passes. Each statistic is held against its value for right noise,
give or take 6 of its standard deviations. For a normal variable that is a chance of 2 in a billion;
the statistics are sums over thousands of draws, nearly normal, and a verb looks at less than
50 of them. So a right answer fails less than once in 1,000,000 calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.models import require_model, running
from latentlab.check.values import array_of_shape, as_array, close

Array = np.ndarray
Oddity = tuple[float, str]  # how many standard deviations off, and a sentence

FURTHEST = 6.0  # standard deviations
DRAWS = 3000  # rows of random numbers
UNIFORM = 2.1  # a kurtosis; see there
SIDE = 28  # pixels of a picture's side
TAILS = "have too short tails for a normal distribution: their kurtosis is {:.2f}; expected 3"


def gaussian_encoder(name: str, model: Any, takes: int, code: int) -> None:
    """Check that a model turns vectors into two codes, mu and log_var, of any numbers each.

    It has two outputs of shape (n, code), without an activation; each has weights of its own. It is
    tried with random weights; no attribute is believed.
    """
    model = require_model(name, model, takes)
    own = model.get_weights()
    rng = np.random.default_rng()
    x = 10 * rng.normal(size=(64, takes)).astype(np.float32)
    try:
        found = []
        for _ in range(10):
            model.set_weights([_redrawn(weight, rng) for weight in own])
            found.append(two_outputs(name, model, x, code))
    finally:
        model.set_weights(own)
    for position, which in enumerate(("mu", "log_var")):
        values = np.concatenate([pair[position] for pair in found])
        _check_any_number(f"output {position + 1} of {name}, {which},", values)
    mu, log_var = found[-1]
    if close(mu, log_var):
        raise CheckFailed(
            f"The two outputs of {name} are the same. Two layers are needed, one for mu and one "
            "for log_var, side by side on the last hidden layer."
        )
    passed(f"{name}: vectors of {takes} in, {code} numbers of mu and {code} of log_var out")


def two_outputs(name: str, model: keras.Model, x: Array, code: int) -> tuple[Array, Array]:
    """Return both outputs of a model for x, shape (n, code) each, as float64."""
    with running(name):
        outputs = model(np.asarray(x, np.float32), training=False)
    if not isinstance(outputs, list | tuple):
        shape = tuple(outputs.shape)
        raise CheckFailed(
            f"{name} has one output, of shape {shape} for {len(x)} vectors; expected two, mu and "
            f"log_var, of shape {(len(x), code)} each: keras.Model(x, [mu, log_var])."
        )
    if len(outputs) != 2:
        raise CheckFailed(f"{name} has {len(outputs)} outputs; expected two, mu and log_var.")
    mu, log_var = (
        array_of_shape(f"output {i + 1} of {name}", output, (len(x), code))
        for i, output in enumerate(outputs)
    )
    return mu, log_var


def _redrawn(weight: Array, rng: np.random.Generator) -> Array:
    """Return a random kernel of this shape; a bias, or what normalizes, stays as it is."""
    if weight.ndim < 2:
        return weight
    return rng.normal(scale=np.sqrt(2 / weight.shape[0]), size=weight.shape)


def _check_any_number(name: str, values: Array) -> None:
    low, high = values.min(), values.max()
    if low < -3 and high > 3:
        return
    bent = "a relu or softplus" if high > 3 else "a sigmoid or softmax" if low >= 0 else "a tanh"
    raise CheckFailed(
        f"{name} lies between {low:.3g} and {high:.3g}, whatever the weights are. Has its layer "
        f"an activation, such as {bent}? Expected none: log_var is a logarithm, and mu a place; "
        "both may be any number."
    )


def samples(function: Callable[[Array, Array], Any], code: int) -> None:
    """Check that function(mu, log_var) draws from N(mu, exp(log_var)), anew for each number.

    It is called twice on random arrays of shape (3000, code), float32; code is 2 or more.
    """
    rng = np.random.default_rng()
    mu = rng.normal(0, 2, (DRAWS, code)).astype(np.float32)
    log_var = rng.uniform(-3, 2, (DRAWS, code)).astype(np.float32)
    name = "sample(mu, log_var)"
    first, second = (
        array_of_shape(name, call("sample", function, mu.copy(), log_var.copy()), mu.shape)
        for _ in range(2)
    )
    sigma = np.exp(log_var / 2.0)
    _check_drawn_anew(name, (first - mu) / sigma, (second - mu) / sigma)
    number, said = worst((first - mu) / sigma, mu, log_var)
    if number > FURTHEST:
        hint = next(_named(first, mu, log_var), "")
        raise CheckFailed(
            f"{name}: the numbers (z - mu) / exp(log_var / 2) {said}, over {first.size:,} draws. "
            f"{hint}".rstrip()
        )
    _check_unlike(name, (first - mu) / sigma, (second - mu) / sigma)
    passed(f"sample: {first.size:,} draws, of mean mu and variance exp(log_var), new in each call")


def _check_drawn_anew(name: str, first: Array, second: Array) -> None:
    """Fail for what two draws of noise, shape (n, d), have in common, if anything."""
    # One epsilon for all is this close to 0 in both calls once in a million times.
    if max(np.abs(first).max(), np.abs(second).max()) < 1e-3:
        raise CheckFailed(f"{name} is mu: there is no noise in it. Add sigma times epsilon.")
    if close(first, second):
        raise CheckFailed(
            f"Two calls of {name} drew the same numbers. Draw anew in each call: is there a fixed "
            "seed? Or is it drawn by numpy? A compiled step would call that only once."
        )
    if np.allclose(first, first[:1], atol=1e-2):
        raise CheckFailed(
            f"{name} uses one epsilon for all examples. Draw it in the shape of mu, so that each "
            "number of each example gets its own."
        )
    if np.allclose(first, first[:, :1], atol=1e-2):
        raise CheckFailed(
            f"{name} uses one epsilon for all numbers of a code. Draw it in the shape of mu, so "
            "that each number of each example gets its own."
        )


def _check_unlike(name: str, first: Array, second: Array) -> None:
    """Fail if two draws of N(0, 1) are correlated."""
    together = _correlation(first, second)
    if abs(together) > FURTHEST / np.sqrt(first.size):
        raise CheckFailed(
            f"Two calls of {name} drew numbers that resemble each other: their correlation is "
            f"{together:.2f}; expected 0."
        )


def worst(epsilon: Array, *inputs: Array) -> Oddity:
    """Return what is oddest about numbers that are to be draws from N(0, 1), shape (n, d).

    They are to be independent of the inputs, arrays of the same shape, and of one another.
    """
    n, mean, var = epsilon.size, epsilon.mean(), epsilon.var()
    kurtosis = _kurtosis(epsilon)  # of normal numbers it scatters far upwards, not downwards
    found: list[Oddity] = [
        (abs(mean) * np.sqrt(n), f"have mean {mean:.3g}; expected 0"),
        (abs(var - 1) * np.sqrt(n / 2), f"have variance {var:.3g}; expected 1"),
        ((3 - kurtosis) * np.sqrt(n / 24), TAILS.format(kurtosis)),
    ]
    for name, values in zip(("mu", "log_var"), inputs, strict=False):
        for what, power in (("the numbers", epsilon), ("their squares", epsilon**2)):
            r = _correlation(power, values)
            found.append(
                (abs(r) * np.sqrt(n), f"depend on {name}: the correlation of {what} is {r:.2f}")
            )
    columns = _correlation_matrix(epsilon)
    found.append(
        (
            np.abs(columns).max(initial=0) * np.sqrt(len(epsilon)),
            "of one code depend on one another; each needs an epsilon of its own",
        )
    )
    rows = _correlation(epsilon[1:], epsilon[:-1])
    found.append((abs(rows) * np.sqrt(n), "of one example depend on those of the one before"))
    return max(found)


def _kurtosis(values: Array) -> float:
    """Return the mean fourth power of standardized values: 3 for normal ones, 1.8 for uniform."""
    return float(np.mean((values - values.mean()) ** 4) / (values.var() ** 2 + 1e-30))


def _correlation(a: Array, b: Array) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float(np.sum(a * b) / np.sqrt(np.sum(a**2) * np.sum(b**2) + 1e-30))


def _correlation_matrix(epsilon: Array) -> Array:
    """Return the correlations of different columns."""
    d = epsilon.shape[1]
    return np.array(
        [_correlation(epsilon[:, i], epsilon[:, j]) for i in range(d) for j in range(i)]
    )


def _named(z: Array, mu: Array, log_var: Array) -> Iterator[str]:
    """Say which well-known mistake these draws come from."""
    mu, log_var = mu.astype(np.float64), log_var.astype(np.float64)
    sigma = np.exp(log_var / 2)
    readings = [
        (mu, np.exp(log_var), "exp(log_var) is the variance: sigma is exp(log_var / 2)."),
        (mu, log_var, "log_var is taken for sigma: sigma is exp(log_var / 2)."),
        (mu, np.exp(2 * log_var), "It is squared: sigma is exp(log_var / 2)."),
        (mu, log_var / 2, "The exponential is missing: sigma is exp(log_var / 2)."),
        (mu, np.sqrt(np.abs(log_var)), "The exponential is missing: sigma is exp(log_var / 2)."),
        (mu, 1 / sigma, "The sign is wrong: sigma is exp(log_var / 2)."),
        (mu, np.exp(log_var / 4), "The root is taken twice: sigma is exp(log_var / 2)."),
        (mu, 1, "sigma is missing: epsilon is to be multiplied by exp(log_var / 2)."),
        (0, sigma, "mu is missing."),
        (0, 1, "These are draws from N(0, 1): mu and sigma are missing."),
        (log_var, np.exp(mu / 2), "mu and log_var are exchanged."),
    ]
    for mean, deviation, sentence in readings:
        epsilon = (z - mean) / np.where(deviation == 0, 1e-9, deviation)
        if worst(epsilon, mu, log_var)[0] < FURTHEST:
            yield sentence
    if _kurtosis((z - mu) / sigma) < UNIFORM:
        yield "Is epsilon uniform? Draw it from the normal distribution, N(0, I)."


def generates(function: Callable[[keras.Model, int], Any], count: int) -> None:
    """Check that function(decoder, count) decodes `count` draws from N(0, I): (count, 28, 28).

    It is tried with a random decoder, 2 -> 784, whose pictures tell from which codes they come.
    count: some hundred at least.
    """
    rng = np.random.default_rng()
    kernel, bias = rng.normal(0, 0.3, (2, SIDE * SIDE)), rng.normal(0, 0.3, SIDE * SIDE)
    codes = keras.Input((2,))
    decoder = keras.Model(codes, keras.layers.Dense(SIDE * SIDE, activation="sigmoid")(codes))
    decoder.set_weights([kernel, bias])
    first, second = (
        _codes_of(call("generate", function, decoder, count), count, kernel, bias) for _ in range(2)
    )
    _check_prior(first, second)
    passed(f"generate: {count} pictures of codes from N(0, I), new ones in each call")


def _codes_of(pictures: Any, count: int, kernel: Array, bias: Array) -> Array:
    """Return the codes, shape (count, 2), of pictures that a dense decoder has drawn."""
    name = f"generate(decoder, {count})"
    pictures = as_array(name, pictures)
    if pictures.shape == (count, SIDE * SIDE):
        raise CheckFailed(
            f"{name} has shape {pictures.shape}, vectors; expected pictures, "
            f"{(count, SIDE, SIDE)}: reshape them."
        )
    pictures = array_of_shape(name, pictures, (count, SIDE, SIDE))
    if pictures.min() <= 0 or pictures.max() >= 1:
        raise CheckFailed(
            f"{name} lies between {pictures.min():.3g} and {pictures.max():.3g}; expected what the "
            "decoder gives, greys between 0 and 1, unchanged."
        )

    def fitted(flat: Array) -> tuple[Array, float]:
        logits = np.log(flat / (1 - flat)) - bias
        codes = np.linalg.lstsq(kernel.T, logits.T, rcond=None)[0].T
        return codes, np.abs(codes @ kernel - logits).max()

    codes, misfit = fitted(pictures.reshape(count, -1))
    if misfit < 0.05:
        return codes
    if fitted(pictures.swapaxes(1, 2).reshape(count, -1))[1] < 0.05:
        raise CheckFailed(f"{name}: rows and columns are exchanged. Use reshape alone.")
    raise CheckFailed(
        f"{name}: this decoder draws no such pictures. Does it use the decoder that it is given, "
        "or another one?"
    )


def _check_prior(first: Array, second: Array) -> None:
    name = f"generate(decoder, {len(first)})"
    if close(first, second):
        raise CheckFailed(
            f"Two calls of {name} drew the same codes. Draw anew in each call: is there a fixed "
            "seed, or a grid?"
        )
    number, said = worst(first)
    if number <= FURTHEST:
        return
    if np.ptp(first, axis=0).max() < 1e-3:
        hint = "All pictures come from one code: draw a code for each."
    elif np.abs(first[:, 0] - first[:, 1]).max() < 1e-3:
        hint = "Both numbers of a code are the same: draw two for each."
    elif _kurtosis(first) < UNIFORM:
        hint = "Are they uniform? The prior is the normal distribution, N(0, I)."
    else:
        hint = "The prior is N(0, I): mean 0 and standard deviation 1, each number for itself."
    raise CheckFailed(f"{name}: the numbers of the codes {said}. {hint}")
