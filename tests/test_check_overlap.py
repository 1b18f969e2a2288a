"""Pixel accuracy, IoU and labels: right answers written in several ways, and known mistakes."""

import numpy as np
import pytest
from conftest import fails

from latentlab import check
from latentlab.check.overlap import overlap

SHAPES = [(2, 6, 8), (5, 12, 12), (9, 20, 16)]


def accuracy(truth, predicted):
    return np.mean(truth == predicted)


def by_confusion(truth, predicted, classes):
    table = np.bincount((classes * truth + predicted).ravel(), minlength=classes**2)
    table = table.reshape(classes, classes)
    both = np.diag(table)
    with np.errstate(all="ignore"):
        return (both / (table.sum(0) + table.sum(1) - both)).tolist()


def counts(truth, predicted, classes):
    k = np.arange(classes).reshape(-1, 1)
    t, p = truth.ravel() == k, predicted.ravel() == k
    return (t & p).sum(1), t.sum(1), p.sum(1)


def test_right_answers_pass_whatever_the_labels():
    for _ in range(30):
        for shape in SHAPES:
            check.pixel_accuracy(accuracy, shape)
            check.iou(overlap, shape)
            check.iou(by_confusion, shape)
            check.mean_iou(lambda t, p, c: np.nanmean(overlap(t, p, c)), shape)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda t, p: np.mean(t != p), "wrong pixels"),
        (lambda t, p: np.sum(t == p), "number of pixels"),
        (lambda t, p: np.mean((t == p)[t > 0]), "leaves it out"),
        (lambda t, p: np.mean((t > 0) == (p > 0)), "foreground"),
        (lambda t, p: np.mean(t == p, axis=0), "one number"),
    ],
)
def test_mistakes_in_pixel_accuracy(function, saying):
    fails(saying, check.pixel_accuracy, function, (5, 12, 12))


def with_counts(formula):
    def function(truth, predicted, classes):
        with np.errstate(all="ignore"):
            return formula(*counts(truth, predicted, classes))

    return function


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (with_counts(lambda i, t, p: i / (t + p)), "counted twice"),
        (with_counts(lambda i, t, p: 2 * i / (t + p)), "Dice"),
        (with_counts(lambda i, t, p: np.where(t + p, i / t.clip(1), np.nan)), "recall"),
        (with_counts(lambda i, t, p: np.where(t + p, i / p.clip(1), np.nan)), "precision"),
        (with_counts(lambda i, t, p: np.nan_to_num(i / (t + p - i))), "0 / 0 has no value"),
        (with_counts(lambda i, t, p: np.nan_to_num(i / (t + p - i), nan=1)), "0 / 0"),
        (with_counts(lambda i, t, p: i / (t + p - i) / (t > 0)), "not empty"),
        (lambda t, p, c: overlap(t, p, c)[1:], "background is class 0"),
        (lambda t, p, c: np.nanmean(overlap(t, p, c)), "for each class"),
        (lambda t, p, c: 1 - overlap(t, p, c), "1 - IoU"),
        (lambda t, p, c: [overlap(t, p, c)[0] + k for k in range(c)], "expected nan"),
        (lambda t, p, c: None, "return"),
        (lambda t, p, c: "many", "type str"),
        (lambda t, p, c: np.full(c, np.inf), "infinite"),
    ],
)
def test_mistakes_in_iou(function, saying):
    for _ in range(5):
        fails(saying, check.iou, function, (5, 12, 12))


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda t, p, c: overlap(t, p, c).mean(), "nanmean"),
        (lambda t, p, c: np.nan_to_num(overlap(t, p, c)).mean(), "counted as 0"),
        (lambda t, p, c: np.nan_to_num(overlap(t, p, c), nan=1).mean(), "counted as 1"),
        (lambda t, p, c: np.nanmean(overlap(t, p, c)[1:]), "background is left out"),
        (lambda t, p, c: overlap(t, p, c)[np.unique(t)].mean(), "classes of the truth"),
        (lambda t, p, c: accuracy(t, p), "pixel accuracy"),
        (lambda t, p, c: overlap(t, p, c), "the mean of what iou returns"),
    ],
)
def test_mistakes_in_mean_iou(function, saying):
    for _ in range(5):
        fails(saying, check.mean_iou, function, (5, 12, 12))


def test_labels_are_the_most_probable_class():
    for shape in SHAPES:
        check.predicts_labels(lambda m, x: np.argmax(m(x), axis=-1), shape, 11)
        check.predicts_labels(lambda m, x: np.array(m(x)).argmax(3).tolist(), shape, 4)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda p: p.argmax(axis=1), "axis 1, the rows"),
        (lambda p: p.argmax(axis=2), "axis 2, the columns"),
        (lambda p: p.argmax(axis=0), "axis 0, the scenes"),
        (lambda p: p, "one-hot"),
        (lambda p: p.argmax(axis=-1)[..., None], "last axis"),
        (lambda p: p.max(axis=-1), "probability itself"),
        (lambda p: p.argmax(axis=-1) + 1, "one more"),
        (lambda p: p[..., 1:].argmax(axis=-1) + 1, "background"),
    ],
)
def test_mistakes_in_labels(function, saying):
    fails(saying, check.predicts_labels, lambda m, x: function(np.array(m(x))), (4, 6, 9), 11)
