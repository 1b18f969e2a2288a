"""Sparse codes: right answers pass with one line, each mistake gets its own message."""

import keras
import numpy as np
import pytest
from conftest import fails

from latentlab import check
from latentlab.check.limits import measuring

ops = keras.ops
RNG = np.random.default_rng(0)
H = np.array([[0.0, 2.0, 0.0, 1.0], [0.0, 0.0, 0.0, 3.0], [0.0, 4.0, 0.0, 0.0]])
SIGNED = RNG.normal(size=(7, 12))
INSIDE = RNG.uniform(0.02, 0.9, (9, 14))


def one_line(capsys):
    out, err = capsys.readouterr()
    assert out.count("\n") == 1 and out.endswith(": right\n") and err == ""


# Measures


@pytest.mark.parametrize(
    "right",
    [
        lambda h: np.mean(h, axis=0),
        lambda h: ops.mean(h, axis=0),
        lambda h: [float(np.mean(column)) for column in np.asarray(h).T],
    ],
)
def test_a_mean_over_the_batch_passes(right, capsys):
    check.mean_activation(right, H)
    one_line(capsys)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda h: np.mean(h, axis=1), "over the units of each picture"),
        (lambda h: np.mean(h, axis=1, keepdims=True), "over the units of each picture"),
        (lambda h: np.mean(h), "one number; expected 4"),
        (lambda h: np.sum(h, axis=0), "sum over the batch"),
        (lambda h: (h > 0).mean(axis=0), "how often"),
        (lambda h: h, "shape (3, 4)"),
        (lambda h: None, "returned None"),
    ],
)
def test_other_means_are_told_apart(wrong, saying):
    fails(saying, check.mean_activation, wrong, H)


def test_a_right_share_passes(capsys):
    check.share_awake(lambda h, threshold: np.mean(h > threshold), H, 0.0)
    one_line(capsys)
    check.share_awake(lambda h, t: ops.mean(ops.cast(h > t, "float32")), H, 1.5)
    one_line(capsys)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda h, t: np.mean(h <= t), "asleep"),
        (lambda h, t: np.mean(h >= t), "equal to it"),
        (lambda h, t: np.sum(h > t), "number of activations"),
        (lambda h, t: np.mean(np.sum(h > t, axis=1)), "in a picture"),
        (lambda h, t: np.mean(h > t, axis=1), "for each picture"),
        (lambda h, t: np.mean(h > t, axis=0), "for each unit"),
        (lambda h, t: np.mean(np.any(h > t, axis=0)), "any picture"),
        (lambda h, t: 100 * np.mean(h > t), "percentage"),
        (lambda h, t: np.mean(h), "mean activation"),
    ],
)
def test_other_shares_are_told_apart(wrong, saying):
    fails(saying, check.share_awake, wrong, H, 0.0)


def test_the_threshold_must_be_used():
    fails("threshold is not used", check.share_awake, lambda h, t: np.mean(h > 0), H, 2.5)
    fails("not above 0", check.dead_units, lambda h, t: np.sum(h.max(axis=0) <= 0), H, 3.5)


def test_dead_units_are_counted(capsys):
    check.dead_units(lambda h, t: int(np.sum(np.max(h, axis=0) <= t)), H, 0.0)
    one_line(capsys)
    check.dead_units(lambda h, t: np.sum(~np.any(h > t, axis=0)), H, 3.5)
    one_line(capsys)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda h, t: np.sum(np.any(h > t, axis=0)), "alive"),
        (lambda h, t: np.mean(~np.any(h > t, axis=0)), "share of dead"),
        (lambda h, t: np.sum(np.any(h <= t, axis=0)), "not if one does not"),
        (lambda h, t: np.sum(h <= t), "all activations"),
        (lambda h, t: ~np.any(h > t, axis=0), "type ndarray"),
        (lambda h, t: np.max(h, axis=0), "each unit"),
    ],
)
def test_other_counts_are_told_apart(wrong, saying):
    h = np.concatenate([H, H[:, 1:] + 1], axis=1)  # 2 dead units of 7
    fails(saying, check.dead_units, wrong, h, 0.0)


