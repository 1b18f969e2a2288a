"""Notices what a notebook tries that a grader's sandbox does not allow, for the instructor.

It runs inside the student's process, so a student can silence it. It defends nothing: the walls
are elsewhere. Its sentences say what was done, not why.
"""

import os
import signal
import socket
import sys
from typing import Any

from autograder.kernel.messages import Outlet

MOST_NOTES = 20
_LOCAL = ("127.", "::1", "localhost", "0.0.0.0")


class Attempts:
    """An audit hook (PEP 578) that puts out a sentence for each new kind of attempt."""

    def __init__(self, outlet: Outlet, forbidden: list[str]):
        self._outlet = outlet
        self._forbidden = tuple(forbidden)
        self._said: set[str] = set()
        self._busy = False
        self._describe = {
            "socket.connect": _connection,
            "socket.sendto": _connection,
            "socket.getaddrinfo": _look_up,
            "os.kill": _signal,
            "os.killpg": _signal,
            "open": self._path,
            "os.listdir": self._path,
            "os.scandir": self._path,
            "os.remove": self._path,
            "os.rename": self._path,
            "os.rmdir": self._path,
            "shutil.rmtree": self._path,
            "sqlite3.connect": self._path,
        }

    def watch(self) -> None:
        """Start to notice. It cannot be undone."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        describe = self._describe.get(event)
        if describe is None or self._busy:
            return
        self._busy = True
        try:
            said = describe(*arguments)
            if said and said not in self._said and len(self._said) < MOST_NOTES:
                self._said.add(said)
                self._outlet.put({"do": "note", "text": said})
        except Exception:  # whatever the arguments are, the call itself must go on
            pass
        finally:
            self._busy = False

    def _path(self, path: Any, *rest: Any) -> str:
        if not isinstance(path, str | bytes | os.PathLike):
            return ""
        place = os.path.abspath(os.fsdecode(path))
        inside = any(place == f or place.startswith(f + os.sep) for f in self._forbidden)
        return f"tried to open {place}, which belongs to the grader" if inside else ""


def _connection(connection: Any, address: Any) -> str:
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return ""
    host, port = address[:2]
    if str(host).startswith(_LOCAL):
        return ""
    return f"tried to open a network connection to {host}:{port}"[:200]


def _look_up(host: Any, *rest: Any) -> str:
    name = host.decode(errors="replace") if isinstance(host, bytes) else host
    if not name or str(name).startswith(_LOCAL):
        return ""
    return f"tried to look up the network address of {name}"[:200]


def _signal(process: int, number: int) -> str:
    """Signals to a process's own children are common; those to all others mean trouble."""
    if number == 0 or process not in (-1, 0, 1, os.getpid(), os.getppid()):
        return ""
    if number not in (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP, signal.SIGABRT):
        return ""
    whom = {-1: "every process", os.getpid(): "its own kernel", 1: "its own kernel"}
    return f"tried to end {whom.get(process, 'the process that started it')} with a signal"
