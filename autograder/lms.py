"""Collects a class's submissions from the zip files that Moodle and Canvas give.

Both put all submissions of an assignment into one zip file, and say in names whose they are:

    Ada Lovelace_12345_assignsubmission_file_/lab.ipynb        Moodle: name, participant
    Ada Lovelace_12345_assignsubmission_file_lab.ipynb         Moodle, set to use no folders
    lovelaceada_67890_424242_lab-1.ipynb                       Canvas: name, user, file
    lovelaceada_LATE_67890_424242_lab-1.ipynb                  Canvas, a late submission

(Moodle's mod/assign/classes/downloader.php; Canvas' lib/content_zipper.rb.) The people are found
among the gradebook's students: by nbgrader's lms_user_id, which is Canvas' user number, else by
nbgrader's student id or the name, of which only letters and digits count.
"""

import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from nbgrader.api import Student

from autograder.archive import Archive, Entry, Refused, left_behind
from autograder.collect import (
    MAX_FILES,
    MAX_FILES_BYTES,
    MAX_NOTEBOOK_BYTES,
    NAMES_SHOWN,
    shown,
)
from autograder.course import Course
from autograder.layout import laid_out, students_notebooks, which_notebook

# Moodle's names have no underscores; in Canvas' the first numbers are those that it wrote itself.
MOODLE = re.compile(
    r"(?P<name>[^/_]*)_(?P<number>\d{1,20})_assignsubmission_(?P<kind>[a-z]+)(?:_?/|_)(?P<file>.+)"
)
CANVAS = re.compile(
    r"(?P<name>[^/]*?)(?P<late>_LATE)?_(?P<number>\d{1,20})_(?P<upload>\d{1,20})_(?P<file>[^/]+)"
)
# What Moodle writes for a name when submissions are anonymous.
NAMELESS = re.compile(r"participant( ?\d+)?", re.IGNORECASE)
TWICE = re.compile(r".*_\d+_\d+_.*")
STAMP = "timestamp.txt"


@dataclass
class Attempt:
    """What one person has in one zip file."""

    lms: str  # "Moodle" or "Canvas"
    name: str
    number: str
    late: bool = False
    time: datetime = datetime.min
    # By their names, in the order of upload.
    files: dict[str, Entry] = field(default_factory=dict)

    def __str__(self):
        number = "user" if self.lms == "Canvas" else "participant"
        return f"{shown(self.name)} ({self.lms} {number} {self.number})"


@dataclass
class Collected:
    """What came of collecting."""

    students: list[str] = field(default_factory=list)
    # What an instructor should know of those who were collected.
    notes: list[str] = field(default_factory=list)
    # What was not collected, and why. It lies in the zip file as before.
    problems: list[str] = field(default_factory=list)


def collect_zips(course: Course, assignment: str, zips: Sequence[Path]) -> Collected:
    """Put the submissions in these zip files where the grader looks for them.

    Of a student's attempts the last one counts, by the times that the zip files give, else by the
    order of the zip files. Raises ArchiveError when a zip file cannot be read, before anything is
    collected.
    """
    collected = Collected()
    with ExitStack() as stack:
        archives = [stack.enter_context(Archive(path)) for path in zips]
        attempts = [a for archive in archives for a in read_attempts(archive, collected.problems)]
        attempts.sort(key=lambda attempt: attempt.time)  # which keeps the order of equals
        with course.gradebook() as gradebook:
            people = _People(gradebook.students)
        owned: dict[str, list[Attempt]] = {}
        for attempt in attempts:
            student, problem = people.find(attempt)
            if problem:
                collected.problems.append(problem)
            else:
                owned.setdefault(student, []).append(attempt)
        for student, theirs in sorted(owned.items()):
            _take(course, assignment, student, theirs, collected)
    return collected


def read_attempts(archive: Archive, problems: list[str]) -> list[Attempt]:
    """Sort a zip file's entries by the people whose they are. Nothing is unpacked yet."""
    found: list[tuple[int, Entry, re.Match]] = []
    for entry in archive.entries():
        name = MOODLE.fullmatch(entry.path) or CANVAS.fullmatch(entry.path)
        if not name:
            if left_behind(entry.path):
                continue
            why = "is named neither as Moodle nor as Canvas names submissions"
            problems.append(f"{shown(entry.path)} {why}")
        elif name.re is CANVAS and TWICE.fullmatch(f"_{name['file']}"):
            # Part of a person's name, or of a file's, that looks like Canvas' numbers.
            problems.append(f"{shown(entry.path)} can be read in two ways: collect it by hand")
        else:
            found.append((int(name.groupdict().get("upload") or 0), entry, name))
    attempts: dict[tuple[str, str, str], Attempt] = {}
    for _, entry, name in sorted(found, key=lambda item: item[0]):
        key = ("Moodle" if name.re is MOODLE else "Canvas", name["name"], name["number"])
        attempt = attempts.setdefault(key, Attempt(*key))
        attempt.late |= bool(name.groupdict().get("late"))
        attempt.time = max(attempt.time, entry.time)
        if left_behind(name["file"]):  # who handed in nothing else is still to be named
            continue
        typed = name.groupdict().get("kind", "file") != "file"
        attempt.files[name["file"]] = replace(entry, read=_typed) if typed else entry
    return list(attempts.values())


def _typed() -> bytes:
    raise Refused("was typed into Moodle, and is no file")


