"""The verbs of information theory: right answers of any style pass, each mistake has its name."""

import itertools
import math

import keras
import numpy as np
import pytest

from latentlab import check
from latentlab.check.gaussian import standard_error

RNG = np.random.default_rng(0)
P, Q = [0.5, 0.3, 0.2], [0.2, 0.2, 0.6]
ZEROS, NO_ZEROS = [0.5, 0.5, 0.0], [0.25, 0.25, 0.5]
GREYS = [0.5, 0.1, 0.75, 0.0, 1.0, 0.0]
MU, LOG_VAR = [[1.0, -0.5], [0.3, 2.0], [-1.2, 0.7]], [[-1.5, 0.4], [0.8, -2.0], [1.1, -0.3]]
BITS, TENS = math.log(2), math.log(10)


def log(p):
    with np.errstate(all="ignore"):
        return np.log(p)


def h(p, q):
    return -np.sum(p[p > 0] * log(q[p > 0]))


def right_kl(p, q):
    return h(p, q) - h(p, p)


def right_bce(x):
    x = x[(x > 0) & (x < 1)]
    return -np.sum(x * np.log(x) + (1 - x) * np.log(1 - x)) / len(GREYS)


def right_gaussian(mu, log_var):
    return (mu**2 + np.exp(log_var) - 1 - log_var).sum(axis=1) / 2


def fails(saying, verb, *args):
    with pytest.raises(check.CheckFailed) as failure:
        verb(*args)
    assert saying.lower() in str(failure.value).lower()


# Right answers


@pytest.mark.parametrize(
    ("verb", "function", "given"),
    [
        (check.surprise, lambda p: -log(p), ([0.1, 0.0, 1.0],)),
        (check.surprise, lambda p: [-math.log(x) for x in p], ([0.1, 0.7],)),
        (check.surprise, lambda p: -log(p), (RNG.random((2, 3)),)),
        (check.to_bits, lambda nats: nats / BITS, ([1.0, 2.0],)),
        (check.entropy, lambda p: h(p, p), (ZEROS,)),
        (check.entropy, lambda p: np.array([h(p, p)]), (RNG.dirichlet(np.ones(9)),)),
        (check.entropy, lambda p: -0.0, ([0.0, 1.0],)),
        (check.cross_entropy, h, (P, Q)),
        (check.cross_entropy, h, (ZEROS, ZEROS)),
        (check.cross_entropy, lambda p, q: math.inf, (NO_ZEROS, ZEROS)),
        (check.kl, right_kl, (P, Q)),
        (check.kl, right_kl, (ZEROS, NO_ZEROS)),
        (check.kl, lambda p, q: 0, (P, P)),
        (check.kl, lambda p, q: np.float32(np.inf), (NO_ZEROS, ZEROS)),
        (check.smallest_bce, right_bce, (GREYS,)),
        (check.kl_gaussian, right_gaussian, (MU, LOG_VAR)),
        (check.kl_gaussian, right_gaussian, RNG.normal(size=(2, 40, 7))),
        (check.kl_gaussian, lambda mu, v: right_gaussian(mu, v).tolist(), (MU, LOG_VAR)),
    ],
)
def test_right_answers_pass(verb, function, given, one_line):
    verb(function, *given)


@pytest.mark.parametrize("to_result", [np.float32, lambda x: float(np.float32(x))])
def test_a_result_in_float32_is_as_right_as_float32_can_be(to_result, one_line):
    check.kl(lambda p, q: to_result(right_kl(p, q) * (1 + 3e-6)), P, Q)


def test_a_tensor_in_float32_is_right(one_line):
    def function(mu, log_var):
        mu, log_var = keras.ops.cast(mu, "float32"), keras.ops.cast(log_var, "float32")
        return keras.ops.sum(keras.ops.exp(log_var) + mu**2 - 1 - log_var, axis=1) / 2

    check.kl_gaussian(function, MU, LOG_VAR)


def test_six_digits_are_asked_of_float64():
    fails("six digits", check.kl, lambda p, q: right_kl(p, q) * (1 + 3e-6), P, Q)
    fails("small number", check.entropy, lambda p: -np.sum(p * np.log(p + 1e-6)), P)


def test_the_clip_of_keras_is_no_mistake_in_the_smallest_bce(one_line):
    def function(x):
        x = np.clip(x, 1e-7, 1 - 1e-7)
        return -np.mean(x * np.log(x) + (1 - x) * np.log(1 - x))

    check.smallest_bce(function, GREYS)


