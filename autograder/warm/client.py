"""The grader's warm process, and what it and its children get to know of the environment."""

import os

from latentlab.warm.client import NOTEBOOK, Child, ColdError, WarmProcess, shared_process

__all__ = ["Child", "ColdError", "WarmProcess", "environment", "warm_process"]

# What judges and students' kernels import beyond what a notebook does.
MODULES = (
    "autograder.judge.process",
    "autograder.kernel.shell",
    "autograder.sandbox.guard",
    "autograder.warm.jobs",
)
# No secret of the instructor's is among them.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "LATENTLAB_DATA", "TF_ENABLE_ONEDNN_OPTS")
# One thread: networks of this size train no faster with more, and a class fills all cores anyway.
SET = NOTEBOOK | {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


def environment() -> dict[str, str]:
    """The environment of the warm process and its children."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | SET


def warm_process() -> WarmProcess:
    """The grader's warm process, started at the first call, and again if it has died."""
    return shared_process(MODULES, environment)
