"""A map of the codes with two sliders, and beside it what the decoder makes of the place."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from latentlab.pictures import as_codes, decode, require
from latentlab.plots import COLOURS
from latentlab.widgets import display_with_still, ipywidgets_for

SIDE = 280  # pixels of the map, and of the picture
GAP = 20  # pixels between them
DOT = 3  # pixels of a code in the map


def explore_latent(
    decoder: Callable[[np.ndarray], Any], codes: Any = None, labels: Any = None
) -> None:
    """Show a map of the plane, a slider along each of its sides, and the decoded picture.

    decoder: a Keras model or function that takes codes, float32 of shape (1, 2).
    codes: shape (n, 2), points of the map; the sliders span the middle 98 % of them. Without
    codes, the map is empty and the sliders go from -3 to 3. labels: shape (n,), classes 0 to 9;
    with them the points are coloured, and each class has its number at its middle.
    Where no widgets run, as on a web page, a still picture is left.
    Raises ImportError if ipywidgets is missing, ValueError if there is no decoder, if it does not
    make pictures, or if codes and labels do not fit.
    """
    widgets = ipywidgets_for("explore_latent")
    require(decoder, "decoder")
    plane = _Map(codes, labels)
    kinds = (
        ("first", "horizontal", f"{SIDE}px", "28px"),
        ("second", "vertical", "28px", f"{SIDE}px"),
    )
    first, second = (
        widgets.FloatSlider(
            value=float(plane.middle[i]),
            min=float(plane.low[i]),
            max=float(plane.high[i]),
            step=float((plane.high[i] - plane.low[i]) / 100),
            orientation=orientation,
            readout=False,
            tooltip=f"{name} number of the code",
            layout=widgets.Layout(width=width, height=height, margin="0"),
        )
        for i, (name, orientation, width, height) in enumerate(kinds)
    )
    picture = widgets.Image(format="png", width=2 * SIDE + GAP, height=SIDE)
    where = widgets.Label()

    def redraw(_: Any = None) -> None:
        code = np.array([[first.value, second.value]], dtype=np.float32)
        where.value = (
            f"slider below the map: first number of the code, {first.value:.2f}; "
            f"slider at its left: second number, {second.value:.2f}"
        )
        picture.value = _png(plane.with_marker(code[0]), decode(decoder, code)[0])

    redraw()
    for slider in (first, second):
        slider.observe(redraw, names="value")
    box = widgets.HBox([second, widgets.VBox([picture, first, where])])
    display_with_still(box, picture.value)


class _Map:
    """Codes as points on white, `low` to `high`; y grows upwards."""

    def __init__(self, codes: Any, labels: Any) -> None:
        self.low, self.high = np.array([[-3, -3], [3, 3]])
        self._image = Image.new("RGB", (SIDE, SIDE), "white")
        if codes is not None:
            points = as_codes(codes, "codes")
            self.low, self.high = np.percentile(points, (1, 99), axis=0)
            flat = self.low == self.high  # a number of the code that is the same for all
            self.low, self.high = self.low - flat, self.high + flat
            self._draw(points, labels)
        self.middle = (self.low + self.high) / 2
        ImageDraw.Draw(self._image).rectangle((0, 0, SIDE - 1, SIDE - 1), outline="#888888")

    def _draw(self, points: np.ndarray, labels: Any) -> None:
        classes = None if labels is None else np.asarray(labels).astype(int)
        if classes is not None and classes.shape != (len(points),):
            raise ValueError(f"'labels' has shape {classes.shape}; expected ({len(points)},)")
        if classes is not None and not np.isin(classes, range(len(COLOURS))).all():
            raise ValueError(
                f"'labels' go from {classes.min()} to {classes.max()}; expected 0 to 9"
            )
        draw = ImageDraw.Draw(self._image)
        for i, (x, y) in enumerate(self._place(points)):
            colour = "#4878a8" if classes is None else COLOURS[classes[i]]
            draw.rectangle((x, y, x + DOT - 1, y + DOT - 1), fill=colour)
        font = ImageFont.load_default(18)
        for label in [] if classes is None else np.unique(classes):
            place = self._place(np.median(points[classes == label], axis=0))
            style = {"font": font, "anchor": "mm", "stroke_width": 3, "stroke_fill": "white"}
            draw.text(tuple(place), str(label), fill=COLOURS[label], **style)

    def _place(self, points: np.ndarray) -> np.ndarray:
        """Turn codes (..., 2) into pixels: columns to the right, rows downwards."""
        share = (points - self.low) / (self.high - self.low)
        return np.stack([share[..., 0], 1 - share[..., 1]], axis=-1) * (SIDE - 1)

    def with_marker(self, code: np.ndarray) -> Image.Image:
        """Return the map with a ring round this code."""
        image = self._image.copy()
        x, y = self._place(code)
        draw = ImageDraw.Draw(image)
        for radius, colour, width in ((9, "white", 5), (8, "black", 3)):
            ring = (x - radius, y - radius, x + radius, y + radius)
            draw.ellipse(ring, outline=colour, width=width)
        return image


def _png(plane: Image.Image, picture: np.ndarray) -> bytes:
    """Return a PNG file: the map, and a picture (h, w) or (h, w, 3) with large pixels."""
    pixels = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    sheet = Image.new("RGB", (2 * SIDE + GAP, SIDE), "white")
    sheet.paste(plane)
    large = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.NEAREST)
    sheet.paste(large, (SIDE + GAP, 0))
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()