# Mistakes


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda p: None, "return"),
        (lambda p: "x", "type str"),
        (lambda p: -log(p)[:2], "has shape (2,); expected (3,)"),
        (log, "sign"),
        (lambda p: -np.log2(p), "bits"),
        (lambda p: -np.log10(p), "base 10"),
        (lambda p: 1 / p, "1/p"),
        (lambda p: 1 - p, "1 - p"),
        (lambda p: -p * log(p), "comes later"),
    ],
)
def test_mistakes_in_surprise(wrong, saying):
    fails(saying, check.surprise, wrong, P)


def test_the_impossible_surprises_without_limit():
    fails("without limit", check.surprise, lambda p: -log(np.clip(p, 1e-7, 1)), ZEROS)
    fails("sign", check.surprise, lambda p: np.where(p > 0, -log(p), -np.inf), ZEROS)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda nats: nats, "still in nats"),
        (lambda nats: nats * BITS, "multiplied"),
        (lambda nats: nats / 2, "divided by 2"),
        (lambda nats: nats / TENS, "log 10"),
        (np.log2, "the logarithm of the nats"),
    ],
)
def test_mistakes_in_bits(wrong, saying):
    fails(saying, check.to_bits, wrong, [0.5, 3.0])


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda p: -np.sum(p * log(p)), "leave outcomes with p = 0 out"),
        (lambda p: np.sum(-log(p)), "leave outcomes with p = 0 out"),
        (lambda p: -h(p, p), "sign"),
        (lambda p: h(p, p) / BITS, "bits"),
        (lambda p: h(p, p) / 3, "divided by the number of outcomes"),
        (lambda p: h(p, p) / 2, "divided by the number of outcomes"),
        (lambda p: -p * log(p + 1e-300), "expected one number"),
    ],
)
def test_mistakes_in_entropy(wrong, saying):
    fails(saying, check.entropy, wrong, ZEROS)


def test_mistakes_in_entropy_without_zeros():
    fails("weight p is missing", check.entropy, lambda p: -np.sum(log(p)), P)
    fails("yes or no", check.entropy, lambda p: h(p, p) + h(1 - p, 1 - p), P)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda p, q: -h(p, q), "sign"),
        (lambda p, q: h(p, q) / BITS, "bits"),
        (lambda p, q: h(q, p), "exchanged"),
        (lambda p, q: h(p, p), "entropy of p"),
        (lambda p, q: h(q, q), "entropy of q"),
        (right_kl, "KL(p||q)"),
        (lambda p, q: h(p, q) / 3, "divided by the number"),
        (lambda p, q: -np.sum(log(q)), "weight p is missing"),
        (lambda p, q: h(p, q) + h(1 - p, 1 - q), "yes or no"),
    ],
)
def test_mistakes_in_cross_entropy(wrong, saying):
    fails(saying, check.cross_entropy, wrong, P, Q)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda p, q: -right_kl(p, q), "sign"),
        (lambda p, q: right_kl(p, q) / BITS, "bits"),
        (lambda p, q: right_kl(q, p), "KL(q||p) is another"),
        (lambda p, q: -right_kl(q, p), "exchanged, and the sign"),
        (lambda p, q: np.sum(p * log(p) / log(q)), "log p - log q"),
        (h, "cross-entropy"),
        (lambda p, q: h(p, q) + h(p, p), "added"),
        (lambda p, q: h(p, p), "entropy of p."),
        (lambda p, q: np.sum(log(p / q)), "weight p is missing"),
        (lambda p, q: np.mean(p * log(p / q)), "divided by the number"),
        (lambda p, q: np.sum(p * np.abs(log(p / q))), "absolute"),
        (lambda p, q: right_kl(p, q) + right_kl(q, p), "+ KL(q||p)"),
        (lambda p, q: 7.0, "kl([0.5, 0.3, 0.2], [0.2, 0.2, 0.6]) is 7; expected 0.36"),
    ],
)
def test_mistakes_in_kl(wrong, saying):
    fails(saying, check.kl, wrong, P, Q)


