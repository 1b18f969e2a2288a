"""What the three sample makers share: fetching pinned packages, dealing splits, writing files.

The makers are run by hand, rarely, by a developer; nothing of this is imported by the course.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent
HELDOUT = DATA.parent / "autograder" / "heldout"
NAMES = ("mnist", "notmnist", "cifar10")
SPLITS = ("train", "test", "heldout")

Split = tuple[np.ndarray, np.ndarray]


def cache_from_command_line(description: str) -> Path:
    """Read the one argument that each maker takes: the folder for what it fetches."""
    parser = ArgumentParser(description=description)
    parser.add_argument("cache", type=Path, help="folder that keeps the fetched packages")
    cache = parser.parse_args().cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def fetch_wheel(name: str, version: str, cache: Path) -> Path:
    """Fetch one wheel with pip, without its dependencies, unless the cache has it."""
    pattern = f"{name}-{version}-*.whl"
    if not list(cache.glob(pattern)):
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--dest", str(cache), f"{name}=={version}"], check=True)
    return next(cache.glob(pattern))


def npm_archive(name: str, version: str, cache: Path) -> Path:
    """Say under which file name `npm pack` keeps a package: the scope becomes a prefix."""
    return cache / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"


def fetch_npm(packages: Iterable[tuple[str, str]], cache: Path) -> None:
    """Fetch npm packages (name, version) that the cache lacks, with one call of `npm pack`."""
    missing = [f"{n}@{v}" for n, v in packages if not npm_archive(n, v, cache).exists()]
    if missing:
        npm = ["npm", "pack", "--silent", *missing]
        subprocess.run(npm, cwd=cache, check=True, stdout=subprocess.DEVNULL)


def fetch_debian(packages: Iterable[tuple[str, str]], cache: Path) -> None:
    """Fetch and unpack Debian packages (name, version) that the cache lacks.

    Debian serves one version per release (these pins: Debian 12); an older pin that has
    gone from the mirrors makes apt-get fail, which is better than another font unnoticed.
    """
    missing = [f"{n}={v}" for n, v in packages if not (cache / n).exists()]
    if missing:
        subprocess.run(["apt-get", "-qq", "download", *missing], cwd=cache, check=True)
    for spec in missing:
        name, version = spec.split("=")
        archive = next(cache.glob(f"{name}_{version.replace(':', '%3a')}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", str(archive), str(cache / name)], check=True)


def unpack(archive: Path) -> Path:
    """Unpack an npm archive beside itself, once, and return its folder."""
    folder = archive.with_suffix("")
    if not folder.exists():
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    return folder / "package"


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a tab-separated table with a header line."""
    header, *rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    return [dict(zip(header, row, strict=True)) for row in rows]


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a tab-separated table with a header line."""
    lines = ["\t".join(cells) for cells in [header, *rows]]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def shuffled(split: Split, rng: np.random.Generator) -> Split:
    """Shuffle images and labels together."""
    order = rng.permutation(len(split[1]))
    return split[0][order], split[1][order]


def write_set(name: str, parts: dict[str, Split]) -> None:
    """Write the course's file and the grader's file of one set, then all the checksums."""
    HELDOUT.mkdir(parents=True, exist_ok=True)
    (x_train, y_train), (x_test, y_test) = parts["train"], parts["test"]
    course, held = DATA / f"{name}.npz", HELDOUT / f"{name}.npz"
    np.savez_compressed(course, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    np.savez_compressed(held, x=parts["heldout"][0], y=parts["heldout"][1])
    write_checksums()
    for path in (course, held):
        print(f"{path.relative_to(DATA.parent)}: {path.stat().st_size:,} bytes")


def write_checksums() -> None:
    """Write data/samples.sha256, which `cd data && sha256sum -c samples.sha256` checks."""
    paths = [f"{name}.npz" for name in NAMES]
    paths += [f"../{HELDOUT.relative_to(DATA.parent).as_posix()}/{name}.npz" for name in NAMES]
    made = [path for path in paths if (DATA / path).exists()]
    lines = [f"{hashlib.sha256((DATA / p).read_bytes()).hexdigest()}  {p}\n" for p in made]
    (DATA / "samples.sha256").write_text("".join(lines), "utf-8")
