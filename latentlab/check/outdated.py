"""Names that are from before: the cell that makes them has a syntax error now, so it did not run.

Without a word about it a test cell would judge what the cell said earlier, and say that it is
right; handed in, the notebook has nothing of that name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# A cell with a syntax error cannot be parsed; what it would make stands at the start of a line.
MAKES = re.compile(r"^(?:(?:async +)?def|class) +(\w+)|^(\w+) *=(?!=)", re.MULTILINE)

_outdated: set[str] = set()


def follow(result: Any) -> None:
    """Note which names a cell would have made, or has made. IPython calls this after each cell."""
    names = {made or given for made, given in MAKES.findall(result.info.raw_cell or "")}
    if isinstance(result.error_before_exec, SyntaxError):
        _outdated.update(names)
    else:
        _outdated.difference_update(names)


def outdated_names(code: str, namespace: Mapping[str, Any]) -> list[str]:
    """Return the names in the code that are there and whose cell has a syntax error now."""
    return sorted(_outdated & words(code) & namespace.keys())


def words(code: str) -> set[str]:
    """Return the names and other words in a cell's code."""
    return set(re.findall(r"\w+", code))
