"""nbgrader's formgrader on a graded class, in a browser: points given by hand survive a regrade."""

import os
import subprocess
import sys

import pytest
from browser import browser_page, jupyter, needs_a_browser
from conftest import LAB, submit
from nbgrader.api import Gradebook
from test_kills import quick_submission

needs_a_browser()
pytestmark = pytest.mark.slow

WRITTEN = "written-bottleneck"
COMMENT = "Two of the three reasons."


@pytest.fixture
def page():
    """A page of the system's browser."""
    with browser_page() as page:
        yield page


def grade(*options):
    command = [sys.executable, "-m", "autograder.cli", "grade", LAB, *options]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def grades(folder):
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        return {
            submission.student_id: {
                grade.name: (grade.manual_score, grade.needs_manual_grade, grade.score)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(LAB)
        }


def answered(number, text):
    notebook = quick_submission(number)
    (cell,) = [cell for cell in notebook.cells if cell.id == WRITTEN]
    cell.source = text
    return notebook


def test_points_given_by_hand_in_the_formgrader_survive_a_regrade(course_folder, page):
    submit(course_folder, "ada", answered(1, "The code has two numbers for each picture."))
    submit(course_folder, "alan", answered(2, "Because it is narrow."))
    grade()
    assert grades(course_folder)["ada"][WRITTEN] == (None, True, 0)

    own = {"HOME": str(course_folder), "JUPYTER_RUNTIME_DIR": str(course_folder / "run")}
    # The nbgrader extension is switched on in the environment's own settings.
    with jupyter(course_folder, "-m", "jupyter", "server", **own) as address:
        page.goto(f"{address}/formgrader/gradebook/{LAB}/{LAB}")
        page.get_by_text("Submission #2").wait_for()
        _picture(page, "class")
        page.get_by_text("Submission #1").click()
        score, comment = page.locator(f"#{WRITTEN}"), page.locator(f"#{WRITTEN}-comment")
        score.wait_for()
        whose = "ada" if page.get_by_text("two numbers for each picture").count() else "alan"
        for field, text, kind in ((score, "2", "grade"), (comment, COMMENT, "comment")):
            with page.expect_response(lambda answer, kind=kind: f"/{kind}/" in answer.url) as saved:
                field.fill(text)
                field.press("Tab")
            assert saved.value.ok
        _picture(page, "written")
        by_hand = grades(course_folder)[whose]
        assert by_hand[WRITTEN] == (2, False, 2)

        grade("--regrade")
        page.reload()
        score.wait_for()
        assert (score.input_value(), comment.input_value()) == ("2", COMMENT)
        _picture(page, "regraded")
        # nbgrader asks for a second look at what was graded by hand before a regrade.
        assert grades(course_folder)[whose] == by_hand | {WRITTEN: (2, True, 2)}
        with page.expect_response(lambda answer: "/grade/" in answer.url) as saved:
            page.get_by_role("button", name="Resolve").click()
        assert saved.value.ok

    assert grades(course_folder)[whose] == by_hand
    other = "alan" if whose == "ada" else "ada"
    assert grades(course_folder)[other][WRITTEN] == (None, True, 0)
    run = [sys.executable, "-m", "nbgrader", "generate_feedback", LAB]
    assert subprocess.run(run, capture_output=True).returncode == 0
    feedback = course_folder / "feedback" / whose / LAB / f"{LAB}.html"
    assert COMMENT in feedback.read_text()


def _picture(page, name):
    """Keep what the browser shows, if somebody wants to look at it."""
    if folder := os.environ.get("FORMGRADER_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")
