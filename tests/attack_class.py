"""A class of hostile submissions with honest ones among them, and its run.

`tests/attacks/small_lab.py` is its lab. The other files there hold the attacks, in cells whose
headers say in a word what they are:

    # %% attack="a name"                      runs after the first cell, before any answer
    # %% attack="a name" answer="number"      takes the place of this answer
    # %% attack="a name" cell="end"           runs at the end
    # %% attack="a name" file="numpy.py"      lies beside the notebook

An answer that an attack does not give is that of `ANSWERS`, of which only the number is right. The
first cell of an attack may also say

    honest=1        what its answers are worth, had it tried nothing
    gets=1          what it gets; less than `honest` where the attack spoils its own notebook
    tried="..."     a part of what the instructor is told; nothing is, if it does not say so

An attack that looks for a hole gives the right number only if it finds one: honest=0. In its cells
/COURSE, /REPOSITORY and /INSTRUCTOR stand for the course's folder, the project's, and the home
folder of who grades. `tests/attacks/edits.py` has the attacks that do not lie in cells.

As a program, this file lays out a course in the folder that it is given, grades the class in it,
and writes results.json. Themes (names of files in `tests/attacks/`) after the folder take the
attacks of these only.
"""

import copy
import json
import os
import runpy
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from autograder.source import ROOT, read_percent

ATTACKS = Path(__file__).with_name("attacks")
LAB = "small_lab"
# What an attack does not replace. Only the number is right.
ANSWERS = {
    "number": "answer = 42",
    "function": "def scale(x):\n    return x",
    "build": (
        "def build(units):\n    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])"
    ),
    "model": (
        "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\n"
        "model.set_weights([np.zeros((4, 1)), y_train.mean(axis=0)])"
    ),
}
LIMITS = {
    "timeout": 5,
    "check_seconds": 5,
    "notebook_seconds": 25,
    "memory_megabytes": 700,
    "processes": 20,
    "disk_megabytes": 64,
}
# Runs after the class and looks for what it left.
LAST = """
import json, latentlab, os, sys
places = ["/home/student", "/tmp", "/dev/shm"]
paths = [f"{place}/{name}" for place in places for name in os.listdir(place) if name[0] != "."]
shown = [latentlab.__file__, sys.prefix, sys.base_prefix]  # a project may lie in /tmp
found = {
    "files": [path for path in paths if not any(at.startswith(path) for at in shown)],
    "processes": len(list(filter(str.isdigit, os.listdir("/proc")))),
    "environment": [name for name in os.environ if "planted" in (name + os.environ[name]).lower()],
    "modules": [name for name in sys.modules if "planted" in name],
}
print(json.dumps(found))
"""
# So many submissions are run at once, and an honest one comes after so many hostile ones.
JOBS = 4
BETWEEN = 8


@dataclass
class Attack:
    """A hostile submission, and what should come of it."""

    name: str
    theme: str
    honest: int = 1
    gets: int = 1
    tried: str = ""
    start: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    end: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    # Changes the notebook, which is given as JSON, or what lies in its folder.
    edit: Callable[[dict, Path], None] | None = None

    @property
    def student(self):
        return self.name.replace(" ", "_")


def attacks():
    """All attacks, in the order of the files."""
    found = {}
    for path in sorted(ATTACKS.glob("*.py")):
        for cell in read_percent(path):
            if "attack" in cell.metadata:
                _add(found, cell, path.stem)
    for edit in runpy.run_path(str(ATTACKS / "edits.py"))["EDITS"]:
        name = edit.__name__.replace("_", " ")
        found[name] = Attack(name, "edits", edit=edit, **edit.words)
    return list(found.values())


def _add(found, cell, theme):
    words, name = cell.metadata, cell.metadata["attack"]
    if name not in found:
        honest = words.get("honest", 1)
        gets, tried = words.get("gets", honest), words.get("tried", "")
        found[name] = Attack(name, theme, honest, gets, tried)
    attack = found[name]
    if "answer" in words:
        attack.answers[words["answer"]] = cell.source
    elif "file" in words:
        attack.files[words["file"]] = cell.source
    else:
        getattr(attack, words.get("cell", "start")).append(cell.source)


def honest():
    """Submissions that try nothing, each for its place in the class."""
    solved = {
        cell.metadata["answer"]: cell.source
        for cell in read_percent(ATTACKS / f"{LAB}.py")
        if "answer" in cell.metadata
    }
    empty = dict.fromkeys(ANSWERS, "raise NotImplementedError")
    return [
        Attack("honest right", "honest", 15, 15, answers=solved),
        Attack("honest with one right answer", "honest"),
        Attack("honest wrong", "honest", 0, 0, answers={"number": "answer = 41"}),
        Attack("honest empty", "honest", 0, 0, answers=empty),
    ]


def whole_class(themes=()):
    """All submissions, honest ones among the hostile ones, in the order in which they run."""
    entries = []
    chosen = [attack for attack in attacks() if not themes or attack.theme in themes]
    for number, attack in enumerate(chosen):
        if number % BETWEEN == 0:
            kinds = honest()
            entry = kinds[number // BETWEEN % len(kinds)]
            entry.name += f" {number // BETWEEN}"
            entries.append(entry)
        entries.append(attack)
    return entries


def main(folder, themes):
    """Lay out a course in this folder, grade the class in it, then a notebook that looks about."""
    import autograder.source

    autograder.source.SOLUTIONS = ATTACKS
    from autograder.build import release
    from autograder.course import Course, lay_out_course
    from autograder.grade import grade_class

    lines = [f"c.JudgedExecute.{name} = {value}\n" for name, value in LIMITS.items()]
    lay_out_course(folder, "".join(lines))
    os.chdir(folder)
    course = Course()
    blank = release(LAB, course)
    entries = whole_class(themes)
    last = Attack("last", "honest", start=[LAST])
    for entry in [*entries, last]:
        hand_in(entry, blank, folder)
    with ThreadPoolExecutor(JOBS) as executor:
        results = grade_class(course, LAB, [entry.student for entry in entries], executor)
        results += grade_class(course, LAB, [last.student], executor)
    (folder / "results.json").write_text(json.dumps([asdict(result) for result in results]))


def hand_in(entry, blank, folder):
    """Put a submission's files where the grader looks for them."""
    place = folder / "submitted" / entry.student / LAB
    place.mkdir(parents=True)
    notebook = copy.deepcopy(blank)
    answers = ANSWERS | entry.answers
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name.startswith("answer-"):
            cell.source = answers[name.removeprefix("answer-")]
    notebook.cells[1:1] = map(new_code_cell, entry.start)
    notebook.cells += map(new_code_cell, entry.end)
    raw = json.loads(_with_paths(nbformat.writes(notebook), folder))
    for name, text in entry.files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(_with_paths(text, folder))
    if entry.edit:
        entry.edit(raw, place)
    if not (place / f"{LAB}.ipynb").exists():
        (place / f"{LAB}.ipynb").write_text(json.dumps(raw))


def _with_paths(text, folder):
    meant = {"/COURSE": folder, "/REPOSITORY": ROOT, "/INSTRUCTOR": Path.home()}
    for word, path in meant.items():
        text = text.replace(word, str(path))
    return text


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2:])
