"""Submissions as they come: each is graded, or refused with a reason, and none stops the others."""

import contextlib
import copy
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from conftest import LAB
from fake_engine import fake_run
from nbgrader.utils import compute_checksum

from autograder import collect as collecting
from autograder import parse
from autograder.collect import collect, students_of
from autograder.course import Course, lay_out_course
from autograder.grade import grade_class
from autograder.mend import name_of
from autograder.record import is_check
from autograder.submission import Unreadable, blank_of, prepare

FILE = f"{LAB}.ipynb"
GIVEN = {}


def given(says="", graded=True):
    """Register a function that lays out a submission, and what the instructor is told of it."""

    def register(function):
        GIVEN[function.__name__] = (function, says, graded)
        return function

    return register


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    lay_out_course(folder)
    with contextlib.chdir(folder):
        course = Course()
        yield course
        course.close()


@pytest.fixture(scope="module")
def blank(course):
    return blank_of(course, LAB)


@pytest.fixture
def hand_in(course, blank):
    """Lay out one of the submissions below; give its prepared form."""

    def lay(function, student):
        folder = course.folder("submitted", student, LAB)
        folder.mkdir(parents=True)
        lay_out(function, folder, blank)
        return prepare(course, LAB, student)

    return lay


def lay_out(function, folder, blank):
    function(folder, copy.deepcopy(blank))


def put(folder, notebook):
    text = notebook if isinstance(notebook, str) else json.dumps(notebook)
    (folder / FILE).write_text(text, encoding="utf-8")


def a_check(notebook, number=0):
    return [cell for cell in notebook.cells if is_check(cell)][number]


def an_answer(notebook):
    return next(c for c in notebook.cells if name_of(c).startswith("answer-"))


# What cannot be graded.


@given("there is no notebook", graded=False)
def no_notebook(folder, notebook):
    (folder / "answers.txt").write_text("here they are")


@given("there is lab1.ipynb: rename it", graded=False)
def a_notebook_of_another_name(folder, notebook):
    put(folder, notebook)
    (folder / FILE).rename(folder / "lab1.ipynb")


@given("it is empty", graded=False)
def an_empty_file(folder, notebook):
    put(folder, "")


@given("it is not whole JSON", graded=False)
def no_json(folder, notebook):
    put(folder, "this is no notebook")


@given("it is not whole JSON", graded=False)
def cut_short(folder, notebook):
    put(folder, json.dumps(notebook)[:5000])


@given("its JSON is not an object", graded=False)
def a_list(folder, notebook):
    put(folder, "[1, 2]")


@given("its cells are not a list", graded=False)
def cells_of_a_wrong_type(folder, notebook):
    put(folder, notebook | {"cells": 3})


@given("its format (nbformat) is 5, not 4", graded=False)
def format_5(folder, notebook):
    put(folder, notebook | {"nbformat": 5})


@given("its format (nbformat) is 'four', not 4", graded=False)
def a_format_in_words(folder, notebook):
    put(folder, notebook | {"nbformat": "four"})


@given("none of the lab's cells is in it", graded=False)
def format_3_of_another_lab(folder, notebook):
    put(folder, {"nbformat": 3, "worksheets": [{"cells": []}], "metadata": {}})


@given("it is not UTF-8 text", graded=False)
def invalid_utf8(folder, notebook):
    (folder / FILE).write_bytes(json.dumps(notebook).encode() + b"\xff\xfe")


@given("is 200 MB; the limit is 150 MB", graded=False)
def a_huge_file(folder, notebook):
    with (folder / FILE).open("wb") as file:
        file.truncate(200 * 2**20)


@given("it has 10,000 cells; the limit is 1,000", graded=False)
def ten_thousand_cells(folder, notebook):
    notebook.cells += [nbformat.v4.new_code_cell("1") for _ in range(10_000 - len(notebook.cells))]
    put(folder, notebook)


