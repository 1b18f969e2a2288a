"""Trains the VAE of lab 7 on all of MNIST, as a student does with FULL = True, and times it.

    LATENTLAB_DATA=/folder/of/mnist.npz python -m autograder.elbo

The lab's own cells are run, up to the one that prints the test ELBO on the 10,000 test digits. Ends
with an error if it is not above -143 nats, or took more than three minutes of training.
"""

import os
import sys
import time

import latentlab  # noqa: F401  (before Keras: it silences TensorFlow's notes)
from autograder.dependencies import needed_by
from autograder.record import is_check
from autograder.source import read_source

LAB = "lab07_variational_autoencoder"
LEAST_ELBO, MOST_SECONDS = -143.0, 180.0


def main() -> int:
    """Train, print both figures, and return the exit status."""
    names, seconds = train()
    print(f"trained in {seconds:.0f} s on {len(os.sched_getaffinity(0))} cores")
    return int(names["elbo"] < LEAST_ELBO or seconds > MOST_SECONDS)


def train() -> tuple[dict, float]:
    """Run the cells; return the names that they bind, and the seconds that the training took."""
    os.environ["MPLBACKEND"] = "Agg"  # pictures are drawn for nobody
    names: dict = {"__name__": "__main__"}
    seconds = 0.0
    for source in sources():
        start = time.perf_counter()
        exec(compile(source, LAB, "exec"), names)
        if "lab.kept(" in source:
            seconds = time.perf_counter() - start
    return names, seconds


def sources() -> list[str]:
    """The cells that lead to the test ELBO, in order, for the whole data set."""
    cells = [cell for cell in read_source(LAB).cells if not is_check(cell)]
    prints = [cell for cell in cells if "elbo, error = estimate_elbo(" in cell.source]
    needed = needed_by(prints, cells)
    return [cell.source.replace("FULL = False", "FULL = True", 1) for cell in needed]


if __name__ == "__main__":
    sys.exit(main())
