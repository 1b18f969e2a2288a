"""The second way to shut a notebook in: a user of its own, where no namespaces are to be had.

A container such as Gradescope's runs as root, but may make no namespaces. There each notebook gets
a user number that nobody else has, no group, no rights and no sockets. What it must not read has
to be closed to others by its permissions: that is looked at before it starts.
"""

import contextlib
import os
import shutil
import signal
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox import linux
from autograder.sandbox.files import ROOT, SECRET
from autograder.sandbox.landlock import restrict_files

# Numbers that neither people, nor services, nor systemd's passing users have.
FIRST, LAST = 60100, 61000
# Everybody may write there.
COMMON = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")
# Of a clone, what holds the solutions as well.
HISTORY = str(ROOT / ".git")
# What a notebook cannot do without: Python, its modules, and the helper.
NEEDED = (sys.executable, os.__file__, str(ROOT / "latentlab" / "__init__.py"))


@contextlib.contextmanager
def own_user(hidden: list[str]) -> Iterator[int]:
    """A user number for one notebook; at the end, all that runs under it is ended.

    Raises OSError when there is none, or when others could read something in `hidden`.
    """
    for path in (*SECRET, HISTORY, *hidden):
        if not _is_closed(Path(path)):
            raise OSError(f"every user of this system can read {path}: chmod go-rwx {path}")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as claim:
        user = _claim(claim)
        _end_all(user)  # should an earlier guard have been killed
        try:
            yield user
        finally:
            _end_all(user)
            _sweep(user)


def become(user: int) -> None:
    """Turn this process into the user's, for good. Raises OSError."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    linux.prctl(linux.PR_SET_DUMPABLE, 1)  # else its own /proc entries would not be its own
    for path in NEEDED:
        open(path, "rb").close()


def keep_to(folder: str, visible: list[str]) -> None:
    """Keep this process to the system, Python, the helper, `visible`, and its own `folder`.

    Where the system does not know Landlock, permissions are all there is.
    """
    system = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/proc", "/sys")
    python = [path for path in sys.path if path and not ROOT.is_relative_to(path)]
    project = [f"{ROOT}/{name}" for name in ("latentlab", "data", "autograder")]
    # The devices may be written, and with them /dev/shm, which Python's locks need.
    restrict_files(
        [*system, sys.prefix, sys.base_prefix, *python, *project, *visible], [folder, "/dev"]
    )


def processes_of(user: int) -> list[int]:
    """The processes of a user that still run."""
    numbers = map(int, filter(str.isdigit, os.listdir("/proc")))
    return [process for process in numbers if _runs_as(process, user)]


def _claim(claim: socket.socket) -> int:
    """A number that nobody uses, and that nobody else gets as long as this socket is open."""
    for user in range(FIRST, LAST):
        with contextlib.suppress(OSError):  # another notebook has it
            claim.bind(f"\0autograder-user-{user}")
            return user
    raise OSError("no user number is free for a notebook")


def _runs_as(process: int, user: int) -> bool:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        words = {line.split(":")[0]: line.split()[1:] for line in lines if ":" in line}
        if str(user) not in words["Uid"]:
            return False
        # The first thread may have ended before the others.
        return words["State"][0] not in "ZX" or len(os.listdir(f"/proc/{process}/task")) > 1
    except (OSError, KeyError, IndexError):  # it has ended meanwhile
        return False


def _end_all(user: int) -> None:
    """End every process of the user, however fast they start others."""
    while left := processes_of(user):
        ender = os.fork()
        if ender == 0:
            try:
                os.setresuid(user, user, user)
                os.kill(-1, signal.SIGKILL)  # all that this user may signal, at one stroke
            finally:
                os._exit(0)
        os.waitpid(ender, 0)
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _sweep(user: int) -> None:
    """Remove what the user left in folders that are everybody's."""
    for place in COMMON:
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                if entry.stat(follow_symlinks=False).st_uid != user:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    os.unlink(entry.path)


def _is_closed(path: Path) -> bool:
    """Whether a user who is neither its owner nor in its group can read nothing of it."""
    try:
        path = path.resolve(strict=True)
        if not path.stat().st_mode & (stat.S_IROTH | stat.S_IXOTH | stat.S_IWOTH):
            return True
        return any(not parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
    except OSError:  # what is not there cannot be read
        return True
