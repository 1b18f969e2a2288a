"""Grades a class: every submission in its own kernel, several at once, all into one gradebook.

The kernels and the judges run behind any `concurrent.futures.Executor`; reading submissions and
writing the gradebook stay here, in one place and one thread.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future, as_completed

import nbformat

from autograder.build import release
from autograder.course import Course
from autograder.record import Result, record, refuse
from autograder.run import run_submission
from autograder.submission import Unreadable, prepare


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
            text = nbformat.writes(notebook)
            futures[executor.submit(run_submission, text, {}, course.config)] = student
    for future in as_completed(futures):
        student = futures[future]
        try:
            run = future.result()
            notebook = nbformat.reads(run.text, as_version=4)
            finish(record(course, assignment, student, notebook, run.seconds))
        except Exception as error:  # one submission's trouble, whatever it is, stays its own
            reason = f"the run broke off: {type(error).__name__}: {error}"
            finish(refuse(course, assignment, student, blank, reason))
    return [results[student] for student in students]
