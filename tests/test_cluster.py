"""Grading on a cluster gives the grades of this machine, also when a worker is lost on the way."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import graders_processes, submit
from test_kills import COMMAND, gradebook_of, quick_submission

pytestmark = pytest.mark.slow

DASK = [sys.executable, "-m", "dask"]
STUDENTS = 6


@contextlib.contextmanager
def scheduler(folder):
    """A scheduler on loopback; gives its address."""
    file = folder / "scheduler.json"
    command = [*DASK, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with started([*command, "--scheduler-file", str(file)]) as process:
        while not file.exists() or not file.read_text().endswith("}"):
            assert process.poll() is None
        yield json.loads(file.read_text())["address"]


@contextlib.contextmanager
def started(command):
    """A process that is ended, and in the end killed, when it is no longer needed."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def worker(address):
    return started([*DASK, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"])


def lay_out(folder):
    for number in range(STUDENTS):
        submit(folder, f"student{number}", quick_submission(number % 4 + 1))


def test_a_class_graded_by_two_workers_of_which_one_is_lost(course_folder):
    lay_out(course_folder)
    subprocess.run(COMMAND, check=True, capture_output=True)
    wanted = gradebook_of(course_folder)
    (course_folder / "gradebook.db").unlink()

    with scheduler(course_folder) as address, worker(address) as lost, worker(address):
        command = [*COMMAND, "--scheduler", address, "--results", "results.json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as grading:
            while not graders_processes(lost.pid)["kernel"]:
                assert grading.poll() is None, grading.stdout.read()
            os.kill(lost.pid, signal.SIGKILL)
            said = grading.stdout.read().decode()
        assert grading.returncode == 0, said
    assert gradebook_of(course_folder) == wanted
    results = json.loads(Path("results.json").read_text())
    assert not any(result["resumed"] for result in results["submissions"])


@pytest.mark.parametrize(
    ("address", "says"),
    [("nowhere", "no address like"), ("tcp://127.0.0.1:1", "no scheduler answers")],
)
def test_a_cluster_that_cannot_be_used_is_told_in_a_sentence(course_folder, address, says):
    lay_out(course_folder)
    ran = subprocess.run([*COMMAND, "--scheduler", address], capture_output=True, text=True)
    assert ran.returncode == 2
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_cluster_without_workers_is_told_in_a_sentence(course_folder):
    lay_out(course_folder)
    with scheduler(course_folder) as address:
        ran = subprocess.run([*COMMAND, "--scheduler", address], capture_output=True, text=True)
    assert ran.returncode == 2
    assert "has no workers" in ran.stderr
