# %% [markdown]
# # Attacks with processes, signals and time

# %% attack="ends the kernel" gets=0 cell="start"
import os

os._exit(0)

# %% attack="asks Python to end"
import sys

sys.exit(15)

# %% attack="asks IPython to end"
get_ipython().ask_exit()
exit()

# %% attack="a child that comes back from a fork" tried="1 processes running"
import os

os.fork()

# %% attack="signals to itself" tried="its own kernel"
import os
import signal

for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGABRT, signal.SIGHUP):
    os.kill(os.getpid(), number)

# %% attack="signals to its parent" tried="the process that started it"
import os
import signal

for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
    try:
        os.kill(os.getppid(), number)
    except OSError:
        pass

# %% attack="signals to everybody" tried="every process"
import os
import signal

for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGINT):
    try:
        os.kill(-1, number)
    except OSError:
        pass

# %% attack="signals to every number" tried="its own kernel"
import os
import signal

for process in range(1, 40_000):
    try:
        os.kill(process, signal.SIGKILL)
    except OSError:
        pass

# %% attack="signals to its group" tried="its own kernel"
import os
import signal

os.killpg(os.getpgrp(), signal.SIGKILL)
os.killpg(os.getpgrp(), signal.SIGSTOP)
os.kill(0, signal.SIGKILL)
os.kill(0, signal.SIGSTOP)

# %% attack="crash" gets=0
import ctypes

ctypes.string_at(0)

# %% attack="interrupts swallowed without end" gets=0
while True:
    try:
        while True:
            pass
    except BaseException:
        pass

# %% attack="interrupts and alarms taken over" gets=0
import signal
import time

for number in (signal.SIGINT, signal.SIGALRM, signal.SIGTERM):
    signal.signal(number, lambda *args: None)
signal.signal = lambda *args: None
while True:
    time.sleep(1)

# %% attack="sleeps without end"
import time

time.sleep(1000)

# %% attack="waits for input"
input("points: ")

# %% attack="waits in C without end"
import ctypes

while True:
    ctypes.CDLL(None).pause()

# %% attack="daemon that outlives the notebook" tried="processes running when it ended"
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(1000):
            for place in ("/tmp", "/COURSE/submitted", "/home/student", "/REPOSITORY"):
                try:
                    with open(f"{place}/planted-{number}", "w") as file:
                        file.write("planted")
                except OSError:
                    pass
            time.sleep(0.1)
    os._exit(0)

# %% attack="daemon of another program" tried="processes running when it ended"
import subprocess

subprocess.Popen(["sleep", "1000"], start_new_session=True)

# %% attack="environment for later processes"
import os

os.environ["PYTHONPATH"] = os.environ["PYTHONSTARTUP"] = "/home/student/planted"
os.environ["LD_PRELOAD"] = os.environ["KERAS_HOME"] = "/home/student/planted"
os.putenv("PLANTED", "planted")

# %% attack="thread that changes answers while they are judged"
# The judge has a copy of whatever it was when it asked; either way it is a wrong answer.
import threading
import time


def change():
    while True:
        get_ipython().user_ns["model"] = 15
        get_ipython().user_ns["build"] = lambda units: 15
        time.sleep(0.01)


threading.Thread(target=change, daemon=True).start()

# %% attack="task that changes answers while they are judged"
import asyncio


async def change():
    while True:
        get_ipython().user_ns["model"] = 15
        await asyncio.sleep(0.01)


task = asyncio.get_running_loop().create_task(change())

# %% attack="thread that ends the kernel after the last check" gets=1
import os
import threading
import time


def end():
    while "last" not in get_ipython().user_ns:
        time.sleep(0.01)
    os._exit(0)


threading.Thread(target=end, daemon=True).start()

# %% attack="thread that ends the kernel after the last check" cell="end"
last = True

# %% attack="timer that interrupts the judge's questions"
import signal

signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 1, 0.05)
