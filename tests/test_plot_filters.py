"""The plot of a network's first filters: of a model of any style, and what it says of others."""

import keras
import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
import matplotlib.pyplot as plt

import latentlab as lab
from latentlab.pictures import first_convolution

pytestmark = pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
RNG = np.random.default_rng(0)
GREY, COLOUR = RNG.random((28, 28, 1)), RNG.random((32, 32, 3))
layers = keras.layers


def encoder(takes, *first):
    rest = [layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(2)]
    return keras.Sequential([keras.Input(takes), *first, *rest])


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.maps, self.flat = layers.Conv2D(6, 3, 2), layers.Flatten()
        self.code = layers.Dense(2)

    def call(self, x):
        return self.code(self.flat(keras.ops.relu(self.maps(x))))


def subclassed():
    model = Subclassed()
    model(np.zeros((1, 28, 28, 1), np.float32))
    return model


@pytest.mark.parametrize(
    ("make", "picture", "kernels", "maps"),
    [
        (
            lambda: encoder((28, 28, 1), layers.Conv2D(8, 3, 2, "same"), layers.ReLU()),
            *(GREY, (8, 3, 3), (8, 14, 14)),
        ),
        (
            lambda: encoder(
                (32, 32, 3),
                *(layers.Rescaling(2.0), layers.Conv2D(12, 5, activation="relu")),
                layers.MaxPooling2D(),
            ),
            *(COLOUR, (12, 5, 5), (12, 28, 28)),
        ),
        (subclassed, GREY, (6, 3, 3), (6, 13, 13)),
    ],
    ids=["activation apart", "colour and pooling", "subclassed"],
)
def test_the_first_convolution_with_its_activation_is_found(make, picture, kernels, maps):
    found_kernels, found_maps = first_convolution(make(), picture)
    assert found_kernels.shape == kernels and found_maps.shape == maps
    assert found_maps.min() == 0 < found_maps.max()


def test_a_map_is_what_its_filter_gives():
    model = encoder((28, 28, 1), layers.Conv2D(8, 3))
    kernels, maps = first_convolution(model, GREY)
    windows = np.lib.stride_tricks.sliding_window_view(GREY[..., 0], (3, 3))
    np.testing.assert_allclose(maps[5], np.tensordot(windows, kernels[5]), atol=1e-5)


def test_it_draws_the_picture_and_ten_filters_with_their_maps():
    model = encoder((32, 32, 3), layers.Conv2D(12, 5, activation="relu"))
    assert lab.plot_filters(model, COLOUR, title="Filters") is None
    ax = plt.gca()
    assert len(ax.images) == 1 + 2 * 10 and ax.get_title() == "Filters"
    plt.close("all")


def test_what_it_says_of_other_input():
    with pytest.raises(ValueError, match="'model' is None"):
        lab.plot_filters(None, GREY)
    dense = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(2)])
    with pytest.raises(ValueError, match="no convolution"):
        lab.plot_filters(dense, GREY)
