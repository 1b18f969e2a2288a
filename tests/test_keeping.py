"""Trained networks are taken from an earlier run if, and only if, nothing has changed."""

import functools
import importlib
import linecache
import os
import random
import sys
import types
from pathlib import Path

import numpy as np
import pytest

import latentlab as lab
from latentlab import keeping
from latentlab.fingerprint import CannotTell, Fingerprint

keras = pytest.importorskip("keras")
X = np.linspace(0, 1, 32, dtype=np.float32).reshape(8, 4)

# As in a notebook: functions that know each other by the names of one module.
CELLS = """
import keras
import numpy as np

RATE = 0.1

def step(x):
    return RATE * x.mean()

def train(model, x, epochs=2):
    runs.count += 1
    model.set_weights([w + epochs * step(x) for w in model.get_weights()])
    history = keras.callbacks.History()
    history.history, history.epoch = {"loss": [0.5, 0.25]}, [0, 1]
    return history
"""


def notebook(cells=CELLS):
    """The names of a notebook whose cells were run."""
    runs = types.ModuleType("runs")  # as one that is built into Python: its name stands for it
    runs.count = 0
    names = {"__name__": "__main__", "runs": runs}
    file = f"<cell {len(linecache.cache)}>"
    linecache.cache[file] = len(cells), None, cells.splitlines(keepends=True), file
    exec(compile(cells, file, "exec"), names)
    return names


def network(units=3, seed=1):
    lab.seed(seed)
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(keeping.FOLDER, str(tmp_path / "kept"))
    return tmp_path / "kept"


def trained(cells=CELLS, model=None, x=X, chance=1, **named):
    """Train in a fresh notebook; give whether it did, the weights, and what was returned."""
    names, model = notebook(cells), model or network()
    lab.seed(chance)
    history = lab.kept(names["train"], model, x, **named)
    return bool(names["runs"].count), model.get_weights(), history


def trained_by_both(first, second):
    """Train in a notebook of the first cells, then of the second: if that one did, both results."""
    results = []
    for cells in (first, second):
        names = notebook(cells)
        results.append(lab.kept(names["train"], names["make"](), X))
    return bool(names["runs"].count), results


def test_a_second_run_takes_the_weights_and_the_history_of_the_first(capsys):
    first, weights, history = trained()
    again, same, told = trained()
    assert (first, again) == (True, False)
    for one, other in zip(weights, same, strict=True):
        np.testing.assert_array_equal(one, other)
    assert isinstance(told, keras.callbacks.History)
    assert (told.history, told.epoch) == (history.history, history.epoch)
    assert capsys.readouterr().out == keeping.TOLD + "\n"


CHANGES = {
    "a number in the function": {"cells": CELLS.replace("epochs * step", "3 * step")},
    "a function that it calls": {"cells": CELLS.replace("RATE * x.mean()", "RATE * x.max()")},
    "a number that it uses": {"cells": CELLS.replace("RATE = 0.1", "RATE = 0.2")},
    "a default": {"cells": CELLS.replace("epochs=2", "epochs=3")},
    "one pixel": {"x": X + np.eye(8, 4, dtype=np.float32) * 1e-6},
    "an argument by name": {"epochs": 5},
    "the seed": {"chance": 2},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_trains_again_after_a_change_of(change):
    trained()
    assert trained(**change)[0]


def test_it_trains_again_when_the_network_or_its_first_weights_changed():
    trained()
    assert trained(model=network(units=2))[0]
    assert trained(model=network(seed=2))[0]
    other = network()
    other.compile("adam", "mse", jit_compile=False)
    assert trained(model=other)[0]
    other = network()
    other.compile(keras.optimizers.Adam(0.5), "mse", jit_compile=False)
    assert trained(model=other)[0]


def test_the_names_of_layers_do_not_count():
    named = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="mine")], name="my")
    lab.seed(1)
    for variable, value in zip(named.weights, network().get_weights(), strict=True):
        variable.assign(value)
    trained()
    assert not trained(model=named)[0]


MINE = "def step(x):\n    return 1 * x.mean()\n"

LOSS = """
import keras

def loss(y, y_hat):
    return keras.ops.mean(keras.ops.square(y - y_hat), axis=-1)

class Own(keras.Model):
    def __init__(self, weight):
        super().__init__()
        self.dense = keras.layers.Dense(4)
        self.weight = weight
    @property
    def sign(self):
        return 1
    def build(self, shape):
        self.dense.build(shape)
    def call(self, x):
        return self.sign * self.dense(x)

def make(weight=1.0):
    keras.utils.set_random_seed(1)
    model = Own(weight)
    model.build((None, 4))
    model.compile("sgd", loss, jit_compile=False)
    return model

def train(model, x):
    runs.count += 1
    return list(x[0])
"""


