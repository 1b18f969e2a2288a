"""Runs that break off, submissions that come again, graders that meet: nothing is lost or wrong."""

import contextlib
import gc
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from conftest import LAB, submit
from fake_engine import HereExecutor, fake_run
from sqlalchemy import event
from sqlalchemy.engine import Engine

from autograder import grade
from autograder.course import Course, lay_out_course
from autograder.grade import grade_class
from autograder.ledger import Busy
from autograder.record import is_check
from autograder.run import Run
from autograder.submission import blank_of

STUDENTS = ["ada", "alan", "mallory"]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A gradebook with the lab in it, and the lab's release; made once, as it takes seconds."""
    folder = tmp_path_factory.mktemp("template")
    lay_out_course(folder)
    with contextlib.chdir(folder):
        course = Course()
        blank = blank_of(course, LAB)
        course.close()
    return folder / "gradebook.db", blank


@pytest.fixture
def blank(template):
    return template[1]


@pytest.fixture
def course(template, tmp_path, monkeypatch):
    """A class of three, of whom one has handed in no notebook."""
    lay_out_class(tmp_path, template)
    monkeypatch.chdir(tmp_path)
    course = Course()
    yield course
    course.close()


@pytest.fixture
def runs(monkeypatch):
    """The engine is a fake one; the names are of those whom it has run."""
    names = []

    def run(text, files, config):
        names.append(files["name.txt"].decode())
        return fake_run(text, files, config)

    monkeypatch.setattr(grade, "run_submission", run)
    return names


def lay_out_class(folder, template):
    gradebook, blank = template
    lay_out_course(folder)
    shutil.copy(gradebook, folder / "gradebook.db")
    first = next(cell for cell in blank.cells if is_check(cell)).metadata.nbgrader.grade_id
    hand_in(folder, "ada", blank, f"# fail {first}")
    hand_in(folder, "alan", blank)
    submit(folder, "mallory", "no notebook")


def hand_in(folder, student, blank, code="x = 1"):
    notebook = nbformat.from_dict(blank)
    notebook = nbformat.reads(nbformat.writes(notebook), as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(code, id="own"))
    path = submit(folder, student, notebook)
    (path.parent / "name.txt").write_text(student)
    return path


def graded(course, students=STUDENTS, **settings):
    return {r.student: r for r in grade_class(course, LAB, students, HereExecutor(), **settings)}


def entered(url):
    """All that a gradebook holds of the lab, but for the ids that are drawn at random."""
    path = url.removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(path)) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master")]
        tables = [name for name in tables if not name.startswith("sqlite_")]
        counts = {t: database.execute(f"SELECT count(*) FROM {t}").fetchone() for t in tables}
        grades = database.execute(
            "SELECT s.student_id, s.timestamp, c.name, g.auto_score, g.manual_score, "
            "g.extra_credit, g.needs_manual_grade, n.late_submission_penalty FROM grade g "
            "JOIN base_cell c ON c.id = g.cell_id JOIN submitted_notebook n ON n.id = "
            "g.notebook_id JOIN submitted_assignment s ON s.id = n.assignment_id"
        ).fetchall()
        comments = database.execute(
            "SELECT s.student_id, c.name, k.auto_comment, k.manual_comment FROM comment k "
            "JOIN base_cell c ON c.id = k.cell_id JOIN submitted_notebook n ON n.id = "
            "k.notebook_id JOIN submitted_assignment s ON s.id = n.assignment_id"
        ).fetchall()
        return counts, sorted(grades, key=str), sorted(comments, key=str)


