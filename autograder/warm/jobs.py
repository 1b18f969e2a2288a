"""What children of the grader's warm process become: judges, and students' kernels in a sandbox."""

import resource
import socket
from typing import Any

from latentlab.warm.kernel import point_nowhere
from latentlab.warm.zygote import reseed

JUDGE_MEGABYTES = 4096


def judge(settings: dict[str, Any], client: socket.socket) -> None:
    """Be a judge, with a socket to its client."""
    from autograder.judge.process import run_judge

    most = JUDGE_MEGABYTES * 2**20  # what a student sends must not use up the machine
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    run_judge(client)


def student(
    settings: dict[str, Any], report: socket.socket, client: socket.socket, judge: socket.socket
) -> None:
    """Be a student's kernel in a sandbox, and its guard.

    The sockets: the guard's for its report, the kernel's to its client and to the judge.
    """
    from autograder.judge.wire import Wire
    from autograder.kernel.interrupts import uninterrupted
    from autograder.kernel.shell import serve_client
    from autograder.sandbox.guard import guard
    from autograder.sandbox.limits import Limits

    def run() -> None:
        reseed()
        point_nowhere(0, 1, 2)
        wires = [Wire(end, shield=uninterrupted) for end in (client, judge)]
        serve_client(*wires, settings["hidden"])

    guard(
        run,
        report,
        Limits(**settings["limits"]),
        settings["visible"],
        settings["hidden"],
        settings["isolation"],
        leave=[client, judge],
    )
