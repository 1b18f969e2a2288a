"""The command `autograder grade`."""

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.errors import INTERRUPTED
from autograder.source import SourceError, labs
from autograder.terminal import (
    console,
    grading_progress,
    need_folder,
    need_writable,
    one_of,
    stop,
    writing,
)

if TYPE_CHECKING:
    from autograder.course import Course
    from autograder.record import Result

# Submissions in memory for each that runs: enough that no worker ever waits for one.
WINDOW = 4


def grade(
    assignment: Annotated[str, typer.Argument(help="The lab to grade.")],
    submitted: Annotated[
        Path | None,
        typer.Option(help="Folder with <student>/<assignment>/<notebook>.ipynb in it."),
    ] = None,
    db: Annotated[str | None, typer.Option(help="URL of nbgrader's gradebook.")] = None,
    results: Annotated[Path | None, typer.Option(help="Write the results here, as JSON.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a report on the class here, as an HTML page.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(help="Submissions at once; as many as there are cores if not set.")
    ] = None,
    student: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME...", help="Grade these students only."),
    ] = None,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="Also grade again what has been graded already.")
    ] = False,
    no_sandbox: Annotated[
        bool,
        typer.Option("--no-sandbox", help="Grade without walls, people whom you would trust."),
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Grade on the workers of this Dask scheduler."),
    ] = None,
    names: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
) -> None:
    """Grade a class: every submission, or those of the students named.

    What is graded already is not run again. A run that was broken off is completed by the same
    command.
    """
    # `--student ada alan`: an option takes one word, so the words after it arrive as arguments.
    if names and not student:
        stop(f"unexpected {' '.join(names)!r}; name students with --student")
    student = [*(student or []), *(names or [])]
    one_of(assignment, labs(), "assignment")
    if submitted is not None:
        need_folder(submitted, "--submitted")
    for path, option in ((results, "--results"), (report, "--report")):
        if path is not None:
            need_writable(path, option)
    if jobs is not None and jobs < 1:
        stop(f"--jobs must be 1 or more, not {jobs}")
    if scheduler is not None and jobs is not None:
        stop("--jobs is for this machine; on a cluster, its workers' threads count")
    if scheduler is None:
        from autograder.warm.client import warm_process

        warm_process()  # it takes seconds to warm up, in which we read the class
    from autograder.cluster import ClusterError
    from autograder.collect import misplaced, students_of
    from autograder.course import Course
    from autograder.ledger import Busy
    from autograder.report import print_table, write_json

    course = Course(submitted, db)
    for note in misplaced(course, assignment):
        console.print(note, style="yellow", soft_wrap=True, markup=False)
    present = students_of(course, assignment)
    if not present:
        stop(f"no submissions of {assignment} in {course.folder('submitted')}")
    chosen = [one_of(name, present, "student with a submission") for name in student or present]

    if no_sandbox:
        course.config.JudgedExecute.sandbox = False
    elif scheduler is None and course.config.JudgedExecute.get("sandbox", True):
        _need_sandbox()

    start = time.perf_counter()
    try:
        with _executor(scheduler, jobs or os.cpu_count() or 1) as (executor, slots):
            graded = _grade(course, assignment, chosen, executor, slots, regrade)
    except ClusterError as error:
        stop(str(error))
    except (Busy, SourceError) as error:
        stop(str(error), status=1)
    print_table(assignment, graded, console)
    if results is not None:
        with writing(results):
            write_json(results, assignment, graded, time.perf_counter() - start)
    if report is not None:
        from autograder.class_report import report_class

        with writing(report):
            report_class(report, course, assignment, graded)
    if not any(result.recorded for result in graded):
        stop("nothing could be recorded; the reasons are above", status=1)


def _need_sandbox() -> None:
    from autograder.judge.execute import NOT_ISOLATED
    from autograder.sandbox.trial import why_not_isolated

    if reason := why_not_isolated():
        stop(NOT_ISOLATED.format(reason=reason))


@contextmanager
def _executor(scheduler: str | None, jobs: int) -> Iterator[tuple[Executor, int]]:
    """What runs the submissions, and how many at once: a cluster, or threads of this process."""
    from autograder.cluster import cluster

    if scheduler is not None:
        with cluster(scheduler) as found:
            yield found
        return
    executor = ThreadPoolExecutor(jobs)
    yield executor, jobs
    executor.shutdown()


def _grade(
    course: "Course",
    assignment: str,
    students: list[str],
    executor: Executor,
    slots: int,
    regrade: bool,
) -> list["Result"]:
    """Grade the class. Ctrl-C ends the process; what is recorded is kept."""
    from autograder.grade import grade_class

    done: list[Result] = []
    try:
        with grading_progress(len(students)) as advance:

            def on_result(result: "Result") -> None:
                done.append(result)
                advance(result)

            graded = grade_class(
                course,
                assignment,
                students,
                executor,
                on_result,
                regrade=regrade,
                window=WINDOW * slots,
            )
    except KeyboardInterrupt:
        number = len(students)
        if done:
            _leave(f"stopped after {len(done)} of {number} submissions, which are recorded")
        _leave(f"stopped before the first of {number} submissions was graded")
    return graded


def _leave(message: str) -> None:
    """End at once: a notebook may run for minutes yet, and its processes end with this one."""
    sys.stdout.flush()
    print(f"autograder: {message}; run the same command again for the rest", file=sys.stderr)
    sys.stderr.flush()
    os._exit(INTERRUPTED)
