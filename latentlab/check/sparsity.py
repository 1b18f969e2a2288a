"""Sparse codes: how many units are awake, how often each is, and what that costs.

Activations are arrays h of shape (n, units): one row for each picture of a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.limits import keep_limit, note
from latentlab.check.models import require_model, run
from latentlab.check.pictures import beats_pca
from latentlab.check.values import array_of_shape, as_array, compare

Function = Callable[..., Any]

OVER_UNITS = (
    "This is measured over the units of each picture; it is to be measured over the batch: "
    "the mean over all pictures, axis=0, one number for each unit."
)


def mean_activation(function: Function, h: Any) -> None:
    """Check that function(h) is the mean activation of each unit over the batch, (units,).

    h: shape (n, units), with n not equal to units.
    """
    h = as_array("h", h)
    name, units = "mean_activation(h)", h.shape[1]
    found = as_array(name, call("mean_activation", function, h.copy()))
    if found.shape in ((len(h),), (len(h), 1)):
        raise CheckFailed(f"{name} has shape {found.shape}; expected {(units,)}. {OVER_UNITS}")
    if found.size == 1 != units:
        raise CheckFailed(
            f"{name} is one number; expected {units}, one for each unit: the mean over the "
            "pictures alone, axis=0."
        )
    mistakes = [
        ("This is the sum over the batch; take the mean.", h.sum(axis=0)),
        ("This is how often each unit is awake; take the mean.", (h > 0).mean(axis=0)),
        ("This is the largest activation; take the mean.", h.max(axis=0)),
        ("This is the median; take the mean.", np.median(h, axis=0)),
    ]
    compare(name, array_of_shape(name, found, (units,)), h.mean(axis=0), mistakes)
    passed(f"mean_activation: one number for each of {units} units, over {len(h)} pictures")


def share_awake(function: Function, h: Any, threshold: float) -> None:
    """Check that function(h, threshold) is the share of all activations above the threshold.

    h: shape (n, units), numbers of at least 0, some of them exactly 0, none else at the threshold.
    """
    h = as_array("h", h)
    awake = h > threshold
    right = awake.mean()
    name = f"share_awake(h, {threshold:g})"
    found = one_number(
        name,
        call("share_awake", function, h.copy(), threshold),
        {
            (len(h),): "This is the share for each picture; take the mean over the pictures.",
            (h.shape[1],): "This is the share for each unit; take the mean over the units.",
            h.shape: "Take the mean over pictures and units.",
        },
    )
    mistakes = [
        ("This is the share of units that are asleep.", 1 - right),
        ("Larger than the threshold is awake; equal to it is not.", (h >= threshold).mean()),
        ("The threshold is not used.", (h > 0).mean()),
        ("This is the number of units awake in a picture; take the share.", awake.sum(1).mean()),
        ("This is the number of activations; take the share.", awake.sum()),
        ("This counts units awake for any picture; take each by itself.", awake.any(0).mean()),
        ("This is the mean activation; count who is awake.", h.mean()),
        ("This is a percentage; the share lies between 0 and 1.", 100 * right),
    ]
    compare(name, found, right, mistakes)
    passed(f"share_awake: {found:.2f} of {h.shape[1]} units, over {len(h)} pictures")


def dead_units(function: Function, h: Any, threshold: float) -> None:
    """Check that function(h, threshold) counts the units that no picture of the batch wakes.

    h: shape (n, units), numbers of at least 0.
    """
    h = as_array("h", h)
    awake = h > threshold
    dead = ~awake.any(axis=0)
    name = f"dead_units(h, {threshold:g})"
    hints = {
        (h.shape[1],): "This says it of each unit; count those that are dead.",
        (len(h),): "This is one number for each picture; go through the pictures of each unit.",
    }
    found = one_number(name, call("dead_units", function, h.copy(), threshold), hints)
    mistakes = [
        ("These are the units that are alive.", (~dead).sum()),
        ("This is the share of dead units; count them.", dead.mean()),
        ("A unit is dead if no picture wakes it, not if one does not.", (~awake).any(0).sum()),
        ("A unit is awake above the threshold, not above 0.", (~(h > 0).any(axis=0)).sum()),
        ("These are pictures that wake no unit; go along axis=0.", (~awake.any(axis=1)).sum()),
        ("These are pictures that leave a unit asleep; go along axis=0.", (~awake).any(1).sum()),
        ("These are all activations that are asleep, not units.", (~awake).sum()),
        (
            "A small mean is not enough: a unit that one picture wakes is alive.",
            (h.mean(axis=0) <= threshold).sum(),
        ),
    ]
    compare(name, found, dead.sum(), mistakes)
    passed(f"dead_units: {found:g} of {h.shape[1]}")


def few_awake(
    name: str, encoder: Any, x: np.ndarray, units: int, threshold: float, at_most: float
) -> None:
    """Check a trained encoder: of `units` units, the share above the threshold, over pictures x.

    x: pictures as the encoder takes them, shape (n, ...). A code that is all asleep fails as well.
    """
    h = _code(name, encoder, x, units)
    awake = h > threshold
    share = awake.mean()
    if not awake.any():
        raise CheckFailed(
            f"{name}: no unit is awake for any of {len(x)} pictures. The penalty has killed the "
            "code: is its weight larger than it should be, or is it summed over the batch?"
        )
    note("mean activation", float(h.mean()))
    keep_limit(
        f"share of units above {threshold:g}",
        share,
        f"{name}: {share:.3f} of {units} units awake, on {len(x)} pictures not trained on",
        at_most=at_most,
        hint=lambda: (
            "Far too many are awake. Does the penalty act on the code, not on weights or pictures, "
            "in the model that fit is called on? Is it summed over the units?"
        ),
    )


def few_dead(
    name: str, encoder: Any, x: np.ndarray, units: int, threshold: float, at_most: float
) -> None:
    """Check a trained encoder: of `units` units, the share that no picture of x wakes.

    x: pictures as the encoder takes them, shape (n, ...).
    """
    awake = _code(name, encoder, x, units) > threshold
    dead = int((~awake.any(axis=0)).sum())
    living = awake.mean() * units / max(units - dead, 1)
    keep_limit(
        "share of dead units",
        dead / units,
        f"{name}: {dead} of {units} units dead, on {len(x)} pictures not trained on",
        at_most=at_most,
        hint=lambda: (
            f"Each other unit is awake for {living:.2f} of the pictures: a narrow code, the same "
            "for all, and not a sparse one. Is the penalty measured over the batch, unit by unit?"
        ),
    )


def _code(name: str, encoder: Any, x: np.ndarray, units: int) -> np.ndarray:
    encoder = require_model(name, encoder, x.shape[1:])
    return array_of_shape(f"the output of {name}", run(encoder, x), (len(x), units))


def rebuilds_from_code(
    name: str,
    encoder: Any,
    decoder: Any,
    train: np.ndarray,
    test: np.ndarray,
    components: int,
    at_most: float,
) -> None:
    """Check the error of decoder(encoder(x)) on test against PCA's, as beats_pca does.

    train, test: pictures as the encoder takes them.
    """
    encoder = require_model(name, encoder, test.shape[1:])
    decoder = require_model(f"the decoder of {name}", decoder, tuple(encoder.output_shape[1:]))
    x = keras.Input(test.shape[1:])
    beats_pca(name, keras.Model(x, decoder(encoder(x))), train, test, components, at_most)


def one_number(name: str, value: Any, hints: Mapping[tuple[int, ...], str]) -> float:
    """Return value as one float; a hint says what an array of its shape is."""
    array = as_array(name, value)
    if array.size != 1:
        hint = hints.get(array.shape, "")
        raise CheckFailed(f"{name} has shape {array.shape}; expected one number. {hint}".rstrip())
    return float(array.reshape(()))
