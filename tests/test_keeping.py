"""Trained networks are taken from an earlier run if, and only if, nothing has changed."""

import importlib
import random
import sys

import numpy as np
import pytest

import latentlab as lab
from latentlab import keeping

keras = pytest.importorskip("keras")
X = np.linspace(0, 1, 32, dtype=np.float32).reshape(8, 4)

# As in a notebook: functions that know each other by the names of one module.
CELLS = """
import keras
import numpy as np

RATE = 0.1
runs = []

def step(x):
    return RATE * x.mean()

def train(model, x, epochs=2):
    runs.append(1)
    model.set_weights([w + epochs * step(x) for w in model.get_weights()])
    history = keras.callbacks.History()
    history.history, history.epoch = {"loss": [0.5, 0.25]}, [0, 1]
    return history
"""


def notebook(cells=CELLS):
    """The names of a notebook whose cells were run."""
    names = {"__name__": "__main__"}
    exec(cells, names)
    names["runs"].__class__  # noqa: B018 (it is there)
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
    return bool(names["runs"]), model.get_weights(), history


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
runs = []

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
    runs.append(1)
    return list(x[0])
"""


PARTS = """
import keras
runs = []

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
    def build(self, shape):
        self.parts["first"][0].build(shape)
    def call(self, x):
        return self.last(self.parts["first"][0](x))

def make():
    keras.utils.set_random_seed(1)
    model = Own()
    model.build((None, 4))
    pixels = keras.Input((4,))
    return [model, keras.Model(pixels, Apply(lambda x: 2.5 * x)(keras.layers.Dense(4)(pixels)))]

def train(models, x):
    runs.append(1)
"""


@pytest.mark.parametrize(
    ("old", "new", "retrained"),
    [("", "", False), ("relu", "tanh", True), ("1.5", "3.5", True), ("2.5", "3.5", True)],
)
def test_layers_inside_of_classes_of_the_notebook_count(old, new, retrained):
    for cells in (PARTS, PARTS.replace(old, new)):
        names = notebook(cells)
        lab.kept(names["train"], names["make"](), X)
    assert bool(names["runs"]) == retrained


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
    for cells in (LOSS, LOSS.replace(old, new)):
        names = notebook(cells)
        assert lab.kept(names["train"], names["make"](), X) == list(X[0])
    assert bool(names["runs"]) == retrained


def test_what_is_called_like_an_attribute_does_not_count():
    trained()
    assert not trained(CELLS + "\nmean = object()\n")[0]  # the function uses x.mean


def test_a_network_that_is_no_argument_is_trained_each_time():
    cells = CELLS.replace("def train(model, x", "def train(x").replace("model.", "net.")
    for _ in range(2):
        names = notebook(cells)
        names["net"] = network()
        lab.kept(names["train"], X)
        assert names["runs"]


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
    result = ([1.5, None], {"a": np.arange(3), "b": ("x", True)})
    for _ in range(2):
        numbers, named = lab.kept(lambda: result)
        assert numbers == [1.5, None] and named["b"] == ("x", True)
        np.testing.assert_array_equal(named["a"], np.arange(3))


RETURNS = """
import keras
runs = []

class Own(keras.layers.Layer):
    def call(self, x):
        return -x

def build(x):
    runs.append(1)
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "relu", name="code")])

def build_own(x):
    runs.append(1)
    return keras.Sequential([keras.Input((4,)), Own()])

def build_two(x):
    runs.append(1)
    encoder = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    return encoder, keras.Sequential([encoder, keras.layers.Dense(4)])

def build_twice(x):
    network = build(x)
    return network, network

def pass_on(model, x):
    runs.append(1)
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
    assert batches == [2, 0]


def test_a_network_that_training_returns_is_built_again():
    built = []
    for _ in range(2):
        names = notebook(RETURNS)
        lab.seed(3)
        built.append(lab.kept(names["build"], X))
    assert not names["runs"]
    np.testing.assert_array_equal(built[0](X), built[1](X))
    assert built[1].get_layer("code").activation is keras.activations.relu


def test_a_network_with_a_layer_of_the_notebook_is_trained_each_time():
    for _ in range(2):
        names = notebook(RETURNS)
        lab.seed(3)
        np.testing.assert_array_equal(lab.kept(names["build_own"], X)(X), -X)
        assert names["runs"]


def test_networks_that_share_weights_are_trained_each_time():
    for _ in range(2):
        names = notebook(RETURNS)
        lab.seed(3)
        encoder, both = lab.kept(names["build_two"], X)
        assert both.layers[0] is encoder
        assert names["runs"]


def test_a_network_that_is_returned_twice_stays_one_network():
    for _ in range(2):
        names = notebook(RETURNS)
        lab.seed(3)
        one, other = lab.kept(names["build_twice"], X)
        assert one is other
    assert not names["runs"]


def test_a_network_that_was_given_and_is_returned_stays_one_network():
    for _ in range(2):
        names, model = notebook(RETURNS), network()
        before = model.get_weights()[0]
        lab.seed(3)
        assert lab.kept(names["pass_on"], model, X)["trained"] is model
        np.testing.assert_array_equal(model.get_weights()[0], before + 1)
    assert not names["runs"]


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


def test_without_a_folder_nothing_is_kept(monkeypatch):
    monkeypatch.delenv(keeping.FOLDER)
    assert trained()[0] and trained()[0]


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