@given("its JSON is nested too deeply", graded=False)
def nested_deeply(folder, notebook):
    put(folder, '{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}")


@given("it is a notebook in R, not in Python", graded=False)
def a_notebook_in_r(folder, notebook):
    cell = {"cell_type": "code", "source": "x <- 1", "metadata": {}, "outputs": []}
    put(folder, notebook | {"cells": [cell], "metadata": {"language_info": {"name": "R"}}})


@given("none of the lab's cells is in it", graded=False)
def a_notebook_of_something_else(folder, notebook):
    notebook.cells = [nbformat.v4.new_code_cell("print(1)")]
    put(folder, notebook)


@given("is a link, not a file", graded=False)
def a_link_as_notebook(folder, notebook):
    (folder.parent / "elsewhere.ipynb").write_text(json.dumps(notebook))
    (folder / FILE).symlink_to("../elsewhere.ipynb")


@given("is a folder, not a file", graded=False)
def a_folder_as_notebook(folder, notebook):
    (folder / FILE).mkdir()


@given("is a pipe, not a file", graded=False)
def a_pipe_as_notebook(folder, notebook):
    os.mkfifo(folder / FILE)


@given("is a file, not a folder", graded=False)
def a_file_as_folder(folder, notebook):
    folder.rmdir()
    folder.write_text("")


@given("is a link, not a folder", graded=False)
def a_link_as_folder(folder, notebook):
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to("elsewhere")


@given("is a link, not a folder", graded=False)
def a_link_as_students_folder(folder, notebook):
    student = folder.parent
    elsewhere = student.parents[1] / "elsewhere"
    student.rename(elsewhere)
    student.symlink_to(elsewhere)


# What can be graded all the same.


@given()
def as_released(folder, notebook):
    put(folder, notebook)


@given()
def as_an_editor_saves_it(folder, notebook):
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", " \r\n") + "\n"
    put(folder, notebook)


@given()
def answered(folder, notebook):
    an_answer(notebook).source = "def mse(x, x_hat): return 0"
    put(folder, notebook)


@given("the notebook does not say its format")
def no_format(folder, notebook):
    del notebook["nbformat"]
    put(folder, notebook)


@given("was in the old format 3")
def format_3(folder, notebook):
    cells = [dict(cell) for cell in notebook.cells]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    put(folder, {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]})


@given()
def utf8_with_a_mark(folder, notebook):
    (folder / FILE).write_text(json.dumps(notebook), encoding="utf-8-sig")


@given()
def half_a_character(folder, notebook):
    an_answer(notebook).source = "x = '\ud800'"
    put(folder, notebook)


@given()
def another_kernel(folder, notebook):
    notebook.metadata = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}
    put(folder, notebook)


@given()
def metadata_of_a_wrong_type(folder, notebook):
    put(folder, notebook | {"metadata": [1, 2]})


@given()
def no_cell_ids(folder, notebook):
    for cell in notebook.cells:
        del cell["id"]
    put(folder, notebook)


@given()
def the_same_cell_id_everywhere(folder, notebook):
    for cell in notebook.cells:
        cell["id"] = "same"
    put(folder, notebook)


@given()
def ids_that_are_none(folder, notebook):
    for cell in notebook.cells:
        cell["id"] = {"not": "an id"}
    put(folder, notebook)


@given()
def outputs_of_a_wrong_type(folder, notebook):
    a_check(notebook)["outputs"] = {"output_type": 7}
    put(folder, notebook)


