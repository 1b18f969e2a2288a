"""The command line: what a user mistypes, and what a class of unusable submissions gives."""

import csv
import io
import json
import subprocess
import sys

import nbformat
import pytest
from conftest import LAB, submit
from nbgrader.api import Gradebook
from rich.console import Console
from test_kills import quick_submission

from autograder.course import Course
from autograder.source import release_path


def autograder(*args):
    """Run the command line as a user would."""
    command = [sys.executable, "-m", "autograder.cli", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["grade", "lab01_mnist_autoencodr"], f"did you mean {LAB}?"),
        (["build", "lab1_mnist_autoencoder"], f"did you mean {LAB}?"),
        (["grade", LAB, "--submitted", "submited"], "did you mean submitted?"),
        (["grade", LAB, "--submitted", "nbgrader_config.py"], "nbgrader_config.py is no folder"),
        (["grade", "lab01"], f"did you mean {LAB}?"),
        (["collect", LAB, "submitted"], "autograder: submitted is a folder"),
        (["grade", LAB, "--jobs", "0"], "--jobs must be 1 or more"),
        (["grade", LAB, "--student", "allan"], "did you mean alan?"),
        (["grade", LAB, "--student", "alan", "allan"], "did you mean alan?"),
        (["grade", LAB, "alan"], "--student"),
        (["grade", LAB, "--db", "nonsense"], "--db"),
        (["bundle", "labs.tar"], "labs.zip"),
        (["grad", LAB], "grade"),
        (["grade"], "assignment"),
    ],
)
def test_an_unusable_argument_ends_with_2_and_a_hint(course_folder, args, message):
    submit(course_folder, "alan", release_path(LAB).read_text())
    ran = autograder(*args)
    assert ran.returncode == 2, ran.stderr
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_course_without_submissions_says_so(course_folder):
    ran = autograder("grade", LAB)
    assert ran.returncode == 2
    assert f"no submissions of {LAB} in {course_folder / 'submitted'}" in ran.stderr


UNUSABLE = {
    "not_json": ("this is no notebook", "not whole JSON ("),
    "cut_short": (release_path(LAB).read_text()[:5000], "not whole JSON ("),
    "empty": ("", "it is empty"),
    "json_but_no_notebook": ("[1, 2]", "its JSON is not an object"),
    "cells_are_no_list": (
        '{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        "its cells are not a list",
    ),
}


@pytest.mark.slow
def test_unusable_submissions_fail_with_a_reason_and_cost_no_other_its_grade(course_folder):
    for student, (text, _) in UNUSABLE.items():
        submit(course_folder, student, text)
    misnamed = submit(course_folder, "misnamed", "{}")
    misnamed.rename(misnamed.with_name("lab1.ipynb"))
    ran = autograder("grade", LAB, "--results", "out/results.json")
    assert ran.returncode == 0, ran.stderr
    results = json.loads((course_folder / "out" / "results.json").read_text())
    found = {entry["student"]: entry for entry in results["submissions"]}
    for student, (_, reason) in UNUSABLE.items():
        assert found[student]["status"] == "failed"
        assert reason in found[student]["reason"]
    assert "lab1.ipynb: rename it" in found["misnamed"]["reason"]
    with Gradebook(f"sqlite:///{course_folder}/gradebook.db") as gradebook:
        submission = gradebook.find_submission(LAB, "not_json")
        assert submission.score == 0
        assert not submission.needs_manual_grade
    page = course_folder / "autograded" / "not_json" / LAB / f"{LAB}.ipynb"
    assert "could not be graded" in nbformat.read(page, as_version=4).cells[0].source


@pytest.mark.slow
def test_a_second_command_says_what_had_been_graded_before(course_folder):
    submit(course_folder, "ada", "no notebook")
    assert "graded before" not in autograder("grade", LAB).stdout
    assert "1 of 1 had been graded before" in autograder("grade", LAB).stdout
    assert "graded before" not in autograder("grade", LAB, "--regrade").stdout


@pytest.mark.slow
def test_a_report_on_the_class_names_its_students_and_checks(course_folder, tmp_path):
    submit(course_folder, "ada", quick_submission(3))
    submit(course_folder, "tony", "no notebook")
    page = tmp_path / "pages" / "class.html"
    with Course().gradebook() as gradebook:
        gradebook.add_student("eve")
    assert autograder("grade", LAB, "--report", str(page)).returncode == 0
    text = page.read_text(encoding="utf-8")
    for word in ("2 submissions, 1 of which", "ada", "tony", "pencil", "1 of 1"):
        assert word in text
    assert "Not answered yet" in text and "No submission from 1 student: eve" in text


def test_what_a_submission_tried_is_told_in_one_line_that_cannot_steer_the_terminal():
    from autograder.record import Result
    from autograder.report import print_table

    tried = ["tried to open a file called \x1b[31m", "the test cell `mse` was missing"]
    results = [
        Result("mallory", "graded", "", 1.0, 2.0, 3.0, tried=tried),
        Result("[red]ada", "graded", "", 1.0, 2.0, 3.0, tried=["the answer is late"]),
        Result("alan", "graded", "", 1.0, 2.0, 3.0),
    ]
    page = io.StringIO()
    print_table(LAB, results, Console(file=page))
    lines = page.getvalue().splitlines()
    assert lines[-2:] == [
        "mallory tried to open a file called \N{REPLACEMENT CHARACTER}[31m; "
        "the test cell `mse` was missing",
        "[red]ada: the answer is late",
    ]


def test_the_csv_keeps_names_with_commas_and_quotes_whole(tmp_path):
    from autograder.record import Check, Result
    from autograder.report import write_csv

    name = 'Turing, "Alan"'
    results = [Result(name, "graded", "", 1.0, 2.0, 3.0, [Check("a", 1.0, 2.0, "")])]
    write_csv(tmp_path / "grades.csv", results)
    rows = list(csv.reader((tmp_path / "grades.csv").open()))
    assert rows[1] == [name, "graded", "1.0", "2.0", "1.0"]
