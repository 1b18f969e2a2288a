"""The warm process: imports Keras once and forks a child for every kernel and every judge.

It never runs a TensorFlow operation itself: TensorFlow's threads would not live on in a child.
Its client starts it with one end of a packet socket and sends a JSON text for each child wanted,
{"job": "kernel" | "judge", "cwd", "env", "argv", "hidden"}, with one socket for the child. The
answer is the child's process number, and a descriptor that stays right when the number is reused.
"""

import ctypes
import importlib
import json
import os
import random
import signal
import socket
import sys

MAX_PACKET = 2**17
PR_SET_PDEATHSIG = 1
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
    "ipykernel.kernelapp",
    "ipywidgets",
    "autograder.judge.process",
    "autograder.judge.student",
    "autograder.warm.kernel",
)


def main(descriptor: int) -> None:
    """Serve the client at this descriptor till it is gone."""
    client = socket.socket(fileno=descriptor)
    _import_everything()
    client.send(b'{"ready": true}')
    while True:
        packet, descriptors, _, _ = socket.recv_fds(client, MAX_PACKET, 1)
        _forget_ended_children()
        if not packet:
            return
        order = json.loads(packet)
        process = os.fork()
        if process == 0:
            client.close()
            _become(order, descriptors)
        handle = os.pidfd_open(process)
        socket.send_fds(client, [json.dumps({"process": process}).encode()], [handle])
        for number in (handle, *descriptors):
            os.close(number)


def _import_everything() -> None:
    for name in WARM_MODULES:
        importlib.import_module(name)


def _forget_ended_children() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _become(order: dict, descriptors: list[int]) -> None:
    """Turn this fresh child into what was ordered, and end with it."""
    status = 1
    try:
        os.setsid()
        _end_with_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        random.seed()  # a fork would repeat its siblings' random numbers
        sys.modules["numpy"].random.seed()
        os.environ.clear()
        os.environ.update(order["env"])
        os.chdir(order["cwd"])
        if order["job"] == "judge":
            from autograder.judge.process import run_judge

            run_judge(socket.socket(fileno=descriptors[0]))
        else:
            from autograder.warm.kernel import run_kernel

            run_kernel(order["argv"], descriptors, order["hidden"])
        status = 0
    except KeyboardInterrupt:
        pass
    except BaseException as error:
        print(f"{order['job']}: {type(error).__name__}: {error}", file=sys.stderr)
    finally:
        os._exit(status)


def _end_with_parent() -> None:
    """Have this process killed when the warm process ends, however that comes about."""
    if ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL):
        raise OSError("prctl failed")


if __name__ == "__main__":
    main(int(sys.argv[1]))
