"""The system's calls that the sandbox relies on."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="calls of Linux only")

# A parent that forks a child. Once told to, the child asks to end with it, and says that it is
# still there; then it waits for what never comes.
PROGRAM = """
import os, sys
from autograder.sandbox.linux import end_with_parent

ears, mouth = os.pipe()
if os.fork():
    if sys.argv[1] == "lives":
        os.wait()
    os._exit(0)
os.close(ears)
sys.stdin.readline()
end_with_parent(mouth)
print("there", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def parent(request):
    """The parent's process; the child has its standard input and output."""
    command = [sys.executable, "-c", PROGRAM, request.param]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        yield process


def tell(process):
    os.write(process.stdin.fileno(), b"\n")


@pytest.mark.parametrize("parent", ["has ended"], indirect=True)
def test_a_process_whose_parent_has_ended_already_does_not_go_on(parent):
    parent.wait()
    tell(parent)
    assert parent.stdout.read() == ""  # closed, so the child has ended


@pytest.mark.parametrize("parent", ["lives"], indirect=True)
def test_a_process_is_killed_when_its_parent_ends_later(parent):
    tell(parent)
    assert parent.stdout.readline() == "there\n"
    parent.kill()
    assert parent.stdout.read() == ""
