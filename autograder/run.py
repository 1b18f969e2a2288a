"""Runs one sanitized submission and says what came of it: the part that an executor may move.

What goes in and comes out is plain data, so a run may happen in another thread, another process
or on another machine. Nothing in here reads the course or writes to the gradebook.
"""

import time
from dataclasses import dataclass, field

import nbformat
from traitlets.config import Config

from autograder.judge.client import JudgeDisturbed
from autograder.judge.execute import JudgedExecute
from autograder.kernel.client import KernelDisturbed
from autograder.warm.client import ColdError, warm_process


@dataclass
class Run:
    """A notebook after its run."""

    text: str  # the notebook with its outputs
    seconds: float
    # What the notebook tried that it may not, in words for the instructor.
    tried: list[str] = field(default_factory=list)
    # Why the run has to be done again (a process of the grader was killed); "" if it is whole.
    disturbed: str = ""


def run_submission(text: str, files: dict[str, bytes], config: Config) -> Run:
    """Run a sanitized notebook with these files beside it.

    `files` maps names relative to the notebook's folder to contents.
    """
    start = time.perf_counter()
    try:
        warm_process().wait_until_ready()
        start = time.perf_counter()  # the first submission is not charged for warming up
        runner = JudgedExecute(config=config)
        notebook = nbformat.reads(text, as_version=4)
        notebook, _ = runner.preprocess(notebook, {"metadata": {}}, files=files)
    except (ColdError, JudgeDisturbed, KernelDisturbed) as error:
        return Run(text, time.perf_counter() - start, disturbed=str(error))
    # Half a character (a lone surrogate), which Python can print, cannot be written to a file.
    text = nbformat.writes(notebook).encode("utf-8", "replace").decode()
    return Run(text, time.perf_counter() - start, runner.tried)
