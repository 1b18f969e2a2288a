"""Sends submissions to the workers of a Dask cluster instead of this machine's cores.

Each worker has a warm process and judges of its own, and needs this project installed in the same
version. A submission whose worker is lost is given to another.
"""

import re
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

SECONDS_TO_CONNECT = 20


class ClusterError(ValueError):
    """The cluster cannot be used; the message says why and what to do."""


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """An executor on the cluster of this scheduler, and how many submissions it runs at once.

    Raises ClusterError when there is no scheduler at the address, or when it has no workers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError("--scheduler needs Dask: pip install distributed") from error
    if not re.fullmatch(r"(tcp|tls)://[^/\s]+:\d+", address):
        raise ClusterError(f"--scheduler: {address!r} is no address like tcp://192.0.2.7:8786")
    try:
        client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except OSError as error:
        start = "start one with `dask scheduler`, and workers with `dask worker ADDRESS`"
        raise ClusterError(f"--scheduler: no scheduler answers at {address!r}; {start}") from error
    with client:
        slots = sum(client.nthreads().values())
        if not slots:
            raise ClusterError(
                f"--scheduler: the scheduler at {address} has no workers; start some with "
                f"`dask worker {address} --nthreads 1`"
            )
        yield client.get_executor(), slots
