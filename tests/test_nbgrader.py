"""nbgrader's own commands on the course: the same scores, and feedback that tells the message."""

import html
import json
import re
import subprocess
import sys

import pytest
from conftest import LAB, submit
from nbgrader.api import Gradebook

from autograder.proof import submission, variants
from autograder.source import read_source, release_path

pytestmark = pytest.mark.slow


def run(*command):
    ran = subprocess.run([sys.executable, "-m", *map(str, command)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran


def scores(url):
    """Each student's points, check by check, as the gradebook has them."""
    return {
        student: {name: row[0] for name, row in rows["grades"].items()}
        for student, rows in entered(url).items()
    }


def entered(url):
    """All that the gradebook holds of each student's submission."""
    with Gradebook(url) as gradebook:
        return {
            submitted.student_id: {
                "grades": {
                    grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                    for notebook in submitted.notebooks
                    for grade in notebook.grades
                },
                "comments": {
                    comment.name: (comment.auto_comment, comment.manual_comment)
                    for notebook in submitted.notebooks
                    for comment in notebook.comments
                },
                "time": (submitted.timestamp, submitted.total_seconds_late),
                "penalty": submitted.late_submission_penalty,
                "sums": (submitted.score, submitted.max_score, submitted.needs_manual_grade),
            }
            for submitted in gradebook.assignment_submissions(LAB)
        }


def test_nbgrader_autograde_gives_the_scores_of_autograder_grade(course_folder):
    mutant = next(variant for variant in variants(LAB) if variant.kind == "mutant")
    submit(course_folder, "right", submission(LAB))
    submit(course_folder, "wrong", submission(LAB, mutant))
    unsolved = submit(course_folder, "unsolved", release_path(LAB).read_text())
    (unsolved.parent / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    ours, theirs = (f"sqlite:///{course_folder}/{name}.db" for name in ("ours", "theirs"))

    run("autograder.cli", "grade", LAB, "--db", ours, "--results", "results.json")
    reported = json.loads((course_folder / "results.json").read_text())
    assert {s["student"]: s["status"] for s in reported["submissions"]} == dict.fromkeys(
        ("right", "unsolved", "wrong"), "graded"
    )
    run("autograder.cli", "grade", LAB, "--db", theirs, "--student", "right")  # registers the lab
    run("nbgrader", "autograde", LAB, "--db", theirs, "--force")

    assert entered(theirs) == entered(ours)
    for entry in reported["submissions"]:
        kept = scores(ours)[entry["student"]]
        assert {c["id"]: c["score"] for c in entry["checks"]}.items() <= kept.items()
        assert entry["score"] == sum(check["score"] for check in entry["checks"])
    by_name = {entry["student"]: entry for entry in reported["submissions"]}
    assert by_name["right"]["score"] == by_name["right"]["max_score"] == reported["max_score"]
    assert by_name["unsolved"]["score"] == 0
    failed = [check for check in by_name["wrong"]["checks"] if check["score"] == 0]
    assert {check["id"] for check in failed} == set(mutant.fails)

    run("nbgrader", "generate_feedback", LAB, "--db", ours)
    pages = {
        student: (course_folder / "feedback" / student / LAB / f"{LAB}.html").read_text()
        for student in by_name
    }
    assert mutant.says.lower() in pages["wrong"].lower()
    for student, page in pages.items():
        for check in by_name[student]["checks"]:
            if check["score"] < check["max_score"]:
                assert html.escape(check["message"], quote=False) in page
        text = html.unescape(re.sub("<[^>]*>", "", page))
        assert [line for line in hidden_test_lines() if line in text] == []
        assert "HIDDEN TESTS" not in text


def hidden_test_lines():
    """The lines that stand in hidden tests of the lab, and nowhere else in it."""
    hidden, other = set(), set()
    for cell in read_source(LAB).cells:
        inside = False
        for line in map(str.strip, cell.source.splitlines()):
            inside = "BEGIN HIDDEN" in line or (inside and "END HIDDEN" not in line)
            (hidden if inside else other).add(line)
    return [line for line in hidden - other if len(line) > 10]
