# %%
import keras
import numpy as np


def examples(seed, n=100):
    """Inputs (n, 4), and a target (n, 1) that depends on them."""
    x = np.random.default_rng(seed).normal(size=(n, 4)).astype("float32")
    return x, x @ np.array([[1.0], [-2.0], [3.0], [0.5]], "float32")


x_train, y_train = examples(seed=1)

# %% answer="number"
### BEGIN SOLUTION
answer = 42
### END SOLUTION

# %% check="number" points=1
assert type(answer) is int, "answer is not a whole number"
assert answer == 42, "answer is another number"
print("right: answer")


# %% answer="function"
def scale(x):
    """x, moved and stretched so that it goes from 0 to 1."""
    ### BEGIN SOLUTION
    return (x - np.min(x)) / (np.max(x) - np.min(x))
    ### END SOLUTION


# %% check="function" points=2
import numpy as np

np.testing.assert_allclose(scale(np.array([1.0, 2.0, 3.0])), [0, 0.5, 1])
### BEGIN HIDDEN TESTS
for size in (3, 50):
    x = np.random.default_rng().normal(size=(size, 2))
    y = scale(x)
    assert isinstance(y, np.ndarray), "scale gives no array"
    assert y.shape == x.shape, "scale gives another shape"
    assert np.allclose(y, (x - x.min()) / (x.max() - x.min())), "scale gives other values"
### END HIDDEN TESTS


# %% answer="build"
def build(units):
    """A network from 4 inputs over a hidden layer, with ReLU, to 1 output."""
    ### BEGIN SOLUTION
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(units, "relu"), keras.layers.Dense(1)]
    )
    ### END SOLUTION


# %% check="build" points=4
import keras
import numpy as np

for units in [3]:
    network = build(units)
    assert isinstance(network, keras.Model), "build gives no model"
    assert network.output_shape == (None, 1), "another output shape"
    assert network.count_params() == 6 * units + 1, "another number of parameters"
    assert [type(layer).__name__ for layer in network.layers] == ["Dense", "Dense"]
    assert network(np.ones((2, 4), "float32")).shape == (2, 1)
### BEGIN HIDDEN TESTS
network = build(17)
assert isinstance(network, keras.Model), "build gives no model"
assert network.output_shape == (None, 1), "another output shape"
assert network.count_params() == 6 * 17 + 1, "another number of parameters"
### END HIDDEN TESTS

# %% answer="model"
### BEGIN SOLUTION
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
inputs = np.column_stack([x_train, np.ones(len(x_train))])
weights = np.linalg.lstsq(inputs, y_train, rcond=None)[0]
model.set_weights([weights[:4], weights[4]])
### END SOLUTION

# %% check="model" points=8
import keras
import numpy as np

assert isinstance(model, keras.Model), "model is no model"
assert model.count_params() <= 5, "model is too large"
### BEGIN HIDDEN TESTS
x = np.random.default_rng().normal(size=(100, 4)).astype("float32")
y = x @ np.array([[1.0], [-2.0], [3.0], [0.5]], "float32")
error = float(np.mean((np.asarray(model(x)) - y) ** 2))
assert error < 0.1 * y.var(), "model is no better than a guess on data it has not seen"
### END HIDDEN TESTS

# %% [markdown] written="why" points=3
# ### BEGIN SOLUTION
# The target is a weighted sum of the inputs.
# ### END SOLUTION