class _People:
    """The gradebook's students, by all that a learning platform may call them."""

    def __init__(self, students: Iterable[Student]):
        self._by_number: dict[str, str] = {}
        self._by_name: dict[str, set[str]] = {}
        for student in students:
            first, last = student.first_name or "", student.last_name or ""
            # The last is how a Moodle writes that shows usernames as well.
            for name in (student.id, first + last, last + first, student.id + first + last):
                self._by_name.setdefault(_letters(name), set()).add(student.id)
            if student.lms_user_id:
                self._by_number[str(student.lms_user_id)] = student.id
        self._by_name.pop("", None)

    def find(self, attempt: Attempt) -> tuple[str, str]:
        """Whose an attempt is, or why that cannot be said."""
        found = self._by_name.get(_letters(attempt.name), set())
        number = ""
        if attempt.lms == "Canvas":
            if attempt.number in self._by_number:
                return self._by_number[attempt.number], ""
            # Those of whom the gradebook knows the number have another one.
            found = found - set(self._by_number.values())
            number = f" --lms-user-id={attempt.number}"
        if len(found) == 1:
            return min(found), ""
        if found:
            names = " or ".join(sorted(found))
            return "", f"{attempt} may be {names}: put it into that student's folder by hand"
        if attempt.lms == "Moodle" and NAMELESS.fullmatch(attempt.name):
            hint = "show them there and download again, or put the files into folders by hand"
            return "", f"{attempt} has no name, since Moodle hides names from markers: {hint}"
        hint = f"nbgrader db student add ID --first-name=... --last-name=...{number}"
        return "", f"{attempt} is not in the gradebook: add the student with `{hint}`"


def _letters(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in text if character.isalnum())


def _take(
    course: Course, assignment: str, student: str, attempts: list[Attempt], collected: Collected
) -> None:
    """Lay down a student's last attempt, and say what is to be said of it."""
    *earlier, attempt = attempts
    if len({attempt.number for attempt in attempts}) > 1:
        # Who can choose a name on the platform could otherwise replace another's work.
        everyone = " and ".join(map(str, attempts))
        problem = (
            f"{everyone} have the name of {student}: put the right one into the folder by hand"
        )
        collected.problems.append(problem)
        return
    files, notes = _files(attempt, assignment)
    notebooks = students_notebooks(list(files))
    if not notebooks:
        found = "; ".join(notes[:NAMES_SHOWN]) or "other files only"
        collected.problems.append(f"{attempt}, {student}, has handed in no notebook: {found}")
        return
    if _lay_down(course.folder("submitted", student, assignment), files) or earlier:
        notes.append("this attempt replaced an earlier one")
    if attempt.late:
        notes.append("late, says Canvas; write a timestamp.txt if that is to cost points")
    if f"{assignment}.ipynb" in files:
        collected.students.append(student)
    else:
        several = " or ".join(map(shown, notebooks[:NAMES_SHOWN]))
        collected.problems.append(
            f"{attempt}, {student}, has handed in {several}, and which one is meant cannot be "
            f"said: name it {assignment}.ipynb in the student's folder"
        )
    collected.notes += [f"{student}: {note}" for note in notes]


def _files(attempt: Attempt, assignment: str) -> tuple[dict[str, bytes], list[str]]:
    """The files as they are to lie in the student's folder, and notes on them."""
    notes: list[str] = []
    files: dict[str, bytes] = {}
    size = 0
    for name, entry in attempt.files.items():
        try:
            if len(files) > MAX_FILES or size > MAX_FILES_BYTES + MAX_NOTEBOOK_BYTES:
                raise Refused("is beyond the limits on files")
            if _clashes(name, files):
                raise Refused("is both a folder and a file")
            files[name] = entry.read()
            size += len(files[name])
        except Refused as refused:
            notes.append(f"{shown(name)} was left out: it {refused}")
    meant = which_notebook(list(attempt.files), assignment)
    taken = which_notebook(list(files), assignment)
    if taken and meant and meant not in files:
        notes.append(f"in its place an EARLIER attempt is taken, {shown(taken)}")
    return _placed(files, assignment, notes), notes


def _placed(files: dict[str, bytes], assignment: str, notes: list[str]) -> dict[str, bytes]:
    """The files under the names that the grader wants."""
    wanted = f"{assignment}.ipynb"
    notebook = which_notebook(list(files), assignment)
    if notebook and notebook != wanted:
        notes.append(f"{shown(notebook)} was taken for {wanted}")
    places = laid_out(list(files), assignment)
    for name in sorted(files.keys() - places.values() - {wanted}):
        notes.append(f"{shown(name)} was left out: its place is taken by another file")
    if name := places.pop(STAMP, None):
        why = "is for you to write, and says when a submission came in"
        notes.append(f"{shown(name)} was left out: it {why}")
    return {new: files[name] for new, name in places.items()}


def _clashes(name: str, files: Iterable[str]) -> bool:
    """Whether a file's name stands for a folder of another, or the other way round."""
    above = {str(parent) for parent in PurePosixPath(name).parents}
    return any(other in above or other.startswith(f"{name}/") for other in files)


def _lay_down(folder: Path, files: dict[str, bytes]) -> bool:
    """Write a submission's folder, whole or not at all. Whether it replaced another one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the student's folder, under a name that the grader passes over.
    new = Path(tempfile.mkdtemp(prefix=".collecting-", dir=folder.parent.parent))
    try:
        for name, contents in files.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents)
        new.chmod(0o755)
        before = _contents_of(folder)
        if before == files:  # then a timestamp stays as well
            return False
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
        new.replace(folder)
        return before is not None
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _contents_of(folder: Path) -> dict[str, bytes] | None:
    """What lies in a submission's folder but for its timestamp, None if it is not there."""
    if not folder.is_dir() or folder.is_symlink():
        return None
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    contents.pop(STAMP, None)
    return contents
