"""`load`: the pictures of the labs, as the embedded sample or as the full set."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import numpy as np

from latentlab.download import full_file
from latentlab.errors import DataError
from latentlab.formats import Arrays, read_npz

__all__ = ["DataError", "Dataset", "Part", "load"]

DATA_FOLDER = Path(__file__).resolve().parent.parent / "data"
SHAPES = {"mnist": (28, 28), "notmnist": (28, 28), "cifar10": (32, 32, 3)}
STAND_INS = {
    "notmnist": "letters of openly licensed typefaces; the real letters",
    "cifar10": "openly licensed drawings in made scenes; the real photographs",
}


class Part(NamedTuple):
    """Pictures and their classes, in the same order.

    images: float32, shape (n, height, width, channels), values in [0, 1].
    labels: int64, shape (n,), values 0 to 9.
    """

    images: np.ndarray
    labels: np.ndarray


class Dataset(NamedTuple):
    """The two parts of a data set; unpacks as `(x_train, y_train), (x_test, y_test)`."""

    train: Part
    test: Part


def load(name: str, full: bool = False) -> Dataset:
    """Load "mnist", "notmnist" (28 x 28, one channel) or "cifar10" (32 x 32, three channels).

    By default it is the small sample that comes with the course, the same for everyone. With
    `full=True` it is the whole set: from `<name>.npz` in the folder that the environment
    variable LATENTLAB_DATA names, else from the user's cache, else by download.

    Raises ValueError for an unknown name, and DataError when the data are missing, damaged or
    cannot be downloaded.
    """
    if name not in SHAPES:
        near = get_close_matches(str(name).lower(), SHAPES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise ValueError(f"unknown data set {name!r}{hint} There are: {', '.join(SHAPES)}.")
    path = full_file(name) if full else _sample_file(name)
    arrays = read_npz(path)
    _check(arrays, SHAPES[name], path)
    if not full and name in STAND_INS:
        print(f"{name}: stand-in sample, {STAND_INS[name]}: lab.load({name!r}, full=True)")
    return Dataset(
        Part(scaled(arrays["x_train"]), arrays["y_train"].astype(np.int64)),
        Part(scaled(arrays["x_test"]), arrays["y_test"].astype(np.int64)),
    )


def _sample_file(name: str) -> Path:
    """Return the embedded sample of the course's repository."""
    path = DATA_FOLDER / f"{name}.npz"
    if not path.is_file():
        raise DataError(
            f"there is no sample {path}. The samples come with the course's repository: install "
            "latentlab from a clone of it, with `pip install -e .`"
        )
    return path


def scaled(images: np.ndarray) -> np.ndarray:
    """Turn uint8 (n, h, w) or (n, h, w, c) into float32 (n, h, w, c) in [0, 1]."""
    values = images.astype(np.float32)
    values /= 255
    return values if values.ndim == 4 else values[..., np.newaxis]


def _check(arrays: Arrays, shape: tuple[int, ...], path: Path) -> None:
    """Raise DataError unless the arrays are pictures of that shape with labels 0 to 9."""
    for part in ("train", "test"):
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        expected = f"(n, {', '.join(map(str, shape))})"
        if images.shape[1:] != shape or len(images) == 0:
            raise DataError(f"{path}: x_{part} has shape {images.shape}; expected {expected}.")
        if images.dtype != np.uint8:
            raise DataError(f"{path}: x_{part} has dtype {images.dtype}; expected uint8.")
        if labels.shape != (len(images),):
            raise DataError(
                f"{path}: y_{part} has shape {labels.shape} for {len(images)} images; "
                f"expected one label each, ({len(images)},)."
            )
        if not np.issubdtype(labels.dtype, np.integer):
            raise DataError(f"{path}: y_{part} has dtype {labels.dtype}; expected whole numbers.")
        if labels.min() < 0 or labels.max() > 9:
            raise DataError(
                f"{path}: y_{part} goes from {labels.min()} to {labels.max()}; expected 0 to 9."
            )
