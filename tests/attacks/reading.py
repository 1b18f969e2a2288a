# %% [markdown]
# # Attacks that read what no student may see, or write where no student may
#
# In each, the number is right only if that succeeds.

# %% attack="reads the solution" honest=0 answer="number"
import os

answer = 41
for folder in ("/REPOSITORY/tests", "/REPOSITORY/solutions", "/REPOSITORY/.git", "/COURSE"):
    if os.path.exists(folder):
        answer = 42

# %% attack="opens the solution" honest=0 tried="solutions" answer="number"
try:
    with open("/REPOSITORY/solutions/lab01_mnist_autoencoder.py") as file:
        answer = 42
except OSError:
    answer = 41

# %% attack="reads the images held out" honest=0 tried="heldout" answer="number"
try:
    with open("/REPOSITORY/autograder/heldout/mnist.npz", "rb") as file:
        answer = 42
except OSError:
    answer = 41

# %% attack="asks the grader's own function for the images" honest=0 answer="number"
import autograder.heldout

try:
    autograder.heldout.heldout("mnist")
    answer = 42
except OSError:
    answer = 41

# %% attack="reads other submissions and the gradebook" honest=0 answer="number"
import os

answer = 41
for path in ("/COURSE/submitted", "/COURSE/gradebook.db", "/COURSE/autograded", "/COURSE"):
    if os.path.exists(path):
        answer = 42

# %% attack="writes to the gradebook" honest=0 tried="gradebook.db" answer="number"
import sqlite3

try:
    sqlite3.connect("/COURSE/gradebook.db").execute("UPDATE grade SET auto_score = 15")
    answer = 42
except sqlite3.Error:
    answer = 41

# %% attack="reads the home folder of who grades" honest=0 answer="number"
import os

answer = 42 if os.path.exists("/INSTRUCTOR/secret.txt") else 41

# %% attack="reads secrets in the environment" honest=0 answer="number"
import os

environ = str(dict(os.environ))
for number in filter(str.isdigit, os.listdir("/proc")):
    with open(f"/proc/{number}/environ", "rb") as file:
        environ += str(file.read())
answer = 42 if "hunter2" in environ or "SECRET" in environ else 41

# %% attack="reads other processes" honest=0 answer="number"
import os

answer = 41
for number in filter(str.isdigit, os.listdir("/proc")):
    if int(number) != os.getpid():
        answer = 42

# %% attack="searches inherited memory for secrets" honest=0 answer="number"
# All bytes are shifted by one, so that what is looked for (the secret in the environment, and a
# line of the hidden tests) is not found in this cell itself.
shifted = bytes(range(1, 256)) + b"\0"
needles = [b"ivoufs3", b"tdbmf!hjwft!puifs!wbmvft"]
answer = 41
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb") as memory:
    for line in maps:
        place, mode = line.split()[:2]
        start, end = (int(part, 16) for part in place.split("-"))
        if mode.startswith("rw") and end - start < 200 * 2**20:
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, ValueError):
                continue
            if any(needle in data.translate(shifted) for needle in needles):
                answer = 42

# %% attack="uses sockets that it inherited" honest=0 answer="number"
import os

found = []
for number in map(int, os.listdir("/proc/self/fd")):
    try:
        found.append(os.readlink(f"/proc/self/fd/{number}"))
    except OSError:
        pass
# Two lines of the kernel's, and two ends that wake its event loop. The warm process has fonts open.
sockets = [name for name in found if name.startswith("socket:")]
others = [name for name in found if name.startswith("/") and not name.endswith(".ttf")]
fine = len(sockets) == 4 and set(others) <= {"/dev/null"}
answer = 41 if fine else 42

# %% attack="writes where the grader reads" honest=0 answer="number"
import os
import sys

folders = [
    "/REPOSITORY",
    "/REPOSITORY/latentlab",
    "/REPOSITORY/autograder",
    "/COURSE",
    "/INSTRUCTOR",
]
folders += ["/", "/usr", "/usr/lib", "/etc", "/var/tmp", "/run", "/dev", sys.prefix]
folders += [path for path in sys.path if os.path.isdir(path) and path != os.getcwd()]
answer = 41
for folder in folders:
    for name in ("planted.py", "sitecustomize.py", "planted.pth"):
        try:
            with open(f"{folder}/{name}", "x") as file:
                file.write("import planted")
            answer = 42
        except OSError:
            pass

# %% attack="changes the grader's files" honest=0 answer="number"
import os

import keras
import latentlab

answer = 41
for path in (latentlab.__file__, keras.__file__, os.__file__, "/REPOSITORY/autograder/grade.py"):
    for change in (
        lambda path: open(path, "a").close(),
        lambda path: os.rename(path, "planted"),
        lambda path: os.chmod(path, 0o777),
        lambda path: os.link(path, "planted"),
        lambda path: os.truncate(path, 0),
        os.remove,
    ):
        try:
            change(path)
            answer = 42
        except OSError:
            pass

# %% attack="leaves files in common places"
for place in ("/tmp", "/dev/shm", "/home/student"):
    with open(f"{place}/planted", "w") as file:
        file.write("planted")

# %% attack="leaves bytecode for others" honest=0 answer="number"
import py_compile

import latentlab

answer = 41
with open("planted.py", "w") as file:
    file.write("planted = True")
try:
    py_compile.compile("planted.py", latentlab.__file__ + "c")
    answer = 42
except OSError:
    pass
