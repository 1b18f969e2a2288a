"""The instructor's guide: every command of its first section, as it is written there."""

import csv
import re
import subprocess
import sys

import nbformat
import pytest
from conftest import LAB, ROOT, submit
from test_kills import quick_submission

from autograder import source, start_page
from autograder.build import build
from autograder.course import Course
from autograder.demo import write_class
from autograder.source import release_path

GUIDE = ROOT / "docs" / "instructor.md"
FIRST = "From a clone to a graded class in ten minutes"
# Of its other sections; they go on with the class of the first.
MORE = [
    "nbgrader export --exporter=autograder.exports.CanvasExporter --to canvas.csv",
    "autograder gradescope lab01_mnist_autoencoder gradescope.zip",
    "autograder build LAB",
]
TRIED_ELSEWHERE = {
    "make demo": "test_readme.py",
    ". .venv/bin/activate": "all tests run in it",
    "nbgrader db student import students.csv": "test_readme.py",
    f'nbgrader db assignment add {LAB} --duedate="2026-03-01 12:00:00 UTC"': "below",
    "autograder calibrate LAB": "test_calibrate.py",
    "python -m pytest tests/test_proof.py -k LAB": "test_proof.py",
    "dask scheduler": "test_cluster.py",
    "dask worker tcp://192.0.2.7:8786 --nthreads 4": "test_cluster.py",
    "autograder grade lab01_mnist_autoencoder --scheduler tcp://192.0.2.7:8786": "test_cluster.py",
}


def commands(section):
    """The commands of a section of the guide, in order."""
    text = GUIDE.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    return commands_in(text)


def commands_in(text):
    """The commands that stand on lines of their own, without what is said of them."""
    code = r"^```python\n.*?^```$"
    lines = re.findall(
        r"^(?:    |(?=dask|autograder))(\S.*)$", re.sub(code, "", text, flags=re.M | re.S), re.M
    )
    return [line.partition("  #")[0].strip() for line in lines]


def test_no_command_of_the_guide_is_left_out():
    everything = set(commands_in(GUIDE.read_text(encoding="utf-8")))
    assert everything == {*commands(FIRST), *MORE, *TRIED_ELSEWHERE}


@pytest.mark.slow
def test_from_a_clone_to_a_graded_class(course_folder):
    written = commands(FIRST)
    assert written[:2] == ["make demo", ". .venv/bin/activate"]  # which this test runs in
    (course_folder / "demo").mkdir()
    texts = {"ada": nbformat.writes(quick_submission(2)), "tony": release_path(LAB).read_text()}
    write_class(course_folder / "demo", texts)
    for command in [*written[2:], *MORE]:
        command = command.replace("LAB", LAB)
        ran = subprocess.run(command, shell=True, capture_output=True, text=True)
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
    for made in ("labs.zip", "gradescope.zip", "canvas.csv"):
        assert (course_folder / made).is_file()
    assert "pencil" in (course_folder / "class.html").read_text(encoding="utf-8")
    for student in texts:
        page = course_folder / "feedback" / student / LAB / f"{LAB}.html"
        assert "YOUR CODE HERE" in page.read_text(encoding="utf-8")
    grades = (course_folder / "moodle.csv").read_text(encoding="utf-8")
    assert "ada,Ada,Sample,ada@example.org,4" in grades
    assert "tony,Tony,Sample,tony@example.org,0" in grades


@pytest.mark.slow
def test_a_late_submission_costs_what_the_guide_says(course_folder):
    guide = GUIDE.read_text(encoding="utf-8")
    (setting,) = re.findall(r"^c\.LateSubmissionPlugin.*$", guide, re.MULTILINE)
    (due,) = commands("Collect")[-1:]
    late, punctual = (
        submit(course_folder, name, quick_submission(2)).with_name("timestamp.txt")
        for name in ("late", "punctual")
    )
    late.write_text("2026-03-02 12:00:00 UTC")
    punctual.write_text("2026-02-28 12:00:00 UTC")

    def exported():
        grade = f"{sys.executable} -m autograder.cli grade {LAB}"
        export = "nbgrader export --exporter=autograder.exports.MoodleExporter --to moodle.csv"
        for command in (grade, export):
            subprocess.run(command, shell=True, check=True, capture_output=True)
        with open("moodle.csv", newline="", encoding="utf-8-sig") as file:
            return {row["username"]: float(row[LAB]) for row in csv.DictReader(file)}

    before = exported()
    assert before["late"] == before["punctual"] > 0
    subprocess.run(due, shell=True, check=True, capture_output=True)
    assert exported() == before
    with open("nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write(f"{setting}\n")
    subprocess.run([sys.executable, "-m", "autograder.cli", "grade", LAB, "--regrade"], check=True)
    assert exported() == before | {"late": 0}


@pytest.mark.slow
def test_the_lab_in_the_guide_is_built_as_it_stands(course_folder, monkeypatch):
    section = GUIDE.read_text(encoding="utf-8").split("## Write a lab\n")[1]
    text = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    monkeypatch.setattr(source, "SOLUTIONS", course_folder)
    monkeypatch.setattr(source, "RELEASES", course_folder / "notebooks")
    (course_folder / "lab12_copies.py").write_text(text, encoding="utf-8")
    build("lab12_copies", Course())
    release = source.release_path("lab12_copies").read_text(encoding="utf-8")
    assert "YOUR CODE HERE" in release and "BEGIN HIDDEN TESTS" not in release
    assert "Marking" not in release and "x_hat - x" not in release
    title, time, _ = start_page.opening("lab12_copies")
    assert title.startswith("Lab 12.") and time == "20 minutes"


def test_links_of_the_documents_lead_somewhere():
    for page in (*ROOT.glob("docs/*.md"), ROOT / "README.md"):
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert link.startswith("http") or (page.parent / link).exists(), (page.name, link)
