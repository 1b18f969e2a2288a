"""The client's end of a judge: hands it submissions and test cells, and replaces it if it dies."""

import json
import select
import signal
import socket
import threading
import time

from autograder.warm.client import Child, environment, warm_process

MAX_PACKET = 2**17
GRACE_SECONDS = 10


class JudgeDisturbed(Exception):
    """The judge was killed from outside, through no fault of a notebook."""


class Judge:
    """A judge's process, forked from the warm process at the first use."""

    def __init__(self):
        self._socket: socket.socket | None = None
        self._process: Child | None = None
        self._kernel: socket.socket | None = None
        self._checks = 0
        self._seconds = self._deadline = 0.0

    def open(self, kernel: socket.socket) -> None:
        """Take up a new submission, whose kernel is at the other end of this socket."""
        self._kernel = kernel
        try:
            if self._process is None or self._process.poll() is not None:
                self._start()
            socket.send_fds(self._socket, [b'{"do": "open"}'], [kernel.fileno()])
        except OSError as error:
            raise self._disturbed() from error

    def begin(self, source: str, label: str, seconds: float) -> int:
        """Start a test cell, in a new judge if the last one's end came with the last cell.

        Returns the number of the check, which the kernel must be asked to serve.
        """
        if self._process is None:
            self.open(self._kernel)
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds + GRACE_SECONDS
        self._checks += 1
        order = {"do": "check", "number": self._checks, "source": source, "label": label}
        try:
            self._socket.send(json.dumps(order | {"seconds": seconds}).encode())
        except OSError as error:
            raise self._disturbed() from error
        return self._checks

    def fileno(self) -> int:
        """For `select`: readable when the test cell has ended, or the judge."""
        return self._socket.fileno()

    @property
    def seconds_left(self) -> float:
        """How long the test cell may still take."""
        return max(0.0, self._deadline - time.monotonic())

    def outputs(self, seconds: float | None = None) -> list[dict]:
        """Wait for the end of the test cell and give its notebook outputs.

        After `seconds`, if given, the cell is broken off: its kernel will not answer any more. A
        judge that does not even end then is ended itself, which fails the cell. Raises
        JudgeDisturbed when somebody killed the judge.
        """
        if seconds is not None and not self._wait(min(seconds, self.seconds_left)):
            self._socket.send(b'{"do": "stop"}')
        if not self._wait(self.seconds_left):
            self.close()
            return _died(f"the check did not end within {self._seconds:g} seconds")
        try:
            answer = json.loads(self._socket.recv(MAX_PACKET))
            if answer["number"] != self._checks:
                raise RuntimeError("the judge has answered for another check")
            return answer["outputs"]
        except (OSError, ValueError):  # it has ended; a text that is cut off ends it as well
            if self._killed():
                raise self._disturbed() from None
            self.close()
            return _died("the check ended the process that ran it")

    def close(self) -> None:
        """End the judge's process."""
        if self._process:
            self._process.kill()
            self._socket.close()
        self._process = self._socket = None

    def _start(self) -> None:
        self.close()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = warm_process().fork(
                "autograder.warm.jobs:judge", share=[theirs], env=environment()
            )

    def _wait(self, seconds: float) -> bool:
        return bool(select.select([self._socket], [], [], seconds)[0])

    def _killed(self) -> bool:
        """Whether the judge was killed, rather than ended by what a test cell did."""
        try:
            self._process.wait(GRACE_SECONDS)
        except TimeoutError:
            return False
        return self._process.signal in (None, signal.SIGKILL)

    def _disturbed(self) -> JudgeDisturbed:
        self.close()
        return JudgeDisturbed("the judge was killed from outside")


def _died(message: str) -> list[dict]:
    error = {"output_type": "error", "ename": "CheckDied", "evalue": message}
    return [error | {"traceback": [message]}]


_local = threading.local()


def this_threads_judge() -> Judge:
    """The judge of the calling thread; it serves one submission after the other."""
    if not hasattr(_local, "judge"):
        _local.judge = Judge()
    return _local.judge
