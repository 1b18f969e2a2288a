"""How well a score tells anomalies from normal examples: precision and recall, ROC, AUC.

Fawcett, An introduction to ROC analysis (2006). Scores may be equal; an alarm is a score *above*
the threshold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed, type_name
from latentlab.check.values import Mistake, as_array, close, compare, number


def area(normal: np.ndarray, strange: np.ndarray) -> float:
    """Return the area under the ROC curve of two groups of scores, (n,) and (m,).

    It is the share of pairs in which the strange one has the larger score; equal ones count half.
    """
    larger = (strange[:, None] > normal).mean()
    return float(larger + (strange[:, None] == normal).mean() / 2)


def precision_recall(function: Callable[..., Any], count: int) -> None:
    """Check function(scores, is_anomaly, threshold) -> (precision, recall) on random scores.

    Precision is the share of anomalies among the alarms, 1 if there is no alarm; recall is the
    share of the anomalies that give one. Some scores are equal to each other and to the threshold.
    """
    scores, is_anomaly = _random_scores(count)
    between, highest = np.median(scores), scores.max()
    for threshold in (between, between + 0.5, highest, highest + 1):
        _check_precision_recall(function, scores, is_anomaly, float(threshold))
    passed(f"precision_recall of {count} scores, 4 thresholds")


def _check_precision_recall(
    function: Callable[..., Any], scores: np.ndarray, is_anomaly: np.ndarray, threshold: float
) -> None:
    asked = f"precision_recall(scores, is_anomaly, {threshold:g})"
    result = call("precision_recall", function, scores.copy(), is_anomaly.copy(), threshold)
    alarm = scores > threshold
    right = _shares(alarm, is_anomaly)
    if not alarm.any() and _first_is_nan(result):
        raise CheckFailed(
            f"{asked}: there is no alarm, and the precision is 0 / 0. No alarm was false, so let "
            "it be 1 then."
        )
    found = as_array(asked, _pair(asked, result, "precision and recall"))
    precision, recall = right
    mistakes: list[Mistake] = [
        ("Precision and recall are exchanged.", (recall, precision)),
        (
            "A score equal to the threshold is no alarm: use >.",
            _shares(scores >= threshold, is_anomaly),
        ),
        (
            "Alarms are the scores above the threshold, not below.",
            _shares(scores < threshold, is_anomaly),
        ),
        ("Alarms are the scores above the threshold, not below.", _shares(~alarm, is_anomaly)),
        (
            "Normal and strange are exchanged: True in is_anomaly is an anomaly.",
            _shares(alarm, ~is_anomaly),
        ),
    ]
    if not alarm.any():
        mistakes.append(("No alarm was false: the precision is 1 then.", (0, recall)))
    false_alarms = alarm[~is_anomaly].mean()
    accuracy = (alarm == is_anomaly).mean()
    for first, sentence in [
        (accuracy, "The first is the accuracy, the share of all right answers."),
        (false_alarms, "The first is the share of normal examples that give a false alarm."),
        (1 - false_alarms, "The first is the share of normal examples that give no alarm."),
        (
            (alarm & is_anomaly).mean(),
            "The first is divided by the number of all scores; divide by that of the alarms.",
        ),
    ]:
        mistakes.append((sentence, (first, recall)))
    all_scores = (
        "The second is divided by the number of all scores; divide by that of the anomalies."
    )
    mistakes.append((all_scores, (precision, (alarm & is_anomaly).mean())))
    compare(asked, found, np.array(right), [(s, np.array(v)) for s, v in mistakes])


def _shares(alarm: np.ndarray, is_anomaly: np.ndarray) -> tuple[float, float]:
    hits = (alarm & is_anomaly).sum()
    return float(hits / alarm.sum()) if alarm.any() else 1.0, float(hits / is_anomaly.sum())


def roc_curve(function: Callable[..., Any], count: int) -> None:
    """Check function(scores, is_anomaly) -> (false_alarm_rates, recalls) on random scores.

    The points go from (0, 0) to (1, 1), one for each different score as the threshold, and one
    for a threshold below all of them.
    """
    scores, is_anomaly = _random_scores(count)
    asked = "roc_curve(scores, is_anomaly)"
    result = call("roc_curve", function, scores.copy(), is_anomaly.copy())
    pair = _pair(asked, result, "false alarm rates and recalls, an array of each")
    found = np.array([as_array(asked, part) for part in _same_length(asked, pair)])
    different = np.unique(scores)[::-1]
    right = _points(scores, is_anomaly, [*different, -np.inf])
    exchanged = "The two arrays are exchanged: false alarms come first."
    for sentence, wrong in [
        ("The points go from (1, 1) to (0, 0); turn their order around.", right[:, ::-1]),
        (exchanged, right[::-1]),
        (exchanged, right[::-1, ::-1]),
        ("The last point is missing: below all scores, all are alarms.", right[:, :-1]),
        ("The first point is missing: (0, 0), no alarm at all.", right[:, 1:]),
        (
            "These are precisions; the first array is of false alarms.",
            _precisions(scores, is_anomaly),
        ),
    ]:
        if close(found, wrong):
            raise CheckFailed(f"{asked}: {sentence}")
    if found.shape[1] == len(scores) + 1 != right.shape[1]:
        raise CheckFailed(
            f"{asked} has {found.shape[1]} points for {len(different)} different scores. Equal "
            "scores pass the threshold together: they are one step, whatever their order."
        )
    if found.shape != right.shape:
        raise CheckFailed(
            f"{asked} has {found.shape[1]} points; expected {right.shape[1]}: one for each of the "
            f"{len(different)} different scores, and (1, 1)."
        )
    compare(asked, found, right)
    passed(f"roc_curve of {count} scores, some of them equal")


def auc(function: Callable[..., Any], count: int) -> None:
    """Check that function(scores, is_anomaly) is the area under the ROC curve, on random scores."""
    scores, is_anomaly = _random_scores(count)
    asked = "auc(scores, is_anomaly)"
    found = number(asked, call("auc", function, scores.copy(), is_anomaly.copy()))
    normal, strange = scores[~is_anomaly], scores[is_anomaly]
    right = area(normal, strange)
    wins = (strange[:, None] > normal).mean()
    steps = _points(scores, is_anomaly, [*np.unique(scores)[::-1], -np.inf])
    of_curve = "under the curve, take trapezoids, not rectangles."
    mistakes: list[Mistake] = [
        (f"Equal scores count half here, not nothing; {of_curve}", wins),
        (f"Equal scores count half here, not whole; {of_curve}", 2 * right - wins),
        ("It is turned around: an anomaly should have the larger score.", 1 - right),
        ("The sign is wrong: in which order do the points come?", -right),
        ("This is the mean of the recalls; the widths of the steps differ.", steps[1].mean()),
    ]
    compare(asked, np.array(found), np.array(right), mistakes)
    passed(f"auc of {count} scores, some of them equal")


def _random_scores(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return scores (count,), of which many are equal, and which of them are anomalies."""
    rng = np.random.default_rng()
    while True:
        is_anomaly = rng.random(count) < 0.4
        scores = rng.integers(0, count // 3 + 3, count) + is_anomaly * rng.integers(0, 5, count)
        normal, strange = scores[~is_anomaly], scores[is_anomaly]
        # Enough of each, equal scores between the groups, and anomalies at both ends.
        if min(len(normal), len(strange)) > 2 and np.isin(strange, normal).sum() > 1:
            return scores.astype(np.float64), is_anomaly


def _points(scores: np.ndarray, is_anomaly: np.ndarray, thresholds: list[float]) -> np.ndarray:
    """Return false alarm rates and recalls, shape (2, thresholds)."""
    alarm = scores > np.array(thresholds)[:, None]
    return np.array([alarm[:, ~is_anomaly].mean(axis=1), alarm[:, is_anomaly].mean(axis=1)])


def _precisions(scores: np.ndarray, is_anomaly: np.ndarray) -> np.ndarray:
    thresholds = [*np.unique(scores)[::-1], -np.inf]
    return np.array([_shares(scores > t, is_anomaly) for t in thresholds]).T


def _pair(asked: str, result: Any, what: str) -> Any:
    if not isinstance(result, tuple | list | np.ndarray) or len(result) != 2:
        found = f"{len(result)} things" if isinstance(result, tuple | list) else type_name(result)
        raise CheckFailed(f"{asked} gives {found}; expected two: {what}.")
    return result


def _same_length(asked: str, pair: Any) -> Any:
    sizes = [np.shape(part) for part in pair]
    if sizes[0] != sizes[1] or len(sizes[0]) != 1:
        raise CheckFailed(
            f"{asked} gives arrays of shapes {sizes[0]} and {sizes[1]}; expected two rows of equal "
            "length, a number for each point."
        )
    return pair


def _first_is_nan(result: Any) -> bool:
    try:
        return bool(np.isnan(np.asarray(result, np.float64).ravel()[0]))
    except (TypeError, ValueError, IndexError):
        return False
