"""Scenes: several digits on one canvas, with a class for each pixel."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from latentlab.pictures import require

INK = 0.5  # a pixel as bright as this belongs to the digit
TRIES = 30  # to find room for a digit
# Background, then the digits 0 to 9: colours that can be told apart on black.
COLOURS = (
    *("#000000", "#e6194b", "#f58231", "#ffe119", "#3cb44b", "#42d4f4"),
    *("#4363d8", "#b070f0", "#f032e6", "#fabed4", "#b07a3a"),
)


class Scenes(NamedTuple):
    """Scenes and the class of each of their pixels, in the same order.

    images: float32, shape (n, size, size, 1), values in [0, 1].
    labels: int64, shape (n, size, size); 0 is background, 1 to 10 are the digits 0 to 9.
    """

    images: np.ndarray
    labels: np.ndarray


def make_scenes(
    images: np.ndarray, labels: np.ndarray, count: int, seed: int, size: int = 48, digits: int = 4
) -> Scenes:
    """Lay digits, drawn at random, on `count` black canvases of size x size pixels.

    images: digits, shape (n, height, width, 1), values in [0, 1]. labels: 0 to 9, shape (n,). Each
    digit is cut to its ink and put where it touches no other; one for which no room is found is
    left out, so that a scene has at most `digits` of them. A pixel gets a digit's class where its
    brightness is at least one half. The same arguments give the same scenes.
    Raises ValueError for other shapes, and for a canvas smaller than the pictures.
    """
    if images.ndim != 4 or images.shape[3] != 1 or labels.shape != images.shape[:1]:
        raise ValueError(
            f"images have shape {images.shape} and labels {labels.shape}; "
            "expected (n, height, width, 1) and (n,)"
        )
    if size < max(images.shape[1:3]):
        raise ValueError(f"a canvas of {size} x {size} is smaller than pictures {images.shape[1:]}")
    random = np.random.default_rng(seed)
    scenes = np.zeros((count, size, size), np.float32)
    classes = np.zeros((count, size, size), np.int64)
    for scene, of_pixel in zip(scenes, classes, strict=True):
        for i in random.integers(len(images), size=digits):
            digit = _cut_to_ink(images[i, ..., 0])
            if (place := _free_place(scene, digit.shape, random)) is not None:
                scene[place] = digit
                of_pixel[place][digit >= INK] = labels[i] + 1
    return Scenes(scenes[..., np.newaxis], classes)


def _cut_to_ink(digit: np.ndarray) -> np.ndarray:
    """Return the digit without the black rows and columns around it."""
    rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
    if len(rows) == 0:
        return digit
    return digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _free_place(
    scene: np.ndarray, shape: tuple[int, ...], random: np.random.Generator
) -> tuple[slice, slice] | None:
    """Return a random place of this shape where the scene is black, one pixel around included."""
    height, width = shape
    for _ in range(TRIES):
        top = int(random.integers(scene.shape[0] - height + 1))
        left = int(random.integers(scene.shape[1] - width + 1))
        around = scene[max(top - 1, 0) : top + height + 1, max(left - 1, 0) : left + width + 1]
        if not around.any():
            return slice(top, top + height), slice(left, left + width)
    return None


def colour_labels(labels: Any) -> np.ndarray:
    """Return labels as colour pictures for show_rows: float32, shape (n, height, width, 3).

    labels: whole numbers, shape (n, height, width); 0 is black, 1 to 10 are the colours of the
    digits 0 to 9. Raises ValueError for None, another shape, and other numbers.
    """
    classes = np.asarray(require(labels, "labels"))
    if classes.ndim != 3:
        raise ValueError(f"'labels' has shape {classes.shape}; expected (n, height, width)")
    if not np.isin(classes, range(len(COLOURS))).all():
        raise ValueError(f"'labels' holds other values than 0 to {len(COLOURS) - 1}")
    channels = [[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in COLOURS]
    return np.array(channels, np.float32)[classes.astype(int)]
