"""Takes folders out of a process's sight, with Linux namespaces."""

import ctypes
import os
import subprocess
import sys
from functools import cache

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
MS_NODEV, MS_NOSUID, MS_NOEXEC = 4, 2, 8
MS_REC, MS_PRIVATE = 0x4000, 0x40000

_libc = ctypes.CDLL(None, use_errno=True)


def hide(folders: list[str]) -> None:
    """Put an empty folder in the place of each of these, for this process and its children.

    Works for root and, where unprivileged user namespaces are on, for an ordinary user. The
    process must have one thread. Raises OSError where the system does not allow it.
    """
    _enter_namespaces()
    _mount(b"none", b"/", None, MS_REC | MS_PRIVATE)
    for folder in folders:
        _mount(b"tmpfs", os.fsencode(folder), b"tmpfs", MS_NODEV | MS_NOSUID | MS_NOEXEC)
    # Mounts that come from an outer namespace are locked: from here nothing can be unmounted.
    _enter_namespaces()


@cache
def can_hide() -> bool:
    """Whether this system lets `hide` work: inside a container or a chroot it may not."""
    return subprocess.run([sys.executable, __file__], stderr=subprocess.DEVNULL).returncode == 0


def _enter_namespaces() -> None:
    user, group = os.getuid(), os.getgid()
    if _libc.unshare(CLONE_NEWUSER | CLONE_NEWNS):
        _fail("unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _mount(source: bytes, target: bytes, kind: bytes | None, flags: int) -> None:
    if _libc.mount(source, target, kind, flags, b"size=4k" if kind else None):
        _fail(f"mount on {target!r}")


def _fail(what: str) -> None:
    number = ctypes.get_errno()
    raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":  # a trial, in a process that may be spoilt by it
    hide(["/tmp"])
