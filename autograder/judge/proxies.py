"""The judge's end: the student's names, as copies of plain data, rebuilt models and proxies.

A proxy stands for an object that stays in the student's process. It can be called and its public
attributes can be read; it is equal to nothing but itself and has no truth value, no length and
no number, so nothing that a student's class says of itself is ever believed.
"""

import builtins
import socket
import time
from typing import Any

from autograder.judge import models
from autograder.judge.values import decode, encode
from autograder.judge.wire import Gone, Wire, WireError
from latentlab.check.failure import CheckFailed

SECONDS_PER_ANSWER = 120


class StudentError(Exception):
    """What a student's code raised, where it is not one of Python's own exceptions."""


class NoAnswer(Exception):
    """The student's process is gone, is late, or answers with something that is not an answer."""


class Link:
    """Questions to one student's process."""

    def __init__(self, connection: socket.socket, stop: socket.socket | None = None):
        self._wire = Wire(connection, stop)
        self._ids: dict[int, int] = {}
        self._keep: list[Any] = []
        self._questions = 0

    def look_up(self, name: str) -> Any:
        """The student's object of this name. Raises NameError when there is none."""
        return self._ask(ask="name", name=name)

    def call(self, number: int, args: tuple, kwargs: dict) -> Any:
        """Call an object of the student's process and give what it returns."""
        node, arrays = encode([args, kwargs], self._refer)
        return self._ask(arrays, ask="call", id=number, arguments=node)

    def read(self, number: int, name: str) -> Any:
        """Read an attribute of an object of the student's process."""
        return self._ask(ask="attribute", id=number, name=name)

    def build(self, number: int, shape: tuple[int, ...]) -> Any:
        """Have a model of the student's process called on zeros of this shape, and give it."""
        return self._ask(ask="build", id=number, shape=shape)

    def done(self, check: int) -> None:
        """Tell the student's process that the test cell of this number has ended."""
        self._wire.send({"ask": "done", "check": check})

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def _ask(self, arrays: list | None = None, /, **question: Any) -> Any:
        try:
            self._questions += 1
            self._wire.send(question | {"number": self._questions}, arrays)
            answer, arrays = self._receive_answer()
            if "missing" in answer:
                raise NameError(f"name {question['name']!r} is not defined")
            if "error" in answer:
                raise _as_exception(answer["error"])
            return decode(answer.get("value"), arrays, self._resolve)
        except models.ModelRefused as error:
            raise CheckFailed(f"{error}.") from None
        except Gone:
            when = "while your function ran" if question["ask"] == "call" else "before it answered"
            raise NoAnswer(f"the notebook's kernel ended {when}") from None
        except WireError as error:
            raise NoAnswer(f"no usable answer from the notebook's kernel: {error}") from None

    def _receive_answer(self) -> tuple[dict, list]:
        """The answer to the last question; late answers to earlier ones are passed over."""
        deadline = time.monotonic() + SECONDS_PER_ANSWER
        while True:
            answer, arrays = self._wire.receive(deadline - time.monotonic())
            if not isinstance(answer, dict):
                raise WireError("what was sent is malformed: not an answer")
            if answer.get("number") == self._questions:
                return answer, arrays

    def _refer(self, value: Any, arrays: list) -> dict:
        if isinstance(value, Remote):
            return {"kind": "object", "id": value._number}
        if id(value) in self._ids:
            return {"kind": "object", "id": self._ids[id(value)]}
        if not models.is_model(value):
            raise TypeError(f"a {type(value).__name__} cannot be given to a student's function")
        saved, weights = models.pack(value)
        first = len(arrays)
        arrays.extend(weights)
        return {"kind": "model", "saved": saved, "weights": list(range(first, len(arrays)))}

    def _resolve(self, node: dict, arrays: list) -> Any:
        if node["kind"] == "module":
            raise WireError("a test cell imports the modules that it uses; it takes no student's")
        number = node["id"]
        if type(number) is not int:
            raise WireError("what was sent is malformed: not a number of an object")
        if node["kind"] == "model":
            model = models.unpack(node["saved"], [arrays[index] for index in node["weights"]])
            # Passed back as an argument, the copy stands for the student's own model. The list
            # keeps it alive, since Python may give a dead object's id to another.
            self._ids[id(model)] = number
            self._keep.append(model)
            return model
        kind = RemoteCallable if node.get("callable") is True else Remote
        if node["kind"] == "unreadable model":
            kind = RemoteModel
        reason = node.get("reason")
        return kind(self, number, str(node.get("type"))[:80], str(reason)[:500] if reason else "")


class Remote:
    """An object that stays in the student's process."""

    def __init__(self, link: Link, number: int, type_name: str, reason: str):
        self._link = link
        self._number = number
        self._type_name = type_name
        self._reason = reason

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._link.read(self._number, name)

    def __repr__(self) -> str:
        reason = f" ({self._reason})" if self._reason else ""
        return f"<{self._type_name} of the notebook{reason}>"

    def __bool__(self) -> bool:
        raise TypeError(f"{self!r} is neither true nor false")

    def __eq__(self, other: object) -> bool:
        # Not False: `assert answer != 3` would pass for anything that is no number.
        if self is other:
            return True
        raise TypeError(f"{self!r} cannot be compared")

    __hash__ = object.__hash__


class RemoteCallable(Remote):
    """A function, or another object that can be called, of the student's process."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, in the student's process, with copies of the arguments."""
        return self._link.call(self._number, args, kwargs)


class RemoteModel(RemoteCallable):
    """A Keras model that could not be copied, as one that has never been called yet."""

    @property
    def reason(self) -> str:
        """Why it could not be copied."""
        return self._reason

    def built_for(self, *shape: int) -> Any:
        """The model after a call on one input of this shape: a copy, if it can be copied now."""
        return self._link.build(self._number, shape)


class Names(dict):
    """The global names of a test cell: its own first, then Python's, then the student's."""

    def __init__(self, link: Link | None):
        super().__init__(__builtins__=builtins, __name__="__main__")
        self._link = link

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            return getattr(builtins, name)
        if self._link is None:
            raise NameError(f"name {name!r} is not defined")
        # Kept: within a test cell a name stands for one thing, however often it is looked at.
        self[name] = self._link.look_up(name)
        return self[name]


def _as_exception(described: Any) -> Exception:
    if not isinstance(described, dict):
        raise WireError("what was sent is malformed: not an error")
    name, message = str(described.get("type"))[:80], str(described.get("message"))[:2000]
    known = getattr(builtins, name, None)
    if not (isinstance(known, type) and issubclass(known, Exception)):
        known = type(name, (StudentError,), {})
    try:
        error = known(message)
    except TypeError:  # some of Python's own take more than a message
        error = StudentError(f"{name}: {message}")
    error.from_student = True
    if described.get("where"):
        error.add_note(str(described["where"])[:500])
    return error
