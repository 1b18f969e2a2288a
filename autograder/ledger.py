"""Remembers which submissions have been graded, so that a run that broke off can be resumed.

A submission's entry is written last, after its grades and its notebook, and removed first when it
is graded again. It is trusted only for the same submission, the same lab and the same grader, and
only while the graded notebook and the gradebook are as they were left. A lost or broken entry
costs no more than grading once more.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from autograder.course import Course
from autograder.record import Check, Result
from autograder.source import ROOT, source_path


class Busy(Exception):
    """Another process is grading this lab in this course."""


@contextmanager
def only_grader(course: Course, assignment: str) -> Iterator[None]:
    """Keep other runs from grading the lab in this course.

    The system ends the lock with the process, however that ends. Raises Busy.
    """
    path = course.own_folder() / f"{assignment}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read(20) or "unknown"
            raise Busy(
                f"{assignment} is being graded in this course already (by process {holder}); "
                "run this again when that is done"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


class Ledger:
    """The entries of one lab in one course."""

    def __init__(self, course: Course, assignment: str):
        self._course = course
        self._assignment = assignment
        self._grader = _grader_digest(course, assignment)

    def look_up(self, student: str, digest: str) -> Result | None:
        """The result of exactly this submission, if it has been recorded whole."""
        try:
            entry = json.loads(self._path(student).read_text(encoding="utf-8"))
            result = Result(**entry["result"])
            result.checks = [Check(**check) for check in entry["result"]["checks"]]
        except (OSError, ValueError, TypeError, KeyError):  # none, or not whole
            return None
        if entry.get("holds") != self._holds(student, digest):
            return None
        result.resumed = True
        return result

    def enter(self, digest: str, result: Result) -> None:
        """Note that a submission's grade is whole."""
        entry = {"holds": self._holds(result.student, digest), "result": asdict(result)}
        path = self._path(result.student)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(entry, indent=1) + "\n", encoding="utf-8")
        part.replace(path)

    def remove(self, student: str) -> None:
        """Forget a submission, before its grade is changed."""
        self._path(student).unlink(missing_ok=True)

    def _path(self, student: str) -> Path:
        return self._course.own_folder() / student / f"{self._assignment}.json"

    def _holds(self, student: str, digest: str) -> dict:
        """What an entry is true of. Everything in it must be the same for it to be trusted."""
        folder = self._course.folder("autograded", student, self._assignment)
        notebook = folder / f"{self._assignment}.ipynb"
        return {
            "submitted": digest,
            "grader": self._grader,
            "notebook": _sha256(notebook) if notebook.is_file() else None,
            "gradebook": self._course.shared_gradebook.state(self._assignment, student),
        }


def _grader_digest(course: Course, assignment: str) -> str:
    """A digest of the lab's source, of the code that grades it, and of the course's settings."""
    digest = hashlib.sha256()
    packages = [path for name in ("autograder", "latentlab") for path in (ROOT / name).rglob("*")]
    for path in sorted([source_path(assignment), *packages]):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(ROOT)} {_sha256(path)}\n".encode())
    settings = {name: value for name, value in course.config.items() if name != "CourseDirectory"}
    digest.update(json.dumps(settings, sort_keys=True, default=lambda v: type(v).__name__).encode())
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
