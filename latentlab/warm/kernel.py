"""A Jupyter kernel in a process that was forked from the warm process."""

import os
import sys
from typing import Any


def run_kernel(settings: dict[str, Any]) -> None:
    """Run an IPython kernel with settings["argv"] (`-f CONNECTION_FILE ...`) till it is shut down.

    For JupyterLab and nbval. A grader has kernels of its own for what students hand in.
    """
    from ipykernel.kernelapp import IPKernelApp

    from latentlab.check.table import watch
    from latentlab.notebook import leave_chance_alone

    point_nowhere(0, 1, 2)  # the kernel's own notes; what cells print goes to the client
    sys.path.insert(0, "")
    app = IPKernelApp.instance()
    app.initialize(settings["argv"])
    # matplotlib was imported before there was a shell, so it could not find the shell by itself.
    app.shell.enable_matplotlib("inline")
    watch(app.shell)
    leave_chance_alone(app.shell)
    app.start()


def point_nowhere(*descriptors: int) -> None:
    """Connect these descriptors with /dev/null."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
