"""The nbgrader course that a command works in: its settings, its folders, its gradebook."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SAWarning
from traitlets.config import Config, PyFileConfigLoader

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


class CourseError(ValueError):
    """The course's settings, or what was given in their place, cannot be used."""


class Course:
    """A course: nbgrader's settings of the working folder, or those of the project."""

    def __init__(self, submitted: Path | None = None, db_url: str | None = None):
        folder = Path.cwd() if Path(CONFIG_NAME).is_file() else ROOT
        self.config: Config = PyFileConfigLoader(CONFIG_NAME, path=str(folder)).load_config()
        if submitted is not None:
            self.config.CourseDirectory.submitted_directory = str(submitted.resolve())
        if db_url is not None:
            _check_url(db_url)
            self.config.CourseDirectory.db_url = db_url
        self.directory = CourseDirectory(config=self.config)
        self.db_url: str = self.directory.db_url

    def folder(self, kind: str, student: str = ".", assignment: str = ".") -> Path:
        """A folder of the course: kind is "submitted", "autograded" or "feedback"."""
        template = getattr(self.directory, f"{kind}_directory")
        return Path(self.directory.format_path(template, student, assignment))

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """nbgrader's gradebook, made at the first use."""
        _put_tools_on_path()
        path = make_url(self.db_url).database
        if self.db_url.startswith("sqlite") and path and path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        with Gradebook(self.db_url, self.directory.course_id) as gradebook:
            yield gradebook

    def process(
        self,
        notebook: NotebookNode,
        preprocessors: list[type[NbGraderPreprocessor]],
        assignment: str,
        student: str = ".",
    ) -> NotebookNode:
        """Run nbgrader's preprocessors over a notebook, as its own commands would."""
        resources = {
            "unique_key": assignment,
            "nbgrader": {
                "assignment": assignment,
                "notebook": assignment,
                "student": student,
                "db_url": self.db_url,
            },
        }
        for preprocessor in preprocessors:
            notebook, resources = preprocessor(config=self.config)(notebook, resources)
        return notebook


def _check_url(db_url: str) -> None:
    try:
        make_url(db_url)
    except ArgumentError as error:
        example = "sqlite:////home/me/course/gradebook.db"
        raise CourseError(f"--db: {db_url!r} is no database URL, such as {example}") from error


def _put_tools_on_path() -> None:
    """nbgrader runs `alembic` by name to make a gradebook; it lies beside our Python."""
    tools = str(Path(sys.executable).parent)
    if tools not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", os.defpath)])


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
