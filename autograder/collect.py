"""Reads a submission's files without trusting them: no link followed, nothing without a limit.

A folder of a submission may hold anything: links to other students' work, pipes that never end,
folders without bottom. So every entry is looked at before it is opened, it is opened relative to
its folder's descriptor, and everything that is read has a limit.
"""

import hashlib
import itertools
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import Course

MAX_NOTEBOOK_BYTES = 150 * 2**20
MAX_FILES = 1000
MAX_FILES_BYTES = 50 * 2**20
MAX_DEPTH = 10
# Of all folders together: the walk ends in time however many entries there are.
MAX_ENTRIES = 20_000
# Jupyter and Python keep their own copies there.
SKIPPED_FOLDERS = (".ipynb_checkpoints", "__pycache__")
NAMES_SHOWN = 3

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Not blocking: a pipe that takes a file's place between the look and the opening does not hold us.
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass
class Submitted:
    """A submission's files, as they lie there."""

    notebook: bytes = b""
    # Why there is no notebook; "" if there is one.
    problem: str = ""
    # The files beside the notebook, by their names relative to it.
    files: dict[str, bytes] = field(default_factory=dict)
    # What was left out, in words for the instructor.
    notes: list[str] = field(default_factory=list)
    digest: str = ""


def students_of(course: Course, assignment: str) -> list[str]:
    """The students who have handed something in for this assignment, in order."""
    everyone = course.folder("submitted", "*", assignment).parents[1]
    if not everyone.is_dir():
        return []
    with os.scandir(everyone) as entries:
        names = [entry.name for entry in entries if not entry.name.startswith(".")]
    return sorted(name for name in names if os.path.lexists(everyone / name / assignment))


def misplaced(course: Course, assignment: str) -> list[str]:
    """Notebooks of students without a folder for this assignment, in words for the instructor."""
    everyone = course.folder("submitted", "*", assignment).parents[1]
    notes = []
    for student in sorted(everyone.iterdir()) if everyone.is_dir() else []:
        ours = student.is_dir() and not student.is_symlink() and not student.name.startswith(".")
        if not ours or os.path.lexists(student / assignment):
            continue
        for path in sorted(student.glob("*.ipynb"))[:NAMES_SHOWN]:
            name = f"{shown(student.name)}/{shown(path.name)}"
            place = f"{shown(student.name)}/{assignment}/{assignment}.ipynb"
            notes.append(f"{name} is passed over; if it is this lab, move it to {place}")
    return notes


def collect(course: Course, assignment: str, student: str) -> Submitted:
    """Read what a student handed in.

    Raises FileNotFoundError when there is no folder (any more).
    """
    folder = course.folder("submitted", student, assignment)
    submitted = Submitted()
    try:
        outer = _open_folder(folder.parent)
        try:
            inner = _open_folder(folder, dir_fd=outer)
        finally:
            os.close(outer)
    except _Refused as refused:
        submitted.problem = f"the folder {refused}"
    else:
        try:
            _read(submitted, inner, f"{assignment}.ipynb")
        finally:
            os.close(inner)
    submitted.digest = _digest(submitted)
    return submitted


def files_beside(notebook: Path) -> dict[str, bytes]:
    """The files that lie beside a notebook, by their names relative to it, within the limits.

    Raises OSError when its folder cannot be read.
    """
    files: dict[str, bytes] = {}
    folder = os.open(notebook.parent, FOLDER_FLAGS)
    try:
        _Walk(files, notebook.name).folder(folder, "", 0)
    finally:
        os.close(folder)
    return files


