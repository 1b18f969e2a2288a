"""The quality report runs the labs' own cells on real data in place of the samples."""

import numpy as np
import pytest
from small_sets import grey, npz_bytes

import latentlab as lab
from autograder import heldout, quality
from autograder.calibrate import Quantity


@pytest.fixture
def real(tmp_path, monkeypatch):
    arrays = grey()
    (tmp_path / "mnist.npz").write_bytes(npz_bytes(**arrays))
    monkeypatch.setenv("LATENTLAB_DATA", str(tmp_path))
    return arrays


def test_in_it_labs_load_the_whole_set_and_hold_out_its_test_part(real):
    with quality.real_data():
        train, _ = lab.load("mnist")
        images, labels = heldout.heldout("mnist")
    assert (np.rint(255 * train.images[..., 0]) == real["x_train"]).all()
    assert (np.rint(255 * images[..., 0]) == real["x_test"]).all()
    assert (labels == real["y_test"]).all()
    assert len(lab.load("mnist").train.images) == 4000
    assert len(heldout.heldout("mnist")[0]) == 500


def test_a_section_shows_sample_real_data_limit_and_what_others_published():
    share = Quantity("training", "share of PCA's error", 1.0)
    error = Quantity("training", "MSE", None)
    sample, real = {error: 0.0492, share: 0.86}, {error: 0.0405, share: 0.73}
    text = "\n".join(quality._section("lab01_mnist_autoencoder", sample, real, 4.2, 61))
    assert "| training: MSE | 0.0492 | 0.0405 |  |" in text
    assert "| training: share of PCA's error | 0.86 | 0.73 | 1 |" in text
    assert "| 4 | 61 |" in text
    assert "- PCA: MNIST, 2 numbers, MSE: 0.0559" in text
    assert "CIFAR" not in text
