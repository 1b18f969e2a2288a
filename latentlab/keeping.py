"""Trained networks are kept, so that a restarted kernel need not train them again."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from latentlab.fingerprint import CannotTell, Fingerprint
from latentlab.own import is_of_keras_alone

FOLDER = "LATENTLAB_KEPT"  # the environment variable; `python -m latentlab` sets it
MOST = 100  # trainings that are kept; the oldest are given up first
TOLD = "Taken from an earlier run: the training, the networks and the data are the same."


def kept(train: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Return train(*arguments, **named), from an earlier run if nothing has changed since.

    history = lab.kept(train, autoencoder, x_train)
    history = lab.kept(autoencoder.fit, x_train, x_train, epochs=3)

    Nothing has changed when the code of `train` (and of the notebook's functions that it uses), the
    networks among the arguments, their weights at this moment, all other arguments, and the random
    numbers to come (see `lab.seed`) are the same. Then the networks get the weights that they had
    after that run, and a line says so. Their optimizers are not put back. What train returns is
    kept if it is a network of Keras' own layers, a History of Keras, or made of numbers, texts,
    arrays, lists, tuples and dictionaries.

    Where the environment variable LATENTLAB_KEPT names no folder, or it cannot be told whether
    something has changed, it trains; also where the training changes more than networks, such as a
    list that it was given, or returns something else.
    """
    call = (train, arguments, named)
    path, networks = _place(call)
    found = path and _load(path, networks)
    if found:
        print(TOLD)
        return found[0]
    before = path and _beside_networks(call)
    result = train(*arguments, **named)
    if path and before == _beside_networks(call):
        _store(path, networks, result)
    return result


def _place(call: Any) -> tuple[Path | None, list[Any]]:
    """Where the training is kept, or None if it is not; and the networks in the call."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return None, []
    key = Fingerprint()
    try:
        for value in (sys.version_info[:2], _version(), _chance(), call):
            key.take(value)
    except Exception:  # CannotTell, or whatever an object of a student's does when it is looked at
        return None, []
    return Path(folder) / f"{key.text}.npz", key.models


def _beside_networks(call: Any) -> str:
    """What a training is not to change: it would not be put back."""
    rest = Fingerprint(networks=False)
    rest.take(call)
    return rest.text


def _chance() -> Any:
    """The state of the generators of random numbers: of Python, which Keras asks too, and NumPy."""
    return random.getstate(), np.random.get_state()


def _version() -> str:
    import keras

    return keras.__version__


def _load(path: Path, models: list[Any]) -> tuple[Any] | None:
    """Put the weights back and return the result in a tuple; None if that is not possible."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        told = json.loads(bytes(arrays.pop("told")))
        if told["weights"] != [len(model.weights) for model in models]:
            return None  # a network grew its weights in training
        # If this fails, no network was touched.
        result, (of_python, of_numpy) = _unpacked(told["result"], arrays, list(models))
        for number, model in enumerate(models):
            _put_weights(model, f"network_{number}", arrays)
    except (OSError, ValueError, TypeError, KeyError, EOFError, BadZipFile):
        return None
    random.setstate(of_python)  # what comes after it is as if the training had been done
    np.random.set_state(of_numpy)
    with contextlib.suppress(OSError):
        os.utime(path)  # so that the oldest is the one that was not used for longest
    return (result,)


def _store(path: Path, models: list[Any], result: Any) -> None:
    """Write weights and result, whole or not at all; nothing where that is not possible."""
    arrays: dict[str, np.ndarray] = {}
    for number, model in enumerate(models):
        _take_weights(model, f"network_{number}", arrays)
    try:
        weights = [len(model.weights) for model in models]
        packed = _packed((result, _chance()), arrays, list(models))
        text = json.dumps({"weights": weights, "result": packed})
        file = io.BytesIO()
        np.savez(file, told=np.frombuffer(text.encode(), np.uint8), **arrays)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(file.getvalue())
        part.replace(path)
        for old in sorted(path.parent.glob("*.npz"), key=os.path.getmtime)[:-MOST]:
            old.unlink(missing_ok=True)
    except Exception:  # CannotTell, a full disk, or whatever: it is not to cost the training
        return


def _take_weights(model: Any, name: str, arrays: dict[str, np.ndarray]) -> None:
    """Copy a network's weights to arrays of this name."""
    for number, variable in enumerate(model.weights):
        arrays[f"{name}_{number}"] = np.asarray(variable)


def _put_weights(model: Any, name: str, arrays: dict[str, np.ndarray]) -> None:
    """Give a network the weights of arrays of this name."""
    for number, variable in enumerate(model.weights):
        variable.assign(arrays[f"{name}_{number}"])


def _packed(value: Any, arrays: dict[str, np.ndarray], models: list[Any]) -> Any:
    """Return a value as JSON has it; arrays go to `arrays`, networks that are new to `models`."""
    import keras

    if isinstance(value, keras.callbacks.History):
        return {"History": [_packed(value.history, arrays, models), value.epoch]}
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) in (list, tuple):
        return {type(value).__name__: [_packed(item, arrays, models) for item in value]}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": [[key, _packed(item, arrays, models)] for key, item in value.items()]}
    name = f"result_{len(arrays)}"
    if isinstance(value, np.ndarray | np.generic) and not np.asarray(value).dtype.hasobject:
        arrays[name] = np.asarray(value)
        return {"array" if isinstance(value, np.ndarray) else "number": name}
    if isinstance(value, keras.Model):
        return _packed_model(value, name, arrays, models)
    raise CannotTell(type(value).__qualname__)


def _packed_model(model: Any, name: str, arrays: dict[str, np.ndarray], models: list[Any]) -> Any:
    if any(model is other for other in models):
        return {"known": [model is other for other in models].index(True)}
    held = {id(weight) for other in models for weight in other.weights}
    if not held.isdisjoint(map(id, model.weights)):
        raise CannotTell("two networks that share weights: built again, they would not")
    if not is_of_keras_alone(model):
        raise CannotTell("a network with something of a student's own, which has no name")
    models.append(model)
    _take_weights(model, name, arrays)
    return {"network": [model.to_json(), name, len(model.weights)]}


def _unpacked(value: Any, arrays: dict[str, np.ndarray], models: list[Any]) -> Any:
    import keras

    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind in ("array", "number"):
        return arrays[content] if kind == "array" else arrays[content][()]
    if kind == "known":
        return models[content]
    if kind == "network":
        text, name, count = content
        model = keras.models.model_from_json(text)
        if len(model.weights) != count:
            raise ValueError("a network that grows its weights when it is called")
        _put_weights(model, name, arrays)
        models.append(model)
        return model
    if kind == "dict":
        return {key: _unpacked(item, arrays, models) for key, item in content}
    if kind == "History":
        history = keras.callbacks.History()
        history.history, history.epoch = _unpacked(content[0], arrays, models), content[1]
        return history
    items = [_unpacked(item, arrays, models) for item in content]
    return tuple(items) if kind == "tuple" else items