def shown(name: str) -> str:
    """A name as it may be printed: what is no plain character is written as its number."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)[:80]


class _Refused(Exception):
    """An entry is not what it should be; the message says what it is."""


def _open_folder(path: Path, dir_fd: int | None = None) -> int:
    name = path if dir_fd is None else path.name
    found = os.stat(name, dir_fd=dir_fd, follow_symlinks=False).st_mode
    if not stat.S_ISDIR(found):
        raise _Refused(f"{shown(path.name)} is {_kind(found)}, not a folder")
    try:
        return os.open(name, FOLDER_FLAGS, dir_fd=dir_fd)
    except OSError as error:
        raise _Refused(f"{shown(path.name)} cannot be opened: {error.strerror}") from error


def _read_file(name: str, folder: int, limit: int) -> bytes:
    """The contents of an ordinary file. Raises _Refused, and OSError."""
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISREG(found.st_mode):
        raise _Refused(f"is {_kind(found.st_mode)}, not a file")
    if found.st_size > limit:
        raise _Refused(f"is {found.st_size / 2**20:.0f} MB; the limit is {limit // 2**20} MB")
    with open(os.open(name, FILE_FLAGS, dir_fd=folder), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise _Refused("is not a file")
        return file.read(limit)  # no more, should it be growing


def _read(submitted: Submitted, folder: int, notebook: str) -> None:
    walk = _Walk(submitted.files, notebook)
    walk.folder(folder, "", 0)
    submitted.notes = walk.notes()
    try:
        submitted.notebook = _read_file(notebook, folder, MAX_NOTEBOOK_BYTES)
    except FileNotFoundError:
        others = ", ".join(map(shown, walk.notebooks[:NAMES_SHOWN]))
        hint = f"; there is {others}: rename it" if others else ""
        submitted.problem = f"there is no notebook {notebook}{hint}"
    except _Refused as refused:
        submitted.problem = f"{notebook} {refused}"
    except OSError as error:
        submitted.problem = f"{notebook} cannot be read: {error.strerror}"


class _Walk:
    """Reads the files beside a notebook, up to the limits, and keeps in mind what it left out."""

    def __init__(self, files: dict[str, bytes], notebook: str):
        self.files = files
        self.notebook = notebook
        self.notebooks: list[str] = []
        self._left_out: dict[str, list[str]] = {}
        self._bytes = 0
        self._entries = 0

    def folder(self, folder: int, prefix: str, depth: int) -> None:
        with os.scandir(folder) as entries:
            left = MAX_ENTRIES - self._entries
            names = sorted(entry.name for entry in itertools.islice(entries, left + 1))
        if len(names) > left:
            self._leave_out(f"entries beyond the first {MAX_ENTRIES:,}", prefix or "many")
            return
        self._entries += len(names)
        for name in names:
            try:
                self._entry(name, folder, prefix + name, depth)
            except FileNotFoundError:
                pass  # it has vanished since the folder was read
            except OSError:
                self._leave_out("entries that may not be read", prefix + name)

    def _entry(self, name: str, folder: int, path: str, depth: int) -> None:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        reason = _reason_to_leave_out(name, found)
        if name.lower().endswith(".ipynb"):
            if name != self.notebook or depth:
                self.notebooks.append(path)
        elif reason:
            self._leave_out(reason, path)
        elif stat.S_ISDIR(found.st_mode):
            if name in SKIPPED_FOLDERS:
                return
            if depth == MAX_DEPTH:
                self._leave_out(f"folders more than {MAX_DEPTH} deep", path)
                return
            inner = os.open(name, FOLDER_FLAGS, dir_fd=folder)
            try:
                self.folder(inner, f"{path}/", depth + 1)
            finally:
                os.close(inner)
        elif len(self.files) == MAX_FILES:
            self._leave_out(f"files beyond the first {MAX_FILES:,}", path)
        else:
            self._file(name, folder, path)

    def _file(self, name: str, folder: int, path: str) -> None:
        try:
            contents = _read_file(name, folder, MAX_FILES_BYTES - self._bytes)
        except _Refused:
            limit = f"files beyond {MAX_FILES_BYTES // 2**20} MB in all"
            self._leave_out(limit, path)
        else:
            self.files[path] = contents
            self._bytes += len(contents)

    def _leave_out(self, what: str, path: str) -> None:
        self._left_out.setdefault(what, []).append(path)

    def notes(self) -> list[str]:
        notes = [f"these {what} were left out: {some(of)}" for what, of in self._left_out.items()]
        if self.notebooks:
            notes.append(f"these other notebooks were not graded: {some(self.notebooks)}")
        return notes


def _reason_to_leave_out(name: str, found: os.stat_result) -> str:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "entries whose names are not UTF-8"
    if stat.S_ISDIR(found.st_mode):
        return ""
    if not stat.S_ISREG(found.st_mode):
        return {stat.S_IFLNK: "links", stat.S_IFIFO: "pipes", stat.S_IFSOCK: "sockets"}.get(
            stat.S_IFMT(found.st_mode), "devices"
        )
    return "files with several names (hard links)" if found.st_nlink > 1 else ""


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFLNK: "a link",
        stat.S_IFDIR: "a folder",
        stat.S_IFREG: "a file",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "a device")


def some(names: list[str]) -> str:
    """The first of these names, fit to be shown, and how many more there are."""
    text = ", ".join(map(shown, names[:NAMES_SHOWN]))
    more = len(names) - NAMES_SHOWN
    return f"{text} and {more:,} more" if more > 0 else text


def _digest(submitted: Submitted) -> str:
    """A digest of everything that a grade may depend on."""
    digest = hashlib.sha256()
    texts = [submitted.problem, *submitted.notes]
    parts = [submitted.notebook, *(text.encode("utf-8", "backslashreplace") for text in texts)]
    for path, contents in submitted.files.items():
        parts += [path.encode(), contents]
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
