"""Verbs on the design of an autoencoder: what it costs, and the three models that it gives."""

from itertools import pairwise

import keras
import numpy as np
import pytest
from conftest import fails

from latentlab import check

layers = keras.layers


def dense(*sizes):
    model = keras.Sequential([keras.Input((sizes[0],))])
    for units in sizes[1:]:
        model.add(layers.Dense(units, "sigmoid"))
    return model


# Counting


def right_count(sizes):
    chain = [*sizes, *sizes[-2::-1]]
    return sum((a + 1) * b for a, b in pairwise(chain))


def test_the_count_is_that_of_keras(one_line):
    sizes = (20, 9, 4)
    assert right_count(sizes) == dense(20, 9, 4, 9, 20).count_params()
    check.parameter_count(right_count, sizes)


def test_a_large_count_must_be_exact():
    sizes = [784, 155, 16]
    check.parameter_count(right_count, sizes)
    fails("count again", check.parameter_count, lambda s: right_count(s) + 1, sizes)


def weights(sizes):
    return 2 * sum(a * b for a, b in pairwise(sizes))


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda s: weights(s), "also has a bias"),
        (lambda s: weights(s) / 2 + sum(s[1:]), "encoder alone"),
        (lambda s: weights(s) + 2 * sum(s[1:]), "other biases"),
        (lambda s: weights(s) + 2 * sum(s), "numbers that go in"),
        (lambda s: right_count(s) + s[0], "input has no bias"),
        (lambda s: right_count(s) + s[-1], "biases once"),
        (lambda s: right_count(s) - s[-1], "biases of the code"),
        (lambda s: right_count(s) - s[0], "last layer are missing"),
        (lambda s: weights(s) + 2 * len(s) - 2, "of its own"),
        (lambda s: 2 * sum(s) - s[-1], "lines between"),
        (lambda s: None, "return"),
        (lambda s: s, "shape (3,)"),
    ],
)
def test_mistakes_in_the_count(wrong, saying):
    fails(saying, check.parameter_count, wrong, [20, 9, 4])


def right_width(budget, pixels, code):
    return max(w for w in range(1, budget) if right_count([pixels, w, code]) <= budget)


def test_widest_hidden(one_line):
    check.widest_hidden(right_width, 1000, 20, 4)


def test_widest_hidden_when_nothing_is_left_over():
    exact = right_count([30, 12, 3])
    check.widest_hidden(lambda *a: 12, exact, 30, 3)
    fails("one unit more", check.widest_hidden, lambda *a: 11, exact, 30, 3)
    fails("more than", check.widest_hidden, lambda *a: 12, exact - 1, 30, 3)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [(19.5, "whole number"), (20, "more than 1,000"), (18, "one unit more"), (None, "return")],
)
def test_mistakes_in_the_width(wrong, saying):
    fails(saying, check.widest_hidden, lambda *a: wrong, 1000, 20, 4)


LIMITS = {"pixels": 20, "code": 4, "budget": 1000}


@pytest.mark.parametrize("sizes", [[20, 19, 4], (20, 10, 6, 3), np.array([20, 5.0, 1])])
def test_designs_within_the_limits(sizes, one_line):
    check.design("my_sizes", sizes, **LIMITS)


@pytest.mark.parametrize(
    ("sizes", "saying"),
    [
        (None, "my_sizes is None"),
        (20, "expected a list"),
        ("20, 5", "type str"),
        ([20, 5.5, 4], "whole numbers"),
        ([20, 0, 4], "above 0"),
        ([19, 5, 4], "begins with 19; expected the input, 20"),
        ([20, 4], "no hidden layer"),
        ([20, 10, 5], "ends with 5; expected a code of at most 4."),
        ([20, 10, 4, 10, 20], "leave the decoder out"),
        ([20, 21, 4], "have 1,074 parameters; expected at most 1,000. Most of them are in the "),
        ([20, 21, 4], "step 20 -> 21"),
    ],
)
def test_designs_beyond_the_limits(sizes, saying):
    fails(saying, check.design, "my_sizes", sizes, **LIMITS)


# Three models


def joined(encoder, decoder):
    return keras.Sequential([keras.Input((12,)), encoder, decoder])


def test_three_models(one_line):
    encoder, decoder = dense(12, 5, 3), dense(3, 5, 12)
    check.three_models("build", [encoder, decoder, joined(encoder, decoder)], 12)


def test_mistakes_in_the_three_models():
    encoder, decoder = dense(12, 5, 3), dense(3, 5, 12)
    both = joined(encoder, decoder)
    others = joined(dense(12, 5, 3), dense(3, 5, 12))
    for models, saying in [
        ((encoder, decoder, others), "new ones"),
        ((decoder, encoder, both), "encoder takes inputs of shape (3,)"),
        ((encoder, decoder, encoder), "shape (5, 3); expected (5, 12)"),
        ((encoder, dense(4, 12), both), "decoder takes inputs of shape (4,)"),
        ((encoder, decoder, None), "autoencoder is None"),
        ((encoder, decoder), "2 things; expected three models"),
        (both, "Sequential; expected three models"),
    ]:
        fails(saying, check.three_models, "build", models, 12)


# Bytes


def right_ratio(count, pixels, code, parameters):
    return count * pixels / (4 * (count * code + parameters))


def test_compression_in_bytes(one_line):
    check.compression_in_bytes(right_ratio, 1000, 784, 16, 130_000)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda n, p, c, d: p / c, "sent too, and a number of a code takes 4 bytes"),
        (lambda n, p, c, d: p / c / 4, "decoder has to be sent too."),
        (lambda n, p, c, d: n * p / (n * c + d), "take 4 bytes each"),
        (lambda n, p, c, d: n * p / (4 * n * c + d), "weights of the decoder take 4"),
        (lambda n, p, c, d: n * p / (n * c + 4 * d), "code takes 4 bytes"),
        (lambda *a: 1 / right_ratio(*a), "the other way round"),
        (lambda n, p, c, d: p / (4 * (c + d)), "sent once"),
        (lambda n, p, c, d: n * p / (4 * (c + d)), "a code for each picture"),
        (lambda n, p, c, d: p / (4 * (n * c + d)), "`count` pictures"),
        (lambda *a: 3, "is 3; expected"),
    ],
)
def test_mistakes_in_the_bytes(wrong, saying):
    fails(saying, check.compression_in_bytes, wrong, 1000, 784, 16, 130_000)
