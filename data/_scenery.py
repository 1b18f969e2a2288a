"""Backgrounds for data/make_cifar10.py: small procedural landscapes and rooms.

Every scene is a float array (side, side, 3) in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

Scene = Callable[[np.random.Generator, int], np.ndarray]
Colour = tuple[float, float, float]

SKIES: list[tuple[Colour, Colour]] = [
    ((0.25, 0.45, 0.75), (0.70, 0.82, 0.92)),
    ((0.45, 0.62, 0.85), (0.85, 0.90, 0.95)),
    ((0.55, 0.58, 0.62), (0.80, 0.81, 0.82)),
    ((0.85, 0.87, 0.90), (0.96, 0.96, 0.96)),
    ((0.30, 0.32, 0.50), (0.90, 0.62, 0.42)),
    ((0.08, 0.12, 0.25), (0.25, 0.32, 0.50)),
]
WATERS: list[Colour] = [
    (0.12, 0.28, 0.45),
    (0.25, 0.42, 0.50),
    (0.38, 0.45, 0.48),
    (0.15, 0.35, 0.35),
]
GRASSES: list[Colour] = [
    (0.30, 0.45, 0.15),
    (0.42, 0.52, 0.22),
    (0.50, 0.48, 0.25),
    (0.20, 0.34, 0.14),
]
WOODS: list[Colour] = [
    (0.15, 0.24, 0.12),
    (0.28, 0.26, 0.16),
    (0.22, 0.30, 0.20),
    (0.36, 0.28, 0.18),
]
SOILS: list[Colour] = [
    (0.45, 0.36, 0.25),
    (0.62, 0.54, 0.42),
    (0.33, 0.30, 0.24),
    (0.80, 0.80, 0.82),
]
ROADS: list[Colour] = [(0.42, 0.42, 0.43), (0.30, 0.30, 0.32), (0.58, 0.57, 0.55)]
ROOMS: list[Colour] = [
    (0.72, 0.64, 0.54),
    (0.82, 0.80, 0.76),
    (0.48, 0.34, 0.26),
    (0.50, 0.56, 0.66),
    (0.62, 0.40, 0.36),
    (0.30, 0.28, 0.30),
    (0.66, 0.66, 0.52),
    (0.55, 0.45, 0.55),
]


def noise(rng: np.random.Generator, side: int, down: int, across: int) -> np.ndarray:
    """Smooth noise in [-1, 1]: `down` x `across` random values, enlarged to the picture."""
    grid = Image.fromarray(rng.uniform(-1, 1, (down, across)).astype(np.float32))
    return np.asarray(grid.resize((side, side), Image.Resampling.BICUBIC))


def rough(rng: np.random.Generator, side: int, stretch: float = 1.0) -> np.ndarray:
    """Noise at four sizes, the small ones weaker; stretch > 1 draws it out sideways."""
    total = np.zeros((side, side), np.float32)
    for cells, weight in ((3, 0.4), (6, 0.35), (14, 0.35), (side // 2, 0.35)):
        total += weight * noise(rng, side, cells, max(2, round(cells / stretch)))
    return total


def tinted(rng: np.random.Generator, colours: list[Colour], spread: float = 0.04) -> np.ndarray:
    """Pick a colour of a palette and vary it a little."""
    return np.clip(np.array(colours[rng.integers(len(colours))]) + rng.normal(0, spread, 3), 0, 1)


def surface(
    rng: np.random.Generator, side: int, colours: list[Colour], depth: float, stretch: float = 1.0
) -> np.ndarray:
    """A surface of one colour with light and dark patches."""
    relief = 1 + depth * rough(rng, side, stretch)[..., None]
    drift = np.stack([0.04 * noise(rng, side, 4, 4) for _ in range(3)], -1)
    return tinted(rng, colours) * relief + drift


def below(rng: np.random.Generator, side: int, low: float, high: float) -> np.ndarray:
    """A soft, slightly tilted mask of what lies below a horizon between low and high."""
    rows, columns = np.mgrid[0:side, 0:side] / side
    line = rng.uniform(low, high) + rng.normal(0, 0.05) * (columns - 0.5)
    line = line + rng.uniform(0, 0.06) * noise(rng, side, 1, 6)
    return np.clip((rows - line) * side / rng.uniform(1.5, 6) + 0.5, 0, 1)[..., None]


def sky(rng: np.random.Generator, side: int) -> np.ndarray:
    """A sky from zenith to horizon, with clouds of any strength."""
    top, bottom = (np.array(c) for c in SKIES[rng.choice(6, p=[0.25, 0.25, 0.2, 0.15, 0.1, 0.05])])
    fall = np.linspace(0, 1, side)[:, None, None] ** rng.uniform(0.6, 1.5)
    clouds = np.clip(rough(rng, side, 1.8) + rng.uniform(-0.3, 0.2), 0, 1)[..., None]
    base = top * (1 - fall) + bottom * fall + np.zeros((side, side, 3))
    return base + clouds * rng.uniform(0, 0.9) * (rng.uniform(0.75, 1.0) - base)


def wood(rng: np.random.Generator, side: int) -> np.ndarray:
    """Trees and undergrowth, out of focus."""
    return surface(rng, side, WOODS, rng.uniform(0.5, 1.1), rng.uniform(0.4, 1.2))


def meadow(rng: np.random.Generator, side: int) -> np.ndarray:
    """Grass before trees or the sky."""
    behind = wood(rng, side) if rng.random() < 0.6 else sky(rng, side)
    ground = surface(rng, side, GRASSES, rng.uniform(0.3, 0.7), 1.5)
    mask = below(rng, side, 0.1, 0.7)
    return behind * (1 - mask) + ground * mask


def sea(rng: np.random.Generator, side: int) -> np.ndarray:
    """Water under the sky, at times with a far shore."""
    behind = sky(rng, side)
    if rng.random() < 0.35:
        shore = below(rng, side, 0.3, 0.45)
        behind = behind * (1 - shore) + wood(rng, side) * shore
    mask = below(rng, side, 0.45, 0.75)
    return behind * (1 - mask) + surface(rng, side, WATERS, rng.uniform(0.2, 0.6), 4.0) * mask


def town(rng: np.random.Generator, side: int) -> np.ndarray:
    """Blurred boxes: houses, walls, furniture."""
    scene = surface(rng, side, ROOMS, 0.15)
    for _ in range(rng.integers(2, 8)):
        top, left = rng.integers(0, side, 2)
        height, width = rng.integers(side // 8, side // 2, 2)
        scene[top : top + height, left : left + width] *= rng.uniform(0.5, 1.4)
        scene[top : top + height, left : left + width] += rng.normal(0, 0.08, 3)
    return scene


def street(rng: np.random.Generator, side: int) -> np.ndarray:
    """A road before houses, trees or the sky."""
    behind = (town, wood, sky)[rng.choice(3, p=[0.4, 0.35, 0.25])](rng, side)
    road = surface(rng, side, ROADS, rng.uniform(0.1, 0.3), 2.5)
    if rng.random() < 0.4:
        start = rng.integers(side * 3 // 5, side - 3)
        road[start : start + rng.integers(1, 4)] += rng.uniform(0.15, 0.4)
    mask = below(rng, side, 0.4, 0.75)
    return behind * (1 - mask) + road * mask


def room(rng: np.random.Generator, side: int) -> np.ndarray:
    """A wall, a floor or a cushion."""
    mask = below(rng, side, 0.4, 0.9)
    back = town(rng, side) if rng.random() < 0.6 else surface(rng, side, ROOMS, 0.2)
    return back * (1 - mask) + surface(rng, side, ROOMS, rng.uniform(0.15, 0.5)) * mask


def earth(rng: np.random.Generator, side: int) -> np.ndarray:
    """Soil, sand, snow, stones."""
    return surface(rng, side, SOILS, rng.uniform(0.2, 0.8))


def leaves(rng: np.random.Generator, side: int) -> np.ndarray:
    """Leaves and moss from near: strong patches of green and brown."""
    mask = np.clip(2.5 * rough(rng, side) + 0.5, 0, 1)[..., None]
    return surface(rng, side, GRASSES, 0.7) * mask + surface(rng, side, SOILS, 0.6) * (1 - mask)


def studio(rng: np.random.Generator, side: int) -> np.ndarray:
    """A plain, light or dark backdrop."""
    level = rng.choice([rng.uniform(0.8, 1.0), rng.uniform(0.05, 0.6)], p=[0.7, 0.3])
    return level + rng.normal(0, 0.02, 3) + 0.08 * noise(rng, side, 3, 3)[..., None]


SCENES: dict[str, dict[Scene, float]] = {
    "airplane": {sky: 0.7, street: 0.1, studio: 0.1, meadow: 0.1},
    "automobile": {street: 0.65, studio: 0.15, town: 0.1, meadow: 0.1},
    "bird": {sky: 0.2, wood: 0.25, meadow: 0.2, sea: 0.15, earth: 0.15, studio: 0.05},
    "cat": {room: 0.6, studio: 0.1, meadow: 0.15, earth: 0.15},
    "deer": {wood: 0.4, meadow: 0.5, earth: 0.1},
    "dog": {room: 0.45, meadow: 0.3, earth: 0.15, studio: 0.1},
    "frog": {leaves: 0.45, earth: 0.25, wood: 0.1, room: 0.1, studio: 0.1},
    "horse": {meadow: 0.65, earth: 0.2, wood: 0.15},
    "ship": {sea: 0.85, sky: 0.1, studio: 0.05},
    "truck": {street: 0.6, earth: 0.15, town: 0.1, studio: 0.15},
}


def scene_for(name: str, rng: np.random.Generator, side: int) -> np.ndarray:
    """Make a background of the kind that a class tends to be photographed before."""
    scenes, weights = zip(*SCENES[name].items(), strict=True)
    return np.clip(scenes[rng.choice(len(scenes), p=weights)](rng, side), 0, 1)
