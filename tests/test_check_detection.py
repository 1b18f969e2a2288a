"""Anomaly detection: right answers written in several ways pass, known mistakes are named."""

import keras
import numpy as np
import pytest
from keras import layers

from latentlab import check
from latentlab.check.ranking import area

RNG = np.random.default_rng(0)
LOW = RNG.random((200, 3)) @ RNG.random((3, 20)) / 3  # pictures of 20 pixels, made of 3 numbers
OTHER = LOW.mean(axis=0) + 0.1 * RNG.normal(size=(150, 20))  # nearer to the mean than those


def detector(pictures):
    """A linear model that copies what pictures are made of, and nothing else."""
    mean = pictures.mean(axis=0)
    axes = np.linalg.svd(pictures - mean, full_matrices=False)[2][:3]
    model = keras.Sequential([keras.Input((20,)), layers.Dense(3), layers.Dense(20)])
    model.set_weights([axes.T, -mean @ axes.T, axes, mean])
    return model


def errors(model, x):
    return ((np.array(model(x)) - x) ** 2).mean(axis=1)


def fails(saying, verb, *arguments, **named):
    with pytest.raises(check.CheckFailed, match=saying):
        verb(*arguments, **named)


def test_picture_errors_from_arrays_tensors_and_lists():
    for function in (
        errors,
        lambda model, x: keras.ops.mean((model(x) - x) ** 2, axis=1),
        lambda model, x: [float(((np.array(model(p[None]))[0] - p) ** 2).mean()) for p in x],
    ):
        for pixels, count in ((30, 9), (12, 12), (784, 40)):
            check.picture_errors(function, pixels, count)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda m, x: errors(m, x).mean(), "one for each picture"),
        (lambda m, x: ((np.array(m(x)) - x) ** 2).mean(axis=0), "other axis"),
        (lambda m, x: ((np.array(m(x)) - x) ** 2).sum(axis=1), "sum"),
        (lambda m, x: np.sqrt(errors(m, x)), "root"),
        (lambda m, x: np.abs(np.array(m(x)) - x).mean(axis=1), "absolute"),
        (lambda m, x: (np.array(m(x)) - x).mean(axis=1), "cancel"),
        (lambda m, x: errors(m, x) + 1, "others"),
    ],
)
def test_mistakes_in_picture_errors(function, saying):
    fails(saying, check.picture_errors, function, pixels=30, count=9)


@pytest.mark.parametrize("method", ["linear", "lower", "higher", "nearest", "weibull", "hazen"])
def test_every_way_of_interpolating_a_quantile_passes(method):
    for _ in range(50):
        for share in (0.01, 0.05, 0.1, 0.3):
            count = int(RNG.integers(60, 500))
            check.chooses_threshold(lambda e, s: np.quantile(e, 1 - s, method=method), count, share)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda e, s: np.quantile(e, s), "1 - false_alarms"),
        (lambda e, s: np.percentile(e, 1 - s), "counts to 100"),
        (lambda e, s: e.max(), "largest"),
        (lambda e, s: e.mean(), "This is the mean"),
        (lambda e, s: e.mean() + 3 * e.std(), "bell curve"),
        (lambda e, s: np.quantile(e, 1 - s / 3), "Which share"),
    ],
)
def test_mistakes_in_a_threshold(function, saying):
    fails(saying, check.chooses_threshold, function, count=300, false_alarms=0.1)


def test_a_threshold_has_to_come_from_the_validation_pictures():
    model = detector(LOW[:100] + 0.01 * RNG.normal(size=(100, 20)))
    noisy = [
        LOW[i : i + 100] + size * RNG.normal(size=(100, 20)) for i, size in ((0, 0.01), (100, 0.03))
    ]
    others = {"the training pictures": noisy[0], "the anomalies": OTHER}

    def threshold_of(x):
        return np.quantile(errors(model, x), 0.95)

    def from_(value):
        check.threshold_from("threshold", value, model, noisy[1], others, 0.05)

    from_(threshold_of(noisy[1]))
    fails("of the training pictures", from_, threshold_of(noisy[0]))
    fails("of the anomalies", from_, threshold_of(OTHER))
    fails("Does it come from", from_, 0.0)
    fails("None", from_, None)


