"""The bundle: what students get, all of it, and nothing that is not theirs."""

import subprocess
import sys

import nbformat
import pytest
from conftest import LAB

from autograder import bundle
from autograder.bundle import hidden_lines, write_bundle
from autograder.source import SourceError, labs


def test_it_holds_the_notebooks_the_helper_the_data_and_the_environment(unpacked):
    wanted = [
        "README.md",
        "environment.yml",
        "requirements.txt",
        "pyproject.toml",
        "latentlab/__init__.py",
        "latentlab/check/__init__.py",
        "data/mnist.npz",
        "data/README.md",
        *[f"notebooks/{lab}/{lab}.ipynb" for lab in labs()],
    ]
    assert [name for name in wanted if not (unpacked / name).is_file()] == []


def test_it_holds_nothing_of_the_grader_and_no_image_of_the_judges(unpacked):
    tops = {path.name for path in unpacked.iterdir()}
    assert tops == {
        *("README.md", "LICENSE", "environment.yml", "requirements.txt", "pyproject.toml"),
        *("data", "latentlab", "notebooks"),
    }


@pytest.mark.parametrize("lab", labs())
def test_no_line_of_a_solution_or_of_a_hidden_test_is_in_it(unpacked, lab):
    texts = [
        path.read_text(encoding="utf-8", errors="ignore")
        for path in unpacked.rglob("*")
        if path.suffix in (".py", ".ipynb", ".md", ".toml", ".json", ".txt", ".yml")
    ]
    for line in hidden_lines(lab):
        escaped = line.replace("\\", "\\\\").replace('"', '\\"')
        assert not any(line in text or escaped in text for text in texts), line


def test_the_helper_in_it_loads_its_data_without_the_rest_of_the_repository(unpacked):
    code = "import latentlab as lab; print(lab.load('mnist').test.images.shape, lab.__file__)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=unpacked, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split(" /")[0] == "(500, 28, 28, 1)"
    assert str(unpacked) in ran.stdout


def test_the_same_files_make_the_same_bundle(tmp_path):
    write_bundle(tmp_path / "a.zip")
    write_bundle(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_release_that_gives_a_solution_away_is_not_packed(tmp_path, monkeypatch):
    leak = tmp_path / f"{LAB}.ipynb"
    notebook = nbformat.read(bundle.release_path(LAB), as_version=4)
    notebook.cells[-1].source += hidden_lines(LAB)[0]
    nbformat.write(notebook, leak)
    monkeypatch.setattr(bundle, "release_path", lambda lab: leak)
    with pytest.raises(SourceError, match="the release holds"):
        write_bundle(tmp_path / "labs.zip")
    assert not (tmp_path / "labs.zip").exists()
