"""A kernel that runs cells for its client, in the process that it is started in.

It is IPython's own kernel, with what its cells put out going to an outlet. The client asks in
JSON, and each question is answered with {"do": "done"} when it is finished:

    {"do": "files", "names": [...]} and their bytes    lay files beside the notebook
    {"do": "execute", "source"}                        run a cell
    {"do": "serve", "check": number}                   answer the judge, till it is done with this
"""

import asyncio
import logging
import os
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from traitlets.config import Config

from autograder.judge.student import StudentEnd
from autograder.judge.wire import Wire, WireError
from autograder.kernel.attempts import Attempts
from autograder.kernel.interrupts import interruptible
from autograder.kernel.messages import Outlet, OutletSession, OutletStream


class Shell(ZMQInteractiveShell):
    """Jupyter's IPython shell, without event loops of windows."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: there are no windows."""


def serve_client(client: Wire, judge: Wire, forbidden: list[str]) -> None:
    """Run the cells that the client sends, till it closes its end.

    `forbidden` are folders that are noted when a cell tries to open something in them.
    """
    outlet = Outlet(client)
    kernel = make_kernel(outlet)
    Attempts(outlet, forbidden).watch()
    answers = StudentEnd(judge, kernel.shell.user_ns)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    process = os.getpid()
    while True:
        try:
            order, arrays = client.receive()
        except WireError:
            return
        with interruptible():
            if order["do"] == "files":
                _lay_down(order["names"], arrays)
            elif order["do"] == "execute":
                _execute(loop, kernel, order["source"])
            elif order["do"] == "serve":
                answers.serve(order["check"])
        if os.getpid() != process:  # a cell has forked, and this is the child at its end
            os._exit(0)
        sys.stdout.flush()
        sys.stderr.flush()
        outlet.put({"do": "done"})


def make_kernel(outlet: Outlet) -> IPythonKernel:
    """IPython's kernel, without Jupyter's sockets, history file and start-up files."""
    session = OutletSession()
    session.outlet = outlet
    config = Config()
    config.HistoryManager.enabled = False
    kernel = IPythonKernel.instance(
        config=config, session=session, shell_class=Shell, log=logging.getLogger("kernel")
    )
    # What ipykernel asks for when a cell waits for something at its top level.
    kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
    sys.stdout = OutletStream("stdout", outlet)
    sys.stderr = OutletStream("stderr", outlet)
    # matplotlib was imported before there was a shell, so it could not find the shell by itself.
    kernel.shell.enable_matplotlib("inline")
    # At the end: a file that was handed in must not stand in for a module.
    sys.path.append(os.getcwd())
    return kernel


def _execute(loop: asyncio.AbstractEventLoop, kernel: IPythonKernel, source: str) -> None:
    parent = kernel.session.msg("execute_request", {"code": source})
    kernel.set_parent([], parent)
    kernel.shell.set_parent(parent)
    try:
        loop.run_until_complete(kernel.do_execute(source, silent=False))
    except Exception as error:  # IPython's own, as in showing an error whose text is another
        name, text = type(error).__name__, "what this cell ended with could not be shown"
        content = {"ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}
        kernel.session.send(None, "error", content)


def _lay_down(names: list[str], contents: list[np.ndarray]) -> None:
    for name, content in zip(names, contents, strict=True):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.tobytes())
