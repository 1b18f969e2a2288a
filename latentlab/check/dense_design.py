"""The design of an autoencoder: its sizes, what they cost, and its three models.

Sizes are those of a dense encoder, input first, code last: [784, 128, 16]. The decoder is its
mirror: 16 -> 128 -> 784. Every layer has weights and biases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed, type_name
from latentlab.check.models import require_model, run
from latentlab.check.values import Mistake, array_of_shape, as_array, compare, number

PIXEL_BYTES, FLOAT_BYTES = 1, 4


def parameter_count(function: Callable[[list[int]], Any], sizes: Sequence[int]) -> None:
    """Check that function(sizes) counts the weights and biases of the encoder and its mirror."""
    sizes = list(sizes)
    found = number("count_parameters(sizes)", call("count_parameters", function, list(sizes)))
    right = _parameters(sizes)
    if found != right:
        hint = next((said for value, said in _miscounts(sizes) if value == found), "Count again.")
        raise CheckFailed(f"count_parameters({sizes}) is {found:,.10g}. {hint}")
    passed(f"count_parameters: of a list of {len(sizes)} sizes")


def widest_hidden(function: Callable[..., Any], budget: int, pixels: int, code: int) -> None:
    """Check that function(budget, pixels, code) is the widest hidden layer that can be paid.

    That is the largest w for which the sizes [pixels, w, code] have no more than `budget`
    parameters, encoder and decoder together.
    """
    asked = f"widest_hidden({budget}, {pixels}, {code})"
    found = number(asked, call("widest_hidden", function, budget, pixels, code))
    if found != int(found):
        raise CheckFailed(f"{asked} is {found:.6g}; expected a whole number: half a unit is none.")
    units = int(found)
    cost = _parameters([pixels, units, code])
    if cost > budget:
        raise CheckFailed(
            f"{asked} is {units}, but [{pixels}, {units}, {code}] has {cost:,} parameters, more "
            f"than {budget:,}. Count encoder and decoder, weights and biases; round down."
        )
    more = _parameters([pixels, units + 1, code])
    if more <= budget:
        raise CheckFailed(
            f"{asked} is {units}, but one unit more would fit too: [{pixels}, {units + 1}, {code}] "
            f"has {more:,} parameters, and {budget:,} are allowed."
        )
    passed("widest_hidden: the widest layer that the budget pays for")


def design(name: str, sizes: Any, pixels: int, code: int, budget: int) -> None:
    """Check a list of sizes: from `pixels` to a code of at most `code`, within the budget.

    There must be at least one hidden layer. budget: of weights and biases, both halves together.
    """
    found = as_array(name, sizes)
    if found.ndim != 1:
        raise CheckFailed(f"{name} has shape {found.shape}; expected a list such as [784, 20, 5].")
    if (found != np.floor(found)).any() or (found < 1).any():
        raise CheckFailed(f"{name} is {found.tolist()}; expected whole numbers above 0.")
    units = [int(size) for size in found]
    if units[0] != pixels:
        raise CheckFailed(f"{name} begins with {units[0]}; expected the input, {pixels}.")
    if len(units) < 3:
        raise CheckFailed(
            f"{name} has no hidden layer between input and code: {units}. Without a bend the "
            "encoder can do no more than PCA's."
        )
    if units[-1] > code:
        mirrored = units == units[::-1]
        hint = " Leave the decoder out: it is the mirror." if mirrored else ""
        raise CheckFailed(f"{name} ends with {units[-1]}; expected a code of at most {code}.{hint}")
    cost = _parameters(units)
    if cost > budget:
        most = max(range(len(units) - 1), key=lambda i: units[i] * units[i + 1])
        raise CheckFailed(
            f"{name}: {units} and its mirror have {cost:,} parameters; expected at most "
            f"{budget:,}. Most of them are in the step {units[most]} -> {units[most + 1]}."
        )
    passed(f"{name}: {units}, {cost:,} of {budget:,} parameters")


def three_models(name: str, models: Any, pixels: int) -> None:
    """Check that models are an encoder, a decoder, and the two joined, with the same weights.

    The autoencoder must compute decoder(encoder(x)) for vectors x of this many pixels.
    """
    if not isinstance(models, tuple | list) or len(models) != 3:
        found = f"{len(models)} things" if isinstance(models, tuple | list) else type_name(models)
        raise CheckFailed(
            f"{name}: found {found}; expected three models: encoder, decoder, autoencoder."
        )
    x = np.random.default_rng().random((5, pixels), np.float32)
    encoder = require_model("encoder", models[0], pixels)
    codes = as_array("the code", run(encoder, x))
    decoder = require_model("decoder", models[1], codes.shape[1:])
    right = array_of_shape("the output of decoder", run(decoder, codes), x.shape)
    autoencoder = require_model("autoencoder", models[2], pixels)
    found = array_of_shape("the output of autoencoder", run(autoencoder, x), x.shape)
    if not np.allclose(found, right, rtol=1e-3, atol=1e-4):
        raise CheckFailed(
            f"{name}: the autoencoder does not compute decoder(encoder(x)) with the encoder and "
            "the decoder beside it. Was it made from new ones? Then training leaves these two "
            "untrained."
        )
    passed(f"{name}: encoder, decoder, and the autoencoder made of these two")


def compression_in_bytes(
    function: Callable[..., Any], count: int, pixels: int, code: int, parameters: int
) -> None:
    """Check that function(count, pixels, code, parameters) is the bytes saved, as a ratio.

    Pictures have a byte for each pixel. Sent instead are a code for each picture and, once, the
    decoder with its parameters, all in float32.
    """
    asked = f"compression_ratio({count}, {pixels}, {code}, {parameters})"
    arguments = (count, pixels, code, parameters)
    found = number(asked, call("compression_ratio", function, *arguments))
    before = PIXEL_BYTES * count * pixels
    codes, decoder = FLOAT_BYTES * count * code, FLOAT_BYTES * parameters
    right = before / (codes + decoder)
    mistakes: list[Mistake] = [
        ("The decoder has to be sent too.", before / codes),
        ("The decoder has to be sent too, and a number of a code takes 4 bytes.", pixels / code),
        (
            "A number of a code and a weight take 4 bytes each, a pixel takes one.",
            before / (count * code + parameters),
        ),
        ("A pixel takes one byte, not 4.", FLOAT_BYTES * right),
        ("The weights of the decoder take 4 bytes each.", before / (codes + parameters)),
        ("A number of a code takes 4 bytes.", before / (count * code + decoder)),
        ("This is the other way round: bytes before, divided by bytes sent.", 1 / right),
        ("The decoder is sent once, not with each picture.", before / (codes + count * decoder)),
        ("There is a code for each picture.", before / (codes / count + decoder)),
        ("There are `count` pictures.", before / count / (codes + decoder)),
    ]
    compare(asked, found, right, mistakes)
    passed("compression_ratio: bytes before, divided by bytes sent")


def _parameters(sizes: Sequence[int]) -> int:
    """Return the number of weights and biases of an encoder of these sizes and its mirror."""
    weights = sum(before * after for before, after in pairwise(sizes))
    return 2 * weights + sum(sizes[1:]) + sum(sizes[:-1])


def _miscounts(sizes: list[int]) -> list[tuple[int, str]]:
    """Return what well-known mistakes count, with a sentence on each."""
    right = _parameters(sizes)
    weights = sum(before * after for before, after in pairwise(sizes))
    return [
        (weights + sum(sizes[1:]), "This is the encoder alone; its mirror counts too."),
        (2 * weights, "These are the weights; each unit of a layer also has a bias."),
        (
            2 * (weights + sum(sizes[1:])),
            "The decoder has as many weights as the encoder, but other biases: its layers are "
            "other ones, and its last has as many as there are pixels.",
        ),
        (2 * (weights + sum(sizes)), "The numbers that go in have no bias."),
        (right + sizes[0], "The input has no bias."),
        (right + sizes[-1], "The code is a layer of the encoder: count its biases once."),
        (right - sizes[-1], "The biases of the code are missing."),
        (right - sizes[0], "The biases of the decoder's last layer are missing."),
        (2 * weights + 2 * (len(sizes) - 1), "Each unit has a bias of its own, not each layer."),
        (2 * sum(sizes) - sizes[-1], "These are the units; weights are the lines between them."),
    ]
