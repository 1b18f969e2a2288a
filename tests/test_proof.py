"""The proof that the grader grades, for every lab: in the judge, and in plain nbgrader alike.

The solution gets full marks, the unsolved release none. Every mutant loses exactly the checks
that it breaks and is told what it did; every alternate gets full marks.

To save time, given cells that only show something are left out here (other tests run whole
notebooks), each test cell is run both ways in one run of the notebook, and variants of answers
that no given cell depends on share a kernel: there the answer is changed, the checks are run that
use it or what depends on it, and the answer is changed back, as a student would. Of the other
checks, the solution's outcomes in this kernel count. While the outcomes of one lab are looked at,
the runs of the next have begun, so that no core waits for the last run of a lab.
"""

import copy
import os
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from nbgrader.utils import determine_grade

from autograder.dependencies import bound, is_python, needed_by, used
from autograder.judge.execute import JudgedExecute
from autograder.proof import submission, variants
from autograder.record import is_check
from autograder.source import grade_id, labs, read_source, release_path

pytestmark = pytest.mark.slow

SOURCES = {lab: read_source(lab) for lab in labs()}
VARIANTS = {lab: variants(lab) for lab in labs()}
CASES = [
    *[(lab, "solution") for lab in labs()],
    *[(lab, "unsolved") for lab in labs()],
    *[(lab, variant.name) for lab in labs() for variant in VARIANTS[lab]],
]


@pytest.mark.parametrize("way", ["judge", "plain nbgrader"])
@pytest.mark.parametrize(("lab", "name"), CASES)
def test_loses_exactly_what_it_breaks(outcomes, way, lab, name):
    found = {cell.metadata.nbgrader.grade_id: cell for cell in outcomes[lab][name][way]}
    grades = {check: determine_grade(cell) for check, cell in found.items()}
    assert set(grades) == {cell.id for cell in SOURCES[lab].cells if is_check(cell)}
    assert all(score in (0, points) for score, points in grades.values())
    failed = {check for check, (score, points) in grades.items() if score < points}
    wanted, first, says = expected(lab, name, found)
    assert failed == wanted, {check: said(found[check]) for check in failed ^ wanted}
    if first:
        assert says.lower() in said(found[first]).lower()


@pytest.mark.parametrize("lab", labs())
def test_there_are_enough_mistakes_and_ways(lab):
    kinds = [variant.kind for variant in VARIANTS[lab]]
    enough = kinds.count("mutant") >= 10 and kinds.count("alternate") >= 4
    assert enough, f"{lab}.proof.py needs at least ten mutants and four alternates"


def expected(lab, name, found):
    """The checks that must fail, the one whose message counts, and the word it must hold."""
    if name in ("solution", "unsolved"):
        return (set(found) if name == "unsolved" else set()), None, ""
    variant = next(variant for variant in VARIANTS[lab] if variant.name == name)
    return set(variant.fails), next(iter(variant.fails), None), variant.says


class Outcomes:
    """Each case's test cells after their run, in the judge and in the kernel itself, lab by lab."""

    def __init__(self, labs, executor):
        self.labs, self.executor, self.started = labs, executor, {}

    def __getitem__(self, lab):
        following = self.labs.index(lab) + 1
        for one in self.labs[following - 1 : following + 1]:
            if one not in self.started:
                self.started[one] = list(self.start(one))
        return {name: ways for run in self.started[lab] for name, ways in run.result().items()}

    def start(self, lab):
        light = light_variants(lab)
        heavy = [variant for variant in VARIANTS[lab] if variant not in light]
        yield self.executor.submit(run_sharing_a_kernel, lab, light)
        yield self.executor.submit(run_alone, lab, "unsolved", release_path(lab))
        for variant in heavy:
            yield self.executor.submit(run_alone, lab, variant.name, variant)


@pytest.fixture(scope="module")
def outcomes(request):
    here = [item for item in request.session.items if item.path == request.path]
    chosen = list(dict.fromkeys(item.callspec.params["lab"] for item in here))
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        yield Outcomes(chosen, executor)
        executor.shutdown(cancel_futures=True)  # some are left after a failure with -x


