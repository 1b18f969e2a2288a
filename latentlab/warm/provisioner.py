"""Kernels for jupyter_client that are forked from a warm process instead of started cold.

JupyterLab and nbval take them for every Python notebook where JUPYTER_PATH names the folder
`latentlab/warm/jupyter`.
"""

import os
import signal
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from subprocess import Popen
from threading import Thread
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.launcher import launch_kernel
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from latentlab.warm.client import NOTEBOOK, Child, ColdError, WarmProcess, shared_process

JUPYTER_PATH = Path(__file__).parent / "jupyter"


def warm_process() -> WarmProcess:
    """This program's warm process for notebooks."""
    return shared_process((), environment)


def environment() -> dict[str, str]:
    """The environment of the warm process: ours, and what decides how libraries are imported."""
    return os.environ | NOTEBOOK


class WarmProvisioner(LocalProvisioner):
    """Launches a kernel by forking it. Waiting and cleaning up are as for any other."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel in the place of running the command; where that fails, run it.

        As with a cold start, the kernel is not there yet when this returns: whoever connects to it
        waits till it answers. So a server can serve others while its warm process warms up.
        """
        try:
            warm = warm_process()
        except ColdError as error:
            self.log.info("starting a kernel cold: %s", error)
            return await super().launch_kernel(cmd, **kwargs)

        def start() -> Child | Popen:
            try:
                return warm.fork(
                    "latentlab.warm.kernel:run_kernel",
                    cwd=kwargs.get("cwd") or os.getcwd(),
                    env=kwargs.get("env") or os.environ,
                    settings={"argv": cmd[cmd.index("-f") :]},
                )
            except ColdError as error:
                self.log.warning("starting a kernel cold: %s", error)
                return launch_kernel(cmd, **LocalProvisioner._scrub_kwargs(kwargs))

        self.process = _ComingProcess(start)
        self.pid = self.pgid = None  # its signals are the process's own matter
        return self.connection_info


class _ComingProcess:
    """A kernel's process that another thread is starting, as LocalProvisioner uses processes.

    It is the leader of a session, as forked and as launched kernels are: signals go to all of it.
    """

    stdin = stdout = stderr = None

    def __init__(self, start: Callable[[], Child | Popen]):
        self._coming: Future[Child | Popen] = Future()

        def fulfil() -> None:
            try:
                self._coming.set_result(start())
            except BaseException as error:
                self._coming.set_exception(error)

        Thread(target=fulfil, daemon=True).start()

    def poll(self) -> int | None:
        if not self._coming.done():
            return None
        return 1 if self._coming.exception() else self._coming.result().poll()

    def wait(self) -> int:
        return 1 if self._coming.exception() else self._coming.result().wait()

    def send_signal(self, number: int) -> None:
        if self._coming.done() or number != signal.SIGINT:  # before it runs, nothing is to stop
            self._coming.add_done_callback(lambda _: self._send(number))

    def _send(self, number: int) -> None:
        if not self._coming.exception() and self.poll() is None:
            process = self._coming.result()
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:  # it has ended, or does not lead a session yet
                process.send_signal(number)


class WarmKernelManager(AsyncKernelManager):
    """Manages a kernel forked from the warm process, wherever Jupyter looks for its kernels."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one kernel of the course: Python, forked."""
        return KernelSpec.from_resource_dir(str(JUPYTER_PATH / "kernels" / "python3"))
