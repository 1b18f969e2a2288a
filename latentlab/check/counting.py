"""Counting layers, neurons and weights of a dense network by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from latentlab.check.failure import CheckFailed, passed
from latentlab.check.values import number


def counts(sizes: Sequence[int], layers: Any, neurons: Any, weights: Any, biases: Any) -> None:
    """Check what a student counted in a dense network with layers of these sizes.

    The input layer counts as a layer, and its numbers as neurons; biases are not weights.
    """
    products = [before * after for before, after in pairwise(sizes)]
    all_weights, all_biases = sum(products), sum(sizes[1:])
    # Of each: its name, what was counted, the right number, the usual mistakes, a hint for others.
    table: list[tuple[str, Any, int, dict[int, str], str]] = [
        (
            "n_layers",
            layers,
            len(sizes),
            {
                len(sizes) - 1: "The input layer counts too.",
                len(sizes) - 2: "Input and output layers count too.",
            },
            "Count every column of the drawing.",
        ),
        (
            "n_neurons",
            neurons,
            sum(sizes),
            {
                sum(sizes[1:]): "The neurons of the input layer count too.",
                sum(sizes[:-1]): "The neurons of the output layer count too.",
                sum(sizes[1:-1]): "The neurons of the input and output layers count too.",
            },
            "Add the sizes of all layers.",
        ),
        (
            "n_weights",
            weights,
            all_weights,
            {
                all_weights + all_biases: "These are weights and biases together.",
                sum(products[: len(products) // 2]): "This is the encoder alone.",
                sum(sizes): "These are the neurons; a weight is on a line between two of them.",
            },
            "Each neuron of a layer has a line to each neuron of the next.",
        ),
        (
            "n_biases",
            biases,
            all_biases,
            {
                sum(sizes): "An input neuron computes nothing and has no bias.",
                len(sizes) - 1: "Each neuron has a bias of its own, not each layer.",
            },
            "Each neuron that computes something has one.",
        ),
    ]
    found = [number(name, value) for name, value, *_ in table]
    wrong = [(row, n) for row, n in zip(table, found, strict=True) if n != row[2]]
    if wrong:
        # The right number is not told: the student is to count again.
        (name, _, _, mistakes, hint), n = wrong[0]
        said = f"{name} is {n:g}: count again. {mistakes.get(n, hint)}"
        if others := [row[0] for row, _ in wrong[1:]]:
            said += f" Not right yet either: {', '.join(others)}."
        raise CheckFailed(said)
    passed("{:g} layers, {:g} neurons, {:g} weights, {:g} biases".format(*found))
