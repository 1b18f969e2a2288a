"""Makes a submission safe to run: its files read, its cells in order, sanitized by nbgrader."""

import copy
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import OverwriteCells

from autograder.build import release
from autograder.collect import Submitted, collect
from autograder.course import Course
from autograder.mend import mend, name_of
from autograder.parse import NotANotebook, read_notebook


class Unreadable(Exception):
    """A submission holds nothing that could be graded; the message says why."""


@dataclass
class Submission:
    """What is run of a submission, and what the instructor should know of it."""

    notebook: NotebookNode
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    digest: str = ""


def prepare(
    course: Course, assignment: str, student: str, submitted: Submitted | None = None
) -> Submission:
    """The submission as it is to be run: its cells in order, its test cells restored.

    `submitted` is what `collect` gave, if it has been read already. Raises Unreadable, and
    FileNotFoundError when the student's folder is gone.
    """
    submitted = submitted or collect(course, assignment, student)
    if submitted.problem:
        raise Unreadable(submitted.problem)
    file = f"{assignment}.ipynb"
    try:
        raw = read_notebook(submitted.notebook)
    except NotANotebook as error:
        raise Unreadable(f"{file} cannot be graded: {error}") from error
    try:
        cells, changes = mend(
            raw["cells"],
            blank_of(course, assignment),
            lambda cell: _put_back(course, assignment, cell),
        )
    except LookupError as error:
        reason = "none of the lab's cells is in it, or they have lost their nbgrader metadata"
        if raw["language"].lower() not in ("", "python", "ipython"):
            reason = f"it is a notebook in {raw['language']}, not in Python"
        raise Unreadable(f"{file} cannot be graded: {reason}") from error
    notebook = _sanitized(course, assignment, student, cells)
    notes = [*raw["notes"], *changes, *submitted.notes]
    return Submission(notebook, submitted.files, notes, submitted.digest)


def blank_of(course: Course, assignment: str) -> NotebookNode:
    """The lab's release, which is registered in the gradebook at the first use."""
    if assignment not in course.blanks:
        course.blanks[assignment] = release(assignment, course)
    return course.blanks[assignment]


def _put_back(course: Course, assignment: str, cell: NotebookNode) -> NotebookNode:
    """The cell that takes the place of a missing one."""
    if utils.is_locked(cell):
        return copy.deepcopy(cell)
    # nbgrader leaves a missing written answer to the instructor; so its own words go into it.
    source = course.shared_gradebook.find_source_cell(name_of(cell), assignment, assignment)
    restored = OverwriteCells(config=course.config).missing_cell_transform(
        source, cell.metadata.nbgrader.points, utils.is_solution(cell), utils.is_task(cell)
    )
    return nbformat.from_dict(restored)


def _sanitized(
    course: Course, assignment: str, student: str, cells: list[NotebookNode]
) -> NotebookNode:
    notebook = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []})
    notebook.cells = cells
    try:
        return course.process(
            notebook, course.sanitize_steps, assignment, student, course.shared_gradebook
        )
    except Exception as error:  # nbgrader raises many kinds for what it cannot take
        raise Unreadable(f"nbgrader cannot take the notebook: {error}") from error
