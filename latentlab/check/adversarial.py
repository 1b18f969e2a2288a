"""The three steps of an adversarial autoencoder: which weights each of them moves, and where to.

Makhzani et al., Adversarial Autoencoders (2016); Goodfellow et al., Generative Adversarial Nets
(2014). A step is tried with small random networks and plain gradient descent of rate 1 and less. So
the change of a weight, divided by the rate, is the gradient that was followed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.models import require_model
from latentlab.check.values import close, number

Array = np.ndarray
Step = Callable[..., Any]
Trio = Callable[..., Any]  # (encoder, decoder, discriminator, optimizer name, rates) -> object
Loss = Callable[[], Any]
Losses = list[tuple[str, Loss]]  # a sentence, and the loss of the mistake that it names

CODE, HIDDEN = 2, 6
STEPS = ("reconstruct", "discriminate", "deceive")
RATES = (1.0, 0.5, 0.25)  # of the three steps: so it shows whose optimizer was used
MODELS = ("encoder", "decoder", "discriminator")


def reconstruct_step(step: Step, trio: Trio, pixels: int, count: int) -> None:
    """Check that step(trio, x) moves encoder and decoder down the cross-entropy, and nothing else.

    x: count random pictures, shape (count, pixels). trio(encoder, decoder, discriminator, "sgd",
    (rate, rate, rate)) makes the object that the step gets, with the networks as its attributes.
    """
    nets = _Nets(pixels, count)
    x, x_hat = nets.x, nets.rebuilt

    def bce() -> Any:
        return _mean_bce(x, x_hat())

    right: Loss = bce
    losses: Losses = [
        ("It is summed over the pixels; take the mean.", lambda: pixels * bce()),
        ("It is summed over the pictures; take the mean.", lambda: count * bce()),
        ("It is the sum over all; take the mean.", lambda: pixels * count * bce()),
        ("The sign is wrong: the loss is to shrink.", lambda: -bce()),
        (
            "This is the mean squared error; expected the binary cross-entropy.",
            lambda: ops.mean(ops.square(x_hat() - x)),
        ),
        (
            "x and the reconstruction are exchanged: binary_crossentropy(x, x_hat).",
            lambda: _mean_bce(x_hat(), x),
        ),
        (_TWICE.format("decoder"), lambda: _mean_bce(x, ops.sigmoid(x_hat()))),
    ]
    _try_step("reconstruct", step, trio, nets, (x,), right, losses)


def discriminate_step(step: Step, trio: Trio, pixels: int, count: int) -> None:
    """Check that step(trio, x, darts) teaches the discriminator, and no other, to tell them apart.

    darts: draws from the prior, shape (count, 2), with label 1; codes of x have label 0. The loss
    is the mean over all 2 * count of them; the sum of the two means is as good. For the rest see
    reconstruct_step.
    """
    nets = _Nets(pixels, count)
    codes, darts = nets.judged_codes, nets.judged_darts

    def labelled(dart: float, code: float, bent: Callable = lambda p: p) -> Any:
        return (_labelled(bent(darts()), dart) + _labelled(bent(codes()), code)) / 2

    def right() -> Any:
        return labelled(1, 0)

    losses: Losses = [
        ("The labels are exchanged: darts have label 1, codes 0.", lambda: labelled(0, 1)),
        ("Codes have label 1 here, as darts; expected 0.", lambda: labelled(1, 1)),
        ("Darts have label 0 here, as codes; expected 1.", lambda: labelled(0, 0)),
        ("The darts are missing: it has to see both kinds.", lambda: _labelled(codes(), 0)),
        ("The codes are missing: it has to see both kinds.", lambda: _labelled(darts(), 1)),
        ("It is the sum over all; take the mean.", lambda: 2 * count * right()),
        ("It is summed over the batch; take the mean.", lambda: count * right()),
        ("The sign is wrong: the loss is to shrink.", lambda: -right()),
        (_TWICE.format("discriminator"), lambda: labelled(1, 0, ops.sigmoid)),
        (
            "Every output is compared with every label: labels of shape (2n,), outputs (2n, 1)?",
            lambda: (labelled(1, 0) + labelled(0, 1)) / 2,
        ),
        (
            "This is a mean squared error; expected the binary cross-entropy.",
            lambda: (ops.mean(ops.square(1 - darts())) + ops.mean(ops.square(codes()))) / 2,
        ),
    ]
    _try_step("discriminate", step, trio, nets, (nets.x, nets.darts), right, losses)


def deceive_step(step: Step, trio: Trio, pixels: int, count: int) -> None:
    """Check that step(trio, x) moves the encoder, and no other, so that its codes pass for darts.

    The loss is the mean cross-entropy of the discriminator's answers for codes, with label 1. For
    the rest see reconstruct_step.
    """
    nets = _Nets(pixels, count)
    codes = nets.judged_codes

    def right() -> Any:
        return _labelled(codes(), 1)

    losses: Losses = [
        (
            "With label 0 the encoder helps the discriminator; to deceive it, take label 1.",
            lambda: _labelled(codes(), 0),
        ),
        (
            "This is the mean of log(1 - D). Its slope is nearly 0 while the discriminator is "
            "sure; take the cross-entropy with label 1.",
            lambda: -_labelled(codes(), 0),
        ),
        ("The sign is wrong: the loss is to shrink.", lambda: -right()),
        ("It is summed over the batch; take the mean.", lambda: count * right()),
        (_TWICE.format("discriminator"), lambda: _labelled(ops.sigmoid(codes()), 1)),
        (
            "This is the loss of the discriminator; the encoder's has codes only, with label 1.",
            lambda: (_labelled(codes(), 0) + _labelled(nets.judged_darts(), 1)) / 2,
        ),
        (
            "This is a mean squared error; expected the binary cross-entropy.",
            lambda: ops.mean(ops.square(1 - codes())),
        ),
        (
            "The discriminator looks at the codes of the reconstructions; give it those of x.",
            lambda: _labelled(nets.discriminator(nets.encoder(nets.rebuilt())), 1),
        ),
    ]
    _try_step("deceive", step, trio, nets, (nets.x,), right, losses)


_TWICE = "The sigmoid is taken twice: the {} gives probabilities, not logits."
_MOVED = {"reconstruct": MODELS[:2], "discriminate": MODELS[2:], "deceive": MODELS[:1]}
_WHY_NOT = {
    ("reconstruct", "discriminator"): "It has no part in rebuilding.",
    ("discriminate", "encoder"): (
        "The discriminator is to learn here; the encoder would be pulled to be found out."
    ),
    ("discriminate", "decoder"): "It has no part in this step.",
    ("deceive", "discriminator"): (
        "It would learn to be deceived: differentiate with respect to the encoder's weights alone."
    ),
    ("deceive", "decoder"): "It has no part in this step.",
}


class _Nets:
    """An encoder, a decoder and a discriminator, small and random, with pictures and darts."""

    def __init__(self, pixels: int, count: int) -> None:
        rng = np.random.default_rng()
        self.encoder = _chain(rng, pixels, CODE, None)
        self.decoder = _chain(rng, CODE, pixels, "sigmoid")
        self.discriminator = _chain(rng, CODE, 1, "sigmoid")
        self.takes = dict(zip(MODELS, (pixels, CODE, CODE), strict=True))
        self.x = rng.uniform(0.05, 0.95, (count, pixels)).astype(np.float32)
        self.darts = rng.normal(size=(count, CODE)).astype(np.float32)

    def rebuilt(self) -> Any:
        return self.decoder(self.encoder(self.x))

    def judged_codes(self) -> Any:
        return self.discriminator(self.encoder(self.x))

    def judged_darts(self) -> Any:
        return self.discriminator(self.darts)

    def all(self) -> dict[str, keras.Model]:
        return {name: getattr(self, name) for name in MODELS}


def _chain(rng: np.random.Generator, takes: int, gives: int, last: str | None) -> keras.Model:
    hidden, out = layers.Dense(HIDDEN, "tanh"), layers.Dense(gives, last)
    model = keras.Sequential([keras.Input((takes,)), hidden, out])
    model.set_weights([rng.normal(0, 0.8, weight.shape) for weight in model.get_weights()])
    return model


def _labelled(p: Any, label: float) -> Any:
    """Return the mean cross-entropy of probabilities, shape (n, 1), if all have this label."""
    return _mean_bce(label * ops.ones_like(p), p)


def _mean_bce(x: Any, p: Any) -> Any:
    p = ops.clip(p, 1e-7, 1 - 1e-7)
    return -ops.mean(x * ops.log(p) + (1 - x) * ops.log(1 - p))


def _try_step(
    name: str,
    step: Step,
    trio: Trio,
    nets: _Nets,
    arrays: tuple[Array, ...],
    right: Loss,
    losses: Losses,
) -> None:
    """Call the step once; look at which weights have changed, at the loss, at the direction."""
    models, moved = nets.all(), _MOVED[name]
    before = {key: model.get_weights() for key, model in models.items()}
    gradients = _gradients(right, [models[key] for key in moved])
    expected, wrong = float(right()), [(said, float(loss())) for said, loss in losses]
    team = call("Trio", trio, *models.values(), "sgd", RATES)
    arguments = ", ".join(("trio", "x", "darts")[: 1 + len(arrays)])
    asked = f"{name}({arguments})"
    found = call(name, step, team, *(array.copy() for array in arrays))
    after = {key: _weights(team, key, nets.takes[key]) for key in MODELS}
    changes = {
        key: np.concatenate([np.ravel(b - a) for a, b in zip(before[key], after[key], strict=True)])
        for key in MODELS
    }
    _check_moved(asked, name, changes)
    _check_loss(asked, number(f"what {asked} returns", found), expected, wrong, name)
    change = np.concatenate([changes[key] for key in moved])
    _check_direction(asked, name, change, gradients)
    untouched = [key for key in MODELS if key not in moved]
    passed(f"{name}: {' and '.join(moved)} moved, {' and '.join(untouched)} did not")


def _weights(team: Any, name: str, takes: int) -> list[Array]:
    model = require_model(f"trio.{name}", call("Trio", getattr, team, name), takes)
    return [np.asarray(weight, np.float64) for weight in model.get_weights()]


def _gradients(loss: Loss, models: list[keras.Model]) -> Array:
    """Return the gradient with respect to all weights of the models, as one vector."""
    weights = [weight.value for model in models for weight in model.trainable_variables]
    with tf.GradientTape() as tape:
        value = loss()
    parts = tape.gradient(value, weights)
    return np.concatenate([np.ravel(part) for part in parts]).astype(np.float64)


def _check_moved(asked: str, name: str, changes: dict[str, Array]) -> None:
    for model in MODELS:
        moves = bool(np.any(changes[model] != 0))
        if moves and model not in _MOVED[name]:
            raise CheckFailed(
                f"{asked} changed weights of the {model}. {_WHY_NOT[name, model]} Expected to "
                f"change: {' and '.join(_MOVED[name])}, no other."
            )
    for model in _MOVED[name]:
        if not np.any(changes[model] != 0):
            others = [key for key in _MOVED[name] if np.any(changes[key] != 0)]
            hint = (
                f"Only the {others[0]} has changed: gradients for the weights of both are needed."
                if others
                else f"Are the gradients applied, by trio.optimizer[{name!r}]? Is all of the "
                "way from x to the loss inside the tape?"
            )
            raise CheckFailed(f"{asked} changed no weight of the {model}. {hint}")


def _check_loss(
    asked: str, found: float, right: float, wrong: list[tuple[str, float]], name: str
) -> None:
    if close(found, right) or (name == "discriminate" and close(found, 2 * right)):
        return
    hint = next((said for said, value in wrong if close(found, value)), "")
    raise CheckFailed(f"{asked} returns {found:.6g}; expected {right:.6g}. {hint}".rstrip())


def _check_direction(asked: str, name: str, change: Array, gradient: Array) -> None:
    """Check that the change is minus the gradient, times the rate of this step."""
    length = np.linalg.norm(change) / np.linalg.norm(gradient)
    cosine = -(change @ gradient) / np.linalg.norm(change) / np.linalg.norm(gradient)
    if cosine < -0.999:
        raise CheckFailed(
            f"{asked} moved the weights uphill, along the gradient: the optimizer itself goes "
            "against it. Is a sign turned?"
        )
    if cosine < 0.999:
        raise CheckFailed(
            f"{asked} returns the right loss, but did not move the weights along its gradient. Is "
            "the gradient that of another loss, or is a part of it cut off?"
        )
    rate = RATES[STEPS.index(name)]
    allowed = (1, 2) if name == "discriminate" else (1,)
    if any(abs(length / rate / times - 1) < 0.02 for times in allowed):
        return
    whose = [
        step for step, other in zip(STEPS, RATES, strict=True) if abs(length / other - 1) < 0.02
    ]
    hint = f"It is as far as trio.optimizer[{whose[0]!r}] goes." if whose else ""
    raise CheckFailed(
        f"{asked} moved the weights {length / rate:.3g} times as far as one step of "
        f"trio.optimizer[{name!r}]; expected 1. {hint}".rstrip()
    )
