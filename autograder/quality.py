"""How good the labs' own solutions are, on the sample and on the real data: `make quality`.

The cells that lead to a lab's results are run twice: as a student runs them, and with the whole
real data set in place of the sample and its test part in place of the held-out pictures. What the
checks measure goes into docs/quality.md, beside figures that others have published.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
from rich.console import Console

import latentlab
from autograder import heldout
from autograder.calibrate import Quantity, limit_cells, run
from autograder.source import ROOT, SourceError, labs
from latentlab.datasets import Dataset, load

REPORT = ROOT / "docs" / "quality.md"
# Work, setting, figure, and the labs whose figures may be held against it.
PUBLISHED = [
    ("PCA", "MNIST, 2 numbers, MSE", "0.0559", "lab01 lab02"),
    ("PCA", "MNIST, 32 numbers, MSE", "0.0170", "lab03"),
    ("Keras blog, deep dense 784-128-64-32", "MNIST, BCE, 100 epochs", "about 0.08", "lab01"),
    ("Keras blog, convolutional, code of 128", "MNIST, BCE, 50 epochs", "0.094", "lab03"),
    (
        "Hinton and Salakhutdinov 2006, code of 30",
        "MNIST, squared error summed over pixels",
        "autoencoder 3.0, PCA 13.9 (0.0038 and 0.0177 a pixel)",
        "lab03",
    ),
    ("Keras blog, sparse with L1", "MNIST, BCE, 32 units, 100 epochs", "0.10", "lab05"),
    (
        "TensorFlow's tutorial, convolutional VAE",
        "MNIST, 2 numbers, test ELBO in nats, 10 epochs",
        "-155.9",
        "lab07",
    ),
    (
        "keras.io, convolutional VAE",
        "MNIST, 2 numbers, minus ELBO on the 70,000 digits trained on, 30 epochs",
        "150.4",
        "lab07",
    ),
    (
        "Long, Shelhamer and Darrell 2015, FCN-32s / 16s / 8s",
        "photographs, PASCAL VOC 2011, mean IoU",
        "0.594 / 0.624 / 0.627",
        "lab10",
    ),
    (
        "Kingma and others 2014, table 1",
        "MNIST, accuracy with 100 labels: a network that knows these alone; a contractive "
        "autoencoder, pretrained on all pictures",
        "0.742; 0.865",
        "lab11",
    ),
    (
        "UvA deep learning tutorial 9, code of 64 / 128 / 256 / 384",
        "CIFAR-10, MSE, some hundred epochs",
        "0.0071 / 0.0041 / 0.0021 / 0.0013",
        "exercise3",
    ),
]


def main() -> None:
    """Measure every lab that has a result, and write the report."""
    console = Console()
    sections = []
    for lab in labs():
        try:
            cells = limit_cells(lab)
        except SourceError:  # nothing in it has a limit
            continue
        console.print(f"{lab}: sample", end="")
        sample, sample_seconds = _timed(cells)
        console.print(f" {sample_seconds:.0f} s, real data", end="")
        with real_data():
            real, real_seconds = _timed(cells)
        console.print(f" {real_seconds:.0f} s")
        sections += _section(lab, sample, real, sample_seconds, real_seconds)
    REPORT.write_text("\n".join([*_head(), *sections, ""]), encoding="utf-8")
    console.print(f"wrote {os.path.relpath(REPORT)}")


@contextmanager
def real_data() -> Iterator[None]:
    """In here the labs load whole real data sets, and their test parts are the held-out data."""

    def whole(name: str, full: bool = True) -> Dataset:
        return load(name, full=True)

    def test_part(name: str) -> tuple[np.ndarray, np.ndarray]:
        return load(name, full=True).test

    with patch.object(latentlab, "load", whole), patch.object(heldout, "heldout", test_part):
        yield


def _timed(cells: list[Any]) -> tuple[dict[Quantity, float], float]:
    start = time.perf_counter()
    found = run(cells, {}, seed=None)
    return found, time.perf_counter() - start


def _head() -> list[str]:
    return [
        "# Figures of the labs",
        "",
        f"Written by `make quality` on {os.cpu_count()} cores. Do not edit it by hand. The figures",
        "of the sample are for its held-out pictures, those of the real data for the test part of",
        "the set; neither was trained on. Errors are means over pixels, with values from 0 to 1;",
        "cross-entropies are in nats.",
    ]


def _section(
    lab: str,
    sample: dict[Quantity, float],
    real: dict[Quantity, float],
    sample_seconds: float,
    real_seconds: float,
) -> list[str]:
    lines = ["", f"## {lab}", "", "| | sample | real data | limit |", "|---|---|---|---|"]
    for quantity, value in sample.items():
        limit = "" if quantity.limit is None else f"{quantity.limit:g}"
        lines.append(
            f"| {quantity.check}: {quantity.what} | {value:.4g} | {real[quantity]:.4g} | {limit} |"
        )
    lines.append(
        f"| seconds, all cells that lead there | {sample_seconds:.0f} | {real_seconds:.0f} | |"
    )
    published = [row for row in PUBLISHED if lab.split("_")[0] in row[3].split()]
    if published:
        lines += ["", "Published:", ""]
        lines += [f"- {work}: {setting}: {figure}" for work, setting, figure, _ in published]
    return lines


if __name__ == "__main__":
    main()
