"""What a notebook's cells put out, on its way to the client."""

import io
import threading
from typing import Any

from jupyter_client.session import Session

from autograder.judge.wire import Wire, WireError

FLUSH_CHARACTERS = 2**14


class Outlet:
    """The kernel's end of its connection: one message at a time, from whatever thread."""

    def __init__(self, wire: Wire):
        self._wire = wire
        self._lock = threading.RLock()

    def put(self, message: dict[str, Any]) -> None:
        """Send a message to the client. Raises WireError when it is too large."""
        with self._lock:
            self._wire.send(message)


class OutletSession(Session):
    """Jupyter's session, with messages that go to the outlet instead of into a socket."""

    outlet: Outlet

    def send(
        self,
        stream: Any,
        msg_or_type: dict[str, Any] | str,
        content: dict[str, Any] | None = None,
        parent: dict[str, Any] | None = None,
        *args: Any,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Put a message out, as `jupyter_client.session.Session.send` would."""
        message = msg_or_type
        if isinstance(message, str):
            message = self.msg(message, content=content, parent=parent, metadata=metadata)
        kind = message["header"]["msg_type"]
        self.outlet.put({"do": "show", "type": kind, "content": message["content"]})
        return message


class OutletStream(io.TextIOBase):
    """Standard output or standard error of the cells."""

    encoding = "utf-8"

    def __init__(self, name: str, outlet: Outlet):
        self.name = name
        self._outlet = outlet
        self._parts: list[str] = []
        self._size = 0
        self._lock = threading.RLock()

    def fileno(self) -> int:
        """The descriptor that other programs are given; what they write there is not kept."""
        return {"stdout": 1, "stderr": 2}[self.name]

    def writable(self) -> bool:
        """A stream to write to."""
        return True

    def write(self, text: str) -> int:
        """Take a text; it is sent on when enough has come together, or at a flush."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        with self._lock:
            self._parts.append(text)
            self._size += len(text)
            if self._size >= FLUSH_CHARACTERS:
                self.flush()
        return len(text)

    def flush(self) -> None:
        """Send on what has been written."""
        with self._lock:
            text = "".join(self._parts)
            self._parts, self._size = [], 0
        if text:
            try:
                content = {"name": self.name, "text": text}
                self._outlet.put({"do": "show", "type": "stream", "content": content})
            except WireError as error:
                raise OSError(str(error)) from None
