"""Grades a class: every submission in its own kernel, several at once, all into one gradebook.

The kernels and the judges run behind any `concurrent.futures.Executor`; reading submissions and
writing the gradebook stay here, in one place and one thread.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from datetime import datetime

import nbformat

from autograder.build import release
from autograder.collect import collect, shown
from autograder.course import Course
from autograder.ledger import Ledger, only_grader
from autograder.record import Result, parse_timestamp, record, refuse, unrecorded
from autograder.run import Run, run_submission
from autograder.submission import Unreadable, prepare

# How often a submission is run before it is given up, when its runs are disturbed from outside.
TRIES = 3
STRANGER = "this student was not in the gradebook, and has been added"
NO_TIME = "timestamp.txt says no time that can be read; it was ignored"


def grade_class(
    course: Course,
    assignment: str,
    students: Iterable[str],
    executor: Executor,
    on_result: Callable[[Result], None] = lambda result: None,
    *,
    regrade: bool = False,
    window: int | None = None,
) -> list[Result]:
    """Grade these students' submissions and record each as soon as it is whole.

    Returns the results in the order of the students. A submission that cannot be graded has the
    status "failed", a reason, and no points; it keeps no other from its grade. What an earlier run
    has recorded is not run again, unless `regrade` is set. No more than `window` submissions are
    in memory at once; it should be a few for each of the executor's workers.

    Raises Busy when another process is grading the lab in this course, and SourceError when the
    lab cannot be released.
    """
    students = list(dict.fromkeys(students))
    with only_grader(course, assignment):
        try:
            course.blanks[assignment] = release(assignment, course)
            run = _ClassRun(course, assignment, executor, on_result, regrade)
            run.grade(iter(students), window or 4 * (os.cpu_count() or 1))
        finally:
            course.close()
    return [run.results[student] for student in students]


@dataclass
class _Job:
    """A submission on its way through the executor."""

    student: str
    text: str
    files: dict[str, bytes]
    notes: list[str]
    digest: str
    timestamp: datetime | None
    tries: int = 0


class _ClassRun:
    """One run of the grader over a class."""

    def __init__(
        self,
        course: Course,
        assignment: str,
        executor: Executor,
        on_result: Callable[[Result], None],
        regrade: bool,
    ):
        self._course = course
        self._assignment = assignment
        self._executor = executor
        self._on_result = on_result
        self._regrade = regrade
        with course.shared_gradebook.transaction():
            self._known = {found.id for found in course.shared_gradebook.students}
        self._ledger = Ledger(course, assignment)
        self._pending: dict[Future, _Job] = {}
        self.results: dict[str, Result] = {}

    def grade(self, students: Iterator[str], window: int) -> None:
        try:
            self._fill(students, window)
            while self._pending:
                for future in wait(self._pending, return_when=FIRST_COMPLETED).done:
                    job = self._pending.pop(future)
                    self._fill(students, window)  # first, so that no worker waits for the writing
                    self._settle(job, future)
                self._fill(students, window)
        finally:
            for future in self._pending:
                future.cancel()

    def _fill(self, students: Iterator[str], window: int) -> None:
        while len(self._pending) < window and (student := next(students, None)) is not None:
            try:
                self._begin(student)
            except Exception as error:  # one submission's trouble, whatever it is, stays its own
                self._give_up(student, f"it could not be read or recorded: {_words(error)}")

    def _begin(self, student: str) -> None:
        """Read a submission and hand it to the executor, unless there is nothing to run."""
        try:
            student.encode("utf-8")
            submitted = collect(self._course, self._assignment, student)
        except UnicodeEncodeError:
            self._give_up(student, "the folder's name is not UTF-8; rename it")
            return
        except FileNotFoundError:
            self._give_up(student, "the folder was gone when its turn came")
            return
        known = None if self._regrade else self._ledger.look_up(student, submitted.digest)
        if known is not None:
            self._finish(known)
            return
        if self._known and student not in self._known:
            submitted.notes.append(STRANGER)
        stamp = submitted.files.get("timestamp.txt")
        timestamp = parse_timestamp(stamp) if stamp is not None else None
        if stamp is not None and timestamp is None:
            submitted.notes.append(NO_TIME)
        job = _Job(student, "", {}, submitted.notes, submitted.digest, timestamp)
        try:
            submission = prepare(self._course, self._assignment, student, submitted)
        except Unreadable as error:
            self._refuse(job, str(error))
            return
        job.text = nbformat.writes(submission.notebook)
        job.files, job.notes = submission.files, submission.notes
        self._submit(job)

    def _submit(self, job: _Job) -> None:
        job.tries += 1
        try:
            future = self._executor.submit(run_submission, job.text, job.files, self._course.config)
        except Exception as error:  # as when the pool has broken
            self._again(job, _words(error))
        else:
            self._pending[future] = job

    def _settle(self, job: _Job, future: Future) -> None:
        """Record what came of a run, or run it again."""
        try:
            run = future.result()
        except Exception as error:  # the executor's trouble: a lost worker, a broken pool
            self._again(job, _words(error))
            return
        if run.disturbed:
            self._again(job, run.disturbed)
            return
        try:
            self._record(job, run)
        except Exception as error:  # one submission's trouble, whatever it is, stays its own
            self._give_up(job.student, f"its grade could not be recorded: {_words(error)}")

    def _again(self, job: _Job, reason: str) -> None:
        if job.tries < TRIES:
            self._submit(job)
            return
        reason = f"its run was disturbed {TRIES} times; the last time: {reason}"
        try:
            self._refuse(job, reason, whole=False)
        except Exception as error:  # one submission's trouble, whatever it is, stays its own
            self._give_up(job.student, f"{reason}; it could not be recorded: {_words(error)}")

    def _record(self, job: _Job, run: Run) -> None:
        notebook = nbformat.reads(run.text, as_version=4)
        self._ledger.remove(job.student)
        result = record(
            self._course, self._assignment, job.student, notebook, run.seconds, job.timestamp
        )
        result.tried = [*run.tried, *job.notes]
        self._ledger.enter(job.digest, result)
        self._finish(result)

    def _refuse(self, job: _Job, reason: str, whole: bool = True) -> None:
        """Record that a submission cannot be graded; if not for good, the next run tries again."""
        self._ledger.remove(job.student)
        blank = self._course.blanks[self._assignment]
        result = refuse(self._course, self._assignment, job.student, blank, reason, job.timestamp)
        result.tried = job.notes
        if whole:
            self._ledger.enter(job.digest, result)
        self._finish(result)

    def _give_up(self, student: str, reason: str) -> None:
        """Report a submission of which nothing was recorded."""
        blank = self._course.blanks[self._assignment]
        result = unrecorded(shown(student), blank, reason)
        self._finish(result, student)

    def _finish(self, result: Result, student: str | None = None) -> None:
        self.results[student or result.student] = result
        self._on_result(result)


def _words(error: Exception) -> str:
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
