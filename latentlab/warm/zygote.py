"""The warm process: imports Keras once and forks a child for every kernel.

It never runs a TensorFlow operation itself: TensorFlow's threads would not live on in a child.
Its client starts it with one end of a packet socket and the names of more modules to import. For
each child wanted it sends a JSON text, {"job", "cwd", "env", "settings"}, with the sockets that
the child is to have. The child calls the job, a function "module:function", with the settings and
the sockets. The answer is the child's process number, and a descriptor that stays right when the
number is reused. {"tell": process} is answered with the signal that ended an earlier child.
"""

import contextlib
import ctypes
import gc
import importlib
import io
import json
import os
import random
import signal
import socket
import sys
from collections.abc import Sequence

from latentlab.warm.packets import MAX_PACKET

MAX_SOCKETS = 3
MAX_REMEMBERED = 100
PR_SET_PDEATHSIG = 1
# What a notebook of the course imports, so that its kernel need not. latentlab comes first: it
# silences TensorFlow's notes.
WARM_MODULES = (
    "latentlab",
    "latentlab.check",
    "latentlab.datasets",
    "latentlab.plots",
    "latentlab.training",
    "keras",
    "keras.src.backend.tensorflow.trainer",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "ipywidgets",
    "latentlab.warm.kernel",
)


def main(descriptor: int, modules: Sequence[str]) -> None:
    """Serve the client at this descriptor till it is gone."""
    client = socket.socket(fileno=descriptor)
    warm_up(modules)
    with contextlib.suppress(OSError):  # a client that is gone already is noticed below
        client.send(b'{"ready": true}')
    ended: dict[int, int] = {}
    while True:
        try:
            packet, descriptors, _, _ = socket.recv_fds(client, MAX_PACKET, MAX_SOCKETS)
        except ConnectionError:  # it went without reading that we are ready
            return
        _bury_children(ended)
        if not packet:
            return
        order = json.loads(packet)
        if "tell" in order:
            client.send(json.dumps({"signal": ended.get(order["tell"])}).encode())
            continue
        handles: list[int] = []
        try:
            answer, handles = _fork(order, client, descriptors)
        except OSError as error:  # too many processes or files: the others live on
            answer = {"error": str(error)}
        socket.send_fds(client, [json.dumps(answer).encode()], handles)
        for number in (*handles, *descriptors):
            os.close(number)


def _fork(
    order: dict, client: socket.socket, descriptors: list[int]
) -> tuple[dict[str, int], list[int]]:
    """Fork a child that does what was ordered. Gives what the client is to know."""
    warm = os.getpid()
    process = os.fork()
    if process == 0:
        client.close()
        _become(order, warm, [socket.socket(fileno=number) for number in descriptors])
    try:
        return {"process": process}, [os.pidfd_open(process)]
    except OSError:
        os.kill(process, signal.SIGKILL)
        raise


def warm_up(modules: Sequence[str] = ()) -> None:
    """Do once what every notebook would have to do first; import these modules as well."""
    for name in (*WARM_MODULES, *modules):
        importlib.import_module(name)
    _draw_first_figure()
    # For networks of this size, Grappler takes longer to improve a graph than it gains.
    sys.modules["tensorflow"].config.optimizer.set_experimental_options(
        {"disable_meta_optimizer": True}
    )
    # What is here now stays: children need not look through it for garbage, or copy it to do so.
    gc.collect()
    gc.freeze()


def _draw_first_figure() -> None:
    """Have matplotlib find its fonts and load its drawing code now."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], label=r"$\hat{x}$")
    axes.imshow([[0, 1]])
    axes.set_title("first")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")


def _bury_children(ended: dict[int, int]) -> None:
    """Take note of the signals that ended children, 0 for none."""
    try:
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            process, status = found
            ended[process] = -min(0, os.waitstatus_to_exitcode(status))
    except ChildProcessError:
        pass
    for process in list(ended)[:-MAX_REMEMBERED]:
        del ended[process]


def _become(order: dict, warm: int, sockets: list[socket.socket]) -> None:
    """Turn this fresh child into what was ordered, and end with it."""
    status = 1
    try:
        os.setsid()
        _end_with(warm)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(order["env"])
        os.chdir(order["cwd"])
        reseed()
        module, _, function = order["job"].partition(":")
        getattr(importlib.import_module(module), function)(order["settings"], *sockets)
        status = 0
    except KeyboardInterrupt:
        pass
    except BaseException as error:
        print(f"{order['job']}: {type(error).__name__}: {error}", file=sys.stderr)
    finally:
        os._exit(status)


def _end_with(warm: int) -> None:
    """Have the system kill this process when the warm process ends, however that comes about."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != warm:  # it has ended already
        os._exit(1)


def reseed() -> None:
    """A fork would repeat its siblings' random numbers."""
    random.seed()
    sys.modules["numpy"].random.seed()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
