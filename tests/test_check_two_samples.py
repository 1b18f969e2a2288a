"""Kernel, MMD, draws from the prior and collapse: right answers pass, mistakes are named."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import fails
from keras import layers

from latentlab import check
from latentlab.check.two_samples import squared_mmd

RNG = np.random.default_rng(0)
WIDTHS = (0.25, 0.5, 1.0, 2.0)


def squares(a, b):
    return ((a[:, None] - b) ** 2).sum(axis=2)


def kernel(a, b, width):
    return np.exp(-squares(a, b) / (2 * width**2))


def mmd(a, b, widths):
    n, m = len(a), len(b)
    total = 0
    for width in widths:
        of_a, of_b = kernel(a, a, width), kernel(b, b, width)
        total += (of_a.sum() - n) / n / (n - 1) + (of_b.sum() - m) / m / (m - 1)
        total -= 2 * kernel(a, b, width).mean()
    return total / len(widths)


def test_kernels_from_arrays_tensors_and_lists():
    for function in (
        kernel,
        lambda a, b, w: keras.ops.exp(-keras.ops.sum((a[:, None] - b) ** 2, -1) / (2 * w**2)),
        lambda a, b, w: [[np.exp(-sum((p - q) ** 2) / 2 / w**2) for q in b] for p in a],
    ):
        for n, m, width in ((5, 4, 0.5), (30, 30, 1.0), (7, 20, 1.7)):
            check.gaussian_kernel(function, n, m, width)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda a, b, w: np.exp(-np.sqrt(squares(a, b)) / (2 * w**2)), "not squared"),
        (lambda a, b, w: np.exp(-squares(a, b) / w**2), "2 is missing"),
        (lambda a, b, w: np.exp(-squares(a, b) / (2 * w)), "width is to be squared"),
        (lambda a, b, w: np.exp(-squares(a, b) / (2 * w) ** 2), "Is the 2 squared"),
        (lambda a, b, w: np.exp(squares(a, b) / (2 * w**2)), "minus is missing"),
        (lambda a, b, w: squares(a, b) / 2, "mean of squares"),
        (lambda a, b, w: np.exp(-squares(a, b) / 2 / (2 * w**2)), "mean of the two squares"),
        (lambda a, b, w: kernel(b, a, w), "a row for each point of a"),
        (lambda a, b, w: kernel(a, b, w).mean(), "expected (5, 4)"),
        (lambda a, b, w: kernel(a, b, w) / (2 * np.pi * w**2), "density"),
    ],
)
def test_mistakes_in_a_kernel(function, saying):
    fails(saying, check.gaussian_kernel, function, 5, 4, 0.6)


def test_mmd_in_two_ways():
    for n, m in ((6, 4), (60, 90), (20, 20)):
        check.mmd(mmd, n, m, WIDTHS)
        check.mmd(lambda a, b, w: float(squared_mmd(a, b, w)), n, m, (0.7,))


def biased(a, b, widths):
    return np.mean([kernel(a, a, w).mean() + kernel(b, b, w).mean() for w in widths]) - 2 * np.mean(
        [kernel(a, b, w).mean() for w in widths]
    )


def diagonal_left(a, b, widths):
    n, m = len(a), len(b)
    return np.mean(
        [
            kernel(a, a, w).sum() / n / (n - 1)
            + kernel(b, b, w).sum() / m / (m - 1)
            - 2 * kernel(a, b, w).mean()
            for w in widths
        ]
    )


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (biased, "biased"),
        (diagonal_left, "still in the sums"),
        (lambda a, b, w: mmd(a, b, w) + np.mean([kernel(a, b, v).mean() for v in w]), "twice"),
        (lambda a, b, w: len(w) * mmd(a, b, w), "sum over the widths"),
        (lambda a, b, w: mmd(a, b, w[:1]), "first width"),
        (lambda a, b, w: mmd(a, b, [np.mean(w)]), "one width, their mean"),
        (lambda a, b, w: -mmd(a, b, w), "sign"),
        (lambda a, b, w: ((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum(), "means alone"),
        (lambda a, b, w: mmd(a, b, [v**0.5 for v in w]), "not squared"),
        (lambda a, b, w: mmd(a, b, [v / 2**0.5 for v in w]), "denominator"),
        (lambda a, b, w: abs(mmd(a, b, w)), "below 0: take no absolute value"),
        (lambda a, b, w: max(mmd(a, b, w), 0.0), "do not cut it off"),
        (lambda a, b, w: 7.0, "Does the check"),
    ],
)
def test_mistakes_in_the_mmd(function, saying):
    for _ in range(5):
        fails(saying, check.mmd, function, 40, 30, WIDTHS)


def test_an_mmd_with_little_to_tell_apart_is_checked_too(capsys):
    check.mmd(mmd, 20, 20, (1.0,))
    check.mmd(mmd, 20, 20, (1000.0,))
    assert capsys.readouterr().out.count(": right") == 2


def test_the_mmd_of_one_distribution_is_0_in_the_mean():
    values = [squared_mmd(*RNG.normal(size=(2, 100, 2))) for _ in range(300)]
    assert abs(np.mean(values)) < 4 * np.std(values) / 300**0.5
    assert min(values) < 0


def test_draws_of_the_prior():
    check.prior_draws(lambda n: keras.random.normal((n, 2)), 500)
    check.prior_draws(tf.function(lambda n: keras.random.normal((n, 2))), 500)
    check.prior_draws(lambda n: np.random.normal(size=(n, 2)), 3000)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda n: 2 * np.random.normal(size=(n, 2)), "variance"),
        (lambda n: np.random.normal(size=(n, 2)) * 2**0.5, "standard deviation 1"),
        (lambda n: np.random.uniform(-(3**0.5), 3**0.5, (n, 2)), "uniform"),
        (lambda n: np.random.rand(n, 2), "uniform"),
        (lambda n: np.random.default_rng(0).normal(size=(n, 2)), "same numbers"),
        (lambda n: np.repeat(np.random.normal(size=(n, 1)), 2, axis=1), "two for each"),
        (lambda n: np.random.normal(size=n), "shape"),
        (tf.function(lambda n: np.random.normal(size=(n, 2))), "by numpy"),
    ],
)
def test_mistakes_in_draws_of_the_prior(function, saying):
    fails(saying, check.prior_draws, function, 3000)


def linear(matrix, bias=None):
    matrix = np.asarray(matrix, np.float32)
    model = keras.Sequential([keras.Input((len(matrix),)), layers.Dense(matrix.shape[1])])
    model.set_weights([matrix, np.zeros(matrix.shape[1]) if bias is None else bias])
    return model


AXES = np.linalg.qr(RNG.normal(size=(20, 2)))[0]
PICTURES = RNG.normal(size=(500, 2)) @ AXES.T  # with codes that are N(0, I)
ENCODER, DECODER = linear(AXES), linear(AXES.T)


def test_codes_like_the_prior_pass(capsys):
    check.follows_prior(ENCODER, PICTURES, at_most=0.01)
    check.no_collapse(ENCODER, DECODER, PICTURES, spread=0.8, differ=0.8)
    check.rebuilds_as_pca(ENCODER, linear(0.99 * AXES.T), PICTURES, PICTURES + 0.1, at_most=2)
    assert capsys.readouterr().out.count("right") == 4


def test_codes_elsewhere_fail():
    fails("standard deviations are", check.follows_prior, linear(5 * AXES), PICTURES, 0.02)
    fails("crowded", check.follows_prior, linear(0.1 * AXES), PICTURES, 0.02)
    moved = linear(AXES, np.array([1.0, 0]))
    fails("away from 0", check.follows_prior, moved, PICTURES, 0.02)


def test_collapses_are_named():
    flat = linear(AXES * [1, 0.01])
    fails("onto a line or a point", check.no_collapse, flat, DECODER, PICTURES, 0.3, 0.3)
    mute = linear(0.01 * AXES.T)
    fails("decoder draws nearly the same", check.no_collapse, ENCODER, mute, PICTURES, 0.3, 0.3)
    fails("reconstruct step", check.rebuilds_as_pca, ENCODER, mute, PICTURES, PICTURES + 0.1, 1.2)


def test_discriminators():
    def dense(*sizes, last="sigmoid", hidden="relu"):
        inner = [layers.Dense(size, hidden) for size in sizes]
        return keras.Sequential([keras.Input((2,)), *inner, layers.Dense(1, last)])

    check.discriminator("discriminator", dense(64, 64))
    check.discriminator("discriminator", dense(16, hidden="tanh"))
    fails("expected probabilities", check.discriminator, "d", dense(64, last=None))
    fails("softmax", check.discriminator, "d", dense(64, last="softmax"))
    fails("straight line", check.discriminator, "d", dense(64, hidden=None))
    fails("straight line", check.discriminator, "d", dense())
    two = keras.Sequential([keras.Input((2,)), layers.Dense(8, "relu"), layers.Dense(2, "sigmoid")])
    fails("expected (200, 1)", check.discriminator, "d", two)
    fails("takes inputs", check.discriminator, "d", linear(np.ones((784, 1))))
