"""The three steps of an adversarial autoencoder: right ones pass, mistakes are named."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import fails
from keras import ops

from latentlab import check

bce = keras.losses.binary_crossentropy
STEPS = ("reconstruct", "discriminate", "deceive")
VERBS = {
    "reconstruct": check.reconstruct_step,
    "discriminate": check.discriminate_step,
    "deceive": check.deceive_step,
}


class Trio:
    """As the lab gives it."""

    def __init__(self, encoder, decoder, discriminator, optimizer, rates):
        self.encoder, self.decoder, self.discriminator = encoder, decoder, discriminator
        self.optimizer = {}
        for step, rate in zip(STEPS, rates, strict=True):
            self.optimizer[step] = keras.optimizers.get(optimizer)
            self.optimizer[step].learning_rate = rate
            models = (encoder, decoder, discriminator)
            self.optimizer[step].build([w for m in models for w in m.trainable_variables])


def step(name, loss_of, *moved, own=None, times=1):
    """A step with this loss, that moves these models by its own optimizer, or by another's."""

    def function(trio, *arrays):
        models = [getattr(trio, key) for key in moved]
        weights = [weight for model in models for weight in model.trainable_variables]
        with tf.GradientTape() as tape:
            loss = loss_of(trio, *arrays)
        gradients = tape.gradient(loss, weights)
        for _ in range(times):
            trio.optimizer[own or name].apply(gradients, weights)
        return loss

    return function


def rebuilding(trio, x):
    return ops.mean(bce(x, trio.decoder(trio.encoder(x))))


def telling_apart(trio, x, darts, dart=1.0, code=0.0, bent=lambda p: p):
    ps, qs = bent(trio.discriminator(darts)), bent(trio.discriminator(trio.encoder(x)))
    labels = ops.concatenate([dart * ops.ones_like(ps), code * ops.ones_like(qs)])
    return ops.mean(bce(labels, ops.concatenate([ps, qs])))


def passing_for_a_dart(trio, x, label=1.0):
    p = trio.discriminator(trio.encoder(x))
    return ops.mean(bce(label * ops.ones_like(p), p))


RIGHT = {
    "reconstruct": step("reconstruct", rebuilding, "encoder", "decoder"),
    "discriminate": step("discriminate", telling_apart, "discriminator"),
    "deceive": step("deceive", passing_for_a_dart, "encoder"),
}


def step_fails(saying, name, function):
    fails(saying, VERBS[name], function, Trio, pixels=7, count=9)


@pytest.mark.parametrize("name", STEPS)
def test_right_steps_pass_whatever_the_sizes(name):
    for pixels, count in ((7, 9), (12, 40), (5, 3)):
        VERBS[name](RIGHT[name], Trio, pixels, count)


def test_a_sum_of_two_means_is_as_good():
    both = step("discriminate", lambda *a: 2 * telling_apart(*a), "discriminator")
    check.discriminate_step(both, Trio, 7, 9)


def test_a_step_that_returns_a_number_passes():
    check.deceive_step(lambda *a: float(RIGHT["deceive"](*a)), Trio, 7, 9)


@pytest.mark.parametrize(
    ("name", "loss", "moved", "saying"),
    [
        ("reconstruct", rebuilding, ["encoder"], "Only the encoder has changed"),
        ("reconstruct", rebuilding, ["decoder"], "no weight of the encoder"),
        (
            "discriminate",
            telling_apart,
            ["encoder", "discriminator"],
            "changed weights of the encoder",
        ),
        ("discriminate", telling_apart, ["encoder"], "changed weights of the encoder"),
        ("deceive", passing_for_a_dart, ["encoder", "discriminator"], "learn to be deceived"),
        ("deceive", passing_for_a_dart, ["discriminator"], "learn to be deceived"),
    ],
)
def test_the_models_that_moved_are_named(name, loss, moved, saying):
    step_fails(saying, name, step(name, loss, *moved))


@pytest.mark.parametrize(
    ("name", "loss", "saying"),
    [
        ("reconstruct", lambda t, x: 7 * rebuilding(t, x), "summed over the pixels"),
        ("reconstruct", lambda t, x: -rebuilding(t, x), "sign is wrong"),
        (
            "reconstruct",
            lambda t, x: ops.mean((x - t.decoder(t.encoder(x))) ** 2),
            "mean squared error",
        ),
        ("discriminate", lambda *a: telling_apart(*a, dart=0.0, code=1.0), "exchanged"),
        ("discriminate", lambda *a: telling_apart(*a, code=1.0), "Codes have label 1"),
        ("discriminate", lambda *a: telling_apart(*a, dart=0.0), "Darts have label 0"),
        ("discriminate", lambda t, x, z: passing_for_a_dart(t, x, 0.0), "darts are missing"),
        ("discriminate", lambda *a: telling_apart(*a, bent=ops.sigmoid), "taken twice"),
        ("deceive", lambda t, x: passing_for_a_dart(t, x, 0.0), "helps the discriminator"),
        ("deceive", lambda t, x: -passing_for_a_dart(t, x, 0.0), "nearly 0"),
        ("deceive", lambda t, x: 9 * passing_for_a_dart(t, x), "summed over the batch"),
        (
            "deceive",
            lambda t, x: passing_for_a_dart(t, t.decoder(t.encoder(x))),
            "codes of the reconstructions",
        ),
    ],
)
def test_wrong_losses_are_named(name, loss, saying):
    moved = {"reconstruct": ["encoder", "decoder"], "discriminate": ["discriminator"]}
    step_fails(saying, name, step(name, loss, *moved.get(name, ["encoder"])))


def test_a_step_without_an_update_and_one_with_two():
    step_fails("changed no weight", "deceive", passing_for_a_dart)
    twice = step("deceive", passing_for_a_dart, "encoder", times=2)
    step_fails("2 times as far", "deceive", twice)


def test_the_optimizer_of_another_step_is_named():
    others = step("deceive", passing_for_a_dart, "encoder", own="reconstruct")
    step_fails("trio.optimizer['reconstruct'] goes", "deceive", others)


def test_a_gradient_of_another_loss_or_turned_around():
    def uphill(trio, x):
        weights = trio.encoder.trainable_variables
        with tf.GradientTape() as tape:
            loss = passing_for_a_dart(trio, x)
        gradients = tape.gradient(loss, weights)
        trio.optimizer["deceive"].apply([-g for g in gradients], weights)
        return loss

    step_fails("uphill", "deceive", uphill)

    def another(trio, x):
        loss = passing_for_a_dart(trio, x)
        step("deceive", rebuilding, "encoder")(trio, x)
        return loss

    step_fails("another loss", "deceive", another)


def test_a_step_that_returns_nothing_or_an_array():
    step_fails("returned None", "deceive", lambda *a: RIGHT["deceive"](*a) and None)
    step_fails("expected one number", "deceive", lambda t, x: np.ones(3) * RIGHT["deceive"](t, x))
