"""Times our grader beside plain `nbgrader autograde` and beside the bare computation, in one run.

All three run the same submissions of lab 1: the solution, and mistakes and other right answers
from all over its proof file.

plain   nbgrader's own `Execute`: a kernel is started cold for each submission, one after the
        other, and the tests run in the student's process
ours    `autograder grade`, as many submissions at once as there are cores
bare    the cells' code alone, without a kernel, a judge, a gradebook or walls, in as many
        processes as there are cores, each of which has run a submission before

Both graders write a gradebook, and their scores must be the same.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from rich.console import Console
from rich.table import Table

from autograder.course import lay_out_course
from autograder.proof import submission, variants
from autograder.sandbox.limits import family, memory_bytes
from autograder.warm.client import environment

LAB = "lab01_mnist_autoencoder"
SUBMISSIONS = 20
LOOK_EVERY_SECONDS = 0.5
PLAIN = """\
from nbgrader.converters import Autograde
c.Autograde.autograde_preprocessors = Autograde.autograde_preprocessors.default_args[0]
c.Execute.timeout = 600
"""


@dataclass
class Measured:
    """What one way to run the submissions took."""

    seconds: float
    peak_bytes: int


def main() -> None:
    """Run the submissions in all three ways and print the ratios."""
    console = Console()
    grade = [sys.executable, "-m", "autograder.cli", "grade", LAB]
    plain = [sys.executable, "-m", "nbgrader", "autograde", LAB, "--force", "--quiet"]
    bare = [sys.executable, "-m", "autograder.bare", str(os.cpu_count() or 1)]
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        make_class(folder)
        found = {"bare computation": _bare(bare, folder)}
        found["autograder grade"] = _measure(grade, folder)
        ours = _scores(folder)
        # Plain nbgrader finds the lab in the gradebook, and no submission graded.
        shutil.rmtree(folder / "autograded")
        lay_out_course(folder, PLAIN)
        found["nbgrader autograde"] = _measure(plain, folder)
        theirs = _scores(folder)
    _print(found, console)
    if ours != theirs:
        differ = {name: (ours[name], theirs.get(name)) for name in ours}
        raise SystemExit(f"the scores differ: {differ}")
    console.print(f"the scores of all {len(ours)} submissions are the same")


def make_class(folder: Path) -> None:
    """Lay out a course with the submissions."""
    lay_out_course(folder)
    known = variants(LAB)
    step = max(1, len(known) // (SUBMISSIONS - 1))
    chosen = [None, *known[::step]][:SUBMISSIONS]
    for number, variant in enumerate(chosen):
        path = folder / "submitted" / f"student{number:02}" / LAB / f"{LAB}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(submission(LAB, variant), path)


def _measure(command: list[str], folder: Path) -> Measured:
    start = time.perf_counter()
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=said) as process,
    ):
        watch = _Watch(process.pid)
        if process.wait():
            said.seek(0)
            raise SystemExit(f"{' '.join(command)} failed: {said.read()[-2000:]}")
    return Measured(time.perf_counter() - start, watch.stop())


def _bare(command: list[str], folder: Path) -> Measured:
    """The bare computation times itself: without its imports and the run before."""
    paths = sorted(map(str, folder.glob("submitted/*/*/*.ipynb")))
    env = os.environ | environment() | {"MPLBACKEND": "agg"}
    with subprocess.Popen(
        [*command, *paths], cwd=folder, env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        watch = _Watch(process.pid)
        said = process.stdout.read().split()
        if process.wait():
            raise SystemExit("the bare computation failed")
    return Measured(float(said[-1]), watch.stop())


class _Watch(threading.Thread):
    """Looks at the memory of a process and its children from time to time."""

    def __init__(self, process: int):
        super().__init__(daemon=True)
        self._process = process
        self._peak = 0
        self._end = threading.Event()
        self.start()

    def run(self) -> None:
        while not self._end.wait(LOOK_EVERY_SECONDS):
            used = sum(map(memory_bytes, family(self._process)))
            self._peak = max(self._peak, used)

    def stop(self) -> int:
        self._end.set()
        self.join()
        return self._peak


def _scores(folder: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        return {found.student_id: found.score for found in gradebook.assignment_submissions(LAB)}


def _print(found: dict[str, Measured], console: Console) -> None:
    table = Table(title=f"{LAB}, {SUBMISSIONS} submissions, {os.cpu_count()} cores")
    table.add_column("")
    for name in ("seconds", "seconds a submission", "peak memory"):
        table.add_column(name, justify="right")
    for name, measured in found.items():
        each = measured.seconds / SUBMISSIONS
        memory = f"{measured.peak_bytes / 2**30:.2f} GiB"
        table.add_row(name, f"{measured.seconds:.1f}", f"{each:.2f}", memory)
    console.print(table)
    bare, ours, plain = (found[name].seconds for name in found)
    console.print(f"ours against plain nbgrader: {plain / ours:.1f} times the throughput")
    console.print(f"ours against the bare computation: {ours / bare:.2f} times the time")


if __name__ == "__main__":
    main()
