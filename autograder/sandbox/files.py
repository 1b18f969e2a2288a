"""The file system that a sandboxed kernel sees: what it runs on, read-only, and a place of its own.

    /usr, /lib, ...           the system's programs and libraries, read-only
    the Python environment    where it always is, read-only
    latentlab/ and data/      of the course, where they always are, read-only
    /home/student             the working folder: empty, in memory, of limited size
    /tmp, /dev/shm            inside it

Everything else is not there: no course, no submissions, no gradebook, no home folder.
"""

import os
import site
import sys
from pathlib import Path

from autograder.sandbox import linux

ROOT = Path(__file__).resolve().parents[2]
# Of the project, what no notebook may see.
SECRET = (str(ROOT / "autograder" / "heldout"), str(ROOT / "solutions"))
HOME = "/home/student"
_NEW = "/sys"  # a folder that exists everywhere; the new root is put together there
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    "alternatives",
    "fonts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "ssl/certs",
    "ssl/openssl.cnf",
)
_DEVICES = ("null", "zero", "full", "random", "urandom")


def enter_private_files(
    visible: list[str], hidden: list[str], user: int, group: int, megabytes: int
) -> None:
    """Leave the system's files for a private view of them, with /home/student as working folder.

    The process must be the first one of its PID namespace, and have a mount namespace of its own.
    `visible` are further files and folders to show, read-only; `hidden` are folders that are
    empty even inside visible ones. The working folder belongs to `user` and holds at most
    `megabytes`. Raises OSError.
    """
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
    _memory(_NEW, "size=4m,mode=755")
    _make_devices()
    # Before the rest: what is to be shown may lie in /tmp or in a home folder of this name.
    _make_home(user, group, megabytes)
    shown = _wanted(visible)
    for path in shown:
        _show(path)
    for folder in hidden:
        needed = any(Path(path).is_relative_to(folder) for path in (HOME, *shown))
        if Path(_NEW + folder).is_dir() and not needed:
            _memory(_NEW + folder, "size=4k,mode=555")
    _make_settings(user, group)
    os.makedirs(f"{_NEW}/proc")
    quiet = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount("proc", f"{_NEW}/proc", "proc", quiet)
    os.mkdir(f"{_NEW}/old")
    linux.pivot_root(_NEW, f"{_NEW}/old")
    os.chdir("/")
    linux.detach("/old")
    os.rmdir("/old")
    linux.make_read_only("/", recursive=False)
    os.chdir(HOME)


def _wanted(visible: list[str]) -> list[str]:
    """What to show, outer folders before those inside them, and no folder of the course whole."""
    # Not all of sys.path: it may name a folder with a course, or a home folder, inside.
    python = [sys.prefix, sys.base_prefix, *([site.getusersitepackages()] * site.ENABLE_USER_SITE)]
    course = [f"{ROOT}/latentlab", f"{ROOT}/data"]
    settings = [f"/etc/{name}" for name in _SETTINGS]
    paths = {path for path in (*_SYSTEM, *settings, *python, *course, *visible)}
    paths = {path for path in paths if os.path.lexists(path) and not ROOT.is_relative_to(path)}
    return sorted(path for path in paths if not any(_inside(path, other) for other in paths))


def _inside(path: str, other: str) -> bool:
    return path != other and Path(path).is_relative_to(other)


def _show(path: str) -> None:
    """Show a file, folder or link of the system at its own place, read-only."""
    place = _NEW + path
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if os.path.islink(path) and path in _SYSTEM:
        os.symlink(os.readlink(path), place)
        return
    if os.path.isdir(path):
        os.makedirs(place, exist_ok=True)
    else:
        Path(place).touch()
    linux.mount(path, place, None, linux.MS_BIND | linux.MS_REC)
    linux.make_read_only(place)


def _make_devices() -> None:
    os.makedirs(f"{_NEW}/dev/shm")
    for name in _DEVICES:
        Path(f"{_NEW}/dev/{name}").touch()
        linux.mount(f"/dev/{name}", f"{_NEW}/dev/{name}", None, linux.MS_BIND)
    os.mkdir(f"{_NEW}/dev/pts")  # a terminal of its own, which `!command` asks for
    quiet = linux.MS_NOSUID | linux.MS_NOEXEC
    linux.mount("devpts", f"{_NEW}/dev/pts", "devpts", quiet, "newinstance,ptmxmode=0666,max=16")
    os.symlink("pts/ptmx", f"{_NEW}/dev/ptmx")
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{target}", f"{_NEW}/dev/{name}")


def _make_settings(user: int, group: int) -> None:
    etc = Path(_NEW) / "etc"
    etc.mkdir(exist_ok=True)
    (etc / "passwd").write_text(f"student:x:{user}:{group}:student:{HOME}:/bin/sh\n")
    (etc / "group").write_text(f"student:x:{group}:\n")
    (etc / "hosts").write_text("127.0.0.1 localhost\n")


def _make_home(user: int, group: int, megabytes: int) -> None:
    os.makedirs(_NEW + HOME)
    os.mkdir(f"{_NEW}/tmp")
    _memory(_NEW + HOME, f"size={megabytes}m,nr_inodes=20000,mode=700")
    for name, place in ((".tmp", "/tmp"), (".shm", "/dev/shm")):
        os.mkdir(f"{_NEW}{HOME}/{name}")
        os.chown(f"{_NEW}{HOME}/{name}", user, group)
        linux.mount(f"{_NEW}{HOME}/{name}", _NEW + place, None, linux.MS_BIND)
    os.chown(_NEW + HOME, user, group)


def _memory(place: str, options: str) -> None:
    linux.mount("tmpfs", place, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)
