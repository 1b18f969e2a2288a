"""The student's end: answers the judge from inside the student's kernel, while a test cell runs.

It is in the hands of the student's code and needs no protection: whatever it sends, the judge
treats as data from a stranger.
"""

import traceback
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from autograder.judge import models
from autograder.judge.own_layers import spelled_out
from autograder.judge.values import decode, encode
from autograder.judge.wire import Wire, WireError
from latentlab.check.failure import described, essential


class StudentEnd:
    """Looks up names, calls functions and reads attributes for the judge."""

    def __init__(self, wire: Wire, namespace: Mapping[str, Any]):
        self._wire = wire
        self._namespace = namespace
        self._objects: list[Any] = []

    def serve(self, check: int) -> None:
        """Answer till the judge says that this check is done, or is gone.

        An earlier check's "done" may still lie there, if an interrupt ended the answers to it.
        """
        while True:
            try:
                message, arrays = self._wire.receive()
            except WireError:
                return
            if message["ask"] == "done":
                if message["check"] == check:
                    return
                continue
            self._answer(message, arrays)

    def _answer(self, message: dict, arrays: list) -> None:
        number = {"number": message["number"]}
        try:
            if message["ask"] == "name" and message["name"] not in self._namespace:
                self._wire.send(number | {"missing": message["name"]})
                return
            value = self._find(message, arrays)
            node, arrays = encode(value, self._refer)
            self._wire.send(number | {"value": node}, arrays)
        except BaseException as error:  # a student's function may raise anything, SystemExit too
            self._wire.send(number | {"error": _describe(error)})

    def _find(self, message: dict, arrays: list) -> Any:
        if message["ask"] == "name":
            return self._namespace[message["name"]]
        target = self._objects[message["id"]]
        if message["ask"] == "attribute":
            return getattr(target, message["name"])
        if message["ask"] == "build":
            target(np.zeros((1, *message["shape"]), np.float32))
            return target
        args, kwargs = decode(message["arguments"], arrays, self._resolve)
        return target(*args, **kwargs)

    def _refer(self, value: Any, arrays: list) -> dict:
        if isinstance(value, ModuleType):
            return {"kind": "module", "name": value.__name__}
        self._objects.append(value)
        node = {
            "kind": "object",
            "id": len(self._objects) - 1,
            "type": type(value).__name__,
            "callable": callable(value),
        }
        if models.is_model(value):
            node |= _model_node(value, arrays)
        return node

    def _resolve(self, node: dict, arrays: list) -> Any:
        if node["kind"] == "object":
            return self._objects[node["id"]]
        return models.unpack(node["saved"], [arrays[number] for number in node["weights"]])


def _model_node(model: Any, arrays: list) -> dict:
    """The entries of a model's node. A model that cannot be copied says why."""
    from latentlab.check import as_functional

    try:
        saved, weights = models.pack(spelled_out(as_functional(model)))
    except Exception as error:
        return {"kind": "unreadable model", "reason": described(error)}
    first = len(arrays)
    arrays.extend(weights)
    numbers = list(range(first, len(arrays)))
    return {"kind": "model", "saved": saved, "weights": numbers}


def _describe(error: BaseException) -> dict:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__ and frame.line]
    cells = [frame for frame in own if "ipykernel" in frame.filename] or own
    where = f"in {cells[-1].name}, at: {cells[-1].line}" if cells else ""
    message = essential(_text(error))[:2000]
    return {"type": type(error).__name__, "message": message, "where": where[:500]}


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # its author may have written anything
        return ""
