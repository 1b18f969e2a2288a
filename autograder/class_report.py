"""The report on a class: one HTML page, complete in itself, for the instructor.

How the scores are spread, which checks are passed, which mistakes are frequent, how long the
notebooks ran, what failed and why, and which submissions are alike. Whatever comes from a
submission is text to this page, never markup.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import nbformat
from jinja2 import Environment, PackageLoader, StrictUndefined
from nbformat import NotebookNode
from nbgrader import utils

from autograder.collect import students_of
from autograder.course import Course
from autograder.record import Check, Result
from autograder.similarity import Pair, groups_of, similar_pairs
from autograder.submission import blank_of

BARS = 10  # about as many in the distribution of scores, and as many in that of times
MISTAKES = 15  # the most frequent ones are shown
LONGEST = 300  # characters of a message
# What the checks, and the release's own code, say of an answer that is still to be written.
UNANSWERED = re.compile(
    r"(\w+: )*\w+ is (not written yet: put|None: its answer is missing)|NotImplementedError\b"
)
NUMBER = re.compile(r"[-+]?\d[\d,]*\.?\d*(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: what it stands for, its share of the longest one, what is written."""

    label: str
    share: float
    text: str


@dataclass(frozen=True)
class Mistake:
    """One mistake: the check that found it, what one student was told, and whom it was told."""

    check: str
    message: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Marked:
    """A line of an answer, and whether it is alike in both submissions."""

    text: str
    alike: bool


def report_class(path: Path, course: Course, assignment: str, results: Sequence[Result]) -> None:
    """Write the page on a class that was graded in this course."""
    released = answer_cells(blank_of(course, assignment))
    answers = answers_of(course, assignment, results)
    absent = absent_from(course, assignment)
    write_class_report(path, assignment, results, answers, released, absent)


def write_class_report(
    path: Path,
    assignment: str,
    results: Sequence[Result],
    answers: Mapping[str, Sequence[str]],
    released: Sequence[str],
    absent: Sequence[str] = (),
) -> None:
    """Write the page.

    answers: student -> sources of the answer cells; released: as handed out; absent: the students
    who have handed in nothing.
    """
    template = Environment(
        loader=PackageLoader("autograder"), autoescape=True, undefined=StrictUndefined
    ).get_template("class_report.html")
    graded = [result for result in results if result.status == "graded"]
    page = template.render(
        assignment=assignment,
        absent=absent,
        graded=graded,
        failed=[result for result in results if result.status != "graded"],
        noted=[result for result in results if result.tried],
        results=results,
        middle=median([result.score for result in graded]) if graded else 0,
        most=max((result.max_score for result in graded), default=0),
        scores=score_bars(graded),
        checks=check_bars(graded),
        mistakes=mistakes(graded),
        shown=MISTAKES,
        unanswered=unanswered(graded),
        middle_seconds=median([result.seconds for result in graded]) if graded else 0,
        all_seconds=sum(result.seconds for result in graded),
        seconds=second_bars(graded),
        groups=[
            (group, _sides(answers, group.pairs[0]))
            for group in groups_of(similar_pairs(answers, released))
        ],
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def answers_of(course: Course, assignment: str, results: Sequence[Result]) -> dict[str, list[str]]:
    """The answer cells of each graded submission, as they were run."""
    found = {}
    for result in results:
        path = course.folder("autograded", result.student, assignment) / f"{assignment}.ipynb"
        if result.status == "graded" and path.is_file():
            found[result.student] = answer_cells(nbformat.read(path, as_version=4))
    return found


def absent_from(course: Course, assignment: str) -> list[str]:
    """The students of the gradebook who have handed in nothing."""
    with course.gradebook() as gradebook:
        everyone = {student.id for student in gradebook.students}
    return sorted(everyone.difference(students_of(course, assignment)))


def answer_cells(notebook: NotebookNode) -> list[str]:
    """The sources of the cells in which code was to be written."""
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and utils.is_solution(cell)
    ]


def score_bars(results: Sequence[Result]) -> list[Bar]:
    """How many students have how many points, in steps of whole points."""
    most = max((result.max_score for result in results), default=0)
    step = max(1, math.ceil(most / BARS))
    last = int(most // step)
    counts = Counter(min(last, int(result.score // step)) for result in results)
    values = [
        (_from_to(step * number, step * (number + 1), most), counts[number])
        for number in range(last + 1)
    ]
    return _bars(values, "{:.0f}")


def _from_to(low: float, end: float, most: float) -> str:
    """What a bar from `low` to below `end` is called; nobody has more than `most`."""
    if end <= most:
        return f"{low:g} to below {end:g}"
    return f"{low:g} to {most:g}" if low < most else f"{most:g}"


def check_bars(results: Sequence[Result]) -> list[Bar]:
    """The share of submissions that pass each check, as a bar of the whole class."""
    passed: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        for check in result.checks:
            passed[check.id].append(check.score == check.max_score)
    return [
        Bar(name, sum(found) / len(found), f"{sum(found)} of {len(found)}")
        for name, found in passed.items()
    ]


def mistakes(results: Sequence[Result]) -> list[Mistake]:
    """What students were told by checks that they failed, the most frequent first.

    Messages that differ in their numbers only are one mistake. An answer that is not written yet
    is none.
    """
    told: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for result in results:
        for check in result.checks:
            if check.score < check.max_score and not _is_unanswered(check):
                kind = check.id, NUMBER.sub("#", check.message)
                told[kind].append((result.student, check.message))
    found = [
        Mistake(check, shortened(who[0][1]), tuple(student for student, _ in who))
        for (check, _), who in told.items()
    ]
    return sorted(found, key=lambda mistake: -len(mistake.students))


def unanswered(results: Sequence[Result]) -> dict[tuple[str, ...], list[str]]:
    """Checks whose answers are not written yet -> the students with these, the most first."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for result in results:
        if checks := tuple(check.id for check in result.checks if _is_unanswered(check)):
            found[checks].append(result.student)
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def _is_unanswered(check: Check) -> bool:
    return check.score < check.max_score and bool(UNANSWERED.match(check.message))


def shortened(message: str) -> str:
    """The message, cut after a word if it is too long, with a sign that it is cut."""
    if len(message) <= LONGEST:
        return message
    words = message[:LONGEST].rpartition(" ")[0]
    # A message without spaces is cut anywhere.
    return (words if len(words) > LONGEST / 2 else message[:LONGEST]) + " \N{HORIZONTAL ELLIPSIS}"


def second_bars(results: Sequence[Result]) -> list[Bar]:
    """The submissions that ran longest, with their seconds."""
    longest = sorted(results, key=lambda result: -result.seconds)[:BARS]
    return _bars([(result.student, result.seconds) for result in longest], "{:.1f} s")


def _bars(values: Sequence[tuple[str, float]], form: str) -> list[Bar]:
    most = max((value for _, value in values), default=0) or 1
    return [Bar(label, value / most, form.format(value)) for label, value in values]


def _sides(
    answers: Mapping[str, Sequence[str]], pair: Pair
) -> list[tuple[str, list[list[Marked]]]]:
    """Both students of a pair, each with the cells to be shown."""
    both = (pair.first, pair.first_lines), (pair.second, pair.second_lines)
    return [(student, _marked(answers[student], lines)) for student, lines in both]


def _marked(cells: Sequence[str], alike: frozenset[tuple[int, int]]) -> list[list[Marked]]:
    """The cells that have a place alike, line by line."""
    return [
        [Marked(text, (number, i) in alike) for i, text in enumerate(cell.splitlines())]
        for number, cell in enumerate(cells)
        if any(place[0] == number for place in alike)
    ]
