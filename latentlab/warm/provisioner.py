"""Kernels for jupyter_client that are forked from a warm process instead of started cold.

JupyterLab and nbval take them for every Python notebook where JUPYTER_PATH names the folder
`latentlab/warm/jupyter`.
"""

import asyncio
import os
from pathlib import Path
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from latentlab.warm.client import ColdError, WarmProcess, shared_process

JUPYTER_PATH = Path(__file__).parent / "jupyter"


def warm_process() -> WarmProcess:
    """This program's warm process for notebooks."""
    return shared_process((), environment)


def environment() -> dict[str, str]:
    """The environment of the warm process: ours, and what decides how libraries are imported."""
    return os.environ | {
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a note of the debugger that ipykernel brings along
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }


class WarmProvisioner(LocalProvisioner):
    """Launches a kernel by forking it. Signals, waiting and cleaning up are as for any other."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel in the place of running the command; where that fails, run it."""
        try:
            # In a thread: while the warm process warms up, a server has others to serve.
            self.process = await asyncio.to_thread(
                lambda: warm_process().fork(
                    "latentlab.warm.kernel:run_kernel",
                    cwd=kwargs.get("cwd") or os.getcwd(),
                    env=kwargs.get("env") or os.environ,
                    settings={"argv": cmd[cmd.index("-f") :]},
                )
            )
        except ColdError as error:
            self.log.warning("starting a kernel cold: %s", error)
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        self.process.stdin = self.process.stdout = self.process.stderr = None
        return self.connection_info


class WarmKernelManager(AsyncKernelManager):
    """Manages a kernel forked from the warm process, wherever Jupyter looks for its kernels."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one kernel of the course: Python, forked."""
        return KernelSpec.from_resource_dir(str(JUPYTER_PATH / "kernels" / "python3"))
