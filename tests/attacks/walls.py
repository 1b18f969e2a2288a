# %% [markdown]
# # Attacks on the sandbox's walls
#
# In each, the number is right only if there is a way through.

# %% attack="connects to the network" honest=0 tried="network connection" answer="number"
import socket

answer = 41
for address in (("192.0.2.1", 80), ("8.8.8.8", 53)):
    try:
        socket.create_connection(address, timeout=1)
        answer = 42
    except OSError:
        pass

# %% attack="sends datagrams" honest=0 tried="network connection" answer="number"
import socket

try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"answers", ("192.0.2.1", 53))
    answer = 42
except OSError:
    answer = 41

# %% attack="looks up a name" honest=0 tried="example.org" answer="number"
import socket

try:
    socket.getaddrinfo("answers.example.org", 80)
    answer = 42
except OSError:
    answer = 41

# %% attack="fetches answers from the web" honest=0 tried="example.org" answer="number"
import urllib.request

try:
    answer = int(urllib.request.urlopen("https://answers.example.org", timeout=1).read())
except OSError:
    answer = 41

# %% attack="connects to services of this machine" honest=0 answer="number"
import socket

answer = 41
for port in (22, 80, 443, 631, 8000, 8080, 8888):
    for host in ("127.0.0.1", "::1"):
        try:
            socket.create_connection((host, port), timeout=0.2)
            answer = 42
        except OSError:
            pass

# %% attack="connects to sockets of the system" honest=0 answer="number"
import glob
import os
import socket

answer = 41
with open("/proc/net/unix") as file:
    names = [line.split()[-1] for line in file.readlines()[1:] if len(line.split()) == 8]
names += ["/run/docker.sock", "/run/dbus/system_bus_socket", "/var/run/docker.sock"]
for name in names:
    try:
        socket.socket(socket.AF_UNIX).connect(name.replace("@", "\0"))
        answer = 42
    except OSError:
        pass

# %% attack="opens sockets of other kinds" honest=0 answer="number"
# For packets, the machine that this one may run on, the system's ciphers, Bluetooth.
import socket

answer = 41
for family, kind in ((17, 3), (2, 3), (40, 1), (38, 5), (31, 3), (44, 2)):
    try:
        socket.socket(family, kind)
        answer = 42
    except OSError:
        pass

# %% attack="makes namespaces" honest=0 answer="number"
import ctypes
import os

libc = ctypes.CDLL(None)
answer = 41
for flags in (0x10000000, 0x00020000, 0x40000000, 0x20000000, 0x02000000):
    if libc.unshare(flags) == 0:
        answer = 42
    # clone, which a filter of numbers cannot tell from a fork
    process = libc.syscall(56 if os.uname().machine == "x86_64" else 220, flags | 17, 0, 0, 0, 0)
    if process == 0:
        os._exit(0)
    if process > 0:
        answer = 42

# %% attack="mounts and changes root" honest=0 answer="number"
import ctypes
import os

libc = ctypes.CDLL(None)
os.makedirs("root", exist_ok=True)
tries = [
    libc.mount(b"none", b"root", b"tmpfs", 0, None),
    libc.mount(b"/", b"root", None, 0x5000, None),
    libc.mount(b"none", b"/", None, 0x20, None),
    libc.umount2(b"/home/student", 2),
    libc.umount2(b"/proc", 2),
    libc.chroot(b"root"),
    libc.pivot_root(b"root", b"root"),
    libc.setns(0, 0),
]
answer = 42 if 0 in tries else 41

# %% attack="traces processes" honest=0 tried="1 processes running" answer="number"
import ctypes
import os
import time

process = os.fork()
if process == 0:
    time.sleep(5)
    os._exit(0)
answer = 42 if ctypes.CDLL(None).ptrace(16, process, 0, 0) == 0 else 41

# %% attack="becomes another user" honest=0 answer="number"
import os
import shutil
import subprocess

answer = 41
for change in (os.setuid, os.setgid, os.seteuid, lambda number: os.setgroups([number])):
    for number in (0, 1000):
        try:
            change(number)
            answer = 42 if number != os.getuid() or number == 0 else answer
        except OSError:
            pass
for program in (["su", "-c", "id"], ["sudo", "-n", "id"], ["mount", "-t", "tmpfs", "x", "/tmp"]):
    if shutil.which(program[0]):
        ran = subprocess.run(program, stdin=subprocess.DEVNULL, capture_output=True, timeout=3)
        answer = 42 if ran.returncode == 0 else answer

# %% attack="makes devices" honest=0 answer="number"
import os
import stat

answer = 41
for place in ("/home/student", "/dev", "/tmp"):
    for device in (os.makedev(1, 1), os.makedev(8, 0), os.makedev(254, 0)):
        try:
            os.mknod(f"{place}/device", stat.S_IFBLK | 0o666, device)
            answer = 42
        except OSError:
            pass
extra = set(os.listdir("/dev")) - {"null", "zero", "full", "random", "urandom", "shm"}
answer = 42 if extra - {"fd", "stdin", "stdout", "stderr", "pts", "ptmx"} else answer

# %% attack="changes the system's settings" honest=0 answer="number"
import glob

answer = 41
for path in [*glob.glob("/proc/sys/**", recursive=True), "/proc/self/uid_map"]:
    try:
        with open(path, "r+b", buffering=0) as file:
            file.write(file.read())
            answer = 42
    except OSError:
        pass
for path, text in (("/proc/sys/user/max_user_namespaces", "100"), ("/proc/sysrq-trigger", "h")):
    try:
        with open(path, "w") as file:
            file.write(text)
        answer = 42
    except OSError:
        pass

# %% attack="calls of another architecture" honest=0 answer="number"
import ctypes

X32 = 0x40000000
libc = ctypes.CDLL(None)
answer = 42 if libc.syscall(X32 + 39) > 0 or libc.syscall(X32 + 272, 0x10000000) == 0 else 41

# %% attack="climbs out of the root" honest=0 answer="number"
import os

answer = 41
proc = "/proc/{}/{}".format
inits = (proc(1, "root/old"), proc("self", "root/../.."), proc(1, "cwd/../../.."))
for path in ("/old", "/sys", *inits):
    try:
        if set(os.listdir(path)) & {"boot", "var", "block", "kernel", "opt", "srv"}:
            answer = 42
    except OSError:
        pass
