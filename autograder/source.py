"""Reads a lab's source: a percent notebook whose cells say in a word what they are.

    # %% answer="encoder"                        the student writes the marked part
    # %% check="encoder" points=2                a test cell, graded by the machine
    # %% [markdown] written="bottleneck" points=3    a written answer, graded by hand

A cell whose output differs from run to run has `tags=["nbval-ignore-output"]`. Here the words
become nbgrader's metadata, and every cell gets an id that stays the same as long as its text
does. `proof` files have the same form, with `mutant` and `alternate` words.
"""

import hashlib
import re
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = ROOT / "solutions"
RELEASES = ROOT / "notebooks"
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
KINDS = ("answer", "check", "written")
WORDS = (*KINDS, "points", "tags")
# What jupytext writes about a cell by itself.
JUPYTEXTS = {"lines_to_next_cell", "title"}
# nbgrader takes no other for the id of a cell.
NAME = re.compile(r"[A-Za-z0-9_-]+")


class SourceError(ValueError):
    """A lab's source is not as the build needs it."""


def labs() -> list[str]:
    """The ids of all labs that have a source, in order."""
    return sorted(
        path.stem
        for path in SOLUTIONS.glob("*.py")
        if path.stem.startswith(("lab", "exercise")) and not path.stem.endswith(".proof")
    )


def source_path(lab: str) -> Path:
    """The lab's source, the one file of it that is edited by hand."""
    return SOLUTIONS / f"{lab}.py"


def solution_path(lab: str) -> Path:
    """The executed solution notebook, built from the source."""
    return SOLUTIONS / lab / f"{lab}.ipynb"


def release_path(lab: str) -> Path:
    """The notebook that students get, built from the source."""
    return RELEASES / lab / f"{lab}.ipynb"


def read_percent(path: Path) -> list[NotebookNode]:
    """The cells of a percent file, with the words of their headers as metadata."""
    return jupytext.read(path, fmt="py:percent").cells


def check_header(cell: NotebookNode, known: tuple[str, ...], file: str) -> None:
    """Raise SourceError when a cell's header holds what cannot be read, or what nobody reads."""
    begins = cell.source.strip().split("\n")[0][:60]
    header = f"{file}: the header of the cell that begins {begins!r}"
    words = dict(cell.metadata)
    garbled = words.pop("incorrectly_encoded_metadata", "")
    title = str(words.get("title", ""))
    if garbled or title.split(" ")[0] in known:  # a word alone is taken for a title
        raise SourceError(
            f"{header} cannot be read at {garbled or title!r}: only texts stand in quotes, and must"
        )
    for word in sorted(words.keys() - JUPYTEXTS - set(known)):
        raise SourceError(f"{header} has an unknown word {word!r}; there are: {', '.join(known)}")


def read_source(lab: str) -> NotebookNode:
    """The lab's solution notebook, not yet executed, with nbgrader's metadata.

    Raises SourceError when a cell's header does not say what it must.
    """
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNELSPEC})
    seen: set[str] = set()
    for cell in read_percent(source_path(lab)):
        check_header(cell, WORDS, f"{lab}.py")
        kinds = [kind for kind in KINDS if kind in cell.metadata]
        if len(kinds) > 1:
            raise SourceError(f"{lab}: a cell is both {' and '.join(kinds)}:\n{cell.source[:200]}")
        tags = {"tags": cell.metadata["tags"]} if "tags" in cell.metadata else {}
        cell.metadata = tags | (_nbgrader_metadata(cell, kinds[0], lab, seen) if kinds else {})
        cell.id = _new_id(cell, seen)
        if kinds == ["check"]:
            cell.source = f"{_heading(cell)}\n{cell.source}"
        seen.add(cell.id)
        notebook.cells.append(cell)
    return notebook


def _nbgrader_metadata(cell: NotebookNode, kind: str, lab: str, seen: set[str]) -> dict:
    words = cell.metadata
    if not NAME.fullmatch(str(words[kind])):
        raise SourceError(f"{lab}: {kind} {words[kind]!r}: write letters, digits, _ and - only")
    if grade_id(kind, words[kind]) in seen:
        raise SourceError(f"{lab}: there are two cells {kind}={words[kind]!r}: rename one")
    if kind != "answer" and not isinstance(words.get("points"), int | float):
        raise SourceError(f"{lab}: {kind} {words[kind]!r} needs points=...")
    if (cell.cell_type == "markdown") != (kind == "written"):
        raise SourceError(f"{lab}: {kind} {words[kind]!r} cannot be a {cell.cell_type} cell")
    metadata = {
        "grade": kind != "answer",
        "grade_id": grade_id(kind, words[kind]),
        "locked": kind == "check",
        "schema_version": 3,
        "solution": kind != "check",
        "task": False,
    }
    if kind != "answer":
        metadata["points"] = words["points"]
    return {"nbgrader": metadata}


def _heading(check: NotebookNode) -> str:
    """The first line of a test cell. From it, latentlab.check knows what the cell is worth."""
    words = check.metadata.nbgrader
    return f"# Check {words.grade_id}: {words.points} {'point' if words.points == 1 else 'points'}"


def grade_id(kind: str, name: str) -> str:
    """nbgrader's id of a cell: a check goes by its plain name, the others say what they are."""
    return str(name) if kind == "check" else f"{kind}-{name}"


def _new_id(cell: NotebookNode, seen: set[str]) -> str:
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    digest = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
    base = name or f"cell-{digest}"
    number = 1
    while (candidate := base if number == 1 else f"{base}-{number}") in seen:
        number += 1
    return candidate
