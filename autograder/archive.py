"""Reads a zip file that strangers filled. Nothing is written, and nothing is believed.

Each entry is read into memory, and what decides is what really comes out of it, not what the zip
file says of it. An entry that may not be taken says why, and costs no other.
"""

import contextlib
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

from autograder.collect import MAX_NOTEBOOK_BYTES, SKIPPED_FOLDERS

# Of a class's zip file: far more than a class of some thousand hands in.
MAX_ENTRIES = 50_000
MAX_BYTES = 8 * 2**30
# The text of a notebook packs to a twentieth; deflate can do a thousandth.
MAX_RATIO = 100
SMALL = 2**20  # below it, the ratio says nothing
CHUNK = 2**20
MAX_NAME_BYTES = 200
MAX_PATH_BYTES = 1000  # of all folders and the name; a system takes some thousand
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
# What macOS and Jupyter leave behind.
SKIPPED = ("__MACOSX", ".DS_Store", *SKIPPED_FOLDERS)

UTF8_NAMES, ENCRYPTED = 0x800, 0x1


class ArchiveError(ValueError):
    """A zip file cannot be read at all; the message says why."""


class Refused(Exception):
    """An entry may not be taken; the message says why."""


@dataclass(frozen=True)
class Entry:
    """An entry of a zip file."""

    path: str  # as in the zip file, with slashes
    time: datetime
    read: Callable[[], bytes]  # raises Refused, as when its name is not as it should be


class Archive:
    """A zip file that is open for reading, with a limit on all that is read from it."""

    def __init__(self, path: Path):
        """Open the file. Raises ArchiveError when it is no zip file, or has too many entries."""
        self._left = MAX_BYTES
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise ArchiveError(f"{path} cannot be read as a zip file: {error}") from error
        number = len(self._zip.infolist())
        if number > MAX_ENTRIES:
            raise ArchiveError(f"{path} has {number:,} entries; the limit is {MAX_ENTRIES:,}")

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def entries(self) -> Iterator[Entry]:
        """The files in it; not its folders."""
        for info in self._zip.infolist():
            name = _name(info)
            if not name.endswith("/"):
                yield Entry(name, _time(info), partial(self._read, info, name))

    def _read(self, info: zipfile.ZipInfo, name: str) -> bytes:
        if reason := _why_not(info, name):
            raise Refused(reason)
        try:
            with self._zip.open(info) as file:
                return self._contents(file, info.compress_size)
        except Refused:
            raise
        except Exception as error:  # each way of packing has its own for what is damaged
            raise Refused(f"is damaged: {type(error).__name__}") from error

    def _contents(self, file: IO[bytes], packed: int) -> bytes:
        contents = bytearray()
        while chunk := file.read(CHUNK):
            contents += chunk
            self._left -= len(chunk)
            if self._left < 0:
                raise Refused(f"is beyond {MAX_BYTES // 2**30} GB in all")
            if len(contents) > MAX_NOTEBOOK_BYTES:
                raise Refused(f"holds more than {MAX_NOTEBOOK_BYTES // 2**20} MB")
            if len(contents) > max(SMALL, MAX_RATIO * packed):
                raise Refused(f"unpacks to more than {MAX_RATIO} times its size, as bombs do")
        return bytes(contents)


def left_behind(name: str) -> bool:
    """Whether a file is one that a program left, such as Jupyter's checkpoints."""
    return any(part in SKIPPED for part in name.split("/"))


def _name(info: zipfile.ZipInfo) -> str:
    """The entry's name. Some programs write UTF-8 without saying so."""
    name = info.orig_filename
    if not info.flag_bits & UTF8_NAMES:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name).replace("\\", "/")


def _why_not(info: zipfile.ZipInfo, name: str) -> str:
    parts = name.split("/")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path"
    if ".." in parts:
        return "has a path that leads out of its folder"
    if not all(parts) or "." in parts or any(unicodedata.category(c) == "Cc" for c in name):
        return "has a name that no file should have"
    lengths = [len(part.encode("utf-8", "replace")) for part in parts]
    if max(lengths) > MAX_NAME_BYTES or sum(lengths) > MAX_PATH_BYTES:
        return "has too long a name"
    if kind not in (0, stat.S_IFREG):
        return "is a link" if kind == stat.S_IFLNK else "is no ordinary file"
    if info.flag_bits & ENCRYPTED:
        return "is encrypted"
    if name.lower().endswith(ARCHIVES):
        return "is an archive within the archive, which is not unpacked"
    return ""


def _time(info: zipfile.ZipInfo) -> datetime:
    try:
        return datetime(*info.date_time)
    except ValueError:  # zip files can say the 31st of February
        return datetime.min
