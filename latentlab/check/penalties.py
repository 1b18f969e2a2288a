"""Penalties that put units to sleep, as functions of a batch of activations, and their slopes.

Activations are arrays h of shape (n, units): one row for each picture of a batch.
The KL penalty: Ng, Sparse autoencoder, CS294A lecture notes (2011), section 3. The L1 penalty:
Goodfellow, Bengio and Courville, Deep Learning (2016), section 14.2.1.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.sparsity import OVER_UNITS, Function, one_number
from latentlab.check.values import Mistake, array_of_shape, as_array, compare

STEP = 1e-2  # of central differences; the functions checked may compute in float32


def l1_penalty(function: Function, h: Any, weight: float) -> None:
    """Check that function(h, weight) is weight times the absolute values of a picture's units,
    summed over the units, and of that the mean over the batch. Its slope is checked, too.

    h: shape (n, units), n not equal to units, some numbers below 0 or above 1.
    """
    h = as_array("h", h)
    size = np.abs(h)
    right = weight * size.sum(axis=1).mean()
    name = f"l1_penalty(h, {weight:g})"
    found = _penalty(name, "l1_penalty", function, h, weight)
    mistakes = [
        ("The weight lam is not used.", right / weight),
        (
            "This is the mean over the units; they are to be added up. Then the mean is taken "
            "over the pictures alone.",
            right / h.shape[1],
        ),
        ("This is the sum over the batch; take the mean over the pictures.", right * len(h)),
        (
            "The mean is taken over the units, the sum over the pictures: exchange them.",
            right * len(h) / h.shape[1],
        ),
        ("These are squares, that is, L2; take absolute values.", weight * (h**2).sum(1).mean()),
        (
            "These are square roots of sums of squares; take absolute values.",
            weight * np.sqrt((h**2).sum(axis=1)).mean(),
        ),
        ("The sign is wrong: a penalty is above 0.", -right),
        ("Negative activations count with their absolute value.", weight * h.sum(axis=1).mean()),
    ]
    compare(name, found, right, mistakes)
    direction = np.zeros_like(h)
    direction[np.unravel_index(size.argmax(), h.shape)] = 1.0  # far from the corner at 0
    slope = weight * np.sum(np.sign(h) * direction) / len(h)
    _check_difference("l1_penalty", function, (h, direction, slope), weight)
    passed(f"l1_penalty: {h.shape[1]} units of {len(h)} pictures, value and slope")


def kl_penalty(function: Function, h: Any, rho: float, beta: float) -> None:
    """Check that function(h, rho, beta) is beta times the sum over the units of KL(rho||rho_hat),
    where rho_hat is a unit's mean over the batch. Its slope and its value at dead units, too.

    h: shape (n, units), n not equal to units, numbers in (0, 1).
    """
    h = as_array("h", h)
    rho_hat = h.mean(axis=0)
    right = beta * _kl(rho, rho_hat).sum()
    name = f"kl_penalty(h, {rho:g}, {beta:g})"
    found = _penalty(name, "kl_penalty", function, h, rho, beta)
    compare(name, found, right, _kl_mistakes(h, rho, beta))
    alive = int(np.abs(rho_hat - 0.5).argmin())
    direction = np.zeros_like(h)
    direction[:, alive] = 1.0
    slope = beta * (-rho / rho_hat[alive] + (1 - rho) / (1 - rho_hat[alive]))
    _check_difference("kl_penalty", function, (h, direction, slope), rho, beta)
    _check_ends(function, rho)
    passed(f"kl_penalty: {h.shape[1]} units of {len(h)} pictures, value and slope")


def _kl_mistakes(h: np.ndarray, rho: float, beta: float) -> list[Mistake]:
    """Return what well-known mistakes make of the KL penalty."""
    rho_hat = h.mean(axis=0)
    first, second = rho * np.log(rho / rho_hat), (1 - rho) * np.log((1 - rho) / (1 - rho_hat))
    right = beta * (first + second).sum()
    own_surprise = -rho * np.log(rho) - (1 - rho) * np.log(1 - rho)
    return [
        ("The sign is wrong: a KL divergence is never below 0, and it is added.", -right),
        ("The weight beta is not used.", right / beta),
        ("This is the mean over the units; they are to be added up.", right / len(rho_hat)),
        (OVER_UNITS, beta * _kl(rho, h.mean(axis=1)).sum()),
        (OVER_UNITS, beta * _kl(rho, h.mean(axis=1)).mean()),
        ("The mean activation of all units together is one number; each has its own.",
         beta * _kl(rho, h.mean())),
        ("The mean activation of all units together is one number; each has its own.",
         beta * len(rho_hat) * _kl(rho, h.mean())),
        ("The roles are exchanged: this is KL(rho_hat||rho); the weights are rho and 1 - rho.",
         beta * _kl(rho_hat, rho).sum()),
        ("The second term, (1 - rho) log((1 - rho) / (1 - rho_hat)), is missing.",
         beta * first.sum()),
        ("The first term, rho log(rho / rho_hat), is missing.", beta * second.sum()),
        ("The two terms are subtracted; add them.", beta * (first - second).sum()),
        ("Brackets are missing: (1 - rho) / (1 - rho_hat) is not 1 - rho / 1 - rho_hat.",
         beta * (first + (1 - rho) * np.log(np.clip(1 - rho - rho_hat, 1e-7, None))).sum()),
        ("This is the cross-entropy: its slope is the same, but it is not 0 where rho_hat is rho.",
         beta * (_kl(rho, rho_hat) + own_surprise).sum()),
        ("The KL of each activation is taken, and then the mean; take the mean activation first.",
         beta * _kl(rho, h).mean(axis=0).sum()),
        ("The KL of each activation is taken; take the mean activation over the batch first.",
         beta * _kl(rho, h).sum()),
        ("This is the sum of the activations, not their mean over the batch.",
         beta * _kl(rho, np.clip(h.sum(axis=0), 1e-7, 1 - 1e-7)).sum()),
        ("It is multiplied by the number of pictures; rho_hat is a mean already.", right * len(h)),
        ("It is divided by the number of pictures; rho_hat is a mean already.", right / len(h)),
        ("This is in bits, with log base 2; use the natural logarithm.", right / np.log(2)),
    ]  # fmt: skip


def _check_ends(function: Function, rho: float) -> None:
    """Fail unless a unit that never wakes, and one that always is at 1, cost a finite amount."""
    for value, said in ((0.0, "0"), (1.0, "1")):
        h = np.full((4, 3), rho)
        h[:, 1] = value
        result = call("kl_penalty", function, h, rho, 1.0)
        found = float(np.asarray(result, np.float64).sum())
        if not np.isfinite(found):
            raise CheckFailed(
                f"kl_penalty is {found:g} when a unit has exactly {said} for all pictures: a "
                "division by 0, or log(0). Clip rho_hat to [1e-7, 1 - 1e-7] first."
            )
        # Less than what a unit costs that is awake a tenth as often as it should be.
        if found < _kl(rho, rho / 10):
            raise CheckFailed(
                f"kl_penalty is {found:.3g} when a unit has exactly {said} for all pictures; "
                "expected much more. Clip rho_hat to [1e-7, 1 - 1e-7], and no further."
            )


def kl_slope(function: Function, rho_hat: Any, rho: float) -> None:
    """Check that function(rho_hat, rho) is the derivative of KL(rho||rho_hat) with respect to
    rho_hat, against central differences.

    rho_hat: shape (units,), numbers between 0.01 and 0.99.
    """
    rho_hat = as_array("rho_hat", rho_hat)
    name = f"kl_slope(rho_hat, {rho:g})"
    found = array_of_shape(name, call("kl_slope", function, rho_hat.copy(), rho), rho_hat.shape)
    step = 1e-5
    right = (_kl(rho, rho_hat + step) - _kl(rho, rho_hat - step)) / (2 * step)
    first, second = -rho / rho_hat, (1 - rho) / (1 - rho_hat)
    mistakes = [
        ("The sign is wrong: below rho the curve falls, above rho it rises.", -right),
        ("The second term, that of sleeping, is missing.", first),
        ("The first term, that of being awake, is missing.", second),
        (
            "One of the two signs is wrong: where rho_hat is rho, the slope is 0.",
            first - second,
        ),
        (
            "One of the two signs is wrong: where rho_hat is rho, the slope is 0.",
            second - first,
        ),
        (
            "This is the derivative of KL(rho_hat||rho): the roles are exchanged.",
            np.log(rho_hat / rho) - np.log((1 - rho_hat) / (1 - rho)),
        ),
        ("This is the KL divergence itself; take its derivative.", _kl(rho, rho_hat)),
    ]
    compare(name, found, right, mistakes)
    passed(f"kl_slope: agrees with central differences at {rho_hat.size} points")


def adds_penalty(layer_class: Function, h: Any) -> None:
    """Check that layer_class(penalty) makes a Keras layer that hands h on and adds penalty(h).

    h: shape (n, units). The layer is tried with a penalty of the check's own, on two batches.
    """
    h = np.asarray(h, np.float32)
    penalty = _some_penalty(h.shape[1])
    layer = call("AddPenalty", layer_class, penalty)
    name = "AddPenalty(penalty)(h)"
    for batch in (h, 2 * h[:-1]):
        found = as_array(name, call("AddPenalty(penalty)", layer, batch.copy()))
        if found.size == 1:
            raise CheckFailed(
                f"{name} gives one number, the penalty; expected h as it came, {batch.shape}: "
                "the decoder needs it. The penalty goes to self.add_loss."
            )
        added = batch + _of(penalty, batch)
        mistakes = [("The penalty is added to h; give it to self.add_loss.", added)]
        compare(name, array_of_shape(name, found, batch.shape), batch, mistakes)
        _check_added(layer, _of(penalty, batch), len(batch))
    passed("AddPenalty: hands the code on, and adds the penalty to the loss")


def _some_penalty(units: int) -> keras.Model:
    """Return a penalty of a batch as a model, which can be sent to a student's process."""
    h = keras.Input((units,))
    factor = float(np.random.default_rng().uniform(1, 3))
    return keras.Model(h, keras.ops.mean(keras.ops.sum(keras.ops.abs(h), axis=1)) * factor)


