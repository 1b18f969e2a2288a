"""The command line: what a user mistypes, and what a class of unusable submissions gives."""

import csv
import errno
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
import typer
from conftest import LAB, submit
from nbgrader.api import Gradebook
from rich.console import Console
from test_kills import quick_submission

from autograder.course import Course
from autograder.gradebook import make_gradebook
from autograder.source import release_path
from autograder.terminal import writing


def autograder(*args):
    """Run the command line as a user would."""
    return run("autograder.cli", *args)


def run(module, *args):
    command = [sys.executable, "-m", module, *map(str, args)]
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
        (["grade", LAB, "--report", "submitted"], "--report: submitted is a folder"),
        (["grade", LAB, "--results", "/dev/null/x"], "/dev/null/x cannot be written"),
        (["grade", LAB, "--db", "sqlite:////dev/null/x"], "null/x cannot be read"),
        (["grade", LAB, "--db", "postgresql://localhost/x"], "localhost/x cannot be read"),
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


@pytest.mark.parametrize("args", [["bundle"], ["gradescope", LAB]])
def test_a_file_that_cannot_be_written_is_said_in_a_sentence(args):
    ran = autograder(*args, "/dev/null/x.zip")
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "/dev/null/x.zip cannot be written" in ran.stderr


def test_a_report_that_cannot_be_written_in_the_end_is_said_in_a_sentence(capsys):
    with pytest.raises(typer.Exit), writing(Path("full.html")):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert "full.html cannot be written: No space left on device" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["cut short", "garbage"])
def test_a_damaged_gradebook_is_said_in_a_sentence(course_folder, damage):
    path = course_folder / "gradebook.db"
    make_gradebook(f"sqlite:///{path}")
    path.write_bytes(b"garbage\n" if damage == "garbage" else path.read_bytes()[:20_000])
    submit(course_folder, "ada", "no notebook")
    with zipfile.ZipFile(course_folder / "class.zip", "w") as archive:
        archive.writestr(f"ada_1_2_{LAB}.ipynb", "{}")
    export = "--exporter=autograder.exports.MoodleExporter"
    for ran in (
        autograder("grade", LAB),
        autograder("collect", LAB, "class.zip"),
        run("nbgrader", "export", export),
    ):
        assert ran.returncode != 0
        assert "gradebook.db cannot be read: " in ran.stderr
        assert "Traceback" not in ran.stderr


def test_settings_that_are_no_python_are_said_in_a_sentence(course_folder):
    submit(course_folder, "ada", "no notebook")
    with (course_folder / "nbgrader_config.py").open("a") as file:
        file.write("c.CourseDirectory.root = (\n")
    ran = autograder("grade", LAB)
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "nbgrader_config.py cannot be used: SyntaxError" in ran.stderr


@pytest.mark.slow
def test_where_nothing_could_be_recorded_the_command_fails(course_folder):
    submit(course_folder, "ada", "no notebook")
    (course_folder / "autograded").touch()
    ran = autograder("grade", LAB)
    assert ran.returncode == 1
    assert "nothing could be recorded" in ran.stderr


@pytest.mark.parametrize("module", ["jupytext", "nbgrader"])
def test_ctrl_c_while_modules_are_imported_ends_without_a_traceback(course_folder, module):
    submit(course_folder, "ada", "no notebook")
    (course_folder / f"{module}.py").write_text("raise KeyboardInterrupt")
    ran = autograder("grade", LAB)
    assert ran.returncode == 130
    assert "Traceback" not in ran.stderr


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
def test_a_student_who_is_new_to_the_gradebook_and_a_notebook_out_of_place_are_said(course_folder):
    submit(course_folder, "ada", "no notebook")
    ran = autograder("grade", LAB)
    assert "not in the gradebook" not in ran.stdout + ran.stderr  # it was empty
    submit(course_folder, "adaa", "no notebook")
    (course_folder / "submitted" / "bob").mkdir()
    (course_folder / "submitted" / "bob" / "lab.ipynb").touch()
    ran = autograder("grade", LAB)
    assert "adaa: this student was not in the gradebook" in ran.stdout
    assert "ada: " not in ran.stdout
    assert f"bob/lab.ipynb is passed over; if it is this lab, move it to bob/{LAB}" in ran.stdout


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
