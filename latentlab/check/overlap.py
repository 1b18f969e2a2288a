"""A class for each pixel, held against the true one: pixel accuracy, IoU of each class, its mean.

Over all pixels of all scenes together, as Long, Shelhamer and Darrell, Fully Convolutional
Networks for Semantic Segmentation (2015) and the PASCAL VOC challenge count.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from latentlab.check.failure import MISSING, CheckFailed, call, passed, type_name
from latentlab.check.models import run
from latentlab.check.values import Mistake, as_array, close, compare, number

Measure = Callable[[np.ndarray, np.ndarray], Any]


def overlap(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Return intersection over union of each class, shape (classes,); NaN for one in neither."""
    shared, union = _counts(truth, predicted, classes)
    with np.errstate(invalid="ignore"):
        return shared / union


def pixel_accuracy(function: Measure, shape: tuple[int, int, int]) -> None:
    """Check that function(truth, predicted) is the share of pixels whose class is right.

    shape: (n, height, width) of the random labels that it is tried with.
    """
    while True:  # until no mistake gives another one's value by chance
        truth, predicted = _random_labels(shape, 11)
        right = np.mean(truth == predicted)
        mistakes = _accuracy_mistakes(truth, predicted)
        if _apart(right, mistakes):
            break
    name = "pixel_accuracy(truth, predicted)"
    found = number(name, call("pixel_accuracy", function, truth.copy(), predicted.copy()))
    compare(name, found, right, mistakes)
    passed(f"pixel_accuracy of {shape[0]} scenes of {shape[1]} x {shape[2]}")


def _accuracy_mistakes(truth: np.ndarray, predicted: np.ndarray) -> list[Mistake]:
    right, ink = truth == predicted, truth > 0
    return [
        ("This is the share of wrong pixels.", 1 - right.mean()),
        ("This is a number of pixels; divide it by the number of all.", right.sum()),
        ("This is the number for each scene; divide it by its pixels.", right.sum() / len(truth)),
        ("Background counts too: this leaves it out.", right[ink].mean()),
        ("This asks whether the foreground is found, whatever its class.",
         np.mean(ink == (predicted > 0))),
        ("This is the mean distance of the class numbers, which mean nothing.",
         np.abs(truth - predicted).mean()),
    ]  # fmt: skip


def iou(
    function: Callable[[np.ndarray, np.ndarray, int], Any], shape: tuple[int, int, int]
) -> None:
    """Check that function(truth, predicted, classes) is the IoU of each class, (classes,).

    Counted over all scenes together; NaN for a class that is neither in truth nor in predicted.
    shape: (n, height, width) of the random labels that it is tried with.
    """
    classes = 11
    truth, predicted = _random_labels(shape, classes)
    name = f"iou(truth, predicted, {classes})"
    found = _with_nan(name, call("iou", function, truth.copy(), predicted.copy(), classes))
    right = overlap(truth, predicted, classes)
    if found.shape == (classes - 1,):
        raise CheckFailed(
            f"{name} has shape {found.shape}; expected ({classes},): the background is class 0 and "
            "counts like the others."
        )
    if found.shape != (classes,):
        hint = " One value for each class; mean_iou takes their mean." if found.size == 1 else ""
        raise CheckFailed(f"{name} has shape {found.shape}; expected ({classes},).{hint}")
    _compare_absent(name, found, right)
    in_truth, in_predicted = (_sizes(labels, classes) for labels in (truth, predicted))
    shared = _counts(truth, predicted, classes)[0]
    each = [overlap(t, p, classes) for t, p in zip(truth, predicted, strict=True)]
    with np.errstate(all="ignore"):
        known: list[Mistake] = [
            ("The pixels in both are counted twice in the union: subtract them once.",
             shared / (in_truth + in_predicted)),
            ("This is 2 |A and B| / (|A| + |B|), known as Dice or F1; divide by the union.",
             2 * shared / (in_truth + in_predicted)),
            ("This is divided by the pixels of the truth: recall, or the accuracy of each class. "
             "Divide by the union.", shared / in_truth),
            ("This is divided by the predicted pixels: precision. Divide by the union.",
             shared / in_predicted),
            ("This is a number of pixels; divide it by the union.", shared),
            ("This is an accuracy: it counts pixels that are neither. Only those in the "
             "intersection are right here.",
             [np.mean((truth == k) == (predicted == k)) for k in range(classes)]),
            ("This is divided by the number of all pixels.", shared / truth.size),
            ("The classes begin with 0, the background; yours begin with 1.",
             overlap(truth, predicted, classes + 1)[1:]),
            ("This is the mean over the scenes. Count the pixels of all scenes first, then divide.",
             _mean_without_nan(np.array(each))),
            ("This is 1 - IoU.", 1 - right),
        ]  # fmt: skip
    present = ~np.isnan(right)
    mistakes = [(said, np.nan_to_num(value)[present]) for said, value in known]
    compare(f"{name}, classes that occur,", found[present], right[present], mistakes)
    passed(f"iou of {classes} classes")


