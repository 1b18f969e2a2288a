"""`autograder collect`: whose a file in a zip is, and what hostile zips may not do."""

import shutil
import stat
import zipfile

import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from autograder import archive, lms
from autograder.archive import ArchiveError
from autograder.commands import app
from autograder.course import Course, lay_out_course
from autograder.gradebook import make_gradebook
from autograder.layout import which_notebook
from autograder.lms import collect_zips

LAB = "lab01_mnist_autoencoder"
STUDENTS = {
    "ada": ("Ada", "Lovelace", "67890"),
    "wang": ("小明", "王", None),
    "zoë": ("Zoë", "O'Hara, Jr.", None),
    "twin1": ("Alan", "Turing", None),
    "twin2": ("Alan", "Turing", None),
    "s1234567": (None, None, None),
}
MOODLE = "Ada Lovelace_12345_assignsubmission_file_/"


@pytest.fixture(scope="module")
def course_with_students(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    lay_out_course(folder)
    make_gradebook(f"sqlite:///{folder}/gradebook.db")
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        for student, (first, last, number) in STUDENTS.items():
            gradebook.add_student(student, first_name=first, last_name=last, lms_user_id=number)
    return folder


@pytest.fixture
def course(course_with_students, tmp_path, monkeypatch):
    lay_out_course(tmp_path)
    shutil.copy(course_with_students / "gradebook.db", tmp_path)
    monkeypatch.chdir(tmp_path)
    return Course()


def make_zip(path, files, day=1, packing=zipfile.ZIP_DEFLATED):
    """A zip file with these contents by name; a ZipInfo in place of a name goes in as it is."""
    with zipfile.ZipFile(path, "w", packing) as out:
        for name, contents in files:
            info = (
                zipfile.ZipInfo(name, (2026, 3, day, 12, 0, 0)) if isinstance(name, str) else name
            )
            info.compress_type = packing
            out.writestr(info, contents)
    return path


def collected(course, *files, **kwargs):
    found = [file if isinstance(file, tuple) else (file, "{}") for file in files]
    return collect_zips(
        course, LAB, [make_zip(course.folder("submitted").parent / "c.zip", found, **kwargs)]
    )


def lying(course, student):
    folder = course.folder("submitted", student, LAB)
    return {
        p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()
    }


@pytest.mark.parametrize(
    ("name", "student"),
    [
        (f"{MOODLE}{LAB}.ipynb", "ada"),
        (f"Ada Lovelace_12345_assignsubmission_file/{LAB}.ipynb", "ada"),
        (f"Ada Lovelace_12345_assignsubmission_file_{LAB}.ipynb", "ada"),
        (f"ada Ada Lovelace_12345_assignsubmission_file_/{LAB}.ipynb", "ada"),
        (f"小明 王_5_assignsubmission_file_/{LAB}.ipynb", "wang"),
        (f"王小明_5_assignsubmission_file_/{LAB}.ipynb", "wang"),
        (f"Zoë OHara, Jr._6_assignsubmission_file_/{LAB}.ipynb", "zoë"),
        (f"Zoe\u0308 O'Hara, Jr._6_assignsubmission_file_/{LAB}.ipynb", "zoë"),
        (f"s1234567_7_assignsubmission_file_/{LAB}.ipynb", "s1234567"),
        (f"countess_67890_42_{LAB}.ipynb", "ada"),
        (f"countess_LATE_67890_42_{LAB}.ipynb", "ada"),
        (f"王小明_3_42_{LAB}-1.ipynb", "wang"),
        (f"oharajrzoë_LATE_4_42_{LAB}-12.ipynb", "zoë"),
        (f"s1234567_8_42_{LAB} (2).ipynb", "s1234567"),
        ("s1234567_8_42_my own name, 実験.ipynb", "s1234567"),
    ],
)
def test_names_of_moodle_and_canvas_lead_to_the_student(course, name, student):
    found = collected(course, (name, "a notebook"))
    assert (found.students, found.problems) == ([student], [])
    assert lying(course, student) == {f"{LAB}.ipynb": "a notebook"}
    assert any("late" in note for note in found.notes) == ("LATE" in name)


def test_files_keep_their_folders_beside_the_notebook(course):
    found = collected(
        course, f"{MOODLE}{LAB}.ipynb", f"{MOODLE}data/weights 1.npz", f"{MOODLE}.DS_Store"
    )
    assert (found.notes, found.problems) == ([], [])
    assert set(lying(course, "ada")) == {f"{LAB}.ipynb", "data/weights 1.npz"}


def test_the_folder_in_which_the_notebook_lies_is_the_submissions(course):
    found = collected(
        course,
        (f"{MOODLE}work/my lab.ipynb", "a notebook"),
        (f"{MOODLE}work/helper.py", "its own"),
        f"{MOODLE}work/data/digits.npz",
        f"{MOODLE}work/timestamp.txt",
        (f"{MOODLE}helper.py", "another"),
        f"{MOODLE}notes.txt",
    )
    assert set(lying(course, "ada")) == {
        f"{LAB}.ipynb",
        "helper.py",
        "data/digits.npz",
        "notes.txt",
    }
    assert lying(course, "ada")["helper.py"] == "its own"
    assert found.notes == [
        f"ada: work/my lab.ipynb was taken for {LAB}.ipynb",
        "ada: helper.py was left out: its place is taken by another file",
        "ada: work/timestamp.txt was left out: it is for you to write, and says when a submission "
        "came in",
    ]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("grace_1_2_lab.ipynb", "--lms-user-id=1"),
        ("Grace Hopper_9_assignsubmission_file_/lab.ipynb", "nbgrader db student add"),
        ("Participant_77_assignsubmission_file_/lab.ipynb", "Moodle hides names"),
        (f"{MOODLE}.ipynb_checkpoints/{LAB}-checkpoint.ipynb", "has handed in no notebook"),
        ("Alan Turing_9_assignsubmission_file_/lab.ipynb", "may be twin1 or twin2"),
        # Of her the gradebook knows the number, and it is another one.
        ("lovelaceada_11111_42_lab.ipynb", "is not in the gradebook"),
        ("lovelaceada_67890_5_lab01ipynb_11111_42_lab.ipynb", "can be read in two ways"),
        ("readme.txt", "neither as Moodle nor as Canvas"),
        ("anon_x7Yz_42_lab.ipynb", "neither as Moodle nor as Canvas"),
        (f"lovelaceada_{'9' * 5000}_42_lab.ipynb", "neither as Moodle nor as Canvas"),
        ("Ada Lovelace_12345_assignsubmission_onlinetext_/onlinetext.html", "typed into Moodle"),
        (f"{MOODLE}essay.pdf", "has handed in no notebook"),
    ],
)
def test_what_is_nobodys_is_said_and_costs_no_other(course, name, why):
    found = collected(course, name, f"s1234567_7_1_{LAB}.ipynb")
    assert found.students == ["s1234567"]
    (problem,) = found.problems
    assert why in problem and "\n" not in problem


