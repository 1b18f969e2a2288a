"""The environment: one list of pinned packages for everyone, and nothing that slows a kernel."""

import subprocess
import sys
import tomllib

import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement

SLOW = {"scikit-learn", "pandas", "scipy"}


def pinned(name):
    lines = (ROOT / name).read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_names_no_address(name):
    for requirement in pinned(name):
        assert [specifier.operator for specifier in requirement.specifier] == ["=="], requirement
        assert requirement.url is None
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "index-url" not in text


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_nothing_that_slows_every_kernel_is_required(name):
    assert SLOW.isdisjoint(requirement.name for requirement in pinned(name))


def test_the_wanted_versions_are_pinned():
    versions = {r.name: str(r.specifier) for r in pinned("requirements.txt")}
    assert versions["tensorflow"].startswith("==2.21")
    assert versions["keras"].startswith("==3.")
    assert versions["nbgrader"] == "==0.9.6"
    assert versions["jupyterlab"].startswith("==4.")
    assert {"nbval", "jupytext", "pooch", "tqdm", "ipywidgets"} <= versions.keys()


def test_conda_users_get_the_same_packages():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    assert pip == {"pip": ["-r requirements.txt", "-e ."]}
    assert conda == ["python=3.12", "pip"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11,<3.14"


def test_every_dependency_of_the_project_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {Requirement(text).name for text in project["dependencies"]}
    assert names <= {requirement.name for requirement in pinned("requirements.txt")}


def test_make_help_lists_every_target_and_is_the_default():
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "test", "check", "lab", "build", "bench", "clean", "help"):
        assert f"make {target}" in shown


def test_the_harness_starts_without_importing_keras():
    code = "import autograder.cli, sys; raise SystemExit('keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
