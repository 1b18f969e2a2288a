"""How well a score tells anomalies from normal examples: precision and recall, ROC, AUC.

Fawcett, An introduction to ROC analysis (2006). Scores may be equal; an alarm is a score *above*
the threshold.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
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
    scores, is_anomaly = _random_scores(
        count, lambda s, a: _precision_recall_values(s, a, _middle(s))
    )
    for threshold in (_middle(scores), _middle(scores) + 0.5, scores.max(), scores.max() + 1):
        asked = f"precision_recall(scores, is_anomaly, {threshold:g})"
        arguments = scores.copy(), is_anomaly.copy(), float(threshold)
        result = call("precision_recall", function, *arguments)
        if threshold >= scores.max() and _first_is_nan(result):
            raise CheckFailed(
                f"{asked}: there is no alarm, and the precision is 0 / 0. No alarm was false, so "
                "let it be 1 then."
            )
        found = as_array(asked, _pair(asked, result, "precision and recall"))
        (_, right), *mistakes = _precision_recall_values(*arguments)
        compare(asked, found, right, mistakes)
    passed(f"precision_recall of {count} scores, 4 thresholds")


def _middle(scores: np.ndarray) -> float:
    return float(np.sort(scores)[len(scores) // 2])


def _precision_recall_values(
    scores: np.ndarray, is_anomaly: np.ndarray, threshold: float
) -> list[Mistake]:
    """Return the right pair, and then those of well-known mistakes."""
    above = scores > threshold
    precision, recall = _shares(above, is_anomaly)
    hits = above & is_anomaly
    false_alarms = above[~is_anomaly].mean()
    below = "Alarms are the scores above the threshold, not below."
    values = [
        ("", (precision, recall)),
        ("No alarm was false: the precision is 1 then.", (0 if not above.any() else -1, recall)),
        ("Precision and recall are exchanged.", (recall, precision)),
        (
            "A score equal to the threshold is no alarm: use >.",
            _shares(scores >= threshold, is_anomaly),
        ),
        (below, _shares(scores < threshold, is_anomaly)),
        (below, _shares(~above, is_anomaly)),
        ("True in is_anomaly is an anomaly, not a normal one.", _shares(above, ~is_anomaly)),
        (
            "The first is the accuracy, the share of all right answers.",
            ((above == is_anomaly).mean(), recall),
        ),
        (
            "The first is the share of normal examples that give a false alarm.",
            (false_alarms, recall),
        ),
        (
            "The first is the share of normal examples that give no alarm.",
            (1 - false_alarms, recall),
        ),
        (
            "The first is divided by the number of all scores; divide by that of the alarms.",
            (hits.mean(), recall),
        ),
        (
            "The second is divided by the number of all scores; divide by that of the anomalies.",
            (precision, hits.mean()),
        ),
    ]
    return [(sentence, np.array(pair)) for sentence, pair in values]


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
    scores, is_anomaly = _random_scores(count, _auc_values)
    asked = "auc(scores, is_anomaly)"
    found = number(asked, call("auc", function, scores.copy(), is_anomaly.copy()))
    (_, right), *mistakes = _auc_values(scores, is_anomaly)
    compare(asked, np.array(found), right, mistakes)
    passed(f"auc of {count} scores, some of them equal")


def _auc_values(scores: np.ndarray, is_anomaly: np.ndarray) -> list[Mistake]:
    """Return the right area, and then those of well-known mistakes."""
    normal, strange = scores[~is_anomaly], scores[is_anomaly]
    right = area(normal, strange)
    wins = (strange[:, None] > normal).mean()
    recalls = _points(scores, is_anomaly, [*np.unique(scores)[::-1], -np.inf])[1]
    of_curve = "under the curve, take trapezoids, not rectangles."
    return [
        ("", np.array(right)),
        (f"Equal scores count half here, not nothing; {of_curve}", wins),
        (f"Equal scores count half here, not whole; {of_curve}", 2 * right - wins),
        ("It is turned around: an anomaly should have the larger score.", 1 - right),
        ("The sign is wrong: in which order do the points come?", -right),
        ("This is the mean of the recalls; the widths of the steps differ.", recalls.mean()),
    ]


def _random_scores(
    count: int, values: Callable[[np.ndarray, np.ndarray], list[Mistake]] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return scores (count,), of which many are equal, and which of them are anomalies.

    values: what answers, right and wrong, would give of them; no two of these will be alike.
    """
    rng = np.random.default_rng()
    while True:
        is_anomaly = rng.random(count) < 0.4
        scores = rng.integers(0, count // 3 + 3, count) + is_anomaly * rng.integers(0, 5, count)
        normal, strange = scores[~is_anomaly], scores[is_anomaly]
        if min(len(normal), len(strange)) < 3 or np.isin(strange, normal).sum() < 2:
            continue
        scores = scores.astype(np.float64)
        given = [value for _, value in values(scores, is_anomaly)] if values else []
        if not any(close(a, b) for a, b in combinations(given, 2)):
            return scores, is_anomaly


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
