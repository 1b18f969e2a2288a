"""From a drawing to a small "photograph": colour, light, pose, shadow, blur, grain."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import resvg_py
from _scenery import noise, rough, scene_for
from PIL import Image, ImageDraw, ImageFilter

SIDE = 32
WORK = 64  # pictures are composed at twice their size
DRAWN = 128
ANIMALS = {"bird", "cat", "deer", "dog", "frog", "horse"}
TINTS = {
    "airplane": [(0.80, 0.82, 0.85), (0.55, 0.58, 0.62), (0.30, 0.33, 0.38), (0.75, 0.25, 0.2)],
    "automobile": [
        (0.65, 0.12, 0.12),
        (0.15, 0.25, 0.55),
        (0.75, 0.76, 0.78),
        (0.12, 0.12, 0.14),
        (0.80, 0.65, 0.15),
        (0.20, 0.40, 0.28),
        (0.45, 0.47, 0.50),
    ],
    "bird": [
        (0.40, 0.30, 0.22),
        (0.20, 0.20, 0.22),
        (0.70, 0.68, 0.62),
        (0.35, 0.45, 0.6),
        (0.75, 0.55, 0.15),
    ],
    "cat": [(0.60, 0.42, 0.25), (0.18, 0.17, 0.17), (0.55, 0.53, 0.50), (0.85, 0.82, 0.76)],
    "deer": [(0.50, 0.34, 0.20), (0.38, 0.27, 0.18), (0.62, 0.46, 0.30)],
    "dog": [(0.62, 0.45, 0.28), (0.25, 0.20, 0.17), (0.80, 0.74, 0.65), (0.45, 0.42, 0.40)],
    "frog": [(0.35, 0.50, 0.18), (0.48, 0.42, 0.22), (0.30, 0.38, 0.20), (0.55, 0.30, 0.18)],
    "horse": [(0.45, 0.27, 0.15), (0.25, 0.17, 0.12), (0.80, 0.77, 0.72), (0.55, 0.42, 0.30)],
    "ship": [(0.85, 0.85, 0.86), (0.25, 0.30, 0.40), (0.55, 0.18, 0.15), (0.45, 0.45, 0.45)],
    "truck": [
        (0.70, 0.15, 0.12),
        (0.85, 0.85, 0.83),
        (0.18, 0.30, 0.55),
        (0.75, 0.60, 0.15),
        (0.30, 0.42, 0.30),
        (0.25, 0.25, 0.27),
    ],
}


@dataclass(frozen=True)
class Pose:
    """How far a class of things is turned, and how large it is in the frame."""

    turn: float
    smallest: float = 0.62
    largest: float = 1.08


POSES = {"airplane": Pose(35, 0.55), "ship": Pose(5), "automobile": Pose(6), "truck": Pose(6)}


def draw(svg: str) -> Image.Image:
    """Render a drawing, cropped to what it shows."""
    png = resvg_py.svg_to_bytes(svg_string=svg, width=DRAWN, height=DRAWN, skip_system_fonts=True)
    picture = Image.open(io.BytesIO(bytes(png))).convert("RGBA")
    return picture.crop(picture.getchannel("A").getbbox())


def paint_silhouette(shape: Image.Image, name: str, rng: np.random.Generator) -> Image.Image:
    """Colour a silhouette for its class; what it encloses gets a darker or lighter shade."""
    tint = np.array(TINTS[name][rng.integers(len(TINTS[name]))]) + rng.normal(0, 0.05, 3)
    inner = tint * 0.4 if rng.random() < 0.6 else 0.35 * tint + 0.6
    edge = Image.new("L", (shape.width + 2, shape.height + 2))
    edge.paste(shape.getchannel("A"), (1, 1))
    ImageDraw.floodfill(edge, (0, 0), 255, thresh=120)
    enclosed = 255 - np.asarray(edge)[1:-1, 1:-1]
    cover = np.asarray(shape.getchannel("A")) / 255
    colour = tint * cover[..., None] + inner * (1 - cover[..., None])
    alpha = np.maximum(cover * 255, enclosed)
    return to_image(np.dstack([np.clip(colour, 0, 1) * 255, alpha]), "RGBA")


def to_image(array: np.ndarray, mode: str) -> Image.Image:
    """Round an array of levels to a Pillow image."""
    return Image.fromarray(np.clip(array.round(), 0, 255).astype(np.uint8), mode)


def recolour(picture: Image.Image, name: str, rng: np.random.Generator) -> Image.Image:
    """Calm the loud colours of an emoji; give vehicles any paint."""
    alpha = picture.getchannel("A")
    hue, saturation, value = (
        np.asarray(c, float) for c in picture.convert("RGB").convert("HSV").split()
    )
    hue = (
        hue + (rng.normal(0, 6) if name in ANIMALS else rng.choice([0, rng.uniform(0, 255)]))
    ) % 256
    saturation = saturation * rng.uniform(0.3, 0.85)
    value = 255 * (value / 255) ** rng.uniform(0.8, 1.8)
    rgb = to_image(np.dstack([hue, saturation, value]), "HSV").convert("RGB")
    rgb.putalpha(alpha)
    return rgb


def light(picture: Image.Image, name: str, rng: np.random.Generator) -> Image.Image:
    """Shade a flat drawing as if lit from above, with a coat or a reflection on it."""
    array = np.asarray(picture, float)
    height, width = array.shape[:2]
    fall = np.linspace(rng.uniform(1.0, 1.3), rng.uniform(0.5, 0.95), height)[:, None]
    grain = rough(rng, DRAWN) if name in ANIMALS else noise(rng, DRAWN, 4, 5)
    shade = fall * (1 + rng.uniform(0.08, 0.3) * grain[:height, :width])
    array[..., :3] *= shade[..., None]
    return to_image(array, "RGBA")


def place(picture: Image.Image, name: str, rng: np.random.Generator) -> Image.Image:
    """Mirror, turn, stretch, scale and move a drawing inside the working frame."""
    pose = POSES.get(name, Pose(10))
    if rng.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    picture = picture.rotate(rng.normal(0, pose.turn / 1.5), Image.Resampling.BICUBIC, expand=True)
    picture = picture.crop(picture.getchannel("A").getbbox())
    scale = WORK * rng.uniform(pose.smallest, pose.largest) / max(picture.size)
    stretch = np.exp(rng.normal(0, 0.08, 2))
    width, height = (
        max(8, round(s * scale * k)) for s, k in zip(picture.size, stretch, strict=True)
    )
    picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    frame = Image.new("RGBA", (WORK, WORK))
    left, top = (int(v) for v in rng.normal(0, 0.06, 2) * WORK)
    frame.paste(picture, ((WORK - width) // 2 + left, (WORK - height) // 2 + top))
    return frame


def compose(backdrop: np.ndarray, frame: Image.Image, rng: np.random.Generator) -> np.ndarray:
    """Lay a drawing and its soft shadow over a backdrop."""
    layer = np.asarray(frame, float) / 255
    cover = layer[..., 3:]
    backdrop = set_apart(backdrop, layer[..., :3], cover, rng)
    shadow = frame.getchannel("A").filter(ImageFilter.GaussianBlur(rng.uniform(2, 6)))
    shadow = np.roll(np.asarray(shadow, float), rng.integers(0, 6, 2), (0, 1)) / 255
    scene = backdrop * (1 - rng.uniform(0.1, 0.55) * shadow[..., None])
    return scene * (1 - cover) + layer[..., :3] * cover


def set_apart(
    backdrop: np.ndarray, colour: np.ndarray, cover: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Lighten or darken a backdrop on which the thing would hardly be seen."""
    seen = cover > 0.5
    thing = float((colour * seen).sum() / (3 * seen.sum()))
    behind = float((backdrop * seen).sum() / (3 * seen.sum()))
    wanted = rng.uniform(0.12, 0.3)
    if abs(thing - behind) >= wanted:
        return backdrop
    lighter = thing < 0.5 if rng.random() < 0.8 else thing + wanted < 1
    target = thing + wanted if lighter else max(thing - wanted, 0.05)
    return np.clip(0.5 * backdrop * (1 + target / max(behind, 0.1)) + 0.5 * (target - behind), 0, 1)