def _of(penalty: keras.Model, h: np.ndarray) -> float:
    return float(np.asarray(penalty(h)))


def _check_added(layer: Any, right: float, count: int) -> None:
    """Fail unless what the layer added to the loss in its last call is right."""
    losses = getattr(layer, "losses", None)
    if not isinstance(losses, list):
        raise CheckFailed("AddPenalty(penalty) has no losses: is AddPenalty still a Keras layer?")
    if not losses:
        raise CheckFailed("AddPenalty adds nothing to the loss: call self.add_loss(...) in `call`.")
    added = as_array("what AddPenalty adds to the loss", losses)
    name = "what AddPenalty adds to the loss"
    if added.size > 1:
        raise CheckFailed(
            f"{name} has shape {added.shape}; expected one number, the penalty of the code."
        )
    mistakes = [
        ("It is divided by the number of pictures; add the penalty as it is.", right / count),
        ("It is multiplied by the number of pictures; add the penalty as it is.", right * count),
        ("The sign is wrong.", -right),
    ]
    compare(name, float(added.reshape(())), right, mistakes)


def _kl(p: Any, q: Any) -> Any:
    """Return KL(p||q) of two coins that show heads with probability p and q."""
    return p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))


def _penalty(name: str, short: str, function: Function, h: np.ndarray, *numbers: float) -> float:
    """Return the penalty that the function gives for h, which must be one number."""
    hints = {
        (len(h),): "This is one number for each picture: sum over the units (axis=1), then take "
        "the mean over the pictures."
        if short == "l1_penalty"
        else OVER_UNITS,
        (h.shape[1],): "This is one number for each unit: add them up.",
        h.shape: "This is one number for each activation.",
    }
    return one_number(name, call(short, function, h.copy(), *numbers), hints)


def _check_difference(
    name: str, function: Function, at: tuple[np.ndarray, np.ndarray, float], *numbers: float
) -> None:
    """Fail unless the function's central difference at h, along a direction, is this slope."""
    h, direction, slope = at
    up, down = (
        float(as_array(name, call(name, function, h + sign * STEP * direction, *numbers)).sum())
        for sign in (1, -1)
    )
    found = (up - down) / (2 * STEP)
    if abs(found - slope) > 0.02 * abs(slope) + 5e-3:
        raise CheckFailed(
            f"{name} has the slope {found:.4g}, by central differences; expected {slope:.4g}. "
            "Is something in it rounded, cut off or held fixed?"
        )
