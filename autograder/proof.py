"""The proof that the grader grades: a lab's right answers written otherwise, and its mistakes.

They stand beside the solution in `solutions/LAB.proof.py`, in cells that each replace an answer:

    # %% mutant="code_of_three" answer="encoder" fails="encoder,autoencoder" says="3"
    # %% alternate="functional" answer="encoder"

Several cells of one name make one variant. `fails` names the checks that must fail, and `says` a
word that the message of the first of them must hold.
"""

import copy
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode

from autograder.source import (
    SOLUTIONS,
    SourceError,
    check_header,
    grade_id,
    read_percent,
    read_source,
    release_path,
)

KINDS = ("mutant", "alternate")
WORDS = (*KINDS, "answer", "fails", "says")


@dataclass
class Variant:
    """The solution with some answers replaced."""

    name: str
    kind: str
    answers: dict[str, str] = field(default_factory=dict)
    fails: tuple[str, ...] = ()
    says: str = ""


def variants(lab: str) -> list[Variant]:
    """The lab's mutants and alternates, in the order of its proof file.

    Raises SourceError when the file does not say what it must, or names what the lab has not.
    """
    answers = {cell.id for cell in read_source(lab).cells}
    found: dict[str, Variant] = {}
    for cell in read_percent(SOLUTIONS / f"{lab}.proof.py"):
        check_header(cell, WORDS, f"{lab}.proof.py")
        kind = next((kind for kind in KINDS if kind in cell.metadata), None)
        if kind is None:
            continue
        words = cell.metadata
        if grade_id("answer", words.get("answer", "")) not in answers:
            raise SourceError(
                f"{lab}: {words[kind]}: there is no answer {words.get('answer')!r} to replace"
            )
        variant = found.setdefault(words[kind], Variant(words[kind], kind))
        variant.answers[words["answer"]] = cell.source
        variant.fails = variant.fails or _names(words.get("fails", ""))
        variant.says = variant.says or words.get("says", "")
    for variant in found.values():
        if (variant.kind == "mutant") != bool(variant.fails and variant.says):
            raise SourceError(f"{lab}: {variant.name}: mutants, and they alone, say what fails")
    return list(found.values())


def submission(lab: str, variant: Variant | None = None) -> NotebookNode:
    """What a student would hand in who answered as the solution does, or as the variant does."""
    answers = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in read_source(lab).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for name, source in (variant.answers if variant else {}).items():
        answers[grade_id("answer", name)] = source
    notebook = copy.deepcopy(nbformat.read(release_path(lab), as_version=4))
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    return notebook


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
