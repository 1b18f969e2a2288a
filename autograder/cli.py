"""The command line: `autograder build`, `autograder grade`, `autograder bundle`."""

import difflib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.source import SourceError, labs

if TYPE_CHECKING:
    from autograder.record import Result

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Builds the labs, grades submissions, and packs what students get.",
)
console = Console()


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

    chosen = [_one_of(name, labs(), "lab") for name in names or labs()]
    course = Course()
    for lab in chosen:
        try:
            written = build_lab(lab, course)
        except (SourceError, CellExecutionError) as error:
            _stop(str(error), status=1)
        say_built(lab, written)


@app.command()
def grade(
    assignment: Annotated[str, typer.Argument(help="The lab to grade.")],
    submitted: Annotated[
        Path | None,
        typer.Option(help="Folder with <student>/<assignment>/<notebook>.ipynb in it."),
    ] = None,
    db: Annotated[str | None, typer.Option(help="URL of nbgrader's gradebook.")] = None,
    results: Annotated[Path | None, typer.Option(help="Write the results here, as JSON.")] = None,
    jobs: Annotated[
        int | None, typer.Option(help="Submissions at once; as many as there are cores if not set.")
    ] = None,
    student: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME...", help="Grade these students only."),
    ] = None,
    names: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
) -> None:
    """Grade a class: every submission, or those of the students named."""
    # `--student ada alan`: an option takes one word, so the words after it arrive as arguments.
    if names and not student:
        _stop(f"unexpected {' '.join(names)!r}; name students with --student")
    student = [*(student or []), *(names or [])]
    _one_of(assignment, labs(), "assignment")
    if submitted is not None and not submitted.is_dir():
        _stop(f"--submitted: there is no folder {submitted}{_near_path(submitted)}")
    if jobs is not None and jobs < 1:
        _stop(f"--jobs must be 1 or more, not {jobs}")
    from autograder.course import Course, CourseError
    from autograder.grade import grade_class
    from autograder.report import print_table, write_json
    from autograder.submission import students_of

    try:
        course = Course(submitted, db)
    except CourseError as error:
        _stop(str(error))
    present = students_of(course, assignment)
    if not present:
        _stop(f"no submissions of {assignment} in {course.folder('submitted')}")
    chosen = [_one_of(name, present, "student with a submission") for name in student or present]

    start = time.perf_counter()
    workers = ThreadPoolExecutor(jobs or os.cpu_count())
    with workers as executor, grading_progress(len(chosen)) as advance:
        graded = grade_class(course, assignment, chosen, executor, advance)
    print_table(assignment, graded, console)
    if results is not None:
        write_json(results, assignment, graded, time.perf_counter() - start)


@app.command()
def bundle(
    out: Annotated[Path, typer.Argument(metavar="OUT.zip", help="The file to write.")],
) -> None:
    """Pack what students get: the notebooks, latentlab, the data and the environment."""
    from autograder.bundle import write_bundle

    if out.suffix != ".zip":
        _stop(f"the bundle is a zip file: name it {out.with_suffix('.zip')}")
    try:
        count = write_bundle(out)
    except SourceError as error:
        _stop(str(error), status=1)
    console.print(f"wrote {out}: {count} files, {out.stat().st_size / 2**20:.1f} MB")


def say_built(lab: str, written: list[Path]) -> None:
    """Print what a build wrote, if anything."""
    console.print(f"{lab}: {'up to date' if not written else 'wrote'}")
    for path in written:
        console.print(f"  {os.path.relpath(path)}", soft_wrap=True)


@contextmanager
def grading_progress(total: int) -> Iterator[Callable[["Result"], None]]:
    """A progress bar over submissions; what it gives is to be called with each result."""
    columns = (
        TextColumn("{task.description:<30}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("warming up", total=total)
        yield lambda result: progress.update(bar, advance=1, description=f"graded {result.student}")


def _one_of(name: str, known: Iterable[str], what: str) -> str:
    """The name, if it is known; else stop with the nearest one."""
    known = list(known)
    if name in known:
        return name
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(known) or 'none'}"
    _stop(f"there is no {what} {name!r}{hint}")


def _near_path(path: Path) -> str:
    parent = path.absolute().parent
    names = [other.name for other in parent.iterdir()] if parent.is_dir() else []
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.parent / near[0]}?" if near else ""


def _stop(message: str, status: int = 2) -> None:
    print(f"autograder: {message}", file=sys.stderr)
    raise typer.Exit(status)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