def test_pictures_are_not_units():
    h = np.array([[0.0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 1, 1]])
    fails("wake no unit", check.dead_units, lambda h, t: np.sum(~np.any(h > t, 1)), h, 0.0)
    h = np.array([[0.0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1], [1, 1, 0, 1, 1, 1]])
    fails("small mean", check.dead_units, lambda h, t: np.sum(h.mean(axis=0) <= t), h, 0.5)


# L1


@pytest.mark.parametrize(
    "right",
    [
        lambda h, lam: lam * ops.mean(ops.sum(ops.abs(h), axis=1)),
        lambda h, lam: lam * ops.sum(ops.mean(ops.abs(h), axis=0)),
        lambda h, lam: lam * np.abs(h).sum() / len(h),
        lambda h, lam: lam * ops.sum(ops.abs(ops.cast(h, "float32"))) / h.shape[0],
    ],
)
def test_right_l1_penalties_pass(right, capsys):
    check.l1_penalty(right, H, 0.1)
    one_line(capsys)
    check.l1_penalty(right, SIGNED, 0.7)
    one_line(capsys)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda h, lam: lam * np.abs(h).mean(), "added up"),
        (lambda h, lam: lam * np.abs(h).sum(), "sum over the batch"),
        (lambda h, lam: lam * np.abs(h).mean(axis=1).sum(), "exchange"),
        (lambda h, lam: np.abs(h).sum(axis=1).mean(), "lam is not used"),
        (lambda h, lam: lam * (h**2).sum(axis=1).mean(), "L2"),
        (lambda h, lam: lam * np.sqrt((h**2).sum(axis=1)).mean(), "roots"),
        (lambda h, lam: -lam * np.abs(h).sum(axis=1).mean(), "sign"),
        (lambda h, lam: lam * h.sum(axis=1).mean(), "absolute value"),
        (lambda h, lam: lam * np.abs(h).sum(axis=1), "for each picture"),
        (lambda h, lam: lam * np.abs(h).mean(axis=0), "for each unit"),
        (lambda h, lam: lam * np.abs(h), "for each activation"),
    ],
)
def test_mistakes_in_l1(wrong, saying):
    fails(saying, check.l1_penalty, wrong, SIGNED, 0.7)


def test_the_slope_is_measured_by_central_differences():
    right = 0.7 * np.abs(SIGNED).sum(axis=1).mean()
    fails("central differences", check.l1_penalty, lambda h, lam: right, SIGNED, 0.7)


# KL


def right_kl(h, rho, beta, clip=1e-7, log=ops.log):
    r = ops.clip(ops.mean(h, axis=0), clip, 1 - clip)
    return beta * ops.sum(rho * log(rho / r) + (1 - rho) * log((1 - rho) / (1 - r)))


def numpy_kl(h, rho, beta):
    r = np.clip(np.mean(h, axis=0), 1e-10, 1 - 1e-10)
    terms = rho * np.log(rho) - rho * np.log(r)
    return beta * np.sum(terms + (1 - rho) * (np.log(1 - rho) - np.log(1 - r)))


def single(h, rho, beta):
    return right_kl(ops.cast(h, "float32"), rho, beta)


@pytest.mark.parametrize("right", [right_kl, numpy_kl, single])
def test_right_kl_penalties_pass(right, capsys):
    check.kl_penalty(right, [[0.1, 0.6], [0.3, 0.2], [0.2, 0.4]], 0.2, 1.0)
    one_line(capsys)
    check.kl_penalty(right, INSIDE, 0.05, 3.0)
    one_line(capsys)


