"""Runs notebooks' code and nothing else, several at once: the measure for the bench.

    python -m autograder.bare PROCESSES NOTEBOOK...

prints the seconds that the notebooks took. Each process has imported everything and run the first
notebook before the clock starts.
"""

import contextlib
import io
import sys
import time
from multiprocessing import get_context
from pathlib import Path

import nbformat

from latentlab.warm.zygote import warm_up


def run(path: str) -> None:
    """Run a notebook's code cells one after the other; a cell that fails does not stop the rest."""
    import matplotlib.pyplot as plt

    names: dict = {"__name__": "__main__"}
    plt.show = _draw
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
                exec(compile(cell.source, "cell", "exec"), names)


def _draw() -> None:
    """Make pictures of all figures, as a notebook does."""
    import matplotlib.pyplot as plt

    for number in plt.get_fignums():
        plt.figure(number).savefig(io.BytesIO(), format="png", bbox_inches="tight")
    plt.close("all")


def main(processes: int, paths: list[str]) -> None:
    """Run the notebooks and print the seconds."""
    with get_context("spawn").Pool(processes, initializer=warm_up) as pool:
        pool.map(run, [paths[0]] * processes, chunksize=1)
        start = time.perf_counter()
        pool.map(run, paths, chunksize=1)
        print(time.perf_counter() - start)


if __name__ == "__main__":
    main(int(sys.argv[1]), [str(Path(path).resolve()) for path in sys.argv[2:]])
