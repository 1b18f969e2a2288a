"""Starts the warm process and asks it for children."""

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from latentlab.warm.packets import MAX_PACKET

# What the environment of a process has that is to run notebooks: it decides how libraries import.
NOTEBOOK = {
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a note of the debugger that ipykernel brings along
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
SECONDS_TO_WARM_UP = 300


class ColdError(RuntimeError):
    """The warm process did not start, or has died."""


class Child:
    """A process that was forked for us. Not our child in the system's sense, so: by descriptor."""

    def __init__(self, process: int, handle: int, warm: "WarmProcess"):
        self.pid = process
        self._handle = handle
        self._warm = warm
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """None while the process runs; afterwards 0. How it ended is not known to us."""
        if self.returncode is None and select.select([self._handle], [], [], 0)[0]:
            self.returncode = 0
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the process to end. Raises TimeoutError after `timeout` seconds."""
        if self.returncode is None and not select.select([self._handle], [], [], timeout)[0]:
            raise TimeoutError(f"process {self.pid} still runs")
        self.returncode = 0
        return 0

    @property
    def signal(self) -> int | None:
        """The signal that ended the process, 0 if none did; None if nobody knows."""
        return self._warm.signal_that_ended(self.pid)

    def send_signal(self, number: int) -> None:
        """Send a signal to the process, if it still runs."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """End the process and all that it started in its own session, at once."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        self.send_signal(signal.SIGKILL)

    def __del__(self):
        with contextlib.suppress(OSError, AttributeError):
            os.close(self._handle)


class WarmProcess:
    """A process that has imported Keras, and from which kernels and their like are forked.

    modules: what it imports beyond what a notebook of the course does. environment: its own;
    children have one that each order names. Raises ColdError where forking is not possible.
    """

    def __init__(self, modules: Sequence[str], environment: Mapping[str, str]):
        self._lock = threading.Lock()
        if not hasattr(os, "pidfd_open"):
            raise ColdError("processes are only forked warm on Linux")
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            # -P and another folder: nothing that lies where we work is taken for a module.
            [sys.executable, "-P", "-m", "latentlab.warm.zygote", str(theirs.fileno()), *modules],
            cwd="/",
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C at the terminal is for its client
            env=dict(environment),
        )
        theirs.close()
        self._ready = False

    def fork(
        self,
        job: str,
        share: Sequence[socket.socket] = (),
        cwd: str = "/",
        env: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Child:
        """Fork a process that calls job(settings, *share), a function named as "module:function".

        Raises ColdError when the warm process cannot be started or has died.
        """
        order = {
            "job": job,
            "cwd": cwd,
            "env": dict(env or {}),
            "settings": dict(settings or {}),
        }
        answer, handles = self._ask(order, [end.fileno() for end in share])
        return Child(answer["process"], handles[0], self)

    def signal_that_ended(self, process: int) -> int | None:
        """The signal that ended a child, 0 if none did; None if that is not known."""
        try:
            return self._ask({"tell": process}, [])[0]["signal"]
        except ColdError:
            return None

    def _ask(self, order: dict[str, Any], share: list[int]) -> tuple[dict[str, Any], list[int]]:
        packet = json.dumps(order).encode()
        if len(packet) > MAX_PACKET:
            raise ColdError("the environment of the kernel is too large to be handed over")
        self.wait_until_ready()
        with self._lock:
            try:
                socket.send_fds(self._socket, [packet], share)
                answer, handles, _, _ = socket.recv_fds(self._socket, MAX_PACKET, 1)
            except OSError as error:
                raise ColdError(f"the warm process does not answer: {error}") from error
            if not answer:
                raise ColdError("the warm process has died")
        told = json.loads(answer)
        if "error" in told:
            raise ColdError(f"the warm process could not fork: {told['error']}")
        return told, handles

    def close(self) -> None:
        """End the warm process. Its children live on till they are told to end."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    @property
    def pid(self) -> int:
        """The warm process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the warm process still runs."""
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Wait till everything is imported. Raises ColdError when that fails."""
        with self._lock:
            if self._ready:
                return
            readable, _, _ = select.select([self._socket], [], [], SECONDS_TO_WARM_UP)
            if not readable or not self._socket.recv(MAX_PACKET):
                raise ColdError("the warm process did not start: see its message above")
            self._ready = True


_shared: dict[tuple[str, ...], WarmProcess] = {}
_lock = threading.Lock()


def shared_process(
    modules: Sequence[str], environment: Callable[[], Mapping[str, str]]
) -> WarmProcess:
    """This program's warm process with these modules: started at the first call, or if it died.

    Raises ColdError where forking is not possible.
    """
    with _lock:
        warm = _shared.get(tuple(modules))
        if warm is None or not warm.alive:
            if not _shared:
                atexit.register(_close_all)
            warm = _shared[tuple(modules)] = WarmProcess(modules, environment())
        return warm


def _close_all() -> None:
    for warm in _shared.values():
        warm.close()
