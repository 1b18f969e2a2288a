"""The grade files that Canvas and Moodle read: every name, every score, nothing taken for code."""

import csv
import shutil
from datetime import datetime, timedelta

import pytest
from nbgrader.api import Gradebook

from autograder.exports import CanvasExporter, MoodleExporter
from autograder.gradebook import make_gradebook

LAB = "lab01_mnist_autoencoder"
STUDENTS = {
    "ada": ("Ada", 'King, Countess of "Lovelace"', "ada@example.org"),
    "wang": ("小明", "王", "wang@example.org"),
    "zoë": ("Zoë", "O'Hara", None),
    "nameless": (None, None, None),
    "formula": ("=HYPERLINK(1)", "-2+3", "@sum"),
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An empty gradebook, which takes seconds to make."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    make_gradebook(f"sqlite:///{path}")
    return path


@pytest.fixture
def gradebook(empty, tmp_path):
    """A class of five on two assignments; the last student has handed in nothing."""
    shutil.copy(empty, tmp_path)
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        for name in (LAB, "lab02_latent_space"):
            gradebook.add_assignment(name)
            gradebook.add_notebook(name, name)
            gradebook.add_grade_cell("check", name, name, max_score=17, cell_type="code")
            gradebook.add_grade_cell("written", name, name, max_score=3, cell_type="markdown")
        for student, (first, last, email) in STUDENTS.items():
            gradebook.add_student(student, first_name=first, last_name=last, email=email)
        for number, student in enumerate(list(STUDENTS)[:4]):
            gradebook.add_submission(LAB, student, timestamp=datetime(2026, 5, 1))
            grade = gradebook.find_grade("check", LAB, LAB, student)
            grade.auto_score = 10 + number + 0.5
            by_hand = gradebook.find_grade("written", LAB, LAB, student)
            by_hand.manual_score = 2
            grade.needs_manual_grade = by_hand.needs_manual_grade = False
        gradebook.db.commit()
        yield gradebook


def exported(exporter, gradebook, path, **options):
    plugin = exporter(to=str(path), **options)
    plugin.export(gradebook)
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def test_canvas_gets_names_points_possible_and_scores(gradebook, tmp_path):
    header, possible, *rows = exported(CanvasExporter, gradebook, tmp_path / "grades.csv")
    assert header[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert header[5:] == [LAB, "lab02_latent_space"]
    assert [field.strip() for field in possible] == ["Points Possible", "", "", "", "", "20", "20"]
    of_student = {row[3]: row for row in rows}
    assert set(of_student) == set(STUDENTS)
    assert of_student["ada"][0] == 'King, Countess of "Lovelace", Ada'
    assert of_student["wang"][0] == "王, 小明"
    assert of_student["nameless"][0] == "nameless"
    assert of_student["ada"][5:] == ["12.5", ""]


def test_moodle_gets_a_row_a_student(gradebook, tmp_path):
    header, *rows = exported(MoodleExporter, gradebook, tmp_path / "grades.csv")
    assert header == ["username", "firstname", "lastname", "email", LAB, "lab02_latent_space"]
    of_student = {row[0]: row for row in rows}
    assert of_student["wang"] == ["wang", "小明", "王", "wang@example.org", "13.5", ""]
    assert of_student["zoë"][3] == ""


def test_who_handed_in_nothing_has_no_grade_rather_than_none_of_the_points(gradebook, tmp_path):
    _, *rows = exported(MoodleExporter, gradebook, tmp_path / "grades.csv")
    assert next(row for row in rows if row[0] == "formula")[4:] == ["", ""]


def test_a_penalty_for_being_late_is_taken_off(gradebook, tmp_path):
    submission = gradebook.find_submission(LAB, "ada")
    submission.timestamp += timedelta(days=1)
    submission.notebooks[0].late_submission_penalty = 4
    gradebook.db.commit()
    _, *rows = exported(MoodleExporter, gradebook, tmp_path / "grades.csv")
    assert next(row for row in rows if row[0] == "ada")[4] == "8.5"


def test_a_name_that_looks_like_a_formula_is_text(gradebook, tmp_path):
    for exporter in (CanvasExporter, MoodleExporter):
        rows = exported(exporter, gradebook, tmp_path / "grades.csv")
        fields = [field for row in rows for field in row]
        assert not any(field.startswith(("=", "+", "-", "@")) for field in fields)


def test_an_id_is_exported_as_it_is_whatever_it_begins_with(gradebook, tmp_path):
    gradebook.add_student("-7", first_name="Min", last_name="Us", lms_user_id="-70")
    for exporter, column in ((CanvasExporter, 3), (MoodleExporter, 0)):
        rows = exported(exporter, gradebook, tmp_path / "grades.csv")
        assert "-7" in [row[column] for row in rows]


def test_students_and_assignments_can_be_chosen(gradebook, tmp_path):
    chosen = {"student": ["wang"], "assignment": [LAB]}
    rows = exported(MoodleExporter, gradebook, tmp_path / "grades.csv", **chosen)
    assert [row[0] for row in rows] == ["username", "wang"]
    assert rows[0][4:] == [LAB]


@pytest.mark.parametrize("exporter", [CanvasExporter, MoodleExporter])
def test_what_waits_for_marks_by_hand_is_said(gradebook, tmp_path, caplog, exporter):
    for student in ("ada", "wang"):
        gradebook.find_grade("written", LAB, LAB, student).needs_manual_grade = True
    gradebook.db.commit()
    exported(exporter, gradebook, tmp_path / "grades.csv")
    assert f"{LAB}: 2 submissions wait for marks by hand (ada, wang)" in caplog.text
    caplog.clear()
    exported(exporter, gradebook, tmp_path / "grades.csv", student=["ada"])
    assert f"{LAB}: 1 submission waits for marks by hand (ada)" in caplog.text
    caplog.clear()
    exported(exporter, gradebook, tmp_path / "grades.csv", assignment=["lab02_latent_space"])
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"assignment": ["lab99"]},
            f"no assignment 'lab99' in the gradebook; there are: {LAB}, lab02",
        ),
        ({"student": ["adda"]}, "no student 'adda' in the gradebook; did you mean ada?"),
    ],
)
def test_who_or_what_is_not_in_the_gradebook_is_said(gradebook, tmp_path, options, message):
    with pytest.raises(SystemExit, match=message):
        exported(MoodleExporter, gradebook, tmp_path / "grades.csv", **options)
    assert not (tmp_path / "grades.csv").exists()


def test_a_file_that_cannot_be_written_is_said(gradebook, tmp_path):
    with pytest.raises(SystemExit, match="cannot be written: Is a directory"):
        exported(CanvasExporter, gradebook, tmp_path)
