"""The verbs for the plane of codes: right answers pass, each mistake gets its own message."""

import keras
import numpy as np
import pytest
from conftest import fails

from latentlab import check
from latentlab.check.models import run

LOW, HIGH = (-1.0, 0.0), (2.0, 4.0)
POINTS = np.array([[0.0, 0.0], [3.0, 0.0], [2.0, 1.0]])
CODES = np.array([[1.0, 0.5], [3.0, 4.0]])
OTHER = keras.Sequential([keras.Input((2,)), keras.layers.Dense(784, "sigmoid")])


# The grid


def grid_of(low, high, steps, down=True, across=True, by_rows=True, ends=True):
    x, y = (np.linspace(low[i], high[i], steps, endpoint=ends) for i in (0, 1))
    x, y = (x if across else x[::-1]), (y[::-1] if down else y)
    return np.array([(a, b) for b in y for a in x] if by_rows else [(a, b) for a in x for b in y])


def test_the_right_grid_passes(one_line):
    check.grid(grid_of, LOW, HIGH, 4)


@pytest.mark.parametrize("dress", [list, np.ndarray.tolist, np.float32, keras.ops.array])
def test_a_grid_in_any_dress(dress, one_line):
    check.grid(lambda *arguments: dress(grid_of(*arguments)), LOW, HIGH, 3)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda *a: grid_of(*a, down=False), "upside down"),
        (lambda *a: grid_of(*a, across=False), "right to left"),
        (lambda *a: grid_of(*a, by_rows=False), "down column by column"),
        (lambda *a: grid_of(*a, by_rows=False, down=False), "up column by column"),
        (lambda *a: grid_of(*a)[:, ::-1], "changed places"),
        (lambda *a: grid_of(*a, ends=False), "ends belong"),
        (lambda *a: grid_of(*a, ends=False, down=False), "ends belong"),
        (lambda *a: grid_of(*a).reshape(4, 4, 2), "reshape(-1, 2)"),
        (lambda *a: grid_of(*a).T, "Transpose it"),
        (lambda low, high, steps: grid_of(low, high, steps + 1), "shape (25, 2); expected (16, 2)"),
        (lambda *a: grid_of(*a) + 1, "is 0; expected -1"),
        (lambda *a: "grid", "type str"),
    ],
)
def test_mistakes_in_the_grid(wrong, saying):
    fails(saying, check.grid, wrong, LOW, HIGH, 4)


# Drawing


def right_draw(decoder, codes):
    return np.array(decoder(codes)).reshape(-1, 28, 28)


def test_the_right_pictures_pass(one_line):
    check.draws(right_draw, 6)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda decoder, codes: decoder(codes), "shape (6, 784), vectors; expected pictures"),
        (lambda *a: right_draw(*a)[0], "shape (28, 28); expected (6, 28, 28)"),
        (lambda *a: right_draw(*a).swapaxes(1, 2), "rows and columns"),
        (lambda *a: right_draw(*a).reshape(28, 28, -1).transpose(2, 0, 1), "mixed"),
        (lambda *a: 255 * right_draw(*a), "255"),
        (lambda *a: np.round(right_draw(*a)), "greys"),
        (lambda *a: 1 - right_draw(*a), "exchanged"),
        (lambda decoder, codes: right_draw(OTHER, codes), "or others"),
        (lambda decoder, codes: decoder(codes[:, :1]), "draw() raised"),
    ],
)
def test_mistakes_in_drawing(wrong, saying):
    fails(saying, check.draws, wrong, 6)


# Walking


def right_walk(decoder, start, end, steps):
    return right_draw(decoder, np.linspace(start, end, steps))


def faded(decoder, start, end, steps):
    first, last = right_draw(decoder, np.stack([start, end]))
    return np.linspace(first, last, steps)


def test_the_right_walk_passes(one_line):
    check.walk(right_walk, (0.0, 1.0), (2.0, -1.0), 5)


def test_a_walk_as_a_list_passes(one_line):
    check.walk(lambda *a: list(right_walk(*a)), (0.0, 1.0), (2.0, -1.0), 4)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (faded, "faded into each other"),
        (lambda *a: right_walk(*a)[::-1], "backwards"),
        (lambda d, a, b, n: right_draw(d, np.linspace(a, b, n, endpoint=False)), "one step short"),
        (lambda d, a, b, n: right_draw(d, np.linspace(a, b, n + 1)[1:]), "begins one step late"),
        (lambda d, a, b, n: right_draw(d, np.linspace(a, b, n + 2)[1:-1]), "begins one step late"),
        (lambda d, a, b, n: right_walk(d, a, a, n), "the one at the start"),
        (lambda d, a, b, n: right_walk(d, a, b, n + 1), "shape (6, 28, 28); expected (5, 28, 28)"),
        (lambda d, a, b, n: run(d, np.linspace(a, b, n)), "expected pictures"),
        (lambda d, a, b, n: right_walk(OTHER, a, b, n), "or others"),
    ],
)
def test_mistakes_in_the_walk(wrong, saying):
    fails(saying, check.walk, wrong, (0.0, 1.0), (2.0, -1.0), 5)


# The emptiest place


def right_distance(points, codes):
    return np.linalg.norm(points[:, None] - codes, axis=2).min(axis=1)


def right_emptiest(points, codes):
    return points[right_distance(points, codes).argmax()]


def test_the_right_place_passes(one_line):
    check.emptiest(right_distance, right_emptiest, POINTS, CODES)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda p, c: right_distance(p, c) ** 2, "square root"),
        (lambda p, c: np.linalg.norm(p[:, None] - c, axis=2).max(axis=1), "farthest code"),
        (lambda p, c: np.linalg.norm(p[:, None] - c, axis=2).mean(axis=1), "mean distance"),
        (lambda p, c: np.abs(p[:, None] - c).sum(axis=2).min(axis=1), "square them, add"),
        (lambda p, c: np.abs(p[:, None] - c).min(axis=(1, 2)), "smaller of the differences"),
        (lambda p, c: np.abs(p[:, :1] - c[:, 0]).min(axis=1), "x alone"),
        (lambda p, c: np.abs(p[:, 1:] - c[:, 1]).min(axis=1), "y alone"),
        (lambda p, c: np.linalg.norm(p, axis=1), "distance to the origin"),
        (lambda p, c: right_distance(c, p), "one number for each code"),
        (lambda p, c: np.linalg.norm(p[:, None] - c, axis=2), "shape (3, 2); expected (3,)"),
    ],
)
def test_mistakes_in_the_distance(wrong, saying):
    fails(saying, check.emptiest, wrong, right_emptiest, POINTS, CODES)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda p, c: p[right_distance(p, c).argmin()], "nearest to a code"),
        (lambda p, c: right_distance(p, c).argmax(), "number in the list"),
        (lambda p, c: right_distance(p, c).max(), "the point's distance"),
        (lambda p, c: c[0], "code next to the emptiest point"),
        (lambda p, c: p, "shape (3, 2); expected (2,)"),
        (lambda p, c: None, "return"),
    ],
)
def test_mistakes_in_choosing_the_place(wrong, saying):
    fails(saying, check.emptiest, right_distance, wrong, POINTS, CODES)
