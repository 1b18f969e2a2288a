"""Make data/notmnist.npz and autograder/heldout/notmnist.npz: letters A to J from open fonts.

    python data/make_notmnist.py CACHE

The fonts are the packages of notmnist_sources.tsv. Whole kinships of families (the column
`kin`: a family and its derivatives) go to one split, so that no design of the test part or
of the held-out part can have been seen in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _common import (
    DATA,
    SPLITS,
    Split,
    cache_from_command_line,
    fetch_debian,
    fetch_npm,
    npm_archive,
    read_table,
    shuffled,
    unpack,
    write_set,
    write_table,
)
from PIL import Image, ImageFont

LETTERS = "ABCDEFGHIJ"
SIZE = 28
PER_LETTER = {"train": 500, "test": 100, "heldout": 50}
KIN_SHARE = {"train": 0.765, "test": 0.155, "heldout": 0.08}
STYLES_PER_FAMILY = 8
RENDER_PIXELS = 160
# notMNIST stretches every letter to the frame, but a bare stroke of an I to a white square
# would be no letter: narrower than this share of its height, a glyph keeps part of its shape.
NARROW = 0.55
ALIKE = 8.0  # mean difference in grey levels below which two styles count as one
BLACK = 64  # a picture needs a pixel at least this dark to show a letter
# Collections whose fonts are families of their own; elsewhere a package is one family.
COLLECTIONS = {"bwht", "georgewilliams", "gotico-antiqua", "woowa-bm"}
SEED = 2011


@dataclass(frozen=True)
class Family:
    """One type family: where it comes from and its font files."""

    name: str
    kin: str
    source: tuple[str, str, str]
    files: tuple[Path, ...]


def fetch(sources: list[dict[str, str]], cache: Path) -> dict[str, Path]:
    """Fetch every package and return the folder that each unpacks to."""
    wanted = {"npm": [], "debian": []}
    for row in sources:
        wanted[row["manager"]].append((row["package"], row["version"]))
    fetch_npm(wanted["npm"], cache)
    fetch_debian(wanted["debian"], cache)
    folders = {name: unpack(npm_archive(name, version, cache)) for name, version in wanted["npm"]}
    return folders | {name: cache / name for name, _ in wanted["debian"]}


def font_files(manager: str, folder: Path) -> list[Path]:
    """List the fonts of a package: the Latin files of an npm one, all of a Debian one.

    Links are left out: in an unpacked Debian package some point outside of it.
    """
    if manager == "npm":
        return sorted(folder.glob(f"files/{folder_id(folder)}-latin-[0-9]*.woff2"))
    found = (p for p in folder.rglob("*") if p.suffix.lower() in {".ttf", ".otf"})
    return sorted(p for p in found if not p.is_symlink())


def folder_id(folder: Path) -> str:
    """Return the font id of a fontsource package: its folder without scope and version."""
    return folder.parent.name.removeprefix("fontsource-").rsplit("-", 1)[0]


def families_of(row: dict[str, str], folder: Path) -> list[Family]:
    """Group the fonts of a package by family."""
    short = row["package"].removeprefix("@fontsource/").removeprefix("fonts-")
    groups: dict[str, list[Path]] = {}
    for path in font_files(row["manager"], folder):
        own = short in COLLECTIONS
        name = f"{short}/{ImageFont.truetype(str(path), 20).getname()[0]}" if own else short
        groups.setdefault(name, []).append(path)
    source = (row["package"], row["version"], row["licence"])
    return [Family(name, row["kin"], source, spread(files)) for name, files in groups.items()]


def spread(files: list[Path]) -> tuple[Path, ...]:
    """Keep at most STYLES_PER_FAMILY files, evenly spread over the sorted list."""
    count = min(len(files), STYLES_PER_FAMILY)
    return tuple(files[i] for i in np.linspace(0, len(files) - 1, count).astype(int))


def deal_kin(families: list[Family], rng: np.random.Generator) -> dict[str, list[Family]]:
    """Deal whole kinships of families to the splits."""
    kin = rng.permutation(sorted({family.kin for family in families}))
    ends = (np.cumsum([KIN_SHARE[split] for split in SPLITS]) * len(kin)).round().astype(int)
    shares = dict(zip(SPLITS, np.split(kin, ends[:-1]), strict=True))
    return {s: [f for f in families if f.kin in set(shares[s].tolist())] for s in SPLITS}


def render(font: ImageFont.FreeTypeFont, letter: str) -> np.ndarray | None:
    """Draw one letter, white on black, cropped and scaled to the frame; None if it is empty."""
    mask = font.getmask(letter, mode="L")
    if 0 in mask.size:
        return None
    glyph = Image.frombytes("L", mask.size, bytes(mask))
    box = glyph.point(lambda level: 255 * (level > 32)).getbbox()
    if box is None:
        return None
    glyph = glyph.crop(box)
    aspect = glyph.width / glyph.height
    width = SIZE if aspect >= NARROW else round(SIZE * (aspect / NARROW) ** 0.6)
    frame = Image.new("L", (SIZE, SIZE))
    small = glyph.resize((max(width, 3), SIZE), Image.Resampling.BOX)
    frame.paste(small, ((SIZE - small.width) // 2, 0))
    return np.asarray(frame)


def draw_family(family: Family) -> dict[str, list[np.ndarray]]:
    """Draw A to J in each style of a family, without styles that look the same.

    A style that lacks a letter is left out; of the others, an I that would fill the whole
    frame with white.
    """
    drawn: dict[str, list[np.ndarray]] = {letter: [] for letter in LETTERS}
    for path in family.files:
        font = ImageFont.truetype(str(path), RENDER_PIXELS)
        images = {letter: render(font, letter) for letter in LETTERS}
        if any(image is None for image in images.values()):
            continue
        for letter, image in images.items():
            new = all(difference(image, other) > ALIKE for other in drawn[letter])
            if new and image.min() < BLACK:
                drawn[letter].append(image)
    return drawn


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference of two images in grey levels."""
    return float(np.abs(one.astype(int) - other).mean())


