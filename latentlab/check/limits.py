"""Limits on what is measured, such as an error; and the means to calibrate them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from latentlab.check.failure import CheckFailed, passed


class Measured(NamedTuple):
    """One value that a verb has measured, and the limit that it was held against, if any."""

    what: str
    value: float
    limit: float | None


_measured: list[Measured] | None = None


def keep_limit(
    what: str,
    value: float,
    said: str,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    hint: Callable[[], str],
) -> None:
    """Check that a value is not above at_most, or not below at_least; one of the two is given.

    what: the quantity, as the calibration's report names it. said: name and value, as the student
    reads them. hint: called when the value is beyond the limit, says what to look at.
    """
    limit = at_least if at_most is None else at_most
    assert limit is not None
    if _measured is not None:
        _measured.append(Measured(what, float(value), limit))
        return
    word, beyond = ("least", value < limit) if at_most is None else ("most", value > limit)
    if beyond:
        raise CheckFailed(f"{said}; expected at {word} {limit:.4g}. {hint()}".rstrip())
    passed(said)


def note(what: str, value: float) -> None:
    """Hand a value that is held against no limit to whoever measures; else do nothing."""
    if _measured is not None:
        _measured.append(Measured(what, float(value), None))


@contextmanager
def measuring() -> Iterator[list[Measured]]:
    """Collect what the verbs measure in here, and let no limit fail: to calibrate and compare."""
    global _measured
    _measured = []
    try:
        yield _measured
    finally:
        _measured = None
