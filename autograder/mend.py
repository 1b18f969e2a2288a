"""Puts the cells of a submission in order, and says what was not as it had been released.

Every mark of nbgrader's is set as in the release, a cell that is there twice counts once, and a
graded cell that is missing is put back. So a student's edits of metadata have no effect, and
nbgrader, which stops a whole batch for some of them, never sees them. The notes are for an
instructor who may confront a student with them: they say what was found, and no more.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils

from autograder.collect import shown


@dataclass
class _Mending:
    """Cells (as `autograder.parse` gives them), the released cells by grade id, the notes."""

    cells: list[dict[str, Any]]
    released: dict[str, NotebookNode]
    notes: list[str] = field(default_factory=list)


def mend(
    cells: list[dict[str, Any]],
    blank: NotebookNode,
    put_back: Callable[[NotebookNode], NotebookNode],
) -> tuple[list[NotebookNode], list[str]]:
    """The cells with the marks of `blank`, the release, and the notes.

    `put_back` gives the cell to insert for a graded cell of the release that is missing.
    Raises LookupError when none of the lab's cells is there.
    """
    released = {name_of(cell): cell for cell in blank.cells if name_of(cell)}
    mending = _Mending(cells, released)
    _drop_unknown_marks(mending)
    if not any(cell["marks"] for cell in mending.cells):
        raise LookupError
    _drop_doubles(mending)
    _note_changes(mending)
    nodes = [_node(cell, released) for cell in mending.cells]
    _restore_missing(nodes, blank, put_back, mending.notes)
    _number(nodes)
    return nodes, mending.notes


def name_of(cell: NotebookNode) -> str:
    """The id that nbgrader knows a cell by; "" for an ordinary cell."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _drop_unknown_marks(mending: _Mending) -> None:
    for cell in mending.cells:
        name = cell["marks"].get("grade_id")
        if name is not None and name not in mending.released:
            cell["marks"] = {}
            mending.notes.append(
                f"a cell is marked `{shown(name)}`, which the lab does not have; "
                "it was taken for an ordinary cell"
            )


def _drop_doubles(mending: _Mending) -> None:
    """Let one cell of each name be it: a test that is as released, else the last one."""
    chosen: dict[str, int] = {}
    for number, cell in enumerate(mending.cells):
        name = cell["marks"].get("grade_id")
        if name is None:
            continue
        original = mending.released[name]
        locked = utils.is_locked(original)
        fits = _same(cell["source"], original.source)
        better = fits or name not in chosen
        if better or not (locked and _same(mending.cells[chosen[name]]["source"], original.source)):
            chosen[name] = number
    kept, doubled = [], []
    for number, cell in enumerate(mending.cells):
        name = cell["marks"].get("grade_id")
        if name is not None and chosen[name] != number:
            doubled.append(name)
            original = mending.released[name]
            if utils.is_locked(original) and _same(cell["source"], original.source):
                continue
            cell["marks"] = {}  # what the student made of a copy is the student's own cell
        kept.append(cell)
    mending.cells = kept
    for name in dict.fromkeys(doubled):
        what = _what(mending.released[name])
        mending.notes.append(f"{what} was there more than once; one of them was graded")


def _note_changes(mending: _Mending) -> None:
    for cell in mending.cells:
        if cell["marks"]:
            original = mending.released[cell["marks"]["grade_id"]]
            if cell["cell_type"] != original.cell_type:
                mending.notes.append(
                    f"{_what(original)} had been made a {cell['cell_type']} cell; "
                    f"it was made a {original.cell_type} cell again"
                )
            if change := _change(cell, original):
                mending.notes.append(f"{_what(original)} {change}")


def _change(cell: dict[str, Any], original: NotebookNode) -> str:
    """In what a cell differs from the release although it is not for editing; "" if in nothing."""
    marks = cell["marks"]
    edited = utils.is_locked(original) and not _same(cell["source"], original.source)
    repriced = utils.is_grade(original) and marks.get("points") != original.metadata.nbgrader.points
    if not edited and not repriced:
        return ""
    if _as_it_was_made(cell):
        return "is from another release of the lab; the present one was put in its place"
    if not edited:
        return "was worth other points; they were put back"
    return "had been edited; it was put back"


def _as_it_was_made(cell: dict[str, Any]) -> bool:
    """Whether the cell is what its own checksum says, so that no student has changed it."""
    node = nbformat.from_dict({**cell, "metadata": {"nbgrader": cell["marks"]}})
    for source in (node.source, _plain(node.source)):
        node.source = source
        try:
            if utils.compute_checksum(node) == node.metadata.nbgrader.checksum:
                return True
        except (AttributeError, KeyError):  # a mark is missing
            return False
    return False


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(source: str) -> str:
    """The source without what editors change by themselves: line ends, space at ends of lines."""
    return "\n".join(line.rstrip() for line in source.splitlines()).strip("\n")


def _what(cell: NotebookNode) -> str:
    kinds = {
        (True, False): "the test cell",
        (True, True): "the written answer",
        (False, True): "the answer cell",
    }
    kind = kinds.get((utils.is_grade(cell), utils.is_solution(cell)), "the cell")
    return f"{kind} `{name_of(cell)}`"


def _node(cell: dict[str, Any], released: dict[str, NotebookNode]) -> NotebookNode:
    node = {name: cell[name] for name in ("cell_type", "source", "id") if name in cell}
    node["metadata"] = {}
    if cell["marks"]:
        original = released[cell["marks"]["grade_id"]]
        node["cell_type"] = original.cell_type
        node["metadata"]["nbgrader"] = copy.deepcopy(original.metadata.nbgrader)
    if node["cell_type"] == "code":
        node |= {"execution_count": None, "outputs": []}
    elif "attachments" in cell:
        node["attachments"] = cell["attachments"]
    return nbformat.from_dict(node)


def _restore_missing(
    nodes: list[NotebookNode],
    blank: NotebookNode,
    put_back: Callable[[NotebookNode], NotebookNode],
    notes: list[str],
) -> None:
    """Put missing graded cells back, each before the next cell of the release that is there."""
    present = {name_of(node) for node in nodes}
    missing = [
        (number, cell)
        for number, cell in enumerate(blank.cells)
        if (utils.is_grade(cell) or utils.is_task(cell)) and name_of(cell) not in present
    ]
    for number, cell in reversed(missing):
        places = {_key(node): place for place, node in reversed(list(enumerate(nodes)))}
        following = (places.get(_key(later)) for later in blank.cells[number + 1 :])
        place = next((place for place in following if place is not None), len(nodes))
        nodes.insert(place, put_back(cell))
    notes.extend(f"{_what(cell)} was missing; it was put back" for _, cell in missing)


def _key(cell: NotebookNode) -> str:
    """What a cell is recognised by in the release and in a submission."""
    return name_of(cell) or f"id {cell.get('id')}"


def _number(nodes: list[NotebookNode]) -> None:
    """Give every cell an id of its own; it keeps the one that it has if it can."""
    taken: set[str] = set()
    for number, node in enumerate(nodes):
        candidate = node.get("id") or f"cell-{number}"
        while candidate in taken:
            candidate = f"{candidate[:50]}-{number}"
        node.id = candidate
        taken.add(candidate)
