"""Hostile submissions: none gains a point, harms another, or leaves a trace.

The whole class is graded once, as `autograder grade` does, in a process of its own. Its home
folder, its temporary folder and its environment hold secrets that no notebook may see.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from attack_class import LAB, LIMITS, attacks, whole_class
from conftest import ROOT, graded_cell, judge, verdict
from nbgrader.api import Gradebook

from autograder.sandbox.trial import why_not_isolated

pytestmark = pytest.mark.slow
isolated = pytest.mark.skipif(bool(why_not_isolated()), reason=f"no sandbox: {why_not_isolated()}")

HONEST = [entry for entry in whole_class() if entry.name.startswith("honest")]


def by_name(entries):
    return pytest.mark.parametrize("entry", entries, ids=lambda entry: entry.name)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class after its run."""
    return GradedClass(tmp_path_factory.mktemp("attacks"))


class GradedClass:
    """Grades the class, and keeps what was there before and after."""

    def __init__(self, place):
        self.folder, self.home, self.temp = place / "course", place / "home", place / "temp"
        for folder in (self.folder, self.home, self.temp):
            folder.mkdir()
        (self.home / "secret.txt").write_text("hunter2")
        environment = os.environ | {
            "HOME": str(self.home),
            "TMPDIR": str(self.temp),
            "SECRET_TOKEN": "hunter2",
            "LATENTLAB_DATA": str(place / "nothing"),  # marks all processes of this run
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        self.mark = f"LATENTLAB_DATA={place / 'nothing'}".encode()
        program = Path(__file__).with_name("attack_class.py")
        self.files_before = project_files()
        ran = subprocess.run([sys.executable, program, self.folder], env=environment)
        assert ran.returncode == 0
        found = json.loads((self.folder / "results.json").read_text())
        self.results = {result["student"]: result for result in found}

    def processes(self):
        """The processes of the run that are still there."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark in (folder / "environ").read_bytes():
                    found.append((folder / "cmdline").read_text())
            except OSError:  # it is another user's, or has ended
                pass
        return found


def project_files():
    """The project's own files."""
    folders = ("autograder", "data", "docs", "latentlab", "notebooks", "solutions", "tests")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    return {path for path in paths if "__pycache__" not in path.parts}


@isolated
@by_name(attacks())
def test_an_attack_gains_nothing(graded, entry):
    result = graded.results[entry.student]
    scores = {check["id"]: check["score"] for check in result["checks"]}
    assert entry.gets <= entry.honest
    assert result["score"] == entry.gets, (scores, result["reason"])


@isolated
@by_name(attacks())
def test_an_attack_is_told_to_the_instructor(graded, entry):
    tried = graded.results[entry.student]["tried"]
    assert entry.tried in "; ".join(tried)
    assert bool(tried) == bool(entry.tried), tried


@isolated
@by_name(attacks())
def test_an_attack_ends_in_time(graded, entry):
    # Each step that can hang has its limit; what comes on top are the attempts to end it gently.
    assert graded.results[entry.student]["seconds"] < LIMITS["notebook_seconds"]


@isolated
@by_name(HONEST)
def test_an_honest_submission_among_attacks_gets_its_grade(graded, entry):
    result = graded.results[entry.student]
    assert (result["status"], result["score"]) == ("graded", entry.gets), result["checks"]
    assert result["tried"] == []


@isolated
def test_the_gradebook_says_the_same(graded):
    with Gradebook(f"sqlite:///{graded.folder}/gradebook.db") as gradebook:
        kept = {s.student_id: s.score for s in gradebook.assignment_submissions(LAB)}
    assert kept == {name: result["score"] for name, result in graded.results.items()}


@isolated
def test_nothing_outside_has_changed(graded):
    own = {".autograder", "autograded", "gradebook.db", "nbgrader_config.py", "results.json"}
    assert {path.name for path in graded.folder.iterdir()} == own | {"submitted"}
    assert [path.name for path in graded.home.rglob("*")] == ["secret.txt"]
    assert list(graded.temp.iterdir()) == []
    assert project_files() >= graded.files_before
    # What the attacks write has this word in it, or in its name.
    folders = [ROOT, Path.home(), *map(Path, ("/", "/tmp", "/var/tmp", "/dev/shm"))]
    assert [path for folder in folders for path in folder.glob("*planted*")] == []
    assert [path for path in project_files() if "planted" in path.name] == []
    code = [*ROOT.glob("autograder/**/*.py"), *ROOT.glob("latentlab/**/*.py")]
    assert [path for path in code if "planted" in path.read_text()] == []


@isolated
def test_no_process_is_left(graded):
    assert graded.processes() == []


@isolated
def test_a_later_notebook_finds_no_trace(graded):
    path = graded.folder / "autograded" / "last" / LAB / f"{LAB}.ipynb"
    (cell,) = [c for c in nbformat.read(path, as_version=4).cells if "found =" in c.source]
    assert json.loads("".join(output.text for output in cell.outputs)) == {
        "files": [],
        "processes": 1,
        "environment": [],
        "modules": [],
    }


# A notebook that is not shut in can do much, but it cannot grade itself.
OPEN = [entry for entry in attacks() if entry.theme == "outputs"]


@by_name(OPEN)
def test_without_a_sandbox_no_output_gains_a_point(entry):
    wrong, right = graded_cell("assert answer == 42", "a"), graded_cell("assert other == 41", "b")
    cells = judge(*entry.start, "answer, other = 41, 41", wrong, *entry.end, right, sandbox=False)
    assert verdict(cells[len(entry.start) + 1]) != ""
    assert (verdict(cells[-1]) == "") == (entry.gets == 1)
