"""nbgrader's gradebook, opened once for a whole class and lent to nbgrader's own preprocessors.

Each of nbgrader's preprocessors opens the gradebook anew, asks for one row at a time and commits
after each. Here one gradebook stays open, what a submission's rows and a lab's cells are is read
in one go, and all of a submission's grades are committed together: a reader, or a run that is
broken off, sees all of them or none.
"""

import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    SourceCell,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import scoped_session, sessionmaker

from autograder.errors import CourseError

AnyGradebook = TypeVar("AnyGradebook", bound=Gradebook)

# How long a write waits for another program, such as the formgrader, to end its own.
SECONDS_TO_WAIT = 60


class SharedGradebook(Gradebook):
    """A gradebook that stays open, for preprocessors that would each open and close one."""

    def __init__(self, db_url: str, course_id: str):
        super().__init__(db_url, course_id)
        self._cells: dict[tuple[str, str], Notebook] = {}
        self._rows: dict[tuple, dict[str, Grade | Comment]] = {}

    def __exit__(self, *_: object) -> None:
        """A preprocessor is done with the gradebook; it stays open for the next."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is changed within is committed together at the end, or not at all."""
        self._rows.clear()
        outer = self.db
        with self.engine.connect() as connection, connection.begin():
            # Commits within a session that has joined a transaction only write to that.
            self.db = scoped_session(
                sessionmaker(
                    connection, expire_on_commit=False, join_transaction_mode="rollback_only"
                )
            )
            try:
                yield
            finally:
                self.db.remove()
                self.db = outer

    def find_notebook(self, name: str, assignment: str) -> Notebook:
        """As nbgrader's, but read once; not for changing."""
        if (name, assignment) not in self._cells:
            self._cells[name, assignment] = self._load_notebook(name, assignment)
        return self._cells[name, assignment]

    def _load_notebook(self, name: str, assignment: str) -> Notebook:
        with self.transaction():
            notebook = super().find_notebook(name, assignment)
            # An object keeps what has been read of it when its session ends.
            for cell in [*notebook.source_cells, *notebook.grade_cells, *notebook.task_cells]:
                _ = (cell.name, cell.cell_type)
            _ = [cell.name for cell in notebook.solution_cells]
            return notebook

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> SourceCell:
        """As nbgrader's, from what `find_notebook` has read."""
        return _named(name, self.find_notebook(notebook, assignment).source_cells)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> BaseCell:
        """As nbgrader's, from what `find_notebook` has read."""
        lab = self.find_notebook(notebook, assignment)
        return _named(name, [*lab.grade_cells, *lab.task_cells])

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Grade:
        """As nbgrader's, but all grades of the submission are read at once."""
        return self._row(Grade, grade_cell, notebook, assignment, student)

    def find_comment(self, cell: str, notebook: str, assignment: str, student: str) -> Comment:
        """As nbgrader's, but all comments on the submission are read at once."""
        return self._row(Comment, cell, notebook, assignment, student)

    def _row(
        self, kind: type, name: str, notebook: str, assignment: str, student: str
    ) -> Grade | Comment:
        key = (kind, notebook, assignment, student)
        if key not in self._rows:
            submission = self.find_submission(assignment, student)
            rows = (
                self.db.query(BaseCell.name, kind)
                .join(kind, kind.cell_id == BaseCell.id)
                .join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)
                .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
                .filter(SubmittedNotebook.assignment_id == submission.id, Notebook.name == notebook)
            )
            self._rows[key] = dict(rows.all())
        if name not in self._rows[key]:
            raise MissingEntry(f"no such cell: {assignment}/{notebook}/{name} for {student}")
        return self._rows[key][name]

    def state(self, assignment: str, student: str) -> dict | None:
        """What the machine has entered for a submission, as plain data; None if nothing.

        It tells one gradebook from another, and shows a change of the due date.
        """
        with self.transaction():
            grades = (
                self.db.query(SubmittedAssignment, Notebook.name, BaseCell.name, Grade.auto_score)
                .select_from(Grade)
                .join(BaseCell, BaseCell.id == Grade.cell_id)
                .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
                .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
                .join(
                    SubmittedAssignment,
                    SubmittedAssignment.id == SubmittedNotebook.assignment_id,
                )
                .filter(
                    SubmittedAssignment.student_id == student,
                    SubmittedAssignment.assignment.has(name=assignment),
                )
                .all()
            )
            if not grades:
                return None
            submission = grades[0][0]
            return {
                "id": submission.id,
                "timestamp": str(submission.timestamp),
                "seconds_late": submission.total_seconds_late,
                "scores": {f"{notebook}/{cell}": score for _, notebook, cell, score in grades},
            }