def coin(p, q):
    return p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda h, p, b: -numpy_kl(h, p, b), "never below 0"),
        (lambda h, p, b: numpy_kl(h, p, 1), "beta is not used"),
        (lambda h, p, b: numpy_kl(h, p, b) / h.shape[1], "mean over the units"),
        (lambda h, p, b: b * np.mean(coin(p, h.mean(axis=0))), "mean over the units"),
        (lambda h, p, b: b * np.sum(coin(p, h.mean(axis=1))), "over the units of each picture"),
        (lambda h, p, b: b * coin(p, h.mean(axis=1)), "over the units of each picture"),
        (lambda h, p, b: b * coin(p, h.mean()), "each has its own"),
        (lambda h, p, b: b * np.sum(coin(h.mean(axis=0), p)), "roles are exchanged"),
        (lambda h, p, b: b * np.sum(p * np.log(p / h.mean(axis=0))), "second term"),
        (
            lambda h, p, b: b * np.sum(
                p * np.log(p / h.mean(axis=0)) + (1 - p) * np.log(1 - p / 1 - h.mean(axis=0))
            ),
            "brackets",
        ),
        (lambda h, p, b: b * np.sum(coin(p, h)) / len(h), "each activation"),
        (lambda h, p, b: b * coin(p, h.mean(axis=0)), "for each unit"),
        (lambda h, p, b: numpy_kl(h, p, b) * len(h), "a mean already"),
        (lambda h, p, b: numpy_kl(h, p, b) / np.log(2), "base 2"),
        (
            lambda h, p, b: -b * np.sum(
                p * np.log(h.mean(axis=0)) + (1 - p) * np.log(1 - h.mean(axis=0))
            ),
            "cross-entropy",
        ),
        (lambda h, p, b: b * np.sum(coin(p, h.mean(axis=0))), "log(0)"),
        (lambda h, p, b: np.nan_to_num(b * coin(p, h.mean(axis=0)), posinf=0).sum(), "much more"),
        (lambda h, p, b: right_kl(h, p, b, clip=0.02), "much more"),
    ],
)  # fmt: skip
def test_mistakes_in_kl(wrong, saying):
    fails(saying, check.kl_penalty, wrong, INSIDE, 0.05, 3.0)


# The slope of KL

RHO_HAT = np.array([0.01, 0.05, 0.2, 0.6, 0.95])


@pytest.mark.parametrize(
    "right",
    [
        lambda r, p: -p / r + (1 - p) / (1 - r),
        lambda r, p: (r - p) / (r * (1 - r)),
        lambda r, p: [(x - p) / (x * (1 - x)) for x in r],
    ],
)
def test_the_right_derivative_passes(right, capsys):
    check.kl_slope(right, RHO_HAT, 0.05)
    one_line(capsys)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda r, p: p / r - (1 - p) / (1 - r), "falls"),
        (lambda r, p: p / r + (1 - p) / (1 - r), "One of the two signs"),
        (lambda r, p: -p / r - (1 - p) / (1 - r), "One of the two signs"),
        (lambda r, p: -p / r, "second term"),
        (lambda r, p: (1 - p) / (1 - r), "first term"),
        (lambda r, p: np.log(r / p) - np.log((1 - r) / (1 - p)), "exchanged"),
        (lambda r, p: coin(p, r), "take its derivative"),
        (lambda r, p: np.sum(-p / r + (1 - p) / (1 - r)), "shape ()"),
    ],
)
def test_mistakes_in_the_derivative(wrong, saying):
    fails(saying, check.kl_slope, wrong, RHO_HAT, 0.05)


# The layer


class Layer(keras.layers.Layer):
    def __init__(self, penalty):
        super().__init__()
        self.penalty = penalty


class Right(Layer):
    def call(self, h):
        self.add_loss(self.penalty(h))
        return h


class Regularized(keras.layers.Layer):
    def __init__(self, penalty):
        def times_count(h):
            return penalty(h) * ops.cast(ops.shape(h)[0], "float32")

        super().__init__(activity_regularizer=times_count)

    def call(self, h):
        return h


class Silent(Layer):
    def call(self, h):
        return h


class Swallows(Layer):
    def call(self, h):
        self.add_loss(self.penalty(h))


class GivesPenalty(Layer):
    def call(self, h):
        self.add_loss(self.penalty(h))
        return self.penalty(h)


class Mixes(Layer):
    def call(self, h):
        self.add_loss(self.penalty(h))
        return h + self.penalty(h)