def written(folder):
    """The files of the graded notebooks."""
    root = folder / "autograded"
    return {p.relative_to(root): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def outcome(folder):
    return entered(f"sqlite:///{folder}/gradebook.db"), written(folder)


# Graded once.


def test_a_second_run_shows_the_recorded_results_and_runs_nothing(course, runs):
    first = graded(course)
    assert runs == ["ada", "alan"]
    assert [result.status for result in first.values()] == ["graded", "graded", "failed"]
    again = graded(course)
    assert runs == ["ada", "alan"]
    assert all(result.resumed for result in again.values())
    for result in again.values():
        result.resumed = False
    assert again == first


def test_regrade_runs_everything_again(course, runs):
    graded(course)
    before = outcome(Path.cwd())
    again = graded(course, regrade=True)
    assert runs == ["ada", "alan"] * 2
    assert not any(result.resumed for result in again.values())
    assert outcome(Path.cwd()) == before


def test_a_new_submission_replaces_the_old_one_and_its_grade(course, runs, blank):
    old = graded(course)["ada"]
    hand_in(Path.cwd(), "ada", blank, "x = 2")
    new = graded(course)["ada"]
    assert runs == ["ada", "alan", "ada"]
    assert old.score < new.score == new.max_score


@pytest.mark.parametrize("text", ["no notebook any more", None])
def test_a_new_submission_that_cannot_be_graded_takes_the_old_grade_away(
    course, runs, blank, monkeypatch, text
):
    assert graded(course)["alan"].score > 0
    if text is None:
        hand_in(Path.cwd(), "alan", blank, "now it breaks off")
        monkeypatch.setattr(grade, "run_submission", lambda *_: 1 / 0)
    else:
        submit(Path.cwd(), "alan", text)
    result = graded(course)["alan"]
    assert result.status == "failed"
    assert result.score == 0
    with course.gradebook() as gradebook:
        assert gradebook.find_submission(LAB, "alan").score == 0


def test_grades_given_by_hand_survive(course, runs, blank):
    graded(course)
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(LAB, "ada")
        grade_row = submission.notebooks[0].grades[0]
        grade_row.manual_score, grade_row.extra_credit = 0.5, 1.0
        submission.notebooks[0].comments[0].manual_comment = "well tried"
        gradebook.db.commit()
        name = grade_row.name
    assert graded(course)["ada"].resumed  # marks by hand are no reason to run anything again
    hand_in(Path.cwd(), "ada", blank, "x = 3")
    assert not graded(course)["ada"].resumed
    with course.gradebook() as gradebook:
        row = gradebook.find_grade(name, LAB, LAB, "ada")
        assert (row.manual_score, row.extra_credit) == (0.5, 1.0)
        assert row.needs_manual_grade
        comments = gradebook.find_submission(LAB, "ada").notebooks[0].comments
        assert "well tried" in [comment.manual_comment for comment in comments]


def test_the_record_is_not_trusted_for_another_gradebook(course, runs, template):
    graded(course)
    other = Path.cwd() / "other.db"
    shutil.copy(template[0], other)
    results = graded(Course(db_url=f"sqlite:///{other}"))
    assert not any(result.resumed for result in results.values())
    assert entered(f"sqlite:///{other}") == entered(course.db_url)


@pytest.mark.parametrize("what", ["notebook", "no notebook", "score", "lab", "entry"])
def test_the_record_is_not_trusted_when_something_has_changed(course, runs, monkeypatch, what):
    graded(course)
    before = outcome(Path.cwd())
    notebook = course.folder("autograded", "ada", LAB) / f"{LAB}.ipynb"
    entry = course.own_folder() / "ada" / f"{LAB}.json"
    if what == "notebook":
        notebook.write_text("{}")
    elif what == "no notebook":
        notebook.unlink()
    elif what == "entry":
        entry.write_text(entry.read_text()[:100])
    elif what == "lab":
        monkeypatch.setattr("autograder.ledger.source_path", lambda lab: Path(__file__))
    else:
        with course.gradebook() as gradebook:
            gradebook.find_submission(LAB, "ada").notebooks[0].grades[0].auto_score = 0.25
            gradebook.db.commit()
    assert not graded(course, ["ada"])["ada"].resumed
    assert outcome(Path.cwd()) == before


def test_a_new_due_date_is_a_reason_to_grade_again(course, runs):
    stamp = course.folder("submitted", "ada", LAB) / "timestamp.txt"
    stamp.write_text("2026-03-02 12:00:00 UTC")
    course.config.LateSubmissionPlugin.penalty_method = "zero"
    assert graded(course, ["ada"])["ada"].score > 0
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(LAB, duedate=datetime(2026, 3, 1))
    assert not graded(course, ["ada"])["ada"].resumed
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(LAB, "ada")
        assert submission.total_seconds_late == 36 * 3600
        assert submission.late_submission_penalty == submission.score > 0


# Runs that are disturbed.


def test_a_disturbed_run_is_done_again(course, monkeypatch):
    reasons = ["the judge was killed", "the kernel was killed", ""]

    def run(text, files, config):
        return Run(text, 1.0, disturbed=reason) if (reason := reasons.pop(0)) else right(text)

    def right(text):
        return fake_run(text, {}, None)

    monkeypatch.setattr(grade, "run_submission", run)
    assert graded(course, ["alan"])["alan"].status == "graded"
    assert reasons == []


def test_a_run_that_is_always_disturbed_fails_for_now_and_the_next_command_tries_again(
    course, runs, monkeypatch
):
    graded(course, ["alan"])
    calls = []

    def run(text, files, config):
        calls.append(1)
        return Run(text, 1.0, disturbed="the judge was killed")

    with monkeypatch.context() as patched:
        patched.setattr(grade, "run_submission", run)
        result = graded(course, ["alan"], regrade=True)["alan"]
    assert len(calls) == 3
    assert result.status == "failed"
    assert result.reason == ("its run was disturbed 3 times; the last time: the judge was killed")
    result = graded(course, ["alan"])["alan"]
    assert result.status == "graded"
    assert not result.resumed


class Breaking(Executor):
    """Loses some of what it is given: when it takes it, and when it gives it back."""

    def __init__(self, *, taking=0, giving=0):
        self.here = HereExecutor()
        self.taking, self.giving = taking, giving

    def submit(self, function, /, *args, **kwargs):
        if self.taking:
            self.taking -= 1
            raise BrokenProcessPool("the pool has broken")
        if self.giving:
            self.giving -= 1
            return self.here.submit(exec, "raise KeyError('worker-7')")
        return self.here.submit(function, *args, **kwargs)


@pytest.mark.parametrize(
    ("executor", "status"),
    [
        (Breaking(taking=1, giving=1), "graded"),
        (Breaking(taking=100), "failed"),
        (Breaking(giving=100), "failed"),
    ],
)
def test_an_executor_that_loses_work_is_asked_again(course, runs, executor, status):
    (result,) = grade_class(course, LAB, ["alan"], executor)
    assert result.status == status
    assert result.status == "graded" or "disturbed 3 times" in result.reason
    assert graded(course)["alan"].status == "graded"


def test_what_cannot_be_recorded_is_reported_and_stops_no_other(course, runs, monkeypatch):
    real = grade.record

    def full(course, assignment, student, *args):
        if student == "ada":
            raise OSError(28, "No space left on device")
        return real(course, assignment, student, *args)

    with monkeypatch.context() as patched:
        patched.setattr(grade, "record", full)
        results = graded(course)
    assert "No space left on device; nothing was recorded" in results["ada"].reason
    assert results["alan"].status == "graded"
    assert not graded(course)["ada"].resumed


def test_no_more_submissions_are_in_memory_than_the_window_allows(course, runs, blank, monkeypatch):
    names = [f"student{number:02}" for number in range(20)]
    for name in names:
        hand_in(Path.cwd(), name, blank)
    held, most = set(), []
    real_prepare, real_record = grade.prepare, grade.record

    def prepare(course, assignment, student, *args):
        held.add(student)
        most.append(len(held))
        return real_prepare(course, assignment, student, *args)

    def record(course, assignment, student, *args):
        held.discard(student)
        return real_record(course, assignment, student, *args)

    monkeypatch.setattr(grade, "prepare", prepare)
    monkeypatch.setattr(grade, "record", record)
    with ThreadPoolExecutor(2) as executor:
        results = grade_class(course, LAB, names, executor, window=4)
    assert [result.student for result in results] == names
    assert max(most) <= 5  # four in the window, and the one that is being recorded


# Runs that are killed.


def in_a_child(work):
    """Do the work in a forked process; give how that ended, as `subprocess` does."""
    child = os.fork()
    if child == 0:
        gc.freeze()  # what other tests left of TensorFlow must not be collected in a fork
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_at(moment):
    """Kill this process at the n-th write, removal, renaming, commit or run from now."""
    left = [moment]

    def passing():
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(owner, name):
        real = getattr(owner, name)

        def wrapped(*args, **kwargs):
            passing()
            return real(*args, **kwargs)

        setattr(owner, name, wrapped)

    def half_written(path, text, *args, **kwargs):
        if left[0] == 1:
            write_text(path, text[: len(text) // 2], *args, **kwargs)
        passing()
        return write_text(path, text, *args, **kwargs)

    write_text, Path.write_text = Path.write_text, half_written
    before(Path, "replace")
    before(Path, "unlink")
    before(grade, "run_submission")
    event.listen(Engine, "commit", lambda connection: passing())


@pytest.mark.slow
def test_a_run_killed_at_any_moment_is_completed_by_running_it_again(
    template, tmp_path, monkeypatch, runs
):
    monkeypatch.setattr(grade, "release", lambda lab, course: template[1])
    whole = tmp_path / "whole"
    lay_out_class(whole, template)
    with contextlib.chdir(whole):
        graded(Course())
    runs.clear()
    for moment in range(1, 100):
        folder = tmp_path / str(moment)
        lay_out_class(folder, template)
        with contextlib.chdir(folder):
            if moment % 2:  # every other time there are grades of older submissions already
                hand_in(folder, "ada", template[1], "older")
                graded(Course(), ["ada"])
                shutil.copy(
                    whole / "submitted" / "ada" / LAB / f"{LAB}.ipynb",
                    folder / "submitted" / "ada" / LAB,
                )

            def work(moment=moment):
                kill_at(moment)
                graded(Course())

            ended = in_a_child(work)
            assert ended in (0, -signal.SIGKILL)
            graded(Course())
            assert outcome(folder) == outcome(whole), moment
            assert all(result.resumed for result in graded(Course()).values())
        if ended == 0:
            break
    assert ended == 0
    assert moment > 15


@pytest.mark.slow
@pytest.mark.parametrize("moment", [1, 2, 5, 20, 60])
def test_a_run_killed_while_it_makes_the_gradebook_is_completed_too(
    template, tmp_path, runs, moment
):
    outcomes = []
    for name in ("whole", "killed"):
        folder = tmp_path / name
        lay_out_class(folder, template)
        (folder / "gradebook.db").unlink()
        with contextlib.chdir(folder):
            if name == "killed":
                assert in_a_child(lambda: (kill_at(moment), graded(Course()))) == -signal.SIGKILL
            graded(Course())
        outcomes.append(outcome(folder))
    assert outcomes[0] == outcomes[1]


# Graders that meet.


def grading_child(course):
    """A process that grades and does not end; returns when it is within a run."""
    reading, writing = os.pipe()

    def run(text, files, config):
        os.write(writing, b"!")
        signal.pause()

    child = os.fork()
    if child == 0:
        gc.freeze()
        grade.run_submission = run
        with contextlib.suppress(BaseException):
            graded(Course())
        os._exit(1)
    os.read(reading, 1)
    return child


def test_a_second_grader_is_turned_away_and_a_killed_one_leaves_no_lock(course, runs):
    child = grading_child(course)
    try:
        with pytest.raises(Busy, match=rf"graded in this course already \(by process {child}\)"):
            graded(course)
        assert runs == []
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert graded(course)["alan"].status == "graded"


def test_a_gradebook_that_another_program_is_writing_is_waited_for(course, runs, monkeypatch):
    other = sqlite3.connect(Path.cwd() / "gradebook.db", check_same_thread=False)

    def run(text, files, config):
        other.execute("BEGIN IMMEDIATE")  # as the formgrader may, when we want to record
        threading.Timer(0.3, other.rollback).start()
        return fake_run(text, files, config)

    monkeypatch.setattr(grade, "run_submission", run)
    assert graded(course, ["alan"])["alan"].status == "graded"
    other.close()


INTERRUPTED = """
import os, sys, threading
sys.path.insert(0, {tests!r})
from fake_engine import fake_run
from autograder import commands, grade

def run(text, files, config):
    if files["name.txt"] == b"ada":
        return fake_run(text, files, config)
    os.write({pipe}, b"!")
    threading.Event().wait()

grade.run_submission = run
commands.app(["grade", {lab!r}, "--jobs", "2"])
"""


@pytest.mark.slow
def test_ctrl_c_ends_with_one_sentence_and_keeps_what_is_recorded(course):
    reading, writing = os.pipe()
    code = INTERRUPTED.format(tests=str(Path(__file__).parent), pipe=writing, lab=LAB)
    command = [sys.executable, "-c", code]
    grader = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[writing]
    )
    os.close(writing)
    assert os.read(reading, 1), grader.communicate()[1]
    entry = course.own_folder() / "ada" / f"{LAB}.json"
    while not entry.exists():
        assert grader.poll() is None
    grader.send_signal(signal.SIGINT)
    _, errors = grader.communicate(timeout=60)
    assert grader.returncode == 130
    lines = [line for line in errors.splitlines() if line.startswith("autograder:")]
    assert len(lines) == 1
    assert "Traceback" not in errors
    assert "run the same command again for the rest" in lines[0]
    with course.gradebook() as gradebook:
        students = {s.student_id for s in gradebook.assignment_submissions(LAB)}
    assert "ada" in students
    assert "alan" not in students
