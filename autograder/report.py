"""Shows and writes the results of a class: a table for the eye, JSON and CSV for programs."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.record import Check, Result


def table(assignment: str, results: Sequence[Result]) -> Table:
    """Student, score, each check, seconds."""
    shown = Table(title=f"{assignment}: {len(results)} submissions", title_justify="left")
    shown.add_column("student")
    shown.add_column("score", justify="right")
    for check in results[0].checks if results else []:
        shown.add_column(check.id, justify="right")
    shown.add_column("seconds", justify="right")
    for result in results:
        score = f"{result.score:g} / {result.max_score:g}"
        seconds = f"{result.seconds:.1f}"
        # Text, so that no square bracket in a name is taken for a style.
        name = Text(_printable(result.student))
        shown.add_row(name, score, *map(_points, result.checks), seconds)
    return shown


def _points(check: Check) -> Text:
    full = check.score == check.max_score
    return Text(f"{check.score:g}", style="green" if full else "bold red")


def print_table(assignment: str, results: Sequence[Result], console: Console) -> None:
    """Print the table, and below it why any submission could not be graded, and what it tried."""
    if not console.is_terminal:  # a file or a pipe takes lines of any length
        console = Console(file=console.file, width=200)
    console.print(table(assignment, results))
    for result in results:
        if result.status == "failed":
            line = f"{result.student} was not graded: {result.reason}"
            console.print(Text(_printable(line), style="red"))
    for result in results:
        if result.tried:
            console.print(Text(_printable(remark(result)), style="yellow"))
    resumed = sum(result.resumed for result in results)
    if resumed:
        console.print(f"{resumed} of {len(results)} had been graded before (--regrade runs all).")


def remark(result: Result) -> str:
    """One line with all that an instructor should know of a submission."""
    # "mallory tried to ...", and "mallory: the test cell ..."
    between = " " if result.tried[0].startswith("tried ") else ": "
    return f"{result.student}{between}{'; '.join(result.tried)}"


def _printable(text: str) -> str:
    """The text on one line, without what would steer the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def write_json(path: Path, assignment: str, results: Sequence[Result], seconds: float) -> None:
    """Write the results in the form that the instructor's guide describes."""
    written = {
        "assignment": assignment,
        "max_score": max((result.max_score for result in results), default=0.0),
        "seconds": round(seconds, 2),
        "submissions": [asdict(result) for result in results],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_csv(path: Path, results: Sequence[Result]) -> None:
    """Write a row a student: the score, then the points of each check."""
    ids = [check.id for check in results[0].checks] if results else []
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["student", "status", "score", "max_score", *ids])
        for result in results:
            points = [check.score for check in result.checks]
            writer.writerow(
                [result.student, result.status, result.score, result.max_score, *points]
            )
