"""What a test cell found, as a small table under the cell; as plain lines outside a notebook.

Only cells that begin with a line such as `# Check bce: 2 points` have a table. `autograder build`
writes that line at the top of each test cell.
"""

from __future__ import annotations

import html
import re
import textwrap
from typing import Any, NamedTuple

from latentlab.check.outdated import follow, outdated_names, words
from latentlab.notebook import notebook_shell

HEADING = re.compile(r"# Check (?P<name>\S+): (?P<points>[\d.]+ points?)\n")
# Messages say what was found, then what was expected, then what to look at.
MESSAGE = re.compile(
    r"(?P<found>.*?)[;,] expected (?P<expected>.*?)(?:\.\s+(?P<advice>.*)|\.?)", re.DOTALL
)
SENTENCES = re.compile(r"(?P<found>.*?[.?])(?:\s+(?P<advice>[A-Z].*))?", re.DOTALL)
ADVICE = " What to try: "  # between the words of a student's own error and ours
NOT_THERE = (
    "Run the cell that makes it. If that one stops with an error, such as a syntax error, mend it "
    "first."
)
OUTDATED = "Mend that cell, run it, then run this cell again."
COLUMNS = ("Result", "Found", "Expected", "What to try")
RIGHT, NOT_YET = "✓ right", "✗ not yet"
LINE = 80
LEFT = "text-align: left; vertical-align: top; max-width: 28em; overflow-wrap: anywhere"


class Row(NamedTuple):
    """What one verb found; in the words of the table's columns."""

    result: str
    found: str
    expected: str = ""
    advice: str = ""


class Table:
    """The rows of one run of one test cell, shown when the cell has ended."""

    def __init__(self, shell: Any, name: str, points: str) -> None:
        self._shell, self._name, self._points = shell, name, points
        self._rows: list[Row] = []
        self._lines: list[str] = []
        shell.events.register("post_run_cell", self.show)

    def add(self, row: Row, line: str) -> None:
        """Add a row, and the line that stands for it where tables cannot be shown."""
        self._rows.append(row)
        self._lines.append(line)

    def show(self, result: Any = None) -> None:
        """Show the table, once, under the cell. IPython calls this with the cell's result."""
        global _table
        from IPython.display import display

        self._shell.events.unregister("post_run_cell", self.show)
        _table = None
        right = all(row.result == RIGHT for row in self._rows)
        right = right and getattr(result, "success", True)
        caption = f"Check {self._name}, {self._points}: {'right' if right else 'not right yet'}"
        data = {"text/plain": "\n".join(self._lines), "text/html": self._html(caption)}
        display(data, raw=True)

    def _html(self, caption: str) -> str:
        # Columns in which nothing stands would only take up room.
        used = [i for i in range(len(COLUMNS)) if any(row[i] for row in self._rows)]
        head = "".join(f'<th scope="col" style="{LEFT}">{COLUMNS[i]}</th>' for i in used)
        lines = [
            '<table class="latentlab-check">',
            f'<caption style="{LEFT}; font-weight: bold">{html.escape(caption)}</caption>',
            f"<thead><tr>{head}</tr></thead>",
            "<tbody>",
        ]
        for row in self._rows:
            cells = (f'<td style="{LEFT}">{html.escape(row[i])}</td>' for i in used)
            lines.append(f"<tr>{''.join(cells)}</tr>")
        return "\n".join([*lines, "</tbody>", "</table>"])


def watch(shell: Any) -> None:
    """Have this shell tell of names whose cell was not run, or could not be run."""
    shell.events.register("post_run_cell", follow)
    shell.set_custom_exc((NameError,), _show_missing_name)


def _show_missing_name(
    shell: Any, kind: type, error: NameError, trace: Any, tb_offset: int | None = None
) -> None:
    code = shell.get_parent().get("content", {}).get("code", "")
    # A name that only the student's own function looks up is a slip in there: the trace shows it.
    if error.name and error.name in words(code) and _table_of_cell(shell):
        text = tell_wrong(f"{error.name} is not there. {NOT_THERE}")
        error._render_traceback_ = lambda: [text]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset, running_compiled_code=True)


_table: Table | None = None


def tell_right(line: str) -> None:
    """Say that a verb found everything right."""
    table = _table_of_cell(notebook_shell())
    if table is None:
        print(f"{line}: right")
    else:
        table.add(Row(RIGHT, line), f"{line}: right")


def tell_wrong(message: str) -> str:
    """Say what a verb found wrong; return the text to show in the place of a traceback."""
    shell = notebook_shell()
    if shell is None:
        return message
    lines = textwrap.fill(message, LINE)  # `nbgrader validate` cuts longer lines off
    table = _table_of_cell(shell)
    if table is None:
        return lines
    table.add(_row(message), message)
    table.show()
    # A front end that names its cells shows tables; others, such as `nbgrader validate`, may not.
    seen = "cellId" in shell.get_parent().get("metadata", {})
    return "Not right yet: the table above says why." if seen else lines


def _row(message: str) -> Row:
    if " raised " in message:  # what an error of the student's own says has full stops of its own
        found, _, advice = message.partition(ADVICE)
        return Row(NOT_YET, found, advice=advice)
    split = MESSAGE.fullmatch(message) or SENTENCES.fullmatch(message)
    parts = {name: text or "" for name, text in split.groupdict().items()} if split else {}
    return Row(NOT_YET, **(parts or {"found": message}))


def _table_of_cell(shell: Any) -> Table | None:
    """Return the running test cell's table; None in other cells and outside a notebook."""
    global _table
    if shell is None:
        return None
    heading = HEADING.match(shell.get_parent().get("content", {}).get("code", ""))
    if heading and _table is None:
        _table = Table(shell, heading["name"], heading["points"])
        for name in outdated_names(heading.string, shell.user_ns):
            found = f"{name} is from before: its cell has a syntax error now"
            _table.add(Row(NOT_YET, found, advice=OUTDATED), f"{found}. {OUTDATED}")
    return _table


if _shell := notebook_shell():  # a forked kernel has no shell yet when this is imported
    watch(_shell)
