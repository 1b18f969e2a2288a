"""The Embedding Projector's folder: what TensorBoard's plugin reads of it, read the same way."""

import re

import numpy as np
import pytest
from PIL import Image

import latentlab as lab

RNG = np.random.default_rng(0)
VECTORS, LABELS = RNG.normal(size=(10, 5)), np.arange(10) % 3
IMAGES = RNG.random((10, 28, 28))
FILES = {"metadata.tsv", "projector_config.pbtxt", "sprite.png", "vectors.tsv"}


def read(path):
    return path.read_text("utf-8").rstrip("\n").split("\n")


def tile(folder, number, height=28, width=28):
    """The projector's picture of a vector: row by row, as many in a row as fit."""
    sheet = np.asarray(Image.open(folder / "sprite.png"))
    row, column = divmod(number, sheet.shape[1] // width)
    return sheet[row * height :, column * width :][:height, :width]


def test_the_folder_holds_the_four_files_and_its_absolute_path_comes_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = lab.export_projector("new/folder", VECTORS, LABELS, IMAGES)
    assert folder == tmp_path / "new" / "folder"
    assert {path.name for path in folder.iterdir()} == FILES


def test_vectors_are_tab_separated_numbers_without_a_header(tmp_path):
    lab.export_projector(tmp_path, VECTORS, LABELS, IMAGES)
    found = [[float(v) for v in line.split("\t")] for line in read(tmp_path / "vectors.tsv")]
    np.testing.assert_allclose(found, VECTORS, rtol=1e-5)


def test_two_numbers_get_a_third_which_is_0(tmp_path):
    """With two, the Projector shows an empty space."""
    lab.export_projector(tmp_path, VECTORS[:, :2], LABELS, IMAGES)
    found = np.loadtxt(tmp_path / "vectors.tsv")
    assert found.shape == (10, 3)
    assert (found[:, 2] == 0).all()


def test_one_column_of_labels_has_no_header_and_stays_one_column(tmp_path):
    lab.export_projector(tmp_path, VECTORS, ["a\tb", *"cdefghijk"], IMAGES)
    assert read(tmp_path / "metadata.tsv") == ["a b", *"cdefghijk"]
    lab.export_projector(tmp_path, VECTORS, LABELS, IMAGES)
    assert read(tmp_path / "metadata.tsv") == [str(label) for label in LABELS]


@pytest.mark.parametrize("shape", [(784,), (28, 28), (28, 28, 1), (20, 12), (32, 32, 3)])
def test_each_picture_is_where_the_projector_looks_for_it(tmp_path, shape):
    images = RNG.random((10, *shape))
    lab.export_projector(tmp_path, VECTORS, LABELS, images)
    height, width, *colours = (28, 28) if shape == (784,) else shape
    images = images.reshape(10, height, width, *(c for c in colours if c == 3))
    for number, image in enumerate(images):
        right = np.rint(image.astype(np.float32) * 255)
        assert (tile(tmp_path, number, height, width) == right).all()


def test_the_config_names_the_files_and_the_size_of_a_picture(tmp_path):
    lab.export_projector(tmp_path, VECTORS, LABELS, RNG.random((10, 20, 12)))
    config = (tmp_path / "projector_config.pbtxt").read_text("utf-8")
    pairs = re.findall(r"(\w+): (\S+)", config)
    assert pairs == [
        ("tensor_name", '"vectors"'),
        ("tensor_path", '"vectors.tsv"'),
        ("metadata_path", '"metadata.tsv"'),
        ("image_path", '"sprite.png"'),
        ("single_image_dim", "12"),
        ("single_image_dim", "20"),
    ]
    assert config.count("{") == config.count("}") == 2


def test_values_outside_the_range_are_cut_off(tmp_path):
    lab.export_projector(tmp_path, VECTORS, LABELS, 3 * IMAGES - 1)
    assert tile(tmp_path, 0).min() == 0 and tile(tmp_path, 0).max() == 255


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None, LABELS, IMAGES), "'vectors' is None"),
        ((VECTORS[0], LABELS, IMAGES), r"'vectors' has shape \(5,\); expected \(n, size\)"),
        ((VECTORS * np.nan, LABELS, IMAGES), "'vectors' has 50 values of 50 that are NaN"),
        ((VECTORS, LABELS[:9], IMAGES), r"'labels' has shape \(9,\); expected \(10,\)"),
        ((VECTORS, LABELS, IMAGES[:9]), "9 images for 10 vectors"),
        ((VECTORS, LABELS, IMAGES[:, :, :5].reshape(10, -1)), r"'images' has shape \(10, 140\)"),
        (
            (np.zeros((10, 3)), LABELS, np.broadcast_to(0.5, (10, 4000, 4))),
            "10 images; the Projector takes 4",
        ),
    ],
)
def test_nothing_is_written_of_what_does_not_fit(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        lab.export_projector(tmp_path / "folder", *arguments)
    assert not (tmp_path / "folder").exists()
