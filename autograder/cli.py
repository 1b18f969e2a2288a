"""The command line: `autograder build`, `collect`, `grade`, `bundle` and others."""

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.source import SourceError, labs
from autograder.terminal import (
    console,
    grading_progress,
    need_file,
    need_folder,
    need_zip,
    one_of,
    say_built,
    stop,
)

if TYPE_CHECKING:
    from autograder.course import Course
    from autograder.record import Result

# Submissions in memory for each that runs: enough that no worker ever waits for one.
WINDOW = 4
INTERRUPTED = 130

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Builds the labs, grades submissions, and packs what students get.",
)


@app.command()
def build(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[LAB]...", help="All labs if none is named.")
    ] = None,
) -> None:
    """Build the executed solutions and the releases of labs from their sources."""
    from nbclient.exceptions import CellExecutionError

    from autograder.build import build as build_lab
    from autograder.course import Course
    from autograder.start_page import build_start_page

    chosen = [one_of(name, labs(), "lab") for name in names or labs()]
    course = Course()
    for lab in chosen:
        try:
            written = build_lab(lab, course)
        except (SourceError, CellExecutionError) as error:
            stop(str(error), status=1)
        say_built(lab, written)
    say_built("start page", build_start_page())


@app.command()
def collect(
    assignment: Annotated[str, typer.Argument(help="The lab that was handed in.")],
    zips: Annotated[
        list[Path], typer.Argument(metavar="ZIP...", help="What Moodle or Canvas gave you.")
    ],
) -> None:
    """Collect submissions from the zip files that Moodle and Canvas make of a class."""
    from autograder.archive import ArchiveError
    from autograder.course import Course
    from autograder.lms import collect_zips

    one_of(assignment, labs(), "assignment")
    for path in zips:
        need_file(path)
    course = Course()
    try:
        collected = collect_zips(course, assignment, zips)
    except ArchiveError as error:
        stop(str(error), status=1)
    where = os.path.relpath(course.folder("submitted"))
    console.print(f"collected {len(collected.students)} into {where}", soft_wrap=True)
    for note in collected.notes:
        console.print(f"  {note}", soft_wrap=True, markup=False)
    if collected.problems:
        console.print(f"{len(collected.problems)} could not be collected:")
        for problem in collected.problems:
            console.print(f"  {problem}", soft_wrap=True, markup=False)
        raise typer.Exit(1)


@app.command()
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
    if jobs is not None and jobs < 1:
        stop(f"--jobs must be 1 or more, not {jobs}")
    if scheduler is not None and jobs is not None:
        stop("--jobs is for this machine; on a cluster, its workers' threads count")
    if scheduler is None:
        from autograder.warm.client import warm_process

        warm_process()  # it takes seconds to warm up, in which we read the class
    from autograder.cluster import ClusterError
    from autograder.collect import students_of
    from autograder.course import Course, CourseError
    from autograder.ledger import Busy
    from autograder.report import print_table, write_json

    try:
        course = Course(submitted, db)
    except CourseError as error:
        stop(str(error))
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
        write_json(results, assignment, graded, time.perf_counter() - start)
    if report is not None:
        from autograder.class_report import report_class

        report_class(report, course, assignment, graded)


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
        _leave(f"stopped after {len(done)} of {len(students)} submissions, which are recorded")
    return graded


def _leave(message: str) -> None:
    """End at once: a notebook may run for minutes yet, and its processes end with this one."""
    sys.stdout.flush()
    print(f"autograder: {message}; run the same command again for the rest", file=sys.stderr)
    sys.stderr.flush()
    os._exit(INTERRUPTED)


@app.command()
def calibrate(
    lab: Annotated[str, typer.Argument(help="The lab whose limits are calibrated.")],
    seeds: Annotated[int, typer.Option(min=2, help="Seeds for the solution.")] = 20,
) -> None:
    """Measure right and wrong answers over many seeds, and write docs/calibration/LAB.md."""
    from autograder.calibrate import calibrate as calibrate_lab

    def on_case(name: str, values: dict[str, list[float]]) -> None:
        for what, found in values.items():
            console.print(f"{name}: {what}:", *(f"{value:.4g}" for value in found))

    try:
        path = calibrate_lab(one_of(lab, labs(), "lab"), seeds, on_case)
    except SourceError as error:
        stop(str(error), status=1)
    console.print(f"wrote {os.path.relpath(path)}", soft_wrap=True)


@app.command()
def bundle(
    out: Annotated[Path, typer.Argument(metavar="OUT.zip", help="The file to write.")],
) -> None:
    """Pack what students get: the notebooks, latentlab, the data and the environment."""
    from autograder.bundle import write_bundle

    need_zip(out, "bundle")
    try:
        count = write_bundle(out)
    except SourceError as error:
        stop(str(error), status=1)
    console.print(f"wrote {out}: {count} files, {out.stat().st_size / 2**20:.1f} MB")


@app.command()
def gradescope(
    lab: Annotated[str, typer.Argument(help="The lab that is to be graded there.")],
    out: Annotated[Path, typer.Argument(metavar="OUT.zip", help="The file to write.")],
) -> None:
    """Pack an autograder for Gradescope, which grades this lab with this harness."""
    from autograder.gradescope import write_gradescope

    one_of(lab, labs(), "lab")
    need_zip(out, "autograder")
    count = write_gradescope(lab, out)
    console.print(f"wrote {out}: {count} files, {out.stat().st_size / 2**20:.1f} MB")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
