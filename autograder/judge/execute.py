"""The nbgrader preprocessor that stands in the place of nbgrader's `Execute`.

A student's cells run in a kernel of their own; the test cells run in the judge. What ends up in
the notebook's outputs is what the judge saw, and nbgrader takes the grades from there.
"""

import asyncio
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.utils import run_sync
from nbclient.exceptions import DeadKernelError
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_solution
from traitlets import Float, Integer, List, Unicode

from autograder.judge.client import Judge, this_threads_judge
from autograder.judge.student import SERVE
from autograder.warm.hide import can_hide
from autograder.warm.provisioner import WarmKernelManager

ROOT = Path(__file__).resolve().parents[2]
# What a student's kernel gets to know of the environment.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "LATENTLAB_DATA", "TF_ENABLE_ONEDNN_OPTS")
# One thread: networks of this size train no faster with more, and a class fills all cores anyway.
SET = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}
NOT_HIDDEN = (
    "This system has no user namespaces (as in some containers): the notebooks' kernels can read "
    "the solutions and the judge's images. Do not grade the work of strangers here."
)
# How long a kernel has to come back from a call that the judge has given up on.
GRACE_SECONDS = 2
MAX_EXTRA_FILE_BYTES = 50 * 2**20


class JudgedExecute(Execute):
    """Runs a notebook: the student's cells in a kernel, the test cells in the judge."""

    timeout = Integer(300, help="seconds that a student's cell may take").tag(config=True)
    check_seconds = Float(60, help="seconds that a test cell may take").tag(config=True)
    # The notebook is done with its kernel: a polite shutdown would only cost time.
    shutdown_kernel = "immediate"
    hidden = List(
        Unicode(),
        default_value=[str(ROOT / "autograder" / "heldout"), str(ROOT / "solutions")],
        help="folders that a student's kernel must not see",
    ).tag(config=True)

    _judge: Judge
    _kernel_end: socket.socket
    _scratch: str
    _death = ""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict, km: Any = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Run the notebook's code cells and put the outputs into it."""
        folder = resources.get("metadata", {}).get("path")
        self._death = ""
        if not can_hide():
            self.log.warning(NOT_HIDDEN)
        self._judge = this_threads_judge()
        self._kernel_end, judge_end = socket.socketpair()
        with self._kernel_end, judge_end, _scratch(folder) as self._scratch:
            self._judge.open(judge_end)
            judge_end.close()
            return super().preprocess(nb, resources)

    def create_kernel_manager(self) -> WarmKernelManager:
        """A manager whose kernel is forked, and reached through sockets beside its folder."""
        self.km = WarmKernelManager(transport="ipc", ip=f"{self._scratch}-kernel")
        return self.km

    async def async_start_new_kernel(self, **kwargs: Any) -> None:
        """Start the kernel in its scratch folder, without what is none of its business."""
        env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        env |= SET | {"HOME": self._scratch, "IPYTHONDIR": f"{self._scratch}/.ipython"}
        hidden = list(filter(self._may_hide, self.hidden)) if can_hide() else []
        await super().async_start_new_kernel(
            **kwargs, cwd=self._scratch, env=env, share=self._kernel_end, hidden=hidden
        )
        self._kernel_end.close()

    start_new_kernel = run_sync(async_start_new_kernel)

    def _may_hide(self, folder: str) -> bool:
        """Whether the folder is there and holds nothing that the kernel itself needs."""
        needed = (self._scratch, str(ROOT), sys.prefix)
        return os.path.isdir(folder) and not any(Path(n).is_relative_to(folder) for n in needed)

    async def async_execute_cell(
        self, cell: NotebookNode, cell_index: int, **kwargs: Any
    ) -> NotebookNode:
        """Run a cell where it belongs. A dead kernel fails its cell and those after it."""
        if cell.cell_type != "code":
            return cell
        if is_grade(cell) and not is_solution(cell):
            outputs = await self._judged(cell, cell_index)
            cell.outputs = [nbformat.from_dict(output) for output in outputs]
        elif self._death:
            cell.outputs = [nbformat.from_dict(_error("DeadKernel", self._death))]
        else:
            try:
                await super().async_execute_cell(cell, cell_index, **kwargs)
            except DeadKernelError:
                self._death = "the kernel died while it ran an earlier cell"
                cell.outputs.append(
                    nbformat.from_dict(_error("DeadKernel", "the kernel died while it ran this"))
                )
        self.nb.cells[cell_index] = cell
        return cell

    execute_cell = run_sync(async_execute_cell)

    async def _judged(self, cell: NotebookNode, index: int) -> list[dict]:
        """Let the judge run a test cell while the kernel answers its questions."""
        label = f"check {cell.metadata.nbgrader.grade_id}"
        loop = asyncio.get_running_loop()
        check = loop.run_in_executor(
            None, self._judge.check, cell.source, label, self.check_seconds
        )
        answering = asyncio.ensure_future(self._answer(index))
        await asyncio.wait({check, answering}, return_when=asyncio.FIRST_COMPLETED)
        if not check.done():
            await asyncio.wait({check}, timeout=1)
        if not check.done():  # the kernel has stopped answering, so the check would wait in vain
            self._judge.stop()
        outputs = await check
        await self._end_answering(answering)
        if self._death and any(output["output_type"] == "error" for output in outputs):
            outputs.append(_error("DeadKernel", self._death))
        return outputs

    async def _answer(self, index: int) -> None:
        """Make the kernel answer the judge till the judge says that it is done."""
        if self._death:
            return
        serving = nbformat.v4.new_code_cell(SERVE)
        try:
            await super().async_execute_cell(serving, index, store_history=False)
        except DeadKernelError:
            self._death = "the kernel died while a check called the notebook's code"

    async def _end_answering(self, answering: asyncio.Future) -> None:
        """Get the kernel out of a call that the judge no longer waits for."""
        if (await asyncio.wait({answering}, timeout=GRACE_SECONDS))[0]:
            return
        await self.km.interrupt_kernel()
        if (await asyncio.wait({answering}, timeout=GRACE_SECONDS))[0]:
            return
        self._death = "the kernel did not come back from a call that a check had made"
        await self.km.shutdown_kernel(now=True)
        answering.cancel()


def _error(name: str, message: str) -> dict:
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": [message]}


@contextmanager
def _scratch(folder: str | None) -> Iterator[str]:
    """A private folder for the kernel, with copies of the files that lie beside the notebook."""
    with tempfile.TemporaryDirectory(prefix="notebook-") as scratch:
        for source in sorted(Path(folder).rglob("*")) if folder else []:
            ordinary = source.is_file() and not source.is_symlink() and source.suffix != ".ipynb"
            if ordinary and source.stat().st_size <= MAX_EXTRA_FILE_BYTES:
                target = Path(scratch) / source.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        yield scratch
