"""The warm process: imports Keras once and forks a child for every kernel and every judge.

It never runs a TensorFlow operation itself: TensorFlow's threads would not live on in a child.
Its client starts it with one end of a packet socket and sends a JSON text for each child wanted,
{"job", "cwd", "env", "settings"}, with the sockets that the child is to have. The answer is the
child's process number, and a descriptor that stays right when the number is reused. The jobs:

    "student"    a student's kernel in a sandbox, and its guard: the guard's socket for its
                 report, the kernel's sockets to its client and to the judge
    "judge"      a judge, with a socket to its client
    "tell"       none: answered with the signal that ended an earlier child
    "kernel"     a Jupyter kernel with the arguments of settings["argv"], for nbval and JupyterLab
"""

import contextlib
import gc
import importlib
import io
import json
import os
import random
import resource
import signal
import socket
import sys

from autograder.sandbox.linux import end_with_parent

MAX_PACKET = 2**17
MAX_SOCKETS = 3
MAX_REMEMBERED = 100
JUDGE_MEGABYTES = 4096
# What a notebook of the course and the judge import, so that their forks need not. latentlab
# comes first: it silences TensorFlow's notes.
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
    "autograder.judge.process",
    "autograder.kernel.shell",
    "autograder.sandbox.guard",
    "autograder.warm.kernel",
)


def main(descriptor: int) -> None:
    """Serve the client at this descriptor till it is gone."""
    client = socket.socket(fileno=descriptor)
    warm_up()
    with contextlib.suppress(OSError):  # a client that is gone already is noticed below
        client.send(b'{"ready": true}')
    ended: dict[int, int] = {}
    while True:
        packet, descriptors, _, _ = socket.recv_fds(client, MAX_PACKET, MAX_SOCKETS)
        _bury_children(ended)
        if not packet:
            return
        order = json.loads(packet)
        if order["job"] == "tell":
            client.send(json.dumps({"signal": ended.get(order["process"])}).encode())
            continue
        process = os.fork()
        if process == 0:
            client.close()
            _become(order, [socket.socket(fileno=number) for number in descriptors])
        handle = os.pidfd_open(process)
        socket.send_fds(client, [json.dumps({"process": process}).encode()], [handle])
        for number in (handle, *descriptors):
            os.close(number)


def warm_up() -> None:
    """Do once what every notebook and every judge would have to do first."""
    for name in WARM_MODULES:
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


def _become(order: dict, sockets: list[socket.socket]) -> None:
    """Turn this fresh child into what was ordered, and end with it."""
    status = 1
    try:
        os.setsid()
        end_with_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(order["env"])
        os.chdir(order["cwd"])
        if order["job"] == "student":
            _guard_student(order["settings"], *sockets)
        elif order["job"] == "judge":
            from autograder.judge.process import run_judge

            _reseed()
            most = JUDGE_MEGABYTES * 2**20  # what a student sends must not use up the machine
            resource.setrlimit(resource.RLIMIT_DATA, (most, most))
            run_judge(*sockets)
        else:
            from autograder.warm.kernel import run_kernel

            _reseed()
            run_kernel(order["settings"]["argv"])
        status = 0
    except KeyboardInterrupt:
        pass
    except BaseException as error:
        print(f"{order['job']}: {type(error).__name__}: {error}", file=sys.stderr)
    finally:
        os._exit(status)


def _guard_student(
    settings: dict, report: socket.socket, client: socket.socket, judge: socket.socket
) -> None:
    from autograder.judge.wire import Wire
    from autograder.kernel.interrupts import uninterrupted
    from autograder.kernel.shell import serve_client
    from autograder.sandbox.guard import guard
    from autograder.sandbox.limits import Limits
    from autograder.warm.kernel import point_nowhere

    def run() -> None:
        _reseed()
        point_nowhere(0, 1, 2)
        wires = [Wire(end, shield=uninterrupted) for end in (client, judge)]
        serve_client(*wires, settings["hidden"])

    guard(
        run,
        report,
        Limits(**settings["limits"]),
        settings["visible"],
        settings["hidden"],
        settings["isolate"],
        leave=[client, judge],
    )


def _reseed() -> None:
    """A fork would repeat its siblings' random numbers."""
    random.seed()
    sys.modules["numpy"].random.seed()


if __name__ == "__main__":
    main(int(sys.argv[1]))
