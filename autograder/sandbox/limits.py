"""How much a notebook may use, and how much it uses."""

import contextlib
import math
import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path

# The guard and the judge come first when a notebook keeps the processors busy.
NICENESS = 5


@dataclass(frozen=True)
class Limits:
    """What a notebook may use; one process, or all of its processes together."""

    memory_megabytes: int = 4096
    processes: int = 64
    threads: int = 256
    open_files: int = 512
    open_files_in_all: int = 1024
    disk_megabytes: int = 256
    cpu_seconds: int = 1800


def apply(limits: Limits) -> None:
    """Limit this process and its children by the system's own means."""
    memory = limits.memory_megabytes * 2**20
    for kind, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_NPROC, limits.threads),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_FSIZE, limits.disk_megabytes * 2**20),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_MEMLOCK, 2**16),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
    os.nice(NICENESS)
    Path("/proc/self/oom_score_adj").write_text("1000")  # if memory runs out, this one goes first


def excess(processes: list[int], limits: Limits) -> str:
    """What these processes use too much of, in words; "" if nothing."""
    if len(processes) > limits.processes:
        return f"ran more than {limits.processes} processes at once"
    # What lies in sockets and pipes is no process's memory; each of them is an open file.
    if sum(map(_open_files, processes)) > limits.open_files_in_all:
        return f"opened more than {limits.open_files_in_all} files at once"
    most = limits.memory_megabytes * 2**20
    # Memory shared by forking counts in each process: only a large sum is worth an exact look.
    if sum(map(_resident_bytes, processes)) > most and _exact_bytes(processes) > most:
        return f"used more than {limits.memory_megabytes} MB of memory"
    return ""


def family(process: int, most: float = math.inf) -> list[int]:
    """A process and all that it started and that still runs; not many more than `most` of them."""
    found = [process]
    for member in found:  # grows while it is gone through
        if len(found) > most:
            break
        found += _children(member)
    return found


def _children(process: int) -> list[int]:
    children = []
    try:
        for thread in os.listdir(f"/proc/{process}/task"):
            text = Path(f"/proc/{process}/task/{thread}/children").read_text()
            children += map(int, text.split())
    except OSError:  # it has ended meanwhile
        pass
    return children


def _exact_bytes(processes: list[int]) -> int:
    """The memory of these processes together. They stand still meanwhile.

    A process that forks without end could otherwise hold up the look at its memory for as long.
    """
    try:
        _signal(processes, signal.SIGSTOP)
        return sum(map(memory_bytes, processes))
    finally:
        _signal(processes, signal.SIGCONT)


def _signal(processes: list[int], number: int) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


def _resident_bytes(process: int) -> int:
    return _sum_of_lines(f"/proc/{process}/status", ("RssAnon:", "RssShmem:", "VmPTE:"))


def memory_bytes(process: int) -> int:
    """Memory in proportion to how many processes share it; without files' pages."""
    pages = _sum_of_lines(f"/proc/{process}/smaps_rollup", ("Pss_Anon:", "Pss_Shmem:", "SwapPss:"))
    return pages + _sum_of_lines(f"/proc/{process}/status", ("VmPTE:",))


def _open_files(process: int) -> int:
    try:
        return len(os.listdir(f"/proc/{process}/fd"))
    except OSError:  # it has ended meanwhile
        return 0


def _sum_of_lines(path: str, names: tuple[str, ...]) -> int:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:  # it has ended meanwhile
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(names))
