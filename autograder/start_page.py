"""The page on which JupyterLab opens for students: what the course is, the labs, how to begin."""

import math
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course import write_notebook
from autograder.source import KERNELSPEC, RELEASES, SourceError, labs, read_percent, read_source

TEMPLATE = Path(__file__).parent / "templates" / "start.py"
START_PAGE = RELEASES / "start.ipynb"
# What each lab says of itself at its beginning.
TITLE = re.compile(r"# (.+)")
TIME = re.compile(r"\*\*Time:\*\* (?:about )?(\d+ minutes)")
BUILDS_ON = re.compile(r"\*\*It builds on:\*\* (.+?)(?:\n\n|\Z)", re.DOTALL)


def build_start_page() -> list[Path]:
    """Write the start page if it is not there as it should be; give the paths written.

    Raises SourceError when a lab does not say what the page tells of it.
    """
    page = start_page()
    text = nbformat.writes(page) + "\n"
    if START_PAGE.is_file() and START_PAGE.read_text(encoding="utf-8") == text:
        return []
    write_notebook(page, START_PAGE)
    return [START_PAGE]


def start_page() -> NotebookNode:
    """The start page, with the table of the labs in it."""
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNELSPEC})
    for number, cell in enumerate(read_percent(TEMPLATE), start=1):
        cell.id = f"start-{number}"
        cell.metadata = {}
        cell.source = cell.source.replace("LABS", _table())
        notebook.cells.append(cell)
    return notebook


def _table() -> str:
    rows = ["| | Time | Builds on |", "|---|---|---|"]
    for lab in sorted(labs(), key=_place):
        title, time, builds_on = opening(lab)
        rows.append(f"| [{title}]({lab}/{lab}.ipynb) | {time} | {builds_on} |")
    return "\n".join(rows)


def _place(lab: str) -> tuple[float, bool, str]:
    """A lab stands where its number says, an exercise behind the last lab that it builds on."""
    is_exercise = not lab.startswith("lab")
    named = opening(lab)[2] if is_exercise else lab
    last = max(map(int, re.findall(r"\blab ?(\d+)", named)), default=math.inf)
    return last, is_exercise, lab


def opening(lab: str) -> list[str]:
    """A lab's title, its time, and what it builds on; as its first cell says.

    Raises SourceError when that cell says too little.
    """
    text = "".join(cell.source for cell in read_source(lab).cells[:1])
    found = [pattern.search(text) for pattern in (TITLE, TIME, BUILDS_ON)]
    if not all(found):
        raise SourceError(
            f"{lab}: its first cell must have a title, **Time:** (in minutes), **It builds on:**"
        )
    return [" ".join(match[1].split()).rstrip(".") for match in found]
