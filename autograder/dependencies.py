"""Which cells of a notebook need which: by the names that they bind and use."""

import dis
from collections.abc import Iterable
from types import CodeType

from nbformat import NotebookNode


def needed_by(wanted: Iterable[NotebookNode], cells: list[NotebookNode]) -> list[NotebookNode]:
    """The code cells that bind a name that one of the wanted uses, and so on, and these, in order.

    Cells that only show something are left out.
    """
    code = [cell for cell in cells if is_python(cell)]
    kept = {cell.id for cell in wanted}
    names: set[str] = set().union(*(used(cell) for cell in code if cell.id in kept))
    while more := [cell for cell in code if cell.id not in kept and bound(cell) & names]:
        kept |= {cell.id for cell in more}
        names |= set().union(*map(used, more))
    return [cell for cell in code if cell.id in kept]


def is_python(cell: NotebookNode) -> bool:
    """Whether the cell is code, and no cell magic such as %%html."""
    return cell.cell_type == "code" and not cell.source.lstrip().startswith("%")


def used(cell: NotebookNode) -> set[str]:
    """The names that a cell takes from other cells, in its functions too."""
    return _names(cell, "LOAD_NAME", "LOAD_GLOBAL")


def bound(cell: NotebookNode) -> set[str]:
    """The names that a cell gives a value to, as the notebook's other cells see it."""
    return _names(cell, "STORE_NAME")


def _names(cell: NotebookNode, *operations: str) -> set[str]:
    codes = [compile(cell.source, "cell", "exec")]
    for code in codes:  # the list grows by the functions found on the way
        codes += [const for const in code.co_consts if isinstance(const, CodeType)]
    instructions = [instruction for code in codes for instruction in dis.get_instructions(code)]
    return {i.argval for i in instructions if i.opname in operations}