PARTS = """
import keras

class Apply(keras.layers.Layer):
    def __init__(self, function, **options):
        super().__init__(**options)
        self.function = function
    def call(self, x):
        return self.function(x)

class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = {"first": [keras.layers.Dense(4, activation="relu")]}
        self.last = Apply(lambda x: 1.5 * x)
        self._rate = 1
    def build(self, shape):
        self.parts["first"][0].build(shape)
    def call(self, x):
        return self.last(self.parts["first"][0](x))

def make():
    keras.utils.set_random_seed(1)
    model = Own()
    model.build((None, 4))
    return [model]

def train(models, x):
    runs.count += 1
"""


@pytest.mark.parametrize(
    ("old", "new", "retrained"),
    [
        ("", "", False),
        ("relu", "tanh", True),
        ("1.5", "3.5", True),
        ("_rate = 1", "_rate = 2", True),
    ],
)
def test_layers_inside_of_classes_of_the_notebook_count(old, new, retrained):
    trains, _ = trained_by_both(PARTS, PARTS.replace(old, new))
    assert trains == retrained


OWN = """
import keras

def bent(x):
    return keras.ops.maximum(x, 0.1 * x)

class Falling(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.01 / (1 + keras.ops.cast(step, "float32"))
    def get_config(self):
        return {}

def far(y, y_hat):
    return keras.ops.mean(keras.ops.abs(y - y_hat)) * 5

class Small(keras.regularizers.Regularizer):
    def __init__(self, rate):
        self.rate = rate
    def __call__(self, w):
        return self.rate * keras.ops.sum(w)
    def get_config(self):
        return {}

def make():
    keras.utils.set_random_seed(1)
    dense = keras.layers.Dense(4, activation=bent, kernel_regularizer=Small(0.5))
    inner = keras.layers.TimeDistributed(keras.layers.Dense(4, activation=bent))
    model = keras.Sequential([
        keras.Input((4,)), dense, keras.layers.Reshape((1, 4)), inner, keras.layers.Reshape((4,)),
    ])
    model.compile(keras.optimizers.SGD(Falling()), "mse", metrics=[far], jit_compile=False)
    return model

def train(model, x):
    runs.count += 1
    return model.fit(x, x, verbose=0)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "retrained"),
    [
        ("", "", False),
        ("0.1 * x", "0.5 * x", True),  # the activation
        ("0.01 /", "0.02 /", True),  # the learning rate
        ("* 5", "* 6", True),  # a metric, which the history holds
        ("Small(0.5)", "Small(0.7)", True),
        ("rate * keras", "rate * 2 * keras", True),
    ],
)
def test_what_is_a_students_own_in_a_network_of_keras_counts(old, new, retrained):
    trains, histories = trained_by_both(OWN, OWN.replace(old, new))
    assert all(history.history["far"] for history in histories)
    assert trains == retrained


def test_two_layers_whose_names_are_words_of_the_settings_are_told_apart():
    for activation in ("relu", "tanh"):
        lab.seed(1)
        lab.kept(
            lambda model: len(model.layers),
            keras.Sequential(
                [keras.Input((4,)), keras.layers.Dense(3, activation, name=activation)]
            ),
        )
    assert len(list(Path(os.environ[keeping.FOLDER]).iterdir())) == 2


def test_a_network_of_which_a_layer_does_not_tell_how_it_is_made_is_trained_each_time():
    for _ in range(2):
        names = notebook(PARTS)
        pixels = keras.Input((4,))
        lab.seed(1)
        tells_nothing = names["Apply"](lambda x: 2.5 * x)
        model = keras.Model(pixels, tells_nothing(keras.layers.Dense(4)(pixels)))
        lab.kept(names["train"], [model], X)
        assert names["runs"].count


PLACE = """
from typing import NamedTuple

class Place(NamedTuple):
    x: int
    def far(self):
        return self.x

pick = Place(3)
"""
DICT = """
class Settings(dict):
    def rate(self):
        return 1

pick = Settings(a=1)
"""
TRACED = """
import keras
import tensorflow as tf

@tf.function
def act(x):
    return 2 * x

