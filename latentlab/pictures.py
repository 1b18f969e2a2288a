"""Turn what a student hands to a plot into pictures, or say precisely why that is impossible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def require(value: Any, name: str) -> Any:
    """Return `value`, or raise ValueError if the task that makes it is not done yet."""
    if value is None:
        raise ValueError(f"{name!r} is None: the task that makes it is not done yet")
    return value


def as_pictures(images: Any, name: str) -> np.ndarray:
    """Return float pictures, shape (n, height, width) if grey, (n, height, width, 3) if colour.

    Accepts (n, side * side), (n, height, width), (n, height, width, 1), (n, height, width, 3),
    as numpy arrays or tensors. Raises ValueError for anything else, None and NaN included.
    """
    pictures = np.asarray(require(images, name))
    shape = pictures.shape
    if not np.issubdtype(pictures.dtype, np.number) and pictures.dtype != bool:
        raise ValueError(f"{name!r} holds {pictures.dtype}; expected numbers in [0, 1]")
    if pictures.ndim == 2 and round(shape[1] ** 0.5) ** 2 == shape[1]:
        side = round(shape[1] ** 0.5)
        pictures = pictures.reshape(-1, side, side)
    elif pictures.ndim == 4 and shape[3] == 1:
        pictures = pictures[..., 0]
    elif pictures.ndim != 3 and not (pictures.ndim == 4 and shape[3] == 3):
        raise ValueError(
            f"{name!r} has shape {shape}; expected pictures: (n, 784), (n, height, width), "
            "(n, height, width, 1) or (n, height, width, 3)"
        )
    if 0 in pictures.shape:
        raise ValueError(f"{name!r} has shape {shape}: there is no picture in it")
    require_finite(pictures, name)
    return pictures.astype(np.float32)


def as_codes(codes: Any, name: str) -> np.ndarray:
    """Return codes as a float array of shape (n, 2); ValueError for anything else."""
    points = np.asarray(require(codes, name), dtype=np.float32)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise ValueError(f"{name!r} has shape {points.shape}; expected (n, 2), two numbers each")
    require_finite(points, name)
    return points


def require_finite(values: np.ndarray, name: str) -> None:
    """Raise ValueError, with their number, if some values are NaN or infinite."""
    bad = values.size - int(np.isfinite(values).sum())
    if bad:
        raise ValueError(f"{name!r} has {bad} values of {values.size} that are NaN or infinite")


def decode(decoder: Callable[[np.ndarray], Any], codes: np.ndarray) -> np.ndarray:
    """Decode codes of shape (n, 2) into pictures, as `as_pictures` returns them."""
    pictures = as_pictures(require(decoder, "decoder")(codes), "the decoder's output")
    if len(pictures) != len(codes):
        raise ValueError(f"the decoder made {len(pictures)} pictures of {len(codes)} codes")
    return pictures


def first_convolution(model: Any, picture: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the first convolution's kernels and its maps of a picture, (n, side, side) each.

    Kernels are the mean over their channels. ValueError if the model has no convolution.
    """
    from latentlab.check.models import as_functional, leaves  # they import Keras: only when needed

    values, kernels = np.asarray(picture, dtype=np.float32)[None], None
    for layer in leaves(as_functional(model)):
        weights = [weight for weight in getattr(layer, "weights", []) if len(weight.shape) == 4]
        if kernels is not None and (weights or layer(values).shape != values.shape):
            break  # the next convolution, or pooling
        values = layer(values)
        if weights:
            kernels = np.asarray(weights[0])
    if kernels is None:
        raise ValueError("the model has no convolution: no layer has filters")
    return kernels.mean(axis=2).transpose(2, 0, 1), np.asarray(values)[0].transpose(2, 0, 1)
