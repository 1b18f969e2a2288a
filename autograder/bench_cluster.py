"""Times a class on a Dask cluster of one worker and of two, on loopback.

Each worker runs one submission at a time, and has warmed up before the clock starts.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from distributed import Client
from rich.console import Console

from autograder.bench import LAB, SUBMISSIONS, make_class

DASK = [sys.executable, "-m", "dask"]


def main() -> None:
    """Grade the class with one worker, then with two, and print the figures."""
    console = Console()
    seconds = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        make_class(folder)
        for workers in (1, 2):
            with _cluster(folder, workers) as address:
                seconds[workers] = _grade(folder, address)
            console.print(
                f"{workers} worker(s): {seconds[workers] / SUBMISSIONS:.2f} s a submission"
            )
    console.print(f"two workers against one: {seconds[1] / seconds[2]:.2f} times the throughput")


@contextmanager
def _cluster(folder: Path, workers: int) -> Iterator[str]:
    """A scheduler and its workers; gives the scheduler's address."""
    file = folder / f"scheduler{workers}.json"
    with ExitStack() as stack:
        stack.enter_context(
            _started("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", file)
        )
        while not file.exists() or not file.read_text().endswith("}"):
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        for _ in range(workers):
            stack.enter_context(_started("worker", address, "--nthreads", "1", "--no-nanny"))
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(workers)
            client.run(_warm_up)
        yield address


@contextmanager
def _started(command: str, *arguments: str | Path) -> Iterator[None]:
    words = [*DASK, command, *map(str, arguments), "--no-dashboard"]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        yield
        process.terminate()


def _warm_up() -> None:
    from autograder.warm.client import warm_process

    warm_process().wait_until_ready()


def _grade(folder: Path, address: str) -> float:
    """The seconds that the whole command takes."""
    shutil.rmtree(folder / ".autograder", ignore_errors=True)
    command = [sys.executable, "-m", "autograder.cli", "grade", LAB, "--scheduler", address]
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
