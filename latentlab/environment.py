"""Is everything in place? The start page asks this before the first lab."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PYTHONS = ((3, 11), (3, 13))
PACKAGES = ("tensorflow", "keras", "numpy", "matplotlib", "ipywidgets", "jupyterlab")
DATASETS = ("mnist", "notmnist", "cifar10")
REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements.txt"
REINSTALL = "run `python -m pip install -r requirements.txt -e .` in the course's folder"


def check_environment() -> None:
    """Print a line for each thing that the labs need: what was found, and what to do if it is off.

    Takes some seconds, most of them for importing Keras where the kernel was not started warm.
    """
    lines = [_python(), *map(_package, PACKAGES), _first_model(), *map(_data, DATASETS)]
    width = max(len(what) for what, _ in lines)
    for what, advice in lines:
        print(f"{what.ljust(width)}   {'to do: ' + advice if advice else 'ok'}")
    wrong = sum(bool(advice) for _, advice in lines)
    print()
    print(f"{wrong} of {len(lines)} need a look." if wrong else "Everything is in place.")


def _python() -> tuple[str, str]:
    found = sys.version_info[:2]
    low, high = (".".join(map(str, number)) for number in PYTHONS)
    fits = PYTHONS[0] <= found <= PYTHONS[1]
    advice = "" if fits else f"the course needs Python {low} to {high}: make another environment"
    return f"Python {'.'.join(map(str, found))}, {os.cpu_count()} processor cores", advice


def _package(name: str) -> tuple[str, str]:
    try:
        found = version(name)
    except PackageNotFoundError:
        return f"{name} is missing", REINSTALL
    wanted = _pinned().get(name, found)
    if found == wanted:
        return f"{name} {found}", ""
    return f"{name} {found}", f"the course was tried with {wanted}: {REINSTALL}"


def _pinned() -> dict[str, str]:
    """Return the versions in requirements.txt; none if the file is not there."""
    if not REQUIREMENTS.is_file():
        return {}
    from packaging.requirements import Requirement

    pins = {}
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():  # it is for this Python
            pins[requirement.name] = str(requirement.specifier).removeprefix("==")
    return pins


def _first_model() -> tuple[str, str]:
    start = time.monotonic()
    try:
        import keras
        import numpy as np

        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
        shape = tuple(model(np.ones((3, 4), np.float32)).shape)
    except Exception as error:  # whatever it is, the student is to read it here and not in a lab
        return f"a first Keras model: {type(error).__name__}: {error}", REINSTALL
    said = f"a first Keras model, after {time.monotonic() - start:.1f} s"
    return said, "" if shape == (3, 2) else REINSTALL


def _data(name: str) -> tuple[str, str]:
    from latentlab.datasets import load
    from latentlab.errors import DataError

    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it may say where a sample is from
            train, test = load(name)
    except DataError as error:
        return f"pictures of {name}", str(error)
    return f"{len(train.images):,} and {len(test.images):,} pictures of {name}", ""
