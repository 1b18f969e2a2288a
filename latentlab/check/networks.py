"""What an encoder, a decoder and the two together must be, however they are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import keras
import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.models import Shape, Stage, require_model, run, stages
from latentlab.check.values import array_of_shape, as_array

Output = Literal["linear", "sigmoid"]


def layers(name: str, model: Any, sizes: Sequence[int]) -> None:
    """Check that a model is a chain of dense layers with biases and of these sizes, input first."""
    sizes = list(sizes)
    found = stages(name, model, sizes[0])
    units = [found[0].units_in] + [stage.units_out for stage in found]
    if units != sizes:
        raise CheckFailed(f"{name} {_difference(units, sizes)}")
    for position, stage in enumerate(found, start=1):
        if not stage.bias:
            raise CheckFailed(f"{name} layer {position} has no bias; W x + b needs one.")
    parameters = sum((stage.units_in + 1) * stage.units_out for stage in found)
    passed(f"{name}: {_arrows(sizes)}, {parameters:,} weights and biases")


def activations(name: str, model: Any, size: int, output: Output) -> None:
    """Check that the hidden layers of a dense chain bend, and that its output is as expected.

    size: how many numbers the model takes. output: "linear" for a code, any number; "sigmoid"
    for pixels, numbers in [0, 1]. Each layer is fed random numbers; no attribute is believed.
    """
    found = stages(name, model, size)
    for position, stage in enumerate(found, start=1):
        with _random_weights(stage):
            if stage is found[-1]:
                _check_output(name, stage, output)
            elif _straight(stage):
                raise CheckFailed(
                    f"{name} layer {position} has no activation: its output is W x + b, a "
                    "straight line. Without a bend between them, two layers can do no more than "
                    "one."
                )
    may = "may be any number" if output == "linear" else "lies between 0 and 1"
    passed(f"{name}: hidden layers bend, each output {may}")


def shapes(name: str, model: Any, takes: Shape, gives: Shape) -> None:
    """Check that a model turns inputs of shape (n, *takes) into outputs of shape (n, *gives)."""
    takes, gives = _as_shape(takes), _as_shape(gives)
    model = require_model(name, model, takes)
    x = np.random.default_rng().random((3, *takes), np.float32)
    found = as_array(f"the output of {name}", run(model, x)).shape
    if found != (3, *gives):
        raise CheckFailed(
            f"{name} gives outputs of shape {found} for 3 inputs of shape {takes}; "
            f"expected {(3, *gives)}."
        )
    passed(f"{name}: {takes} in, {gives} out")


def parameters(name: str, model: Any, takes: Shape, at_most: int) -> None:
    """Check that a model has no more than this many weights and biases."""
    count = require_model(name, model, takes).count_params()
    if count > at_most:
        raise CheckFailed(
            f"{name} has {count:,} weights and biases; expected at most {at_most:,}. "
            "Its summary() shows which layer has most of them."
        )
    passed(f"{name}: {count:,} weights and biases, at most {at_most:,} allowed")


def joined(function: Callable[[keras.Model, keras.Model], Any], takes: Shape, code: int) -> None:
    """Check that function(encoder, decoder) is a model that computes decoder(encoder(x)).

    It is tried on a random encoder, takes -> code, and a random decoder, code -> takes.
    """
    name = "build_autoencoder"
    takes = _as_shape(takes)
    encoder, decoder = random_dense(takes, code, None), random_dense(code, takes, "sigmoid")
    model = require_model(name, call(name, function, encoder, decoder), takes)
    x = np.random.default_rng().random((5, *takes), np.float32)
    found, expected = run(model, x), run(decoder, run(encoder, x))
    if found.shape == (5, code):
        raise CheckFailed(f"{name} returns the code, {code} numbers; the decoder is not applied.")
    array_of_shape(f"the output of {name}", found, expected.shape)
    if not np.allclose(found, expected, rtol=1e-3, atol=1e-4):
        raise CheckFailed(
            f"{name}(encoder, decoder) does not compute decoder(encoder(x)) for the encoder and "
            f"decoder that it is given (here {takes} -> ({code},) and back). "
            "Does it build new ones, or use others, instead of its two arguments?"
        )
    passed(f"{name}: decoder(encoder(x)), of the encoder and decoder that it is given")


def _difference(units: list[int], sizes: list[int]) -> str:
    """Say in which way the sizes of a chain are not those expected."""
    found, expected = _arrows(units), _arrows(sizes)
    if len(units) != len(sizes):
        return f"has {len(units) - 1} Dense layers, {found}; expected {len(sizes) - 1}, {expected}."
    if sorted(units) == sorted(sizes):
        return (
            f"has the right sizes in the wrong order: {found}; expected {expected}. "
            "The decoder mirrors the encoder."
        )
    position = next(i for i, (a, b) in enumerate(zip(units, sizes, strict=True)) if a != b)
    if position == len(sizes) - 1:
        return f"has an output of {units[-1]} numbers; expected {sizes[-1]} ({expected})."
    return f"layer {position} has {units[position]} units; expected {sizes[position]} ({expected})."


def _arrows(sizes: list[int]) -> str:
    return " -> ".join(map(str, sizes))


@contextmanager
def _random_weights(stage: Stage) -> Iterator[None]:
    """Give the stage's dense layer random weights for a while: those it has may all be 0."""
    rng = np.random.default_rng()
    layer = next(step for step in stage.steps if getattr(step, "weights", []))
    own = layer.get_weights()
    layer.set_weights([rng.normal(size=weight.shape) for weight in own])
    try:
        yield
    finally:
        layer.set_weights(own)


