"""Seeding, and one tidy line of progress for `fit`, with the learning curve where it is wanted."""

from __future__ import annotations

import sys
import time
from typing import Any

import keras
from tqdm import tqdm

from latentlab.learning_curve import draw_curve
from latentlab.notebook import notebook_shell


def seed(number: int) -> None:
    """Seed Python, numpy and the Keras backend, so that a run can be repeated.

    Raises ValueError (Keras') if `number` is not a whole number.
    """
    keras.utils.set_random_seed(number)


class Progress(keras.callbacks.Callback):
    """Show how far `fit` has come: epoch, time, time left, loss and validation loss, in one line.

    model.fit(x, x, epochs=30, verbose=0, callbacks=[lab.Progress()])

    The line changes once per epoch, in place. In a saved notebook only its last state is left;
    where a line cannot change in place (a pipe, a log file), only its last state is written.
    With curve=True, a notebook also shows the learning curve as it grows.
    """

    COUNT, BAR = "epoch {n_fmt}/{total_fmt}", " [{bar:20}] "
    RUNNING, DONE = "{elapsed}, {remaining} left{postfix}", "{elapsed}{postfix}"
    STOPPED = "stopped after {elapsed}{postfix}"

    def __init__(self, curve: bool = False) -> None:
        super().__init__()
        self._curve = curve

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Start the clock, show an empty bar, and spare `fit` its second trace."""
        self._line = _Line()
        self._start = time.monotonic()
        self._losses: dict[str, dict[int, float]] = {}  # of each epoch, counted from 1
        self._epochs_done = 0
        self._show(self.RUNNING)
        self._shell = notebook_shell()
        if self._shell:
            self._shell.events.register("post_run_cell", self._stop)
        _build_optimizer(self.model)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Show the losses of the epoch that has ended."""
        self._epochs_done = epoch + 1
        for name in ("loss", "val_loss"):
            if name in (logs or {}):
                self._losses.setdefault(name, {})[epoch + 1] = float(logs[name])
        self._show(self.RUNNING)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Leave the last line as it is, but for the time left."""
        self._end(self.DONE)

    def _stop(self, result: Any) -> None:
        """IPython calls this when the cell is over; then an error has ended the training."""
        self._end(self.STOPPED)

    def _end(self, state: str) -> None:
        if self._shell:
            self._shell.events.unregister("post_run_cell", self._stop)
        self._show(state)
        self._line.finish()

    def _show(self, state: str) -> None:
        epochs = self._epochs
        picture = draw_curve(self._losses, epochs) if self._curve else ""
        said = f"training: epoch {self._epochs_done} of {epochs}"
        bar = f'<progress value="{self._epochs_done}" max="{epochs}" aria-label="{said}">'
        words = self._words(f"{self.COUNT}: {state}")
        self._line.show(
            self._words(f"{self.COUNT}{self.BAR}{state}"),
            f"<div>{bar}</progress> {words}</div>\n{picture}",
        )

    @property
    def _epochs(self) -> int:
        return (self.params or {}).get("epochs", 0)  # a loop of one's own may not have told it

    def _words(self, form: str) -> str:
        return tqdm.format_meter(
            self._epochs_done,
            self._epochs,
            time.monotonic() - self._start,
            ascii=" =",  # a Windows console may lack the block characters
            bar_format=form,
            postfix=", ".join(
                f"{name} {list(found.values())[-1]:.4g}" for name, found in self._losses.items()
            ),
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
    # A subclassed model may call itself built before all its layers have variables.
    complete = all(layer.built for layer in model._flatten_layers())
    if not optimizer.built and complete and model.trainable_variables:
        optimizer.build(model.trainable_variables)


class _Line:
    """A line of text that can be shown again with other words.

    A notebook keeps every carriage return that is printed, and most sites show each as a new
    line. So there the line is a display that is replaced, not text that is overprinted.
    """

    def __init__(self) -> None:
        self._text = ""
        self._display = _notebook_display()

    def show(self, text: str, html: str) -> None:
        """Replace the line; where a browser shows it, by the HTML."""
        if self._display is not None:
            self._display.update({"text/plain": text, "text/html": html}, raw=True)
        elif sys.stdout.isatty():
            print("\r" + text.ljust(len(self._text)), end="", flush=True)
        self._text = text

    def finish(self) -> None:
        """End the line, so that what is printed next starts a new one."""
        if self._display is None:
            print("" if sys.stdout.isatty() else self._text)


def _notebook_display() -> Any:
    """Return a new, empty display of the notebook that runs this; None outside a notebook."""
    if notebook_shell() is None:
        return None
    from IPython.display import display

    return display({"text/plain": ""}, raw=True, display_id=True)
