"""What is built is what the source says, and a release gives nothing away."""

import nbformat
import pytest
from conftest import ROOT, judge, verdict

from autograder.build import is_executed, release
from autograder.bundle import check_release, hidden_lines
from autograder.course import Course
from autograder.source import labs, read_source, release_path, solution_path
from autograder.start_page import START_PAGE


@pytest.mark.parametrize("lab", labs())
def test_the_solution_notebook_was_made_from_the_source(lab):
    assert is_executed(lab, read_source(lab)), "run `make build` and commit what it writes"


@pytest.mark.slow
@pytest.mark.parametrize("lab", labs())
def test_the_release_was_made_from_the_source(lab, course_folder):
    built = nbformat.writes(release(lab, Course())) + "\n"
    assert release_path(lab).read_text() == built, "run `make build` and commit what it writes"


@pytest.mark.parametrize("lab", labs())
def test_the_solution_notebook_ran_without_an_error_and_is_small(lab):
    notebook = nbformat.read(solution_path(lab), as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    outputs = [output for cell in code for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    assert solution_path(lab).stat().st_size < 2**20


@pytest.mark.parametrize("lab", labs())
def test_the_release_holds_no_solution_no_hidden_test_and_no_output(lab):
    assert len(hidden_lines(lab)) > 10
    check_release(lab)


def test_a_release_folder_holds_nothing_but_its_notebook():
    files = [path for path in (ROOT / "notebooks").rglob("*") if path.is_file()]
    visible = [path for path in files if ".ipynb_checkpoints" not in path.parts]
    assert sorted(visible) == sorted([START_PAGE, *(release_path(lab) for lab in labs())])


def test_a_source_folder_holds_nothing_that_nbgrader_would_copy_into_the_release():
    for lab in labs():
        names = [path.name for path in solution_path(lab).parent.iterdir() if path.is_file()]
        assert names == [f"{lab}.ipynb"]


@pytest.mark.slow
@pytest.mark.parametrize("lab", labs())
def test_the_unsolved_release_fails_only_where_an_answer_is_missing(lab):
    notebook = nbformat.read(release_path(lab), as_version=4)
    said = []
    for cell in run_as_a_student(notebook):
        if problem := verdict(cell):
            said.append(problem)
            words = ("not answered yet", "is not written yet", "is missing", "not done yet")
            assert any(word in problem for word in words), f"{problem}\n{cell.source}"
    assert len(said) > 5


def run_as_a_student(notebook):
    """Run all cells in one kernel, test cells too."""
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)
    return judge(*notebook.cells)
