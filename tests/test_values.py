"""Values: plain data is copied, and only plain data; forged nodes are refused."""

import numpy as np
import pytest

from autograder.judge.values import MAX_DEPTH, decode, encode
from autograder.judge.wire import WireError


def refer(value, arrays):
    return {"kind": "object", "type": type(value).__name__}


def resolve(node, arrays):
    return ("remote", node["type"])


def copy_of(value):
    node, arrays = encode(value, refer)
    return decode(node, arrays, resolve)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        36,
        -2.5,
        float("inf"),
        "text",
        [1, [2.0, "x"], None],
        (1, (2, 3)),
        {"a": [1, 2], 3: (4,), None: {"b": ()}},
        {1, 2},
        frozenset({1}),
        1 + 2j,
        2**200,
    ],
)
def test_plain_data_is_copied_with_its_type(value):
    found = copy_of(value)
    assert found == value
    assert type(found) is type(value)


def test_nan_is_copied():
    assert np.isnan(copy_of(float("nan")))


def test_arrays_and_numpy_scalars_are_copied():
    array = np.random.default_rng().random((3, 2)).astype(np.float32)
    found = copy_of({"x": array, "y": np.float64(2.5)})
    np.testing.assert_array_equal(found["x"], array)
    assert found["x"].dtype == np.float32
    assert type(found["y"]) is np.float64


def test_a_subclass_of_array_arrives_as_a_plain_array():
    class Liar(np.ndarray):
        def __eq__(self, other):
            return True

    found = copy_of(np.arange(3).view(Liar))
    assert type(found) is np.ndarray
    assert not (found == 7).any()


@pytest.mark.parametrize("base", [int, float, str])
def test_a_subclass_of_a_plain_type_is_no_plain_data(base):
    liar = type("Liar", (base,), {"__eq__": lambda self, other: True})
    assert copy_of(liar()) == ("remote", "Liar")


def test_objects_functions_and_object_arrays_are_referred_to():
    assert copy_of(object())[0] == "remote"
    assert copy_of([len])[0] == ("remote", "builtin_function_or_method")
    assert copy_of(np.array([object()]))[0] == "remote"


def test_a_list_that_holds_itself_ends():
    endless = []
    endless.append(endless)
    assert "remote" in str(copy_of(endless))


def too_deep():
    node = 1
    for _ in range(MAX_DEPTH + 5):
        node = [node]
    return node


@pytest.mark.parametrize(
    "node",
    [
        {"kind": "array", "number": 0, "scalar": False},
        {"kind": "array", "number": -1, "scalar": False},
        {"kind": "array", "number": True, "scalar": False},
        {"kind": "dict", "items": [[1]]},
        {"kind": "dict", "items": [[[1], 2]]},
        {"kind": "set", "items": [[1]]},
        {"kind": "complex", "parts": "no"},
        {"kind": "tuple"},
        {"no": "kind"},
        too_deep(),
    ],
)
def test_a_node_that_encode_would_not_make_is_refused(node):
    with pytest.raises(WireError, match="malformed"):
        decode(node, [], resolve)
