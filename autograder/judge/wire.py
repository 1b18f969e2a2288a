"""Frames between the judge and a student's process: JSON, and arrays as raw bytes.

A frame is a header of two lengths, a JSON text, and the bytes of the arrays one after the other.
The JSON text names each array's dtype and shape. Nothing is ever unpickled, and what a student's
process sends is checked before any memory is set aside for it.
"""

import json
import math
import re
import select
import socket
import struct
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

HEADER = struct.Struct("!QQ")
MAX_JSON_BYTES = 32 * 2**20
MAX_ARRAY_BYTES = 512 * 2**20
MAX_DIMENSIONS = 16
PLAIN_KINDS = "biufcSU"


class WireError(Exception):
    """The other side is gone, is late, or sent something that is not a frame."""


class Gone(WireError):
    """The other side has ended."""


class Wire:
    """One end of the connection.

    `stop`, if given, is a socket that breaks off any waiting. `shield` makes the context in which
    a frame is sent or received.
    """

    def __init__(
        self,
        connection: socket.socket,
        stop: socket.socket | None = None,
        shield: Callable[[], AbstractContextManager] = nullcontext,
    ):
        self._connection = connection
        self._stop = stop
        self._shield = shield
        self._inside_frame = False
        self.last_size = 0  # of what was received last, in bytes

    def send(self, message: Any, arrays: list[np.ndarray] | None = None) -> None:
        """Send a JSON-able message and the arrays that it refers to by their number."""
        arrays = [np.ascontiguousarray(a) if a.ndim else a for a in arrays or []]
        described = [[a.dtype.str, list(a.shape)] for a in arrays]
        text = json.dumps([message, described]).encode()
        total = sum(a.nbytes for a in arrays)
        if len(text) > MAX_JSON_BYTES or total > MAX_ARRAY_BYTES:
            raise WireError(f"too large to send: {(len(text) + total) / 2**20:.0f} MB")
        try:
            with self._shield():
                self._connection.sendall(HEADER.pack(len(text), total) + text)
                for array in arrays:
                    self._connection.sendall(array.tobytes())
        except OSError as error:
            raise WireError("the other side does not listen") from error

    def receive(self, seconds: float | None = None) -> tuple[Any, list[np.ndarray]]:
        """Wait for a frame. Returns the message and its arrays.

        Raises WireError when the frame is malformed or too large, when the other side is gone,
        and when the whole frame has not come within `seconds`.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        if self._inside_frame:
            raise WireError("an earlier frame was broken off")
        self._await_data(deadline)
        with self._shield():
            return self._receive(deadline)

    def _receive(self, deadline: float | None) -> tuple[Any, list[np.ndarray]]:
        header = self._read(HEADER.size, deadline)
        text_bytes, array_bytes = HEADER.unpack(header)
        if text_bytes > MAX_JSON_BYTES or array_bytes > MAX_ARRAY_BYTES:
            size = (text_bytes + array_bytes) / 2**20
            raise WireError(f"what was sent is too large: {size:.0f} MB")
        self.last_size = text_bytes + array_bytes
        text = self._read(text_bytes, deadline)
        try:
            message, described = json.loads(text)
            specs = [(_plain_dtype(dtype), _shape(shape)) for dtype, shape in described]
        except (ValueError, TypeError, RecursionError) as error:
            raise WireError(f"what was sent is malformed: {error}") from error
        if sum(dtype.itemsize * math.prod(shape) for dtype, shape in specs) != array_bytes:
            raise WireError("what was sent is malformed: arrays of another size than announced")
        arrays = [self._read_array(dtype, shape, deadline) for dtype, shape in specs]
        self._inside_frame = False
        return message, arrays

    def close(self) -> None:
        """Close this end; the other end's next wait fails."""
        self._connection.close()

    def _read_array(
        self, dtype: np.dtype, shape: tuple[int, ...], deadline: float | None
    ) -> np.ndarray:
        data = self._read(dtype.itemsize * math.prod(shape), deadline)
        try:
            return np.ndarray(shape, dtype, data)
        except ValueError as error:  # as when sizes multiply to more than a machine can count
            raise WireError(f"what was sent is malformed: {error}") from error

    def _read(self, size: int, deadline: float | None) -> bytearray:
        data = bytearray()
        while len(data) < size:
            self._await_data(deadline)
            try:
                part = self._connection.recv(min(size - len(data), 2**20))
            except OSError as error:
                raise Gone("the other side is gone") from error
            if not part:
                raise Gone("the other side is gone")
            data += part
            self._inside_frame = True
        return data

    def _await_data(self, deadline: float | None) -> None:
        sources = [self._connection] + ([self._stop] if self._stop else [])
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select(sources, [], [], left)
        if not ready:
            raise WireError("no answer in time")
        if self._stop in ready:
            raise WireError("broken off")


def _plain_dtype(text: str) -> np.dtype:
    if not isinstance(text, str) or not re.fullmatch(rf"[<>|=][{PLAIN_KINDS}]\d{{1,9}}", text):
        raise ValueError(f"not a plain dtype: {text!r}"[:80])
    return np.dtype(text)


def _shape(shape: list[int]) -> tuple[int, ...]:
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise ValueError("not a shape")
    if not all(type(size) is int and 0 <= size <= MAX_ARRAY_BYTES for size in shape):
        raise ValueError("not a shape")
    return tuple(shape)
