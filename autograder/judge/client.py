"""The client's end of a judge: hands it submissions and test cells, and replaces it if it dies."""

import json
import select
import socket
import threading

from autograder.warm.client import warm_process

MAX_PACKET = 2**17
GRACE_SECONDS = 10


class Judge:
    """A judge's process, forked from the warm process at the first use."""

    def __init__(self):
        self._socket: socket.socket | None = None
        self._process = None

    def open(self, kernel: socket.socket) -> None:
        """Take up a new submission, whose kernel is at the other end of this socket."""
        if self._process is None or self._process.poll() is not None:
            self._start()
        socket.send_fds(self._socket, [b'{"do": "open"}'], [kernel.fileno()])

    def check(self, source: str, label: str, seconds: float) -> list[dict]:
        """Run a test cell and give its notebook outputs. A judge that fails to answer is ended."""
        order = {"do": "check", "source": source, "label": label, "seconds": seconds}
        try:
            self._socket.send(json.dumps(order).encode())
            if select.select([self._socket], [], [], seconds + GRACE_SECONDS)[0]:
                return json.loads(self._socket.recv(MAX_PACKET))["outputs"]
            message = f"the check did not end within {seconds:g} seconds"
        except (OSError, ValueError):
            message = "the check ended the process that ran it; it may have run out of memory"
        self.close()
        error = {"output_type": "error", "ename": "CheckDied", "evalue": message}
        return [error | {"traceback": [message]}]

    def stop(self) -> None:
        """Break off the test cell that is running: its kernel will not answer any more."""
        if self._socket:
            self._socket.send(b'{"do": "stop"}')

    def close(self) -> None:
        """End the judge's process."""
        if self._process:
            self._process.kill()
            self._socket.close()
        self._process = self._socket = None

    def _start(self) -> None:
        self.close()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = warm_process().fork("judge", share=theirs)
        theirs.close()


_local = threading.local()


def this_threads_judge() -> Judge:
    """The judge of the calling thread; it serves one submission after the other."""
    if not hasattr(_local, "judge"):
        _local.judge = Judge()
    return _local.judge
