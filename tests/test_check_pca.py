"""The verbs for PCA: right answers pass whatever the signs, each mistake gets its own message."""

import keras
import numpy as np
import pytest
from conftest import fails

from latentlab import check
from latentlab.check.networks import random_dense

RNG = np.random.default_rng(0)
SIZE = 6
layers = keras.layers


def svd(x):
    return np.linalg.svd(x, full_matrices=False)


def right_pca(x, k):
    return x.mean(axis=0), svd(x - x.mean(axis=0))[2][:k]


# Fitting


def by_eigenvectors(x, k):
    vectors = np.linalg.eigh(np.cov(x.T))[1]
    return [x.mean(axis=0).tolist(), vectors[:, ::-1][:, :k].T.tolist()]


def in_float32(x, k):
    return right_pca(x.astype(np.float32), k)


def with_signs_turned(x, k):
    mean, axes = right_pca(x, k)
    return mean, axes * RNG.choice([-1, 1], size=(k, 1))


@pytest.mark.parametrize("fit", [right_pca, by_eigenvectors, in_float32, with_signs_turned])
def test_right_axes_pass(fit, one_line):
    check.fits_pca(fit, rows=50, size=SIZE, components=3)


def turned(x, k):
    """Axes of the right plane, at right angles, but not the main ones."""
    mean, axes = right_pca(x, k)
    return mean, np.linalg.qr(RNG.normal(size=(k, k)))[0] @ axes


def standardised(x, k):
    return x.mean(axis=0), svd((x - x.mean(axis=0)) / x.std(axis=0))[2][:k]


def around_row_means(x, k):
    return x.mean(axis=0), svd(x - x.mean(axis=1, keepdims=True))[2][:k]


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda x, k: (x.mean(axis=0), svd(x)[2][:k]), "subtract the mean from x before"),
        (lambda x, k: (right_pca(x, k)[0], right_pca(x, SIZE)[1][-k:]), "last ones"),
        (lambda x, k: (right_pca(x, k)[0], right_pca(x, SIZE)[1][::-1][:k]), "last ones, in rev"),
        (lambda x, k: (right_pca(x, k)[0], right_pca(x, k)[1][::-1]), "order is reversed"),
        (lambda x, k: (right_pca(x, k)[0], right_pca(x, SIZE)[1][:, :k].T), "rows are the axes"),
        (standardised, "standard deviation"),
        (around_row_means, "mean of each row"),
        (turned, "right plane"),
        (lambda x, k: (x.mean(axis=0), np.eye(SIZE)[:k]), "has a standard deviation of"),
        (lambda x, k: (x.mean(axis=0), right_pca(x, k)[1].T), "transpose it"),
        (lambda x, k: (x.mean(axis=0), svd(x - x.mean(axis=0))[0][:, :k].T), "third result"),
        (lambda x, k: (x.mean(axis=0), 2 * right_pca(x, k)[1]), "has length 2; expected 1"),
        (
            lambda x, k: (
                x.mean(axis=0),
                svd(x - x.mean(axis=0))[1][:k, None] * right_pca(x, k)[1],
            ),
            "singular values",
        ),
        (lambda x, k: (0 * x[0], right_pca(x, k)[1]), "mean row of x"),
        (lambda x, k: (x.mean(axis=1), right_pca(x, k)[1]), "over the rows, axis=0"),
        (lambda x, k: (x.mean(), right_pca(x, k)[1]), "over the rows, axis=0"),
        (lambda x, k: right_pca(x, k)[::-1], "mean has shape"),
        (lambda x, k: right_pca(x, k)[1], "one thing; expected two"),
        (lambda x, k: (*right_pca(x, k), 1), "3 things; expected two"),
        (lambda x, k: (None, right_pca(x, k)[1]), "mean is None"),
    ],
)
def test_mistakes_in_fitting(wrong, saying):
    fails(saying, check.fits_pca, wrong, rows=50, size=SIZE, components=3)


# Projecting and rebuilding


def right_project(x, mean, axes):
    return (x - mean) @ axes.T


def right_rebuild(codes, mean, axes):
    return codes @ axes + mean


def test_right_projecting_and_rebuilding_pass(one_line):
    check.projects(right_project, right_rebuild, rows=4, size=SIZE, components=2)