@given()
def forged_outputs(folder, notebook):
    a_check(notebook)["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "99"}}]
    put(folder, notebook)


@given("is no notebook cell; it was left out")
def cells_that_are_none(folder, notebook):
    cells = [*notebook.cells, 7, {"cell_type": "video", "source": ""}, {"cell_type": "code"}]
    put(folder, notebook | {"cells": cells})


@given()
def not_a_number(folder, notebook):
    notebook.metadata["loss"] = float("nan")
    a_check(notebook).metadata["loss"] = float("inf")
    put(folder, notebook)


@given()
def a_huge_integer(folder, notebook):
    put(folder, json.dumps(notebook)[:-1] + ', "big": ' + "9" * 1_000_000 + "}")


@given()
def metadata_nested_deeply(folder, notebook):
    deep = '{"a": ' * 400 + "1" + "}" * 400
    put(folder, json.dumps(notebook)[:-1] + f', "metadata": {deep}}}')


@given("was missing; it was put back")
def a_test_cell_without_metadata(folder, notebook):
    a_check(notebook)["metadata"] = "none"
    put(folder, notebook)


@given("was missing; it was put back")
def a_test_cell_deleted(folder, notebook):
    notebook.cells.remove(a_check(notebook))
    put(folder, notebook)


@given("was missing; it was put back")
def nothing_but_one_answer(folder, notebook):
    notebook.cells = [an_answer(notebook)]
    put(folder, notebook)


@given("had been edited; it was put back")
def a_test_cell_edited(folder, notebook):
    a_check(notebook).source = "pass"
    put(folder, notebook)


@given()
def reordered(folder, notebook):
    notebook.cells.reverse()
    put(folder, notebook)


@given("was there more than once; one of them was graded")
def a_test_cell_twice(folder, notebook):
    notebook.cells.append(copy.deepcopy(a_check(notebook)))
    put(folder, notebook)


@given("was there more than once; one of them was graded")
def an_answer_twice(folder, notebook):
    notebook.cells.append(copy.deepcopy(an_answer(notebook)))
    put(folder, notebook)


@given("had been made a markdown cell; it was made a code cell again")
def a_test_cell_made_markdown(folder, notebook):
    a_check(notebook)["cell_type"] = "markdown"
    put(folder, notebook)


@given("had been made a raw cell; it was made a code cell again")
def a_test_cell_made_raw(folder, notebook):
    a_check(notebook)["cell_type"] = "raw"
    put(folder, notebook)


@given("is marked `mine`, which the lab does not have")
def a_test_cell_of_another_name(folder, notebook):
    a_check(notebook).metadata.nbgrader["grade_id"] = "mine"
    put(folder, notebook)


@given("was worth other points; they were put back")
def other_points(folder, notebook):
    a_check(notebook).metadata.nbgrader["points"] = 1000
    put(folder, notebook)


@given()
def no_longer_graded(folder, notebook):
    marks = a_check(notebook).metadata.nbgrader
    marks |= {"grade": False, "solution": True, "locked": False, "schema_version": 99}
    put(folder, notebook)


@given("had been edited; it was put back")
def another_cell_with_the_mark(folder, notebook):
    check, answer = a_check(notebook), an_answer(notebook)
    answer.metadata, check.metadata = check.metadata, {}
    put(folder, notebook)


@given("is from another release of the lab; the present one was put in its place")
def of_an_older_release(folder, notebook):
    check = a_check(notebook)
    check.source = "assert True  # what it was last year"
    check.metadata.nbgrader["checksum"] = compute_checksum(check)
    put(folder, notebook)


@given("these other notebooks were not graded: draft.ipynb")
def two_notebooks(folder, notebook):
    put(folder, notebook)
    (folder / "draft.ipynb").write_text("{}")


@given("these links were left out: solution.py, solutions")
def links_beside(folder, notebook):
    put(folder, notebook)
    (folder / "solution.py").symlink_to("/etc/passwd")
    (folder / "solutions").symlink_to("/")


@given("these pipes were left out: endless")
def a_pipe_beside(folder, notebook):
    put(folder, notebook)
    os.mkfifo(folder / "endless")


@given("these files with several names (hard links) were left out: again.py, once.py")
def hard_links_beside(folder, notebook):
    put(folder, notebook)
    (folder / "once.py").write_text("x = 1")
    os.link(folder / "once.py", folder / "again.py")


@given("these folders more than 10 deep were left out")
def deep_folders(folder, notebook):
    put(folder, notebook)
    (folder / "/".join("d" * 100)).mkdir(parents=True)


@given("these entries whose names are not UTF-8 were left out: \\x9c.py")
def a_name_that_is_not_utf8(folder, notebook):
    put(folder, notebook)
    (folder / os.fsdecode(b"\x9c.py")).write_text("x = 1")


@given(
    "these files beyond the first 1,000 were left out: f1000.txt, f1001.txt, f1002.txt and 2 more"
)
def many_files(folder, notebook):
    put(folder, notebook)
    for number in range(1005):
        (folder / f"f{number:04}.txt").touch()


@given("these files beyond 50 MB in all were left out: large.bin")
def large_files(folder, notebook):
    put(folder, notebook)
    with (folder / "large.bin").open("wb") as file:
        file.truncate(51 * 2**20)


@given("timestamp.txt says no time")
def a_bad_timestamp(folder, notebook):
    put(folder, notebook)
    (folder / "timestamp.txt").write_text("yesterday, about noon")


def told(result):
    return [result.reason, *result.tried]


@pytest.mark.slow
def test_every_submission_gets_a_grade_or_a_reason_and_none_stops_the_others(
    course, blank, monkeypatch
):
    for name, (function, _, _) in GIVEN.items():
        folder = course.folder("submitted", name, LAB)
        folder.mkdir(parents=True)
        lay_out(function, folder, blank)
    monkeypatch.setattr("autograder.grade.run_submission", fake_run)
    with ThreadPoolExecutor(2) as executor:
        results = grade_class(course, LAB, list(GIVEN), executor)
    found = {result.student: result for result in results}
    assert set(students_of(course, LAB)) >= found.keys() == GIVEN.keys()
    for name, (_, says, graded) in GIVEN.items():
        result = found[name]
        assert result.status == ("graded" if graded else "failed"), (name, told(result))
        assert any(says in sentence for sentence in told(result)), (name, told(result))
        assert result.score == (result.max_score if graded else 0), name
        if not says:
            assert told(result) == [""], (name, told(result))
    with course.gradebook() as gradebook:
        for name, result in found.items():
            submission = gradebook.find_submission(LAB, name)
            assert submission.score == result.score, name
            assert submission.max_score >= result.max_score > 0
    for name in GIVEN:
        assert (course.folder("autograded", name, LAB) / FILE).is_file()


@pytest.mark.slow
def test_feedback_pages_tell_the_student_the_reason(course, blank, monkeypatch):
    refused = {name: says for name, (_, says, graded) in GIVEN.items() if not graded}
    chosen = ["no_json", "a_huge_file", "a_pipe_as_notebook", "a_notebook_in_r"]
    monkeypatch.setattr("autograder.grade.run_submission", fake_run)
    for name in chosen:
        folder = course.folder("submitted", f"page_{name}", LAB)
        folder.mkdir(parents=True)
        lay_out(GIVEN[name][0], folder, blank)
    with ThreadPoolExecutor(1) as executor:
        grade_class(course, LAB, [f"page_{name}" for name in chosen], executor)
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", LAB, "--student", "page_*"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=course.directory.root)
    assert ran.returncode == 0, ran.stderr
    for name in chosen:
        folder = course.folder("feedback", f"page_{name}", LAB)
        page = (folder / f"{LAB}.html").read_text()
        assert "This submission could not be graded" in page
        assert refused[name] in page
        assert [path.name for path in folder.iterdir()] == [f"{LAB}.html"]


def test_a_restored_test_cell_comes_where_the_release_has_it(hand_in, blank):
    def without_two(folder, notebook):
        for check in [a_check(notebook, 0), a_check(notebook, 1)]:
            place = notebook.cells.index(check)
            del notebook.cells[place - 1 : place + 1]  # with the answer before it
        put(folder, notebook)

    prepared = hand_in(without_two, "two_gone")
    released = [name_of(cell) for cell in blank.cells if is_check(cell)]
    assert [name_of(cell) for cell in prepared.notebook.cells if is_check(cell)] == released
    following = blank.cells[blank.cells.index(a_check(blank)) + 1]
    place = [name_of(cell) for cell in prepared.notebook.cells].index(released[0])
    assert prepared.notebook.cells[place + 1].source == following.source


def test_an_edited_test_cell_is_the_released_one_again_with_its_hidden_tests(hand_in, course):
    prepared = hand_in(a_test_cell_edited, "edited")
    untouched = hand_in(as_released, "untouched")
    assert prepared.notebook.cells == untouched.notebook.cells
    assert untouched.notes == []


def test_what_a_student_made_of_a_copied_test_cell_is_kept_as_an_ordinary_cell(hand_in):
    def copied(folder, notebook):
        copy_of_it = copy.deepcopy(a_check(notebook))
        copy_of_it.source = "helper = 1"
        notebook.cells.append(copy_of_it)
        put(folder, notebook)

    prepared = hand_in(copied, "copied")
    last = prepared.notebook.cells[-1]
    assert last.source == "helper = 1"
    assert not name_of(last)
    assert len(prepared.notes) == 1


def test_no_metadata_but_the_release_s_reaches_the_run(hand_in):
    def tagged(folder, notebook):
        notebook.metadata = {"kernelspec": {"name": "bash"}, "widgets": {"a": 1}}
        for cell in notebook.cells:
            cell.metadata["tags"] = ["skip-execution", "raises-exception"]
        put(folder, notebook)

    notebook = hand_in(tagged, "tagged").notebook
    assert notebook.metadata.kernelspec.name == "python3"
    assert list(notebook.metadata) == ["kernelspec"]
    assert all(set(cell.metadata) <= {"nbgrader"} for cell in notebook.cells)


def test_pictures_in_written_answers_are_kept(hand_in):
    picture = {"sketch.png": {"image/png": "aGVsbG8="}}

    def with_a_picture(folder, notebook):
        cell = next(cell for cell in notebook.cells if cell.cell_type == "markdown")
        cell["attachments"] = picture
        put(folder, notebook)

    cells = hand_in(with_a_picture, "picture").notebook.cells
    assert [cell.attachments for cell in cells if "attachments" in cell] == [picture]


def test_files_beside_the_notebook_come_with_names_relative_to_it(hand_in):
    def with_files(folder, notebook):
        put(folder, notebook)
        (folder / "src" / "deep").mkdir(parents=True)
        (folder / "helper.py").write_text("x = 1")
        (folder / "src" / "deep" / "data.bin").write_bytes(b"\x00\x01")
        (folder / "src" / "old.ipynb").write_text("{}")
        (folder / ".ipynb_checkpoints").mkdir()
        (folder / ".ipynb_checkpoints" / "any.ipynb").write_text("{}")

    prepared = hand_in(with_files, "with_files")
    assert prepared.files == {"helper.py": b"x = 1", "src/deep/data.bin": b"\x00\x01"}


def test_an_unreadable_notebook_and_unreadable_files_are_named(hand_in, monkeypatch):
    real = os.open

    def denied(path, flags, *args, **kwargs):
        if str(path) in denied.names:
            raise PermissionError(13, "Permission denied", path)
        return real(path, flags, *args, **kwargs)

    def with_a_file(folder, notebook):
        put(folder, notebook)
        (folder / "secret.py").write_text("x = 1")

    monkeypatch.setattr(collecting.os, "open", denied)
    denied.names = ["secret.py"]
    notes = hand_in(with_a_file, "denied_file").notes
    assert notes == ["these entries that may not be read were left out: secret.py"]
    denied.names = [FILE]
    with pytest.raises(Unreadable, match="cannot be read: Permission denied"):
        hand_in(as_released, "denied_notebook")


def test_the_walk_ends_in_a_folder_of_very_many_entries(hand_in, monkeypatch):
    monkeypatch.setattr(collecting, "MAX_ENTRIES", 10)

    def crowded(folder, notebook):
        put(folder, notebook)
        (folder / "crowd").mkdir()
        for number in range(50):
            (folder / "crowd" / str(number)).touch()

    prepared = hand_in(crowded, "crowded")
    assert prepared.notes == ["these entries beyond the first 10 were left out: crowd/"]


def test_names_cannot_steer_the_instructor_s_terminal(hand_in):
    def painted(folder, notebook):
        put(folder, notebook)
        (folder / "\x1b[31mred\n").symlink_to("nowhere")

    assert hand_in(painted, "painted").notes == ["these links were left out: \\x1b[31mred\\x0a"]


def test_the_digest_changes_with_the_notebook_and_with_each_file(course, blank):
    folder = course.folder("submitted", "digested", LAB)
    folder.mkdir(parents=True)
    seen = set()
    for change in (
        lambda: put(folder, blank),
        lambda: put(folder, json.dumps(blank) + " "),
        lambda: (folder / "a.py").write_text("1"),
        lambda: (folder / "a.py").write_text("2"),
        lambda: (folder / "a.py").rename(folder / "b.py"),
        lambda: (folder / "timestamp.txt").write_text("2026-01-01 12:00:00 UTC"),
    ):
        change()
        seen.add(collect(course, LAB, "digested").digest)
    assert len(seen) == 6
    assert collect(course, LAB, "digested").digest in seen


def test_a_folder_that_is_gone_is_said_to_be_gone(course, monkeypatch):
    monkeypatch.setattr("autograder.grade.run_submission", fake_run)
    with ThreadPoolExecutor(1) as executor:
        (result,) = grade_class(course, LAB, ["vanished"], executor)
    assert result.status == "failed"
    assert "was gone when its turn came" in result.reason
    with course.gradebook() as gradebook:
        assert "vanished" not in [student.id for student in gradebook.students]


def test_a_student_whose_name_is_not_utf8_is_reported(course, blank, monkeypatch):
    monkeypatch.setattr("autograder.grade.run_submission", fake_run)
    name = os.fsdecode(b"ren\xe9")
    folder = course.folder("submitted", name, LAB)
    folder.mkdir(parents=True)
    put(folder, blank)
    with ThreadPoolExecutor(1) as executor:
        (result,) = grade_class(course, LAB, [name], executor)
    assert result.reason == "the folder's name is not UTF-8; rename it; nothing was recorded"
    json.dumps(result.student).encode()


@pytest.mark.slow
def test_a_notebook_with_a_hundred_megabytes_of_outputs_is_graded(hand_in):
    def bulky(folder, notebook):
        a_check(notebook)["outputs"] = [
            {"output_type": "stream", "name": "stdout", "text": "é, [] " * 20 * 2**20}
        ]
        (folder / FILE).write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")

    assert hand_in(bulky, "bulky").notes == []


@pytest.mark.slow
def test_json_that_unfolds_to_gigabytes_is_refused_and_costs_us_no_memory(hand_in):
    def unfolding(folder, notebook):
        text = json.dumps(notebook)[:-1] + ', "bomb": [' + "{}," * (40 * 2**20) + "0]}"
        (folder / FILE).write_text(text)

    with pytest.raises(Unreadable, match="take more memory or time to read than is allowed"):
        hand_in(unfolding, "unfolding")


def test_a_large_notebook_is_read_as_a_small_one_is(blank, monkeypatch):
    data = json.dumps(blank).encode()
    small = parse.read_notebook(data)
    monkeypatch.setattr(parse, "SMALL_BYTES", 0)
    assert parse.read_notebook(data) == small
    with pytest.raises(parse.NotANotebook, match="it is empty"):
        parse.read_notebook(b"")
