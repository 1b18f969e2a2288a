"""How many numbers a model's code really has: measured in its graph, whatever its layers say.

A code is the narrowest place that everything has to pass: the smallest set of values, over all
sets that cut the model's input off from its output. It is found as a minimum cut: Ford and
Fulkerson, Maximal Flow through a Network (1956).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import tree
from keras.src.models.functional import Functional

from latentlab.check.failure import CheckFailed, passed
from latentlab.check.models import only, require_model, running
from latentlab.check.values import as_array

PICTURES = 32
# To a number of a code this much noise is added, in its standard deviations over the pictures. It
# changes no picture that can be seen; but a number into which two were packed loses the second.
NOISE, MOST_CHANGE = 1e-3, 0.01

Change = Callable[[int, Any], Any]


def code_size(name: str, model: Any, x: np.ndarray, size: int) -> None:
    """Check that no more than `size` numbers of each picture get through the model.

    x: pictures that the model takes, shape (n, ...), at least two of them. Counted are the numbers
    that a picture has at the narrowest place between input and output, on all paths together.
    """
    x = np.asarray(x[:PICTURES], np.float32)
    model = require_model(name, model, x.shape[1:])
    with running(name):
        graph = Graph(model, x)
    numbers, places = graph.narrowest()
    if not numbers:
        raise CheckFailed(f"{name}: the output does not depend on the input.")
    if numbers > size:
        shapes = " and ".join(str(graph.shapes[place]) for place in places)
        raise CheckFailed(
            f"{name} passes {numbers} numbers from input to output, at the narrowest place "
            f"{shapes} for each picture; expected a code of {size}. Is there a way around the "
            "bottleneck, or a wider one than you think?"
        )
    _check_not_packed(name, graph, places)
    passed(f"{name}: no more than {size} numbers get through")


def _check_not_packed(name: str, graph: Graph, places: list[int]) -> None:
    """Fail if a trace of noise in the code ruins the pictures."""
    rng = np.random.default_rng()

    def noisy(place: int, value: Any) -> Any:
        if place not in places:
            return value
        deviation = keras.ops.std(value, axis=0, keepdims=True)
        return value + NOISE * deviation * rng.normal(size=value.shape).astype(np.float32)

    output = as_array(f"the output of {name}", graph.output)
    changed = as_array(f"the output of {name}", graph.run(noisy))
    if np.mean((changed - output) ** 2) > MOST_CHANGE * output.var(axis=0).mean() + 1e-12:
        raise CheckFailed(
            f"{name}: noise of a thousandth in the code changes the pictures. A number of a code "
            "may hold one number, not the digits of several."
        )


class Graph:
    """What a model computes for some pictures: values, by number, and what each is made of.

    shapes: of each value, for one picture. Value 0 is the input.
    """

    def __init__(self, model: keras.Model, x: np.ndarray):
        self._model, self._x = model, keras.ops.convert_to_tensor(x)
        self.shapes: list[tuple[int, ...]] = []
        self._sizes: list[int] = []
        self._made_of: list[set[int]] = []
        self.output = self.run(lambda place, value: value, recorded=True)

    def run(self, change: Change, recorded: bool = False) -> Any:
        """Return the output, with each value changed by change(its number, the value)."""
        numbers: dict[int, int] = {}
        kept: list[Any] = []  # so that no two values get the same id

        def add(value: Any, made_of: set[int]) -> Any:
            value = change(len(kept), value)
            if recorded:
                self._record(value, made_of)
            numbers[id(value)] = len(kept)
            kept.append(value)
            return value

        def traced(operation: Any) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                inner = getattr(operation, "_functional", operation)  # a Sequential's chain
                if isinstance(inner, Functional):
                    return inner._run_through_graph(args[0], operation_fn=traced)
                inputs = [numbers[id(v)] for v in tree.flatten((args, kwargs)) if id(v) in numbers]
                result = operation(*args, **kwargs)
                # A layer that hands its input on has made no new value.
                return tree.map_structure(
                    lambda v: v if id(v) in numbers else add(v, set(inputs)), result
                )

            return call

        output = only(traced(self._model)(add(self._x, set())))
        if recorded:
            self._last = numbers.get(id(output), 0)
        return output

    def _record(self, value: Any, made_of: set[int]) -> None:
        # Counted over the batch: pictures may have been cut up into more rows.
        per_picture = math.ceil(math.prod(value.shape) / len(self._x))
        whole = tuple(value.shape[1:])
        self.shapes.append(whole if math.prod(whole) == per_picture else (per_picture,))
        self._sizes.append(per_picture)
        self._made_of.append(made_of)

    def narrowest(self) -> tuple[int, list[int]]:
        """Return how many numbers the narrowest cut lets through, and the values it cuts."""
        # Each value is an edge from 2i to 2i + 1, as wide as it has numbers.
        room: dict[int, dict[int, float]] = {i: {} for i in range(2 * len(self._sizes))}
        for i, size in enumerate(self._sizes):
            room[2 * i][2 * i + 1] = size
            room[2 * i + 1].setdefault(2 * i, 0)
            for j in self._made_of[i]:
                room[2 * j + 1][2 * i] = math.inf
                room[2 * i].setdefault(2 * j + 1, 0)
        end = 2 * self._last + 1
        through = 0
        while end in (before := _reached(room)):
            path = [end]
            while path[-1] != 0:
                path.append(before[path[-1]])
            steps = list(zip(path[1:], path[:-1], strict=True))
            width = min(room[a][b] for a, b in steps)
            for a, b in steps:
                room[a][b] -= width
                room[b][a] += width
            through += int(width)
        cut = [i for i in range(len(self._sizes)) if 2 * i in before and 2 * i + 1 not in before]
        return through, cut


def _reached(room: dict[int, dict[int, float]]) -> dict[int, int]:
    """Return every point that can be reached from point 0, with the point before it."""
    before, queue = {0: 0}, deque([0])
    while queue:
        a = queue.popleft()
        for b, width in room[a].items():
            if width > 0 and b not in before:
                before[b] = a
                queue.append(b)
    return before
