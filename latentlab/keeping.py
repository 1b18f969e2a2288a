"""Trained networks are kept, so that a restarted kernel need not train them again."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from latentlab.fingerprint import CannotTell, Fingerprint

FOLDER = "LATENTLAB_KEPT"  # the environment variable; `python -m latentlab` sets it
MOST = 100  # trainings that are kept; the oldest are given up first
TOLD = "Taken from an earlier run: the training, the networks and the data are the same."


def kept(train: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Return train(*arguments, **named), from an earlier run if nothing has changed since.

    history = lab.kept(train, autoencoder, x_train)

    Nothing has changed when the code of `train` (and of the notebook's functions that it uses), the
    networks among the arguments, their weights at this moment, and all other arguments are the
    same. Then the networks get the weights that they had after that run, and a line says so.
    Their optimizers are not put back. What train returns is kept if it is a History of Keras, or
    made of numbers, texts, arrays, lists, tuples and dictionaries.

    Where the environment variable LATENTLAB_KEPT names no folder, or it cannot be told whether
    something has changed, it trains.
    """
    folder = os.environ.get(FOLDER)
    key = Fingerprint()
    try:
        if not folder:
            raise CannotTell("nowhere to keep it")
        for value in (sys.version_info[:2], _version(), train, arguments, named):
            key.take(value)
    except (CannotTell, RecursionError):
        return train(*arguments, **named)
    path = Path(folder) / f"{key.text}.npz"
    try:
        result = _load(path, key.models)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):  # not there, or damaged
        result = train(*arguments, **named)
        _store(path, key.models, result)
    else:
        print(TOLD)
    return result


def _version() -> str:
    import keras

    return keras.__version__


def _load(path: Path, models: list[Any]) -> Any:
    """Put the weights back and return the result."""
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    told = json.loads(bytes(arrays.pop("told")))
    if told["weights"] != [len(model.weights) for model in models]:
        raise ValueError(f"{path} was made by a network that grew its weights in training")
    found = [
        [arrays[f"weight_{m}_{w}"] for w in range(count)] for m, count in enumerate(told["weights"])
    ]
    for model, weights in zip(models, found, strict=True):
        for variable, value in zip(model.weights, weights, strict=True):
            variable.assign(value)
    os.utime(path)  # so that the oldest is the one that was not used for longest
    return _unpacked(told["result"], arrays)


def _store(path: Path, models: list[Any], result: Any) -> None:
    """Write weights and result, whole or not at all; nothing where that is not possible."""
    arrays: dict[str, np.ndarray] = {}
    for m, model in enumerate(models):
        for w, variable in enumerate(model.weights):
            arrays[f"weight_{m}_{w}"] = np.asarray(variable)
    try:
        weights = [len(model.weights) for model in models]
        text = json.dumps({"weights": weights, "result": _packed(result, arrays)})
        file = io.BytesIO()
        np.savez(file, told=np.frombuffer(text.encode(), np.uint8), **arrays)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(file.getvalue())
        part.replace(path)
        for old in sorted(path.parent.glob("*.npz"), key=os.path.getmtime)[:-MOST]:
            old.unlink(missing_ok=True)
    except (CannotTell, OSError):
        return


def _packed(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """Return a value as JSON has it; arrays go to `arrays`."""
    import keras

    if isinstance(value, keras.callbacks.History):
        return {"History": [_packed(value.history, arrays), value.epoch]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if type(value) in (list, tuple):
        return {type(value).__name__: [_packed(item, arrays) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": [[key, _packed(item, arrays)] for key, item in value.items()]}
    if isinstance(value, np.ndarray | np.generic) and not np.asarray(value).dtype.hasobject:
        name = f"array_{len(arrays)}"
        arrays[name] = np.asarray(value)
        return {"array": name}
    raise CannotTell(type(value).__qualname__)


def _unpacked(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    import keras

    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "array":
        return arrays[content]
    if kind == "dict":
        return {key: _unpacked(item, arrays) for key, item in content}
    if kind == "History":
        history = keras.callbacks.History()
        history.history, history.epoch = _unpacked(content[0], arrays), content[1]
        return history
    items = [_unpacked(item, arrays) for item in content]
    return tuple(items) if kind == "tuple" else items
