"""A Jupyter kernel in a process that was forked from the warm process."""

import os
import sys

from autograder.warm.hide import hide


def run_kernel(argv: list[str], descriptors: list[int], hidden: list[str]) -> None:
    """Run an IPython kernel with these arguments (`-f CONNECTION_FILE ...`) till it is shut down.

    A descriptor, if there is one, is a socket on which the judge may ask for the student's names.
    The kernel cannot see what is in the hidden folders.
    """
    from ipykernel.kernelapp import IPKernelApp

    if hidden:
        hide(hidden)
    _point_nowhere(0, 1, 2)  # the kernel's own notes; what cells print goes to the client
    sys.path.insert(0, "")
    app = IPKernelApp.instance()
    app.initialize(argv)
    # matplotlib was imported before there was a shell, so it could not find the shell by itself.
    app.shell.enable_matplotlib("inline")
    if descriptors:
        from autograder.judge import student

        student.connect(descriptors[0], app.shell.user_ns)
    app.start()


def _point_nowhere(*descriptors: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