def _probe(stage: Stage) -> np.ndarray:
    """Return random inputs, some small and some large, that reach both sides of any bend."""
    rng = np.random.default_rng()
    return rng.normal(size=(64, stage.units_in)) * rng.choice([0.3, 3.0, 30.0], size=(64, 1))


def _straight(stage: Stage) -> bool:
    """Tell whether the stage is affine: f(a) + f(b) = f(a + b) + f(0)."""
    a, b = _probe(stage), _probe(stage)
    fa, fb, fab, f0 = np.split(stage(np.concatenate([a, b, a + b, 0 * a])), 4)
    left, right = fa + fb, fab + f0
    return np.abs(left - right).max() < 1e-3 * np.abs(left).max() + 1e-6


def _check_output(name: str, stage: Stage, output: Output) -> None:
    """Fail unless the last stage gives any number (linear), or numbers in [0, 1] (sigmoid)."""
    values = stage(100 * _probe(stage))
    low, high = values.min(), values.max()
    straight = _straight(stage)
    softmax = low >= 0 and stage.units_out > 1 and np.allclose(values.sum(axis=1), 1, atol=1e-3)
    if straight:
        kind = "no activation"
    elif softmax:
        kind = "a softmax"
    elif low >= 0 and high <= 1:
        kind = "a sigmoid"
    elif low >= -1 and high <= 1:
        kind = "a tanh"
    elif low >= 0:
        kind = "a relu"
    else:
        kind = "an activation"
    if output == "sigmoid" and kind != "a sigmoid":
        why = " (a softmax shares a sum of 1 between all pixels)" if softmax else ""
        raise CheckFailed(
            f"{name} has {kind} on its output{why}; expected a sigmoid, so that every pixel lies "
            "between 0 and 1."
        )
    if output == "linear" and not straight:
        raise CheckFailed(
            f"{name} has {kind} on its output, so that it lies between {low:.3g} and {high:.3g}; "
            "expected none: a code may be any number."
        )


def random_dense(takes: Shape, gives: Shape, activation: str | None) -> keras.Model:
    """Return one dense layer with random weights and biases, between values of these shapes."""
    takes, gives = _as_shape(takes), _as_shape(gives)
    rng = np.random.default_rng()
    inputs = keras.Input(takes)
    flat = inputs if len(takes) == 1 else keras.layers.Flatten()(inputs)
    outputs = keras.layers.Dense(math.prod(gives), activation=activation)(flat)
    if len(gives) > 1:
        outputs = keras.layers.Reshape(gives)(outputs)
    model = keras.Model(inputs, outputs)
    size_in, size_out = math.prod(takes), math.prod(gives)
    kernel = rng.normal(scale=2 / np.sqrt(size_in), size=(size_in, size_out))
    model.set_weights([kernel, rng.normal(size=size_out)])
    return model


def _as_shape(shape: Shape) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)
