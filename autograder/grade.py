"""Grades a class: every submission in its own kernel, several at once, all into one gradebook.

The kernels and the judges run behind any `concurrent.futures.Executor`; reading submissions and
writing the gradebook stay here, in one place and one thread.
"""

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, as_completed

import nbformat
from traitlets.config import Config

from autograder.build import release
from autograder.course import Course
from autograder.record import Result, record, refuse
from autograder.submission import Unreadable, prepare
from autograder.warm.client import warm_process


def grade_class(
    course: Course,
    assignment: str,
    students: list[str],
    executor: Executor,
    on_result: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Grade these students' submissions and record each as soon as it is whole.

    Returns the results in the order of the students. A submission that cannot be graded has the
    status "failed", a reason, and no points; it keeps no other from its grade.
    """
    blank = release(assignment, course)
    hidden = [str(course.folder("submitted")), str(course.folder("autograded"))]
    results: dict[str, Result] = {}
    futures: dict[Future, str] = {}

    def finish(result: Result) -> None:
        results[result.student] = result
        on_result(result)

    for student in students:
        try:
            notebook = prepare(course, assignment, student)
        except Unreadable as error:
            finish(refuse(course, assignment, student, blank, str(error)))
        else:
            folder = str(course.folder("submitted", student, assignment))
            text = nbformat.writes(notebook)
            futures[executor.submit(run_submission, text, folder, course.config, hidden)] = student
    for future in as_completed(futures):
        student = futures[future]
        try:
            text, seconds = future.result()
            notebook = nbformat.reads(text, as_version=4)
            finish(record(course, assignment, student, notebook, seconds))
        except Exception as error:  # one submission's trouble, whatever it is, stays its own
            reason = f"the run broke off: {type(error).__name__}: {error}"
            finish(refuse(course, assignment, student, blank, reason))
    return [results[student] for student in students]


def run_submission(text: str, folder: str, config: Config, hidden: list[str]) -> tuple[str, float]:
    """Run a sanitized notebook and give it back with its outputs, and the seconds it took.

    `folder` holds the files that were submitted beside it; `hidden` folders are out of its sight.
    This is the part that an executor may run in another thread, process or machine.
    """
    from autograder.judge.execute import JudgedExecute

    warm_process().wait_until_ready()  # the first submission is not charged for it
    start = time.perf_counter()
    notebook = nbformat.reads(text, as_version=4)
    runner = JudgedExecute(config=config)
    runner.hidden = [*runner.hidden, *hidden]
    notebook, _ = runner.preprocess(notebook, {"metadata": {"path": folder}})
    return nbformat.writes(notebook), time.perf_counter() - start
