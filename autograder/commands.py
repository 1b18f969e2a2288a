"""The commands: `autograder build`, `collect`, `bundle` and others; `grade` has its own file."""

import os
from pathlib import Path
from typing import Annotated

import typer

from autograder.grade_command import grade
from autograder.source import SourceError, labs
from autograder.terminal import (
    Commands,
    console,
    need_file,
    need_zip,
    one_of,
    say_built,
    stop,
    writing,
)

app = typer.Typer(
    cls=Commands,
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
    from autograder.start_page import build_start_page, opening

    chosen = [one_of(name, labs(), "lab") for name in names or labs()]
    course = Course()
    for lab in chosen:
        try:
            opening(lab)  # without it, there is no start page: so nothing is written
            written = build_lab(lab, course)
        except (SourceError, CellExecutionError) as error:
            stop(str(error), status=1)
        say_built(lab, written)
    try:
        say_built("start page", build_start_page())
    except SourceError as error:  # of a lab that was not to be built
        stop(str(error), status=1)


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


app.command()(grade)


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
        with writing(out):
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
    with writing(out):
        count = write_gradescope(lab, out)
    console.print(f"wrote {out}: {count} files, {out.stat().st_size / 2**20:.1f} MB")