keras.utils.set_random_seed(1)
pick = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation=act)])
"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def pick(a): return a[0]", "def pick(*a): return a[0]"),
        ("def pick(a): return a[..., 0]", "def pick(a): return a[..., 1]"),
        ("def pick(a): return a in {1, 2}", "def pick(a): return a in {1, 3}"),
        ("pick = partial(max, 1)", "pick = partial(max, 2)"),
        ("pick = range(3)", "pick = range(4)"),
        ("pick = {1, 2}", "pick = {1, 3}"),
        ("pick = [1].append", "pick = [2].append"),
        (PLACE, PLACE.replace("self.x", "-self.x")),
        (PLACE.replace("pick = Place(3)", "pick = Place"), PLACE),
        (DICT, DICT.replace("return 1", "return 2")),
        ("def pick(a): return a\npick.rate = 1", "def pick(a): return a\npick.rate = 2"),
        (TRACED, TRACED.replace("2 * x", "3 * x")),
    ],
)
def test_kinds_of_values_are_known_and_told_apart(one, other):
    texts = []
    for code in (one, one, other):
        names = {"__name__": "__main__", "partial": functools.partial}
        exec(code, names)
        key = Fingerprint()
        key.take(names["pick"])
        texts.append(key.text)
    assert texts[0] == texts[1] != texts[2]


def test_a_training_that_changes_more_than_networks_is_done_each_time():
    def train(losses):
        losses.append(0.5)

    for _ in range(2):
        losses = []
        lab.kept(train, losses)
        assert losses == [0.5]
    for _ in range(2):
        names = notebook("seen = []\ndef train():\n    seen.append(1)\n")
        lab.kept(names["train"])
        assert names["seen"] == [1]


def test_a_module_that_a_function_imports_counts(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(MINE)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(CannotTell):
        Fingerprint().take(notebook("def f():\n    import mine\n")["f"])
    Fingerprint().take(notebook("def f():\n    import numpy.linalg\n    import math\n")["f"])


def test_a_network_with_a_function_of_the_notebook_is_not_built_again_by_its_name():
    code = """
import keras
def leaky_relu(x):
    return 7 * x
def build(x):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation=leaky_relu)])
"""
    for _ in range(2):
        names = notebook(code)
        lab.seed(1)
        assert lab.kept(names["build"], X).layers[0].activation is names["leaky_relu"]


def test_a_layer_that_is_in_no_network_is_trained_each_time():
    def train(layer):
        runs.append(layer)

    runs = []
    for _ in range(2):
        lab.seed(1)
        layer = keras.layers.Dense(3)
        layer.build((None, 4))
        lab.kept(train, layer)
    assert len(runs) == 2


def test_random_numbers_after_it_are_those_after_the_training():
    def train():
        return np.random.random(), random.random()

    drawn = []
    for _ in range(2):
        lab.seed(1)
        drawn.append([lab.kept(train), np.random.random(), random.random()])
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    ("old", "new", "retrained"),
    [
        ("", "", False),
        ("square(y", "abs(y", True),
        ("* self.dense(x)", "* -self.dense(x)", True),
        ("return 1", "return 2", True),
        ("weight=1.0", "weight=2.0", True),
    ],
)
def test_losses_and_classes_of_the_notebook_count_with_their_code(old, new, retrained):
    trains, results = trained_by_both(LOSS, LOSS.replace(old, new))
    assert all(result == list(X[0]) for result in results)
    assert trains == retrained


def test_what_is_called_like_an_attribute_does_not_count():
    trained()
    assert not trained(CELLS + "\nmean = object()\n")[0]  # the function uses x.mean


def test_a_network_that_is_no_argument_is_trained_each_time():
    cells = CELLS.replace("def train(model, x", "def train(x").replace("model.", "net.")
    for _ in range(2):
        names = notebook(cells)
        names["net"] = network()
        lab.kept(names["train"], X)
        assert names["runs"].count


def test_what_cannot_be_compared_or_kept_is_trained_each_time(folder):
    for x in (np.array([object()]), np.random.default_rng(1)):
        for _ in range(2):
            assert len(lab.kept(lambda x: [x], x)) == 1
    assert not folder.exists()
    for _ in range(2):
        assert isinstance(lab.kept(lambda: object()), object)
    assert not folder.exists() or not list(folder.glob("*.npz"))


def test_a_network_that_has_no_weights_before_the_training_is_trained_each_time():
    def train(model):
        model(X)
        return []

    for _ in range(2):
        model = keras.Sequential([keras.layers.Dense(2)])
        lab.kept(train, model)
        assert len(model.weights) == 2