def pick(
    letter: str,
    drawn: list[dict[str, list[np.ndarray]]],
    count: int,
    seen: set[bytes],
    rng: np.random.Generator,
) -> list[np.ndarray]:
    """Take one style of every family, then a second one, and so on, none of them twice."""
    stacks = [[f[letter][i] for i in rng.permutation(len(f[letter]))] for f in drawn]
    chosen: list[np.ndarray] = []
    while any(stacks):
        for index in rng.permutation(len(stacks)):
            image = stacks[index].pop() if stacks[index] else None
            if image is None or image.tobytes() in seen:
                continue
            seen.add(image.tobytes())
            chosen.append(image)
            if len(chosen) == count:
                return chosen
    raise ValueError(f"only {len(chosen)} different {letter}; {count} wanted")


def make_part(
    families: list[Family], count: int, seen: set[bytes], rng: np.random.Generator
) -> Split:
    """Draw one split."""
    drawn = [draw_family(family) for family in families]
    images = [image for letter in LETTERS for image in pick(letter, drawn, count, seen, rng)]
    labels = np.repeat(np.arange(len(LETTERS), dtype=np.uint8), count)
    return shuffled((np.stack(images), labels), rng)


def main() -> None:
    """Fetch the fonts, deal the families, draw the letters, write the files."""
    cache = cache_from_command_line(__doc__)
    rng = np.random.default_rng(SEED)
    sources = read_table(DATA / "notmnist_sources.tsv")
    folders = fetch(sources, cache)
    families = [f for row in sources for f in families_of(row, folders[row["package"]])]
    dealt = deal_kin(sorted(families, key=lambda f: f.name), rng)
    seen: set[bytes] = set()
    write_set("notmnist", {s: make_part(dealt[s], PER_LETTER[s], seen, rng) for s in SPLITS})
    rows = [(f.name, *f.source, split) for split in SPLITS for f in dealt[split]]
    header = ("family", "package", "version", "licence", "split")
    write_table(DATA / "notmnist_families.tsv", header, sorted(rows))


if __name__ == "__main__":
    main()
