"""Kernels for jupyter_client that are forked from the warm process instead of started cold.

nbval and JupyterLab find them under the name "warm" where JUPYTER_PATH names the folder
`autograder/warm/jupyter`.
"""

import os
from pathlib import Path
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from autograder.warm.client import ColdError, warm_process

JUPYTER_PATH = Path(__file__).parent / "jupyter"


class WarmProvisioner(LocalProvisioner):
    """Launches a kernel by forking it. Signals, waiting and cleaning up are as for any other."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel in the place of running the command; where that fails, run it."""
        try:
            self.process = warm_process().fork(
                "kernel",
                cwd=kwargs.get("cwd") or os.getcwd(),
                env=kwargs.get("env") or os.environ,
                settings={"argv": cmd[cmd.index("-f") :]},
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
        return KernelSpec.from_resource_dir(str(JUPYTER_PATH / "kernels" / "warm"))
