"""Small files in the formats of the real data sets, for the tests to read."""

import io
import pickle
import struct
import tarfile

import numpy as np
from PIL import Image

RNG = np.random.default_rng(0)


def grey(n=20, **changes):
    """Arrays of a small grey set, with some of them changed or (None) left out."""
    arrays = {
        "x_train": RNG.integers(0, 256, (n, 28, 28), dtype=np.uint8),
        "y_train": (np.arange(n) % 10).astype(np.uint8),
        "x_test": RNG.integers(0, 256, (n, 28, 28), dtype=np.uint8),
        "y_test": (np.arange(n) % 10).astype(np.uint8),
    }
    return {k: v for k, v in {**arrays, **changes}.items() if v is not None}


def npz_bytes(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def tar_gz(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


class Python2Pickler(pickle._Pickler):
    """Writes strings as Python 2 did, bytes without an encoding, as the real batches have them."""

    def save_string(self, data):
        content = data if isinstance(data, bytes) else data.encode("ascii")
        self.write(pickle.BINSTRING + struct.pack("<i", len(content)) + content)
        self.memoize(data)

    dispatch = {**pickle._Pickler.dispatch, bytes: save_string, str: save_string}


def python2_pickle(value):
    file = io.BytesIO()
    Python2Pickler(file, protocol=2).dump(value)
    return file.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")


def cifar_files(**changes):
    """The six batches, two pictures each; picture i has one known pixel for each channel."""
    files = []
    for i, name in enumerate([*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"]):
        data = np.zeros((2, 3, 32, 32), np.uint8)
        data[:, :, 3, 5] = [10 * i + 1, 10 * i + 2, 10 * i + 3]
        batch = {b"data": data.reshape(2, 3072), b"labels": [i, 9], b"batch_label": b"x"}
        files.append((f"cifar-10-batches-py/{name}", changes.get(name) or python2_pickle(batch)))
    return files


def png(picture):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def letter_files(typefaces=30):
    """notMNIST_small/<letter>/<typeface>.png; typeface 7's B is the same picture as 6's."""
    pictures = RNG.integers(0, 256, (typefaces, 10, 28, 28), dtype=np.uint8)
    pictures[7, 1] = pictures[6, 1]
    return [
        (f"notMNIST_small/{letter}/face{i}.png", png(pictures[i, k]))
        for k, letter in enumerate("ABCDEFGHIJ")
        for i in range(typefaces)
    ]
