"""Builds a lab from its source: the executed solution notebook, and the release for students."""

import ast
import builtins
import copy
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment

from autograder.course import Course, write_notebook
from autograder.dependencies import is_python
from autograder.source import (
    SourceError,
    read_source,
    release_path,
    solution_path,
)

SECONDS_PER_CELL = 600


def build(lab: str, course: Course) -> list[Path]:
    """Bring a lab's notebooks and its entry in the gradebook up to date with its source.

    The solution is executed only when its source has changed. Returns the paths written.
    Raises SourceError for a source that cannot be built, and nbclient's CellExecutionError when
    the solution does not run.
    """
    written = []
    solution = read_source(lab)
    lint(solution, lab)
    path = solution_path(lab)
    if not is_executed(lab, solution):
        execute(solution)
        write_notebook(solution, path)
        written.append(path)
    notebook, path = release(lab, course), release_path(lab)
    if not path.is_file() or path.read_text(encoding="utf-8") != nbformat.writes(notebook) + "\n":
        write_notebook(notebook, path)
        written.append(path)
    return written


def is_executed(lab: str, solution: NotebookNode) -> bool:
    """Whether the solution notebook on disk was made from these cells."""
    if not solution_path(lab).is_file():
        return False
    return _essence(nbformat.read(solution_path(lab), as_version=4)) == _essence(solution)


def _essence(notebook: NotebookNode) -> list[tuple]:
    return [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]


def execute(notebook: NotebookNode) -> None:
    """Run all cells in one kernel, as a student would, and keep their outputs."""
    from latentlab.warm.provisioner import WarmKernelManager

    with tempfile.TemporaryDirectory(prefix="build-") as scratch:
        NotebookClient(
            notebook,
            kernel_manager_class=WarmKernelManager,
            timeout=SECONDS_PER_CELL,
            # Outputs may come late on a busy machine; by default it goes on without them.
            iopub_timeout=60,
            record_timing=False,
            resources={"metadata": {"path": scratch}},
        ).execute()


def release(lab: str, course: Course) -> NotebookNode:
    """The notebook that students get; it also registers the lab's cells in the gradebook.

    Raises SourceError when students have submitted and the lab's graded cells are other ones now.
    """
    notebook = read_source(lab)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(lab)
    steps = GenerateAssignment(coursedir=course.directory, config=course.config).preprocessors
    try:
        return course.process(copy.deepcopy(notebook), steps, lab)
    except RuntimeError as error:
        raise SourceError(f"{lab}: {error}") from error


def lint(notebook: NotebookNode, lab: str) -> None:
    """Check that each test cell imports the modules that it uses.

    A test cell runs in the judge, where the student's imports are not to be had.
    Raises SourceError for the first cell that does not.
    """
    trees = [ast.parse(cell.source) for cell in notebook.cells if is_python(cell)]
    modules = {name for tree in trees for name in _imported(tree)}
    for cell in notebook.cells:
        if not cell.metadata.get("nbgrader", {}).get("locked"):
            continue
        tree = ast.parse(cell.source)
        missing = (_used(tree) & modules) - _imported(tree) - set(dir(builtins))
        if missing:
            names = ", ".join(sorted(missing))
            check = cell.metadata.nbgrader.grade_id
            raise SourceError(f"{lab}: check {check!r} uses {names} but does not import it")


def _imported(tree: ast.AST) -> set[str]:
    return {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def _used(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
