"""The plane of codes: a grid of places, pictures drawn at them, walks, and the emptiest place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.models import run
from latentlab.check.networks import random_dense
from latentlab.check.values import Mistake, array_of_shape, as_array, compare

Point = tuple[float, float]
Array = np.ndarray
SIDE = 28  # pixels of a picture's side


def grid(function: Callable[[Point, Point, int], Any], low: Point, high: Point, steps: int) -> None:
    """Check that function(low, high, steps) gives the places of a square grid in picture order.

    low, high: (x, y) of the grid's lower left and upper right corner; steps: places in a row, and
    rows. The result must have shape (steps * steps, 2): the top row first, each from the left.
    """
    name = f"grid_codes({low}, {high}, {steps})"
    found = as_array(name, call("grid_codes", function, low, high, steps))
    if found.shape == (steps, steps, 2):
        raise CheckFailed(
            f"{name} has shape {found.shape}; expected {(steps * steps, 2)}, one place a row: "
            "reshape(-1, 2) makes it so."
        )
    if found.shape == (2, steps * steps):
        raise CheckFailed(
            f"{name} has shape {found.shape}; expected {(steps * steps, 2)}: each row is a place, "
            "x and y. Transpose it."
        )
    found = array_of_shape(name, found, (steps * steps, 2))
    x, y = (np.linspace(low[i], high[i], steps) for i in (0, 1))
    right = _places(x, y[::-1])
    short_x, short_y = (low[i] + (high[i] - low[i]) * np.arange(steps) / steps for i in (0, 1))
    mistakes = [
        (
            "The picture is upside down: y grows upwards, so the top row has the largest y.",
            _places(x, y),
        ),
        (
            "x and y have changed places: x comes first, and grows to the right.",
            right[:, ::-1],
        ),
        (
            "This goes down column by column: take row by row, x changes from one to the next.",
            right.reshape(steps, steps, 2).swapaxes(0, 1).reshape(-1, 2),
        ),
        (
            "This goes up column by column: take row by row from the top, x changes from one to "
            "the next.",
            _places(x, y).reshape(steps, steps, 2).swapaxes(0, 1).reshape(-1, 2),
        ),
        (
            "Each row goes from right to left: x grows to the right.",
            _places(x[::-1], y[::-1]),
        ),
        ("The last place is not high: the ends belong to the grid.", _places(short_x, short_y)),
        (
            "The last place is not high: the ends belong to the grid.",
            _places(short_x, short_y[::-1]),
        ),
    ]
    compare(name, found, right, mistakes)
    passed(f"grid_codes: {steps} x {steps} places in picture order")


def _places(x: Array, y: Array) -> Array:
    """Return all (x, y), the first y with every x first: shape (len(x) * len(y), 2)."""
    return np.stack([np.tile(x, len(y)), np.repeat(y, len(x))], axis=1)


def draws(function: Callable[[keras.Model, Array], Any], count: int) -> None:
    """Check that function(decoder, codes) gives the decoder's pictures, shape (count, 28, 28).

    It is tried with a random decoder, 2 -> 784, and as many random codes.
    """
    decoder = random_dense(2, SIDE * SIDE, "sigmoid")
    codes = np.random.default_rng().normal(size=(count, 2)).astype(np.float32)
    right = _drawn(decoder, codes)
    name = "draw(decoder, codes)"
    found = _pictures(name, call("draw", function, decoder, codes.copy()), right.shape)
    compare(name, found, right, [*_wrong_pictures(right), _other_decoder(found)])
    passed(f"draw: {count} codes in, {count} pictures out")


def walk(
    function: Callable[[keras.Model, Array, Array, int], Any], start: Point, end: Point, steps: int
) -> None:
    """Check that function(decoder, start, end, steps) draws the way from one code to another.

    The result must be the pictures at `steps` places at equal distances on the straight line, both
    ends included, shape (steps, 28, 28). It is tried with a random decoder, 2 -> 784.
    """
    decoder = random_dense(2, SIDE * SIDE, "sigmoid")
    a, b = np.array(start, np.float32), np.array(end, np.float32)
    right = _drawn(decoder, np.linspace(a, b, steps))
    name = f"walk(decoder, start, end, {steps})"
    found = call("walk", function, decoder, a.copy(), b.copy(), steps)
    found = _pictures(name, found, right.shape)
    inner = np.linspace(a, b, steps + 2)
    mistakes = [
        (
            "These are the two end pictures, faded into each other. Mix the codes, and draw each "
            "mixed code.",
            np.linspace(right[0], right[-1], steps),
        ),
        ("The walk goes backwards: begin at start.", right[::-1]),
        (
            "The walk stops one step short: the end belongs to it.",
            _drawn(decoder, np.linspace(a, b, steps, endpoint=False)),
        ),
        ("The walk begins one step late: the start belongs to it.", _drawn(decoder, inner[1:-1])),
        (
            "The walk begins one step late: the start belongs to it.",
            _drawn(decoder, np.linspace(a, b, steps + 1)[1:]),
        ),
        ("Every picture is the one at the start.", np.repeat(right[:1], steps, axis=0)),
        *_wrong_pictures(right),
        _other_decoder(found),
    ]
    compare(name, found, right, mistakes)
    passed(f"walk: {steps} pictures from start to end")


def _drawn(decoder: keras.Model, codes: Array) -> Array:
    return run(decoder, codes).reshape(-1, SIDE, SIDE)


def _pictures(name: str, value: Any, shape: tuple[int, ...]) -> Array:
    """Return value as an array of this shape; say so if the pictures are still flat."""
    array = as_array(name, value)
    if array.shape == (shape[0], SIDE * SIDE):
        raise CheckFailed(
            f"{name} has shape {array.shape}, vectors; expected pictures, {shape}: reshape them."
        )
    return array_of_shape(name, array, shape)


def _wrong_pictures(right: Array) -> list[Mistake]:
    """Return what well-known mistakes make of these pictures (n, 28, 28)."""
    return [
        ("Rows and columns are exchanged: use reshape alone.", right.swapaxes(1, 2)),
        (
            "Pixels of different pictures are mixed: each row of the decoder's output is one "
            "picture.",
            right.reshape(SIDE, SIDE, -1).transpose(2, 0, 1),
        ),
        ("The result was multiplied by 255; leave it in 0..1.", 255 * right),
        ("The result was rounded to black and white; leave the greys.", np.round(right)),
        ("Black and white are exchanged.", 1 - right),
    ]


def _other_decoder(found: Array) -> Mistake:
    """Return what to say of a result that no known mistake gives; it stands last."""
    return "Does it use the decoder and the codes that it is given, or others?", found


def emptiest(
    distance_to_nearest: Callable[[Array, Array], Any],
    emptiest: Callable[[Array, Array], Any],
    points: Array,
    codes: Array,
) -> None:
    """Check both functions of (points, codes), arrays of shape (m, 2) and (n, 2).

    distance_to_nearest must give the distance of each point to the code that is nearest to it,
    shape (m,); emptiest the point for which that distance is largest, shape (2,).
    """
    points, codes = as_array("points", points), as_array("codes", codes)
    apart = points[:, None] - codes[None]
    distances = np.sqrt(np.sum(apart**2, axis=-1))
    right = distances.min(axis=1)
    name = "distance_to_nearest(points, codes)"
    given = call("distance_to_nearest", distance_to_nearest, points.copy(), codes.copy())
    found = as_array(name, given)
    if found.shape == (len(codes),):
        raise CheckFailed(
            f"{name} has shape {found.shape}, one number for each code; expected {right.shape}, "
            "one for each point: the minimum goes over the codes."
        )
    mistakes = [
        ("This is the squared distance: take the square root.", right**2),
        ("This is the distance to the farthest code; take the minimum.", distances.max(axis=1)),
        ("This is the mean distance to all codes; take the minimum.", distances.mean(axis=1)),
        (
            "This adds the differences of x and of y; square them, add, and take the root.",
            np.abs(apart).sum(axis=-1).min(axis=1),
        ),
        ("This is the distance to the origin.", np.sqrt(np.sum(points**2, axis=1))),
        ("This looks at x alone.", np.abs(apart[..., 0]).min(axis=1)),
        ("This looks at y alone.", np.abs(apart[..., 1]).min(axis=1)),
        (
            "This is the smaller of the differences of x and of y; square them, add, and take the "
            "root.",
            np.abs(apart).min(axis=(1, 2)),
        ),
    ]
    compare(name, array_of_shape(name, found, right.shape), right, mistakes)
    _check_emptiest(emptiest, points, codes, right)
    passed(f"the emptiest of {len(points)} points, from {len(codes)} codes")


def _check_emptiest(function: Callable, points: Array, codes: Array, distances: Array) -> None:
    name = "emptiest(points, codes)"
    found = as_array(name, call("emptiest", function, points.copy(), codes.copy()))
    place = int(distances.argmax())
    for what, value in (("number in the list", place), ("distance", distances[place])):
        if found.size == 1 and np.isclose(found.ravel()[0], value):
            raise CheckFailed(f"{name} is the point's {what}; expected the point itself, x and y.")
    found = array_of_shape(name, found, (2,))
    nearest = codes[np.sum((codes - points[place]) ** 2, axis=1).argmin()]
    mistakes = [
        (
            "This is the point nearest to a code; take the one that is farthest from its nearest.",
            points[distances.argmin()],
        ),
        ("This is the code next to the emptiest point; return the point.", nearest),
    ]
    compare(name, found, points[place], mistakes)
