"""Whatever is killed, whenever: running the same command again gives the undisturbed gradebook."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice

import nbformat
import pytest
from conftest import GRADERS_PROCESSES as KINDS
from conftest import LAB, graders_processes, submit
from nbgrader.api import Gradebook

from autograder.course import lay_out_course
from autograder.proof import submission
from autograder.source import release_path

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "autograder.cli", "grade", LAB]
KILLS = 60
KILLS_IN_A_RUN = 6
COURSES_AT_ONCE = 2
STUDENTS = 4


def quick_submission(answers):
    """The solution's first answers, and the rest unsolved: nothing in it takes long."""
    solved = {cell.id: cell for cell in submission(LAB).cells}
    notebook = nbformat.read(release_path(LAB), as_version=4)
    ids = [cell.id for cell in notebook.cells if cell.id.startswith("answer-")]
    for cell in notebook.cells:
        if cell.id in ids[:answers]:
            cell.source = solved[cell.id].source
    return notebook


def lay_out(folder):
    lay_out_course(folder)
    for number in range(STUDENTS):
        submit(folder, f"student{number}", quick_submission(number + 1))


def gradebook_of(folder):
    """All that the gradebook says of the submissions."""
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        return {
            submitted.student_id: (
                submitted.score,
                submitted.max_score,
                {
                    grade.name: (grade.auto_score, grade.needs_manual_grade)
                    for notebook in submitted.notebooks
                    for grade in notebook.grades
                },
            )
            for submitted in gradebook.assignment_submissions(LAB)
        }


def test_the_gradebook_is_that_of_an_undisturbed_run(tmp_path):
    """The moments and the victims are drawn anew each time, and told when the test fails."""
    calm, wild = tmp_path / "calm", tmp_path / "wild"
    lay_out(calm)
    start = time.monotonic()
    subprocess.run(COMMAND, cwd=calm, check=True, capture_output=True)
    seconds = time.monotonic() - start
    wanted = gradebook_of(calm)
    assert len({score for score, *_ in wanted.values()}) == STUDENTS

    def killed_and_run_again(number):
        folder = wild / str(number)
        lay_out(folder)
        kills = kill_some(folder, seconds, random.Random())
        for _ in range(3):  # three kills of one submission in a run are reported, and it is redone
            ran = subprocess.run(COMMAND, cwd=folder, capture_output=True, text=True)
            assert ran.returncode == 0, (kills, ran.stderr)
            if "disturbed" not in ran.stdout:
                break
        assert gradebook_of(folder) == wanted, kills
        return kills

    kills, rounds = [], count(1)
    with ThreadPoolExecutor(COURSES_AT_ONCE) as executor:
        while len(kills) < KILLS:
            for more in executor.map(killed_and_run_again, islice(rounds, COURSES_AT_ONCE)):
                kills += more
    print(f"{len(kills)} kills in {next(rounds) - 1} runs")
    assert {kind for kind, _ in kills} == set(KINDS)


def kill_some(folder, seconds, draw):
    """Run the command and kill processes of it at random moments, the front end at last."""
    kills, start = [], time.monotonic()
    with subprocess.Popen(
        COMMAND, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as front_end:
        while len(kills) < KILLS_IN_A_RUN:
            with contextlib.suppress(subprocess.TimeoutExpired):
                front_end.wait(draw.uniform(0, seconds / 10))
                return kills  # it was done before its end came
            found = graders_processes(front_end.pid)
            last = len(kills) == KILLS_IN_A_RUN - 1
            kind = "front end" if last else draw.choice(KINDS[1:])
            if found[kind] and (last or found["kernel"]):  # else it is still warming up
                with contextlib.suppress(ProcessLookupError):
                    os.kill(draw.choice(found[kind]), signal.SIGKILL)
                    kills.append((kind, round(time.monotonic() - start, 2)))
    return kills