def test_two_people_with_a_students_name_are_not_mixed_up(course):
    found = collected(course, f"王小明_3_42_{LAB}.ipynb", f"王小明_4_43_{LAB}.ipynb")
    assert found.students == []
    assert "have the name of wang" in found.problems[0]


def test_the_last_upload_counts(course):
    found = collected(
        course, (f"ada_67890_43_{LAB}-1.ipynb", "second"), (f"ada_67890_42_{LAB}.ipynb", "first")
    )
    assert lying(course, "ada")[f"{LAB}.ipynb"] == "second"
    assert any("-1.ipynb was taken for" in note for note in found.notes)


def test_a_later_attempt_replaces_an_earlier_one_whichever_zip_comes_first(course, tmp_path):
    old = [(f"{MOODLE}{LAB}.ipynb", "old"), (f"{MOODLE}old.txt", "x")]
    new = [(f"{MOODLE}{LAB}.ipynb", "new")]
    zips = [make_zip(tmp_path / "new.zip", new, day=9), make_zip(tmp_path / "old.zip", old, day=8)]
    found = collect_zips(course, LAB, zips)
    assert lying(course, "ada") == {f"{LAB}.ipynb": "new"}
    assert found.notes == ["ada: this attempt replaced an earlier one"]


def test_collecting_again_replaces_what_changed_and_says_so(course):
    collected(course, (f"{MOODLE}{LAB}.ipynb", "old"), f"{MOODLE}old.txt")
    stamp = course.folder("submitted", "ada", LAB) / "timestamp.txt"
    stamp.write_text("2026-03-01 12:00 UTC")
    found = collected(course, (f"{MOODLE}{LAB}.ipynb", "old"), f"{MOODLE}old.txt")
    assert found.notes == [] and stamp.exists()
    found = collected(course, (f"{MOODLE}{LAB}.ipynb", "new"))
    assert found.notes == ["ada: this attempt replaced an earlier one"]
    assert lying(course, "ada") == {f"{LAB}.ipynb": "new"}