@pytest.mark.parametrize("verb", [check.cross_entropy, check.kl])
def test_zeros_in_two_distributions(verb):
    wrong = {check.cross_entropy: h, check.kl: right_kl}[verb]
    fails("no limit", verb, lambda p, q: wrong(p, np.clip(q, 1e-9, 1)), NO_ZEROS, ZEROS)
    fails("sign", verb, lambda p, q: -np.inf, NO_ZEROS, ZEROS)
    fails("is nan", verb, lambda p, q: np.sum(p * log(p / q)), ZEROS, ZEROS)
    fails("raised ZeroDivisionError", verb, lambda p, q: 1 / 0, P, Q)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda x: np.mean(x * log(x)), "nan"),
        (lambda x: -right_bce(x), "sign"),
        (lambda x: right_bce(x) / BITS, "bits"),
        (lambda x: right_bce(x) * 6, "sum over all"),
        (lambda x: right_bce(x) * 2, "black and white ones count"),
        (lambda x: -np.sum(x[x > 0] * log(x[x > 0])) / 6, "part of black"),
        (
            lambda x: h(np.array([x.mean(), 1 - x.mean()]), np.array([x.mean(), 1 - x.mean()])),
            "last",
        ),
        (lambda x: x, "expected one number"),
    ],
)
def test_mistakes_in_the_smallest_bce(wrong, saying):
    fails(saying, check.smallest_bce, wrong, GREYS)


def each(mu, log_var, var):
    return (var + mu**2 - 1 - log_var) / 2


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda mu, v: 2 * right_gaussian(mu, v), "1/2"),
        (lambda mu, v: -right_gaussian(mu, v), "never below 0"),
        (lambda mu, v: -2 * right_gaussian(mu, v), "sign is wrong, and the factor"),
        (lambda mu, v: right_gaussian(mu, v) / 2, "averaged over the latent"),
        (lambda mu, v: right_gaussian(mu, v) / BITS, "bits"),
        (lambda mu, v: each(mu, np.log(v**2), v**2).sum(axis=1), "taken for sigma;"),
        (lambda mu, v: each(mu, 2 * v, np.exp(2 * v)).sum(axis=1), "taken for log sigma"),
        (lambda mu, v: each(mu, log(v), v).sum(axis=1), "take no logarithm"),
        (lambda mu, v: each(mu, v, np.exp(2 * v)).sum(axis=1), "square it again"),
        (lambda mu, v: each(mu, v, np.exp(v / 2)).sum(axis=1), "has its square"),
        (lambda mu, v: right_gaussian(np.sqrt(mu + 0j), v).real, "mu is not squared"),
        (lambda mu, v: right_gaussian(0 * mu, v), "term of mu"),
        (lambda mu, v: right_gaussian(mu, v) + 1, "The 1 is missing"),
        (lambda mu, v: each(mu, 0, np.exp(v)).sum(axis=1), "log sigma squared is missing"),
        (lambda mu, v: each(mu, -v, np.exp(v)).sum(axis=1), "wrong sign"),
        (lambda mu, v: each(mu * np.exp(-v / 2), -v, np.exp(-v)).sum(axis=1), "KL(N(0, 1)||"),
        (lambda mu, v: right_gaussian(mu, v).sum(), "each example has its own"),
        (lambda mu, v: each(mu, v, np.exp(v)), "shape (3, 2); expected (3,)"),
        (lambda mu, v: each(mu, v, np.exp(v)).sum(axis=0), "over the examples"),
        (lambda mu, v: right_gaussian(mu, v)[:, None], "keepdims"),
    ],
)
def test_mistakes_in_the_gaussian(wrong, saying):
    fails(saying, check.kl_gaussian, wrong, MU, LOG_VAR)


def test_log_sigma_read_where_log_var_is_0():
    def wrong(mu, sigma):
        return each(mu, log(sigma**2), sigma**2).sum(axis=1)

    fails("take no logarithm", check.kl_gaussian, wrong, MU, np.zeros((3, 2)))


# Monte Carlo


def draw(mu, log_var, n, mean=None, deviation=None):
    """Log ratios at draws from N(mu, var), or from another distribution."""
    mean = mu if mean is None else mean
    deviation = np.exp(log_var / 2) if deviation is None else deviation
    z = mean + deviation * np.random.default_rng().normal(size=n)
    return z**2 / 2 - log_var / 2 - (z - mu) ** 2 / 2 / np.exp(log_var)


def right_monte_carlo(mu, log_var, n):
    ratios = draw(mu, log_var, n)
    return ratios.mean(), ratios.std() / np.sqrt(n)


