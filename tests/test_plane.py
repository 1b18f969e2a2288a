"""The trained plane that comes with the course: what is in its file, and how good it is."""

import time

import keras
import numpy as np
import pytest

import latentlab as lab
from autograder.heldout import heldout
from latentlab import check, plane
from latentlab.check.baseline import pca_error


@pytest.fixture(scope="module")
def models():
    return lab.load_plane()


@pytest.fixture(scope="module")
def digits():
    return [
        images.reshape(-1, 784) for images in (lab.load("mnist").train.images, heldout_images())
    ]


def heldout_images():
    return heldout("mnist")[0]


def test_it_has_the_shape_of_lab_1(models):
    encoder, decoder = models
    check.layers("encoder", encoder, (784, 256, 128, 64, 2))
    check.activations("encoder", encoder, 784, output="linear")
    check.layers("decoder", decoder, (2, 64, 128, 256, 784))
    check.activations("decoder", decoder, 2, output="sigmoid")


def test_its_error_on_digits_that_it_never_saw_is_far_below_that_of_pca(models, digits):
    encoder, decoder = models
    train, new = digits
    error = np.mean((np.array(decoder(encoder(new))) - new) ** 2)
    assert error < 0.75 * pca_error(train, new, 2)


def test_its_codes_fill_the_plane_in_both_directions(models, digits):
    codes = np.array(models[0](digits[0]))
    assert np.abs(codes.mean(axis=0)).max() < 0.2
    spread = np.sqrt(np.linalg.eigvalsh(np.cov(codes.T)))
    assert 0.7 < spread[0] < spread[1] < 1.3
    assert np.linalg.norm(codes, axis=1).max() < 4.5  # in units of the spread: none far out


def test_it_holds_no_pickle_and_is_small():
    path = plane.DATA_FOLDER / plane.FILE
    assert path.stat().st_size < 1_000_000
    with np.load(path, allow_pickle=False) as archive:
        assert all(archive[name].dtype.kind in "fU" for name in archive.files)
        assert {archive[name].dtype for name in archive.files if "_w" in name} == {np.dtype("f2")}


def test_it_is_loaded_in_no_time(models):
    start = time.process_time()
    lab.load_plane()
    assert time.process_time() - start < 0.5


def test_each_call_gives_models_of_its_own(models):
    other = lab.load_plane()
    assert not {id(model) for model in models} & {id(model) for model in other}
    assert all(isinstance(model, keras.Sequential) for model in other)
    assert [model.name for model in other] == ["encoder", "decoder"]


@pytest.mark.parametrize("damage", ["missing", "cut short", "another file"])
def test_a_damaged_file_says_what_to_do(damage, tmp_path, monkeypatch):
    whole = (plane.DATA_FOLDER / plane.FILE).read_bytes()
    monkeypatch.setattr(plane, "DATA_FOLDER", tmp_path)
    if damage == "cut short":
        (tmp_path / plane.FILE).write_bytes(whole[:5000])
    if damage == "another file":
        np.savez(tmp_path / plane.FILE, x=np.zeros(3))
    with pytest.raises(lab.DataError, match=r"plane.npz.*fetch the file again"):
        lab.load_plane()
