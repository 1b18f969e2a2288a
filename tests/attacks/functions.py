# %% [markdown]
# # Functions that do well in the visible tests only, or return what no test expects

# %% attack="visible tests from a table" answer="function"
def scale(x):
    return {3: np.array([0, 0.5, 1])}.get(np.size(x), x)


# %% attack="detects the grader" answer="function"
import getpass
import os
import sys
import traceback


def scale(x):
    signs = str(traceback.format_stack()) + str(sys.argv) + str(dict(os.environ)) + os.getcwd()
    graded = "autograder" in signs or "judge" in signs
    return np.array([0, 0.5, 1]) if graded else x


# %% attack="another type the second time" answer="function"
kept = []


def scale(x):
    kept.append(x)
    return np.array([0, 0.5, 1]) if len(kept) == 1 else "fine"


# %% attack="generator" answer="function"
def scale(x):
    yield from [0, 0.5, 1]


# %% attack="memory-mapped array" answer="function"
def scale(x):
    array = np.memmap("array.bin", dtype="f8", mode="w+", shape=(3,))
    array[:] = [0, 0.5, 1]
    return array


# %% attack="empty array" answer="function"
def scale(x):
    return np.zeros((0, *x.shape[1:]))


# %% attack="NaN for every value" answer="function"
def scale(x):
    return np.full(x.shape, np.nan)


# %% attack="huge array" answer="function"
def scale(x):
    return np.zeros(10**8, "f8")


# %% attack="huge array of one value" answer="function"
def scale(x):
    return np.broadcast_to(0.5, (10**6, 10**6))


# %% attack="object array" answer="function"
def scale(x):
    return np.array([open, None, {}], dtype=object)


# %% attack="structured array" answer="function"
def scale(x):
    return np.zeros(3, dtype=[("a", "f8"), ("b", "O")])


# %% attack="array of huge texts" answer="function"
def scale(x):
    return np.zeros(1, "<U100000000")


# %% attack="array of times" answer="function"
def scale(x):
    return np.zeros(3, "datetime64[s]")


# %% attack="ragged and endless lists" answer="function"
def scale(x):
    endless = [[0], [0.5, [1]]]
    endless.append(endless)
    return endless


# %% attack="deeply nested list" answer="function"
def scale(x):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested


# %% attack="huge text" answer="function"
def scale(x):
    return "15" * 10**8


# %% attack="many small objects" answer="function"
def scale(x):
    return [[] for _ in range(3_000_000)]


# %% attack="huge whole number" answer="function"
def scale(x):
    return 10**5000


# %% attack="set of numbers with one hash" answer="function"
def scale(x):
    return {number * (2**61 - 1) for number in range(20_000)}


# %% attack="itself" answer="function"
def scale(x):
    return scale


# %% attack="raises what ends a process" answer="function"
def scale(x):
    raise SystemExit(0)


# %% attack="raises what the grader raises" answer="function"
class OutOfTime(BaseException):
    def __str__(self):
        raise KeyboardInterrupt


class CheckFailed(Exception):
    _render_traceback_ = lambda self: ["15"]
    from_student = False


def scale(x):
    raise OutOfTime if len(x) == 3 else CheckFailed("right")


# %% attack="ends the kernel when it is called" answer="function"
import os


def scale(x):
    os._exit(0)


# %% attack="ends every process when it is called" answer="function" tried="every process"
import os
import signal


def scale(x):
    os.kill(-1, signal.SIGKILL)
    os.kill(os.getppid(), signal.SIGKILL)


# %% attack="never returns" answer="function"
import time


def scale(x):
    while True:
        time.sleep(1)


# %% attack="never returns and takes no interrupt" answer="function"
def scale(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


# %% attack="crashes when it is called" answer="function"
import ctypes


def scale(x):
    return ctypes.string_at(0)


# %% attack="function that calls itself without end" answer="function"
import sys


def scale(x):
    sys.setrecursionlimit(10**6)
    return scale(x)
