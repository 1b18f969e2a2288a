"""The threshold explorer: what its slider says and draws, and what is left without widgets."""

import io

import ipywidgets
import numpy as np
import pytest
from PIL import Image

import latentlab as lab

VBOX = ipywidgets.VBox
NORMAL = np.linspace(0, 0.05, 50)
STRANGE = np.linspace(0.03, 0.12, 90)


@pytest.fixture
def explore(monkeypatch):
    """Open an explorer and give its picture, slider and text, and the bundle that was displayed."""

    def explore(*arguments):
        boxes, bundles = [], []
        monkeypatch.setattr(ipywidgets, "VBox", lambda parts: boxes.append(VBOX(parts)) or boxes[0])
        monkeypatch.setattr(
            "IPython.display.display", lambda bundle, raw: bundles.append(bundle) or raw
        )
        lab.explore_threshold(*arguments)
        return *boxes[0].children, bundles[0]

    return explore


def line(picture):
    """The column of the black line in the picture."""
    pixels = np.asarray(Image.open(io.BytesIO(picture.value)))
    middle = pixels[100:140]  # between the title and the axis
    columns = np.flatnonzero((middle == 0).all(axis=(0, 2)))
    return columns.mean()


def test_it_begins_at_the_threshold_and_counts_both_groups(explore):
    _, slider, said, bundle = explore(NORMAL, STRANGE, 0.04)
    assert slider.value == pytest.approx(0.04, abs=slider.step)
    false, found = (sum(scores > slider.value) for scores in (NORMAL, STRANGE))
    assert said.value == (
        f"False alarms: {false} of 50 normal ones. "
        f"Found: {found} of 90 anomalies, missed: {90 - found}."
    )
    assert "image/png" in bundle


def test_the_line_and_the_counts_follow_the_slider(explore):
    picture, slider, said, _ = explore(NORMAL, STRANGE, 0.02)
    before = line(picture)
    slider.value = slider.max
    assert line(picture) > before + 100
    assert said.value.startswith("False alarms: 0 of 50")
    slider.value = 0.0
    assert said.value.endswith("missed: 0.")


def test_without_a_threshold_it_begins_where_no_normal_one_gives_an_alarm(explore):
    _, slider, *_ = explore(NORMAL, STRANGE)
    assert slider.value == pytest.approx(NORMAL.max(), abs=slider.step)


@pytest.mark.parametrize(
    ("normal", "saying"),
    [
        (None, "None"),
        (np.zeros((3, 2)), "shape"),
        ([], "shape"),
        ([0.1, np.nan], "NaN"),
        ([-1.0], "down to -1"),
    ],
)
def test_scores_that_cannot_be_shown_are_refused_in_a_sentence(normal, saying):
    with pytest.raises(ValueError, match=saying):
        lab.explore_threshold(normal, STRANGE)