def mean_iou(
    function: Callable[[np.ndarray, np.ndarray, int], Any], shape: tuple[int, int, int]
) -> None:
    """Check that function(truth, predicted, classes) is the mean IoU of the classes that occur.

    The background counts; a class that is neither in truth nor in predicted does not.
    """
    classes = 11
    while True:  # until no mistake gives another one's value by chance
        truth, predicted = _random_labels(shape, classes)
        right = np.nanmean(overlap(truth, predicted, classes))
        mistakes = _mean_mistakes(truth, predicted, classes)
        if _apart(right, mistakes):
            break
    name = f"mean_iou(truth, predicted, {classes})"
    result = call("mean_iou", function, truth.copy(), predicted.copy(), classes)
    found = _with_nan(name, result)
    if found.size != 1:
        raise CheckFailed(
            f"{name} has shape {found.shape}; expected one number: the mean of what iou returns."
        )
    if np.isnan(found).all():
        raise CheckFailed(
            f"{name} is nan: the mean of values with a NaN among them is NaN. Leave out the "
            "classes that do not occur; np.nanmean does."
        )
    compare(name, number(name, result), right, mistakes)
    passed("mean_iou of the classes that occur")


def _mean_mistakes(truth: np.ndarray, predicted: np.ndarray, classes: int) -> list[Mistake]:
    each = overlap(truth, predicted, classes)
    of_scenes = [np.nanmean(overlap(t, p, classes)) for t, p in zip(truth, predicted, strict=True)]
    return [
        ("Classes that occur nowhere are counted as 0; leave them out.",
         np.nan_to_num(each).mean()),
        ("Classes that occur nowhere are counted as 1; leave them out.",
         np.nan_to_num(each, nan=1).mean()),
        ("The background is left out; it is a class like the others.", np.nanmean(each[1:])),
        ("Only classes of the truth are in it. One that is predicted and never true has an IoU of "
         "0, and counts.", each[np.unique(truth)].mean()),
        ("This is the pixel accuracy.", np.mean(truth == predicted)),
        ("This is the IoU of the background.", each[0]),
        ("This is the mean over the scenes. Count over all scenes together.", np.mean(of_scenes)),
    ]  # fmt: skip


def predicts_labels(
    function: Callable[[keras.Model, np.ndarray], Any], shape: tuple[int, int, int], classes: int
) -> None:
    """Check that function(model, x) is the most probable class of each pixel, (n, height, width).

    It is tried with a random model, a convolution with a softmax. shape: of x without its channel.
    """
    while True:  # until the background, class 0, is the most probable one somewhere
        x = np.random.default_rng().normal(size=(*shape, 1)).astype(np.float32)
        model = _random_segmenter(classes)
        p = run(model, x)
        if 0 in p.argmax(axis=-1):
            break
    name = "predict_labels(model, x)"
    found = as_array(name, call("predict_labels", function, model, x.copy()))
    if found.shape != shape:
        hint = " Take the class with the largest probability: argmax over the last axis."
        for axis in range(3):
            if found.shape == p.argmax(axis=axis).shape:
                hint = (
                    f" This is argmax over axis {axis}, the {('scenes', 'rows', 'columns')[axis]}; "
                    "the classes are the last axis."
                )
        if found.shape == (*shape, 1):
            hint = " Leave out the last axis."
        elif found.shape == p.shape:
            hint += " Here every class has a value of its own still, as in a one-hot vector."
        raise CheckFailed(f"{name} has shape {found.shape}; expected {shape}.{hint}")
    mistakes: list[Mistake] = [
        ("This is the largest probability itself; return which class has it.", p.max(axis=-1)),
        ("The background is left out: it is class 0 and may be the most probable.",
         p[..., 1:].argmax(axis=-1) + 1),
        ("This is one more than it should be: the first class is 0.", p.argmax(axis=-1) + 1),
        ("This is the least probable class.", p.argmin(axis=-1)),
        ("The probabilities are rounded to 0 and 1 before; take argmax of them as they are.",
         (p > 0.5).argmax(axis=-1)),
        ("Does it use the model and the scenes that it is given, or others?", found),
    ]  # fmt: skip
    compare(name, found, p.argmax(axis=-1), mistakes)
    passed(f"predict_labels of {shape[0]} scenes of {shape[1]} x {shape[2]}")


