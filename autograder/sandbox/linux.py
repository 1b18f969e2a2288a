"""The Linux calls that Python's standard library does not offer."""

import ctypes
import errno
import os
import select
import signal

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2

_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_SYS_MOUNT_SETATTR = 442  # the same number on every architecture
_SYS_CLONE3 = 435
_NAMESPACES = 0x7E020000  # the flags of clone that make any
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    """Leave the namespaces that the flags name for new ones. Raises OSError."""
    _check(_libc.unshare(flags), "unshare")


def enter_user_namespace(more: int = 0) -> None:
    """Enter a new user namespace (and the namespaces `more`) in which everybody stays who he is.

    The process has all rights over its new namespaces and no more rights outside than before.
    It must have one thread. Raises OSError where the system does not allow it.
    """
    user, group = os.geteuid(), os.getegid()
    unshare(CLONE_NEWUSER | more)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Mount something. Raises OSError."""
    arguments = [os.fsencode(source), os.fsencode(target), kind and kind.encode(), flags]
    _check(_libc.mount(*arguments, options.encode() or None), f"mount {kind or source} on {target}")


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "namespace")]


def make_read_only(target: str, recursive: bool = True) -> None:
    """Make a mount read-only, without devices and set-user-id programs. Needs Linux 5.12."""
    kept = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV
    attributes = _MountAttributes(set=kept)
    result = _libc.syscall(
        ctypes.c_long(_SYS_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(target),
        ctypes.c_uint(_AT_RECURSIVE if recursive else 0),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    _check(result, f"make {target} read-only")


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root of the file system, and put the one before at `old`."""
    _check(_libc.pivot_root(os.fsencode(new), os.fsencode(old)), f"pivot_root to {new}")


def detach(target: str) -> None:
    """Unmount, as soon as nobody uses it."""
    _check(_libc.umount2(os.fsencode(target), MNT_DETACH), f"unmount {target}")


def prctl(option: int, *arguments: int) -> None:
    """Set a property of this process. Raises OSError."""
    values = [*map(ctypes.c_ulong, arguments), *[ctypes.c_ulong(0)] * (4 - len(arguments))]
    _check(_libc.prctl(option, *values), f"prctl {option}")


def end_with_parent(line: int) -> None:
    """Have this process killed when its parent ends, however that comes about.

    line: a pipe's end for writing, of which the parent alone has the other end. The system tells
    of no end that came before this call; then the line is broken, and this process ends itself.
    """
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    broken = select.poll()
    broken.register(line, 0)  # for nothing but what is always told: that nobody can read any more
    if broken.poll(0):
        os._exit(1)


def drop_capabilities() -> None:
    """Give up every right beyond an ordinary user's, for good."""
    for number in range(_LAST_CAPABILITY):
        try:
            prctl(PR_CAPBSET_DROP, number)
        except OSError:  # beyond the last one that this system knows, or not ours to drop
            break
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _check(_libc.capset(header, nothing), "capset")
    prctl(PR_SET_NO_NEW_PRIVS, 1)


class _Instruction(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction))]


def forbid_calls(
    architecture: int,
    numbers: list[int],
    highest: int,
    socket: int,
    families: list[int],
    clone: int | None = None,
) -> None:
    """Have these system calls fail with EPERM, for this process and its children, for good.

    `architecture` is the AUDIT_ARCH number that `numbers` belong to; calls that are made as for
    another architecture, or with a number above `highest`, fail as well. So does the call with
    the number `socket`, but for the address `families`, and if `clone` is the number of that call,
    also the making of namespaces by it.
    """
    load, equal, greater, holds, give = 0x20, 0x15, 0x25, 0x45, 0x06
    number_at, architecture_at, first_argument_at = 0, 4, 16  # in struct seccomp_data
    # The operation, its operand, and where to go on if it is true or not.
    lines: list[tuple[int, int, str, str]] = [
        (load, architecture_at, "", ""),
        (equal, architecture, "", "fail"),
        (load, number_at, "", ""),
        (greater, highest, "fail", ""),
        *[(equal, number, "fail", "") for number in numbers],
    ]
    if clone is not None:
        lines += [
            # A filter cannot see its flags; whoever is told that it is unknown takes clone.
            (equal, _SYS_CLONE3, "unknown", ""),
            (equal, clone, "", "socket"),
            (load, first_argument_at, "", ""),
            (holds, _NAMESPACES, "fail", "allow"),
        ]
    places = {"socket": len(lines)}
    lines += [
        (equal, socket, "", "allow"),
        (load, first_argument_at, "", ""),
        *[(equal, family, "allow", "") for family in families],
        (give, 0x00050000 | errno.EPERM, "", ""),
        (give, 0x7FFF0000, "", ""),
        (give, 0x00050000 | errno.ENOSYS, "", ""),
    ]
    places |= {"fail": len(lines) - 3, "allow": len(lines) - 2, "unknown": len(lines) - 1}
    instructions = (_Instruction * len(lines))()
    for here, (code, value, *targets) in enumerate(lines):
        jumps = [places[target] - here - 1 if target else 0 for target in targets]
        instructions[here] = _Instruction(code, *jumps, value)
    program = _Program(len(lines), instructions)
    _check(
        _libc.prctl(
            PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(program), 0, 0
        ),
        "seccomp",
    )


def _check(result: int, what: str) -> None:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
