"""Keras models of any style, seen as one chain of layers in the order of computation."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import keras
import numpy as np
from keras.src.models.functional import Functional  # the public API has no name for this type

from latentlab.check.failure import MISSING, CheckFailed, described, type_name


class Stage(NamedTuple):
    """A dense layer with what follows it up to the next: activations, dropout, reshaping.

    units_in, units_out: the shape of the weight matrix that is really there.
    bias: whether there is one number to add for each unit.
    steps: the layers, to be called one after the other.
    """

    units_in: int
    units_out: int
    bias: bool
    steps: list[Any]

    def __call__(self, v: np.ndarray) -> np.ndarray:
        """Return what the stage makes of v, shape (n, units_in), as a float64 array."""
        for step in self.steps:
            v = step(v) if isinstance(step, keras.layers.Layer) else _repeated(step, v)
        return np.asarray(v, dtype=np.float64)


def _repeated(operation: Any, v: Any) -> Any:
    """Return what an operation, such as keras.ops.maximum(h, 0), makes of v in the place of h."""
    arguments = operation._inbound_nodes[0].arguments
    args, kwargs = arguments.fill_in({id(tensor): v for tensor in arguments.keras_tensors})
    return operation(*args, **kwargs)


def as_functional(model: keras.Model) -> keras.Model:
    """Return a functional model of stock layers that computes the same, with the same weights.

    Sequential and functional models without subclassed parts are returned unchanged. A
    subclassed model must know its input shape: it has been called or built.

    Raises CheckFailed if the model cannot be traced.
    """
    if not _subclassed(model) and not any(map(_subclassed, _parts(model))):
        return model
    with _telling(f"{type(model).__name__} cannot be read as a chain of Keras layers"):
        traced = model if isinstance(model, Functional) else _traced(model)
        while any(map(_subclassed, _parts(traced))):
            traced = keras.models.clone_model(
                traced, clone_function=lambda layer: layer, call_function=_inlined
            )
    return traced


Shape = int | tuple[int, ...]  # of one input, without the batch; a number is a vector's size


def require_model(name: str, model: Any, takes: Shape) -> keras.Model:
    """Return as_functional(model), built for inputs of shape (n, *takes).

    Fails if it is no model, or takes inputs of another shape.
    """
    takes = (takes,) if isinstance(takes, int) else tuple(takes)
    refused = f"{name} does not take {_in_words(takes)}"
    if model is None:
        raise CheckFailed(MISSING.format(name=name))
    if hasattr(type(model), "built_for"):  # the judge's proxy of a model that was never called
        with _telling(refused):
            model = model.built_for(*takes)
        if hasattr(type(model), "built_for"):
            raise CheckFailed(f"{name} cannot be copied for this check: {model.reason}")
    if not isinstance(model, keras.Model):
        found = type_name(model)
        hint = (
            " This is the output of a layer; wrap it: keras.Model(inputs, outputs)."
            if found == "KerasTensor"
            else ""
        )
        raise CheckFailed(f"{name} is of type {found}; expected a Keras model.{hint}")
    if _known(model, "input_shape"):
        shape = model.input_shape
        if isinstance(shape, list | dict):
            raise CheckFailed(f"{name} takes {len(shape)} inputs; expected one.")
        if not _fits(takes, shape[1:]):
            raise CheckFailed(
                f"{name} takes inputs of shape {shape[1:]}; expected {_in_words(takes)}."
            )
        return as_functional(model)
    with _telling(refused):
        model(np.zeros((1, *takes), np.float32))  # without an Input, the first call builds it
    return as_functional(model)


def run(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """Return the model's output for x as float64; no dropout, no training.

    Raises CheckFailed if the model cannot compute it.
    """
    with running(model.name):
        output = only(model(np.asarray(x, np.float32), training=False))
    return np.asarray(output, dtype=np.float64)


def only(output: Any) -> Any:
    """Return the output of keras.Model(x, [y]), which is a list of one, as that of (x, y)."""
    return output[0] if isinstance(output, list | tuple) and len(output) == 1 else output


@contextmanager
def running(name: str) -> Iterator[None]:
    """Tell what goes wrong when a model computes, which building it did not show.

    Warnings are held back, as in `call`: Keras warns of a model whose input is a list of one.
    """
    with _telling(f"{name} was built but cannot compute"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _telling(what: str) -> Iterator[None]:
    """Tell what an error means, in front of what it says; what is told already stays so."""
    try:
        yield
    except CheckFailed:
        raise
    except Exception as error:
        raise CheckFailed(f"{what}: {described(error)}") from error


def stages(name: str, model: keras.Model, size: int) -> list[Stage]:
    """Return the model, which takes vectors of this size, as a chain of dense stages.

    Fails if it is anything else: other layers with weights, a branch, a layer used twice.
    """
    model = require_model(name, model, size)
    found: list[Stage] = []
    before: list[Any] = []  # layers without weights in front of the first dense one
    for layer in leaves(model):
        shapes = [tuple(weight.shape) for weight in getattr(layer, "weights", [])]
        kernels = [shape for shape in shapes if len(shape) > 1]
        if not kernels:
            (found[-1].steps if found else before).append(layer)
        elif len(kernels) > 1 or len(kernels[0]) != 2:
            raise CheckFailed(
                f"{name} has a layer {type(layer).__name__} with weights of shape {kernels[0]}; "
                "expected Dense layers."
            )
        else:
            units_in, units_out = kernels[0]
            found.append(Stage(units_in, units_out, (units_out,) in shapes, [*before, layer]))
            before = []
    if not found:
        raise CheckFailed(f"{name} has no layer with weights; expected Dense layers.")
    _require_chain(name, model, found, size)
    return found


def leaves(model: keras.Model) -> list[Any]:
    """Return the layers and operations in the order of computation, nested models opened."""
    inside = model.layers if isinstance(model, keras.Sequential) else model.operations
    found = []
    for part in inside:
        if isinstance(part, keras.Model):
            found += leaves(part)
        elif not isinstance(part, keras.layers.InputLayer):
            found.append(part)
    return found


def _require_chain(name: str, model: keras.Model, found: list[Stage], size: int) -> None:
    """Fail unless the stages, one after the other, compute what the model computes."""
    x = np.random.default_rng().random((3, size), np.float32)
    v = x
    try:
        for stage in found:
            v = np.asarray(stage(v), np.float32)
        same = np.allclose(v, run(model, x), rtol=1e-3, atol=1e-4)
    except Exception:  # layers that do not fit together, or take more than one input
        same = False
    if not same:
        raise CheckFailed(
            f"{name}: its layers do not follow one another in one line (a branch, or a layer used "
            "twice); expected a plain chain of Dense layers."
        )


def _fits(takes: tuple[int, ...], shape: tuple[int | None, ...]) -> bool:
    """Tell whether a model with this input shape takes that; None stands for any size."""
    return len(takes) == len(shape) and all(
        b in (None, a) for a, b in zip(takes, shape, strict=True)
    )


def _in_words(takes: tuple[int, ...]) -> str:
    return f"vectors of {takes[0]} numbers, {takes}" if len(takes) == 1 else f"pictures {takes}"


def _known(model: keras.Model, attribute: str) -> bool:
    """Tell whether the model has this attribute; a model that is not built has no input shape."""
    return not _subclassed(model) and model.built and hasattr(model, attribute)


def _subclassed(part: Any) -> bool:
    return isinstance(part, keras.Model) and not isinstance(part, Functional | keras.Sequential)


def _parts(model: keras.Model) -> list[Any]:
    """Return the model's parts, and theirs, subclassed models not opened."""
    found = []
    for part in model.layers:
        found.append(part)
        if isinstance(part, keras.Model) and not _subclassed(part):
            found += _parts(part)
    return found


def _traced(model: keras.Model) -> keras.Model:
    """Return a functional model of one call of this model, its own parts left closed."""
    shape = None
    if model.built:
        known = (model.get_build_config() or {}).get("input_shape")
        shape = known if _subclassed(model) else model.input_shape
    if shape is None:
        raise CheckFailed(
            f"{type(model).__name__} does not know the size of its input yet: call it once on "
            "data, or on keras.Input((size,)), before you return it."
        )
    inputs = keras.Input(tuple(shape)[1:])
    return keras.Model(inputs, _inlined(model, inputs))


def _inlined(layer: Any, *arguments: Any, **named: Any) -> Any:
    """Call a layer symbolically; of a model that holds subclassed ones, call its parts."""
    if _subclassed(layer):
        return layer.call(*arguments, **named)
    if isinstance(layer, keras.Sequential) and any(map(_subclassed, _parts(layer))):
        outputs = arguments[0]
        for part in layer.layers:
            outputs = part(outputs)
        return outputs
    if isinstance(layer, Functional) and any(map(_subclassed, _parts(layer))):
        return as_functional(layer)(*arguments, **named)
    return layer(*arguments, **named)
