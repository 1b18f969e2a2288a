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

import numpy as np
from keras.src.backend.common.global_state import get_global_attribute, set_global_attribute
from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR, SeedGenerator
from keras.src.utils.rng_utils import GLOBAL_RANDOM_SEED

from latentlab.fingerprint import Fingerprint
from latentlab.network_state import (
    CannotTell,
    compiled,
    gathered,
    put_gathered,
    reset,
    state,
)
from latentlab.packing import (
    pack,
    pack_network,
    pack_optimizer,
    unpack,
    unpack_network,
    unpack_optimizer,
)

FOLDER = "LATENTLAB_KEPT"  # the environment variable; `python -m latentlab` sets it
MOST = 100  # trainings that are kept; the oldest are given up first
NOT_KEPT = "(This training cannot be kept for a restart: {reason}.)"
TOLD = "Taken from an earlier run: the training, the networks and the data are the same."


class Stopped(KeyboardInterrupt):
    """A training was stopped by hand."""

    def _render_traceback_(self) -> list[str]:
        """Tell IPython to show this sentence alone; the places inside of Keras help nobody."""
        return ["Stopped: nothing of this training is kept. Run the cell again to train anew."]


def kept(train: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Return train(*arguments, **named), from an earlier run if nothing has changed since.

    history = lab.kept(train, autoencoder, x_train)
    history = lab.kept(autoencoder.fit, x_train, x_train, epochs=3)

    Nothing has changed when the code of `train` (and of the notebook's functions that it uses), the
    networks among the arguments, their weights at this moment, all other arguments, and the random
    numbers to come (see `lab.seed`) are the same. Then the networks become what they were after
    that run, with weights, `compile` and optimizer, and a line says so. What train returns is kept
    if it is a network of Keras' own layers, a History of Keras, or made of numbers, texts, arrays,
    lists, tuples and dictionaries.

    Where the environment variable LATENTLAB_KEPT names no folder, or it cannot be told whether
    something has changed, it trains, and says why; also where the training changes more than
    networks, such as a list that it was given, where it compiles with functions of the notebook, or
    returns something else.
    """
    __tracebackhide__ = True  # an error in the training is not to show this function
    folder = os.environ.get(FOLDER)
    if not folder:
        return _done(train, arguments, named)
    call, key, reason = (train, arguments, named), Fingerprint(), None
    try:
        for value in (sys.version_info[:2], _of_keras(), _chance(), call):
            key.take(value)
    except Exception as error:  # or whatever an object of a student's does when it is looked at
        reason = error
    if reason is not None:
        result = _done(train, arguments, named)
        _say_why_not(reason)
        return result
    path = Path(folder) / f"{key.text}.npz"
    found = _load(path, key)
    if found:
        print(TOLD)
        return found[0]
    before = _beside_networks(call), [compiled(model) for model in key.models]
    result = _done(train, arguments, named)
    try:
        if not before[0] or before[0] != _beside_networks(call):
            raise CannotTell("it changes more than networks")
        _store(path, key, before[1], result)
    except Exception as error:  # a full disk, or whatever: it is not to cost the training
        _say_why_not(error)
    return result


def _done(train: Callable[..., Any], arguments: Any, named: Any) -> Any:
    __tracebackhide__ = True
    try:
        return train(*arguments, **named)
    except KeyboardInterrupt:
        raise Stopped from None


def _say_why_not(error: Exception) -> None:
    if isinstance(error, CannotTell):
        print(NOT_KEPT.format(reason=error))


def _beside_networks(call: Any) -> str:
    """What a training is not to change: it would not be put back. Empty if that cannot be told."""
    rest = Fingerprint(networks=False)
    try:
        rest.take(call)
    except Exception:  # as in `kept`
        return ""
    return rest.text


def _of_keras() -> Any:
    """What decides how Keras calculates, beside what a network says of itself."""
    import keras

    chosen = keras.config
    policy = chosen.dtype_policy().name, chosen.floatx(), chosen.image_data_format()
    return keras.__version__, chosen.backend(), *policy


def _chance() -> list[Any]:
    """The state of the generators of random numbers: of Python, of NumPy, and Keras' own."""
    die = get_global_attribute(GLOBAL_SEED_GENERATOR)  # Keras makes it at the first throw
    return [
        random.getstate(),
        np.random.get_state(),
        get_global_attribute(GLOBAL_RANDOM_SEED),
        None if die is None else np.asarray(die.state),
    ]


def _put_chance(of_python: Any, of_numpy: Any, seed: int | None, thrown: Any) -> None:
    random.setstate(of_python)
    np.random.set_state(of_numpy)
    set_global_attribute(GLOBAL_RANDOM_SEED, seed)
    if thrown is None:
        set_global_attribute(GLOBAL_SEED_GENERATOR, None)
        return
    if get_global_attribute(GLOBAL_SEED_GENERATOR) is None:
        set_global_attribute(GLOBAL_SEED_GENERATOR, SeedGenerator(0))
    get_global_attribute(GLOBAL_SEED_GENERATOR).state.assign(thrown)


def _load(path: Path, key: Fingerprint) -> tuple[Any] | None:
    """Put the networks into their state and return the result in a tuple; None if impossible."""
    chance, before = _chance(), [state(model) for model in key.models]
    gathered_before = [gathered(optimizer) for optimizer in key.optimizers]
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        told = json.loads(bytes(arrays.pop("told")))
        for model, packed in zip(key.models, told["networks"], strict=True):
            unpack_network(model, packed, arrays)
        for optimizer, names in zip(key.optimizers, told["optimizers"], strict=True):
            unpack_optimizer(optimizer, names, arrays)
        result, chance_after = unpack(told["result"], arrays, list(key.models))
        _put_chance(*chance_after)  # what comes next is as if the training had been done
    except Exception:  # there is no such file, or whatever a damaged one leads to
        for model, values in zip(key.models, before, strict=True):
            reset(model, values)
        for optimizer, values in zip(key.optimizers, gathered_before, strict=True):
            put_gathered(optimizer, values)
        _put_chance(*chance)
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # so that the oldest is the one that was not used for longest
    return (result,)


def _store(path: Path, key: Fingerprint, compiled_before: list[Any], result: Any) -> None:
    """Write networks and result, whole or not at all. Raises an error if that is not possible."""
    arrays: dict[str, np.ndarray] = {}
    networks = [
        pack_network(model, before, arrays)
        for model, before in zip(key.models, compiled_before, strict=True)
    ]
    optimizers = [pack_optimizer(optimizer, arrays) for optimizer in key.optimizers]
    packed = pack((result, _chance()), arrays, list(key.models))
    text = json.dumps({"networks": networks, "optimizers": optimizers, "result": packed})
    file = io.BytesIO()
    np.savez(file, told=np.frombuffer(text.encode(), np.uint8), **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        part.write_bytes(file.getvalue())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    for old in sorted(path.parent.glob("*.npz"), key=os.path.getmtime)[:-MOST]:
        old.unlink(missing_ok=True)
