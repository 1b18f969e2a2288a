"""Calibrate the training threshold of lab 1: python solutions/calibrate_lab01.py

Trains the reference solution and the right and wrong trainings of the proof file, measures each
on held-out digits as the check does, and writes docs/calibration/lab01.md. About
six minutes on two cores.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

import keras
import numpy as np

import latentlab as lab
from autograder.heldout import heldout
from autograder.proof import variants
from autograder.source import read_source
from latentlab.check.models import run
from latentlab.check.pictures import pca_error

LAB = "lab01_mnist_autoencoder"
SEEDS, WRONG_SEEDS = 20, 5
REPORT = Path(__file__).resolve().parents[1] / "docs" / "calibration" / "lab01.md"
RIGHT = ("mse_loss", "tape", "nested_build", "keras_ops", "by_batches")
WRONG = (
    *("one_epoch", "targets_shuffled", "targets_noisy", "targets_inverted", "labels_as_targets"),
    *("another_model_trained", "divided_by_255_again", "targets_0_to_255", "encoder_sigmoid_code"),
)
ANSWERS = ("encoder", "decoder", "autoencoder", "training")


def main() -> None:
    """Run every case and write the table."""
    answers, threshold = _answers_and_threshold()
    others = {variant.name: variant.answers for variant in variants(LAB)}
    cases = {"solution": answers}
    cases |= {name: answers | others[name] for name in (*RIGHT, *WRONG)}
    data = lab.load("mnist")
    x_train, x_test = (part.images.reshape(len(part.images), -1) for part in data)
    x_new = heldout("mnist")[0].reshape(-1, 784)
    baseline = pca_error(x_train, x_new, 2)
    shares, seconds = {}, []
    for name, case in cases.items():
        seeds = SEEDS if name == "solution" or name in RIGHT[:1] else WRONG_SEEDS
        shares[name] = []
        for seed in range(seeds):
            model, took = _trained(case, data.train, x_train, x_test, seed)
            shares[name].append(float(np.mean((run(model, x_new) - x_new) ** 2)) / baseline)
            if name == "solution":
                seconds.append(took)
        print(name, [f"{share:.3f}" for share in shares[name]], flush=True)
    mean_share = float(np.mean((x_new - x_train.mean(axis=0)) ** 2)) / baseline
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(_report(shares, threshold, baseline, mean_share, float(np.median(seconds))))


def _answers_and_threshold() -> tuple[dict[str, str], float]:
    """Return the solution's answers that make and train the network, and the check's at_most."""
    cells = {cell.id: cell.source for cell in read_source(LAB).cells}
    threshold = re.search(r"at_most=([\d.]+)", cells["training"])
    assert threshold, "the check 'training' says at_most=..."
    return {name: cells[f"answer-{name}"] for name in ANSWERS}, float(threshold[1])


def _trained(
    answers: dict[str, str], train: lab.Part, x_train: np.ndarray, x_test: np.ndarray, seed: int
) -> tuple[keras.Model, float]:
    """Return the model that these answers build and train, and the seconds that training took."""
    keras.backend.clear_session()
    names = {"keras": keras, "np": np, "lab": lab, "train": train}
    for source in answers.values():
        exec(source, names)
    lab.seed(seed)
    model = names["build_autoencoder"](names["build_encoder"](), names["build_decoder"]())
    start = time.perf_counter()
    names["train_autoencoder"](model, x_train, x_test)
    return model, time.perf_counter() - start


def _report(
    shares: dict[str, list[float]],
    threshold: float,
    baseline: float,
    mean_share: float,
    seconds: float,
) -> str:
    """Return the page with the table."""
    rows = [
        f"| {_kind(name)} | {name} | {len(values)} | {min(values):.3f} | {np.median(values):.3f} "
        f"| {max(values):.3f} | {_margin(values, shares['solution'], threshold)} |"
        for name, values in shares.items()
    ]
    return "\n".join(
        [
            "# Calibration of lab 1",
            "",
            "Written by `python solutions/calibrate_lab01.py`. Do not edit it by hand.",
            "",
            "Mean squared error on the held-out digits, as a share of that of PCA with two numbers "
            f"({baseline:.4f}) fitted on the training sample. The mean image alone has "
            f"{mean_share:.3f}.",
            "",
            f"**Threshold: {threshold:.2f}.** A share above it fails the check `training`. The "
            "margin is the distance of a case's mean from it, in standard deviations of the case "
            "or of the solution, whichever are larger.",
            "",
            "| | case | seeds | min | median | max | margin |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            f"Training the solution took {seconds:.1f} s (median). The cases are in "
            f"`solutions/{LAB}.proof.py`.",
            "",
        ]
    )


def _kind(name: str) -> str:
    return "wrong" if name in WRONG else "right"


def _margin(values: list[float], solution: list[float], threshold: float) -> str:
    """Return how many standard deviations the mean is away from the threshold."""
    deviation = max(np.std(values, ddof=1), np.std(solution, ddof=1))
    return f"{abs(threshold - np.mean(values)) / deviation:.0f}"


if __name__ == "__main__":
    main()
