"""Kernels for jupyter_client that are forked from the warm process instead of started cold."""

import os
import socket
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from autograder.warm.client import warm_process


class WarmProvisioner(LocalProvisioner):
    """Launches a kernel by forking it. Signals, waiting and cleaning up are as for any other."""

    async def launch_kernel(
        self,
        cmd: list[str],
        share: socket.socket | None = None,
        hidden: list[str] | None = None,
        **kwargs: Any,
    ) -> KernelConnectionInfo:
        """Fork a kernel, with a socket for the judge's questions and without sight of `hidden`."""
        self.process = warm_process().fork(
            "kernel",
            share=share,
            cwd=kwargs.get("cwd"),
            env=kwargs.get("env"),
            argv=cmd[cmd.index("-f") :],
            hidden=hidden,
        )
        self.pid = self.pgid = self.process.pid
        self.process.stdin = self.process.stdout = self.process.stderr = None
        return self.connection_info


class WarmKernelManager(AsyncKernelManager):
    """Manages a kernel forked from the warm process, reached through sockets in a folder."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one kernel of the course: Python, forked."""
        return KernelSpec(
            argv=["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3 (warm)",
            language="python",
            env={"TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3")},
            metadata={"kernel_provisioner": {"provisioner_name": "warm-fork"}},
        )
