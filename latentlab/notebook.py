"""The notebook that runs this code, if one does."""

from __future__ import annotations

import sys
from typing import Any


def notebook_shell() -> Any:
    """Return the IPython shell of the notebook that runs this; None outside a notebook.

    Imports nothing: where IPython was not imported, there is no notebook.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return None if getattr(shell, "kernel", None) is None else shell


def leave_chance_alone(shell: Any) -> None:
    """Have this shell leave Python's random numbers to the notebook.

    IPython picks a tip with them whenever somebody asks for the kernel's banner, JupyterLab too
    while a cell runs. A seed would then not repeat a run.
    """
    shell.enable_tip = False
