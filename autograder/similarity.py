"""Finds submissions whose answers are alike, for a person to judge.

The answers are compared as programs: by their tokens, without comments, texts and layout, and with
the names that a student chose replaced by a placeholder. What many have in common says nothing, so
it is left out: the release's own lines, and what stands in many of the class's answers. The rest is
compared by fingerprints: Schleimer, Wilkerson and Aiken, Winnowing: Local Algorithms for Document
Fingerprinting (2003).
"""

import ast
import builtins
import io
import keyword
import re
import token
import tokenize
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

GRAM = 14  # tokens; shorter runs are alike by chance
WINDOW = 6  # of as many runs one fingerprint is kept
COMMON = 0.2  # of the class, from 10 submissions on: then it is how the task is solved
LEAST = 8  # fingerprints; below there is too little to compare
ALIKE = 0.5  # share of the smaller one's fingerprints

MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)  # lines that are Jupyter's, not Python's
F_START, F_END = getattr(token, "FSTRING_START", None), getattr(token, "FSTRING_END", None)
LAYOUT = frozenset({token.NEWLINE, token.NL, token.INDENT, token.DEDENT, token.COMMENT})


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike.

    share: of the smaller one's fingerprints, those that the other has too, 0 to 1.
    first_lines, second_lines: (cell, line) of each place that has one of them, from 0.
    """

    first: str
    second: str
    share: float
    first_lines: frozenset[tuple[int, int]]
    second_lines: frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Group:
    """Submissions each of which is alike with another one of them, and their pairs."""

    students: tuple[str, ...]
    pairs: tuple[Pair, ...]


Prints = dict[bytes, set[tuple[int, int]]]  # fingerprint -> the lines that it covers


def similar_pairs(
    answers: Mapping[str, Sequence[str]], released: Sequence[str], alike: float = ALIKE
) -> list[Pair]:
    """The pairs of students whose answers are alike, most alike first.

    answers: student -> sources of the answer cells, in one order for all. released: the same cells
    before anybody wrote into them.
    """
    prints = {student: fingerprints(cells) for student, cells in answers.items()}
    given = set(fingerprints(released))
    holders = Counter(mark for found in prints.values() for mark in found)
    many = max(3, round(COMMON * len(prints)))
    told = {
        student: {
            mark: lines
            for mark, lines in found.items()
            if mark not in given and (len(prints) < 10 or holders[mark] <= many)
        }
        for student, found in prints.items()
    }
    pairs = []
    for first, second in combinations(sorted(told), 2):
        both = told[first].keys() & told[second].keys()
        smaller = min(len(told[first]), len(told[second]))
        if smaller >= LEAST and len(both) / smaller >= alike:
            lines = (frozenset().union(*(told[who][m] for m in both)) for who in (first, second))
            pairs.append(Pair(first, second, len(both) / smaller, *lines))
    return sorted(pairs, key=lambda pair: -pair.share)


def groups_of(pairs: Sequence[Pair]) -> list[Group]:
    """The groups that these pairs make, most alike first; a group's pairs keep their order."""
    found: list[set[str]] = []
    for pair in pairs:
        joined = {pair.first, pair.second}
        apart = [names for names in found if not names & joined]
        joined.update(*(names for names in found if names & joined))
        found = [*apart, joined]
    groups = [
        Group(tuple(sorted(names)), tuple(pair for pair in pairs if pair.first in names))
        for names in found
    ]
    return sorted(groups, key=lambda group: (-group.pairs[0].share, group.students))


def fingerprints(cells: Sequence[str]) -> Prints:
    """The fingerprints of some cells: of each window of runs of tokens, the smallest hash."""
    found: Prints = {}
    for number, source in enumerate(cells):
        tokens = _tokens(source)
        runs = [tokens[i : i + GRAM] for i in range(len(tokens) - GRAM + 1)]
        marks = [blake2b("\0".join(text for text, _ in run).encode()).digest() for run in runs]
        for i in range(max(1, len(marks) - WINDOW + 1) if marks else 0):
            window = marks[i : i + WINDOW]
            # The last of equal ones: then neighbouring windows keep the same one.
            at = i + max(range(len(window)), key=lambda k: (window[k] == min(window), k))
            found.setdefault(marks[at], set()).update((number, line) for _, line in runs[at])
    return found


def _tokens(source: str) -> list[tuple[str, int]]:
    """(text, line) of each token that counts; a cell that is no Python has none."""
    source = MAGIC.sub(r"\1pass", source)
    try:
        tree = ast.parse(source)
        read = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    own = _own_names(tree)
    tokens, depth = [], 0  # depth: f-strings are one token up to Python 3.11, and here
    for number, piece in enumerate(read):
        depth += (piece.type == F_START) - (piece.type == F_END)
        if piece.type in LAYOUT or not piece.string.strip() or (depth and piece.type != F_START):
            continue
        text = piece.string
        if piece.type in (token.STRING, F_END):
            text = "text"
        elif piece.type == F_START:
            continue
        elif piece.type == token.NAME and text in own:
            after_dot = number and read[number - 1].string == "."
            text = text if after_dot else "name"
        tokens.append((text, piece.start[0] - 1))
    return tokens


def _own_names(tree: ast.AST) -> set[str]:
    """The names that the code gives a value to: variables, arguments, functions, classes."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.alias) and node.asname:
            names.add(node.asname)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
    return {name for name in names if not keyword.iskeyword(name) and name not in dir(builtins)}