def summed_up(ratios):
    return ratios.mean(), ratios.std() / np.sqrt(len(ratios))


TURNS = itertools.cycle((-1, 1))


def swinging(ratios):
    """Their mean, too large and too small in turns: right in the mean of all calls."""
    return ratios.mean() + next(TURNS) * 3 / np.sqrt(len(ratios))


@pytest.mark.parametrize("pack", [tuple, list, np.array, np.float32, keras.ops.convert_to_tensor])
def test_monte_carlo(pack, one_line):
    check.kl_monte_carlo(lambda *given: pack(right_monte_carlo(*given)), 1.0, -1.5)


def test_a_right_estimate_passes_again_and_again():
    for _ in range(30):
        sign = RNG.choice([-1, 1])
        mu, log_var = RNG.uniform(0.5, 2), sign * RNG.uniform(0.5, 1.5)
        check.kl_monte_carlo(right_monte_carlo, mu, log_var)


def test_the_standard_error_is_that_of_the_draws():
    for mu, log_var in ((1.0, -1.5), (0.5, 1.5), (2.0, 0.5)):
        ratios = draw(mu, log_var, 200_000)
        assert standard_error(mu, log_var, 200_000) == pytest.approx(summed_up(ratios)[1], rel=0.05)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda mu, v, n: right_monte_carlo(mu, v, n)[0], "two numbers"),
        (lambda mu, v, n: (1.0, 2.0, 3.0), "two numbers"),
        (lambda mu, v, n: (draw(mu, v, n), 1.0), "take the mean of the draws"),
        (lambda mu, v, n: ("a", 1.0), "the estimate is of type str"),
        (lambda mu, v, n: (0.8616, 0.72 / np.sqrt(n)), "same estimate"),
        (lambda mu, v, n: summed_up(-draw(mu, v, n)), "sign"),
        (lambda mu, v, n: summed_up(draw(mu, v, n, 0, 1)), "draws are from N(0, 1)"),
        (lambda mu, v, n: summed_up(-draw(mu, v, n, 0, 1)), "the first of the two in KL"),
        (lambda mu, v, n: summed_up(draw(mu, v, n, deviation=np.exp(v))), "is the variance"),
        (lambda mu, v, n: summed_up(draw(mu, v, n, deviation=v)), "sigma in the draws"),
        (lambda mu, v, n: summed_up(draw(mu, v, n, deviation=1)), "not scaled"),
        (lambda mu, v, n: summed_up(draw(mu, v, n, mean=0)), "not moved"),
        (lambda mu, v, n: summed_up(draw(mu, 2 * v, n)), "log_var is taken for log sigma"),
        (lambda mu, v, n: summed_up(draw(mu, np.log(v**2), n)), "log_var is taken for sigma."),
        (lambda mu, v, n: summed_up(draw(mu, v, n) / BITS), "bits"),
        (lambda mu, v, n: (draw(mu, v, n).sum(), 1.0), "sum over the draws"),
        (lambda mu, v, n: summed_up(draw(mu, v, n) + 1), "in the mean of 30 calls; expected 0.86"),
        (lambda mu, v, n: (draw(mu, v, 100 * n).mean(), 0.7 / np.sqrt(n)), "draw n times"),
        (lambda mu, v, n: (swinging(draw(mu, v, n)), 0.7 / np.sqrt(n)), "draw n times"),
        (lambda mu, v, n: (draw(mu, v, n).mean(), draw(mu, v, n).std()), "by sqrt(n)"),
        (lambda mu, v, n: (draw(mu, v, n).mean(), draw(mu, v, n).std() / n), "divided by n"),
        (lambda mu, v, n: (draw(mu, v, n).mean(), draw(mu, v, n).var() / n), "the variance"),
        (lambda mu, v, n: (draw(mu, v, n).mean(), draw(mu, v, n).var() / n**0.5), "variance divi"),
        (lambda mu, v, n: (draw(mu, v, n).mean(), np.exp(v / 2) / n**0.5), "mean of z"),
        (lambda mu, v, n: (draw(mu, v, n).mean(), 0.01), "its standard error is 0.01; expected"),
        (lambda mu, v, n: (draw(mu, v, n).mean(), 0.0), "its standard error is 0; expected"),
    ],
)
def test_mistakes_in_monte_carlo(wrong, saying):
    fails(saying, check.kl_monte_carlo, wrong, 1.0, -1.5)
