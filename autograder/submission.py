"""Reads a submission and makes it safe to run: nbgrader's own sanitizing, and a reason if not."""

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde

from autograder.course import Course


class Unreadable(Exception):
    """A submission holds nothing that could be graded; the message says why."""


def students_of(course: Course, assignment: str) -> list[str]:
    """The students who have a folder for this assignment, in order."""
    everyone = course.folder("submitted", "*", assignment).parents[1]
    return sorted(path.parent.name for path in everyone.glob(f"*/{assignment}"))


def prepare(course: Course, assignment: str, student: str) -> NotebookNode:
    """The submission as nbgrader sanitizes it: test cells restored, outputs cleared.

    Raises Unreadable.
    """
    notebook = _read(course.folder("submitted", student, assignment), assignment)
    steps = Autograde(coursedir=course.directory, config=course.config).sanitize_preprocessors
    try:
        notebook = course.process(notebook, steps, assignment, student)
    except Exception as error:  # nbgrader raises many kinds for metadata that it cannot take
        raise Unreadable(f"nbgrader cannot take the notebook: {error}") from error
    for number, cell in enumerate(notebook.cells):
        cell.setdefault("id", f"restored-{number}")  # nbgrader restores deleted cells without
    return notebook


def _read(folder: Path, assignment: str) -> NotebookNode:
    path = folder / f"{assignment}.ipynb"
    if path.is_symlink() or not path.is_file():
        others = sorted(other.name for other in folder.glob("*.ipynb"))
        hint = f"; there is {', '.join(others)}: rename it" if others else ""
        raise Unreadable(f"there is no notebook {path.name}{hint}")
    try:
        json.loads(path.read_text(encoding="utf-8"))
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path.name} is not a notebook: it is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        hint = "it is empty" if path.stat().st_size == 0 else f"it is not whole JSON ({error})"
        raise Unreadable(f"{path.name} is not a notebook: {hint}") from error
    except Exception as error:  # nbformat raises many kinds for JSON that is not a notebook
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise Unreadable(f"{path.name} is not a notebook: {lines[0][:200]}") from error
    return notebook
