# %% [markdown]
# # Attacks that use up what all share

# %% attack="memory of numpy"
hoard = []
while True:
    hoard.append(np.ones(10**7))

# %% attack="memory shared between processes" gets=0 tried="of memory"
import mmap
import time

at_once = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
hoard = mmap.mmap(-1, 2**30, flags=at_once)
time.sleep(100)

# %% attack="memory of many processes" gets=0 tried="of memory"
import os
import time

for _ in range(12):
    if os.fork() == 0:
        hoard = bytearray(b"\1") * (200 * 2**20)
        time.sleep(100)
        os._exit(0)
time.sleep(100)

# %% attack="memory in files without a name" honest=0 answer="number"
import os

try:
    os.memfd_create("hoard")
    answer = 42
except OSError:
    answer = 41

# %% attack="memory of page tables" gets=0 tried="of memory"
import mmap
import time

step = 2**21
block = mmap.mmap(-1, step * 2**20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, mmap.PROT_READ)
touched = np.frombuffer(block, np.uint8)[::step]
for start in range(0, len(touched), 2**14):
    touched[start : start + 2**14].sum()
time.sleep(100)

# %% attack="memory of sockets" gets=0 tried="file"
import os
import socket
import time

for _ in range(15):
    if os.fork() == 0:
        pairs = []
        try:
            while True:
                pairs.append(socket.socketpair())
                for end in pairs[-1]:
                    end.setblocking(False)
                    try:
                        while True:
                            end.send(b"\1" * 2**14)
                    except BlockingIOError:
                        pass
        except OSError:
            time.sleep(100)
        os._exit(0)
time.sleep(100)

# %% attack="memory held by pipes" honest=0 answer="number"
# A page in a pipe holds the two megabytes that it is a part of, when no process has them any more.
import ctypes
import os

_, end = os.pipe()
page = ctypes.create_string_buffer(4096)
piece = (ctypes.c_size_t * 2)(ctypes.addressof(page), 4096)
answer = 42 if ctypes.CDLL(None).vmsplice(end, piece, 1, 0) > 0 else 41

# %% attack="disk filled by one file"
try:
    with open("/tmp/large", "wb") as file:
        while True:
            file.write(b"\1" * 2**20)
except OSError:
    pass

# %% attack="disk filled by many files"
import os

try:
    for number in range(10**6):
        with open(f"/dev/shm/{number}", "wb") as file:
            file.write(b"\1" * 4096)
except OSError:
    pass

# %% attack="disk filled by empty files"
import os

try:
    for number in range(10**6):
        os.mkdir(f"/home/student/{number}")
except OSError:
    pass

# %% attack="open files"
kept = []
try:
    while True:
        kept.append(open("/dev/null"))
except OSError:
    pass
kept.clear()

# %% attack="fork bomb" gets=0 tried="processes at once"
import os

while True:
    try:
        os.fork()
    except OSError:
        pass

# %% attack="thread bomb"
import threading
import time

try:
    while True:
        threading.Thread(target=time.sleep, args=[1000], daemon=True).start()
except RuntimeError:
    pass

# %% attack="busy processes" tried="processes running"
import os

for _ in range(15):
    if os.fork() == 0:
        os.setsid()
        while True:
            pass

# %% attack="busy threads"
import hashlib
import threading

data = bytes(2**20)


def work():
    while True:
        hashlib.sha256(data)


for _ in range(4):
    threading.Thread(target=work, daemon=True).start()

# %% attack="printing without end"
while True:
    print("x" * 1000)

# %% attack="empty outputs without end"
while True:
    get_ipython().kernel.session.send(None, "stream", {"name": "stdout", "text": ""})

# %% attack="one giant line"
print("x" * 30_000_000)

# %% attack="displays without end"
from IPython.display import display

while True:
    display(15)

# %% attack="a giant picture"
from IPython.display import display

display({"image/png": "A" * 30_000_000}, raw=True)

# %% attack="exception with a giant text"
raise ValueError("x" * 30_000_000)


# %% attack="exception whose text fails"
class Failing(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__


raise Failing

# %% attack="exception with a giant note"
error = ValueError("x")
error.add_note("x" * 30_000_000)
raise error

# %% attack="recursion without end" gets=0
import sys

sys.setrecursionlimit(10**8)


def deeper():
    deeper()


class Deep:
    __repr__ = lambda self: repr(Deep())


repr(Deep())

# %% attack="limits raised" honest=0 answer="number"
import os
import resource

answer = 41
for kind in (resource.RLIMIT_DATA, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):
    try:
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (hard + 1, hard + 1))
        answer = 42
    except (ValueError, OSError):
        pass


def spare_me():
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("-1000")


for change in (
    lambda: os.nice(-5),
    lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)),
    spare_me,
):
    try:
        change()
        answer = 42
    except OSError:
        pass
