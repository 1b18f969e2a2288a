"""A slider along a walk: one picture after the other, large, above all of them in a row."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from latentlab.pictures import as_pictures
from latentlab.widgets import display_with_still, ipywidgets_for

SIDE = 224  # pixels of the large picture
ROW = 560  # pixels of the row of all pictures
SMALL = 56  # pixels of each picture in the row, at most
MARK = 4  # pixels of the bar below the one that is shown large


def explore_walk(pictures: Any) -> None:
    """Show a slider that goes along the pictures of a walk, such as from one digit to another.

    pictures: values in [0, 1], shape (n, 784), (n, height, width), (n, height, width, 1) or
    (n, height, width, 3), at least two of them, in the walk's order.
    Where no widgets run, as on a web page, the picture of the middle is left.
    Raises ImportError if ipywidgets is missing, ValueError if these are no pictures.
    """
    widgets = ipywidgets_for("explore_walk")
    frames = as_pictures(pictures, "pictures")
    if len(frames) < 2:
        raise ValueError("'pictures' holds one picture; a walk has at least two")
    width = max(SIDE, _small(len(frames)) * len(frames))
    slider = widgets.IntSlider(
        value=len(frames) // 2 + 1,
        min=1,
        max=len(frames),
        description="step",
        tooltip="step of the walk",
        layout=widgets.Layout(width=f"{width}px"),
    )
    picture = widgets.Image(format="png", width=width, height=SIDE + _small(len(frames)) + 2 * MARK)

    def redraw(_: Any = None) -> None:
        picture.value = _sheet(frames, slider.value - 1, width)

    redraw()
    slider.observe(redraw, names="value")
    display_with_still(widgets.VBox([picture, slider]), picture.value)


def _sheet(frames: np.ndarray, shown: int, width: int) -> bytes:
    """Return a PNG file: one frame large, and below it all of them with a bar under that one."""
    sheet = Image.new("RGB", (width, SIDE + _small(len(frames)) + 2 * MARK), "white")
    small = _small(len(frames))
    pixels = np.rint(np.clip(frames, 0, 1) * 255).astype(np.uint8)
    for i, frame in enumerate(pixels):
        sheet.paste(_enlarged(frame, small - 2), (i * small + 1, SIDE + MARK))
    sheet.paste(_enlarged(pixels[shown], SIDE), ((width - SIDE) // 2, 0))
    left, top = shown * small, SIDE + small + MARK
    ImageDraw.Draw(sheet).rectangle((left, top, left + small - 1, top + MARK - 1), fill="black")
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def _small(count: int) -> int:
    return max(14, min(SMALL, ROW // count))


def _enlarged(pixels: np.ndarray, side: int) -> Image.Image:
    return Image.fromarray(pixels).resize((side, side), Image.Resampling.NEAREST)