def _named(name: str, cells: list) -> BaseCell | SourceCell:
    for cell in cells:
        if cell.name == name:
            return cell
    raise MissingEntry(f"no such cell: {name}")


@contextmanager
def lent(gradebook: Gradebook | None, preprocessor: type[NbGraderPreprocessor]) -> Iterator[None]:
    """Within, the preprocessor gets this gradebook when it opens one; None changes nothing."""
    modules = {sys.modules[base.__module__] for base in preprocessor.__mro__}
    openers = [module for module in modules if getattr(module, "Gradebook", None) is Gradebook]
    openers = openers if gradebook is not None else []
    for module in openers:
        module.Gradebook = lambda *_, **__: gradebook
    try:
        yield
    finally:
        for module in openers:
            module.Gradebook = Gradebook


def patient(db_url: str) -> str:
    """The gradebook's URL, with time for another program to end its writing."""
    url = make_url(db_url)
    if url.get_backend_name() == "sqlite":
        url = url.update_query_dict({"timeout": str(SECONDS_TO_WAIT)})
    return url.render_as_string(hide_password=False)


def opened(kind: type[AnyGradebook], db_url: str, course_id: str) -> AnyGradebook:
    """The gradebook, opened, and made if there is none. Raises CourseError if that fails."""
    check_gradebook(db_url)
    try:
        make_gradebook(db_url)
        return kind(patient(db_url), course_id)
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise _unreadable(db_url, error) from error


def check_gradebook(db_url: str) -> None:
    """Raise CourseError if the gradebook is in a file that is damaged."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite" or not url.database or not Path(url.database).is_file():
        return
    try:
        with closing(sqlite3.connect(url.database, SECONDS_TO_WAIT)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise _unreadable(db_url, error) from error
    if found != "ok":
        raise _unreadable(db_url, found)


def _unreadable(db_url: str, why: object) -> CourseError:
    # Of SQLAlchemy's errors only the cause says it; the statement and a link come with it.
    reason = str(getattr(why, "orig", None) or why).splitlines()[0]
    advice = "restore it, or move it away and grade again"
    if "locked" in reason:
        advice = "run this again when no other program writes to it"
    elif isinstance(why, ImportError):
        advice = "install that, or use another gradebook"
    name = make_url(db_url).render_as_string()
    return CourseError(f"the gradebook {name} cannot be read: {reason}; {advice}")


def make_gradebook(db_url: str) -> None:
    """Make a gradebook's file, whole or not at all, if it is in a file and there is none."""
    _put_tools_on_path()
    url = make_url(db_url)
    special = url.database in (None, "", ":memory:") or url.database.startswith("file:")
    if url.get_backend_name() != "sqlite" or special or Path(url.database).exists():
        return
    path = Path(url.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".gradebook-", dir=path.parent) as folder:
        part = Path(folder) / path.name
        Gradebook(f"sqlite:///{part}").close()
        if not path.exists():
            part.replace(path)


def _put_tools_on_path() -> None:
    """nbgrader runs `alembic` by name to make a gradebook; it lies beside our Python."""
    tools = str(Path(sys.executable).parent)
    if tools not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", os.defpath)])
