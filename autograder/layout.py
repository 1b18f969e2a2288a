"""Finds the lab's notebook among the files that a student uploaded, and lays all out around it.

Learning platforms and browsers rename files, and students upload whole folders. The grader wants
the notebook under the lab's name, and beside it the files that it reads.
"""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from autograder.archive import left_behind


def is_notebook(name: str) -> bool:
    """Whether a file is a notebook, by its name."""
    return name.lower().endswith(".ipynb")


def which_notebook(names: Sequence[str], assignment: str) -> str | None:
    """Which of these files is the lab's notebook; None if that cannot be said.

    `names` come in the order of upload. What lies in a folder counts only where nothing beside the
    folders does; what programs leave behind never does. Canvas writes lab-1.ipynb for a second
    lab.ipynb, and browsers write "lab (1).ipynb".
    """
    notebooks = students_notebooks(names)
    again = re.compile(rf"(?:.*/)?{re.escape(assignment)}(?:-\d+| ?\(\d+\))?\.ipynb")
    uploads = [name for name in notebooks if again.fullmatch(name)]
    if uploads:
        return ([name for name in uploads if "/" not in name] or uploads)[-1]
    return notebooks[0] if len(notebooks) == 1 else None


def students_notebooks(names: Sequence[str]) -> list[str]:
    """The notebooks among these files that no program left behind."""
    visible = [name for name in names if not left_behind(name) and "/." not in f"/{name}"]
    return list(filter(is_notebook, visible))


def laid_out(names: Sequence[str], assignment: str) -> dict[str, str]:
    """Where the files are to lie: the new name of each, and the one that it has.

    The notebook gets the lab's name. If it lies in a folder, that folder is where it was written
    and ran, so what lies below it stays beside the notebook. A file whose place is taken by then
    has none.
    """
    notebook = which_notebook(names, assignment)
    if notebook is None:
        return {name: name for name in names}
    root = notebook[: notebook.rfind("/") + 1]
    placed = {f"{assignment}.ipynb": notebook}
    folders: set[str] = set()
    for name in sorted(names, key=lambda name: not name.startswith(root)):
        new = name.removeprefix(root)
        above = {str(parent) for parent in PurePosixPath(new).parents}
        if name != notebook and new not in placed.keys() | folders and not above & placed.keys():
            placed[new] = name
            folders |= above
    return placed