def test_results_come_back_as_they_were():
    result = ([1.5, None], {"a": np.arange(3), "b": ("x", True), "c": np.float64(0.25)})
    for _ in range(2):
        numbers, named = lab.kept(lambda: result)
        assert numbers == [1.5, None] and named["b"] == ("x", True)
        np.testing.assert_array_equal(named["a"], np.arange(3))
        assert type(named["c"]) is np.float64 and named["c"].round(1) == 0.2


RETURNS = """
import keras

class Own(keras.layers.Layer):
    def call(self, x):
        return -x

def build(x):
    runs.count += 1
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "relu", name="code")])

def build_own(x):
    runs.count += 1
    return keras.Sequential([keras.Input((4,)), Own()])

def build_two(x):
    runs.count += 1
    encoder = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    return encoder, keras.Sequential([encoder, keras.layers.Dense(4)])

def build_twice(x):
    network = build(x)
    return network, network

def pass_on(model, x):
    runs.count += 1
    model.set_weights([w + 1 for w in model.get_weights()])
    return {"trained": model}
"""


def test_the_method_fit_can_be_kept_itself():
    losses, batches = [], []
    for _ in range(2):
        model = network(units=4)
        model.compile("adam", "mse", jit_compile=False)
        history = lab.kept(model.fit, X, X, epochs=2, verbose=0, callbacks=[lab.Progress()])
        losses.append((history.history["loss"], model.get_weights()[0].tolist()))
        batches.append(int(model.optimizer.iterations))
    assert losses[0] == losses[1]
    assert batches == [2, 2]


def test_a_network_that_training_returns_is_built_again():
    built = []
    for _ in range(2):
        names = notebook(RETURNS)
        lab.seed(3)
        built.append(lab.kept(names["build"], X))
    assert not names["runs"].count
    np.testing.assert_array_equal(built[0](X), built[1](X))
    assert built[1].get_layer("code").activation is keras.activations.relu


def test_a_network_that_was_kept_can_stand_beside_new_ones_after_a_restart():
    for _ in range(2):
        keras.backend.clear_session()  # Keras counts from the start, as in a new kernel
        names = notebook(RETURNS)
        lab.seed(3)
        first = lab.kept(names["build"], X)
        second = names["build"](X)
        x = keras.Input(X.shape[1:])
        keras.Model(x, [first(x), second(x)])


def test_a_network_with_a_layer_of_the_notebook_is_trained_each_time():
    for _ in range(2):
        names = notebook(RETURNS)
        lab.seed(3)
        np.testing.assert_array_equal(lab.kept(names["build_own"], X)(X), -X)
        assert names["runs"].count


def test_networks_that_share_weights_are_trained_each_time():
    for _ in range(2):
        names = notebook(RETURNS)
        lab.seed(3)
        encoder, both = lab.kept(names["build_two"], X)
        assert both.layers[0] is encoder
        assert names["runs"].count


def test_a_network_that_is_returned_twice_stays_one_network():
    for _ in range(2):
        names = notebook(RETURNS)
        lab.seed(3)
        one, other = lab.kept(names["build_twice"], X)
        assert one is other
    assert not names["runs"].count


def test_a_network_that_was_given_and_is_returned_stays_one_network():
    for _ in range(2):
        names, model = notebook(RETURNS), network()
        before = model.get_weights()[0]
        lab.seed(3)
        assert lab.kept(names["pass_on"], model, X)["trained"] is model
        np.testing.assert_array_equal(model.get_weights()[0], before + 1)
    assert not names["runs"].count


FIT = """
import keras

def rate():
    return 0.05

def bent(x):
    return keras.ops.maximum(x, 0.1 * x)

def far(y, y_hat):
    return keras.ops.mean(keras.ops.abs(y - y_hat), axis=-1)

def make():
    keras.utils.set_random_seed(1)
    layers = keras.layers.Dense(4, activation="relu"), keras.layers.Dropout(0.3)
    return keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(4)])

def train(model, x):
    runs.count += 1
    model.compile(keras.optimizers.Adam(rate()), "mse", metrics=["mae"], jit_compile=False)
    model.layers[0].trainable = False
    return model.fit(x, x, epochs=2, verbose=0)

def build_and_train(x):
    model = make()
    train(model, x)
    return model
"""


def fitted(cells=FIT, use=lambda names, model: None):
    """Train and go on, in a notebook of these cells; whether it trained, and what use gave."""
    names = notebook(cells)
    model = names["make"]()
    history = lab.kept(names["train"], model, X)
    return bool(names["runs"].count), use(names, model), model, history


