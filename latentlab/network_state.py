"""All that a training changes in a network: read off, and put into a network made like it.

That is its weights, the state of its random layers, which layers are trainable, what `compile` was
told, and the optimizer's momentum and step.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from latentlab.own import is_of_keras_alone


class CannotTell(Exception):
    """There is something of which it is not known whether it is the same as before."""


def compiled(model: Any) -> dict[str, Any] | None:
    """Return what `compile` was told, as Keras writes it; None if it was not called."""
    if not model.compiled:
        return None
    with warnings.catch_warnings():  # Keras warns of lambdas, which a reader of files must fear
        warnings.simplefilter("ignore")
        return model.get_compile_config()


def state(model: Any) -> list[np.ndarray]:
    """Return the values of a network's weights, and the state of its random layers."""
    return [np.asarray(variable) for variable in _variables(model)]


def gathered(optimizer: Any) -> list[np.ndarray]:
    """Return the values that an optimizer has gathered in training; none before it began."""
    began = getattr(optimizer, "built", False)
    return [np.asarray(variable) for variable in optimizer.variables] if began else []


def put_gathered(optimizer: Any, values: list[np.ndarray]) -> None:
    """Give an optimizer what `gathered` found in one like it. Raises ValueError for another."""
    _assign(optimizer.variables if optimizer.built else [], values)


def trainable(model: Any) -> list[bool]:
    """Return whether the network is trainable, and each of its layers, and each weight."""
    return [bool(part.trainable) for part in _parts(model)]


def settings(model: Any, before: dict[str, Any] | None) -> dict[str, Any]:
    """Return what JSON can hold of a network's state. before: `compiled` before the training.

    Raises CannotTell if `compile` was told something, since, that is a student's own: it could
    not be told again.
    """
    import keras

    told = compiled(model)
    changed = told != before
    if changed and (not is_of_keras_alone(model) or type(model).compile is not keras.Model.compile):
        raise CannotTell("it compiles a network with functions or classes of your own")
    return {"trainable": trainable(model), "compiled": told if changed else None}


def put(
    model: Any, told: dict[str, Any], values: list[np.ndarray], of_optimizer: list[np.ndarray]
) -> None:
    """Give a network what `settings`, `state` and `gathered` found in one like it.

    Raises ValueError if the network is another one.
    """
    _assign(_variables(model), values)
    for layer in model._flatten_layers():
        if hasattr(layer, "finalize_state"):  # it calculates with copies of its weights
            layer.finalize_state()
    for part, flag in zip(_parts(model), told["trainable"], strict=True):
        if part.trainable != flag:
            part.trainable = flag  # and so are the parts of this part, which come later
    if told["compiled"] is not None:
        model.compile_from_config(told["compiled"])
    if of_optimizer:
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        put_gathered(model.optimizer, of_optimizer)


def reset(model: Any, values: list[np.ndarray]) -> None:
    """Give a network the values back that `state` found in it."""
    _assign(_variables(model), values)


def _parts(model: Any) -> list[Any]:
    return [*model._flatten_layers(), *model.weights]


def _variables(model: Any) -> list[Any]:
    dice = [die.state for layer in model._flatten_layers() for die in layer._seed_generators]
    return [*model.weights, *dice]


def _assign(variables: list[Any], values: list[np.ndarray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
