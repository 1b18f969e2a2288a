"""`export_projector`: a folder that TensorBoard's Embedding Projector opens."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from latentlab.pictures import as_pictures, require, require_finite

WIDEST = 8192  # pixels of a sprite, in each direction; browsers refuse larger textures
LEAST = 3  # numbers of a vector; the Projector draws in space, and of two numbers nothing at all
CONFIG = """\
embeddings {{
  tensor_name: "vectors"
  tensor_path: "vectors.tsv"
  metadata_path: "metadata.tsv"
  sprite {{
    image_path: "sprite.png"
    single_image_dim: {width}
    single_image_dim: {height}
  }}
}}
"""


def export_projector(folder: str | Path, vectors: Any, labels: Any, images: Any) -> Path:
    """Write vectors, their labels and their pictures for the Embedding Projector.

    folder: made if it is not there; files of an earlier export in it are replaced.
    vectors: shape (n, size). labels: shape (n,). images: n pictures with values in [0, 1], of
    shape (n, 784), (n, height, width), (n, height, width, 1) or (n, height, width, 3).
    Returns the folder as an absolute path. It then holds

    - vectors.tsv: one vector a line, tabs between the numbers;
    - metadata.tsv: one label a line (a single column has no header);
    - sprite.png: all pictures in one, row by row, in a square as far as possible;
    - projector_config.pbtxt, which names the three. TensorBoard looks for it in its log folder.

    Raises ValueError for None, shapes or numbers that do not fit, NaN, and too many pictures.
    """
    points = np.asarray(require(vectors, "vectors"), dtype=np.float32)
    names = np.asarray(require(labels, "labels"))
    pictures = as_pictures(images, "images")
    if points.ndim != 2 or 0 in points.shape:
        raise ValueError(f"'vectors' has shape {points.shape}; expected (n, size)")
    require_finite(points, "vectors")
    if names.shape != (len(points),):
        raise ValueError(f"'labels' has shape {names.shape}; expected ({len(points)},)")
    if len(pictures) != len(points):
        raise ValueError(f"there are {len(pictures)} images for {len(points)} vectors")
    sprite = _sprite(pictures)
    height, width = pictures.shape[1:3]
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    points = np.pad(points, [(0, 0), (0, max(0, LEAST - points.shape[1]))])
    _write_lines(folder / "vectors.tsv", ["\t".join(f"{v:.6g}" for v in point) for point in points])
    _write_lines(folder / "metadata.tsv", [" ".join(str(name).split()) for name in names])
    Image.fromarray(sprite).save(folder / "sprite.png")
    config = CONFIG.format(width=width, height=height)
    (folder / "projector_config.pbtxt").write_text(config, encoding="utf-8")
    return folder


def _sprite(pictures: np.ndarray) -> np.ndarray:
    """Lay pictures (n, h, w) or (n, h, w, 3) out row by row, as uint8; what is left is black."""
    count, height, width, *colours = pictures.shape
    columns = math.ceil(math.sqrt(count))
    if columns * max(height, width) > WIDEST:
        most = (WIDEST // max(height, width)) ** 2
        raise ValueError(f"there are {count:,} images; the Projector takes {most:,} of this size")
    sheet = np.zeros((columns**2, height, width, *colours), np.uint8)
    sheet[:count] = np.rint(np.clip(pictures, 0, 1) * 255)
    tiles = sheet.reshape(columns, columns, height, width, *colours).swapaxes(1, 2)
    return tiles.reshape(columns * height, columns * width, *colours)


def _write_lines(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
