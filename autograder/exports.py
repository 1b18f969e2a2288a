"""Grade files for learning platforms, as exporters of nbgrader.

    nbgrader export --exporter=autograder.exports.CanvasExporter --to canvas.csv
    nbgrader export --exporter=autograder.exports.MoodleExporter --to moodle.csv

Both take nbgrader's options `--assignment` and `--student`. A score is that of the gradebook: the
machine's points and those given by hand, less a penalty for a late submission. Who has not handed
in gets an empty field, which the platforms read as "no grade", and not as 0.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import ExportPlugin

# A spreadsheet takes a field that begins with one of these for a formula.
FORMULA = tuple("=+-@\t\r")


class CanvasExporter(ExportPlugin):
    """Writes what Canvas reads under Grades, Import: a row a student, a column an assignment.

    Canvas finds students by "SIS Login ID", which is nbgrader's student id, and by "ID", which is
    nbgrader's lms_user_id. Assignments that it does not know by name it offers to make.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the file; `--to` names it, canvas.csv if not."""
        assignments = _chosen(gradebook.assignments, "name", self.assignment)
        fixed = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        rows: list[list[Any]] = [
            [*fixed, *(assignment.name for assignment in assignments)],
            ["    Points Possible", "", "", "", "", *(f"{a.max_score:g}" for a in assignments)],
        ]
        for student in _chosen(gradebook.students, "id", self.student):
            name = _harmless(_surname_first(student))
            known = [name, student.lms_user_id or "", "", student.id, ""]
            scores = [_score(gradebook, assignment, student) for assignment in assignments]
            rows.append([*known, *scores])
        _write(self.to or "canvas.csv", rows)


class MoodleExporter(ExportPlugin):
    """Writes what Moodle reads under Grades, Import, CSV file: a row a student.

    When Moodle asks what the columns are, map "username" or "email" to the user, and each
    assignment to its grade item.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the file; `--to` names it, moodle.csv if not."""
        assignments = _chosen(gradebook.assignments, "name", self.assignment)
        fixed = ["username", "firstname", "lastname", "email"]
        rows: list[list[Any]] = [[*fixed, *(assignment.name for assignment in assignments)]]
        for student in _chosen(gradebook.students, "id", self.student):
            told = [student.first_name, student.last_name, student.email]
            scores = [_score(gradebook, assignment, student) for assignment in assignments]
            rows.append([student.id, *(_harmless(field or "") for field in told), *scores])
        _write(self.to or "moodle.csv", rows)


def _chosen(entries: Iterable[Any], key: str, wanted: Sequence[Any]) -> list[Any]:
    """The entries that were asked for on the command line; all if none was."""
    names = {str(name) for name in wanted}
    return [entry for entry in entries if not names or getattr(entry, key) in names]


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
