"""The client's end of a student's kernel: starts it, gives it cells, ends it."""

import contextlib
import json
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NoReturn

import numpy as np

from autograder.judge.wire import Wire, WireError
from autograder.sandbox.limits import Limits
from autograder.warm.client import warm_process

GRACE_SECONDS = 2
INTERRUPT_SECONDS = 10  # on a busy machine, to show a long traceback takes some of them
END_SECONDS = 10
MAX_NOTES = 20
MAX_OUTPUT_BYTES = 20 * 2**20  # of one cell; beyond it the cell is stopped
MAX_OUTPUT_BYTES_IN_ALL = 100 * 2**20  # beyond it, nothing more is kept
TOO_MUCH = f"put out more than {MAX_OUTPUT_BYTES // 2**20} MB"
BYTES_PER_MESSAGE = 200  # what reading even an empty one costs
MAX_MESSAGES = 1000  # of one cell that are kept; those after them are only read


@dataclass(frozen=True)
class Walls:
    """What a kernel may see and use."""

    isolation: str  # as `autograder.sandbox.guard` has it
    limits: Limits
    visible: Sequence[str] = ()
    hidden: Sequence[str] = ()


class KernelGone(Exception):
    """The kernel is dead, or had to be ended; the message says why, for the student."""


class KernelDisturbed(Exception):
    """The kernel was killed from outside, through no fault of the notebook."""


class CannotIsolate(RuntimeError):
    """The system does not let a sandbox be made."""


class StudentKernel:
    """A kernel forked from the warm process, and the judge's end of a line to it."""

    def __init__(self, walls: Walls, env: dict[str, str]):
        self.notes: list[str] = []
        ours, kernels = socket.socketpair()
        self.judge_end, students = socket.socketpair()
        self._report, guards = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with kernels, students, guards:
            self._child = warm_process().fork(
                "autograder.warm.jobs:student",
                share=[guards, kernels, students],
                env=env,
                settings=asdict(walls),
            )
        self._socket = ours
        self._wire = Wire(ours)
        self._end: str | None = None
        self._bytes = self._all_bytes = self._messages = 0
        self.left_out = False  # whether outputs of the last cell were

    def lay_down(self, files: dict[str, bytes], seconds: float) -> None:
        """Put files beside the notebook. Raises KernelGone, KernelDisturbed."""
        contents = [np.frombuffer(content, np.uint8) for content in files.values()]
        self._order({"do": "files", "names": list(files)}, contents)
        self._listen(_ignore, time.monotonic() + seconds)

    def execute(self, source: str, show: Callable[[dict], None], seconds: float) -> str:
        """Run a cell, and call `show` with each of its messages.

        Returns why the cell was stopped, "" if it was not. Raises KernelGone when the kernel has
        ended or had to be, KernelDisturbed when somebody else ended it.
        """
        self._order({"do": "execute", "source": source})
        if self._listen(show, time.monotonic() + seconds):
            return ""
        why = TOO_MUCH if self._flooded else f"ran longer than {seconds:g} seconds"
        if not self._recover(show):
            self._abandon(f"a cell {why}, and could not be stopped")
        return why

    def serve(self, check: int) -> None:
        """Have the kernel answer the judge, till the check of this number is done."""
        self._order({"do": "serve", "check": check})

    def fileno(self) -> int:
        """For `select`: readable when the kernel has said something or is gone."""
        return self._socket.fileno()

    def gave_up_serving(self) -> bool:
        """Whether the kernel has, of itself, ended its answers. Raises as `execute` does."""
        done = self._listen(_ignore, time.monotonic())
        if self._flooded:
            self._abandon(f"a function that a check called {TOO_MUCH}")
        return done

    def stop_serving(self) -> None:
        """Get the kernel out of a call that nobody waits for any more. Raises as `execute` does."""
        back = self._listen(_ignore, time.monotonic() + GRACE_SECONDS)
        if not back and not self._recover(_ignore):
            self._abandon("the kernel did not come back from a call that a check had made")

    def close(self) -> None:
        """End the kernel and everything that it has started."""
        self._finish()
        self._socket.close()
        self.judge_end.close()
        self._report.close()

    def _order(self, order: dict[str, Any], arrays: list[np.ndarray] | None = None) -> None:
        self._bytes = self._messages = 0
        self.left_out = False
        try:
            self._wire.send(order, arrays)
        except WireError:
            self._give_up()

    def _listen(self, show: Callable[[dict], None], deadline: float) -> bool:
        """Hear messages till the kernel is done. False when it is too late or too much."""
        while not self._flooded:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._socket], [], [], left)[0]:
                return False
            try:
                message, _ = self._wire.receive(GRACE_SECONDS + left)
            except WireError:
                self._give_up()
            if isinstance(message, dict) and message.get("do") == "done":
                return True
            self._take(message, show)
            if time.monotonic() > deadline:  # messages without end must not hide it
                return False
        return False

    @property
    def _flooded(self) -> bool:
        return self._bytes > MAX_OUTPUT_BYTES

    def _take(self, message: Any, show: Callable[[dict], None]) -> None:
        size = self._wire.last_size + BYTES_PER_MESSAGE
        self._bytes += size
        self._all_bytes += size
        if not isinstance(message, dict):
            return
        if message.get("do") == "show":
            self._messages += 1
            if self._messages > MAX_MESSAGES or self._all_bytes > MAX_OUTPUT_BYTES_IN_ALL:
                self.left_out = True
            else:
                show(message)
        elif message.get("do") == "note" and len(self.notes) < MAX_NOTES:
            text = str(message.get("text"))[:300]
            self.notes.append(text.encode("utf-8", "replace").decode())

    def _recover(self, show: Callable[[dict], None]) -> bool:
        """Interrupt what runs. Whether that helped."""
        self._bytes = 0
        self._child.send_signal(signal.SIGINT)
        return self._listen(show, time.monotonic() + INTERRUPT_SECONDS)

    def _abandon(self, why: str) -> NoReturn:
        """The kernel does not do what it must: end it, and raise KernelGone."""
        self._finish()
        raise KernelGone(why)

    def _give_up(self) -> NoReturn:
        """The kernel does not talk any more: end it, and say why as an exception."""
        with contextlib.suppress(TimeoutError):
            self._child.wait(GRACE_SECONDS)  # it knows best how the kernel ended, if it has
        end = self._finish()
        if end == "refused":
            raise CannotIsolate(self.notes[-1])
        if end == "killed":
            raise KernelDisturbed("the notebook's kernel was killed from outside")
        raise KernelGone(f"the notebook {self.notes[-1]}" if end == "excess" else "the kernel died")

    def _finish(self) -> str:
        """End the guard, and with it the kernel; learn how it ended."""
        if self._end is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(END_SECONDS)
            except TimeoutError:
                self._child.kill()
            self._end = self._read_report()
        return self._end

    def _read_report(self) -> str:
        with contextlib.suppress(OSError, ValueError):
            report = json.loads(self._report.recv(2**16, socket.MSG_DONTWAIT))
            self.notes += report["notes"]
            return report["end"]
        return "killed"  # the guard itself could not report


def _ignore(message: dict) -> None:
    """Show nothing: what a kernel puts out between cells belongs to no cell."""