def expose(scene: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Take the picture: a camera's exposure and contrast, colour cast, focus, size, grain."""
    cast = rng.uniform(0.9, 1.1) * (1 + rng.normal(0, 0.03, 3))
    middle = scene.mean()
    contrast = rng.uniform(0.9, 1.35)
    anchor = 0.7 * middle + 0.3 * rng.uniform(0.3, 0.6)
    scene = np.clip(((scene - middle) * contrast + anchor) * cast, 0, 1)
    shot = to_image(scene * 255, "RGB").filter(ImageFilter.GaussianBlur(rng.uniform(0.1, 0.9)))
    small = np.asarray(shot.resize((SIDE, SIDE), Image.Resampling.BOX), float)
    grey = small.mean(-1, keepdims=True)
    small = grey + (small - grey) * rng.uniform(0.4, 0.95)
    return np.clip(small + rng.normal(0, rng.uniform(1, 5), small.shape), 0, 255).round()


def photograph(
    drawing: Image.Image, silhouette: bool, name: str, rng: np.random.Generator
) -> np.ndarray:
    """Make one picture of a class from one drawing: uint8, (32, 32, 3)."""
    paint = paint_silhouette if silhouette else recolour
    frame = place(light(paint(drawing, name, rng), name, rng), name, rng)
    return expose(compose(scene_for(name, rng, WORK), frame, rng), rng).astype(np.uint8)
