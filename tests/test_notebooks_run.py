"""The executed solutions still give what they show: nbval runs them and compares."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

from autograder.dependencies import needed_by
from autograder.record import is_check
from autograder.source import labs, solution_path, source_path
from latentlab import keeping
from latentlab.warm.provisioner import JUPYTER_PATH

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Where the labs keep their trainings, in this module."""
    with pytest.MonkeyPatch.context() as environment:
        folder = tmp_path_factory.mktemp("kept")
        environment.setenv(keeping.FOLDER, str(folder))
        environment.setenv("JUPYTER_PATH", str(JUPYTER_PATH))
        yield folder


@pytest.fixture(scope="module")
def nbval(kept):
    """What nbval says of all solutions, half by half; kernels are forked from warm processes."""
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", "-q"]
    command += ["--nbval-sanitize-with", str(ROOT / "tests" / "nbval_sanitize.cfg")]
    halves = [[str(solution_path(lab)) for lab in labs()[half::2]] for half in (0, 1)]
    with ThreadPoolExecutor() as executor:
        run = partial(subprocess.run, cwd=ROOT, env=os.environ, capture_output=True, text=True)
        return list(executor.map(lambda half: run([*command, *half]), halves))


def test_nbval_finds_the_solutions_outputs_again(nbval):
    for ran in nbval:
        assert ran.returncode == 0, ran.stdout[-5000:]


def training_cells(lab):
    """The cells of a solution that keep a training, and those that they need; no checks."""
    notebook = nbformat.read(solution_path(lab), as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and not is_check(cell)]
    return needed_by([cell for cell in cells if "lab.kept(" in cell.source], cells)


@pytest.mark.parametrize(
    "lab", [lab for lab in labs() if "lab.kept(" in source_path(lab).read_text(encoding="utf-8")]
)
def test_a_second_run_trains_nothing_again(lab, nbval, kept):
    before = set(kept.iterdir())
    notebook = nbformat.v4.new_notebook(cells=training_cells(lab))
    NotebookClient(notebook, kernel_name="python3", timeout=600).execute()
    said = sum(str(cell.get("outputs")).count(keeping.TOLD) for cell in notebook.cells)
    assert said >= sum("lab.kept(" in cell.source for cell in notebook.cells)
    assert set(kept.iterdir()) == before  # nothing was trained, and stored anew


@pytest.mark.parametrize("lab", labs())
def test_the_outputs_that_are_compared_hold_the_layer_tables_and_counts(lab):
    notebook = nbformat.read(solution_path(lab), as_version=4)
    compared = [
        str(cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code" and "nbval-ignore-output" not in cell.metadata.get("tags", [])
    ]
    assert any("Total params" in output for output in compared)
    assert any("Output Shape" in output for output in compared)
