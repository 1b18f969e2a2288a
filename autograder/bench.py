"""Times our grader beside plain `nbgrader autograde`, on the same submissions, in one run.

Plain means nbgrader's own `Execute`: a kernel is started cold for each submission, and the tests
run in the student's process. Both write a gradebook; the scores must be the same.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from rich.console import Console
from rich.table import Table

from autograder.course import lay_out_course
from autograder.proof import submission

LAB = "lab01_mnist_autoencoder"
SUBMISSIONS = 4
PLAIN = """\
from nbgrader.converters import Autograde
c.Autograde.autograde_preprocessors = Autograde.autograde_preprocessors.default_args[0]
c.Execute.timeout = 600
"""


def main() -> None:
    """Run both graders and print how long each took."""
    grade = [sys.executable, "-m", "autograder.cli", "grade", LAB]
    register = [*grade, "--student", "student0"]  # plain nbgrader needs the lab in its gradebook
    plain = [sys.executable, "-m", "nbgrader", "autograde", LAB, "--force", "--quiet"]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        ours_seconds, ours_scores = _measure(Path(folder) / "ours", "", [], grade)
        plain_seconds, plain_scores = _measure(Path(folder) / "plain", PLAIN, register, plain)
    table = Table(title=f"{LAB}, {SUBMISSIONS} submissions, {os.cpu_count()} cores")
    for name in ("grader", "seconds", "seconds a submission"):
        table.add_column(name, justify="left" if name == "grader" else "right")
    for name, seconds in (
        ("autograder grade", ours_seconds),
        ("nbgrader autograde", plain_seconds),
    ):
        table.add_row(name, f"{seconds:.1f}", f"{seconds / SUBMISSIONS:.1f}")
    console = Console()
    console.print(table)
    console.print(f"ratio: {plain_seconds / ours_seconds:.1f} times as fast")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    console.print(f"largest process: {peak:.2f} GiB")
    if ours_scores != plain_scores:
        raise SystemExit(f"the scores differ: {ours_scores} and {plain_scores}")


def _measure(
    folder: Path, settings: str, before: list[str], command: list[str]
) -> tuple[float, list[float]]:
    """Run the command in a fresh course; give the seconds that it took and the scores."""
    lay_out_course(folder)
    for number in range(SUBMISSIONS):
        path = folder / "submitted" / f"student{number}" / LAB / f"{LAB}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(submission(LAB), path)
    if before:
        subprocess.run(before, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder / "autograded")
    lay_out_course(folder, settings)
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        scores = [found.score for found in gradebook.assignment_submissions(LAB)]
    return seconds, scores


if __name__ == "__main__":
    main()
