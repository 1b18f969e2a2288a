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
    _count(
        "layers",
        layers,
        len(sizes),
        {
            len(sizes) - 1: "The input layer counts too.",
            len(sizes) - 2: "Input and output layers count too.",
        },
    )
    _count(
        "neurons",
        neurons,
        sum(sizes),
        {
            sum(sizes[1:]): "The neurons of the input layer count too.",
            sum(sizes[:-1]): "The neurons of the output layer count too.",
            sum(sizes[1:-1]): "The neurons of the input and output layers count too.",
        },
    )
    _count(
        "weights",
        weights,
        all_weights,
        {
            all_weights + all_biases: "These are weights and biases together.",
            sum(products[: len(products) // 2]): "This is the encoder alone.",
            sum(sizes): "These are the neurons; a weight belongs to a line between two of them.",
        },
    )
    _count(
        "biases",
        biases,
        all_biases,
        {
            sum(sizes): "An input neuron computes nothing and has no bias.",
            len(sizes) - 1: "Each neuron has a bias of its own, not each layer.",
        },
    )
    passed(f"{layers} layers, {neurons} neurons, {weights} weights, {biases} biases")


def _count(name: str, value: Any, right: int, mistakes: dict[int, str]) -> None:
    """Fail unless value is the right whole number.

    The right number is not told: the student is to count again.
    """
    found = number(name, value)
    if found != right:
        raise CheckFailed(f"{name} is {found:g}: count again. {mistakes.get(found, '')}".rstrip())
