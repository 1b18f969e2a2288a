"""What a code is good for: labelled draws, their mean and its error, codes against PCA."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed, type_name
from latentlab.check.limits import keep_limit, note
from latentlab.check.models import require_model, run
from latentlab.check.probing import CLASSES, ridge, standardised
from latentlab.check.values import array_of_shape, as_array, close, compare

PENALTIES = (0.1, 0.3, 1.0)  # for each kind of features the one that suits it best
DRAWS, PER_CLASS = 20, 10
# Points above PCA, and points by which the lead over PCA is greater on other training digits than
# on new ones. Layers of classifiers trained on the labels, dense and convolutional, have 13 to 19
# and 1.3 to 5; codes of 15 kinds of denoising autoencoders 9 and 0.6 at most, mostly less than 0.
TOO_GOOD, KNOWN_BETTER = 11, 0.5


def draw_labelled(function: Callable[..., Any], per_class: int) -> None:
    """Check that function(labels, per_class, seed) draws so many of each class, without leak.

    It gives indices into labels, (10 * per_class,) in any order, none twice; the same ones for
    the same seed and others for another. Tried on random labels, of which classes have more or
    less.
    """
    rng = np.random.default_rng()
    sizes = rng.integers(3 * per_class, 6 * per_class, CLASSES)
    labels = rng.permutation(np.repeat(np.arange(CLASSES), sizes))
    asked = f"draw_labelled(labels, {per_class}, seed)"
    drawn = []
    for seed in (1, 2, 3, 1):
        found = call("draw_labelled", function, labels.copy(), per_class, seed)
        drawn.append(_require_drawn(asked, found, labels, per_class))
    if set(drawn[0]) != set(drawn[-1]):
        raise CheckFailed(
            f"{asked} gives other digits when it is called again with the same seed. Take the "
            "random numbers from np.random.default_rng(seed), made inside the function."
        )
    if all(set(draw) == set(drawn[0]) for draw in drawn):
        raise CheckFailed(
            f"{asked} gives the same digits for every seed: are they drawn at random, with the "
            "seed? The first ones of each class are no random draw."
        )
    passed(f"draw_labelled: {per_class} of each class, none twice, others for another seed")


def _require_drawn(asked: str, value: Any, labels: np.ndarray, per_class: int) -> np.ndarray:
    """Return the indices that were drawn, after a look at one draw."""
    expected = CLASSES * per_class
    if getattr(getattr(value, "dtype", None), "kind", "") == "b":
        raise CheckFailed(f"{asked} is a mask of True and False; expected indices.")
    found = as_array(asked, value)
    if found.shape == (CLASSES, per_class):
        raise CheckFailed(
            f"{asked} has shape {found.shape}, a row for each class; expected ({expected},): "
            "join the rows."
        )
    found = array_of_shape(asked, found, (expected,))
    if (found != np.round(found)).any() or found.min() < 0 or found.max() >= len(labels):
        raise CheckFailed(f"{asked} holds numbers that are no indices from 0 to {len(labels) - 1}.")
    found = found.astype(int)
    if (np.sort(found) == np.repeat(np.arange(CLASSES), per_class)).all():
        raise CheckFailed(f"{asked} gives the labels themselves; expected where they stand.")
    if twice := len(found) - len(set(found)):
        raise CheckFailed(
            f"{asked} gives {twice} digits more than once, so that there are fewer than "
            f"{expected} labels: draw without replacement."
        )
    counts = np.bincount(labels[found], minlength=CLASSES)
    if (counts != per_class).any():
        few, many = counts.argmin(), counts.argmax()
        raise CheckFailed(
            f"{asked} draws {counts[few]} of class {few} and {counts[many]} of class {many}; "
            f"expected {per_class} of each: draw from each class by itself."
        )
    return found


def mean_and_error(function: Callable[..., Any], count: int) -> None:
    """Check that function(accuracies) is (mean, standard error of the mean) of `count` numbers."""
    rng = np.random.default_rng()
    values = rng.uniform(0.5, 0.9) + rng.normal(scale=0.03, size=count)
    asked = "mean_and_error(accuracies)"
    found = call("mean_and_error", function, values.copy())
    if not isinstance(found, Sequence | np.ndarray) or len(found) != 2:
        what = f"{len(found)} things" if hasattr(found, "__len__") else type_name(found)
        raise CheckFailed(f"{asked} gives {what}; expected two: the mean and its standard error.")
    found = array_of_shape(asked, found, (2,))
    mean, deviation = values.mean(), values.std(ddof=1)
    error = deviation / math.sqrt(count)
    if close(found, [error, mean]):
        raise CheckFailed(f"{asked}: the two are exchanged; the mean comes first.")
    seconds = [
        (
            "This is the standard deviation of the single draws; the standard error of their mean "
            "is smaller by the root of their number.",
            deviation,
        ),
        ("This is the standard deviation of the single draws, divided by n.", values.std()),
        (
            "The squares are divided by n; divide by n - 1, with ddof=1: the mean comes from the "
            "same numbers.",
            values.std() / math.sqrt(count),
        ),
        ("This is the variance; take its root.", deviation**2),
        ("This divides by n; divide the deviation by the root of n.", deviation / count),
        ("This is two standard errors; give one.", 2 * error),
    ]
    mistakes = [(sentence, np.array([mean, second])) for sentence, second in seconds]
    compare(asked, found, np.array([mean, error]), mistakes)
    passed(f"mean_and_error of {count} accuracies")


def tells_classes(
    name: str,
    encoder: Any,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    most: int,
    at_least: float,
) -> None:
    """Check that a probe with 100 labels does better on codes than on PCA with as many numbers.

    train, test: pictures as the encoder takes them, (n, ...), and their labels, (n,). The code
    has at most `most` numbers. The mean accuracy of 20 draws, on test, must be at_least so many
    points of a hundred above that of PCA, which is fitted on train. A code that is both far above
    PCA and better on train than on test has learned from labels.
    """
    (x, labels), (x_new, labels_new) = train, test
    encoder = require_model(name, encoder, x.shape[1:])
    z, z_new = (as_array(f"the output of {name}", run(encoder, part)) for part in (x, x_new))
    if z.ndim != 2 or z.shape[1] > most:
        raise CheckFailed(
            f"{name} gives codes of shape {z.shape[1:]}; expected one row of at most {most} "
            "numbers for each picture."
        )
    chosen = [_draw(labels, seed) for seed in range(DRAWS)]
    of_codes, penalty = _best_accuracy(z, z_new, labels, labels_new, chosen)
    by_pca, by_pca_new = _on_main_axes(x, x_new, z.shape[1])
    of_pca, penalty_of_pca = _best_accuracy(by_pca, by_pca_new, labels, labels_new, chosen)
    note("accuracy with 100 labels, codes", of_codes)
    note("accuracy with 100 labels, PCA", of_pca)

    points = 100 * (of_codes - of_pca)

    def known_better() -> float:
        known = [
            _accuracy(*standardised(part, part, part), labels, labels, chosen, p)
            for part, p in ((z, penalty), (by_pca, penalty_of_pca))
        ]
        return 100 * (known[0] - known[1]) - points

    def hint() -> str:
        if np.ptp(z, axis=0).max() < 1e-6:
            return "The code is the same for every picture: all its units are asleep."
        if of_codes < of_pca:
            return "Has it been trained, and is it this encoder that was trained?"
        return (
            "Was its input spoiled in training, as in lab 4? A code that may copy says less about "
            "what it shows. If it was: more noise, or more epochs?"
        )

    said = f"{name}: {of_codes:.0%} right with 100 labels, {points:.1f} points more than PCA"
    if points > TOO_GOOD and known_better() > KNOWN_BETTER:
        raise CheckFailed(
            f"{said}. Codes learned without labels do not reach that, and these know the training "
            "digits better than new ones: have labels taken part? They are to be hidden from the "
            "encoder."
        )
    keep_limit(
        "points above PCA",
        points,
        f"{said} with {z.shape[1]} numbers",
        at_least=at_least,
        hint=hint,
    )


def _draw(labels: np.ndarray, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.concatenate(
        [random.permutation(np.flatnonzero(labels == c))[:PER_CLASS] for c in range(CLASSES)]
    )


def _on_main_axes(x: np.ndarray, x_new: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what PCA makes of both: coordinates on the first axes of x, (n, count)."""
    flat, flat_new = (part.reshape(len(part), -1) for part in (x, x_new))
    mean = flat.mean(axis=0)
    centred = flat - mean
    _, vectors = np.linalg.eigh(centred.T @ centred)  # eigenvalues ascend
    axes = vectors[:, -count:]
    return centred @ axes, (flat_new - mean) @ axes


def _best_accuracy(
    z: np.ndarray,
    z_new: np.ndarray,
    labels: np.ndarray,
    labels_new: np.ndarray,
    chosen: list[np.ndarray],
) -> tuple[float, float]:
    """Return the mean accuracy over the draws, and the penalty with which it is largest."""
    parts = standardised(z, z, z_new)
    return max((_accuracy(*parts, labels, labels_new, chosen, p), p) for p in PENALTIES)


def _accuracy(
    z: np.ndarray,
    z_new: np.ndarray,
    labels: np.ndarray,
    labels_new: np.ndarray,
    chosen: list[np.ndarray],
    penalty: float,
) -> float:
    right = [ridge(z[c], labels[c], z_new, penalty) == labels_new for c in chosen]
    return float(np.mean(right))
