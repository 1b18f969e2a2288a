"""Find the file of a full data set: in the user's folder, in the cache, or on the network."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from latentlab.archives import read_cifar10, read_notmnist
from latentlab.errors import DataError
from latentlab.formats import Arrays

REGISTRY = Path(__file__).resolve().parent.parent / "data" / "registry.json"
_READERS = {"cifar10-tar": read_cifar10, "notmnist-tar": read_notmnist}


def full_file(name: str) -> Path:
    """Return the npz file of a full data set, downloaded first if need be.

    Raises DataError if LATENTLAB_DATA is set but has no such file, or if no download works.
    """
    if folder := os.environ.get("LATENTLAB_DATA"):
        path = Path(folder).expanduser() / f"{name}.npz"
        if not path.is_file():
            raise DataError(
                f"LATENTLAB_DATA is {folder}, but there is no {path.name} in it. "
                "Put it there, or unset LATENTLAB_DATA to download it."
            )
        return path
    path = cache_folder() / f"{name}.npz"
    if not path.is_file():
        _fetch(name, path)
    return path


def cache_folder() -> Path:
    """Return the folder in which the user's downloads are kept."""
    import pooch

    return Path(pooch.os_cache("latentlab"))


def _fetch(name: str, path: Path) -> None:
    """Download a data set and leave it at `path` as an npz file."""
    entry = json.loads(REGISTRY.read_text("utf-8"))[name]
    size = f"{entry['bytes'] / 1e6:.0f} MB"
    print(f"{name}: downloading {size} to {path.parent} (licence: {entry['licence']})")
    archive = _download(name, entry, path.parent)
    if entry["format"] != "npz":
        _write_npz(path, _READERS[entry["format"]](archive))
        archive.unlink()


def _download(name: str, entry: dict[str, Any], folder: Path) -> Path:
    """Try the addresses in turn; return the first file whose SHA-256 is right."""
    import pooch
    from tqdm import tqdm

    pooch.get_logger().setLevel(logging.ERROR)  # its notes would go to standard error
    # Some servers unpack or repack a .tar.gz on the way unless told not to.
    headers = {"Accept-Encoding": "identity"}
    options = {
        "total": entry["bytes"],
        "file": sys.stdout,
        "unit": "B",
        "unit_scale": True,
        "ascii": True,
        "ncols": 79,
    }
    failures = []
    for url in entry["urls"]:
        with tqdm(**options, delay=0.5, leave=False) as bar:
            fetch = pooch.HTTPDownloader(bar, chunk_size=1 << 16, headers=headers)
            try:
                file = pooch.retrieve(url, entry["sha256"], entry["file"], folder, downloader=fetch)
            except (OSError, ValueError) as error:  # requests' errors are OSErrors
                failures.append(f"  {url}\n    {_reason(error)}")
            else:
                return Path(file)
    raise DataError(
        f"{name} could not be downloaded:\n" + "\n".join(failures) + "\n"
        f"Try again later, or put {name}.npz (x_train, y_train, x_test, y_test, uint8) into a "
        f"folder and set the environment variable LATENTLAB_DATA to that folder, "
        f"or use the embedded sample: lab.load({name!r})"
    )


def _reason(error: Exception) -> str:
    """Say in one line why a download failed."""
    from requests import exceptions

    if isinstance(error, exceptions.ConnectionError | exceptions.Timeout):
        return "no connection: is the network up?"
    if isinstance(error, exceptions.ChunkedEncodingError):
        return "the connection broke off before the file was whole"
    if isinstance(error, ValueError) and "hash" in str(error):
        return "what came has the wrong SHA-256: it is not the file that the course knows"
    return str(error)


def _write_npz(path: Path, arrays: Arrays) -> None:
    """Write an npz file whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            np.savez(file, **arrays)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
