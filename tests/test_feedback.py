"""Feedback pages: what each check said, and nothing of the hidden tests."""

from conftest import graded_cell
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.course import Course
from autograder.feedback import HIDDEN, HideHiddenTests

SOURCE = """\
assert scale(1) == 2
### BEGIN HIDDEN TESTS
secret = scale(17)
assert secret == 34, "scale(17) is wrong"
### END HIDDEN TESTS
print("right")"""


def shown(traceback, source=SOURCE):
    """A test cell with this traceback, as the feedback has it."""
    cell = graded_cell(source, "scale")
    cell.outputs = [new_output("error", ename="AssertionError", evalue="", traceback=traceback)]
    notebook = new_notebook(cells=[cell])
    return HideHiddenTests(config=Course().config).preprocess(notebook, {})[0].cells[0]


def test_the_hidden_part_of_a_test_is_taken_out():
    cell = shown([])
    assert cell.source == 'assert scale(1) == 2\nprint("right")'


def test_an_error_that_quotes_a_hidden_line_does_not_show_it():
    quoted = 'line 4: assert secret == 34, "scale(17) is wrong"'
    assert shown([f"before\n{quoted}\nafter"]).outputs[0].traceback == [f"before\n{HIDDEN}\nafter"]


def test_a_bracket_of_a_hidden_test_hides_no_message():
    source = SOURCE.replace("secret = scale(17)", "secret = scale(\n    17\n)")
    message = "encoder gives 512 numbers, shape (8, 8, 8)"
    assert shown([f"{message}\n)"], source).outputs[0].traceback == [f"{message}\n{HIDDEN}"]


def test_a_cell_of_the_students_own_with_the_markers_of_hidden_tests_stays():
    for marks in ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"):
        notebook = new_notebook(cells=[new_code_cell(f"x = 1\n{marks}\ny = 2")])
        made = HideHiddenTests(config=Course().config).preprocess(notebook, {})[0]
        assert "y = 2" in made.cells[0].source


def test_an_error_in_the_open_part_is_shown_as_it_is():
    lines = ["AssertionError: ", "line 1: assert scale(1) == 2"]
    assert shown(lines).outputs[0].traceback == lines
    assert shown(lines, SOURCE.split("\n")[0]).outputs[0].traceback == lines


def test_the_course_writes_feedback_by_it():
    steps = Course().config.GenerateFeedback.preprocessors
    assert "autograder.feedback.HideHiddenTests" in steps
