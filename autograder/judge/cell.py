"""Runs one test cell and writes down what a notebook would show of it."""

import ast
import contextlib
import io
import linecache
import signal
import traceback
from collections.abc import Iterator
from types import FrameType
from typing import Any

from autograder.judge.proxies import Names

MAX_TEXT = 20_000
# What a student reads of an `assert` without words.
UNSAID = "a test of this check fails; it may be a hidden one"


class OutOfTime(BaseException):
    """The test cell ran longer than it may. No `except Exception` on the way stops this."""


def run_cell(source: str, names: Names, label: str, seconds: float) -> list[dict]:
    """Run a test cell's source among these names and return its notebook outputs.

    A cell whose last line is a number puts it out as a result, which nbgrader takes as partial
    credit. A cell that raises puts out an error, and gets no credit.
    """
    filename = f"<{label}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    printed = io.StringIO()
    outputs = []
    try:
        with contextlib.redirect_stdout(printed), _limit(seconds):
            result = _execute(source, names, filename)
        if type(result) in (int, float):
            outputs = [_result(result)]
    except BaseException as error:  # a test cell may end in any way; each is a result
        outputs = [_error(error, filename)]
    text = printed.getvalue()[:MAX_TEXT]
    if text:
        outputs.insert(0, {"output_type": "stream", "name": "stdout", "text": text})
    return outputs


def _execute(source: str, names: Names, filename: str) -> Any:
    """Execute the source; give the value of its last line if that is an expression."""
    tree = ast.parse(source, filename)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, filename, "exec"), names)
    return eval(compile(last, filename, "eval"), names) if last else None


@contextlib.contextmanager
def _limit(seconds: float) -> Iterator[None]:
    def stop(signum: int, frame: FrameType | None) -> None:
        raise OutOfTime(f"the check did not end within {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _result(value: float) -> dict:
    return {
        "output_type": "execute_result",
        "data": {"text/plain": repr(value)},
        "metadata": {},
        "execution_count": None,
    }


def _error(error: BaseException, filename: str) -> dict:
    name, message = type(error).__name__, str(error)[:MAX_TEXT]
    if not message and isinstance(error, AssertionError) and not hasattr(error, "from_student"):
        message = UNSAID
    if hasattr(error, "_render_traceback_") and not isinstance(error, NameError):
        shown = [str(line) for line in error._render_traceback_()]
    else:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [
            f"line {frame.lineno}: {frame.line}" for frame in frames if frame.filename == filename
        ]
        notes = list(getattr(error, "__notes__", []))
        shown = [f"{name}: {message}", *notes, *lines[-1:]]
    return {
        "output_type": "error",
        "ename": name,
        "evalue": message,
        "traceback": [line[:MAX_TEXT] for line in shown],
    }
