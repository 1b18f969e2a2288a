"""A lab's source: its words become nbgrader's metadata, its ids stay, its checks stand alone."""

import pytest
import typer
from conftest import LAB

from autograder import commands, proof, source
from autograder.build import lint
from autograder.proof import variants
from autograder.source import SourceError, labs, read_source


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a lab's source in a folder of its own and read it."""
    for module in (source, proof):
        monkeypatch.setattr(module, "SOLUTIONS", tmp_path)

    def write(text):
        (tmp_path / "lab99_test.py").write_text(text)
        return read_source("lab99_test")

    return write


def test_words_become_nbgraders_metadata(write):
    cells = write(
        '# %% answer="f"\nx = 1\n\n# %% check="f" points=2\nassert x\n\n'
        '# %% [markdown] written="why" points=3\n# Because.\n\n# %%\nprint()\n'
    ).cells
    found = [cell.metadata.get("nbgrader", {}) for cell in cells]
    assert [cell.get("grade_id") for cell in found] == ["answer-f", "f", "written-why", None]
    assert [cell.get("grade") for cell in found] == [False, True, True, None]
    assert [cell.get("solution") for cell in found] == [True, False, True, None]
    assert [cell.get("locked") for cell in found] == [False, True, False, None]
    assert [cell.get("points") for cell in found] == [None, 2, 3, None]


def test_ids_are_unique_and_stay_when_another_cell_changes(write):
    before = [cell.id for cell in write("# %%\na = 1\n\n# %%\nb = 2\n\n# %%\nb = 2\n").cells]
    after = [cell.id for cell in write("# %%\na = 7\n\n# %%\nb = 2\n\n# %%\nb = 2\n").cells]
    assert len(set(before)) == 3
    assert before[1:] == after[1:]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('# %% check="f"\nassert x\n', "needs points"),
        ('# %% [markdown] check="f" points=1\n# text\n', "cannot be a markdown cell"),
        ('# %% written="f" points=1\nx = 1\n', "cannot be a code cell"),
        ('# %% answer="f" check="f" points=1\nx = 1\n', "both"),
        ('# %% check="f" points=two\nassert x\n', "begins 'assert x' cannot be read at .*=two"),
        ("# %% check\nassert x\n", "cannot be read at 'check'"),
        ('# %% chek="f" points=1\nx = 1\n', "unknown word 'chek'; there are: answer, check"),
        ('# %% answer="a b"\nx = 1\n', "answer 'a b': write letters"),
        ('# %% answer="f"\nx = 1\n\n# %% answer="f"\nx = 2\n', "two cells answer='f'"),
    ],
)
def test_a_header_that_says_too_little_or_too_much_is_refused(write, text, message):
    with pytest.raises(SourceError, match=message):
        write(text)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ('alternate="a" answer="g"', "a: there is no answer 'g' to replace"),
        ('alternate="a"', "a: there is no answer None to replace"),
        ('alternate="a" anser="f"', "unknown word 'anser'; there are: mutant, alternate, answer"),
    ],
)
def test_a_proof_that_names_what_the_lab_has_not_is_refused(write, tmp_path, header, message):
    write('# %% answer="f"\nx = 1\n')
    (tmp_path / "lab99_test.proof.py").write_text(f"# %% {header}\nx = 2\n")
    with pytest.raises(SourceError, match=message):
        variants("lab99_test")


def test_a_lab_whose_first_cell_lacks_its_time_is_refused_before_it_is_built(write, capsys):
    write("# %% [markdown]\n# # A title\n")
    with pytest.raises(typer.Exit):
        commands.build(["lab99_test"])
    assert "lab99_test: its first cell must have a title, **Time:**" in capsys.readouterr().err


def test_a_test_cell_that_uses_the_students_module_is_refused(write):
    notebook = write('# %%\nimport numpy as np\n\n# %% check="f" points=1\nassert np.pi > 3\n')
    with pytest.raises(SourceError, match="uses np but does not import it"):
        lint(notebook, "lab99_test")


def test_every_lab_is_found_and_its_proof_is_no_lab():
    assert LAB in labs()
    assert not [lab for lab in labs() if "proof" in lab or "calibrate" in lab]


# What these hold against fixed numbers, or try on random ones, needs no second, hidden look.
NOTHING_TO_HIDE = {
    "lab01_mnist_autoencoder": {"pencil"},
    "lab07_variational_autoencoder": {"encoder"},
    "lab08_anomaly_detection": {"threshold"},
    "lab11_features_and_super_resolution": {"gain"},
    "lab10_semantic_segmentation": {"encoder", "fcn32", "skips"},
    "exercise1_notmnist_architecture": {"sizes"},
    "exercise2_notmnist_training": {"network", "training"},
}


@pytest.mark.parametrize("lab", labs())
def test_a_lab_has_the_parts_that_the_course_promises(lab):
    cells = read_source(lab).cells
    graded = [c for c in cells if c.metadata.get("nbgrader", {}).get("grade")]
    checks = [c for c in graded if not c.metadata.nbgrader.solution]
    assert 4 <= len(checks) <= 8
    open_checks = {c.id for c in checks if "### BEGIN HIDDEN TESTS" not in c.source}
    assert open_checks == NOTHING_TO_HIDE.get(lab, set())
    assert all(c.metadata.nbgrader.points > 0 for c in graded)
    lint(read_source(lab), lab)
