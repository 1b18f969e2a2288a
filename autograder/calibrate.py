"""Measures right and wrong answers over many seeds, to find a threshold far from both.

A verb of latentlab.check that holds a result against a limit, such as beats_pca, says what it
measured (`latentlab.check.limits`). Here the cells that lead to such checks are run with one seed
after another: for the solution, and for every alternate and mutant that changes the result.
"""

import contextlib
import gc
import io
import linecache
import re
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from nbformat import NotebookNode

import latentlab  # noqa: F401  (before Keras: it silences TensorFlow's notes)
from autograder.dependencies import needed_by
from autograder.proof import Variant, variants
from autograder.record import is_check
from autograder.source import ROOT, SourceError, grade_id, read_source

OTHER_SEEDS = 3  # of each alternate and mutant
LIMIT = re.compile(r"\bat_(most|least)=")
SEED = re.compile(r"\blab\.seed\(\d+\)")


class Quantity(NamedTuple):
    """What a check measures, and the limit that it sets, if any."""

    check: str
    what: str
    limit: float | None


class Case(NamedTuple):
    """An answer, whether the checks are to let it pass, which ones, and the cells they need."""

    name: str
    kind: str
    answers: dict[str, str]
    checks: set[str]
    cells: list[NotebookNode]
    seeds: int


def report_path(lab: str) -> Path:
    """Where the lab's calibration is kept."""
    return ROOT / "docs" / "calibration" / f"{lab}.md"


def calibrate(lab: str, seeds: int, on_case: Callable[[str, dict], None]) -> Path:
    """Run all cases and write the report; on_case is told the name and values of each.

    Raises SourceError when no check of the lab sets a limit.
    """
    cells = limit_cells(lab)
    limits = {quantity.check for quantity in run(cells, {}, None) if quantity.limit is not None}
    all_cases = cases(lab, cells, limits, seeds)
    values: dict[Quantity, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    seconds = []
    for case in all_cases:
        for seed in range(case.seeds):
            start = time.perf_counter()
            for quantity, value in run(case.cells, case.answers, seed).items():
                if quantity.limit is not None and quantity.check in case.checks:
                    values[quantity][case.name].append(value)
            if case.name == "solution":
                seconds.append(time.perf_counter() - start)
        found = {q.what: of_case[case.name] for q, of_case in values.items()}
        on_case(case.name, {what: numbers for what, numbers in found.items() if numbers})
    path = report_path(lab)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_report(lab, all_cases, values, float(np.median(seconds))), encoding="utf-8")
    return path


def limit_cells(lab: str) -> list[NotebookNode]:
    """The checks of the lab that set a limit, and the cells that they need."""
    cells = read_source(lab).cells
    limits = [cell for cell in cells if is_check(cell) and LIMIT.search(cell.source)]
    if not limits:
        raise SourceError(f"{lab}: no check sets a limit with at_most=... or at_least=...")
    # Other checks bind names too, with what they import; nobody needs them.
    return needed_by(limits, [cell for cell in cells if cell in limits or not is_check(cell)])


def cases(lab: str, cells: list[NotebookNode], limits: set[str], seeds: int) -> list[Case]:
    """The solution, and the variants that have to do with a check that sets a limit.

    A mutant has to do with the checks that are to catch it, an alternate with those that need an
    answer of it: by the others' measure it is the solution once more.
    """
    needed = {check: _needed(check, cells) for check in limits}

    def touched(variant: Variant) -> set[str]:
        changed = {grade_id("answer", name) for name in variant.answers}
        found = {check for check, ids in needed.items() if changed & ids}
        return found & set(variant.fails) if variant.kind == "mutant" else found

    found = [Case("solution", "right", {}, limits, cells, seeds)]
    for variant in sorted(variants(lab), key=lambda variant: variant.kind):  # alternates first
        kind = "right" if variant.kind == "alternate" else "wrong"
        if checks := touched(variant):
            ids = set().union(*(needed[check] for check in checks))
            own = [cell for cell in cells if cell.id in ids]
            found.append(Case(variant.name, kind, variant.answers, checks, own, OTHER_SEEDS))
    return found


def _needed(check: str, cells: list[NotebookNode]) -> set[str]:
    """The ids of the cells that a check needs, other checks left out."""
    own = [cell for cell in cells if cell.id == check or not is_check(cell)]
    return {cell.id for cell in needed_by([cell for cell in own if cell.id == check], own)}


def run(
    cells: list[NotebookNode], answers: dict[str, str], seed: int | None
) -> dict[Quantity, float]:
    """Run the cells with these answers and this seed, or their own; return what was measured.

    A check may measure twice, on given pictures and on held-out ones: the last counts.
    """
    import keras
    import matplotlib
    from matplotlib import pyplot

    from latentlab.check.limits import measuring

    matplotlib.use("agg")  # pictures are drawn for nobody
    keras.backend.clear_session()
    replaced = {grade_id("answer", name): source for name, source in answers.items()}
    names: dict = {"__name__": "__main__"}
    found: dict[Quantity, float] = {}
    with contextlib.redirect_stdout(io.StringIO()), measuring() as measured:
        for cell in cells:
            source = replaced.get(cell.id, cell.source)
            if seed is not None:
                source = SEED.sub(f"lab.seed({seed})", source)
            try:
                _execute(source, cell.id, names)
            except Exception:  # a wrong answer may fail before all is measured
                if not answers:
                    raise
                measured.clear()
            found |= {Quantity(cell.id, m.what, m.limit): m.value for m in measured}
            measured.clear()
    pyplot.close("all")
    names.clear()
    gc.collect()  # models hold themselves in rings
    return found


def _execute(source: str, name: str, names: dict) -> None:
    # TensorFlow wants to read the source of functions that it makes graphs of.
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), names)


def _report(
    lab: str,
    all_cases: list[Case],
    values: dict[Quantity, dict[str, list[float]]],
    seconds: float,
) -> str:
    lines = [
        f"# Calibration of {lab}",
        "",
        f"Written by `autograder calibrate {lab}`. Do not edit it by hand. What is measured, on",
        "held-out data, for the solution and the variants of",
        f"`solutions/{lab}.proof.py` that change it. A right answer is to keep the limit, a wrong",
        "one is not, unless another part of the check finds it. The margin is the distance of a",
        "case's mean from the limit, in standard deviations of the case or of the solution,",
        "whichever are larger.",
    ]
    for quantity, of_case in values.items():
        lines += ["", f"## {quantity.check}: {quantity.what}, limit {quantity.limit:g}", ""]
        lines += ["| | case | seeds | min | median | max | margin |"]
        lines += ["|---|---|---|---|---|---|---|"]
        for case in all_cases:
            if found := of_case[case.name]:
                margin = _margin(found, of_case["solution"], quantity.limit)
                lines.append(
                    f"| {case.kind} | {case.name} | {len(found)} | {min(found):.4g} "
                    f"| {np.median(found):.4g} | {max(found):.4g} | {margin} |"
                )
    return "\n".join([*lines, "", f"The solution's cells took {seconds:.1f} s (median).", ""])


def _margin(found: list[float], solution: list[float], limit: float) -> str:
    if len(found) < 2:
        return ""
    deviation = max(np.std(found, ddof=1), np.std(solution, ddof=1))
    return f"{abs(limit - np.mean(found)) / deviation:.0f}" if deviation else "all alike"