def test_an_attempt_without_a_notebook_replaces_nothing(course):
    collected(course, (f"{MOODLE}{LAB}.ipynb", "good"))
    found = collected(course, (f"{MOODLE}{LAB}.zip", "PK"))
    assert "has handed in no notebook" in found.problems[0]
    assert "an archive within the archive" in found.problems[0]
    assert lying(course, "ada") == {f"{LAB}.ipynb": "good"}


def test_a_student_cannot_write_the_timestamp(course):
    found = collected(course, f"{MOODLE}{LAB}.ipynb", f"{MOODLE}timestamp.txt")
    assert set(lying(course, "ada")) == {f"{LAB}.ipynb"}
    assert "timestamp.txt was left out" in found.notes[0]


def unusual(name, mode=0, flags=0):
    info = zipfile.ZipInfo("x", (2026, 3, 1, 12, 0, 0))
    info.filename, info.external_attr, info.create_system = name, mode << 16, 3
    info.flag_bits |= flags
    return info


HOSTILE = {
    f"{MOODLE}../../../escaped": "leads out of its folder",
    f"{MOODLE}..\\..\\escaped": "leads out of its folder",
    f"{MOODLE}a/../../escaped": "leads out of its folder",
    f"{MOODLE}a//b": "a name that no file should have",
    f"{MOODLE}./b": "a name that no file should have",
    f"{MOODLE}a\x1b[31mb": "a name that no file should have",
    f"{MOODLE}{'x' * 300}": "too long a name",
    MOODLE + "/".join(25 * ["x" * 200]): "too long a name",
    f"{MOODLE}inner.zip": "an archive within the archive",
    f"{MOODLE}inner.TAR.GZ": "an archive within the archive",
    f"{MOODLE}{LAB}.ipynb/x": "both a folder and a file",
}


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_writes_nothing_and_costs_no_other_file(course, name):
    before = {path for path in course.folder("submitted").parents[0].iterdir()}
    found = collected(course, (f"{MOODLE}{LAB}.ipynb", "good"), (unusual(name), "evil"))
    assert lying(course, "ada") == {f"{LAB}.ipynb": "good"}
    assert [HOSTILE[name] in note for note in found.notes] == [True], found
    after = {path.name for path in course.folder("submitted").parents[0].iterdir()}
    assert after - {path.name for path in before} == {"submitted", "c.zip"}
    assert {path.name for path in course.folder("submitted").iterdir()} == {"ada"}