def _random_labels(shape: tuple[int, int, int], classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return truth and prediction: mostly background, partly right.

    One class occurs in neither, one in the truth only, one in the prediction only; in each of the
    scenes others are missing.
    """
    rng = np.random.default_rng()
    never, unseen, made_up = rng.choice(np.arange(1, classes), 3, replace=False)
    truth = np.where(rng.random(shape) < 0.5, 0, rng.integers(classes, size=shape))
    predicted = np.where(rng.random(shape) < 0.6, truth, rng.integers(classes, size=shape))
    truth[np.isin(truth, (never, made_up))] = 0
    predicted[np.isin(predicted, (never, unseen))] = 0
    # So that each of the two special classes occurs for sure, and the third one nowhere.
    truth[0, 0, 0], predicted[0, 0, 0] = unseen, 0
    truth[0, 0, 1], predicted[0, 0, 1] = 0, made_up
    return truth, predicted


def _apart(right: float, mistakes: list[Mistake]) -> bool:
    """Tell whether the right value and those of all mistakes can be told from one another."""
    values = np.sort([right, *[value for _, value in mistakes]])
    return bool(np.all(np.diff(values) > 1e-3 * values[1:]))


def _random_segmenter(classes: int) -> keras.Model:
    """Return a convolution with a softmax, weights random, no bias, for pictures of any size."""
    inputs = keras.Input((None, None, 1))
    layer = keras.layers.Conv2D(classes, 3, padding="same", activation="softmax", use_bias=False)
    model = keras.Model(inputs, layer(inputs))
    model.set_weights([np.random.default_rng().normal(size=(3, 3, 1, classes))])
    return model


def _sizes(labels: np.ndarray, classes: int) -> np.ndarray:
    return np.array([np.sum(labels == k) for k in range(classes)])


def _counts(
    truth: np.ndarray, predicted: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels of each class in the intersection, and in the union."""
    shared = _sizes(np.where(truth == predicted, truth, -1), classes)
    return shared, _sizes(truth, classes) + _sizes(predicted, classes) - shared


def _mean_without_nan(values: np.ndarray) -> np.ndarray:
    """Return the mean of each column over what is a number in it; NaN where nothing is."""
    with np.errstate(invalid="ignore"):
        return np.nansum(values, axis=0) / np.sum(~np.isnan(values), axis=0)


def _with_nan(name: str, value: Any) -> np.ndarray:
    """Return value as float64, NaN allowed."""
    if value is None:
        raise CheckFailed(MISSING.format(name=name))
    try:
        found = np.asarray(value, dtype=np.float64)
    except Exception as error:
        raise CheckFailed(f"{name} is of type {type_name(value)}; expected numbers.") from error
    if np.isinf(found).any():
        raise CheckFailed(f"{name} holds an infinite number; expected numbers from 0 to 1, or NaN.")
    return found


def _compare_absent(name: str, found: np.ndarray, right: np.ndarray) -> None:
    """Fail unless found is NaN for the classes for which right is, and for no others."""
    for k in np.flatnonzero(np.isnan(found) != np.isnan(right)):
        if np.isnan(found[k]):
            raise CheckFailed(
                f"{name}[{k}] is nan; expected {right[k]:.4g}. Class {k} occurs in truth or in "
                "predicted, so its union is not empty: its IoU is a number, if only 0."
            )
        hint = (
            " A class that occurs nowhere is neither found nor missed."
            if close(found[k], 0) or close(found[k], 1)
            else ""
        )
        raise CheckFailed(
            f"{name}[{k}] is {found[k]:.4g}; expected nan: class {k} is neither in truth nor in "
            f"predicted, and 0 / 0 has no value.{hint}"
        )
