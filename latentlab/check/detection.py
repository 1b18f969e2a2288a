"""Finding anomalies: the error of each picture, the threshold, and what a detector tells apart.

Chandola, Banerjee and Kumar, Anomaly Detection: A Survey (2009).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.limits import keep_limit, note
from latentlab.check.models import require_model, run
from latentlab.check.networks import random_dense
from latentlab.check.ranking import area
from latentlab.check.values import Mistake, array_of_shape, compare, number

Errors = Callable[[keras.Model, np.ndarray], Any]


def picture_errors(function: Errors, pixels: int, count: int) -> None:
    """Check that function(autoencoder, x) is each picture's mean squared error, shape (count,).

    It is tried with a random model of dense layers on `count` random pictures, (count, pixels).
    """
    rng = np.random.default_rng()
    x = rng.random((count, pixels), np.float32) ** rng.uniform(0.5, 4, (count, 1))
    x = x.astype(np.float32)
    inputs = keras.Input((pixels,))
    encoder, decoder = random_dense(pixels, 5, "tanh"), random_dense(5, pixels, "sigmoid")
    model = keras.Model(inputs, decoder(encoder(inputs)))
    name = "picture_errors(autoencoder, x)"
    found = call("picture_errors", function, model, x.copy())
    gap = run(model, x) - x
    if np.shape(found) in ((), (1,)):
        raise CheckFailed(
            f"{name} is one number; expected {count}, one for each picture: take the mean over its "
            "own pixels only."
        )
    if np.shape(found) == (pixels,) != (count,):
        raise CheckFailed(
            f"{name} has shape ({pixels},), one number for each pixel; expected ({count},), one "
            "for each picture: take the mean along the other axis."
        )
    found = array_of_shape(name, found, (count,))
    mistakes: list[Mistake] = [
        ("This is the sum over the pixels; take their mean.", (gap**2).sum(axis=1)),
        ("This is the root of it; leave the squares.", np.sqrt((gap**2).mean(axis=1))),
        ("This is the mean of absolute values; square them.", np.abs(gap).mean(axis=1)),
        ("The differences are not squared, so that they cancel.", gap.mean(axis=1)),
        ("The differences are not squared, so that they cancel.", -gap.mean(axis=1)),
        ("Does it use the model and the pictures that it is given, or others?", found),
    ]
    compare(name, found, (gap**2).mean(axis=1), mistakes)
    passed(f"picture_errors of {count} pictures")


def chooses_threshold(
    function: Callable[[np.ndarray, float], Any], count: int, false_alarms: float
) -> None:
    """Check that a share false_alarms of the errors lies above function(errors, false_alarms).

    It is tried on `count` random errors, all different. One error more or less does not matter,
    so that every way of interpolating between two errors passes.
    """
    rng = np.random.default_rng()
    errors = rng.gamma(4, rng.uniform(0.002, 0.02), count)
    name = f"choose_threshold(errors_val, {false_alarms})"
    found = number(name, call("choose_threshold", function, errors.copy(), false_alarms))
    if _few_above(errors, found, false_alarms):
        passed(f"choose_threshold: {false_alarms:.0%} of {count} errors above it")
        return
    above = int((errors > found).sum())
    said = f"{name} is {found:.6g}: {above} of {count} errors lie above; "
    raise CheckFailed(
        said
        + f"expected {false_alarms * count:.3g}. {_threshold_mistake(errors, found, false_alarms)}"
    )


def _threshold_mistake(errors: np.ndarray, found: float, false_alarms: float) -> str:
    known = [
        (
            "This share lies below it; it should lie above, so take the quantile 1 - false_alarms.",
            np.quantile(errors, false_alarms),
        ),
        ("percentile counts to 100, quantile to 1.", np.percentile(errors, 1 - false_alarms)),
        ("This is the largest error; some may lie above.", errors.max()),
        ("This is the mean of the errors.", errors.mean()),
        *[
            (
                "The mean plus some standard deviations supposes a bell curve. Errors have a long "
                "tail: count instead.",
                errors.mean() + factor * errors.std(ddof=ddof),
            )
            for factor in (1, 1.28, 1.64, 1.645, 1.96, 2, 2.326, 2.5, 3)
            for ddof in (0, 1)
        ],
    ]
    for sentence, value in known:
        if np.isclose(found, value, rtol=5e-6):  # closer than others come by chance
            return sentence
    return "Which share of the errors may lie above the threshold?"


def threshold_from(
    name: str,
    threshold: Any,
    autoencoder: Any,
    validation: np.ndarray,
    others: Mapping[str, np.ndarray],
    false_alarms: float,
) -> None:
    """Check that a threshold comes from the model's errors on the validation pictures alone.

    A share false_alarms of them, one picture more or less, has to lie above it. others: pictures
    that it must not come from, by a name that fits "the errors of ...".
    """
    found = number(name, threshold)
    autoencoder = require_model("autoencoder", autoencoder, validation.shape[1:])
    errors = _errors(autoencoder, validation)
    expected = false_alarms * len(errors)
    if _few_above(errors, found, false_alarms):
        passed(f"{name}: {false_alarms:.0%} of the validation errors above it")
        return
    said = (
        f"{name} is {found:.4g}: {int((errors > found).sum())} of {len(errors)} validation errors "
        f"lie above it; expected {expected:.3g}."
    )
    for other, x in others.items():
        if _few_above(_errors(autoencoder, x), found, false_alarms):
            raise CheckFailed(
                f"{said} {false_alarms:.0%} of the errors of {other} do. A threshold comes "
                "from the validation pictures, and only from these."
            )
    raise CheckFailed(
        f"{said} Does it come from the errors of this autoencoder on x_val? After training again, "
        "compute it again."
    )


def detects(
    name: str,
    autoencoder: Any,
    fit: np.ndarray,
    normal: np.ndarray,
    strange: np.ndarray,
    at_most: float,
) -> None:
    """Check that a trained autoencoder's error tells strange pictures from new normal ones.

    All are pictures as the model takes them, (n, ...); fit are those that were to be trained on.
    What counts is the share of pairs, one normal and one strange picture, in which the normal one
    has the larger error: 1 - AUC. It must be at most at_most times the share that the distance
    from the mean picture of fit gets wrong, which needs no network.
    """
    model = require_model(name, autoencoder, normal.shape[1:])
    mean = fit.mean(axis=0)
    simple = area(_distance(normal, mean), _distance(strange, mean))
    wrong_pairs = max(1 - simple, 1 / (len(normal) * len(strange)))
    errors = _errors(model, normal), _errors(model, strange)
    found = area(*errors)
    note("AUC", found)
    note("AUC of the distance from the mean picture", simple)
    note("MSE of normal pictures", errors[0].mean())

    def hint() -> str:
        if errors[0].mean() > _distance(normal, mean).mean():
            return (
                "Its errors on normal pictures are larger than those of their mean: is this the "
                "model that fit was called on, with the input as its target, and long enough?"
            )
        if found < simple:
            return "Without a network it would be better: was it trained on normal pictures only?"
        return "More epochs, or a larger learning rate?"

    keep_limit(
        "share of wrong pairs, of that of the mean picture",
        (1 - found) / wrong_pairs,
        f"{name}: AUC {found:.2f}, and {simple:.2f} without a network; wrong pairs "
        f"{(1 - found) / wrong_pairs:.2f} times as many",
        at_most=at_most,
        hint=hint,
    )


def _few_above(errors: np.ndarray, threshold: float, share: float) -> bool:
    """Tell whether this share of the errors lies above, one more or less."""
    return abs((errors > threshold).sum() - share * len(errors)) <= 1 + share


def _errors(model: keras.Model, x: np.ndarray) -> np.ndarray:
    found = array_of_shape("the output of autoencoder", run(model, x), x.shape)
    return _distance(x, found)


def _distance(x: np.ndarray, other: np.ndarray) -> np.ndarray:
    return ((x - other) ** 2).reshape(len(x), -1).mean(axis=1)
