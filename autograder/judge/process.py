"""The judge's process: takes test cells from its client, runs them, and sends back the outputs.

One judge serves one submission after the other. Messages of the client are JSON texts in packets:

    {"do": "open"} with a socket    a new submission, whose kernel is at the socket's other end
    {"do": "open"} without          a new submission whose kernel is dead
    {"do": "check", "number", "source", "label", "seconds"}
                                    answered with {"number", "outputs": [...]}
    {"do": "stop"}                  break off the test cell that is running
"""

import contextlib
import json
import socket

from autograder.judge.cell import run_cell
from autograder.judge.proxies import Link, Names
from autograder.judge.wire import WireError

MAX_PACKET = 2**17


def run_judge(client: socket.socket) -> None:
    """Serve the client till it closes its end."""
    link: Link | None = None
    while True:
        packet, descriptors, _, _ = socket.recv_fds(client, MAX_PACKET, 1)
        if not packet:
            return
        order = json.loads(packet)
        if order["do"] == "open":
            if link:
                link.close()
            link = Link(socket.socket(fileno=descriptors[0]), client) if descriptors else None
        elif order["do"] == "check":
            _send(client, order["number"], _check(order, link))


def _check(order: dict, link: Link | None) -> list[dict]:
    outputs = run_cell(order["source"], Names(link), order["label"], order["seconds"])
    if link:
        with contextlib.suppress(WireError):  # the kernel may be gone; its client knows
            link.done(order["number"])
    return outputs


def _send(client: socket.socket, number: int, outputs: list[dict]) -> None:
    packet = json.dumps({"number": number, "outputs": outputs}).encode()
    if len(packet) > MAX_PACKET:
        text = "the check put out more text than can be shown"
        error = {"output_type": "error", "ename": "TooMuchOutput", "evalue": text}
        outputs = [error | {"traceback": [text]}]
        packet = json.dumps({"number": number, "outputs": outputs}).encode()
    client.send(packet)