@pytest.mark.parametrize(
    "name", ["/etc/evil_1_2_x.ipynb", "C:/evil_1_2_x.ipynb", "../a_1_2_b.ipynb"]
)
def test_an_absolute_path_is_nobodys(course, name):
    found = collected(course, (unusual(name), "evil"))
    assert found.students == [] and len(found.problems) == 1


@pytest.mark.parametrize("name", ["C:evil_67890_2_x.ipynb", "c:_67890_2_x.ipynb"])
def test_a_drive_letter_is_refused(course, name):
    found = collected(course, (unusual(name), "evil"))
    assert found.students == [] and "has an absolute path" in found.problems[0]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(course, kind):
    info = unusual(f"{MOODLE}{LAB}.ipynb", kind | 0o777)
    found = collected(course, (info, "/etc/passwd"))
    assert found.students == []
    assert ("is a link" if kind == stat.S_IFLNK else "no ordinary file") in found.problems[0]


def test_a_bomb_is_stopped_long_before_it_is_unpacked(course):
    found = collected(
        course, (f"{MOODLE}{LAB}.ipynb", "good"), (f"{MOODLE}bomb.txt", b"\0" * 40 * 2**20)
    )
    assert "as bombs do" in found.notes[0]
    assert set(lying(course, "ada")) == {f"{LAB}.ipynb"}


def test_sizes_count_as_they_come_out_and_not_as_the_zip_says(course, monkeypatch, tmp_path):
    monkeypatch.setattr(archive, "SMALL", 2**10)
    path = make_zip(tmp_path / "c.zip", [(f"{MOODLE}{LAB}.ipynb", b"\0" * 10**6)])
    raw = bytearray(path.read_bytes())
    for at in (raw.index(b"PK\x01\x02") + 24, raw.index(b"PK\x03\x04") + 22):
        raw[at : at + 4] = (50).to_bytes(4, "little")  # the size that it claims
    path.write_bytes(raw)
    (problem,) = collect_zips(course, LAB, [path]).problems
    assert "is damaged" in problem or "as bombs do" in problem


def test_everything_together_has_a_limit(course, monkeypatch):
    monkeypatch.setattr(archive, "MAX_BYTES", 1000)
    found = collected(course, (f"{MOODLE}{LAB}.ipynb", b"x" * 900), (f"{MOODLE}more", b"x" * 200))
    assert found.students == ["ada"] and "GB in all" in found.notes[0]


def test_the_number_of_files_has_a_limit(course, monkeypatch):
    monkeypatch.setattr(lms, "MAX_FILES", 3)
    found = collected(course, f"{MOODLE}{LAB}.ipynb", *[f"{MOODLE}{n}.txt" for n in range(5)])
    assert len(lying(course, "ada")) == 4 and len(found.notes) == 2
    monkeypatch.setattr(archive, "MAX_ENTRIES", 3)
    with pytest.raises(ArchiveError, match="6 entries; the limit is 3"):
        collected(course, f"{MOODLE}{LAB}.ipynb", *[f"{MOODLE}{n}.txt" for n in range(5)])


def test_an_encrypted_file_is_refused(course, tmp_path):
    path = make_zip(tmp_path / "c.zip", [(f"{MOODLE}{LAB}.ipynb", "x")])
    raw = bytearray(path.read_bytes())
    for at in (raw.index(b"PK\x01\x02") + 8, raw.index(b"PK\x03\x04") + 6):
        raw[at] |= 1
    path.write_bytes(raw)
    assert "is encrypted" in collect_zips(course, LAB, [path]).problems[0]


def test_an_earlier_attempt_that_is_taken_for_an_unusable_one_is_said(course):
    bomb = (f"ada_67890_43_{LAB}-1.ipynb", b"\0" * 40 * 2**20)
    found = collected(course, bomb, (f"ada_67890_42_{LAB}.ipynb", "first"))
    assert lying(course, "ada") == {f"{LAB}.ipynb": "first"}
    assert found.notes[1] == f"ada: in its place an EARLIER attempt is taken, {LAB}.ipynb"


