"""How well a trained network segments scenes, and how much finer one is than another."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed
from latentlab.check.limits import keep_limit, note
from latentlab.check.overlap import overlap
from latentlab.check.segmentation import outputs_of

BATCH = 50


def segments(
    name: str, model: Any, images: np.ndarray, labels: np.ndarray, classes: int, at_least: float
) -> None:
    """Check that the mean IoU on these scenes is at_least so far above that of a simple rule.

    images: (n, height, width, 1); labels: (n, height, width). The rule: a bright pixel has the
    most frequent class of bright pixels.
    """
    predicted = _predicted(name, model, images, (*labels.shape, classes))
    frequent = np.bincount(labels[labels > 0]).argmax()
    rule = np.where(images[..., 0] >= 0.5, frequent, 0)
    value, simple = (_mean_iou(labels, p, classes) for p in (predicted, rule))
    note(f"mean IoU of {name}", value)
    note("mean IoU of the rule", simple)
    note(f"pixel accuracy of {name}", np.mean(labels == predicted))

    def hint() -> str:
        used, counts = np.unique(predicted, return_counts=True)
        if counts.max() > 0.99 * predicted.size:
            every = "every" if len(used) == 1 else "nearly every"
            most = used[counts.argmax()]
            return (
                f"It gives {every} pixel the class {most}: {np.mean(labels == most):.0%} of "
                "the pixels are right, and nothing is found. Train longer, and give the few pixels "
                "of digits more weight than the background."
            )
        for shift, said in ((1, "one too large"), (-1, "one too small")):
            moved = np.clip(predicted - shift, 0, classes - 1)
            if _mean_iou(labels, moved, classes) > value + 0.1:
                return f"Its classes are {said}."
        if 0 not in used:
            return "It never says background, class 0."
        return "Is it the model that was trained, and long enough?"

    keep_limit(
        f"mean IoU of {name} above that of the rule",
        value - simple,
        f"{name}: mean IoU {value:.3f}; its lead over calling every bright pixel class {frequent} "
        f"({simple:.3f}) is {value - simple:.3f}",
        at_least=at_least,
        hint=hint,
    )


def finer(
    name: str,
    model: Any,
    than: str,
    coarse: Any,
    images: np.ndarray,
    labels: np.ndarray,
    classes: int,
    at_least: float,
) -> None:
    """Check that the mean IoU of a model is at_least so far above that of a coarser one.

    than: the name of the coarser model. images, labels: as for segments.
    """
    shape = (*labels.shape, classes)
    value = _mean_iou(labels, _predicted(name, model, images, shape), classes)
    other = _mean_iou(labels, _predicted(than, coarse, images, shape), classes)
    keep_limit(
        f"mean IoU of {name} above that of {than}",
        value - other,
        f"{name}: mean IoU {value:.3f}; its lead over {than} ({other:.3f}) is {value - other:.3f}",
        at_least=at_least,
        hint=lambda: (
            f"The finer maps let {name} draw finer edges, if the weights behind them are trained: "
            "is the loss of every output counted?"
        ),
    )


def _predicted(name: str, model: Any, images: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the most probable class of each pixel; fail unless the outputs have this shape."""
    batches = [images[i : i + BATCH] for i in range(0, len(images), BATCH)]
    found = np.concatenate([outputs_of(name, model, batch)[0] for batch in batches])
    if found.shape != shape:
        raise CheckFailed(
            f"{name} gives {found.shape} for scenes of shape {images.shape}; expected {shape}."
        )
    return found.argmax(axis=-1)


def _mean_iou(truth: np.ndarray, predicted: np.ndarray, classes: int) -> float:
    return float(np.nanmean(overlap(truth, predicted, classes)))
