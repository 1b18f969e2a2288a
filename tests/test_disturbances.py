"""A process of the grader that is killed from outside costs nobody a point: it is found out."""

import asyncio
import os
import resource
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from conftest import graded_cell, graders_processes, printed, state_and_parent, verdict
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from autograder.judge.client import Judge
from autograder.run import run_submission
from autograder.sandbox.limits import family
from autograder.warm.client import ColdError
from latentlab.warm import provisioner
from latentlab.warm.client import WarmProcess

pytestmark = pytest.mark.slow

QUICK = [new_code_cell("answer = 36"), graded_cell("assert answer == 36\nprint('right')", "it")]
# Long enough for any test to find the kernel at work.
LONG = [new_code_cell("import time\nfor _ in range(100): time.sleep(0.05)"), QUICK[1]]


def run(cells):
    text = nbformat.writes(new_notebook(cells=cells))
    return run_submission(text, {}, Config())


def processes():
    return graders_processes(os.getpid())


@pytest.mark.parametrize("kind", ["warm process", "guard", "kernel"])
def test_a_run_whose_process_was_killed_says_so_and_the_next_is_whole(kind):
    with ThreadPoolExecutor(1) as executor:
        assert executor.submit(run, QUICK).result().disturbed == ""
        future = executor.submit(run, LONG)
        while not processes()["kernel"]:
            assert not future.done()
        os.kill(processes()[kind][0], signal.SIGKILL)
        assert "killed from outside" in future.result().disturbed
        whole = executor.submit(run, QUICK).result()
    assert whole.disturbed == ""
    assert printed(nbformat.reads(whole.text, as_version=4).cells[1]) == "right\n"


def test_a_run_whose_judge_was_killed_in_a_check_says_so():
    kill = graded_cell("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "it")
    assert run([QUICK[0], kill]).disturbed == "the judge was killed from outside"
    assert run(QUICK).disturbed == ""


def test_a_run_whose_judge_was_killed_before_a_check_says_so(monkeypatch):
    original = Judge.begin

    def killed_first(self, *args):
        self._process.kill()
        self._process.wait()
        return original(self, *args)

    monkeypatch.setattr(Judge, "begin", killed_first)
    assert run(QUICK).disturbed == "the judge was killed from outside"


def test_a_check_that_crashes_the_judge_fails_and_the_next_has_a_new_judge():
    crash = graded_cell("import os\nos.abort()", "it")
    done = run([QUICK[0], crash, QUICK[1]])
    cells = nbformat.reads(done.text, as_version=4).cells
    assert done.disturbed == ""
    assert "CheckDied" in verdict(cells[1])
    assert verdict(cells[2]) == ""


def test_a_check_that_a_disturbance_broke_off_is_not_taken_for_one_of_the_next_notebook():
    slow = graded_cell("import time\ntime.sleep(1)\nprint('of the first notebook')", "it")
    with ThreadPoolExecutor(1) as executor:
        assert executor.submit(run, QUICK).result().disturbed == ""
        future = executor.submit(run, [QUICK[0], slow])
        while not processes()["kernel"]:
            assert not future.done()
        os.kill(processes()["guard"][0], signal.SIGKILL)
        assert future.result().disturbed
        whole = executor.submit(run, QUICK).result()
    assert printed(nbformat.reads(whole.text, as_version=4).cells[1]) == "right\n"


def test_a_judge_that_is_killed_between_two_runs_is_replaced():
    with ThreadPoolExecutor(1) as executor:
        executor.submit(run, QUICK).result()
        os.kill(processes()["judge"][0], signal.SIGKILL)
        assert executor.submit(run, QUICK).result().disturbed == ""


def test_a_kernel_that_ends_itself_is_no_disturbance():
    done = run([new_code_cell("import os\nos._exit(1)"), QUICK[1]])
    assert done.disturbed == ""
    assert "kernel died" in verdict(nbformat.reads(done.text, as_version=4).cells[0])


def test_a_kernel_starts_cold_where_forking_is_not_possible(monkeypatch):
    class Cold:
        def fork(self, *args, **kwargs):
            raise ColdError("not here")

    monkeypatch.setattr(provisioner, "warm_process", Cold)
    notebook = new_notebook(cells=[new_code_cell("print(6 * 6)")])
    NotebookClient(notebook, kernel_manager_class=provisioner.WarmKernelManager).execute()
    assert printed(notebook.cells[0]) == "36\n"


@pytest.fixture
def fresh_warm_process():
    """A warm process of its own, with nothing but what kernels need."""
    warm = WarmProcess((), provisioner.environment())
    yield warm
    warm.close()


def test_a_fork_that_fails_costs_no_other_process(fresh_warm_process):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    order = {"job": "autograder.warm.jobs:judge", "share": [theirs], "env": dict(os.environ)}
    other = fresh_warm_process.fork(**order)
    with pytest.raises(ColdError, match="too large"):
        fresh_warm_process.fork(**order | {"env": {"LONG": "x" * 200_000}})
    resource.prlimit(fresh_warm_process.pid, resource.RLIMIT_NOFILE, (3, 3))
    with pytest.raises(ColdError, match="could not fork"):
        fresh_warm_process.fork(**order)
    assert fresh_warm_process.alive and other.poll() is None
    ours.close()
    theirs.close()


def test_a_kernel_that_is_ended_at_its_start_is_gone():
    """Before it leads a session of its own, its group cannot be signalled."""
    warm = provisioner.warm_process()
    warm.wait_until_ready()

    async def start_and_end():
        for _ in range(20):
            manager = provisioner.WarmKernelManager()
            await manager.start_kernel()
            await manager.shutdown_kernel(now=True)

    asyncio.run(start_and_end())
    states = [state_and_parent(process)[0] for process in family(warm.pid)[1:]]
    assert set(states) <= {"Z", "X"}
