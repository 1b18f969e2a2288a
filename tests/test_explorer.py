"""The latent explorer: what its sliders redraw, and what is left where no widgets run."""

import base64
import io
import sys

import ipywidgets
import numpy as np
import pytest
from PIL import Image

import latentlab as lab

CODES = np.stack([np.linspace(0, 100, 101), np.linspace(-10, 0, 101)], axis=1)
HBOX = ipywidgets.HBox
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def explore(monkeypatch):
    """Open an explorer and give its sliders, its picture, and the bundle that was displayed."""

    def explore(*arguments):
        boxes, bundles = [], []
        monkeypatch.setattr(ipywidgets, "HBox", lambda parts: boxes.append(HBOX(parts)) or boxes[0])
        monkeypatch.setattr(
            "IPython.display.display", lambda bundle, raw: bundles.append(bundle) or raw
        )
        lab.explore_latent(*arguments)
        second, beside = boxes[0].children
        picture, first, where = beside.children
        assert f"first number of the code, {first.value:.2f};" in where.value
        assert where.value.endswith(f"second number, {second.value:.2f}")
        return first, second, picture, bundles[0]

    return explore


def decoded(picture):
    """The pixels at the right, where the decoded picture is."""
    return opened(picture.value)[:, 300:]


def opened(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def ring(picture):
    """The middle of the ring in the map at the left, (column, row)."""
    plane = opened(picture.value)[2:-2, 2:278]
    rows, columns = np.nonzero((plane == 0).all(axis=2))
    return (columns.min() + columns.max()) / 2 + 2, (rows.min() + rows.max()) / 2 + 2


def test_the_picture_is_drawn_again_when_a_slider_moves(explore):
    first, second, picture, _ = explore(lambda code: np.full((1, 28, 28, 1), code[0, 0] / 6 + 0.5))
    assert (first.min, first.max, second.min, second.max) == (-3, 3, -3, 3)
    assert (decoded(picture) == 128).all()
    first.value = 3
    assert (decoded(picture) == 255).all()


def test_the_ring_moves_with_the_sliders_and_y_grows_upwards(explore):
    first, second, picture, _ = explore(lambda code: np.ones((1, 28, 28)))
    np.testing.assert_allclose(ring(picture), (139.5, 139.5), atol=1.5)
    first.value, second.value = -1.5, 1.5
    np.testing.assert_allclose(ring(picture), (70, 70), atol=1.5)


def test_the_sliders_span_the_codes(explore):
    first, second, picture, _ = explore(lambda code: np.zeros((1, 32, 32, 3)), CODES)
    np.testing.assert_allclose([first.min, first.max, second.min, second.max], [1, 99, -9.9, -0.1])
    assert opened(picture.value).shape == (280, 580, 3)


def test_a_number_of_the_code_that_is_the_same_for_all_has_a_slider_too(explore):
    """As of a unit that has died."""
    codes = np.stack([CODES[:, 0], np.zeros(101)], axis=1)
    first, second, picture, _ = explore(lambda code: np.ones((1, 28, 28)), codes, np.zeros(101))
    np.testing.assert_allclose([first.min, first.max, second.min, second.max], [1, 99, -1, 1])
    np.testing.assert_allclose(ring(picture), (139.5, 139.5), atol=1.5)
    assert explore(lambda code: np.ones((1, 28, 28)), codes[:1])


def test_labels_colour_the_map(explore):
    grey = lambda code: np.zeros((1, 28, 28))  # noqa: E731
    *_, plain, _ = explore(grey, CODES)
    *_, coloured, _ = explore(grey, CODES, np.arange(101) % 10)
    colours = [len(np.unique(opened(p.value).reshape(-1, 3), axis=0)) for p in (plain, coloured)]
    assert colours[1] > colours[0] + 9


def test_a_still_picture_is_left_beside_the_widgets(explore):
    *_, picture, bundle = explore(lambda code: np.zeros((1, 28, 28)), CODES)
    assert VIEW in bundle
    assert base64.b64decode(bundle["image/png"]) == picture.value
    assert len(picture.value) < 20_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None,), "'decoder' is None"),
        ((lambda code: code, CODES), 'output" has shape'),
        ((lambda code: np.zeros((1, 784)), CODES[:, :1]), r"'codes' has shape \(101, 1\)"),
        ((lambda code: np.zeros((1, 784)), CODES, np.zeros(7)), r"'labels' has shape \(7,\)"),
        ((lambda code: np.zeros((1, 784)), CODES, np.full(101, 10)), "from 10 to 10; expected 0"),
    ],
)
def test_it_says_what_is_wrong(explore, arguments, message):
    with pytest.raises(ValueError, match=message):
        explore(*arguments)


def test_without_ipywidgets_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match="needs ipywidgets: run `%pip install ipywidgets`"):
        lab.explore_latent(lambda code: np.zeros((1, 784)))
