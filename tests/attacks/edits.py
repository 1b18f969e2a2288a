"""Attacks that do not lie in cells: edits of marks and metadata, and what lies in the folder."""

import copy
import json
import os
import shutil

EDITS = []


def attack(**words):
    """Makes a function an attack: it changes a notebook, given as JSON, or its folder."""

    def add(edit):
        edit.words = words
        EDITS.append(edit)
        return edit

    return add


def marks_of(cell):
    return cell["metadata"].get("nbgrader", {})


def tests_in(notebook):
    return [cell for cell in notebook["cells"] if marks_of(cell).get("locked")]


@attack(tried="was missing; it was put back")
def test_cells_deleted(notebook, folder):
    tests = tests_in(notebook)
    notebook["cells"] = [cell for cell in notebook["cells"] if cell not in tests]


@attack(tried="had been edited; it was put back")
def test_cells_emptied(notebook, folder):
    for cell in tests_in(notebook):
        cell["source"] = "pass"


@attack(tried="more than once")
def test_cells_doubled(notebook, folder):
    for cell in tests_in(notebook):
        twin = copy.deepcopy(cell)
        twin["source"], twin["id"] = "15", cell["id"] + "-twin"
        notebook["cells"].append(twin)


@attack(tried="other points")
def points_of_test_cells_raised(notebook, folder):
    for cell in tests_in(notebook):
        marks_of(cell)["points"] = 1000


@attack(tried="markdown cell")
def test_cells_made_markdown(notebook, folder):
    for cell in tests_in(notebook):
        cell["cell_type"] = "markdown"
        del cell["outputs"], cell["execution_count"]


@attack()
def test_cells_marked_as_answers(notebook, folder):
    for cell in tests_in(notebook):
        marks_of(cell).update(solution=True, locked=False, grade=False)


@attack(tried="was missing; it was put back")
def test_cells_unmarked(notebook, folder):
    for cell in tests_in(notebook):
        del cell["metadata"]["nbgrader"]


@attack(tried="more than once")
def answers_marked_as_test_cells(notebook, folder):
    names = [marks_of(cell) for cell in tests_in(notebook)]
    for cell in notebook["cells"]:
        if marks_of(cell).get("solution") and cell["cell_type"] == "code":
            cell["metadata"]["nbgrader"] = copy.deepcopy(names.pop(0))


@attack(tried="which the lab does not have")
def test_cells_of_its_own(notebook, folder):
    cell = copy.deepcopy(tests_in(notebook)[0])
    cell["source"] = cell["id"] = "pass"
    marks_of(cell).update(grade_id="bonus", points=1000)
    notebook["cells"].append(cell)


@attack(tried="more than once")
def markdown_with_the_marks_of_a_test_cell(notebook, folder):
    marks = copy.deepcopy(tests_in(notebook)[3]["metadata"])
    cell = {"cell_type": "markdown", "id": "easy", "metadata": marks, "source": "8"}
    notebook["cells"].append(cell)


@attack()
def outputs_with_full_marks(notebook, folder):
    output = {"output_type": "execute_result", "data": {"text/plain": "8"}, "metadata": {}}
    for cell in tests_in(notebook):
        cell["outputs"] = [output | {"execution_count": 1}]
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]
        marks_of(cell)["checksum"] = "0" * 32


@attack()
def another_kernel_and_other_metadata(notebook, folder):
    notebook["metadata"] = {
        "kernelspec": {"name": "planted", "display_name": "x", "argv": ["/bin/true"]},
        "language_info": {"name": "python", "codemirror_mode": 15},
        "celltoolbar": {"a": []},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": 15}},
        "jupytext": {"formats": "ipynb,py"},
        "nbgrader": {"points": 15},
    }


@attack()
def cell_order_reversed(notebook, folder):
    notebook["cells"][3:] = notebook["cells"][:2:-1]


@attack(honest=0, gets=0, tried="link")
def link_to_the_solution(notebook, folder):
    os.symlink("/COURSE/gradebook.db", folder / "gradebook.db")
    os.symlink("../../honest_right_0/small_lab", folder / "neighbour")
    source = "import os\nanswer = 42 if os.path.exists('neighbour') else 41"
    for cell in notebook["cells"]:
        if "".join(cell["source"]) == "answer = 42":
            cell["source"] = source


@attack(honest=0, gets=0)
def link_to_another_submission(notebook, folder):
    os.symlink("../../honest_right_0/small_lab/small_lab.ipynb", folder / "small_lab.ipynb")


@attack(honest=0, gets=0)
def folder_that_is_a_link_to_another(notebook, folder):
    shutil.rmtree(folder)
    folder.symlink_to("../honest_right_0/small_lab")


@attack(tried="pipe")
def pipe_without_end(notebook, folder):
    os.mkfifo(folder / "data.csv")


@attack(honest=0, gets=0)
def notebook_nested_without_end(notebook, folder):
    (folder / "small_lab.ipynb").write_text('{"cells": ' + "[" * 10**6)


@attack(honest=0, gets=0)
def notebook_in_another_language(notebook, folder):
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    notebook["metadata"] = {"kernelspec": {"name": "bash", "language": "bash"}}


@attack(tried="autograded.ipynb")
def a_second_notebook(notebook, folder):
    (folder / "autograded.ipynb").write_text(json.dumps(notebook))
    (folder / "small_lab.py").write_text("answer = 15")
