"""The embedded samples and the held-out images are what data/README.md says they are."""

import hashlib
import io
import json
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
HELDOUT = ROOT / "autograder" / "heldout"
SHAPES = {"mnist": (28, 28), "notmnist": (28, 28), "cifar10": (32, 32, 3)}
COUNTS = {
    "mnist": {"train": 4000, "test": 500, "heldout": 500},
    "notmnist": {"train": 5000, "test": 1000, "heldout": 500},
    "cifar10": {"train": 5000, "test": 1000, "heldout": 500},
}
SPLITS = ("train", "test", "heldout")
each_set = pytest.mark.parametrize("name", sorted(SHAPES))
each_split = pytest.mark.parametrize(
    ("name", "split"), [(name, split) for name in sorted(SHAPES) for split in SPLITS]
)


@cache
def stored(name, split):
    path = (HELDOUT if split == "heldout" else DATA) / f"{name}.npz"
    suffix = "" if split == "heldout" else f"_{split}"
    with np.load(path, allow_pickle=False) as arrays:
        return arrays[f"x{suffix}"], arrays[f"y{suffix}"]


@cache
def images(name, split):
    x, _ = stored(name, split)
    return x if x.ndim > 1 else tiles(x)


def tiles(encoded):
    sheet = np.asarray(Image.open(io.BytesIO(encoded.tobytes())))
    rows = sheet.reshape(-1, 32, 50, 32, 3)
    return rows.transpose(0, 2, 1, 3, 4).reshape(-1, 32, 32, 3)


def table(name):
    header, *rows = [line.split("\t") for line in (DATA / name).read_text("utf-8").splitlines()]
    return [dict(zip(header, row, strict=True)) for row in rows]


def values_by_split(name, column):
    found = {split: set() for split in SPLITS}
    for row in table(name):
        found[row["split"]].add(row[column])
    return found


def assert_disjoint(sets):
    assert all(sets[split] for split in SPLITS)
    assert len(set.union(*sets.values())) == sum(len(members) for members in sets.values())


def test_every_registered_set_has_a_sample_and_held_out_images():
    registered = json.loads((DATA / "registry.json").read_text("utf-8"))
    assert set(registered) == set(SHAPES)
    for name in registered:
        assert (DATA / f"{name}.npz").is_file()
        assert (HELDOUT / f"{name}.npz").is_file()


@each_split
def test_images_and_labels_have_their_shape_and_are_bytes(name, split):
    x, y = images(name, split), stored(name, split)[1]
    assert x.shape == (COUNTS[name][split], *SHAPES[name])
    assert y.shape == (COUNTS[name][split],)
    assert x.dtype == y.dtype == np.uint8


@each_split
def test_the_ten_classes_are_balanced_and_shuffled(name, split):
    _, y = stored(name, split)
    assert np.bincount(y).tolist() == [len(y) // 10] * 10
    assert len(np.unique(y[:200])) == 10


@each_set
def test_no_image_occurs_twice_within_or_across_the_splits(name):
    digests = [image.tobytes() for split in SPLITS for image in images(name, split)]
    assert len(set(digests)) == len(digests)


@each_split
def test_no_image_is_blank(name, split):
    x = images(name, split).reshape(COUNTS[name][split], -1)
    assert (x.max(axis=1).astype(int) - x.min(axis=1)).min() > 20


def test_no_type_family_is_in_two_splits():
    assert_disjoint(values_by_split("notmnist_families.tsv", "family"))
    assert_disjoint(values_by_split("notmnist_families.tsv", "package"))


def test_no_kinship_of_type_families_is_in_two_splits():
    kin = {row["package"]: row["kin"] for row in table("notmnist_sources.tsv")}
    packages = values_by_split("notmnist_families.tsv", "package")
    assert_disjoint({split: {kin[name] for name in names} for split, names in packages.items()})


def test_letters_come_from_at_least_150_type_families():
    assert len({row["family"] for row in table("notmnist_families.tsv")}) >= 150


@pytest.mark.parametrize("column", ["drawing", "group"])
def test_no_drawing_nor_another_version_of_it_is_in_two_splits(column):
    for label in {row["class"] for row in table("cifar10_drawings.tsv")}:
        found = {split: set() for split in SPLITS}
        for row in table("cifar10_drawings.tsv"):
            if row["class"] == label:
                found[row["split"]].add(row[column])
        assert_disjoint(found)


def test_no_drawing_stands_for_two_classes():
    counts = Counter(row["drawing"] for row in table("cifar10_drawings.tsv"))
    assert set(counts.values()) == {1}


@pytest.mark.parametrize("name", ["notmnist_families.tsv", "cifar10_drawings.tsv"])
def test_every_source_has_a_version_and_an_open_licence(name):
    open_licences = ("OFL-", "Apache-", "MIT", "BSD-", "CC-BY-", "CC0-", "public domain")
    for row in table(name):
        assert row["package"] and row["version"]
        assert row["licence"].startswith(open_licences)


def test_everything_together_is_under_9_megabytes():
    paths = [*DATA.iterdir(), *HELDOUT.glob("*.npz")]
    assert sum(path.stat().st_size for path in paths if path.is_file()) < 9_000_000


def test_checksums_match_and_cover_every_sample():
    lines = (DATA / "samples.sha256").read_text("utf-8").splitlines()
    expected = {(DATA / path).resolve(): digest for digest, path in map(str.split, lines)}
    assert set(expected) == {f / f"{name}.npz" for f in (DATA, HELDOUT) for name in SHAPES}
    for path, digest in expected.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
