"""Read the npz files in which this package keeps data.

Like the readers of `archives`, `read_npz` returns `Arrays`: x_train, y_train, x_test, y_test to
uint8 pictures, shape (n, height, width) or (n, height, width, 3), and to labels, shape (n,). It
raises DataError for a file that is not what it should be.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from latentlab.errors import DataError

Arrays = dict[str, np.ndarray]

KEYS = ("x_train", "y_train", "x_test", "y_test")
TILE, TILES_IN_A_ROW = 32, 50
# What numpy, zipfile, tarfile and Pillow raise for damaged files (SyntaxError: a broken PNG).
READ_ERRORS = (
    *(OSError, EOFError, ValueError, SyntaxError, zlib.error),
    *(zipfile.BadZipFile, NotImplementedError, tarfile.TarError),
)


def read_npz(path: Path) -> Arrays:
    """Read an npz file; an x array of one dimension holds an image file, a sheet of tiles."""
    if not path.is_file():
        raise DataError(f"{path}: there is no such file.")
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path}: not an npz file, or cut short. Delete it and fetch it again.")
    try:
        with np.load(path, allow_pickle=False) as archive:
            if missing := [key for key in KEYS if key not in archive.files]:
                raise DataError(f"{path}: {', '.join(missing)} missing; found: {archive.files}.")
            arrays = {key: np.asarray(archive[key]) for key in KEYS}
    except READ_ERRORS as error:
        raise DataError(f"{path}: {error} Delete the file and fetch it again.") from None
    for part in ("train", "test"):
        images = arrays[f"x_{part}"]
        if images.ndim == 1 and images.dtype == np.uint8:
            count = arrays[f"y_{part}"].size
            arrays[f"x_{part}"] = cut_sheet(images, count, f"{path}: x_{part}")
    return arrays


def cut_sheet(encoded: np.ndarray, count: int, where: str) -> np.ndarray:
    """Decode an image file and cut it, row by row, into `count` tiles (count, 32, 32, 3)."""
    try:
        with Image.open(io.BytesIO(encoded.tobytes()), formats=("PNG", "JPEG", "WEBP")) as image:
            sheet = np.asarray(image.convert("RGB"))
    except READ_ERRORS as error:
        raise DataError(f"{where}: its image file cannot be read: {error}") from None
    rows = -(-count // TILES_IN_A_ROW)
    if sheet.shape != (rows * TILE, TILES_IN_A_ROW * TILE, 3):
        raise DataError(
            f"{where}: the sheet has {sheet.shape[1]} x {sheet.shape[0]} pixels; expected "
            f"{TILES_IN_A_ROW * TILE} x {rows * TILE} for {count} labels."
        )
    tiles = sheet.reshape(rows, TILE, TILES_IN_A_ROW, TILE, 3).swapaxes(1, 2)
    return tiles.reshape(-1, TILE, TILE, 3)[:count]
