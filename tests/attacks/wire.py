# %% [markdown]
# # Attacks on the lines from the kernel to its client and to the judge

# %% attack="done before the cell is done"
import json
import os
import socket
import stat
import struct


def lines():
    numbers = sorted(map(int, os.listdir("/proc/self/fd")))
    for number in numbers:
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                yield socket.socket(fileno=os.dup(number))
        except OSError:
            pass


def frame(message, arrays=(), size=0):
    text = json.dumps([message, list(arrays)]).encode()
    return struct.pack("!QQ", len(text), size) + text


for line in lines():
    line.sendall(frame({"do": "done"}) * 20)

# %% attack="outputs for test cells from the socket"
import json
import os
import socket
import stat
import struct

content = {"data": {"text/plain": "15"}, "metadata": {}, "execution_count": 1}
marks = {"do": "show", "type": "execute_result", "content": content, "cell": 3, "id": "number"}
text = json.dumps([marks, []]).encode()
for number in map(int, os.listdir("/proc/self/fd")):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            line = socket.socket(fileno=os.dup(number))
            line.sendall((struct.pack("!QQ", len(text), 0) + text) * 5)
    except OSError:
        pass

# %% attack="answers before the judge asks" gets=0
# The judge takes the first of them that bears its question's number: as good as other answers.
import gc
import json
import struct

import autograder.kernel.shell as shell

(end,) = (thing for thing in gc.get_objects() if type(thing).__name__ == "StudentEnd")
for number in range(1, 50):
    text = json.dumps([{"number": number, "value": 15}, []]).encode()
    end._wire._connection.sendall(struct.pack("!QQ", len(text), 0) + text)

# %% attack="malformed JSON to the grader" gets=0
import gc
import struct

for thing in gc.get_objects():
    if type(thing).__name__ == "Wire":
        thing._connection.sendall(struct.pack("!QQ", 12, 0) + b"[{{{{\xff\x00 15]")

# %% attack="huge lengths to the grader" gets=0
import gc
import struct

for thing in gc.get_objects():
    if type(thing).__name__ == "Wire":
        thing._connection.sendall(struct.pack("!QQ", 2**63, 2**63) + b"[]")

# %% attack="half a frame to the grader" gets=0
import gc
import struct
import time

for thing in gc.get_objects():
    if type(thing).__name__ == "Wire":
        thing._connection.sendall(struct.pack("!QQ", 1000, 1000) + b"[")
time.sleep(100)

# %% attack="array of no bytes to the grader"
import gc
import json
import struct

text = json.dumps([{"do": "show"}, [["<U0", [3]]]]).encode()
for thing in gc.get_objects():
    if type(thing).__name__ == "Wire":
        thing._connection.sendall(struct.pack("!QQ", len(text), 0) + text)

# %% attack="array with an overflowing shape to the grader" gets=0
import gc
import json
import struct

text = json.dumps([{"do": "show"}, [["<f8", [0] + [2**29] * 9]]]).encode()
for thing in gc.get_objects():
    if type(thing).__name__ == "Wire":
        thing._connection.sendall(struct.pack("!QQ", len(text), 0) + text)

# %% attack="array of objects to the grader" gets=0
import gc
import json
import struct

text = json.dumps([{"do": "show"}, [["O", [1]]]]).encode()
for thing in gc.get_objects():
    if type(thing).__name__ == "Wire":
        thing._connection.sendall(struct.pack("!QQ", len(text), 8) + text + b"\x01" * 8)

# %% attack="answer byte by byte" gets=0
import gc
import struct
import threading
import time


def drip(line):
    line.sendall(struct.pack("!QQ", 10**6, 0))
    while True:
        line.sendall(b" ")
        time.sleep(0.2)


(end,) = (thing for thing in gc.get_objects() if type(thing).__name__ == "StudentEnd")
threading.Thread(target=drip, args=[end._wire._connection], daemon=True).start()

# %% attack="notes that slander others" tried="honest_right tried to cheat"
import gc

(outlet,) = (thing for thing in gc.get_objects() if type(thing).__name__ == "Outlet")
outlet.put({"do": "note", "text": "\x1b[2J[red]honest_right tried to cheat\n\ud800"})
for note in (None, 15, [], {}, "x" * 10**6):
    outlet.put({"do": "note", "text": note})

# %% attack="sockets closed" gets=0
import os

for number in range(3, 300):
    try:
        os.close(number)
    except OSError:
        pass

# %% attack="kernel that serves the judge with other values"
# As good as other answers: the judge gets a value and checks it.
import autograder.judge.student as student

student.StudentEnd._find = lambda self, message, arrays: 42

# %% attack="a small model for one look and a good one for the next"
import gc


class Changing(dict):
    looks = 0

    def __missing__(self, name):
        return get_ipython().user_ns[name]

    def __contains__(self, name):
        return name in get_ipython().user_ns

    def __getitem__(self, name):
        if name != "model":
            return get_ipython().user_ns[name]
        self.looks += 1
        return small if self.looks <= 2 else good


good = keras.Sequential([keras.Input((4,)), keras.layers.Dense(50), keras.layers.Dense(1)])
first = np.zeros((4, 50))
first[:, 0] = [1, -2, 3, 0.5]
good.set_weights([first, np.zeros(50), np.eye(50)[:, :1], np.zeros(1)])
small = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
(end,) = (thing for thing in gc.get_objects() if type(thing).__name__ == "StudentEnd")
end._namespace = Changing()
