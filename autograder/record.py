"""Records a graded submission as `nbgrader autograde` does: the notebook, and its grades."""

import copy
from dataclasses import dataclass, field
from datetime import datetime

import nbformat
from nbformat import NotebookNode
from nbgrader import utils

from autograder.course import Course, write_notebook

# A timestamp has some 30 characters; what is much longer is none.
MAX_TIMESTAMP = 100
NOTHING_RECORDED = "nothing was recorded"


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
    # What the notebook tried that it may not, and what was not as released; for the instructor.
    tried: list[str] = field(default_factory=list)
    # Whether an earlier run has graded it, and this one only shows the result.
    resumed: bool = False

    @property
    def recorded(self) -> bool:
        """Whether the gradebook has it, and there is a graded notebook."""
        return not self.reason.endswith(NOTHING_RECORDED)


def record(
    course: Course,
    assignment: str,
    student: str,
    notebook: NotebookNode,
    seconds: float,
    timestamp: datetime | None = None,
) -> Result:
    """Write the graded notebook to its folder and its grades to the gradebook."""
    result = Result(student, "graded", "", 0.0, 0.0, round(seconds, 2))
    return _record(course, assignment, notebook, result, timestamp)


def refuse(
    course: Course,
    assignment: str,
    student: str,
    blank: NotebookNode,
    reason: str,
    timestamp: datetime | None = None,
) -> Result:
    """Record a submission that could not be graded: no points, and the reason in every check.

    `blank` is the unsolved release, which stands in for the notebook on the feedback page. An
    older submission's grades are replaced.
    """
    result = Result(student, "failed", reason, 0.0, 0.0, 0.0)
    return _record(course, assignment, _refused(blank, reason), result, timestamp)


def unrecorded(student: str, blank: NotebookNode, reason: str) -> Result:
    """The result of a submission of which nothing can be recorded."""
    reason = f"{reason}; {NOTHING_RECORDED}"
    result = Result(student, "failed", reason, 0.0, 0.0, 0.0)
    return _scored(result, _refused(blank, reason))


def parse_timestamp(text: bytes) -> datetime | None:
    """When a submission came in, by its `timestamp.txt`; None if that says no time."""
    if len(text) > MAX_TIMESTAMP:
        return None
    try:
        return utils.parse_utc(text.decode().strip())
    except Exception:  # dateutil raises many kinds for what is no date
        return None


def is_check(cell: NotebookNode) -> bool:
    """Whether the cell is a test cell that the machine grades."""
    return cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell)


def _refused(blank: NotebookNode, reason: str) -> NotebookNode:
    """The unsolved release with the reason in every check."""
    notebook = copy.deepcopy(blank)
    for cell in filter(is_check, notebook.cells):
        cell.outputs = [
            nbformat.v4.new_output("error", ename="NotGraded", evalue=reason, traceback=[reason])
        ]
    note = f"**This submission could not be graded:** {reason}"
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(note, id="not-graded"))
    return notebook


def _record(
    course: Course,
    assignment: str,
    notebook: NotebookNode,
    result: Result,
    timestamp: datetime | None,
) -> Result:
    student, gradebook = result.student, course.shared_gradebook
    when = {"timestamp": timestamp} if timestamp else {}
    with gradebook.transaction():
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(assignment, student, **when)
        notebook = course.process(notebook, course.record_steps, assignment, student, gradebook)
        # Within the transaction: no grade without its notebook, should the disk be full.
        folder = course.folder("autograded", student, assignment)
        write_notebook(notebook, folder / f"{assignment}.ipynb")
    return _scored(result, notebook)


def _scored(result: Result, notebook: NotebookNode) -> Result:
    result.checks = [_check(cell) for cell in notebook.cells if is_check(cell)]
    result.score = sum(check.score for check in result.checks)
    result.max_score = sum(check.max_score for check in result.checks)
    return result


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
