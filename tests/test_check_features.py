"""Linear probes: right answers written in several ways pass, known mistakes are named."""

import keras
import numpy as np
import pytest
from conftest import fails
from keras import layers

from latentlab import check
from latentlab.check.probing import ridge, standardised

RNG = np.random.default_rng(0)


def draw(labels, per_class, seed, replace=False):
    rng = np.random.default_rng(seed)
    places = [np.flatnonzero(labels == c) for c in range(10)]
    return np.concatenate([rng.choice(where, per_class, replace) for where in places])


def shuffled(labels, per_class, seed):
    order = np.random.RandomState(seed).permutation(len(labels))
    return [int(i) for c in range(10) for i in [j for j in order if labels[j] == c][:per_class]]


@pytest.mark.parametrize("function", [draw, shuffled, lambda *a: np.sort(draw(*a))])
def test_stratified_draws_pass_in_any_order(function):
    for per_class in (1, 3, 10, 25):
        check.draw_labelled(function, per_class)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda y, k, s: np.random.default_rng(s).permutation(len(y))[: 10 * k], "by itself"),
        (lambda y, k, s: draw(y, k, s, replace=True), "without replacement"),
        (lambda y, k, s: draw(y, k, 0), "same digits for every seed"),
        (lambda y, k, s: draw(y, k, None), "same seed"),
        (lambda y, k, s: y[draw(y, k, s)], "labels themselves"),
        (lambda y, k, s: draw(y, k, s).reshape(10, k), "join the rows"),
        (lambda y, k, s: np.isin(np.arange(len(y)), draw(y, k, s)), "mask"),
        (lambda y, k, s: draw(y, k, s) + 0.5, "no indices"),
        (lambda y, k, s: draw(y, k, s)[:k], "expected"),
        (lambda y, k, s: None, "returned None"),
    ],
)
def test_mistakes_in_a_draw(function, saying):
    fails(saying, check.draw_labelled, function, per_class=10)


def softmax(z, labels, z_new, rounds=150):
    rows, new = (np.column_stack([3 * part, np.ones(len(part))]) for part in (z, z_new))
    weights = np.zeros((rows.shape[1], 10))
    for _ in range(rounds):
        p = np.exp(rows @ weights)
        gap = p / p.sum(axis=1, keepdims=True) - np.eye(10)[labels]
        weights -= rows.T @ gap / len(z) + 0.001 * weights
    return (new @ weights).argmax(axis=1)


def middles(z, labels, z_new):
    """A linear rule as well: the nearest class mean."""
    means = np.array([z[labels == c].mean(axis=0) if c in labels else [1e3] * z.shape[1]
                      for c in range(10)])  # fmt: skip
    return ((z_new[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)


@pytest.mark.parametrize(
    "function", [ridge, softmax, middles, lambda *a: ridge(*a, penalty=0.1).tolist()]
)
def test_linear_probes_of_several_kinds_pass(function):
    for _ in range(5):
        for features, count in ((12, 15), (30, 10), (20, 20)):
            check.linear_probe(function, features, count)


def scores(z, labels, z_new):
    rows, new = (np.column_stack([part, np.ones(len(part))]) for part in (z, z_new))
    square = rows.T @ rows + np.eye(rows.shape[1])
    return new @ np.linalg.solve(square, rows.T @ np.eye(10)[labels])


def as_quantity(z, labels, z_new):
    rows, new = (np.column_stack([part, np.ones(len(part))]) for part in (z, z_new))
    return new @ np.linalg.solve(rows.T @ rows + np.eye(rows.shape[1]), rows.T @ labels)


def nearest(z, labels, z_new):
    return labels[((z_new[:, None] - z) ** 2).sum(axis=2).argmin(axis=1)]


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (scores, "These are scores"),
        (lambda *a: scores(*a).argmax(axis=0), "axis=1"),
        (lambda *a: scores(*a).argmin(axis=1), "smallest score"),
        (lambda z, y, new: ridge(z, y, z), "guess for z_new"),
        (as_quantity, "not a quantity"),
        (lambda *a: np.clip(np.round(as_quantity(*a)), 0, 9), "not a quantity"),
        (lambda z, y, new: np.full(len(new), 3), "3 for every row"),
        (lambda z, y, new: 0.9, "Is this an accuracy"),
        (nearest, "no straight line"),
    ],
)
def test_mistakes_in_a_probe(function, saying):
    fails(saying, check.linear_probe, function, features=12, count=15)


def accuracy(z, y, z_new, y_new, chosen, learn=ridge):
    train, new = standardised(z, z, z_new)
    return np.mean(learn(train[chosen], y[chosen], new) == y_new)


def chosen_statistics(z, y, z_new, y_new, chosen):
    few, new = standardised(z[chosen], z[chosen], z_new)
    return float(np.mean(ridge(few, y[chosen], new) == y_new))


def own_deviations(z, y, z_new, y_new, chosen):
    scale = z.std(axis=0) * np.sqrt(z.shape[1])
    new = (z_new - z.mean(axis=0)) / scale
    return np.mean(ridge(((z - z.mean(axis=0)) / scale)[chosen], y[chosen], new) == y_new)