def test_a_detector_is_held_against_the_distance_from_the_mean(capsys):
    good = detector(LOW[:100])
    check.detects("autoencoder", good, LOW[:100], LOW[100:], OTHER, at_most=0.5)
    assert "AUC 1.00" in capsys.readouterr().out
    copy = keras.Sequential([keras.Input((20,)), layers.Dense(20)])
    copy.set_weights([0.9 * np.eye(20), np.zeros(20)])
    alike = LOW[100:, ::-1]  # other pictures, of the same pixels
    fails("normal pictures only", check.detects, "a", copy, LOW[:100], LOW[100:], alike, 0.5)
    zero = keras.Sequential([keras.Input((20,)), layers.Dense(20, kernel_initializer="zeros")])
    fails("that fit was called on", check.detects, "a", zero, LOW[:100], LOW[100:], OTHER, 0.1)


def shares(scores, is_anomaly, threshold):
    alarm = scores > threshold
    hits = (alarm & is_anomaly).sum()
    return (hits / alarm.sum() if alarm.any() else 1.0), hits / is_anomaly.sum()


def curve(scores, is_anomaly):
    lines = [*np.unique(scores)[::-1], -np.inf]
    return (
        [np.mean(scores[~is_anomaly] > t) for t in lines],
        [np.mean(scores[is_anomaly] > t) for t in lines],
    )


def trapezoids(scores, is_anomaly):
    x, y = curve(scores, is_anomaly)
    return np.trapezoid(y, x)


def test_right_answers_pass_whatever_the_scores():
    for _ in range(40):
        for count in (15, 40, 200):
            check.precision_recall(shares, count)
            check.roc_curve(curve, count)
            check.auc(trapezoids, count)
            check.auc(lambda s, a: area(s[~a], s[a]), count)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda s, a, t: shares(s, a, t)[::-1], "exchanged"),
        (lambda s, a, t: shares(s, a, np.nextafter(t, -1)), "use >"),
        (lambda s, a, t: shares(-s, a, -t), "not below"),
        (lambda s, a, t: shares(s, ~a, t), "True in is_anomaly"),
        (lambda s, a, t: (np.mean((s > t) == a), shares(s, a, t)[1]), "accuracy"),
        (lambda s, a, t: (np.mean(s[~a] > t), shares(s, a, t)[1]), "false alarm"),
        (lambda s, a, t: ((a & (s > t)).sum() / (s > t).sum(), shares(s, a, t)[1]), "0 / 0"),
        (lambda s, a, t: (shares(s, a, t)[0] * (s > t).any(), shares(s, a, t)[1]), "is 1 then"),
        (lambda s, a, t: shares(s, a, t)[0], "expected two"),
    ],
)
def test_mistakes_in_precision_and_recall(function, saying):
    fails(saying, check.precision_recall, function, count=60)


def one_by_one(scores, is_anomaly):
    strange = is_anomaly[np.argsort(-scores, kind="stable")]
    x, y = np.cumsum(~strange) / (~strange).sum(), np.cumsum(strange) / strange.sum()
    return np.append(0, x), np.append(0, y)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda s, a: curve(s, a)[::-1], "false alarms come first"),
        (lambda s, a: [part[::-1] for part in curve(s, a)], "turn their order"),
        (lambda s, a: [part[:-1] for part in curve(s, a)], "last point"),
        (lambda s, a: [part[1:] for part in curve(s, a)], "first point"),
        (one_by_one, "one step"),
        (lambda s, a: curve(s, a)[0], "expected two"),
        (lambda s, a: (curve(s, a)[0], curve(s, a)[1][:-1]), "equal length"),
    ],
)
def test_mistakes_in_a_roc_curve(function, saying):
    fails(saying, check.roc_curve, function, count=60)


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        (lambda s, a: (s[a][:, None] > s[~a]).mean(), "not nothing"),
        (lambda s, a: (s[a][:, None] >= s[~a]).mean(), "not whole"),
        (lambda s, a: 1 - trapezoids(s, a), "turned around"),
        (lambda s, a: -trapezoids(s, a), "sign"),
        (lambda s, a: np.mean(curve(s, a)[1]), "widths"),
        (lambda s, a: np.diff(curve(s, a)[0]) @ curve(s, a)[1][1:], "trapezoids"),
    ],
)
def test_mistakes_in_an_area(function, saying):
    fails(saying, check.auc, function, count=60)
