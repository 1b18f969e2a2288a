"""Seeding, and one tidy line of progress for `fit`."""

from __future__ import annotations

import sys
import time
from typing import Any

import keras
from tqdm import tqdm


def seed(number: int) -> None:
    """Seed Python, numpy and the Keras backend, so that a run can be repeated.

    Raises ValueError (Keras') if `number` is not a whole number.
    """
    keras.utils.set_random_seed(number)


class Progress(keras.callbacks.Callback):
    """Show one line that keeps up with `fit`: epoch, loss, validation loss, time.

    model.fit(x, x, epochs=30, verbose=0, callbacks=[lab.Progress()])

    The line changes once per epoch, in place. In a saved notebook only its last state is left;
    where a line cannot change in place (a pipe, a log file), only its last state is written.
    """

    FORMAT = "epoch {n_fmt}/{total_fmt} [{bar:20}] {elapsed}{postfix}"

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Start the clock, show an empty bar, and spare `fit` its second trace."""
        self._line = _Line()
        self._start = time.monotonic()
        self._show(0, {})
        _build_optimizer(self.model)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Show the losses of the epoch that has ended."""
        self._show(epoch + 1, logs or {})

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Leave the last line as it is."""
        self._line.finish()

    def _show(self, epochs_done: int, logs: dict[str, float]) -> None:
        losses = [f"{name} {logs[name]:.4g}" for name in ("loss", "val_loss") if name in logs]
        self._line.show(
            tqdm.format_meter(
                epochs_done,
                self.params["epochs"],
                time.monotonic() - self._start,
                ascii=" =",  # a Windows console may lack the block characters
                bar_format=self.FORMAT,
                postfix=", ".join(losses),
            )
        )


def _build_optimizer(model: keras.Model) -> None:
    """Make the optimizer's variables before the first step.

    Keras makes them in the first step, while that is traced. TensorFlow allows a traced function
    new variables in its first call only, and so traces it once more: a second for a small network.
    A model with a training step of its own, such as one with several optimizers, is left alone.
    """
    optimizer = getattr(model, "optimizer", None)
    own_step = getattr(model.train_step, "__func__", None) is not keras.Model.train_step
    if own_step or not model.built or not isinstance(optimizer, keras.optimizers.Optimizer):
        return
    # A subclassed model may call itself built before its layers have variables.
    if not optimizer.built and model.trainable_variables:
        optimizer.build(model.trainable_variables)


class _Line:
    """A line of text that can be shown again with other words.

    A notebook keeps every carriage return that is printed, and most sites show each as a new
    line. So there the line is a display that is replaced, not text that is overprinted.
    """

    def __init__(self) -> None:
        self._text = ""
        self._display = _notebook_display()

    def show(self, text: str) -> None:
        """Replace the line."""
        if self._display is not None:
            self._display.update({"text/plain": text}, raw=True)
        elif sys.stdout.isatty():
            print("\r" + text.ljust(len(self._text)), end="", flush=True)
        self._text = text

    def finish(self) -> None:
        """End the line, so that what is printed next starts a new one."""
        if self._display is None:
            print("" if sys.stdout.isatty() else self._text)


def _notebook_display() -> Any:
    """Return a new, empty display of the notebook that runs this; None outside a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if getattr(shell, "kernel", None) is None:
        return None
    return ipython.display.display({"text/plain": ""}, raw=True, display_id=True)
