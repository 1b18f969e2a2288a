"""What several test files need: courses in a temporary folder, and notebooks run by the judge."""

import json
import os
import random
import zipfile
import zlib
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.bundle import write_bundle
from autograder.course import lay_out_course
from autograder.sandbox.limits import family
from autograder.sandbox.trial import why_not_isolated

ROOT = Path(__file__).resolve().parents[1]
LAB = "lab01_mnist_autoencoder"
GRADERS_PROCESSES = ("front end", "warm process", "judge", "guard", "kernel")
ISOLATED = not why_not_isolated()


def pytest_collection_modifyitems(items):
    """Run the quick tests first: most mistakes show in the first minute."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


@pytest.fixture(autouse=True)
def _same_dice(request, monkeypatch):
    """Each run of a test throws the same numbers; others with CHANCE set to another number.

    The checks draw what they try. That they hold whatever is drawn is to be seen by many runs with
    numbers of their own, and not by one that fails some day.
    """
    own = zlib.crc32(f"{request.node.nodeid} {os.environ.get('CHANCE', 0)}".encode())
    make, dice = np.random.default_rng, np.random.default_rng(own)
    monkeypatch.setattr(
        np.random,
        "default_rng",
        lambda seed=None: make(dice.integers(2**32) if seed is None else seed),
    )
    random.seed(own)
    np.random.seed(own)


@pytest.fixture
def course_folder(tmp_path, monkeypatch):
    """An empty course with the project's settings, as the working folder."""
    lay_out_course(tmp_path, "" if ISOLATED else "c.JudgedExecute.sandbox = False\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The bundle that students get, unpacked as they do."""
    folder = tmp_path_factory.mktemp("student")
    write_bundle(folder / "labs.zip")
    with zipfile.ZipFile(folder / "labs.zip") as archive:
        archive.extractall(folder)
    return folder / "autoencoders"


def submit(folder, student, notebook, lab=LAB):
    """Put a notebook, or any text in its place, where a student's submission goes."""
    path = folder / "submitted" / student / lab / f"{lab}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
    path.write_text(text)
    return path


def graders_processes(front_end):
    """The grader's live processes below a front end (or a worker), by what they are."""
    found = {kind: [] for kind in GRADERS_PROCESSES} | {"front end": [front_end]}
    states = {process: state_and_parent(process) for process in family(front_end)[1:]}
    parents = {p: parent for p, (state, parent) in states.items() if state not in "ZX"}
    for process, parent in parents.items():
        if parent == front_end:
            found["warm process"].append(process)
        elif parents.get(parent) == front_end:
            found["guard" if process in parents.values() else "judge"].append(process)
        elif parents.get(parents.get(parent)) == front_end:
            found["kernel"].append(process)
    return found


def state_and_parent(process):
    """As the system has them: "Z" and "X" are processes that have ended."""
    try:
        state, parent = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return "X", None
    return state, int(parent)


def over_the_wire(model):
    """A model's config and weights as they come to the judge."""
    from autograder.judge.models import pack

    saved, weights = pack(model)
    return json.loads(json.dumps(saved)), weights


def graded_cell(source, name, points=1):
    """A graded test cell, as nbgrader marks it."""
    cell = new_code_cell(source)
    cell.metadata["nbgrader"] = {
        "grade": True,
        "grade_id": name,
        "locked": True,
        "points": points,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return cell


def judge(*cells, **settings):
    """Run a notebook of student's cells (texts) and test cells in the judge; give its cells."""
    from autograder.judge.execute import JudgedExecute

    cells = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    runner = JudgedExecute(**{"sandbox": ISOLATED} | settings)
    notebook, _ = runner.preprocess(new_notebook(cells=cells), {"metadata": {}})
    return notebook.cells


def verdict(cell):
    """What a cell ended in: "" if all is well, else the error's name and message."""
    errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
    return f"{errors[0].ename}: {errors[0].evalue}" if errors else ""


def printed(cell):
    """What a cell wrote to standard output."""
    return "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")


def fails(saying, verb, *args, **kwargs):
    """A check verb fails with a message that holds these words."""
    from latentlab.check import CheckFailed

    with pytest.raises(CheckFailed) as failure:
        verb(*args, **kwargs)
    assert saying.lower() in str(failure.value).lower()


@pytest.fixture
def one_line(capsys):
    """What the verb printed must be one line on standard output, nothing elsewhere."""
    yield
    out, err = capsys.readouterr()
    assert out.count("\n") == 1 and out.endswith(": right\n") and err == ""
