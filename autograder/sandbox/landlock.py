"""Landlock: a process gives up every file and folder but those that it names, for good.

It needs neither root nor namespaces, only Linux 5.13; see Linux' userspace-api/landlock.rst. What
permissions forbid stays forbidden.
"""

import ctypes
import os
import stat
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION, _PATH_BENEATH = 1, 1

_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_TRUNCATE, _DEVICE_CONTROL = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICE_CONTROL
# How many kinds of access each version knows, from the first on.
_KINDS = (0, 13, 14, 15, 15, 16)

_libc = ctypes.CDLL(None, use_errno=True)


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def restrict_files(readable: Iterable[str], writable: Iterable[str]) -> bool:
    """Leave to this process and its children what is beneath these paths, and nothing else.

    It must have given up new privileges. False, and nothing is done, where the system does not
    know Landlock. Raises OSError.
    """
    version = _libc.syscall(ctypes.c_long(_CREATE_RULESET), None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return False
    everything = (1 << _KINDS[min(version, len(_KINDS) - 1)]) - 1
    handled = ctypes.c_uint64(everything)
    size = ctypes.c_size_t(ctypes.sizeof(handled))
    rules = _call(_CREATE_RULESET, ctypes.byref(handled), size, 0)
    try:
        for path in readable:
            _allow(rules, path, _EXECUTE | _READ | _LIST)
        for path in writable:
            _allow(rules, path, everything)
        _call(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)
    return True


def _allow(rules: int, path: str, access: int) -> None:
    if not os.path.exists(path):
        return
    folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(folder).st_mode):
            access &= _OF_FILES
        rule = _Beneath(access, folder)
        _call(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(folder)


def _call(number: int, *arguments: object) -> int:
    result = _libc.syscall(ctypes.c_long(number), *arguments)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"Landlock: {os.strerror(error)}")
    return result
