"""The proof that the grader grades, for every lab: in the judge, and in plain nbgrader alike.

The solution gets full marks, the unsolved release none. Every mutant loses exactly the checks
that it breaks and is told what it did; every alternate gets full marks.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import nbformat
import pytest
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade

from autograder.judge.execute import JudgedExecute
from autograder.proof import submission, variants
from autograder.record import is_check
from autograder.source import labs, read_source, release_path
from autograder.warm.provisioner import WarmKernelManager

pytestmark = pytest.mark.slow

CASES = [
    *[(lab, "solution") for lab in labs()],
    *[(lab, "unsolved") for lab in labs()],
    *[(lab, variant.name) for lab in labs() for variant in variants(lab)],
]


@pytest.mark.parametrize("way", ["judge", "plain nbgrader"])
@pytest.mark.parametrize(("lab", "name"), CASES)
def test_loses_exactly_what_it_breaks(way, lab, name):
    found = outcomes(way)[lab, name]
    assert all(score in (0, points) for score, points, _ in found.values())
    failed = {check for check, (score, points, _) in found.items() if score < points}
    wanted, first, says = expected(lab, name, found)
    assert failed == wanted, {check: found[check][2] for check in failed ^ wanted}
    if first:
        assert says.lower() in found[first][2].lower()


@pytest.mark.parametrize("lab", labs())
def test_there_are_enough_mistakes_and_ways(lab):
    kinds = [variant.kind for variant in variants(lab)]
    assert kinds.count("mutant") >= 15
    assert kinds.count("alternate") >= 6


def expected(lab, name, found):
    """The checks that must fail, the one whose message counts, and the word it must hold."""
    if name in ("solution", "unsolved"):
        return (set(found) if name == "unsolved" else set()), None, ""
    variant = next(variant for variant in variants(lab) if variant.name == name)
    return set(variant.fails), next(iter(variant.fails), None), variant.says


@cache
def outcomes(way):
    """Every case's checks, graded this way, several at once: {check: (score, points, said)}."""
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        return dict(zip(CASES, executor.map(lambda case: grade(way, *case), CASES), strict=True))


def grade(way, lab, name):
    notebook = restored(lab, name)
    if way == "judge":
        notebook, _ = JudgedExecute().preprocess(notebook, {"metadata": {}})
    else:
        runner = Execute(timeout=300, kernel_manager_class=WarmKernelManager)
        notebook, _ = runner.preprocess(notebook, {"metadata": {}})
    return {
        cell.metadata.nbgrader.grade_id: (*determine_grade(cell), said(cell))
        for cell in notebook.cells
        if is_check(cell)
    }


def restored(lab, name):
    """The submission with its hidden tests back in place, as nbgrader restores them."""
    if name == "unsolved":
        notebook = nbformat.read(release_path(lab), as_version=4)
    else:
        variant = next((v for v in variants(lab) if v.name == name), None)
        notebook = submission(lab, variant)
    tests = {cell.id: cell.source for cell in read_source(lab).cells if is_check(cell)}
    for cell in notebook.cells:
        cell.source = tests.get(cell.id, cell.source)
    return notebook


def said(cell):
    return "\n".join(o.evalue for o in cell.outputs if o.output_type == "error")
