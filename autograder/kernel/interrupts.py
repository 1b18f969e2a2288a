"""Interrupts of a kernel's cells that never break off a message in the middle."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_messages = 0
_waiting = False


@contextmanager
def interruptible() -> Iterator[None]:
    """Let an interrupt end what is done here, and nothing else."""
    global _waiting
    _waiting = False
    try:
        signal.signal(signal.SIGINT, _interrupt)
        yield
    except KeyboardInterrupt:  # one that no cell was there to take
        pass
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Have an interrupt wait for the end of this; for what must not be left half done."""
    global _messages, _waiting
    if threading.current_thread() is not threading.main_thread():
        yield  # interrupts are for the main thread only
        return
    _messages += 1
    try:
        yield
    finally:
        _messages -= 1
        if _waiting and not _messages:
            _waiting = False
            raise KeyboardInterrupt


def _interrupt(number: int, frame: FrameType | None) -> None:
    global _waiting
    if _messages:
        _waiting = True
    else:
        raise KeyboardInterrupt
