"""Reads a notebook's bytes down to what is graded: the types, sources and marks of its cells.

Outputs and all other metadata are dropped here, so nothing in them can matter later. Only the
standard library is used: a large notebook is read by this file in a process of its own, whose
memory and time are limited, because a few megabytes of JSON can unfold to gigabytes.
"""

import json
import re
import resource
import subprocess
import sys
from typing import Any

# Up to this size a notebook is read in our own process.
SMALL_BYTES = 4 * 2**20
MAX_CELLS = 1000
MAX_TEXT = 20 * 2**20
MEMORY_BYTES = 2 * 2**30
CPU_SECONDS = 60

CELL_TYPES = ("code", "markdown", "raw")
# What nbgrader keeps about a cell, and the types that it may have.
MARKS = {
    "grade_id": str,
    "checksum": str,
    "points": int | float,
    "grade": bool,
    "solution": bool,
    "locked": bool,
    "task": bool,
}


class NotANotebook(ValueError):
    """The bytes hold no notebook that can be graded; the message says why."""


def read_notebook(data: bytes) -> dict[str, Any]:
    """The notebook's `language`, its `cells`, and `notes` for the instructor, as plain data.

    Raises NotANotebook.
    """
    return read_small(data) if len(data) <= SMALL_BYTES else _read_large(data)


def _read_large(data: bytes) -> dict[str, Any]:
    ran = subprocess.run([sys.executable, "-I", __file__], input=data, capture_output=True)
    if ran.returncode != 0:
        size = len(data) / 2**20
        raise NotANotebook(f"its {size:.0f} MB take more memory or time to read than is allowed")
    answer = json.loads(ran.stdout)
    if isinstance(answer, str):
        raise NotANotebook(answer)
    return answer


def main() -> None:
    """Read a notebook from standard input; write what is graded of it, or why not, as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    answer: dict | str
    try:
        answer = read_small(sys.stdin.buffer.read())
    except NotANotebook as error:
        answer = str(error)
    print(json.dumps(answer))


def read_small(data: bytes) -> dict[str, Any]:
    """As `read_notebook`, always in this process."""
    raw = _load(data)
    notes: list[str] = []
    cells = []
    found = _cells_of(raw, notes)
    if len(found) > MAX_CELLS:
        raise NotANotebook(f"it has {len(found):,} cells; the limit is {MAX_CELLS:,}")
    for number, entry in enumerate(found, start=1):
        cell = _cell(entry)
        if cell is None:
            notes.append(f"cell {number} is no notebook cell; it was left out")
        else:
            cells.append(cell)
    if sum(_size(cell) for cell in cells) > MAX_TEXT:
        raise NotANotebook(f"its cells hold more than {MAX_TEXT // 2**20} MB, outputs not counted")
    return {"language": _language(raw), "cells": cells, "notes": notes}


def _load(data: bytes) -> dict:
    if not data.strip():
        raise NotANotebook("it is empty")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotANotebook("it is not UTF-8 text") from error
    try:
        # A number of a million digits would take minutes, and none of that size matters.
        raw = json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 20 else 0)
    except RecursionError as error:
        raise NotANotebook("its JSON is nested too deeply") from error
    except ValueError as error:
        raise NotANotebook(f"it is not whole JSON ({error})") from error
    if not isinstance(raw, dict):
        raise NotANotebook("its JSON is not an object")
    return raw


def _cells_of(raw: dict, notes: list[str]) -> list:
    version = raw.get("nbformat", 4)
    if "nbformat" not in raw:
        notes.append("the notebook does not say its format; it was read as format 4")
    if isinstance(version, bool) or version not in (3, 4):
        shown = _short(version)
        raise NotANotebook(f"its format (nbformat) is {shown}, not 4; save it again with Jupyter")
    if version == 3:
        notes.append("the notebook was in the old format 3")
        sheets = raw.get("worksheets")
        sheets = sheets if isinstance(sheets, list) else []
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [_upgrade(entry) for cells in lists if isinstance(cells, list) for entry in cells]
    if not isinstance(raw.get("cells"), list):
        raise NotANotebook("its cells are not a list")
    return raw["cells"]


def _upgrade(entry: Any) -> Any:
    """A cell of format 3 as one of format 4."""
    if not isinstance(entry, dict):
        return entry
    kind = entry.get("cell_type")
    if kind == "code":
        return entry | {"source": entry.get("input", "")}
    return entry | {"cell_type": "markdown"} if kind == "heading" else entry


def _cell(entry: Any) -> dict[str, Any] | None:
    if not isinstance(entry, dict) or entry.get("cell_type") not in CELL_TYPES:
        return None
    source = _text(entry.get("source"))
    if source is None:
        return None
    cell = {"cell_type": entry["cell_type"], "source": source, "marks": _marks(entry)}
    cell_id = entry.get("id")
    if isinstance(cell_id, str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell_id):
        cell["id"] = cell_id
    if cell["cell_type"] != "code" and isinstance(entry.get("attachments"), dict):
        cell["attachments"] = _attachments(entry["attachments"])
    return cell


def _marks(entry: dict) -> dict[str, Any]:
    metadata = entry.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if not isinstance(marks, dict) or not isinstance(marks.get("grade_id"), str):
        return {}
    kept = {name: marks[name] for name, kind in MARKS.items() if isinstance(marks.get(name), kind)}
    return {name: _clean(v)[:200] if isinstance(v, str) else v for name, v in kept.items()}


def _attachments(raw: dict) -> dict[str, dict[str, str]]:
    """The pictures in a written answer."""
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in raw.items():
        if isinstance(bundle, dict):
            texts = {_clean(kind): _text(data) for kind, data in bundle.items()}
            kept[_clean(name)] = {kind: text for kind, text in texts.items() if text is not None}
    return kept


def _text(raw: Any) -> str | None:
    """A text, which JSON may hold as a list of lines; None if it is neither."""
    if isinstance(raw, list) and all(isinstance(line, str) for line in raw):
        raw = "".join(raw)
    return _clean(raw) if isinstance(raw, str) else None


def _clean(text: str) -> str:
    """The text without halves of characters, which JSON can hold and no file."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _size(cell: dict) -> int:
    pictures = cell.get("attachments", {}).values()
    return len(cell["source"]) + sum(len(data) for kinds in pictures for data in kinds.values())


def _language(raw: dict) -> str:
    """The programming language that the notebook says it is in; "" if it does not."""
    metadata = raw.get("metadata")
    for part, name in (("language_info", "name"), ("kernelspec", "language")):
        info = metadata.get(part) if isinstance(metadata, dict) else None
        if isinstance(info, dict) and isinstance(info.get(name), str):
            return _clean(info[name])[:40]
    return ""


def _short(value: Any) -> str:
    return repr(value) if isinstance(value, int | float) else f"{str(value)[:20]!r}"


if __name__ == "__main__":
    main()
