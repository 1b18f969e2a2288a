"""The nbgrader course that a command works in: its settings, its folders, its gradebook."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, NbGraderPreprocessor
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SAWarning
from traitlets.config import Config, PyFileConfigLoader
from traitlets.utils.importstring import import_item

from autograder.errors import CourseError
from autograder.gradebook import SharedGradebook, lent, opened, patient
from autograder.sandbox.files import SECRET
from autograder.source import ROOT, SOLUTIONS

# nbgrader adds rows in an order that SQLAlchemy remarks upon; the rows are right.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")

CONFIG_NAME = "nbgrader_config.py"


LAYOUT = """\
# A course with the settings of the project and folders of its own.
load_subconfig({config!r})
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.source_directory = {source!r}
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"
c.CourseDirectory.db_url = "sqlite:///" + {root!r} + "/gradebook.db"
"""


class Course:
    """A course: nbgrader's settings of the working folder, or those of the project."""

    def __init__(self, submitted: Path | None = None, db_url: str | None = None):
        """Raises CourseError when the settings, or `db_url`, cannot be used."""
        self.config: Config = _settings(Path.cwd() if Path(CONFIG_NAME).is_file() else ROOT)
        if submitted is not None:
            self.config.CourseDirectory.submitted_directory = str(submitted.resolve())
        if db_url is not None:
            _check_url(db_url)
            self.config.CourseDirectory.db_url = db_url
        self.directory = CourseDirectory(config=self.config)
        self.db_url: str = self.directory.db_url
        self.config.JudgedExecute.hidden = [*SECRET, *self._private()]
        # The releases of the labs that are being graded; see `autograder.submission.blank_of`.
        self.blanks: dict[str, NotebookNode] = {}

    def folder(self, kind: str, student: str = ".", assignment: str = ".") -> Path:
        """A folder of the course: kind is "submitted", "autograded" or "feedback"."""
        template = getattr(self.directory, f"{kind}_directory")
        return Path(self.directory.format_path(template, student, assignment))

    def own_folder(self) -> Path:
        """Where the grader keeps what is its own: beside the graded notebooks, not among them.

        nbgrader would give students a copy of any file that lies among those.
        """
        return self.folder("autograded", "*", "*").parents[1].parent / ".autograder"

    def _private(self) -> list[str]:
        """Where a notebook has no business: other students' work, and the gradebook."""
        kinds = ("submitted", "autograded", "feedback")
        folders = [self.folder(kind, "*", "*").parents[1] for kind in kinds]
        database = make_url(self.db_url).database
        files = [Path(database)] if self.db_url.startswith("sqlite") and database else []
        return [str(path.absolute()) for path in (*folders, self.own_folder(), *files)]

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """nbgrader's gradebook, made at the first use. Raises CourseError if it cannot be read."""
        with opened(Gradebook, self.db_url, self.directory.course_id) as gradebook:
            yield gradebook

    @cached_property
    def shared_gradebook(self) -> SharedGradebook:
        """The gradebook that stays open while a class is graded, till `close`."""
        return opened(SharedGradebook, self.db_url, self.directory.course_id)

    def close(self) -> None:
        """Close the shared gradebook, if it is open."""
        if "shared_gradebook" in vars(self):
            self.shared_gradebook.close()
            del self.shared_gradebook

    @cached_property
    def sanitize_steps(self) -> list[type[NbGraderPreprocessor]]:
        """nbgrader's preprocessors for a notebook before it is run."""
        return self._steps("sanitize_preprocessors")

    @cached_property
    def record_steps(self) -> list[type[NbGraderPreprocessor]]:
        """nbgrader's preprocessors for a notebook after it was run."""
        return self._steps("autograde_preprocessors")[1:]

    def _steps(self, trait: str) -> list[type[NbGraderPreprocessor]]:
        steps = getattr(Autograde(coursedir=self.directory, config=self.config), trait)
        classes = [import_item(step) if isinstance(step, str) else step for step in steps]
        # A submission's marks are those of the release, which has passed this check; it would
        # take longer than all other steps together.
        return [step for step in classes if step is not CheckCellMetadata]

    def process(
        self,
        notebook: NotebookNode,
        preprocessors: list[type[NbGraderPreprocessor]],
        assignment: str,
        student: str = ".",
        gradebook: Gradebook | None = None,
    ) -> NotebookNode:
        """Run nbgrader's preprocessors over a notebook, as its own commands would.

        They work in the gradebook given; without one, each opens its own.
        """
        resources = {
            "unique_key": assignment,
            "nbgrader": {
                "assignment": assignment,
                "notebook": assignment,
                "student": student,
                "db_url": patient(self.db_url),
            },
        }
        for preprocessor in preprocessors:
            with lent(gradebook, preprocessor):
                notebook, resources = preprocessor(config=self.config)(notebook, resources)
            if gradebook is not None:
                gradebook.db.expire_all()  # the next one must see the sums as they are now
        return notebook


def _settings(folder: Path) -> Config:
    try:
        return PyFileConfigLoader(CONFIG_NAME, path=str(folder)).load_config()
    except Exception as error:  # the settings are a program, which may fail in any way
        what = f"{type(error).__name__}: {error}"
        raise CourseError(f"{folder / CONFIG_NAME} cannot be used: {what}; mend it") from error


def _check_url(db_url: str) -> None:
    try:
        make_url(db_url)
    except ArgumentError as error:
        example = "sqlite:////home/me/course/gradebook.db"
        raise CourseError(f"--db: {db_url!r} is no database URL, such as {example}") from error


def lay_out_course(folder: Path, settings: str = "") -> None:
    """Make a folder a course of its own, with the project's labs and perhaps other settings."""
    folder.mkdir(parents=True, exist_ok=True)
    text = LAYOUT.format(
        config=str(ROOT / CONFIG_NAME), root=str(folder.resolve()), source=str(SOLUTIONS)
    )
    (folder / CONFIG_NAME).write_text(text + settings, encoding="utf-8")


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    part.replace(path)
