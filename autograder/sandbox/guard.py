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
from autograder.sandbox.user import become, keep_to, own_user, processes_of

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
    isolation: str,
    leave: Sequence[socket.socket] = (),
) -> None:
    """Run something in a sandbox, and report in JSON how it ended.

    `leave` are sockets that only what runs inside is to have.

    The report is {"end": "exited" | "killed" | "excess" | "refused", "notes": [...]}. "killed" is
    by a signal from outside: nothing inside namespaces can kill the sandbox's first process.
    `isolation` is "namespaces", "user" (`autograder.sandbox.user`), or "": then there are no
    walls, only limits. Without namespaces it runs in a folder for the time being.
    """
    namespaces = isolation == "namespaces"
    scratch = None if namespaces else tempfile.mkdtemp(prefix="notebook-")
    with contextlib.ExitStack() as stack:
        try:
            signal.signal(signal.SIGTERM, _tell)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            user = stack.enter_context(own_user(hidden)) if isolation == "user" else None
            if user:
                os.chown(scratch, user, user)
            ears, mouth = os.pipe()
            if namespaces:
                _leave_process_namespace()
            else:  # what outlives its parent becomes the guard's child, and can be found
                linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
            process = os.fork()
            if process == 0:
                kept = [mouth, *(end.fileno() for end in leave)]
                _be_inside(run, limits, visible, hidden, scratch, user, kept)
            os.close(mouth)
            for end in leave:
                end.close()
            end, notes = _watch(process, limits, user)
            if end == "killed" and not namespaces:  # it may have been the notebook itself
                end = "exited"
            complaint = os.read(ears, 2000).decode(errors="replace")
            if complaint:
                end, notes = "refused", [complaint]
        except OSError as error:
            end, notes = "refused", [str(error)]
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            stack.close()
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


def _watch(process: int, limits: Limits, user: int | None) -> tuple[str, list[str]]:
    """Wait till the sandbox ends, or end it. Gives how it ended, and notes."""

    def members() -> list[int]:
        return processes_of(user) if user else family(process, limits.processes)

    signal.signal(signal.SIGINT, lambda *_: os.kill(process, signal.SIGINT))
    handle = os.pidfd_open(process)
    try:
        while not select.select([handle], [], [], LOOK_EVERY_SECONDS)[0]:
            too_much = excess(members(), limits)
            if too_much:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                _end(process)
                return "excess", [too_much]
    except _Told:
        left = len(members()) - 1
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
    user: int | None,
    kept: list[int],
) -> None:
    """In the sandbox's first process: make the walls, then run. Never returns.

    `kept` are the only descriptors that it keeps: the pipe for a complaint, then those that what
    runs needs.
    """
    mouth, *_ = kept
    try:
        _close_all_but(kept)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.setsid()  # a signal to the whole group must not reach the guard
        linux.end_with_parent(mouth)
        if scratch:
            _confine_loosely(limits, visible, scratch, user)
        else:
            _confine(limits, visible, hidden)
        linux.end_with_parent(mouth)  # a change of user has undone it
    except OSError as error:
        os.write(mouth, str(error).encode())
        os._exit(CANNOT_ISOLATE)
    os.close(mouth)
    try:
        run()
    finally:
        os._exit(0)


def _close_all_but(kept: list[int]) -> None:
    """Close what was opened with other rights, such as the guard's report."""
    for number in map(int, os.listdir("/proc/self/fd")):
        if number > 2 and number not in kept:
            with contextlib.suppress(OSError):  # the one that the list was read by
                os.close(number)


def _confine_loosely(limits: Limits, visible: list[str], scratch: str, user: int | None) -> None:
    """Leave for the folder `scratch`; if a user is given, as that user and without sockets."""
    os.chdir(scratch)
    os.environ["HOME"] = os.environ["TMPDIR"] = scratch
    if user:
        become(user)
    apply(limits)
    if user:
        linux.drop_capabilities()
        keep_to(scratch, visible)
        forbid_needless_calls(in_namespaces=False)


def _confine(limits: Limits, visible: list[str], hidden: list[str]) -> None:
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
