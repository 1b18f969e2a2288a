"""The nbgrader preprocessor that stands in the place of nbgrader's `Execute`.

A student's cells run in a sandboxed kernel of their own; the test cells run in the judge. What
ends up in the notebook's outputs of a test cell is what the judge saw, and nbgrader takes the
grades from there.
"""

import contextlib
import os
import select
import time
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, Float, Integer, List, Unicode

from autograder.judge.client import Judge, this_threads_judge
from autograder.kernel.client import KernelGone, StudentKernel, Walls
from autograder.sandbox.files import SECRET
from autograder.sandbox.limits import Limits
from autograder.sandbox.trial import isolation, why_not_isolated
from autograder.warm.client import environment

NOT_ISOLATED = (
    "This system cannot shut a notebook in ({reason}). Grade on a Linux machine with user "
    "namespaces; or, if you know and trust whose work it is, use `autograder grade --no-sandbox` "
    "(for nbgrader: c.JudgedExecute.sandbox = False)."
)
LEFT_OUT = "(this cell put out more than is kept; the rest is left out)\n"
# How long a check may go on when its kernel does not answer any more.
END_OF_CHECK_SECONDS = 1


class NoSandbox(RuntimeError):
    """The system cannot isolate a notebook, and nobody said that it need not be."""


class JudgedExecute(Execute):
    """Runs a notebook: the student's cells in a kernel, the test cells in the judge."""

    timeout = Integer(300, help="seconds that a student's cell may take").tag(config=True)
    check_seconds = Float(60, help="seconds that a test cell may take").tag(config=True)
    notebook_seconds = Float(900, help="seconds that the whole notebook may take").tag(config=True)
    sandbox = Bool(True, help="shut the notebook in; refuse to run it otherwise").tag(config=True)
    memory_megabytes = Integer(4096, help="memory of a notebook's processes").tag(config=True)
    processes = Integer(64, help="processes of a notebook at once").tag(config=True)
    disk_megabytes = Integer(256, help="size of a notebook's working folder").tag(config=True)
    hidden = List(
        Unicode(),
        default_value=list(SECRET),
        help="folders that a student's kernel must not see, wherever they lie",
    ).tag(config=True)

    _kernel: StudentKernel | None
    _judge: Judge
    _death: str
    _deadline: float

    def preprocess(
        self,
        nb: NotebookNode,
        resources: ResourcesDict,
        km: Any = None,
        files: dict[str, bytes] | None = None,
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Run the notebook's code cells, with `files` beside it, and put the outputs into it.

        Without `files`, as when nbgrader calls, they are those that lie in the notebook's folder.
        `tried` then holds sentences on what the notebook tried that it may not. Raises NoSandbox,
        and KernelDisturbed or JudgeDisturbed when somebody killed a process of the grader: then
        the notebook must be run again.
        """
        self._check_sandbox()
        self.nb = nb
        self.reset_execution_trackers()
        self.tried: list[str] = []
        self._death = ""
        self._deadline = time.monotonic() + self.notebook_seconds
        self._judge = this_threads_judge()
        self._kernel = StudentKernel(self._walls(), environment())
        try:
            self._judge.open(self._kernel.judge_end)
            with self._noting_death():
                found = _files_beside(resources) if files is None else files
                self._kernel.lay_down(found, self.timeout)
            judged = [(cell, self._run(cell, index)) for index, cell in enumerate(nb.cells)]
        except BaseException:
            self._judge.close()  # it may be in the middle of a check of this notebook
            raise
        finally:
            self._kernel.close()
        # Only now: no message of the kernel can change them any more.
        for cell, outputs in judged:
            if outputs is not None:
                cell.outputs = [nbformat.from_dict(output) for output in outputs]
        self.tried = list(dict.fromkeys(self._kernel.notes))
        self.set_widgets_metadata()
        return nb, resources

    def _check_sandbox(self) -> None:
        reason = why_not_isolated() if self.sandbox else ""
        if reason:
            raise NoSandbox(NOT_ISOLATED.format(reason=reason))

    def _walls(self) -> Walls:
        data = os.environ.get("LATENTLAB_DATA")
        limits = Limits(
            memory_megabytes=self.memory_megabytes,
            processes=self.processes,
            disk_megabytes=self.disk_megabytes,
            cpu_seconds=int(self.notebook_seconds) + 1,
        )
        visible = [os.path.abspath(data)] if data and os.path.isdir(data) else []
        way = isolation()[0] if self.sandbox else ""
        return Walls(way, limits, visible, [str(Path(f).resolve()) for f in self.hidden])

    def _run(self, cell: NotebookNode, index: int) -> list[dict] | None:
        """Run a cell where it belongs. A test cell's outputs are given back."""
        if cell.cell_type != "code":
            return None
        if is_grade(cell) and not is_solution(cell):
            return self._judged(cell)
        cell.outputs = []
        with self._noting_death():
            self._run_students(cell, index)
        cell.outputs = list(filter(_is_valid, cell.outputs))
        if self._death:
            cell.outputs.append(nbformat.from_dict(_error("DeadKernel", self._death)))
        return None

    def _run_students(self, cell: NotebookNode, index: int) -> None:
        if self._death:
            return
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise KernelGone(self._out_of_time)

        def show(message: dict) -> None:
            # A kernel in the hands of a student's code may send anything; what is no output of a
            # cell makes nbclient raise one error or another, and is left out.
            with contextlib.suppress(Exception):
                if not self._continues_stream(message, cell.outputs):
                    self.process_message(_as_jupyters(message), cell, index)

        self.clear_before_next_output = False  # as nbclient does before each cell
        seconds = min(self.timeout, left)
        stopped = self._kernel.execute(cell.source, show, seconds)
        if self._kernel.left_out:
            cell.outputs.append(nbformat.v4.new_output("stream", name="stderr", text=LEFT_OUT))
        if stopped:
            cell.outputs.append(nbformat.from_dict(_error("Stopped", f"this cell {stopped}")))

    def _continues_stream(self, message: dict, outputs: list[NotebookNode]) -> bool:
        """Add to the last output what was printed after it, as Jupyter's front ends do."""
        content = message["content"]
        if message["type"] != "stream" or not outputs or self.clear_before_next_output:
            return False
        last = outputs[-1]
        if last.output_type != "stream" or last.name != content["name"]:
            return False
        last.text += content["text"]
        return True

    @property
    def _out_of_time(self) -> str:
        return f"the notebook ran longer than {self.notebook_seconds:g} seconds"

    def _judged(self, cell: NotebookNode) -> list[dict]:
        """Let the judge run a test cell while the kernel answers its questions."""
        label = f"check {cell.metadata.nbgrader.grade_id}"
        left = self._deadline - time.monotonic()
        if left <= 0:
            return [_error("OutOfTime", self._out_of_time)]
        number = self._judge.begin(cell.source, label, min(self.check_seconds, left))
        with self._noting_death():
            self._serve_judge(number)
        outputs = self._judge.outputs(END_OF_CHECK_SECONDS if self._death else None)
        if self._death and any(output["output_type"] == "error" for output in outputs):
            outputs.append(_error("DeadKernel", self._death))
        return outputs

    def _serve_judge(self, number: int) -> None:
        """Have the kernel answer till the judge is done, and then get it out of its last call."""
        if self._death:
            return
        self._kernel.serve(number)
        while self._judge not in self._ready() and self._judge.seconds_left:
            if self._kernel.gave_up_serving():
                return
        self._kernel.stop_serving()

    def _ready(self) -> list:
        ends = [self._judge, self._kernel]
        return select.select(ends, [], [], self._judge.seconds_left)[0]

    @contextlib.contextmanager
    def _noting_death(self) -> Any:
        """Let a kernel that dies in here fail its own cell and those after it."""
        try:
            yield
        except KernelGone as error:
            self._death = str(error)


def _files_beside(resources: ResourcesDict) -> dict[str, bytes]:
    from autograder.collect import files_beside

    metadata = resources.get("metadata", {})
    if not metadata.get("path"):
        return {}
    return files_beside(Path(metadata["path"]) / f"{metadata.get('name', '')}.ipynb")


def _as_jupyters(message: dict) -> dict:
    kind, content = str(message["type"]), message["content"]
    return {
        "msg_type": kind,
        "header": {"msg_type": kind},
        "parent_header": {},
        "metadata": {},
        "content": content,
    }


def _is_valid(output: NotebookNode) -> bool:
    """Whether an output is still one after updates of its display; nbformat checked it before."""
    data = output.get("data", {})
    if not isinstance(data, dict) or not isinstance(output.get("metadata", {}), dict):
        return False
    return all(isinstance(value, str) or mime.endswith("json") for mime, value in data.items())


def _error(name: str, message: str) -> dict:
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": [message]}
