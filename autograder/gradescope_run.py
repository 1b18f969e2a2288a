"""Grades the submission that Gradescope laid down, and writes results.json, whatever happens.

    python -m autograder.gradescope_run LAB

What a student's code can reach is said in `autograder.gradescope` and `docs/security.md`.
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from autograder.collect import shown
from autograder.course import Course, lay_out_course
from autograder.grade import grade_class
from autograder.judge.execute import NOT_ISOLATED
from autograder.layout import laid_out
from autograder.record import Result
from autograder.sandbox.trial import why_not_isolated
from autograder.submission import blank_of

PLACE = Path("/autograder")
STUDENT = "student"
# Gradescope ends a run after ten minutes, if not told otherwise, and then there is no result.
SETTINGS = "c.JudgedExecute.notebook_seconds = 480\n"


def main(lab: str) -> None:
    """Grade, and write the results. What an instructor should know is printed."""
    try:
        with tempfile.TemporaryDirectory(prefix="grading-", dir=PLACE) as folder:
            results = grade(lab, PLACE / "submission", Path(folder))
    except Exception as error:  # whatever it is: no result would be worse
        print(f"{type(error).__name__}: {error}")
        results = _not_graded("the grader itself failed; please tell your instructor")
    out = PLACE / "results" / "results.json"
    part = out.with_suffix(".part")
    part.write_text(json.dumps(results, indent=1), encoding="utf-8")
    part.replace(out)


def grade(lab: str, submission: Path, folder: Path) -> dict[str, Any]:
    """Grade the files in `submission`, in a course made in `folder`, for Gradescope to read."""
    if reason := why_not_isolated():
        raise RuntimeError(NOT_ISOLATED.format(reason=reason))
    lay_out_course(folder, SETTINGS)
    os.chdir(folder)
    course = Course()
    course.config.JudgedExecute.hidden += [str(PLACE)]
    note = _take(submission, course.folder("submitted", STUDENT, lab), f"{lab}.ipynb")
    with ThreadPoolExecutor(1) as executor:
        (result,) = grade_class(course, lab, [STUDENT], executor)
    for tried in result.tried:
        print(f"For the instructor: {tried}")
    return as_gradescopes(result, blank_of(course, lab), note)


def as_gradescopes(result: Result, blank: NotebookNode, note: str = "") -> dict[str, Any]:
    """A result in Gradescope's form. `blank` is the release, which has the written answers."""
    if result.status != "graded":
        return _not_graded(result.reason)
    by_hand = [
        f"{cell.metadata.nbgrader.grade_id} ({cell.metadata.nbgrader.points:g} points)"
        for cell in blank.cells
        if is_grade(cell) and is_solution(cell)
    ]
    lines = [note] if note else []
    if by_hand:
        lines.append(f"Marked by hand, and not in this score: {', '.join(by_hand)}.")
    return {
        "score": result.score,
        "execution_time": result.seconds,
        "output": "\n".join(lines),
        "stdout_visibility": "hidden",
        "visibility": "visible",
        "tests": [
            {
                "name": check.id,
                "score": check.score,
                "max_score": check.max_score,
                "status": "passed" if check.score == check.max_score else "failed",
                "output": check.message,
                "visibility": "visible",
            }
            for check in result.checks
        ],
    }


def _not_graded(reason: str) -> dict[str, Any]:
    output = f"This submission could not be graded: {reason}"
    return {"score": 0.0, "output": output, "stdout_visibility": "hidden", "tests": []}


def _take(submission: Path, folder: Path, wanted: str) -> str:
    """Copy the files for the grader, links as links, and find the notebook among them.

    Returns what the student is to know of it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as copied:
        copy = Path(copied) / "submission"
        with contextlib.suppress(shutil.Error):  # what cannot be copied, such as a pipe
            shutil.copytree(submission, copy, symlinks=True)
        files = [path for path in copy.rglob("*") if path.is_symlink() or not path.is_dir()]
        names = sorted(path.relative_to(copy).as_posix() for path in files)
        places = laid_out(names, Path(wanted).stem)
        for new, name in places.items():
            (folder / new).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).replace(folder / new)
    found = places.get(wanted, wanted)
    return f"{shown(found)} was graded as {wanted}." if found != wanted else ""


if __name__ == "__main__":
    main(sys.argv[1])
