"""Seeding and the progress line, in a process, in a terminal and in a saved notebook."""

import asyncio
import io
import random
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest
from jupyter_client import AsyncKernelManager

import latentlab as lab
from latentlab.warm.provisioner import WarmKernelManager, warm_process

keras = pytest.importorskip("keras")
ROOT = Path(__file__).resolve().parent.parent
X = np.ones((64, 4), "float32")


@pytest.fixture(scope="module")
def model():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])
    model.compile("sgd", "mse")
    return model


def fit(model, **options):
    model.fit(X, X, verbose=0, callbacks=[lab.Progress()], **options)


def test_seed_repeats_python_numpy_and_keras():
    def draw():
        lab.seed(7)
        weights = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)]).get_weights()[0]
        return [random.random(), np.random.rand(), *weights.ravel()]

    assert draw() == draw()


@pytest.mark.parametrize("manager", [AsyncKernelManager, WarmKernelManager])
def test_a_client_that_asks_for_the_banner_throws_no_dice(manager, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    told = []

    async def run(client, code):
        await client.execute_interactive(code, output_hook=lambda m: told.append(m["content"]))

    async def ask():
        kernel = manager()
        await kernel.start_kernel()
        client = kernel.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=120)
            await run(client, "import latentlab as lab, random; before = random.getstate()")
            for _ in range(3):
                client.kernel_info()
            await run(client, "print(random.getstate() == before)")
        finally:
            client.stop_channels()
            await kernel.shutdown_kernel(now=True)

    asyncio.run(ask())
    if manager is WarmKernelManager:
        warm_process().close()
    assert [part["text"] for part in told if "text" in part] == ["True\n"]


def test_progress_leaves_one_line_in_a_pipe(model, capsys):
    fit(model, epochs=5, validation_data=(X, X))
    printed = capsys.readouterr()
    (line,) = printed.out.splitlines()
    assert line.startswith("epoch 5/5 [====") and ", loss " in line and ", val_loss " in line
    assert printed.err == ""


def test_progress_without_validation(model, capsys):
    fit(model, epochs=1)
    assert "val_loss" not in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_overprints_in_a_terminal(model, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    fit(model, epochs=3)
    text = terminal.getvalue()
    assert text.count("\r") == 5 and text.count("\n") == 1 and text.endswith("\n")
    assert "epoch 0/3" in text and "epoch 3/3" in text
    *running, done = text.split("\r")[1:]
    assert all(" left" in line for line in running) and " left" not in done


def test_progress_ends_early_with_the_training(model, capsys):
    stop = keras.callbacks.EarlyStopping("loss", min_delta=1e9)
    model.fit(X, X, epochs=9, verbose=0, callbacks=[lab.Progress(), stop])
    assert "epoch 2/9" in capsys.readouterr().out


def small_model():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])
    model.compile("adam", "mse", jit_compile=False)
    return model


@pytest.mark.parametrize(("callback", "traces"), [(keras.callbacks.Callback, 2), (lab.Progress, 1)])
def test_progress_spares_the_second_trace(callback, traces, monkeypatch):
    counted, loss = [], keras.Model._compute_loss

    def counting(self, *args, **options):
        counted.append("train" if options["training"] else "test")
        return loss(self, *args, **options)

    monkeypatch.setattr(keras.Model, "_compute_loss", counting)
    small_model().fit(X, X, epochs=3, verbose=0, callbacks=[callback()])
    assert counted == ["train"] * traces


def test_progress_does_not_change_what_is_learned():
    def weights(*callbacks):
        lab.seed(3)
        model = small_model()
        model.fit(X, X, epochs=2, verbose=0, callbacks=callbacks)
        return model.get_weights()

    for with_line, without in zip(weights(lab.Progress()), weights(), strict=True):
        np.testing.assert_array_equal(with_line, without)


class TwoOptimizers(keras.Sequential):
    """A model whose step has an optimizer for each of its layers, as that of a GAN."""

    def train_step(self, data):
        self.built_before_the_step = self.optimizer.built
        return {"loss": 0.0}