@pytest.mark.slow
def test_after_it_a_network_is_as_it_was_after_the_training():
    def more(names, model):
        seen = [model.evaluate(X, X, verbose=0), model.history.history, model.history.params]
        fit = model.fit(X, X, epochs=2, verbose=0)  # with the momentum and the dice of before
        return [*seen, fit.history, [layer.trainable for layer in model.layers]]

    (_, first, *_), (trains, again, model, history) = fitted(use=more), fitted(use=more)
    assert not trains and first == again
    assert model.history.model is model and history.history == first[1]


@pytest.mark.slow
def test_a_network_that_was_built_in_the_training_is_as_it_was_too():
    seen = []
    for _ in range(2):
        names = notebook(FIT)
        lab.seed(1)
        model = lab.kept(names["build_and_train"], X)
        seen.append([model.evaluate(X, X, verbose=0), model.layers[0].trainable])
        seen[-1].append(model.fit(X, X, verbose=0).history)
    assert seen[0] == seen[1] and not names["runs"].count


@pytest.mark.slow
def test_a_network_that_was_compiled_with_a_function_of_the_notebook_is_trained_each_time():
    cells = FIT.replace('metrics=["mae"]', "metrics=[far]")
    for _ in range(2):
        assert fitted(cells)[0]


def test_a_function_without_a_name_counts_by_its_code(recwarn):
    cells = """
import keras

def make():
    keras.utils.set_random_seed(1)
    dense = keras.layers.Dense(3, activation=lambda x: 2 * x)
    model = keras.Sequential([keras.Input((4,)), dense])
    model.compile("sgd", lambda y, y_hat: 2 * y, jit_compile=False)
    return model

def train(model, x):
    runs.count += 1
"""
    assert not trained_by_both(cells, "\n\n" + cells)[0]  # on another line of its cell
    assert trained_by_both(cells, cells.replace("2 * x", "3 * x"))[0]
    assert trained_by_both(cells, cells.replace("2 * y", "3 * y"))[0]
    assert not [warning for warning in recwarn if "lambda" in str(warning.message)]


def test_a_layer_that_calculates_with_copies_of_its_weights_is_as_it_was():
    def train(model, x):
        model.layers[0].adapt(50 * x)

    seen = []
    for _ in range(2):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Normalization()])
        lab.seed(1)
        lab.kept(train, model, X)
        seen.append(np.asarray(model(X)))
    np.testing.assert_array_equal(*seen)
    assert np.abs(seen[0] - X).max() > 0.1


@pytest.mark.slow
def test_what_an_optimizer_has_gathered_counts():
    cells = (
        FIT
        + """
def go_on(model, x):
    runs.count += 1
    model.fit(x, x, verbose=0)
"""
    )
    trains = []
    for steps in (1, 1, 2):
        names = notebook(cells)
        model = names["make"]()
        start = model.get_weights()
        model.compile("adam", "mse", jit_compile=False)
        for _ in range(steps):
            model.fit(X, -X, verbose=0)
        model.set_weights(start)
        lab.seed(1)
        lab.kept(names["go_on"], model, X)
        trains.append(names["runs"].count)
    assert trains == [1, 0, 1]


def test_an_optimizer_beside_the_networks_is_as_it_was_after_the_training():
    cells = """
import keras

def make():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    optimizer = keras.optimizers.Adam(0.1)
    optimizer.build(model.trainable_variables)
    return model, optimizer

def train(model, optimizer, x):
    runs.count += 1
    optimizer.apply([keras.ops.ones_like(w) for w in model.trainable_variables])
"""
    seen = []
    for _ in range(2):
        names = notebook(cells)
        model, optimizer = names["make"]()
        lab.kept(names["train"], model, optimizer, X)
        optimizer.apply([-keras.ops.ones_like(w) for w in model.trainable_variables])
        seen.append((int(optimizer.iterations), model.get_weights()[0].tolist()))
    assert seen[0] == seen[1] and seen[0][0] == 2 and not names["runs"].count


@pytest.mark.parametrize("throw", ["keras.random.normal((2,))", "None"])
def test_random_numbers_of_keras_after_it_are_those_after_the_training(throw):
    cells = f"import keras\ndef train():\n    {throw}\n    return 1\n"
    drawn = []
    for _ in range(2):
        lab.seed(1)
        lab.kept(notebook(cells)["train"])
        drawn.append(np.asarray(keras.random.normal((3,))).tolist())
    assert drawn[0] == drawn[1]


