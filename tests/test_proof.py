"""The proof that the grader grades, for every lab: in the judge, and in plain nbgrader alike.

The solution gets full marks, the unsolved release none. Every mutant loses exactly the checks
that it breaks and is told what it did; every alternate gets full marks.
"""

import copy
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import nbformat
import pytest
from jupyter_core.utils import run_sync
from nbgrader.utils import determine_grade

from autograder.judge.execute import JudgedExecute
from autograder.proof import submission, variants
from autograder.record import is_check
from autograder.source import labs, read_source, release_path

pytestmark = pytest.mark.slow

CASES = [
    *[(lab, "solution") for lab in labs()],
    *[(lab, "unsolved") for lab in labs()],
    *[(lab, variant.name) for lab in labs() for variant in variants(lab)],
]


@pytest.mark.parametrize("way", ["judge", "plain nbgrader"])
@pytest.mark.parametrize(("lab", "name"), CASES)
def test_loses_exactly_what_it_breaks(way, lab, name):
    found = {cell.metadata.nbgrader.grade_id: cell for cell in outcomes()[lab, name][way]}
    grades = {check: determine_grade(cell) for check, cell in found.items()}
    assert all(score in (0, points) for score, points in grades.values())
    failed = {check for check, (score, points) in grades.items() if score < points}
    wanted, first, says = expected(lab, name, found)
    assert failed == wanted, {check: said(found[check]) for check in failed ^ wanted}
    if first:
        assert says.lower() in said(found[first]).lower()


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
def outcomes():
    """The test cells of every case after their run, in the judge and in the kernel itself."""
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        runs = executor.map(lambda case: BothWays().run(restored(*case)), CASES)
        return dict(zip(CASES, runs, strict=True))


class BothWays(JudgedExecute):
    """Runs each test cell twice: in the student's kernel, as plain nbgrader does, and judged.

    One run of the student's cells, which is what takes the time, serves both.
    """

    hidden = ()  # run in the kernel, hidden tests need the judge's images there

    def run(self, notebook):
        self.plain = []
        judged, _ = self.preprocess(notebook, {"metadata": {}})
        checks = [cell for cell in judged.cells if is_check(cell)]
        return {"judge": checks, "plain nbgrader": self.plain}

    async def async_execute_cell(self, cell, cell_index, **kwargs):
        if is_check(cell):
            copied = copy.deepcopy(cell)
            await super(JudgedExecute, self).async_execute_cell(copied, cell_index, **kwargs)
            self.plain.append(copied)
        return await super().async_execute_cell(cell, cell_index, **kwargs)

    execute_cell = run_sync(async_execute_cell)


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
