"""The start page, and the command that opens it."""

import os
import re
import subprocess
import sys
from importlib.metadata import version

import nbformat
import pytest

import latentlab as lab
import latentlab.__main__ as opener
from autograder.source import RELEASES, labs
from autograder.start_page import START_PAGE, start_page
from latentlab import environment
from latentlab.errors import DataError
from latentlab.keeping import FOLDER


def text(notebook):
    return "\n".join(cell.source for cell in notebook.cells)


def test_the_page_on_disk_is_the_one_that_is_built_now():
    assert START_PAGE.read_text(encoding="utf-8") == nbformat.writes(start_page()) + "\n"


def test_each_lab_is_on_it_with_its_time_and_what_it_builds_on():
    rows = re.findall(r"\| \[(.+?)\]\((.+?)\) \| (.+?) \| (.+?) \|", text(start_page()))
    assert sorted(path for _, path, _, _ in rows) == [f"{lab}/{lab}.ipynb" for lab in labs()]
    for title, path, time, builds_on in rows:
        assert (RELEASES / path).is_file()
        assert title.startswith(("Lab ", "Exercise "))
        assert re.fullmatch(r"\d+ minutes", time) and len(builds_on) > 5


def test_the_labs_come_in_order_and_each_exercise_behind_the_last_lab_that_it_needs():
    titles = re.findall(r"\| \[(\w+ \d+)\.", text(start_page()))
    numbers = [int(title.split()[1]) for title in titles if title.startswith("Lab")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert titles[:6] == ["Lab 1", "Lab 2", "Exercise 1", "Exercise 2", "Lab 3", "Exercise 3"]


def test_a_good_environment_is_said_to_be_one(capsys):
    lab.check_environment()
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "Everything is in place."
    assert all(line.endswith("   ok") for line in lines[:-2])
    assert any(line.startswith(f"keras {version('keras')} ") for line in lines)


def test_what_is_missing_or_other_than_tried_is_said_with_what_to_do(capsys, monkeypatch):
    def load(name):
        raise DataError("unpack the course again")

    monkeypatch.setattr("latentlab.datasets.load", load)
    monkeypatch.setattr(environment, "PACKAGES", ("keras", "no-such-package"))
    monkeypatch.setattr(environment, "_pinned", lambda: {"keras": "1.0"})
    monkeypatch.setattr(environment, "PYTHONS", ((3, 4), (3, 5)))
    lab.check_environment()
    said = capsys.readouterr().out
    assert "6 of 7 need a look." in said
    assert "the course was tried with 1.0: run `python -m pip install" in said
    assert "no-such-package is missing" in said
    assert "the course needs Python 3.4 to 3.5" in said
    assert said.count("to do: unpack the course again") == 3


def test_jupyterlab_opens_on_it_with_the_courses_kernel_and_settings(monkeypatch):
    opened = []
    monkeypatch.setattr("jupyterlab.labapp.main", lambda options: opened.extend(options))
    monkeypatch.setenv("JUPYTER_PATH", "/my/own")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    monkeypatch.setenv(FOLDER, "")  # so that what it is set to does not outlive this test
    monkeypatch.delenv(FOLDER)
    monkeypatch.chdir("/")
    with pytest.raises(SystemExit):
        opener.main(["--no-browser"])
    assert os.environ[FOLDER] == str(RELEASES.parent / ".kept")
    assert opened == ["start.ipynb", f"--notebook-dir={RELEASES}", "--no-browser"]
    code = """
import sys
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server.extension.config import ExtensionConfigManager
from jupyter_core.paths import jupyter_config_path
print(KernelSpecManager().get_kernel_spec("python3").metadata)
manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
extensions = manager.get_jpserver_extensions()
print(extensions["latentlab.warm.server"], extensions["nbgrader.server_extensions.formgrader"])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kernel, extension = ran.stdout.splitlines()
    assert "warm-fork" in kernel
    assert extension == "True False"


def test_a_course_without_its_start_page_is_told_in_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(opener, "NOTEBOOKS", tmp_path)
    with pytest.raises(SystemExit, match=r"There is no start.ipynb in .*\. Unpack the course"):
        opener.main([])
