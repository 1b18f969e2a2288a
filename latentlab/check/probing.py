"""A linear probe that learns classes from a few labelled codes, and its accuracy.

Alain and Bengio, Understanding intermediate layers using linear classifier probes (2016). The
probe that others are held against is ridge regression on 0 and 1: Hastie, Tibshirani and Friedman,
The Elements of Statistical Learning (2nd ed.), sections 3.4.1 and 4.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.values import Mistake, as_array, number

CLASSES = 10
# In accuracy. Right probes of different kinds, a softmax or ridge regression with a penalty of 0.01
# to 3, lie more than 5 standard deviations nearer to ridge regression with a penalty of 1.
SLACK = 0.08


def linear_probe(function: Callable[..., Any], features: int, count: int) -> None:
    """Check that function(z, labels, z_new) guesses classes, shape (n,), by weighted sums.

    It is tried on `count` rows of each of ten classes, which overlap, and must be right nearly as
    often as ridge regression; and on two classes that no weighted sums can tell apart.
    """
    rng = np.random.default_rng()
    middles = rng.normal(size=(CLASSES, features))
    z, labels = _cloud(rng, middles, count)
    z_new, labels_new = _cloud(rng, middles, 100)
    z, z_new = standardised(z, z, z_new)
    asked = "probe(z, labels, z_new)"
    found = call("probe", function, z.copy(), labels.copy(), z_new.copy())
    found = _require_guesses(asked, found, len(z), len(z_new))
    right = np.mean(ridge(z, labels, z_new) == labels_new)
    share = np.mean(found == labels_new)
    if share < right - SLACK:
        raise CheckFailed(
            f"{asked} is right for {share:.0%} of {len(z_new)} new rows; expected about "
            f"{right:.0%}. {_probe_mistake(found, z, labels, z_new)}"
        )
    _require_linear(asked, function, rng)
    passed(f"probe: {share:.0%} of {len(z_new)} new rows, {right:.0%} by ridge regression")


def _require_guesses(asked: str, value: Any, known: int, new: int) -> np.ndarray:
    found = as_array(asked, value)
    hints = {
        (new, CLASSES): "These are scores: guess the column of the largest one, axis=1.",
        (CLASSES,): "One guess for each class; the largest score of each row is along axis=1.",
        (known,): "These are guesses for the rows it learned from; guess for z_new.",
        (): "Is this an accuracy? Return the guesses.",
    }
    if found.shape != (new,):
        hint = hints.get(found.shape, "")
        raise CheckFailed(f"{asked} has shape {found.shape}; expected ({new},). {hint}".rstrip())
    if (found != np.round(found)).any() or found.min() < 0 or found.max() >= CLASSES:
        raise CheckFailed(
            f"{asked} holds {found[0]:.4g}; expected whole numbers from 0 to {CLASSES - 1}, the "
            "classes. The label is a name, not a quantity: give each class a column of its own."
        )
    return found


def _probe_mistake(found: np.ndarray, z: np.ndarray, labels: np.ndarray, z_new: np.ndarray) -> str:
    rows, new = (np.hstack([part, np.ones((len(part), 1))]) for part in (z, z_new))
    square = rows.T @ rows + np.eye(rows.shape[1])
    as_number = np.clip(np.round(new @ np.linalg.solve(square, rows.T @ labels)), 0, CLASSES - 1)
    scores = new @ np.linalg.solve(square, rows.T @ np.eye(CLASSES)[labels])
    known = [
        (
            "The label is a name, not a quantity, and 3 is not between 1 and 5: give each class "
            "a column of its own, with 0 and 1.",
            as_number,
        ),
        ("This is the column with the smallest score; take the largest.", scores.argmin(axis=1)),
    ]
    for sentence, guesses in known:
        if np.mean(found == guesses) > 0.9:
            return sentence
    if len(np.unique(found)) == 1:
        return f"It guesses {found[0]:.0f} for every row."
    return "Does it learn from z and labels, and guess for z_new?"


def _require_linear(asked: str, function: Callable[..., Any], rng: np.random.Generator) -> None:
    """Fail if the probe parts two classes that lie crosswise, which no line can part."""
    corners = np.array([[1, 1], [-1, -1], [1, -1], [-1, 1]])
    places = np.repeat(corners, 20, axis=0) + rng.normal(scale=0.15, size=(80, 2))
    labels = np.repeat([0, 0, 1, 1], 20)
    found = as_array(asked, call("probe", function, places.copy(), labels.copy(), places.copy()))
    if np.mean(found == labels) > 0.85:
        raise CheckFailed(
            f"{asked} tells two classes apart that no straight line can part. A linear probe makes "
            "weighted sums and nothing more: a cleverer classifier would show how clever it is, "
            "and not what the features say."
        )


def _cloud(
    rng: np.random.Generator, middles: np.ndarray, count: int, width: float = 0.6
) -> tuple[np.ndarray, np.ndarray]:
    """Return `count` points around each middle, and which middle it is, in random order."""
    labels = rng.permutation(np.repeat(np.arange(len(middles)), count))
    return middles[labels] + rng.normal(scale=width, size=(len(labels), middles.shape[1])), labels


def standardised(reference: np.ndarray, *parts: np.ndarray) -> list[np.ndarray]:
    """Move and scale all parts so that reference has mean 0 and a mean squared length of 1."""
    mean = reference.mean(axis=0)
    length = math.sqrt(((reference - mean) ** 2).sum(axis=1).mean()) or 1.0
    return [(part - mean) / length for part in parts]


def ridge(z: np.ndarray, labels: np.ndarray, z_new: np.ndarray, penalty: float = 1.0) -> np.ndarray:
    """Return the guesses (m,) for z_new (m, d) of a ridge regression from z (n, d) to classes."""
    z, z_new = (np.hstack([rows, np.ones((len(rows), 1))]) for rows in (z, z_new))
    # As (Z'Z + p I)^-1 Z'Y, but the matrix is n x n: there are few labels and many features.
    inverse = np.linalg.solve(z @ z.T + penalty * np.eye(len(z)), np.eye(CLASSES)[labels])
    return np.argmax(z_new @ (z.T @ inverse), axis=1)


def probe_accuracy(function: Callable[..., Any]) -> None:
    """Check function(z_train, y_train, z_test, y_test, chosen), the accuracy of a probe on test.

    The probe is the student's. It must learn from the chosen rows of the training part alone, on
    features that are standardised by the training part's statistics (by those of the chosen rows,
    or each feature by its own deviation, is right too). The data are made up so that each mistake
    has an accuracy of its own.
    """
    rng = np.random.default_rng()
    arguments = _made_up(rng)
    asked = "probe_accuracy(z_train, y_train, z_test, y_test, chosen)"
    given = [argument.copy() for argument in arguments]
    found = number(asked, call("probe_accuracy", function, *given))
    right, mistakes = _accuracies(*arguments)
    if found > 1:
        raise CheckFailed(
            f"{asked} is {found:.4g}; expected a share between 0 and 1. Is it a percentage, or a "
            "number of guesses?"
        )
    if abs(found - right) > SLACK:
        said = f"{asked} is {found:.3g}; expected about {right:.2f}."
        sentence, value = min(mistakes, key=lambda mistake: abs(found - mistake[1]))
        if abs(found - value) < SLACK / 2:
            raise CheckFailed(f"{said} {sentence}")
        raise CheckFailed(
            f"{said} Learn from the chosen rows of the training part, and count the right guesses "
            "for the test part."
        )
    _require_standardised(asked, function, rng)
    passed(f"probe_accuracy: {found:.2f}, {right:.2f} by ridge regression")


def _made_up(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return features and labels of a training part, of a test part, and the chosen rows.

    Class c + 5 lies one step from class c, and a little aside. Most of the training part is of the
    first five classes, the test part is of the others: centred by itself, it falls on the first
    five. Right probes, softmax or ridge regression with a penalty of 0.01 to 3, find the classes.
    """
    axes = np.linalg.qr(rng.normal(size=(CLASSES + 2, CLASSES + 2)))[0]
    middles = np.concatenate([4 * axes[:5], 4 * axes[:5] + 6 * axes[5] + 0.5 * axes[6:11]])
    z_train, y_train = _cloud(rng, middles, 120, width=0.2)
    kept = [np.flatnonzero(y_train == c)[: 120 if c < 5 else 20] for c in range(CLASSES)]
    order = rng.permutation(np.concatenate(kept))
    z_train, y_train = z_train[order], y_train[order]
    chosen = [np.flatnonzero(y_train == c)[:10] for c in range(CLASSES)]
    rest = np.setdiff1d(np.arange(len(y_train)), chosen)
    y_train[rest] = _renamed(y_train[rest], {7: 8, 8: 9, 9: 7})  # all labels teach nonsense
    places = np.array([5, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9])
    z_test, place = _cloud(rng, middles[places], 40, width=0.2)
    y_test = _renamed(places[place], {5: 6, 6: 5})  # only who learns from these can know
    y_test[: len(y_test) // 10] = 0  # nobody can know
    return z_train, y_train, z_test, y_test, rng.permutation(np.concatenate(chosen))


def _renamed(labels: np.ndarray, names: dict[int, int]) -> np.ndarray:
    return np.array([names.get(label, label) for label in labels])


def _accuracies(
    z_train: np.ndarray,
    y_train: np.ndarray,
    z_test: np.ndarray,
    y_test: np.ndarray,
    chosen: np.ndarray,
) -> tuple[float, list[Mistake]]:
    """Return the right accuracy, and those of well-known mistakes."""
    train, test = standardised(z_train, z_train, z_test)
    (own,) = standardised(z_test, z_test)
    few, few_labels = train[chosen], y_train[chosen]

    def share(z: np.ndarray, labels: np.ndarray, new: np.ndarray, truth: np.ndarray) -> float:
        return float(np.mean(ridge(z, labels, new) == truth))

    right = share(few, few_labels, test, y_test)
    return right, [
        ("This is the share of wrong guesses.", 1 - right),
        (
            "Is the test part standardised with its own mean and scale? A single new digit has "
            "none: take those of the training part for both.",
            share(few, few_labels, own, y_test),
        ),
        (
            "This is the accuracy on the labelled rows that the probe has learned from; measure "
            "it on the test part.",
            share(few, few_labels, few, few_labels),
        ),
        (
            "The probe has learned from the test labels; it may see the chosen labels only.",
            share(test, y_test, test, y_test),
        ),
        (
            "The probe has learned from all labels of the training part; it may see the chosen "
            "ones only.",
            share(train, y_train, test, y_test),
        ),
    ]


def _require_standardised(
    asked: str, function: Callable[..., Any], rng: np.random.Generator
) -> None:
    """Fail if the probe gets tiny features as they are, so that only the commonest class counts."""
    middles = 3 * np.eye(CLASSES)
    (z_train, y_train), (z_test, y_test) = (_cloud(rng, middles, count) for count in (60, 30))
    chosen = np.concatenate(
        [np.flatnonzero(y_train == c)[: 60 if c == 0 else 20] for c in range(CLASSES)]
    )
    given = z_train / 1000, y_train.copy(), z_test / 1000, y_test.copy(), chosen
    found = number(asked, call("probe_accuracy", function, *given))
    if found < 1 - 2 * SLACK:
        raise CheckFailed(
            f"{asked} is {found:.2f} for features of about 0.001, and right otherwise; expected "
            "about 1. Are they standardised? The penalty is too strong for small features."
        )