@pytest.mark.parametrize(
    "function",
    [
        accuracy,
        chosen_statistics,
        own_deviations,
        lambda *a: accuracy(*a, learn=softmax),
        lambda *a: accuracy(*a, learn=lambda *b: ridge(*b, penalty=0.1)),
    ],
)
def test_accuracies_without_a_leak_pass(function):
    for _ in range(5):
        check.probe_accuracy(function)


def own_statistics(z, y, z_new, y_new, chosen):
    (train,), (new,) = standardised(z, z), standardised(z_new, z_new)
    return np.mean(ridge(train[chosen], y[chosen], new) == y_new)


def not_standardised(z, y, z_new, y_new, chosen):
    return np.mean(ridge(z[chosen], y[chosen], z_new) == y_new)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (own_statistics, "own mean"),
        (not_standardised, "Are they standardised"),
        (lambda z, y, n, t, c: accuracy(z, y, z[c], y[c], c), "learned from; measure"),
        (lambda z, y, n, t, c: accuracy(n, t, n, t, np.arange(len(n))), "from the test labels"),
        (lambda z, y, n, t, c: accuracy(z, y, n, t, np.arange(len(z))), "all labels"),
        (lambda *a: 100 * accuracy(*a), "percentage"),
        (lambda *a: 1 - accuracy(*a), "wrong guesses"),
        (lambda *a: 0.42, "count the right guesses"),
    ],
)
def test_mistakes_in_an_accuracy(function, saying):
    for _ in range(5):
        fails(saying, check.probe_accuracy, function)


def test_mean_and_standard_error():
    for count in (2, 7, 20):
        check.mean_and_error(lambda a: (a.mean(), a.std(ddof=1) / len(a) ** 0.5), count)
        check.mean_and_error(lambda a: np.array([a.mean(), a.std(ddof=1) / len(a) ** 0.5]), count)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda a: (a.mean(), a.std(ddof=1)), "single draws; the standard error"),
        (lambda a: (a.mean(), a.std()), "standard deviation"),
        (lambda a: (a.mean(), a.std() / len(a) ** 0.5), "ddof=1"),
        (lambda a: (a.mean(), a.std(ddof=1) / len(a)), "root of n"),
        (lambda a: (a.mean(), a.var(ddof=1)), "variance"),
        (lambda a: (a.mean(), 2 * a.std(ddof=1) / len(a) ** 0.5), "give one"),
        (lambda a: (a.std(ddof=1) / len(a) ** 0.5, a.mean()), "exchanged"),
        (lambda a: a.mean(), "expected two"),
    ],
)
def test_mistakes_in_a_standard_error(function, saying):
    fails(saying, check.mean_and_error, function, count=20)


def crosswise(count, noise=0.3):
    """Ten classes of five pairs of opposite points: no weighted sum knows them, |sum| does."""
    labels = np.arange(count) % 10
    signs = RNG.choice([-1.0, 1.0], count)
    x = np.zeros((count, 10)) + noise * RNG.normal(size=(count, 10))
    x[np.arange(count), labels] += 3 * signs
    return x, labels


TRAIN, TEST = crosswise(400), crosswise(300)


def bends():
    """An encoder that gives the positive and the negative part of each number."""
    encoder = keras.Sequential([keras.Input((10,)), layers.Dense(20, "relu")])
    encoder.set_weights([np.hstack([np.eye(10), -np.eye(10)]), np.zeros(20)])
    return encoder


def test_codes_are_held_against_pca(one_line):
    check.tells_classes("encoder", bends(), TRAIN, TEST, most=20, at_least=5)


def remembers(encoder, train, labels):
    """Marks in the training pictures that PCA does not see, and an encoder that makes much of them.

    So does an encoder that was trained on labels: it knows those of its pictures by heart.
    """
    marks = np.eye(10)[labels] / 1000
    model = keras.Sequential([keras.Input((20,)), layers.Dense(30, "relu")])
    weights = np.zeros((20, 30))
    weights[:10, :20], weights[10:, 20:] = encoder.get_weights()[0], 5000 * np.eye(10)
    model.set_weights([weights, np.zeros(30)])
    return model, np.hstack([train, marks])


def test_codes_that_know_labels_of_the_training_part_are_told():
    (x, y), (x_new, y_new) = crosswise(400, noise=1), crosswise(300, noise=1)
    encoder, x = remembers(bends(), x, y)
    x_new = np.hstack([x_new, np.zeros_like(x_new)])
    fails("have labels", check.tells_classes, "encoder", encoder, (x, y), (x_new, y_new), 30, 5)


def copy(**settings):
    model = keras.Sequential([keras.Input((10,)), layers.Dense(10, **settings)])
    if not settings:
        model.set_weights([np.eye(10), np.zeros(10)])
    return model


@pytest.mark.parametrize(
    ("encoder", "most", "saying"),
    [
        (bends(), 10, "at most 10"),
        (copy(), 10, "points more than PCA with 10 numbers; expected at least 5"),
        (copy(kernel_initializer="zeros"), 10, "asleep"),
        (None, 10, "encoder is None"),
    ],
)
def test_codes_that_say_no_more_than_pca_fail(encoder, most, saying):
    fails(saying, check.tells_classes, "encoder", encoder, TRAIN, TEST, most, 5)
