"""The size of a code is measured in the model's graph, on every path that a picture can take."""

import keras
import numpy as np
import pytest
from test_check import dense, fails

from latentlab import check

RNG = np.random.default_rng(0)
VECTORS = RNG.random((6, 12), np.float32)
PICTURES = RNG.random((6, 8, 8, 3), np.float32)
layers, ops = keras.layers, keras.ops


def through(middle, takes=(8, 8, 3)):
    """A model of pictures whose code is what `middle` makes of 4 x 4 maps."""
    x = keras.Input(takes)
    h = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    h = layers.Flatten()(middle(h))
    return keras.Model(x, layers.Reshape(takes)(layers.Dense(8 * 8 * 3)(h)))


def test_a_code_of_the_right_size_passes_with_one_line(capsys):
    check.code_size("a", dense((12, 8, 2, 8, 12), "sigmoid"), VECTORS, 2)
    assert capsys.readouterr().out == "a: no more than 2 numbers get through: right\n"


@pytest.mark.parametrize(
    ("middle", "size"),
    [
        (layers.Conv2D(4, 1), 64),
        (layers.Conv2D(2, 3, strides=2, padding="same"), 8),
        (layers.GlobalAveragePooling2D(), 8),
        (lambda h: layers.Dense(5)(layers.Flatten()(h)), 5),
        (lambda h: dense((5, 3, 9))(layers.Dense(5)(layers.Flatten()(h))), 3),
        (
            lambda h: layers.Concatenate()(
                [layers.GlobalMaxPooling2D()(h), layers.Dense(3)(layers.Flatten()(h))]
            ),
            11,
        ),
        (lambda h: layers.Add()([layers.Dense(2)(layers.Flatten()(h)) for _ in range(2)]), 2),
        (lambda h: layers.Dropout(0.5)(layers.Dense(6)(layers.Flatten()(h))), 6),
        (lambda h: ops.split(ops.reshape(h, (-1, 128)), 4, axis=1)[0], 32),
    ],
    ids=[
        *("maps", "strided maps", "pooled", "dense", "nested", "two branches joined"),
        *("two branches added", "dropout", "a part of the maps"),
    ],
)
def test_the_narrowest_place_counts(middle, size):
    model = through(middle)
    check.code_size("a", model, PICTURES, size)
    fails(f"passes {size} numbers", check.code_size, "a", model, PICTURES, size - 1)


def test_a_model_made_with_lists_is_measured_as_others():
    model = dense((12, 8, 2, 8, 12), "sigmoid")
    in_lists = keras.Model([model.input], [model.output])
    check.code_size("a", in_lists, VECTORS, 2)
    fails("passes 2 numbers", check.code_size, "a", in_lists, VECTORS, 1)


def test_all_paths_count_together():
    x = keras.Input((12,))
    around = layers.Average()([x, dense((12, 2, 12))(x)])
    fails("passes 12 numbers", check.code_size, "a", keras.Model(x, around), VECTORS, 2)
    two_codes = layers.Add()([dense((12, 2, 12))(x), dense((12, 3, 12))(x)])
    fails("passes 5 numbers", check.code_size, "a", keras.Model(x, two_codes), VECTORS, 4)
    first = layers.Concatenate()([dense((12, 2, 8))(x), x[:, :4]])
    fails("passes 6 numbers", check.code_size, "a", keras.Model(x, first), VECTORS, 5)


def test_a_code_spread_over_the_rows_of_a_batch_counts_as_a_whole():
    cut_up = through(lambda h: ops.reshape(layers.Dense(2)(ops.reshape(h, (-1, 8))), (-1, 32)))
    fails("passes 32 numbers", check.code_size, "a", cut_up, PICTURES, 2)


def test_two_numbers_packed_into_one_are_found():
    x = keras.Input((2,))
    coarse = ops.round(x[:, :1] * 1000)
    code = coarse + x[:, 1:] / 2  # both can be told from the sum
    first = ops.round(code)
    packed = keras.Model(x, ops.concatenate([first / 1000, (code - first) * 2], axis=1))
    fails("digits of several", check.code_size, "a", packed, RNG.random((30, 2), np.float32), 1)


def test_sequential_and_subclassed_models_are_opened():
    class Sub(keras.Model):
        def __init__(self):
            super().__init__()
            self.down, self.up = layers.Dense(3, "relu"), layers.Dense(12, "sigmoid")

        def call(self, x):
            return self.up(self.down(x))

    x = keras.Input((12,))
    functional = keras.Model(x, layers.Dense(12)(Sub()(x)))
    for model in (Sub(), functional, keras.Sequential([layers.Dense(3), layers.Dense(12)])):
        fails("passes 3 numbers", check.code_size, "a", model, VECTORS, 2)


def test_what_depends_on_nothing_and_what_cannot_compute_is_told():
    x = keras.Input((12,))
    constant = keras.Model(x, ops.zeros_like(x) * x)
    check.code_size("a", constant, VECTORS, 12)
    broken = dense((12, 2, 12))
    broken.set_weights([np.full_like(weight, np.nan) for weight in broken.get_weights()])
    fails("finite", check.code_size, "a", broken, VECTORS, 2)
    fits_not = keras.Model(x, ops.reshape(layers.Dense(3)(x), (-1, 5)))
    fails("cannot compute", check.code_size, "a", fits_not, VECTORS[:2], 5)
