"""Read the archives in which CIFAR-10 and notMNIST are published, into `Arrays`.

Both are read in memory: nothing is ever unpacked to the disk, so the names in an archive cannot
point anywhere. A file that is not what it should be is a DataError.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from latentlab.errors import DataError
from latentlab.formats import READ_ERRORS, Arrays

MOST_BAD_LETTERS = 10


def _files_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of every regular file of a gzipped tar."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                if member.isfile():
                    yield member.name, archive.extractfile(member).read()
    except READ_ERRORS as error:
        raise DataError(f"{path}: damaged or cut short: {error}") from None


def read_cifar10(path: Path) -> Arrays:
    """Read cifar-10-python.tar.gz: five pickled batches for training, one for the test."""
    wanted = [f"cifar-10-batches-py/data_batch_{i}" for i in range(1, 6)]
    wanted.append("cifar-10-batches-py/test_batch")
    found = {name: content for name, content in _files_of(path) if name in wanted}
    if missing := [name for name in wanted if name not in found]:
        raise DataError(f"{path}: {', '.join(missing)} missing.")
    batches = [_read_batch(found[name], f"{path}: {name}") for name in wanted]
    x, y = [images for images, _ in batches], [labels for _, labels in batches]
    return {
        "x_train": np.concatenate(x[:5]),
        "y_train": np.concatenate(y[:5]),
        "x_test": x[5],
        "y_test": y[5],
    }


def _read_batch(content: bytes, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Read one batch: b"data" (n, 3072) uint8, channel by channel, and b"labels", a list."""
    try:
        batch = _ArraysOnly(io.BytesIO(content), encoding="bytes").load()
        images = batch[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        return images, np.array(batch[b"labels"], dtype=np.uint8)
    except Exception as error:  # a pickle can fail in any way
        raise DataError(f"{where} is not a batch of pictures: {error}") from None


class _ArraysOnly(pickle.Unpickler):
    """Unpickle plain data and numpy arrays; refuse everything else, such as os.system."""

    def find_class(self, module: str, name: str) -> Any:
        """Return one of the three callables that a pickled array needs."""
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return np.empty(0).__reduce__()[0]
        if (module, name) == ("numpy", "ndarray"):
            return np.ndarray
        if (module, name) == ("numpy", "dtype"):
            # The file's pickles have align=0, over which numpy 2.4 warns on standard error.
            return lambda kind, align, copy: np.dtype(kind, bool(align), bool(copy))
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is refused")


def read_notmnist(path: Path) -> Arrays:
    """Read notMNIST_small.tar.gz: notMNIST_small/<letter>/<typeface>.png, 28 x 28, grey.

    The split is fixed: typefaces in the order of the SHA-256 of their file name (which mixes
    the styles), every tenth typeface for the test, the letters of one typeface in their order;
    of identical pictures only the first, so that none is in both parts.
    """
    letters = _letters_by_typeface(path)
    order = sorted(letters, key=lambda typeface: hashlib.sha256(typeface.encode()).digest())
    parts: dict[str, list] = {"x_train": [], "y_train": [], "x_test": [], "y_test": []}
    seen: set[bytes] = set()
    for number, typeface in enumerate(order):
        part = "test" if number % 10 == 9 else "train"
        for label, picture in sorted(letters[typeface].items()):
            if picture.tobytes() not in seen:
                seen.add(picture.tobytes())
                parts[f"x_{part}"].append(picture)
                parts[f"y_{part}"].append(label)
    return {key: np.array(values, dtype=np.uint8) for key, values in parts.items()}


def _letters_by_typeface(path: Path) -> dict[str, dict[int, np.ndarray]]:
    """Read the pictures (28, 28) as {typeface: {label: picture}}, leaving out the unreadable."""
    letters: dict[str, dict[int, np.ndarray]] = {}
    bad = 0
    for name, content in _files_of(path):
        # No leading dot: an archive packed on a Mac has a "._" shadow of every file.
        match = re.fullmatch(r"notMNIST_small/([A-J])/([^/.][^/]*)\.png", name)
        if match is None:
            continue
        try:
            with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
                picture = np.asarray(image.convert("L"))
        except READ_ERRORS:
            picture = np.empty(0)
        if picture.shape == (28, 28):
            letters.setdefault(match[2], {})[ord(match[1]) - ord("A")] = picture
        else:
            bad += 1
    if not letters:
        raise DataError(f"{path}: no notMNIST_small/<letter>/<typeface>.png in it.")
    if bad > MOST_BAD_LETTERS:
        raise DataError(f"{path}: {bad} unreadable pictures; expected {MOST_BAD_LETTERS} at most.")
    print(f"notmnist: {bad} unreadable pictures left out")
    return letters