def run_alone(lab, name, what):
    """Run one case in a kernel of its own."""
    return {name: BothWays().run(restored(lab, what))}


def run_sharing_a_kernel(lab, light):
    """Run the solution, then each variant's answers with the checks that these may change."""
    notebook = restored(lab, None)
    answers = {cell.id: cell for cell in notebook.cells if cell.id.startswith("answer-")}
    checks = [cell for cell in notebook.cells if is_check(cell)]
    tried = {"solution": checks}
    for variant in light:
        ids = [grade_id("answer", name) for name in variant.answers]
        changed = copy.deepcopy([answers[cell_id] for cell_id in ids])
        for cell, source in zip(changed, variant.answers.values(), strict=True):
            cell.source = source
        back = [answers[cell_id] for cell_id in ids]
        others = dependents([*back, *changed], [answers[i] for i in answers if i not in ids])
        names = set().union(*map(bound, [*back, *changed, *others]))
        tried[variant.name] = [cell for cell in checks if used(cell) & names]
        notebook.cells += copy.deepcopy([*changed, *others, *tried[variant.name], *back, *others])
    ways, found = BothWays().run(notebook), {name: {} for name in tried}
    for way, cells in ways.items():
        ran, solutions = iter(cells), {}
        for name, some in tried.items():
            own = solutions | {cell.id: next(ran) for cell in some}
            solutions = solutions or own
            found[name][way] = list(own.values())
        assert next(ran, None) is None
    return found


def dependents(changed, answers):
    """The answers that use a name which the changed ones bind, through other answers too."""
    names, found = set().union(*map(bound, changed)), []
    for cell in answers:
        if used(cell) & names:
            names |= bound(cell)
            found.append(cell)
    return found


class BothWays(JudgedExecute):
    """Runs each test cell twice: in the student's kernel, as plain nbgrader does, and judged."""

    sandbox = False  # run in the kernel, hidden tests need the judge's images there

    def run(self, notebook):
        self.plain = []
        judged, _ = self.preprocess(notebook, {"metadata": {}})
        checks = [cell for cell in judged.cells if is_check(cell)]
        return {"judge": checks, "plain nbgrader": self.plain}

    def _run(self, cell, index):
        if is_check(cell):
            copied = copy.deepcopy(cell)
            self._run_students(copied, index)
            self.plain.append(copied)
        return super()._run(cell, index)


def restored(lab, what):
    """A submission (of a variant, the solution, or a notebook file) with its hidden tests back.

    Given cells that only show something are left out.
    """
    is_file = hasattr(what, "read_text")
    notebook = nbformat.read(what, as_version=4) if is_file else submission(lab, what)
    tests = {cell.id: cell.source for cell in SOURCES[lab].cells if is_check(cell)}
    kept = {cell.id for cell in needed_cells(SOURCES[lab])}
    notebook.cells = [cell for cell in notebook.cells if cell.id in kept]
    for cell in notebook.cells:
        cell.source = tests.get(cell.id, cell.source)
    return notebook


def needed_cells(notebook):
    """Checks, answers, and given cells that bind a name which one of these uses."""
    graded = [cell for cell in notebook.cells if is_python(cell) and "nbgrader" in cell.metadata]
    return needed_by(graded, notebook.cells)


def light_variants(lab):
    """The variants of answers that no needed given cell depends on, through other answers too."""
    cells = needed_cells(SOURCES[lab])
    given = [cell for cell in cells if "nbgrader" not in cell.metadata]
    answers = [cell for cell in cells if cell.id.startswith("answer-")]
    reached = set().union(*map(used, given))
    while more := [cell for cell in answers if bound(cell) & reached and not used(cell) <= reached]:
        reached |= set().union(*map(used, more))
    heavy = {cell.id for cell in answers if bound(cell) & reached}
    return [
        variant
        for variant in VARIANTS[lab]
        if heavy.isdisjoint(grade_id("answer", name) for name in variant.answers)
    ]


def said(cell):
    return "\n".join(o.evalue for o in cell.outputs if o.output_type == "error")
