"""Values as they travel between the judge and a student's process.

Plain data and arrays are copied. Everything else (a model, a function, any other object) is a
node that the caller of `encode` makes and the caller of `decode` understands.

A node is a JSON object with a "kind"; JSON lists, numbers, texts, true, false and null stand for
themselves.
"""

import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.judge.wire import PLAIN_KINDS, WireError

MAX_DEPTH = 40
Node = Any


def encode(value: Any, refer: Callable[[Any, list], Node]) -> tuple[Node, list[np.ndarray]]:
    """Turn a value into a tree of nodes and the arrays that the tree names by number.

    `refer(value, arrays)` gives the node of what is not plain data, and may append arrays.
    """
    arrays: list[np.ndarray] = []
    return _encode(value, refer, arrays, depth=0), arrays


def _encode(value: Any, refer: Callable, arrays: list, depth: int) -> Node:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and type(value) is str:
        return value
    if type(value) in (int, float):
        return value
    if type(value) is complex:
        return {"kind": "complex", "parts": [value.real, value.imag]}
    array = _as_array(value)
    if array is not None:
        arrays.append(array)
        return {"kind": "array", "number": len(arrays) - 1, "scalar": isinstance(value, np.generic)}
    if depth < MAX_DEPTH and isinstance(value, list | tuple | set | frozenset | range):
        kind = next(t for t in (list, tuple, set, frozenset, range) if isinstance(value, t))
        items = [_encode(item, refer, arrays, depth + 1) for item in value]
        return items if kind is list else {"kind": kind.__name__, "items": items}
    if depth < MAX_DEPTH and isinstance(value, Mapping):
        pairs = [
            [_encode(part, refer, arrays, depth + 1) for part in pair] for pair in value.items()
        ]
        return {"kind": "dict", "items": pairs}
    return refer(value, arrays)


def _as_array(value: Any) -> np.ndarray | None:
    """The value as a plain numpy array, if that is what it is: numpy's, TensorFlow's or Keras'."""
    if not isinstance(value, np.ndarray | np.generic) and _is_tensor(value):
        value = sys.modules["keras"].ops.convert_to_numpy(value)
    if not isinstance(value, np.ndarray | np.generic):
        return None
    array = np.asarray(value)
    if array.dtype.name == "bfloat16" or array.dtype == np.longdouble:
        array = array.astype("float32" if array.dtype.name == "bfloat16" else "float64")
    return array if array.dtype.kind in PLAIN_KINDS else None


def _is_tensor(value: Any) -> bool:
    keras, tensorflow = sys.modules.get("keras"), sys.modules.get("tensorflow")
    if keras is None or tensorflow is None:
        return False
    return isinstance(value, tensorflow.Tensor | tensorflow.Variable | keras.Variable)


def decode(node: Node, arrays: list[np.ndarray], resolve: Callable[[dict, list], Any]) -> Any:
    """Turn a tree of nodes back into a value.

    `resolve(node, arrays)` gives the object for a node that is not plain data.
    Raises WireError for anything that `encode` would not have made.
    """
    try:
        return _decode(node, arrays, resolve, depth=0)
    except (KeyError, IndexError, TypeError, ValueError, RecursionError) as error:
        raise WireError(f"what was sent is malformed: {error}") from error


def _decode(node: Node, arrays: list, resolve: Callable, depth: int) -> Any:
    if depth > MAX_DEPTH + 1:
        raise ValueError("too deep")
    if node is None or isinstance(node, bool | int | float | str):
        return node
    if isinstance(node, list):
        return [_decode(item, arrays, resolve, depth + 1) for item in node]
    kind = node["kind"]
    if kind == "complex":
        real, imaginary = node["parts"]
        return complex(float(real), float(imaginary))
    if kind == "array":
        array = arrays[_number(node["number"])]
        return array[()] if node["scalar"] is True and array.ndim == 0 else array
    if kind in ("tuple", "set", "frozenset", "range"):
        items = [_decode(item, arrays, resolve, depth + 1) for item in node["items"]]
        return {"set": set, "frozenset": frozenset}.get(kind, tuple)(items)
    if kind == "dict":
        pairs = node["items"]
        return {
            _decode(key, arrays, resolve, depth + 1): _decode(item, arrays, resolve, depth + 1)
            for key, item in pairs
        }
    return resolve(node, arrays)


def _number(value: Any) -> int:
    if type(value) is not int or value < 0 or not math.isfinite(value):
        raise ValueError("not a number of an array")
    return value