def test_two_notebooks_of_which_either_may_be_meant_are_a_problem(course):
    found = collected(course, f"{MOODLE}one.ipynb", f"{MOODLE}two.ipynb")
    assert found.students == []
    assert "ada, has handed in one.ipynb or two.ipynb, and which" in found.problems[0]
    assert set(lying(course, "ada")) == {"one.ipynb", "two.ipynb"}


def test_a_damaged_file_costs_no_other(course, tmp_path):
    files = [(f"{MOODLE}{LAB}.ipynb", "good"), (f"s1234567_7_1_{LAB}.ipynb", b"CONTENTS" * 9)]
    path = make_zip(tmp_path / "c.zip", files, packing=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"CONTENTSCON", b"CONTENTXXXX", 1))
    found = collect_zips(course, LAB, [path])
    assert found.students == ["ada"] and "is damaged" in found.problems[0]


@pytest.mark.parametrize("contents", [b"", b"no zip", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_file_is_said(course, tmp_path, contents):
    (tmp_path / "c.zip").write_bytes(contents)
    with pytest.raises(ArchiveError, match="cannot be read as a zip file"):
        collect_zips(course, LAB, [tmp_path / "c.zip"])


def test_a_link_in_the_place_of_a_submission_is_replaced_and_not_followed(course, tmp_path):
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "keep").write_text("x")
    course.folder("submitted", "ada").parent.mkdir(parents=True, exist_ok=True)
    place = course.folder("submitted", "ada", LAB)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(other)
    collected(course, f"{MOODLE}{LAB}.ipynb")
    assert (other / "keep").exists() and not place.is_symlink()
    assert set(lying(course, "ada")) == {f"{LAB}.ipynb"}


def test_names_in_utf8_that_do_not_say_so_are_read_as_utf8(course, tmp_path):
    name = f"王小明_3_42_{LAB}.ipynb"
    path = make_zip(tmp_path / "c.zip", [(name, "x")])
    raw = bytearray(path.read_bytes())
    for at in (raw.index(b"PK\x01\x02") + 9, raw.index(b"PK\x03\x04") + 7):
        raw[at] &= ~0x08
    path.write_bytes(raw)
    assert collect_zips(course, LAB, [path]).students == ["wang"]


def test_the_command_says_what_it_did_and_fails_if_something_was_left(course, tmp_path):
    files = [(f"ada_LATE_67890_42_{LAB}.ipynb", "x"), ("grace_1_2_lab.ipynb", "x")]
    make_zip(tmp_path / "c.zip", files)
    ran = CliRunner().invoke(app, ["collect", LAB, "c.zip"])
    assert ran.exit_code == 1
    for words in ("collected 1 into submitted", "ada: late", "1 could not be collected:"):
        assert words in ran.output
    assert CliRunner().invoke(app, ["collect", LAB, "d.zip"]).exit_code == 2


def test_an_entry_without_a_name_costs_no_other_student_anything(course):
    nameless = zipfile.ZipInfo("x")
    nameless.filename = ""
    found = collected(course, (nameless, "x"), f"{MOODLE}{LAB}.ipynb")
    assert found.students == ["ada"]


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        ([f"{LAB}.ipynb", f"old/{LAB}.ipynb"], f"{LAB}.ipynb"),
        ([f"old/{LAB}.ipynb"], f"old/{LAB}.ipynb"),
        ([f"{LAB}.ipynb", f"{LAB}-1.ipynb"], f"{LAB}-1.ipynb"),
        (["my.ipynb", ".ipynb_checkpoints/my-checkpoint.ipynb"], "my.ipynb"),
        ([f".ipynb_checkpoints/{LAB}.ipynb", "my.ipynb"], "my.ipynb"),
        (["one.ipynb", "two.ipynb"], None),
    ],
)
def test_which_of_several_files_is_the_notebook(names, taken):
    assert which_notebook(names, LAB) == taken
