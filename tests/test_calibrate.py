"""Calibration: the cells that lead to a limit are run seed after seed, for right and wrong."""

import pytest

from autograder import calibrate, proof, source
from autograder.source import SourceError
from latentlab import check
from latentlab.check.limits import keep_limit, measuring

LAB = """\
# %%
import numpy as np
import latentlab as lab
raise_when_shown = 1

# %% answer="error"
def error():
    return 0.2 + 0.1 * np.random.random()

# %% answer="other"
def other():
    return 1

# %%
lab.seed(4)
found = error()

# %%
raise RuntimeError("this cell only shows something")

# %% check="error" points=1
from latentlab.check.limits import keep_limit as _keep

_keep("error", 9.0, "on given data", at_most=0.5, hint=lambda: "")
_keep("error", found, "on held-out data", at_most=0.5, hint=lambda: "")

# %% answer="length"
def length():
    return 8 + np.random.random()

# %% check="length" points=1
from latentlab.check.limits import keep_limit as _keep

_keep("length", length(), "on given data", at_least=5, hint=lambda: "")

# %% check="other" points=1
raise RuntimeError("no limit is set here")
"""
PROOF = """\
# %% alternate="constant" answer="error"
def error():
    return 0.25

# %% alternate="elsewhere" answer="other"
def other():
    return 2

# %% mutant="too_large" answer="error" fails="error" says="expected"
def error():
    return 0.9

# %% mutant="broken" answer="error" fails="error" says="raised"
def error():
    raise ValueError("no")

# %% mutant="too_short" answer="length" fails="length" says="expected"
def length():
    return 3

# %% mutant="found_by_another_check" answer="error" fails="other" says="x"
def error():
    return 0.1
"""


@pytest.fixture
def lab(tmp_path, monkeypatch):
    for module in (source, proof):
        monkeypatch.setattr(module, "SOLUTIONS", tmp_path)
    monkeypatch.setattr(calibrate, "ROOT", tmp_path)
    (tmp_path / "lab99_test.py").write_text(LAB)
    (tmp_path / "lab99_test.proof.py").write_text(PROOF)
    return "lab99_test"


@pytest.mark.slow
def test_what_held_out_data_gave_is_reported_for_each_right_and_wrong_answer(lab):
    told = {}
    path = calibrate.calibrate(lab, 6, lambda name, values: told.update({name: values}))
    assert list(told) == ["solution", "constant", "too_large", "broken", "too_short"]
    assert [list(values) for values in told.values()] == [
        ["error", "length"], ["error"], ["error"], [], ["length"]
    ]  # fmt: skip
    values = told["solution"]["error"]
    assert len(values) == len(set(values)) == 6 and 0.2 <= min(values) <= max(values) <= 0.3
    text = path.read_text()
    assert "## error: error, limit 0.5" in text
    assert "| right | constant | 3 | 0.25 | 0.25 | 0.25 |" in text
    assert "| wrong | too_large | 3 | 0.9 | 0.9 | 0.9 |" in text
    assert "broken" not in text
    of_error, of_length = text.split("## length: length, limit 5")
    assert "too_short" not in of_error and "| wrong | too_short | 3 | 3 | 3 | 3 |" in of_length
    assert "constant" not in of_length and "too_large" not in of_length


def test_the_same_seed_gives_the_same_value(lab):
    cells = calibrate.limit_cells(lab)
    once, again, other = (calibrate.run(cells, {}, seed) for seed in (1, 1, 2))
    assert once == again != other


def test_a_lab_without_a_limit_is_told(lab, tmp_path):
    (tmp_path / "lab99_test.py").write_text(calibrate.LIMIT.sub("limit=", LAB))
    with pytest.raises(SourceError, match="no check sets a limit"):
        calibrate.limit_cells(lab)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ({"at_most": 0.5}, "error 0.7; expected at most 0.5. Train longer."),
        ({"at_least": 0.8}, "error 0.7; expected at least 0.8. Train longer."),
    ],
)
def test_a_value_beyond_its_limit_fails_with_a_hint(limit, said):
    with pytest.raises(check.CheckFailed) as failure:
        keep_limit("error", 0.7, "error 0.7", hint=lambda: "Train longer.", **limit)
    assert str(failure.value) == said


def test_a_value_at_its_limit_passes_and_no_limit_holds_while_measuring(capsys):
    keep_limit("error", 0.5, "error 0.5", at_most=0.5, hint=str)
    keep_limit("error", 0.5, "error 0.5", at_least=0.5, hint=str)
    with measuring() as measured:
        keep_limit("error", 0.7, "error 0.7", at_most=0.5, hint=str)
    assert measured == [("error", 0.7, 0.5)]
    assert capsys.readouterr().out == "error 0.5: right\n" * 2
