"""Records a graded submission as `nbgrader autograde` does: the notebook, and its grades."""

import copy
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from traitlets.utils.importstring import import_item

from autograder.course import Course, write_notebook


@dataclass
class Check:
    """One graded test cell of a submission, and what the student is told."""

    id: str
    score: float
    max_score: float
    message: str


@dataclass
class Result:
    """What became of one submission. The scores are of the checks; hand grading is nbgrader's."""

    student: str
    status: str
    reason: str
    score: float
    max_score: float
    seconds: float
    checks: list[Check] = field(default_factory=list)


def record(
    course: Course, assignment: str, student: str, notebook: NotebookNode, seconds: float
) -> Result:
    """Write the graded notebook to its folder and its grades to the gradebook."""
    return _record(course, assignment, student, notebook, "graded", "", round(seconds, 2))


def refuse(
    course: Course, assignment: str, student: str, blank: NotebookNode, reason: str
) -> Result:
    """Record a submission that could not be graded: no points, and the reason in every check.

    `blank` is the unsolved release, which stands in for the notebook on the feedback page. An
    older submission's grades are replaced.
    """
    notebook = copy.deepcopy(blank)
    for cell in filter(is_check, notebook.cells):
        cell.outputs = [
            nbformat.v4.new_output("error", ename="NotGraded", evalue=reason, traceback=[reason])
        ]
    note = f"**This submission could not be graded:** {reason}"
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(note, id="not-graded"))
    return _record(course, assignment, student, notebook, "failed", reason, 0.0)


def is_check(cell: NotebookNode) -> bool:
    """Whether the cell is a test cell that the machine grades."""
    return cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell)


def _record(
    course: Course,
    assignment: str,
    student: str,
    notebook: NotebookNode,
    status: str,
    reason: str,
    seconds: float,
) -> Result:
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student(student)
        timestamp = _timestamp(course.folder("submitted", student, assignment))
        when = {"timestamp": timestamp} if timestamp else {}
        gradebook.update_or_create_submission(assignment, student, **when)
    steps = [import_item(name) for name in course.config.Autograde.autograde_preprocessors]
    notebook = course.process(notebook, steps[1:], assignment, student)
    write_notebook(
        notebook, course.folder("autograded", student, assignment) / f"{assignment}.ipynb"
    )
    checks = [_check(cell) for cell in notebook.cells if is_check(cell)]
    score = sum(check.score for check in checks)
    max_score = sum(check.max_score for check in checks)
    return Result(student, status, reason, score, max_score, seconds, checks)


def _timestamp(folder: Path) -> datetime | None:
    """When the submission came in, by its `timestamp.txt`; None if there is no usable one."""
    try:
        return utils.parse_utc((folder / "timestamp.txt").read_text().strip())
    except (OSError, ValueError):
        return None


def _check(cell: NotebookNode) -> Check:
    score, max_score = utils.determine_grade(cell)
    return Check(cell.metadata.nbgrader.grade_id, score, max_score, _message(cell))


def _message(cell: NotebookNode) -> str:
    """What the student is told: the error if there is one, else what the check printed."""
    for output in cell.outputs:
        if output.output_type == "error":
            own_words = output.ename in ("CheckFailed", "AssertionError", "NotGraded")
            return output.evalue if own_words else f"{output.ename}: {output.evalue}"
    return "".join(o.text for o in cell.outputs if o.output_type == "stream").strip()
