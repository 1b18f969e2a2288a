"""Scenes of several digits: reproducible, apart from each other, labelled pixel by pixel."""

import numpy as np
import pytest

import latentlab as lab

RNG = np.random.default_rng(0)
DIGITS = np.zeros((20, 28, 28, 1), np.float32)
DIGITS[:, 4:24, 8:20, 0] = RNG.uniform(0.6, 1, (20, 20, 12))
DIGITS[:, 3, 9:19, 0] = 0.2  # a grey edge
LABELS = np.arange(20) % 10


def test_a_scene_is_a_canvas_with_a_class_for_each_pixel():
    images, labels = lab.make_scenes(DIGITS, LABELS, count=6, seed=1)
    assert images.shape == (6, 48, 48, 1) and images.dtype == np.float32
    assert labels.shape == (6, 48, 48) and labels.dtype == np.int64
    assert images.min() >= 0 and images.max() <= 1
    assert labels.min() == 0 and labels.max() <= 10
    np.testing.assert_array_equal(labels > 0, images[..., 0] >= 0.5)
    assert ((images[..., 0] > 0) & (labels == 0)).any()  # the grey edge is background


def test_the_seed_decides():
    first, same, other = (lab.make_scenes(DIGITS, LABELS, 5, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.images, same.images)
    np.testing.assert_array_equal(first.labels, same.labels)
    assert (first.images != other.images).any()


def test_each_digit_is_whole_has_its_class_and_touches_no_other():
    solid = np.zeros((10, 28, 28, 1), np.float32)
    solid[:, 9:19, 9:19] = 1  # a square of 100 pixels
    labels = lab.make_scenes(solid, np.arange(10), 30, 0, size=48, digits=6).labels
    sizes = np.stack([(labels == k).sum(axis=(1, 2)) for k in range(1, 11)])
    assert np.all(sizes % 100 == 0) and sizes.sum(axis=0).max() <= 600
    for axis in (1, 2):  # between different classes there is background
        a, b = np.moveaxis(labels, axis, 0)[:-1], np.moveaxis(labels, axis, 0)[1:]
        assert np.all((a == b) | (a == 0) | (b == 0))


def test_a_digit_without_room_is_left_out():
    full = np.ones((3, 28, 28, 1), np.float32)
    _, labels = lab.make_scenes(full, np.zeros(3, int), 4, 0, size=28, digits=5)
    assert np.all(labels == 1)


@pytest.mark.parametrize(
    ("images", "labels", "size"),
    [
        (DIGITS[..., 0], LABELS, 64),
        (DIGITS, LABELS[:3], 64),
        (DIGITS, LABELS, 20),
    ],
)
def test_what_makes_no_scenes_is_refused(images, labels, size):
    with pytest.raises(ValueError, match=r"shape|smaller"):
        lab.make_scenes(images, labels, 2, 0, size=size)


def test_labels_get_a_colour_each():
    colours = lab.colour_labels(np.arange(11).reshape(1, 1, 11))
    assert colours.shape == (1, 1, 11, 3) and colours.dtype == np.float32
    assert np.all(colours[0, 0, 0] == 0)
    assert len(np.unique(colours.reshape(11, 3), axis=0)) == 11
    assert colours.min() >= 0 and colours.max() <= 1


@pytest.mark.parametrize("labels", [None, np.zeros((4, 4)), np.full((1, 2, 2), 11), [[[0.5]]]])
def test_what_is_no_labels_is_refused(labels):
    with pytest.raises(ValueError, match="labels"):
        lab.colour_labels(labels)
