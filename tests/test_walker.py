"""The slider along a walk: which picture it shows large, and where it puts its mark."""

import base64
import io

import ipywidgets
import numpy as np
import pytest
from PIL import Image

import latentlab as lab
from latentlab.walker import ROW, SIDE, SMALL

VBOX = ipywidgets.VBox
GREYS = np.array([0.2, 0.6, 1.0])


@pytest.fixture
def explore(monkeypatch):
    """Open the walk and give its slider, its picture, and the bundle that was displayed."""

    def explore(pictures):
        boxes, bundles = [], []
        monkeypatch.setattr(ipywidgets, "VBox", lambda parts: boxes.append(VBOX(parts)) or boxes[0])
        monkeypatch.setattr(
            "IPython.display.display", lambda bundle, raw: bundles.append(bundle) or raw
        )
        lab.explore_walk(pictures)
        picture, slider = boxes[0].children
        return slider, picture, bundles[0]

    return explore


def opened(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def test_the_slider_shows_each_picture_of_the_walk_with_its_mark(explore):
    slider, picture, _ = explore(np.ones((3, 784)) * GREYS[:, None])
    assert (slider.min, slider.max, slider.value) == (1, 3, 2)
    for step, grey in enumerate(GREYS, start=1):
        slider.value = step
        pixels = opened(picture.value)
        assert (pixels[:SIDE, 20:200] == round(grey * 255)).all()
        assert np.nonzero((pixels[-2] == 0).all(axis=1))[0].min() == (step - 1) * SMALL


def test_colour_pictures_and_a_long_walk_fit(explore):
    _, picture, _ = explore(np.random.rand(30, 32, 32, 3))
    assert SIDE < opened(picture.value).shape[1] <= ROW


def test_the_middle_is_left_where_no_widgets_run(explore):
    _, picture, bundle = explore(np.random.rand(5, 28, 28))
    assert base64.b64decode(bundle["image/png"]) == picture.value


@pytest.mark.parametrize("pictures", [None, np.zeros((1, 784)), np.zeros(784)])
def test_what_is_no_walk_is_refused_in_words(explore, pictures):
    with pytest.raises(ValueError, match="pictures"):
        explore(pictures)
