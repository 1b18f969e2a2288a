"""What students see of the tests when they get their work back: the open part, and its messages.

The graded notebook has the test cells whole, and nbgrader would put them into the feedback.
"""

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

from autograder.record import is_check

HIDDEN = "a hidden test"
LEAST_QUOTED = 4  # characters of a hidden line that a line must hold to be taken for a quotation


class HideHiddenTests(ClearHiddenTests):
    """Takes the hidden tests out of the feedback, also where an error quotes one of their lines."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, cell_index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Take the hidden tests out of a cell and its outputs."""
        if not is_check(cell):  # what a student writes into a cell is the student's
            return cell, resources
        whole = cell.source.split("\n")
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        left = set(map(str.strip, cell.source.split("\n")))
        hidden = {line.strip() for line in whole} - left
        for output in cell.get("outputs", []):
            if output.output_type == "error" and hidden:
                output.traceback = [_without(text, hidden) for text in output.traceback]
        return cell, resources


def _without(text: str, hidden: set[str]) -> str:
    """The text with lines that quote a hidden one left out."""
    lines = text.split("\n")
    return "\n".join(HIDDEN if any(_quotes(line, h) for h in hidden) else line for line in lines)


def _quotes(line: str, hidden: str) -> bool:
    # A bracket alone is in many a message.
    return hidden in line if len(hidden) >= LEAST_QUOTED else line.strip() == hidden != ""
