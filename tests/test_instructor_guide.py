"""The instructor's guide: every command of its first section, as it is written there."""

import re
import subprocess

import nbformat
import pytest
from conftest import LAB, ROOT
from test_kills import quick_submission

from autograder.demo import write_class
from autograder.source import release_path

GUIDE = ROOT / "docs" / "instructor.md"


def commands(section):
    """The commands of a section of the guide, in order."""
    text = GUIDE.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"^    (\S.*)$", text, re.MULTILINE)


@pytest.mark.slow
def test_from_a_clone_to_a_graded_class(course_folder):
    written = commands("From a clone to a graded class in ten minutes")
    assert written[:2] == ["make demo", ". .venv/bin/activate"]  # which this test runs in
    (course_folder / "demo").mkdir()
    texts = {"ada": nbformat.writes(quick_submission(2)), "tony": release_path(LAB).read_text()}
    write_class(course_folder / "demo", texts)
    for command in written[2:]:
        ran = subprocess.run(command, shell=True, capture_output=True, text=True)
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
    assert (course_folder / "labs.zip").is_file()
    assert "pencil" in (course_folder / "class.html").read_text(encoding="utf-8")
    for student in texts:
        page = course_folder / "feedback" / student / LAB / f"{LAB}.html"
        assert "YOUR CODE HERE" in page.read_text(encoding="utf-8")
    grades = (course_folder / "moodle.csv").read_text(encoding="utf-8")
    assert "ada,Ada,Sample,ada@example.org,4" in grades
    assert "tony,Tony,Sample,tony@example.org,0" in grades


def test_links_of_the_documents_lead_somewhere():
    for page in (*ROOT.glob("docs/*.md"), ROOT / "README.md"):
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert link.startswith("http") or (page.parent / link).exists(), (page.name, link)
