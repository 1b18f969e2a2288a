"""Numbers and arrays: None, type, shape, finite, value, in this order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from latentlab.check.failure import MISSING, CheckFailed, type_name

# Right answers computed in float32, or by another order of summation, differ by less than this;
# the mistakes that the verbs know differ by far more.
RELATIVE, ABSOLUTE = 1e-4, 1e-6

MEAN_OF_ALL = "the mean over all elements"
Mistake = tuple[str, Any]  # a sentence, and the value to which that mistake leads


def as_array(name: str, value: Any) -> np.ndarray:
    """Return value as float64; fail if it is not made of finite real numbers.

    Lists, tensors and Python numbers are as good as arrays.
    """
    if value is None:
        raise CheckFailed(MISSING.format(name=name))
    try:
        array = np.asarray(value)
    except Exception as error:
        raise CheckFailed(_no_numbers(name, value)) from error
    if array.dtype.kind not in "iuf":
        raise CheckFailed(_no_numbers(name, value))
    array = array.astype(np.float64)
    wrong = ~np.isfinite(array)
    if wrong.any():
        found = array[wrong][0]
        where = f" at {_index(wrong)}" if array.ndim else ""
        raise CheckFailed(
            f"{name} holds {found}{where}; expected finite numbers. "
            "Look for log(0), a division by 0, or a number that grew without bound."
        )
    return array


def number(name: str, value: Any, of: str = "") -> float:
    """Return value as one float; fail if it is not one finite number. of: which, for many."""
    array = as_array(name, value)
    if array.size != 1:
        which = f", {of}" if of else ""
        raise CheckFailed(f"{name} has shape {array.shape}; expected one number{which}.")
    return float(array.reshape(()))


def array_of_shape(name: str, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return value as a float64 array of this shape."""
    array = as_array(name, value)
    if array.shape != shape:
        raise CheckFailed(f"{name} has shape {array.shape}; expected {shape}.")
    return array


def close(found: Any, expected: Any) -> bool:
    """Tell whether two numbers or arrays of one shape agree."""
    return np.shape(found) == np.shape(expected) and np.allclose(
        found, expected, rtol=RELATIVE, atol=ABSOLUTE
    )


def compare(name: str, found: Any, expected: Any, mistakes: Sequence[Mistake] = ()) -> None:
    """Fail unless found is close to expected; name the first mistake whose value it is."""
    if close(found, expected):
        return
    found, expected = np.asarray(found), np.asarray(expected)
    gap = np.abs(found - expected)
    worst = np.unravel_index(gap.argmax(), gap.shape)
    where = f"[{', '.join(map(str, worst))}]" if worst else ""
    said = f"{name}{where} is {found[worst]:.6g}; expected {expected[worst]:.6g}."
    for sentence, value in mistakes:
        if close(found, value):
            said += f" {sentence}"
            break
    raise CheckFailed(said)


def _index(mask: np.ndarray) -> str:
    """Return the index of the first True as Python writes it."""
    return "[" + ", ".join(str(i) for i in np.argwhere(mask)[0]) + "]"


def _no_numbers(name: str, value: Any) -> str:
    return f"{name} is of type {type_name(value)}; expected numbers."
