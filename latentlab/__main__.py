"""Open the course in JupyterLab, on its start page: python -m latentlab [JupyterLab's options].

Kernels start from a process that has imported Keras already, where the system can fork.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOTEBOOKS = HERE.parent / "notebooks"
START = "start.ipynb"


def main(options: list[str]) -> None:
    """Run JupyterLab with the course's kernels and settings; ends with a sentence if it cannot."""
    if not (NOTEBOOKS / START).is_file():
        sys.exit(f"There is no {START} in {NOTEBOOKS}. Unpack the course again, or build it.")
    try:
        from jupyterlab.labapp import main as run_jupyterlab
    except ImportError:
        sys.exit("JupyterLab is not installed here. Run: python -m pip install -r requirements.txt")
    # Ours come first, and hide none of the student's own settings and kernels but "python3".
    _put_first("JUPYTER_PATH", HERE / "warm" / "jupyter")
    _put_first("JUPYTER_CONFIG_PATH", HERE / "desk")
    os.environ.setdefault("LATENTLAB_KEPT", str(NOTEBOOKS.parent / ".kept"))
    os.chdir(NOTEBOOKS)
    sys.exit(run_jupyterlab([START, f"--notebook-dir={NOTEBOOKS}", *options]))


def _put_first(variable: str, folder: Path) -> None:
    others = os.environ.get(variable)
    os.environ[variable] = os.pathsep.join([str(folder), *([others] if others else [])])


if __name__ == "__main__":
    main(sys.argv[1:])
