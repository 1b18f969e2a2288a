"""What the commands share: how they speak to a terminal, and how they stop."""

import difflib
import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from typer.core import TyperGroup

from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.record import Result

NAMES_SHOWN = 3

console = Console()


class Commands(TyperGroup):
    """The commands, each of which ends with one sentence when the course cannot be used."""

    def invoke(self, ctx: typer.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except CourseError as error:
            stop(str(error))


def say_built(lab: str, written: list[Path]) -> None:
    """Print what a build wrote, if anything."""
    console.print(f"{lab}: {'up to date' if not written else 'wrote'}")
    for path in written:
        console.print(f"  {os.path.relpath(path)}", soft_wrap=True)


@contextmanager
def grading_progress(total: int) -> Iterator[Callable[["Result"], None]]:
    """A progress bar over submissions; what it gives is to be called with each result."""
    columns = (
        TextColumn("{task.description:<30}", markup=False),  # a name may hold brackets
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("warming up", total=total)
        yield lambda result: progress.update(bar, advance=1, description=f"graded {result.student}")


def one_of(name: str, known: Iterable[str], what: str) -> str:
    """The name, if it is known; else stop with the nearest one."""
    known = list(known)
    if name in known:
        return name
    stop(f"there is no {what} {name!r}{near_name(name, known)}")


def near_name(name: str, known: Sequence[str]) -> str:
    """A hint at what may have been meant by a name that is not known."""
    near = [other for other in known if name and other.startswith(name)][:NAMES_SHOWN]
    near = near or difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; there are: {', '.join(known) or 'none'}"


def need_file(path: Path) -> None:
    """Stop if there is no file at a path."""
    if not path.is_file():
        stop(f"{path} is a folder" if path.is_dir() else f"there is no file {path}{_near(path)}")


def need_folder(path: Path, option: str) -> None:
    """Stop if there is no folder at the path that an option gives."""
    if not path.is_dir():
        missing = f"there is no folder {path}{_near(path)}"
        stop(f"{option}: " + (f"{path} is no folder" if path.exists() else missing))


def _near(path: Path) -> str:
    """A hint at what may have been meant by a path that is not there; "" if nothing is like it."""
    parent = path.absolute().parent
    names = [other.name for other in parent.iterdir()] if parent.is_dir() else []
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.parent / near[0]}?" if near else ""


def stop(message: str, status: int = 2) -> None:
    """End the command with a message."""
    print(f"autograder: {message}", file=sys.stderr)
    raise typer.Exit(status)


def need_zip(out: Path, what: str) -> None:
    """Stop if a file to be written is not named as a zip file."""
    if out.suffix != ".zip":
        stop(f"the {what} is a zip file: name it {out.with_suffix('.zip')}")


def need_writable(path: Path, option: str) -> None:
    """Stop if a file that an option names could not be written in the end; make its folder."""
    if path.is_dir():
        stop(f"{option}: {path} is a folder; name a file in it")
    with writing(path, status=2):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@contextmanager
def writing(path: Path, status: int = 1) -> Iterator[None]:
    """Within, a file is written; stop with one sentence if that fails."""
    try:
        yield
    except (FileExistsError, NotADirectoryError):
        stop(f"{path} cannot be written: what should be its folder is none", status)
    except OSError as error:
        why = error.strerror or error
        stop(f"{path} cannot be written: {why}; name a file in another folder", status)
