"""The executed solutions still give what they show: nbval runs them and compares."""

import os
import subprocess
import sys

import nbformat
import pytest
from conftest import ROOT

from autograder.source import labs, solution_path
from latentlab.warm.provisioner import JUPYTER_PATH

pytestmark = pytest.mark.slow


def test_nbval_finds_the_solutions_outputs_again():
    """In kernels that are forked from one warm process."""
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", "-q"]
    options = ["--nbval-sanitize-with", str(ROOT / "tests" / "nbval_sanitize.cfg")]
    ran = subprocess.run(
        [*command, *options, *map(str, map(solution_path, labs()))],
        cwd=ROOT,
        env=os.environ | {"JUPYTER_PATH": str(JUPYTER_PATH)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout[-5000:]


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