def test_progress_leaves_a_training_step_of_its_own_alone():
    model = TwoOptimizers([keras.Input((4,)), keras.layers.Dense(4)])
    model.compile("adam", "mse", jit_compile=False)
    fit(model)
    assert not model.built_before_the_step and not model.optimizer.built

    model = small_model()
    model.train_step = lambda data: {"loss": 0.0}
    fit(model)
    assert not model.optimizer.built


def test_progress_with_a_model_that_is_not_built_or_has_no_optimizer(capsys):
    unbuilt = keras.Sequential([keras.layers.Dense(4)])
    unbuilt.compile("adam", "mse", jit_compile=False)
    fit(unbuilt, epochs=2)
    frozen = small_model()
    frozen.layers[0].trainable = False
    with pytest.warns(UserWarning, match="trainable"):
        fit(frozen)
    assert "epoch 2/2" in capsys.readouterr().out


def test_progress_goes_on_where_training_left_off():
    model = small_model()
    fit(model)
    fit(model)
    assert int(model.optimizer.iterations) == 4


def test_progress_does_nothing_per_batch():
    assert not {name for name in vars(lab.Progress) if "batch" in name}


CELLS = """
import latentlab as lab
import keras
import numpy as np
lab.seed(1)
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(784, "sigmoid")])
model.compile("adam", "mse")
codes, images = np.ones((64, 2), "float32"), np.ones((64, 784), "float32")
---
print("before")
history = model.fit(codes, images, epochs=20, verbose=0, callbacks=[lab.Progress(curve=True)])
print("after")
---
lab.show_rows({"rebuilt": model(codes)}, "Rows")
---
lab.plot_history(history)
---
lab.plot_latent(codes, np.arange(64) % 10)
---
lab.plot_decoded_grid(model)
---
lab.explore_latent(model, codes + np.arange(128).reshape(64, 2))
"""


@pytest.mark.slow
def test_saved_notebook_reads_well():
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS.split("---")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert not [o for out in outputs for o in out if o.get("name") == "stderr"]
    assert outputs[0] == []
    before, line, after = outputs[1]
    assert (before["text"], after["text"]) == ("before\n", "after\n")
    assert line["data"]["text/plain"].startswith("epoch 20/20 [====================] ")
    assert '<progress value="20" max="20"' in line["data"]["text/html"]
    assert "<svg" in line["data"]["text/html"]
    for out in outputs[2:6]:
        assert len(out) == 1 and "image/png" in out[0]["data"]
    assert "application/vnd.jupyter.widget-view+json" in outputs[6][0]["data"]


def test_a_subclassed_model_that_is_built_without_variables_trains():
    class Sub(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(3)

        def call(self, x):
            return self.dense(x)

    model = Sub()
    model.built = True
    model.compile("adam", loss="mse", jit_compile=False)
    x = np.ones((8, 3), np.float32)
    history = model.fit(x, x, verbose=0, callbacks=[lab.Progress()])
    assert np.isfinite(history.history["loss"]).all()


def test_a_subclassed_model_of_which_only_a_part_is_built_trains():
    class Sub(keras.Model):
        def __init__(self):
            super().__init__()
            self.scale = self.add_weight(shape=(), initializer="ones")
            self.dense = keras.layers.Dense(3)

        def build(self, shape):
            self.built = True

        def call(self, x):
            return self.dense(x) * self.scale

    model = Sub()
    model.build((None, 3))
    model.compile("adam", loss="mse", jit_compile=False)
    x = np.ones((8, 3), np.float32)
    history = model.fit(x, x, verbose=0, callbacks=[lab.Progress()])
    assert np.isfinite(history.history["loss"]).all()


def test_progress_in_a_loop_of_ones_own(model, capsys):
    callbacks = keras.callbacks.CallbackList([lab.Progress()], model=model)
    callbacks.on_train_begin()
    callbacks.on_epoch_end(0, {"loss": 0.5})
    callbacks.on_train_end()
    assert "loss 0.5" in capsys.readouterr().out
