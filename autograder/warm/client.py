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

SECONDS_TO_WARM_UP = 300
MAX_PACKET = 2**17


class ColdError(RuntimeError):
    """The warm process did not start, or has died."""


class Child:
    """A process that was forked for us. Not our child in the system's sense, so: by descriptor."""

    def __init__(self, process: int, handle: int):
        self.pid = process
        self._handle = handle
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
    """A process that has imported Keras, and from which kernels and judges are forked."""

    def __init__(self):
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "autograder.warm.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=os.environ | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"},
        )
        theirs.close()
        self._ready = False

    def fork(
        self,
        job: str,
        share: socket.socket | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        argv: list[str] | None = None,
        hidden: list[str] | None = None,
    ) -> Child:
        """Fork a "kernel" or a "judge" that has `share` as its socket.

        A kernel sees empty folders in the place of the `hidden` ones.

        Raises ColdError when the warm process cannot be started or has died.
        """
        order = {
            "job": job,
            "cwd": cwd or os.getcwd(),
            "env": dict(os.environ if env is None else env),
            "argv": argv or [],
            "hidden": hidden or [],
        }
        self.wait_until_ready()
        with self._lock:
            try:
                packet = json.dumps(order).encode()
                socket.send_fds(self._socket, [packet], [share.fileno()] if share else [])
                answer, handles, _, _ = socket.recv_fds(self._socket, MAX_PACKET, 1)
            except OSError as error:
                raise ColdError(f"the warm process does not answer: {error}") from error
            if not answer:
                raise ColdError("the warm process has died")
        return Child(json.loads(answer)["process"], handles[0])

    def close(self) -> None:
        """End the warm process. Its children live on till they are told to end."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

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


_warm: WarmProcess | None = None
_lock = threading.Lock()


def warm_process() -> WarmProcess:
    """This process's warm process, started at the first call, and again if it has died."""
    global _warm
    with _lock:
        if _warm is None or not _warm.alive:
            if _warm is None:
                atexit.register(lambda: _warm and _warm.close())
            _warm = WarmProcess()
        return _warm
