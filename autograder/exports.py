"""Grade files for learning platforms, as exporters of nbgrader.

    nbgrader export --exporter=autograder.exports.CanvasExporter --to canvas.csv
    nbgrader export --exporter=autograder.exports.MoodleExporter --to moodle.csv

Both take nbgrader's options `--assignment` and `--student`. A score is that of the gradebook: the
machine's points and those given by hand, less a penalty for a late submission. Who has not handed
in gets an empty field, which the platforms read as "no grade", and not as 0. What still waits for
marks by hand counts 0 points, and a warning says so.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import ExportPlugin

from autograder.collect import some
from autograder.errors import CourseError
from autograder.gradebook import check_gradebook
from autograder.terminal import near_name

# A spreadsheet takes a field that begins with one of these for a formula.
FORMULA = tuple("=+-@\t\r")


class _GradeFile(ExportPlugin):
    """What both exporters do: choose what goes into the file, warn of what is not whole, write."""

    default_name = ""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        if self.parent is not None:  # nbgrader opens the gradebook next
            try:
                check_gradebook(self.parent.coursedir.db_url)
            except CourseError as error:
                raise SystemExit(str(error)) from error

    def export(self, gradebook: Gradebook) -> None:
        """Write the file; `--to` names it."""
        assignments = _chosen(gradebook.assignments, "name", self.assignment, "assignment")
        students = _chosen(gradebook.students, "id", self.student, "student")
        path = self.to or self.default_name
        try:
            _write(path, self._rows(gradebook, assignments, students))
        except OSError as error:
            raise SystemExit(f"{path} cannot be written: {error.strerror}; see --to") from error
        for assignment in assignments:
            self._warn_of_what_waits(gradebook, assignment.name, students)

    def _rows(
        self, gradebook: Gradebook, assignments: list[Assignment], students: list[Student]
    ) -> list[list[Any]]:
        raise NotImplementedError

    def _warn_of_what_waits(
        self, gradebook: Gradebook, assignment: str, students: list[Student]
    ) -> None:
        chosen = {student.id for student in students}
        submissions = gradebook.assignment_submissions(assignment)
        waiting = [s.student.id for s in submissions if s.needs_manual_grade]
        waiting = sorted(chosen.intersection(waiting))
        if waiting:
            wait = "submission waits" if len(waiting) == 1 else "submissions wait"
            self.log.warning(
                f"{assignment}: {len(waiting)} {wait} for marks by hand ({some(waiting)}): what is "
                "not marked counts 0 points until then"
            )


class CanvasExporter(_GradeFile):
    """Writes what Canvas reads under Grades, Import: a row a student, a column an assignment.

    Canvas finds students by "SIS Login ID", which is nbgrader's student id, and by "ID", which is
    nbgrader's lms_user_id. Assignments that it does not know by name it offers to make.
    """

    default_name = "canvas.csv"

    def _rows(
        self, gradebook: Gradebook, assignments: list[Assignment], students: list[Student]
    ) -> list[list[Any]]:
        fixed = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        rows: list[list[Any]] = [
            [*fixed, *(assignment.name for assignment in assignments)],
            ["    Points Possible", "", "", "", "", *(f"{a.max_score:g}" for a in assignments)],
        ]
        for student in students:
            name = _harmless(_surname_first(student))
            known = [name, student.lms_user_id or "", "", student.id, ""]
            scores = [_score(gradebook, assignment, student) for assignment in assignments]
            rows.append([*known, *scores])
        return rows


class MoodleExporter(_GradeFile):
    """Writes what Moodle reads under Grades, Import, CSV file: a row a student.

    When Moodle asks what the columns are, map "username" or "email" to the user, and each
    assignment to its grade item.
    """

    default_name = "moodle.csv"

    def _rows(
        self, gradebook: Gradebook, assignments: list[Assignment], students: list[Student]
    ) -> list[list[Any]]:
        fixed = ["username", "firstname", "lastname", "email"]
        rows: list[list[Any]] = [[*fixed, *(assignment.name for assignment in assignments)]]
        for student in students:
            told = [student.first_name, student.last_name, student.email]
            scores = [_score(gradebook, assignment, student) for assignment in assignments]
            rows.append([student.id, *(_harmless(field or "") for field in told), *scores])
        return rows


def _chosen(entries: Iterable[Any], key: str, wanted: Sequence[Any], what: str) -> list[Any]:
    """The entries that were asked for on the command line; all if none was.

    Ends the command when the gradebook does not have one of them.
    """
    found = {getattr(entry, key): entry for entry in entries}
    names = {str(name) for name in wanted}
    for name in sorted(names - found.keys()):
        hint = near_name(name, sorted(found))
        raise SystemExit(f"--{what}: there is no {what} {name!r} in the gradebook{hint}")
    return [entry for name, entry in found.items() if not names or name in names]


def _score(gradebook: Gradebook, assignment: Assignment, student: Student) -> str:
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return ""
    return f"{max(0.0, submission.score - submission.late_submission_penalty):g}"


def _surname_first(student: Student) -> str:
    names = [name for name in (student.last_name, student.first_name) if name]
    return ", ".join(names) or student.id


def _harmless(field: str) -> str:
    """A name, so that no spreadsheet takes it for a formula. Ids stay: platforms look for them."""
    return f"'{field}" if field.startswith(FORMULA) else field


def _write(path: str, rows: Iterable[Iterable[Any]]) -> None:
    # With a mark of UTF-8 in front, without which Excel guesses another encoding.
    with Path(path).open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(rows)
