"""latentlab.load: samples, full sets, downloads, and every way in which they can be bad."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_sets import RNG, grey, npz_bytes

import latentlab as lab
from latentlab import datasets

ROOT = Path(__file__).resolve().parent.parent
SAMPLE_NAMES = [n for n in datasets.SHAPES if (ROOT / "data" / f"{n}.npz").is_file()]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that LATENTLAB_DATA names."""
    monkeypatch.setenv("LATENTLAB_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def samples(tmp_path, monkeypatch):
    """A folder in place of the course's data folder."""
    monkeypatch.setattr(datasets, "DATA_FOLDER", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_embedded_sample_has_the_promised_form(name):
    data = lab.load(name)
    (x_train, y_train), (x_test, y_test) = data
    assert data.train.images is x_train and data.test.labels is y_test
    side, channels = (32, 3) if name == "cifar10" else (28, 1)
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert x.shape == (len(y), side, side, channels) and len(y) >= 100
        assert x.dtype == np.float32 and x.min() == 0 and 0.9 < x.max() <= 1
        assert y.dtype == np.int64 and set(y) == set(range(10))


@pytest.mark.parametrize(("name", "says"), [("mnist", False), ("notmnist", True)])
def test_only_a_stand_in_announces_itself(name, says, samples, capsys):
    (samples / f"{name}.npz").write_bytes(npz_bytes(**grey()))
    lab.load(name)
    printed = capsys.readouterr()
    assert ("lab.load('notmnist', full=True)" in printed.out) == says
    assert len(printed.out.splitlines()) == says and printed.err == ""


def test_pixel_values_are_divided_by_255(samples):
    arrays = grey()
    (samples / "mnist.npz").write_bytes(npz_bytes(**arrays))
    images = lab.load("mnist").train.images
    np.testing.assert_array_equal(np.rint(images[..., 0] * 255), arrays["x_train"])


@pytest.mark.skipif("LATENTLAB_DATA" not in os.environ, reason="needs real data")
@pytest.mark.parametrize("name", datasets.SHAPES)
def test_real_data(name):
    data = lab.load(name, full=True)
    for images, labels in data:
        assert images.dtype == np.float32 and 0 <= images.min() < images.max() <= 1
        assert images.shape[1:3] == datasets.SHAPES[name][:2] and set(labels) == set(range(10))
    if name == "mnist":
        assert data.train.images.shape == (60000, 28, 28, 1)
        assert list(data.test.labels[:5]) == [7, 2, 1, 0, 4]


@pytest.mark.parametrize(("name", "near"), [("minst", "mnist"), ("CIFAR10", "cifar10")])
def test_unknown_name_suggests_the_nearest(name, near):
    with pytest.raises(ValueError, match=f"did you mean '{near}'"):
        lab.load(name)


def test_unknown_name_lists_all():
    with pytest.raises(ValueError, match="There are: mnist, notmnist, cifar10"):
        lab.load("imagenet")


# --- sheets of tiles


def sheet_of(tiles, kind, **options):
    """The bytes of an image file of tiles (n, 32, 32, 3), 50 in a row."""
    rows = -(-len(tiles) // 50)
    sheet = np.zeros((rows * 32, 50 * 32, 3), np.uint8)
    for i, tile in enumerate(tiles):
        row, column = divmod(i, 50)
        sheet[row * 32 : row * 32 + 32, column * 32 : column * 32 + 32] = tile
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, kind, **options)
    return np.frombuffer(file.getvalue(), np.uint8)


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True})])
def test_sheet_of_tiles_is_read_row_by_row(kind, options, samples):
    tiles = RNG.integers(0, 256, (120, 32, 32, 3), dtype=np.uint8)
    sheet, labels = sheet_of(tiles, kind, **options), (np.arange(120) % 10).astype(np.uint8)
    arrays = {"x_train": sheet, "y_train": labels, "x_test": tiles[:9], "y_test": labels[:9]}
    (samples / "cifar10.npz").write_bytes(npz_bytes(**arrays))
    data = lab.load("cifar10")
    np.testing.assert_array_equal(np.rint(data.train.images * 255), tiles)
    np.testing.assert_array_equal(np.rint(data.test.images * 255), tiles[:9])


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        (np.zeros(100, np.uint8), "x_train: its image file cannot be read"),
        (sheet_of(np.zeros((50, 32, 32, 3)), "PNG")[:-60], "x_train: its image file cannot"),
        (sheet_of(np.zeros((51, 32, 32, 3)), "PNG"), "1600 x 64 pixels; expected 1600 x 32 for 20"),
    ],
    ids=["no image", "cut image", "wrong size"],
)
def test_bad_sheet(sheet, message, samples):
    (samples / "cifar10.npz").write_bytes(npz_bytes(**grey(x_train=sheet)))
    with pytest.raises(lab.DataError, match=message):
        lab.load("cifar10")


# --- bad local files


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_test": None}, "x_test missing; found: .*x_train"),
        ({"x_train": np.zeros((20, 28, 27), np.uint8)}, r"x_train has shape \(20, 28, 27\)"),
        ({"x_train": np.zeros((0, 28, 28), np.uint8)}, r"x_train has shape \(0, 28, 28\)"),
        ({"x_test": np.zeros((20, 28, 28))}, "x_test has dtype float64; expected uint8"),
        ({"y_train": np.zeros(19, np.uint8)}, r"y_train has shape \(19,\) for 20 images"),
        ({"y_train": np.zeros((20, 10), np.uint8)}, r"y_train has shape \(20, 10\)"),
        ({"y_test": np.zeros(20)}, "y_test has dtype float64; expected whole numbers"),
        ({"y_test": np.full(20, 10)}, "y_test goes from 10 to 10; expected 0 to 9"),
        ({"y_test": np.full(20, -1)}, "y_test goes from -1 to -1; expected 0 to 9"),
        ({"x_train": np.array([{}] * 20, object)}, "Object arrays cannot be loaded"),
    ],
)
def test_bad_arrays(changes, message, folder):
    (folder / "mnist.npz").write_bytes(npz_bytes(**grey(**changes)))
    with pytest.raises(lab.DataError, match=message) as caught:
        lab.load("mnist", full=True)
    assert str(folder / "mnist.npz") in str(caught.value)


def npy_bytes():
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>404</html>", npy_bytes(), npz_bytes(**grey())[:-100]],
    ids=["empty", "web page", "npy", "cut short"],
)
def test_file_that_is_no_npz(content, folder):
    (folder / "mnist.npz").write_bytes(content)
    with pytest.raises(lab.DataError, match=r"not an npz file, or cut short\. Delete it"):
        lab.load("mnist", full=True)


def test_damaged_npz(folder):
    content = bytearray(npz_bytes(**grey()))
    content[2000:2100] = bytes(100)
    (folder / "mnist.npz").write_bytes(content)
    with pytest.raises(lab.DataError, match="Delete the file and fetch it again"):
        lab.load("mnist", full=True)


def test_missing_sample_says_how_to_install(samples):
    with pytest.raises(lab.DataError, match=r"no sample .*mnist\.npz.*pip install -e"):
        lab.load("mnist")


def test_variable_without_the_file_says_so(folder):
    with pytest.raises(lab.DataError, match=r"LATENTLAB_DATA is .* no mnist\.npz in it"):
        lab.load("mnist", full=True)
