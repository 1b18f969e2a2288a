"""Surprise, entropy, cross-entropy and KL divergence, as functions that a student writes.

All are in nats. Right is what agrees to six digits; a result in float32, to four.
Formulas: Cover and Thomas, Elements of Information Theory (2006), chapter 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.values import Mistake, as_array, compare

RELATIVE, ABSOLUTE = 1e-6, 1e-9
NEVER = (
    "0 * log(0) is nan to a computer, and log(0) is -inf. What never happens adds 0: leave "
    "outcomes with p = 0 out."
)
IMPOSSIBLE = "Something with p > 0 has q = 0: the surprise has no limit."
SHARED_OUT = "It is divided by the number of outcomes; p is the weight already."
NOT_WEIGHTED = "The weight p is missing: not every outcome happens equally often."

_BIT = np.log(2)  # in nats

Function = Callable[..., Any]


def surprise(function: Function, p: Any) -> None:
    """Check that function(p) is -log p for each element of p, and inf for p = 0."""
    p = as_array("p", p)
    right = _surprise(p)
    with np.errstate(all="ignore"):
        mistakes = [
            *units_and_sign(right),
            ("This is 1/p; take its logarithm.", 1 / p),
            ("This is 1 - p; take -log p.", 1 - p),
            ("It is multiplied by p; the mean comes later.", p * right),
        ]
    endless = "What was thought impossible, p = 0, surprises without limit."
    value = call("surprise", function, p.copy())
    exact(_written("surprise", p), value, right, mistakes, endless=endless)
    passed(f"surprise of {p.size} probabilities")


def to_bits(function: Function, nats: Any) -> None:
    """Check that function(nats) gives the same surprises in bits; nats: an array above 0."""
    nats = as_array("nats", nats)
    mistakes = [
        ("This is still in nats.", nats),
        ("It is multiplied by log 2. A bit is less than a nat, so there are more.", nats * _BIT),
        ("It is divided by 2; a bit is log 2 nats.", nats / 2),
        ("It is divided by log 10; a bit is log 2 nats.", nats / np.log(10)),
        ("This is the logarithm of the nats; only the unit is to change.", np.log2(nats)),
    ]
    value = call("to_bits", function, nats.copy())
    exact(_written("to_bits", nats), value, nats / _BIT, mistakes)
    passed(f"{nats.size} numbers in bits")


def entropy(function: Function, p: Any) -> None:
    """Check that function(p) is the mean surprise of one who knows p; p: shape (outcomes,)."""
    p = as_array("p", p)
    right = _mean_surprise(p, p)
    seen = p[p > 0]
    mistakes = [
        *units_and_sign(right),
        (SHARED_OUT, right / p.size),
        (SHARED_OUT, right / seen.size),
        (NOT_WEIGHTED, _surprise(seen).sum()),
        (NOT_WEIGHTED, _surprise(seen).mean()),
        ("The terms (1 - p) log(1 - p) are for yes or no only.", _yes_or_no(p).sum()),
    ]
    value = call("entropy", function, p.copy())
    exact(_written("entropy", p), value, right, mistakes)
    passed(f"entropy of {p.size} outcomes")


def cross_entropy(function: Function, p: Any, q: Any) -> None:
    """Check that function(p, q) is the mean surprise of one who believes q where p is true.

    p, q: shape (outcomes,). Right is inf where q is 0 and p is not.
    """
    p, q = as_array("p", p), as_array("q", q)
    right, known = _mean_surprise(p, q), _mean_surprise(p, p)
    mistakes = [
        *units_and_sign(right),
        ("p and q are exchanged: the weight is what happens, p.", _mean_surprise(q, p)),
        ("This is the entropy of p: take the surprise of one who believes q.", known),
        ("This is the entropy of q: the weight is what happens, p.", _mean_surprise(q, q)),
        ("This is KL(p||q): the entropy of p is subtracted.", right - known),
        (SHARED_OUT, right / p.size),
        (SHARED_OUT, right / np.count_nonzero(p)),
        (NOT_WEIGHTED, _surprise(q).sum()),
        ("The terms (1 - p) log(1 - q) are for yes or no only.", _yes_or_no(p, q).sum()),
    ]
    value = call("cross_entropy", function, p.copy(), q.copy())
    exact(_written("cross_entropy", p, q), value, right, mistakes, endless=IMPOSSIBLE)
    passed(f"cross_entropy of {p.size} outcomes{_if_infinite(right)}")


def kl(function: Function, p: Any, q: Any) -> None:
    """Check that function(p, q) is KL(p||q), the sum of p log(p / q).

    p, q: shape (outcomes,). Right is inf where q is 0 and p is not.
    """
    p, q = as_array("p", p), as_array("q", q)
    crossed, known = _mean_surprise(p, q), _mean_surprise(p, p)
    right = crossed - known
    exchanged = _mean_surprise(q, p) - _mean_surprise(q, q)
    seen = p > 0
    with np.errstate(all="ignore"):
        ratio = np.log(p[seen]) - np.log(q[seen])
        slide = np.sum(p[seen] * np.log(p[seen]) / np.log(q[seen]))
    mistakes = [
        ("The sign is wrong: this is the sum of p log(q/p). KL is never below 0.", -right),
        *units_and_sign(right)[1:],
        ("This is log p / log q; log(p/q) is log p - log q.", slide),
        ("p and q are exchanged: KL(q||p) is another number.", exchanged),
        ("p and q are exchanged, and the sign is wrong.", -exchanged),
        ("This is the cross-entropy: subtract the entropy of p.", crossed),
        ("The entropy of p is added; subtract it.", crossed + known),
        ("This is the entropy of p.", known),
        (NOT_WEIGHTED, ratio.sum()),
        (SHARED_OUT, right / p.size),
        (SHARED_OUT, right / np.count_nonzero(p)),
        ("A single term may be negative: take no absolute values.", p[seen] @ np.abs(ratio)),
        ("This is KL(p||q) + KL(q||p).", right + exchanged),
    ]
    value = call("kl", function, p.copy(), q.copy())
    exact(_written("kl", p, q), value, right, mistakes, endless=IMPOSSIBLE)
    passed(f"kl of {p.size} outcomes{_if_infinite(right)}")


def smallest_bce(function: Function, x: Any) -> None:
    """Check that function(x) is the mean of the pixels' entropies.

    x: numbers in [0, 1] of any shape, grey ones among them. A clip to [1e-7, 1 - 1e-7], as in
    Keras' loss, changes the result by less than 1e-6 and is as good.
    """
    x = as_array("x", x)
    each = _yes_or_no(x)
    right = each.mean()
    mistakes = [
        *units_and_sign(right),
        ("This is the sum over all pixels; take the mean.", each.sum()),
        (
            "This is the mean over the grey pixels; black and white ones count too, with 0.",
            each[each > 0].mean(),
        ),
        ("The part of black, (1 - x) log(1 - x), is missing.", _weighted(x, x).mean()),
        ("This is the entropy of the mean pixel; take the mean last.", _yes_or_no(x.mean())),
    ]
    value = call("smallest_bce", function, x.copy())
    exact("smallest_bce(x)", value, right, mistakes, relative=1e-4, absolute=1e-6)
    passed(f"smallest_bce of {x.size:,} pixels")


def units_and_sign(right: Any) -> list[Mistake]:
    """Return what a wrong sign and the logarithms with other bases give: sign, bits, base 10."""
    return [
        ("The sign is wrong: log of a probability is below 0, -log is above.", -right),
        ("This is in bits, with log base 2; use the natural logarithm.", right / _BIT),
        ("This is with log base 10; use the natural logarithm.", right / np.log(10)),
    ]


def exact(
    name: str,
    value: Any,
    right: Any,
    mistakes: Sequence[Mistake] = (),
    *,
    endless: str = "",
    undefined: str = NEVER,
    shapes: Mapping[tuple[int, ...], str] | None = None,
    relative: float = RELATIVE,
    absolute: float = ABSOLUTE,
) -> None:
    """Fail unless value is right: type, shape, nan, infinity, value, in this order.

    right: a number or an array, which may hold inf. mistakes, endless, undefined, shapes: sentences
    for well-known wrong values, for a number where inf is right, for nan or inf where a number is
    right, and for wrong shapes.
    """
    right, found = np.asarray(right), _numbers(name, value)
    if right.ndim == 0 and found.size == 1:
        found = found.reshape(())
    if found.shape != right.shape:
        expected = right.shape if right.ndim else "one number"
        hint = (shapes or {}).get(found.shape, "")
        raise CheckFailed(f"{name} has shape {found.shape}; expected {expected}. {hint}".rstrip())
    off = np.isnan(found) | (np.isinf(found) | np.isinf(right)) & (found != right)
    if off.any():
        one, expected = found[off][0], right[off][0]
        hint = endless if np.isinf(expected) and not np.isnan(one) else undefined
        hint = "The sign is wrong." if one == -expected else hint
        raise CheckFailed(f"{name} is {one:.6g}; expected {expected:.6g}. {hint}".rstrip())
    with np.errstate(over="ignore"):
        in_single = (found.astype(np.float32) == found).all()
    finite = np.isfinite(right)  # where inf is right, it was found
    found, right = (np.where(finite, numbers, 0.0) for numbers in (found, right))
    compare(name, found, right, [(said, np.where(finite, wrong, 0.0)) for said, wrong in mistakes])
    gap = np.abs(found - right) - absolute - relative * np.abs(right)
    if not in_single and (gap > 0).any():
        worst = np.unravel_index(gap.argmax(), gap.shape)
        raise CheckFailed(
            f"{name} is {found[worst]:.9g}; expected {right[worst]:.9g}: it agrees, but not to "
            "six digits. Is a small number added before the logarithm, or something rounded?"
        )


def _numbers(name: str, value: Any) -> np.ndarray:
    """Return value as an array of numbers, nan and inf among them; float32 stays what it is."""
    with suppress(Exception):  # what is no array of numbers is told by as_array
        array = np.asarray(value)
        if array.dtype.kind == "f":
            return array
    return as_array(name, value)


def _surprise(p: np.ndarray) -> np.ndarray:
    """Return -log p; inf for p = 0."""
    with np.errstate(all="ignore"):
        return -np.log(p)


def _weighted(p: Any, q: Any) -> np.ndarray:
    """Return -p log q for each element; 0 for p = 0."""
    p, q = np.asarray(p), np.asarray(q)
    return np.where(p > 0, p, 1.0) * np.where(p > 0, _surprise(q), 0.0)


def _mean_surprise(p: np.ndarray, q: np.ndarray) -> float:
    """Return H(p, q), the mean surprise of one who believes q where p is true."""
    return _weighted(p, q).sum()


def _yes_or_no(p: Any, q: Any | None = None) -> np.ndarray:
    """Return H((p, 1 - p), (q, 1 - q)) for each element; q is p if not given."""
    q = p if q is None else q
    return _weighted(p, q) + _weighted(1 - p, 1 - q)


def _written(name: str, *values: np.ndarray) -> str:
    """Return a call as it is written, such as "kl([0.5, 0.5], [0.125, 0.875])", if it is short."""
    lists = ("[" + ", ".join(f"{v:.3g}" for v in value.ravel()) + "]" for value in values)
    short = all(value.ndim == 1 and value.size <= 4 for value in values)
    return f"{name}({', '.join(lists if short else 'pq'[: len(values)])})"


def _if_infinite(right: float) -> str:
    return ", which is infinite" if np.isinf(right) else ""
