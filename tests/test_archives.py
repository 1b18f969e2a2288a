"""latentlab.archives: CIFAR-10 and notMNIST as published, and what must not pass for them."""

import os
import pickle

import numpy as np
import pytest
from small_sets import cifar_files, letter_files, png, tar_gz

from latentlab import DataError, archives


@pytest.mark.filterwarnings("error")
def test_cifar10_archive_is_read_in_order(tmp_path):
    # The order of the files in an archive means nothing.
    arrays = archives.read_cifar10(tar_gz(tmp_path / "c.tar.gz", cifar_files()[::-1]))
    assert arrays["x_train"].shape == (10, 32, 32, 3) and arrays["x_test"].shape == (2, 32, 32, 3)
    assert list(arrays["x_train"][4, 3, 5]) == [21, 22, 23]
    assert list(arrays["x_test"][0, 3, 5]) == [51, 52, 53] and arrays["x_test"].sum() == 2 * 156
    assert list(arrays["y_train"]) == [0, 9, 1, 9, 2, 9, 3, 9, 4, 9]


class Evil:
    def __reduce__(self):
        return os.system, ("touch evil",)


def test_malicious_pickle_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    evil = tar_gz(tmp_path / "c.tar.gz", cifar_files(data_batch_3=pickle.dumps(Evil())))
    with pytest.raises(DataError, match=r"data_batch_3.*asks for (posix|nt)\.system, which is"):
        archives.read_cifar10(evil)
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("content", [b"\x80\x02.", pickle.dumps([1, 2]), pickle.dumps({b"a": 1})])
def test_batch_of_something_else(content, tmp_path):
    with pytest.raises(DataError, match="test_batch is not a batch of pictures"):
        archives.read_cifar10(tar_gz(tmp_path / "c.tar.gz", cifar_files(test_batch=content)))


def test_cifar10_archive_without_a_batch(tmp_path):
    with pytest.raises(DataError, match="cifar-10-batches-py/data_batch_2 missing"):
        archives.read_cifar10(
            tar_gz(tmp_path / "c.tar.gz", [f for f in cifar_files() if "batch_2" not in f[0]])
        )


def test_names_in_an_archive_write_nothing(tmp_path, monkeypatch):
    work = tmp_path / "a" / "b"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    names = ["../../escaped", str(tmp_path / "absolute"), "cifar-10-batches-py/../../escaped"]
    archive = tar_gz(work / "c.tar.gz", [*((n, b"x") for n in names), *cifar_files()])
    assert len(archives.read_cifar10(archive)["y_test"]) == 2
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "b", "c.tar.gz"]


def test_notmnist_split_is_fixed_disjoint_and_mixed(tmp_path, capsys):
    files = letter_files()
    arrays = archives.read_notmnist(tar_gz(tmp_path / "n.tar.gz", files))
    again = archives.read_notmnist(tar_gz(tmp_path / "again.tar.gz", files[::-1]))
    for key in arrays:
        np.testing.assert_array_equal(arrays[key], again[key])
    train = {x.tobytes() for x in arrays["x_train"]}
    test = {x.tobytes() for x in arrays["x_test"]}
    assert len(train) + len(test) == 299 and not train & test
    assert len(arrays["y_test"]) in (29, 30) and list(arrays["y_test"][:10]) == list(range(10))
    assert "0 unreadable" in capsys.readouterr().out


def test_notmnist_leaves_out_a_few_bad_pictures(tmp_path, capsys):
    bad = [
        ("notMNIST_small/A/empty.png", b""),
        ("notMNIST_small/F/broken.png", png(np.zeros((28, 28), np.uint8))[:45]),
        ("notMNIST_small/B/large.png", png(np.zeros((30, 28), np.uint8))),
    ]
    shadows = [("notMNIST_small/A/._face1.png", b""), ("notMNIST_small/A/readme.txt", b"")]
    arrays = archives.read_notmnist(tar_gz(tmp_path / "n.tar.gz", bad + shadows + letter_files()))
    assert len(arrays["y_train"]) + len(arrays["y_test"]) == 299
    assert "3 unreadable pictures left out" in capsys.readouterr().out


def test_notmnist_with_many_bad_pictures_is_refused(tmp_path):
    bad = [(f"notMNIST_small/C/bad{i}.png", b"") for i in range(11)]
    with pytest.raises(DataError, match="11 unreadable pictures; expected 10 at most"):
        archives.read_notmnist(tar_gz(tmp_path / "n.tar.gz", bad + letter_files()))


def test_notmnist_archive_of_something_else(tmp_path):
    with pytest.raises(DataError, match=r"no notMNIST_small/<letter>/<typeface>\.png in it"):
        archives.read_notmnist(tar_gz(tmp_path / "n.tar.gz", cifar_files()))


def test_archive_cut_short(tmp_path):
    path = tar_gz(tmp_path / "n.tar.gz", letter_files())
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(DataError, match="damaged or cut short"):
        archives.read_notmnist(path)