class Divides(keras.layers.Layer):
    def __init__(self, penalty):
        super().__init__(activity_regularizer=penalty)

    def call(self, h):
        return h


class Frozen(Layer):
    def call(self, h):
        self.value = getattr(self, "value", None) or float(self.penalty(h))
        self.add_loss(ops.convert_to_tensor(self.value))
        return h


@pytest.mark.parametrize("right", [Right, Regularized, lambda penalty: Right(penalty)])
def test_a_layer_that_adds_the_penalty_passes(right, capsys):
    check.adds_penalty(right, RNG.random((5, 8)))
    one_line(capsys)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (Silent, "adds nothing"),
        (Swallows, "None"),
        (GivesPenalty, "decoder needs it"),
        (Mixes, "added to h"),
        (Divides, "divided by the number of pictures"),
        (Frozen, "expected"),
        (lambda penalty: lambda h: h, "Keras layer"),
        (lambda penalty: None, "returned None"),
        (3, "raised TypeError"),
    ],
)
def test_mistakes_in_the_layer(wrong, saying):
    fails(saying, check.adds_penalty, wrong, RNG.random((5, 8)))


# Trained networks

X = RNG.random((40, 16), np.float32)


def coder(sizes, activation, bias=0.0):
    layer = keras.layers.Dense(sizes[1], activation=activation)
    model = keras.Sequential([keras.Input((sizes[0],)), layer])
    layer.bias.assign(np.full(sizes[1], bias))
    return model


def test_few_awake_counts_on_the_pictures_it_is_given(capsys):
    check.few_awake("encoder", coder((16, 6), "relu", 9.0), X, 6, 0.0, at_most=1.0)
    one_line(capsys)
    with measuring() as measured:
        check.few_awake("encoder", coder((16, 6), "sigmoid", 9.0), X, 6, 0.1, at_most=0.2)
    values = {m.what: m.value for m in measured}
    assert values["share of units above 0.1"] == 1.0
    assert 0.9 < values["mean activation"] < 1


def test_too_many_awake_and_none_at_all_are_told_apart():
    awake, asleep = coder((16, 6), "relu", 9.0), coder((16, 6), "relu", -99.0)
    fails("far too many", check.few_awake, "e", awake, X, 6, 0.0, at_most=0.2)
    fails("killed the code", check.few_awake, "e", asleep, X, 6, 0.0, at_most=0.2)
    fails("shape (40, 6); expected (40, 9)", check.few_awake, "e", awake, X, 9, 0.0, at_most=0.2)
    fails("e is None", check.few_awake, "e", None, X, 6, 0.0, at_most=0.2)


def test_dead_units_are_counted_on_the_pictures_that_are_given(capsys):
    half = coder((16, 6), "relu", 9.0)
    half.layers[0].bias.assign([9, -99, 9, -99, 9, -99])
    check.few_dead("encoder", half, X, 6, 0.0, at_most=0.5)
    one_line(capsys)
    fails("3 of 6 units dead", check.few_dead, "e", half, X, 6, 0.0, at_most=0.4)
    fails("awake for 1.00 of the pictures", check.few_dead, "e", half, X, 6, 0.0, at_most=0.4)
    fails("over the batch", check.few_dead, "e", coder((16, 6), "relu", -99.0), X, 6, 0.0, 0.4)
    fails("e is None", check.few_dead, "e", None, X, 6, 0.0, at_most=0.2)


def test_the_error_is_that_of_both_parts_together(capsys):
    encoder, decoder = coder((16, 16), None), coder((16, 16), None)
    for model in (encoder, decoder):
        model.set_weights([np.eye(16), np.zeros(16)])
    check.rebuilds_from_code("encoder", encoder, decoder, X, X, components=2, at_most=0.1)
    one_line(capsys)
    dead = coder((16, 16), "relu", -99.0)
    fails("expected at most", check.rebuilds_from_code, "e", dead, decoder, X, X, 2, at_most=0.5)
    fails("decoder of e is None", check.rebuilds_from_code, "e", encoder, None, X, X, 2, 0.5)
