"""Splitting a validation part off, without a leak."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed, type_name
from latentlab.check.values import array_of_shape, as_array

SEEDS = (1, 2, 3)


def split_off(function: Callable[..., Any], count: int, validation: int) -> None:
    """Check function(images, labels, validation, seed) -> x_fit, y_fit, x_val, y_val.

    It is tried on `count` random pictures sorted by label, of which `validation` are split off:
    at random, each picture in one part only, each label with its picture.
    """
    rng = np.random.default_rng()
    images = rng.permutation(5 * count).reshape(count, 5).astype(np.float32) / (5 * count)
    labels = np.sort(np.arange(count) % 10)
    chosen = []
    for seed in (*SEEDS, SEEDS[0]):
        parts = call("split", function, images.copy(), labels.copy(), validation, seed)
        chosen.append(_validation_part(parts, images, labels, validation))
    regular = [range(validation), range(count - validation, count)]
    regular.append(range(0, count, count // validation)[:validation])
    if any(set(part) == set(wrong) for part in chosen for wrong in regular):
        raise CheckFailed(
            "split takes neighbours for the validation part, not pictures drawn at random. The "
            "pictures may be sorted: then it gets some letters only. Shuffle before you cut."
        )
    if set(chosen[0]) != set(chosen[-1]):
        raise CheckFailed(
            "split gives another validation part when it is called again with the same seed. Take "
            "the random order from np.random.default_rng(seed)."
        )
    if all(set(part) == set(chosen[0]) for part in chosen):
        raise CheckFailed("split gives the same validation part for every seed: is the seed used?")
    passed(f"split: {validation} of {count} pictures at random, each with its label, none in both")


def _validation_part(
    parts: Any, images: np.ndarray, labels: np.ndarray, validation: int
) -> list[int]:
    """Return which pictures are in the validation part, after a look at all four parts."""
    count = len(images)
    if not isinstance(parts, tuple | list) or len(parts) != 4:
        found = f"{len(parts)} things" if isinstance(parts, tuple | list) else type_name(parts)
        raise CheckFailed(f"split gives {found}; expected four: x_fit, y_fit, x_val, y_val.")
    names = ("x_fit", "y_fit", "x_val", "y_val")
    found = {name: as_array(name, part) for name, part in zip(names, parts, strict=True)}
    sizes = (count - validation, validation)
    if found["y_fit"].ndim == 2 and found["x_val"].ndim == 1:
        raise CheckFailed("split gives pictures first; expected x_fit, y_fit, x_val, y_val.")
    if len(found["x_fit"]) == validation != sizes[0] and len(found["x_val"]) == sizes[0]:
        raise CheckFailed(
            f"x_val has {sizes[0]} pictures and x_fit {validation}; expected the other way round."
        )
    indices = {}
    for part, size in zip(("fit", "val"), sizes, strict=True):
        rows = array_of_shape(f"x_{part}", found[f"x_{part}"], (size, images.shape[1]))
        indices[part] = _places(f"x_{part}", rows, images)
    for part, size in zip(("fit", "val"), sizes, strict=True):
        own = array_of_shape(f"y_{part}", found[f"y_{part}"], (size,))
        if (own != labels[indices[part]]).any():
            raise CheckFailed(
                f"y_{part} is not in the order of x_{part}: labels have to be taken in the same "
                "random order as the pictures."
            )
    if shared := set(indices["fit"]) & set(indices["val"]):
        raise CheckFailed(
            f"{len(shared)} of {validation} validation pictures are also in x_fit: they have been "
            "trained on and tell nothing."
        )
    if lost := count - len({*indices["fit"], *indices["val"]}):
        raise CheckFailed(
            f"{lost} of {count} pictures are in neither part, while others come twice. Is the "
            "order drawn without replacement, as a permutation?"
        )
    return list(indices["val"])


def _places(name: str, rows: np.ndarray, images: np.ndarray) -> list[int]:
    """Return which picture each row is."""
    gaps = np.abs(rows[:, None] - images[None]).max(axis=2)
    if (gaps.min(axis=1) > 1e-5).any():
        raise CheckFailed(f"{name} holds pictures that were not given: leave the pixels alone.")
    return gaps.argmin(axis=1).tolist()