def test_lists_pass_too(one_line):
    def project(*a):
        return right_project(*a).tolist()

    def rebuild(*a):
        return list(right_rebuild(*a))

    check.projects(project, rebuild, rows=4, size=SIZE, components=2)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda x, m, v: x @ v.T, "not subtracted"),
        (lambda x, m, v: (x + m) @ v.T, "mean is added"),
        (lambda x, m, v: (m - x) @ v.T, "sign is wrong"),
        (lambda x, m, v: (x - m) @ v.T @ v + m, "step before"),
        (lambda x, m, v: v @ (x - m).T, "transpose it"),
        (lambda x, m, v: (x - m) @ v, "project() raised ValueError"),
        (lambda x, m, v: 2 * (x - m) @ v.T, "expected"),
    ],
)
def test_mistakes_in_projecting(wrong, saying):
    fails(saying, check.projects, wrong, right_rebuild, rows=4, size=SIZE, components=2)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda z, m, v: z @ v, "not added"),
        (lambda z, m, v: z @ v - m, "subtracted; add"),
        (lambda z, m, v: np.clip(z @ v + m, 0, 1), "cut off"),
        (lambda z, m, v: (z @ v + m).T, "transpose it"),
        (lambda z, m, v: z @ v.T + m, "rebuild() raised ValueError"),
    ],
)
def test_mistakes_in_rebuilding(wrong, saying):
    fails(saying, check.projects, right_project, wrong, rows=4, size=SIZE, components=2)


# Both errors

X = RNG.random((7, SIZE))
MEAN, AXES = RNG.random(SIZE), np.linalg.qr(RNG.normal(size=(SIZE, 2)))[0].T
ENCODER, DECODER = random_dense(SIZE, 2, None), random_dense(2, SIZE, "sigmoid")


def both(x, mean, axes, encoder, decoder):
    pca = right_rebuild(right_project(x, mean, axes), mean, axes)
    return pca - x, np.array(decoder(encoder(x))) - x


def right_errors(*arguments):
    return tuple(np.mean(rest**2) for rest in both(*arguments))


@pytest.mark.parametrize("models", [(), (ENCODER, DECODER)])
@pytest.mark.parametrize("form", [tuple, list, np.array])
def test_right_errors_pass(form, models, one_line):
    check.both_errors(lambda *a: form(right_errors(*a)), X, MEAN, AXES, *models)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda *a: right_errors(*a)[::-1], "other order"),
        (lambda *a: [np.sum(r**2) for r in both(*a)], "sum over all"),
        (lambda *a: [np.mean(np.sum(r**2, axis=1)) for r in both(*a)], "over the pixels"),
        (lambda *a: [np.sqrt(e) for e in right_errors(*a)], "root"),
        (lambda *a: [np.mean(r) for r in both(*a)], "not squared"),
        (lambda *a: [np.mean(np.abs(r)) for r in both(*a)], "absolute"),
        (lambda *a: [r**2 for r in both(*a)], "shape (7, 6); expected one number"),
        (lambda *a: [np.mean((r - MEAN) ** 2) for r in both(*a)], "lacks the mean"),
        (lambda *a: right_errors(*a)[0], "one thing; expected two"),
        (lambda *a: (right_errors(*a)[0], 7.0), "the autoencoder in errors"),
        (lambda x, m, v, e, d: right_errors(x, m, v, ENCODER, d), "the autoencoder in errors"),
    ],
)
def test_mistakes_in_the_errors(wrong, saying):
    fails(saying, check.both_errors, wrong, X, MEAN, AXES)


def test_pictures_that_were_cut_off_are_named():
    def clipped(x, mean, axes, encoder, decoder):
        rests = both(x, mean, axes, encoder, decoder)
        return [np.mean((np.clip(rest + x, 0, 1) - x) ** 2) for rest in rests]

    far = MEAN + 1
    fails("cut off at 0 and 1", check.both_errors, clipped, X, far, AXES)


# No bends


def chain(*activations):
    model = keras.Sequential([keras.Input((SIZE,))])
    for units, activation in zip((2, SIZE), activations, strict=True):
        model.add(layers.Dense(units, activation, bias_initializer="random_normal"))
    return model


def test_a_model_without_bends_passes(one_line):
    check.linear("linear", chain(None, "linear"), SIZE)


@pytest.mark.parametrize(
    ("activations", "saying"),
    [
        ((None, "sigmoid"), "between 0 and 1, as after a sigmoid"),
        (("relu", None), "f(a) + f(b) is not f(a + b) + f(0)"),
        (("tanh", None), "linear has an activation"),
        ((None, "relu"), "the last layer's too"),
        (("leaky_relu", None), "linear has an activation"),
    ],
)
def test_a_bend_is_found(activations, saying):
    fails(saying, check.linear, "linear", chain(*activations), SIZE)


def test_what_is_no_model():
    fails("linear is None", check.linear, "linear", None, SIZE)
    fails("expected a Keras model", check.linear, "linear", 3, SIZE)
