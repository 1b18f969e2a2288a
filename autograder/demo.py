"""The demonstration: builds lab 1, grades a sample class, and shows what an instructor gets.

The class is made from the lab's proof file: students who answered rightly in other ways, students
who made a typical mistake, one who handed in the unsolved notebook, and one whose file is broken.
It lies in `demo/`, a course of its own, which may be deleted. `demo/class.zip` and
`demo/students.csv` hold the same class, as a learning platform gives it.
"""

import csv
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from autograder.build import build
from autograder.class_report import report_class
from autograder.course import Course, lay_out_course
from autograder.grade import grade_class
from autograder.proof import submission, variants
from autograder.record import Result
from autograder.report import print_table, write_csv, write_json
from autograder.sandbox.trial import why_not_isolated
from autograder.source import ROOT, release_path
from autograder.terminal import console, grading_progress, say_built

LAB = "lab01_mnist_autoencoder"
FOLDER = ROOT / "demo"
NAMES = """
    ada alan barbara claude donald edsger frances grace hedy john katherine linus margaret
    niklaus radia tony
""".split()
ALTERNATES = 5


def main() -> None:
    """Run the demonstration."""
    console.rule("1. Build and release lab 1")
    say_built(LAB, build(LAB, Course()))

    console.rule("2. Grade a sample class")
    _make_course()
    os.chdir(FOLDER)
    course = Course()
    results, seconds = _grade(course)
    print_table(LAB, results, console)
    write_csv(FOLDER / "grades.csv", results)
    write_json(FOLDER / "results.json", LAB, results, seconds)
    report_class(FOLDER / "report.html", course, LAB, results)

    console.rule("3. Write feedback pages")
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", LAB, "--force", "--quiet"]
    subprocess.run(command, check=True)
    _say_where()


def _make_course() -> None:
    """Lay out the demo's course anew, with a submission for each sample student."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    lay_out_course(FOLDER)
    texts = dict(zip(NAMES, _sample_texts(), strict=True))
    write_class(FOLDER, texts)
    for name, text in texts.items():
        path = FOLDER / "submitted" / name / LAB / f"{LAB}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")


def write_class(folder: Path, texts: Mapping[str, str]) -> None:
    """Write these students' notebooks as Moodle gives them, class.zip, and students.csv."""
    with (folder / "students.csv").open("w", newline="", encoding="utf-8") as file:
        rows = [(name, name.title(), "Sample", f"{name}@example.org") for name in texts]
        csv.writer(file).writerows([("id", "first_name", "last_name", "email"), *rows])
    with zipfile.ZipFile(folder / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, text) in enumerate(texts.items(), start=1):
            person = f"{name.title()} Sample_{1000 + number}_assignsubmission_file_"
            archive.writestr(f"{person}/{LAB}.ipynb", text)


def _sample_texts() -> list[str]:
    """A notebook file's text for each sample student."""
    kinds: dict[str, list] = {"alternate": [], "mutant": []}
    for variant in variants(LAB):
        kinds[variant.kind].append(variant)
    mutants = len(NAMES) - ALTERNATES - 3
    # Mistakes from all over the lab, not only from its first task.
    step = len(kinds["mutant"]) / mutants
    chosen = kinds["alternate"][:ALTERNATES]
    chosen += [kinds["mutant"][int(number * step)] for number in range(mutants)]
    texts = [nbformat.writes(submission(LAB, variant)) for variant in [None, *chosen]]
    unsolved = release_path(LAB).read_text(encoding="utf-8")
    return [*texts, unsolved, unsolved[: len(unsolved) // 2]]


def _grade(course: Course) -> tuple[list[Result], float]:
    start = time.perf_counter()
    if reason := why_not_isolated():
        console.print(f"No sandbox here ({reason}); these are the project's own notebooks.")
        course.config.JudgedExecute.sandbox = False
    with ThreadPoolExecutor(os.cpu_count()) as executor, grading_progress(len(NAMES)) as advance:
        results = grade_class(course, LAB, NAMES, executor, advance)
    return results, time.perf_counter() - start


def _say_where() -> None:
    feedback = Path("feedback") / NAMES[0] / LAB / f"{LAB}.html"
    for what, path in (
        ("Table for spreadsheets", "grades.csv"),
        ("Report on the class", "report.html"),
        ("Results with messages", "results.json"),
        ("A student's feedback", feedback),
        ("nbgrader's gradebook", "gradebook.db"),
        ("The class as from Moodle", "class.zip"),
    ):
        console.print(f"{what:<25}{os.path.relpath(FOLDER / path, ROOT)}", soft_wrap=True)
    console.print("`make lab` opens the labs in JupyterLab.")


if __name__ == "__main__":
    main()
