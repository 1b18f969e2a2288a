"""The guard: a process outside the sandbox that starts the one inside, watches it and ends it.

It is the parent of the sandbox's first process. When the guard ends, or is killed, everything
inside ends with it.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Sequence
from types import FrameType

from autograder.sandbox import linux
from autograder.sandbox.calls import forbid_needless_calls
from autograder.sandbox.files import HOME, enter_private_files
from autograder.sandbox.limits import Limits, apply, excess, family

LOOK_EVERY_SECONDS = 0.2
NOBODY = 65534
# How the sandbox's first process says that it could not make its walls.
CANNOT_ISOLATE = 86


class _Told(Exception):
    """The client wants the sandbox to end."""


def guard(
    run: Callable[[], None],
    report: socket.socket,
    limits: Limits,
    visible: list[str],
    hidden: list[str],
    isolate: bool,
    leave: Sequence[socket.socket] = (),
) -> None:
    """Run something in a sandbox, and report in JSON how it ended.

    `leave` are sockets that only what runs inside is to have.

    The report is {"end": "exited" | "killed" | "excess" | "refused", "notes": [...]}. "killed" is
    by a signal from outside: nothing inside can kill the sandbox's first process. Without
    `isolate` there are no walls, only limits, and a folder for the time being.
    """
    scratch = None if isolate else tempfile.mkdtemp(prefix="notebook-")
    try:
        signal.signal(signal.SIGTERM, _tell)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        ears, mouth = os.pipe()
        if isolate:
            _leave_process_namespace()
        else:  # what outlives its parent becomes the guard's child, and can be found
            linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        process = os.fork()
        if process == 0:
            report.close()
            os.close(ears)
            _be_inside(run, limits, visible, hidden, scratch, mouth)
        os.close(mouth)
        for end in leave:
            end.close()
        end, notes = _watch(process, limits)
        if end == "killed" and not isolate:  # it may have been the notebook itself
            end = "exited"
        complaint = os.read(ears, 2000).decode(errors="replace")
        if complaint:
            end, notes = "refused", [complaint]
    except OSError as error:
        end, notes = "refused", [str(error)]
    finally:
        _end_rest()
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)
    report.send(json.dumps({"end": end, "notes": notes}).encode())


def _tell(signum: int, frame: FrameType | None) -> None:
    raise _Told


def _leave_process_namespace() -> None:
    if os.geteuid() == 0:
        linux.unshare(linux.CLONE_NEWPID)
    else:  # an ordinary user has the right to do so in a user namespace of his own
        linux.enter_user_namespace(linux.CLONE_NEWPID)


def _watch(process: int, limits: Limits) -> tuple[str, list[str]]:
    """Wait till the sandbox ends, or end it. Gives how it ended, and notes."""
    signal.signal(signal.SIGINT, lambda *_: os.kill(process, signal.SIGINT))
    handle = os.pidfd_open(process)
    try:
        while not select.select([handle], [], [], LOOK_EVERY_SECONDS)[0]:
            too_much = excess(family(process, limits.processes), limits)
            if too_much:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                _end(process)
                return "excess", [too_much]
    except _Told:
        left = len(family(process)) - 1
        _end(process)
        return "exited", [f"left {left} processes running when it ended"] if left else []
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        return "exited", []
    if usage.ru_utime + usage.ru_stime >= limits.cpu_seconds - 1:  # then the system has done it
        return "excess", [f"used more than {limits.cpu_seconds} seconds of processor time"]
    return "killed", []


def _end(process: int) -> None:
    """End the sandbox's first process; the system ends all others in its namespace with it."""
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def _end_rest() -> None:
    """End what a notebook has left behind where there is no namespace that ends with it."""
    while left := family(os.getpid())[1:]:
        for member in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)


def _be_inside(
    run: Callable[[], None],
    limits: Limits,
    visible: list[str],
    hidden: list[str],
    scratch: str | None,
    mouth: int,
) -> None:
    """In the sandbox's first process: make the walls, then run. Never returns."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.setsid()  # a signal to the whole group must not reach the guard
        linux.end_with_parent()
        _confine(limits, visible, hidden, scratch)
        linux.end_with_parent()  # a change of user has undone it
    except OSError as error:
        os.write(mouth, str(error).encode())
        os._exit(CANNOT_ISOLATE)
    os.close(mouth)
    try:
        run()
    finally:
        os._exit(0)


def _confine(limits: Limits, visible: list[str], hidden: list[str], scratch: str | None) -> None:
    if scratch:
        os.chdir(scratch)
        os.environ["HOME"] = scratch
        apply(limits)
        return
    os.environ["HOME"] = HOME
    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS)
    as_root = os.geteuid() == 0
    user, group = (NOBODY, NOBODY) if as_root else (os.geteuid(), os.getegid())
    enter_private_files(visible, hidden, user, group, limits.disk_megabytes)
    if as_root:
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
        linux.prctl(linux.PR_SET_DUMPABLE, 1)  # else its own /proc entries would not be its own
    linux.enter_user_namespace()  # with its own count of processes, and every mount locked
    with open("/proc/sys/user/max_user_namespaces", "w") as file:
        file.write("0")  # no further ones, in which it would have rights again
    apply(limits)
    linux.drop_capabilities()
    forbid_needless_calls()
