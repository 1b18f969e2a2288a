"""The failure that a student reads, and the calls that may lead to it."""

from __future__ import annotations

import linecache
import re
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from latentlab.check.table import ADVICE, tell_right, tell_wrong

MISSING = (
    "{name} is None: its answer is missing or not done yet, or the cell that makes it stopped with "
    "an error. Write or mend it, run its cell, then run this cell again."
)
LONGEST = 500  # Keras' messages can fill a screen; the beginning says what happened
SCREENS = 20_000  # more of a message is not looked at
# What Keras and TensorFlow write around the one sentence that says what happened.
AROUND_A_MESSAGE = re.compile(
    r"""
      \x1b\[[\d;]*m                                # bold and colours, for a terminal
    | ^in\ user\ code:.*\n\s+\w+:\s(?=\S)          # the way through a tf.function
    | ^Graph\ execution\ error:.*?unavailable>\n
    | Could\ not\ automatically\ infer.*?Error\ encountered:\s
    | \s*Arguments\ received\ by\ .*               # all that a layer was called with
    | \s*Please\ implement\ `get_config.*            # and an example of that
    | \{\{function_node\ .*?\}\}\s
    | \sfor\ '\{\{node\ [^']*'
    | \s*\[\[\{\{node\ .*?\}\}\]\]
    | \s*\[Op:[^\]]*\](\ name:)?
    """,
    re.VERBOSE | re.DOTALL,
)


class CheckFailed(AssertionError):
    """What a student made is not right; the message says what, where, and what to look at."""

    def __init__(self, message: str = "") -> None:
        # Half a character (a lone surrogate), which Python can hold, cannot be sent to a notebook.
        super().__init__(message.encode("utf-8", "replace").decode())

    def _render_traceback_(self) -> list[str]:
        """Tell IPython to show the message alone: the traceback would show only this package.

        IPython asks twice, once for its history; the table is to be shown once.
        """
        if not hasattr(self, "_shown"):
            self._shown = tell_wrong(str(self))
        return [self._shown]


def passed(line: str) -> None:
    """Say in one line that a verb found everything right."""
    tell_right(line)


def answered(**answers: Any) -> None:
    """Fail for the first of the named answers that is still None; say nothing otherwise.

    For given cells that use what the student was to make: check.answered(autoencoder=autoencoder)
    """
    for name, value in answers.items():
        if value is None:
            raise CheckFailed(MISSING.format(name=name))


def call(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Return function(*arguments), which must not be None, with errors told in one sentence.

    Warnings are held back: a line on standard error would cost the cell its points.
    """
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = function(*arguments)
    except CheckFailed as error:  # what came back is nothing that can be looked at
        raise CheckFailed(f"{name}: {error}") from error
    except NotImplementedError as error:
        raise CheckFailed(f"{name} is not written yet: put your code into its cell.") from error
    except Exception as error:
        raise CheckFailed(f"{name}() raised {described(error)}{_where(error)}") from error
    if result is None:
        raise CheckFailed(f"{name}() returned None: does it end with `return ...`?")
    return result


def described(error: Exception) -> str:
    """Return "ValueError: message" in one line, cut to a readable length."""
    message = " ".join(essential(str(error)).split())
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return text if len(text) <= LONGEST else text[:LONGEST] + " ..."


def essential(message: str) -> str:
    """Return what an error of Keras or TensorFlow says, without what they write around it."""
    message = AROUND_A_MESSAGE.sub("", message[:SCREENS])
    return re.sub(r"Exception encountered when calling (\S+)\.\s+", r"in \1: ", message)


def _where(error: Exception) -> str:
    """Say in which line of the notebook an error arose, and what to try if that is known."""
    said = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if "ipykernel_" in file or file.startswith("<ipython"):
            said = f" (line {line} of its cell: {linecache.getline(file, line).strip()})"
    if "bitwise_xor" in str(error) or "for ^:" in str(error):
        said += f"{ADVICE}`^` is not a power in Python; write `**`."
    return said


def type_name(value: Any) -> str:
    """Return the name of a value's type; of a proxy in the judge, that of what it stands for."""
    return getattr(value, "_type_name", type(value).__name__)
