"""Networks and results of a training as JSON and plain arrays, and back. Nothing is pickled."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentlab import network_state
from latentlab.automatic_names import renew_automatic_names
from latentlab.network_state import CannotTell
from latentlab.own import is_of_keras_alone

Arrays = dict[str, np.ndarray]


def pack(value: Any, arrays: Arrays, models: list[Any]) -> Any:
    """Return a value as JSON has it; arrays go to `arrays`, networks that are new to `models`.

    Raises CannotTell for what would not come back as it is.
    """
    import keras

    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) in (list, tuple):
        return {type(value).__name__: [pack(item, arrays, models) for item in value]}
    if type(value) is dict and all(type(key) is str for key in value):
        return {"dict": [[key, pack(item, arrays, models)] for key, item in value.items()]}
    if type(value) is np.ndarray or isinstance(value, np.generic):
        if value.dtype.hasobject:
            raise CannotTell("it returns an array of objects")
        kind = "array" if type(value) is np.ndarray else "number"
        return {kind: _add(np.asarray(value), arrays)}
    if isinstance(value, keras.callbacks.History):
        owners = [getattr(model, "history", None) is value for model in models]
        if any(owners):
            return {"history of": owners.index(True)}
        return {"History": _pack_history(value, arrays)}
    if isinstance(value, keras.Model):
        return _pack_result(value, arrays, models)
    raise CannotTell(f"it returns an object of type {type(value).__qualname__}")


def unpack(value: Any, arrays: Arrays, models: list[Any]) -> Any:
    """Return what `pack` was given; networks that are built anew go to `models`."""
    import keras

    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind in ("array", "number"):
        return arrays[content] if kind == "array" else arrays[content][()]
    if kind == "dict":
        return {key: unpack(item, arrays, models) for key, item in content}
    if kind == "history of":
        return models[content].history
    if kind == "History":
        return _unpack_history(content, arrays)
    if kind == "known":
        return models[content]
    if kind == "network":
        text, packed = content
        model = keras.models.model_from_json(text)
        renew_automatic_names(model)
        unpack_network(model, packed, arrays)
        models.append(model)
        return model
    items = [unpack(item, arrays, models) for item in content]
    return tuple(items) if kind == "tuple" else items


def pack_network(model: Any, compiled_before: dict[str, Any] | None, arrays: Arrays) -> Any:
    """Return all that a training may have changed in a network. Raises CannotTell."""
    history = getattr(model, "history", None)
    return {
        "settings": network_state.settings(model, compiled_before),
        "values": [_add(value, arrays) for value in network_state.state(model)],
        "gathered": pack_optimizer(getattr(model, "optimizer", None), arrays),
        "history": None if history is None else _pack_history(history, arrays),
    }


def unpack_network(model: Any, packed: Any, arrays: Arrays) -> None:
    """Put a network into the packed state. Raises an error if it does not fit."""
    values, gathered = ([arrays[name] for name in packed[key]] for key in ("values", "gathered"))
    network_state.put(model, packed["settings"], values, gathered)
    if packed["history"] is not None:
        model.history = _unpack_history(packed["history"], arrays)
        model.history.set_model(model)


def pack_optimizer(optimizer: Any, arrays: Arrays) -> list[str]:
    """Return where an optimizer's gathered values are in `arrays`."""
    return [_add(value, arrays) for value in network_state.gathered(optimizer)]


def unpack_optimizer(optimizer: Any, names: list[str], arrays: Arrays) -> None:
    """Give an optimizer its gathered values back. Raises an error if they do not fit."""
    network_state.put_gathered(optimizer, [arrays[name] for name in names])


def _pack_result(model: Any, arrays: Arrays, models: list[Any]) -> Any:
    if any(model is other for other in models):
        return {"known": [model is other for other in models].index(True)}
    held = {id(weight) for other in models for weight in other.weights}
    if not held.isdisjoint(map(id, model.weights)):
        raise CannotTell("it returns networks that share weights")
    if not is_of_keras_alone(model):
        raise CannotTell("it returns a network with functions or classes of your own")
    models.append(model)
    return {"network": [model.to_json(), pack_network(model, None, arrays)]}


def _pack_history(history: Any, arrays: Arrays) -> Any:
    told = history.history, history.epoch, getattr(history, "params", None)
    return [pack(part, arrays, []) for part in told]


def _unpack_history(packed: Any, arrays: Arrays) -> Any:
    import keras

    history = keras.callbacks.History()
    history.history, history.epoch, params = (unpack(part, arrays, []) for part in packed)
    history.set_params(params)
    return history


def _add(array: np.ndarray, arrays: Arrays) -> str:
    name = f"array_{len(arrays)}"
    arrays[name] = array
    return name