def test_what_the_training_has_gathered_costs_no_more_than_the_keeping():
    def train(model, found):
        found.append(keras.callbacks.History())
        return 1

    for _ in range(2):
        found = []
        assert lab.kept(train, network(), found) == 1
        assert len(found) == 1


def test_a_training_that_sets_a_global_name_is_done_each_time():
    cells = "def train():\n    global losses\n    losses = [1]\n"
    for _ in range(2):
        names = notebook(cells)
        lab.kept(names["train"])
        assert names["losses"] == [1]


def test_the_precision_that_keras_calculates_with_counts():
    trained()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = network()
    finally:
        keras.config.set_dtype_policy("float32")
    assert trained(model=model)[0]
    names = notebook(RETURNS)
    lab.seed(3)
    lab.kept(names["build"], X)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        lab.seed(3)
        assert lab.kept(names["build"], X).compute_dtype == "bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")


def test_a_weight_that_is_not_to_be_trained_counts():
    trained()
    model = network()
    model.layers[0].kernel.trainable = False
    assert trained(model=model)[0]


def test_a_damaged_file_costs_no_more_than_the_training(folder):
    trained()
    (path,) = folder.glob("*.npz")
    path.write_bytes(path.read_bytes()[:100])
    assert trained()[0]
    assert not trained()[0]


def test_a_module_of_the_students_own_counts_with_its_code(tmp_path, monkeypatch):
    def own(text, cells):
        (tmp_path / "mine.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "mine", raising=False)
        importlib.invalidate_caches()
        return trained(cells)[0]

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    name = "from mine import step\n" + CELLS.replace("def step", "def other")
    assert [own(text, name) for text in (MINE, MINE, MINE.replace("1", "12"))] == [1, 0, 1]
    module = "import mine\n" + CELLS.replace("* step(x)", "* mine.step(x)")
    assert [own(text, module) for text in (MINE, MINE)] == [1, 1]  # it cannot be told


class Odd:
    """Looked at, it stops with an error."""

    __slots__ = ()

    @property
    def __dict__(self):
        raise ZeroDivisionError


@pytest.mark.parametrize("value", [Odd(), Odd])
def test_an_odd_object_costs_no_more_than_the_training(value):
    assert lab.kept(lambda x: 1, value) == 1
    assert lab.kept(lambda: value) is value


def test_it_says_why_a_training_is_not_kept(capsys):
    model = keras.Sequential([keras.layers.Dense(2)])
    lab.kept(lambda model: [model(X).shape[0]], model)
    assert "one that begins with Input has.)" in capsys.readouterr().out
    lab.kept(lambda: object())
    assert "it returns an object of type object.)" in capsys.readouterr().out


def test_a_training_that_was_stopped_by_hand_says_so_in_a_sentence(folder):
    def train():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as stopped:
        lab.kept(train)
    (said,) = stopped.value._render_traceback_()
    assert "Run the cell again" in said and not folder.exists()


def test_without_a_folder_nothing_is_kept(monkeypatch):
    monkeypatch.delenv(keeping.FOLDER)
    assert trained()[0] and trained()[0]


def test_a_file_with_other_contents_changes_nothing(folder):
    _, weights, _ = trained()
    (path,) = folder.glob("*.npz")
    with np.load(path) as file:
        arrays = dict(file)
    told = bytes(arrays["told"]).decode()
    arrays["told"] = np.frombuffer(told.replace('"array"', '"arrays"').encode(), np.uint8)
    np.savez(path, **arrays)
    again, same, _ = trained()
    assert again and np.array_equal(weights[0], same[0])


def test_a_full_disk_stays_no_fuller(folder, monkeypatch):
    def full(self, content):
        with open(self, "wb") as file:
            file.write(content[:10])
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert trained()[0] and trained()[0]
    assert list(folder.iterdir()) == []


def test_the_folder_does_not_grow_for_ever(folder, monkeypatch):
    monkeypatch.setattr(keeping, "MOST", 3)
    for epochs in range(6):
        trained(epochs=epochs)
    assert len(list(folder.iterdir())) == 3


def test_an_error_in_the_training_is_the_students_and_keeps_nothing(folder):
    def train(*given):
        raise NotImplementedError("not answered yet")

    with pytest.raises(NotImplementedError) as caught:
        lab.kept(train)
    assert caught.value.__context__ is None  # no second traceback above it
    with pytest.raises(NotImplementedError) as caught:
        lab.kept(train, Odd())
    assert caught.value.__context__ is None
    assert not folder.exists()
