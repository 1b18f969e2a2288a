"""Two histograms with a slider between them: what a threshold finds, and what it costs."""

from __future__ import annotations

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw

from latentlab.pictures import require, require_finite
from latentlab.widgets import display_with_still, ipywidgets_for

WIDTH, HEIGHT, DPI = 8.0, 3.0, 80
BINS = 60


def explore_threshold(normal: Any, strange: Any, threshold: float | None = None) -> None:
    """Show the scores of two groups as histograms, with a slider for the threshold.

    normal, strange: the scores of normal pictures and of anomalies, shapes (n,) and (m,), 0 or
    larger. threshold: where the slider begins; without it, at the largest normal score. Below the
    picture it says how many of each group give an alarm: a score above the threshold.
    Where no widgets run, as on a web page, a still picture is left.
    Raises ImportError if ipywidgets is missing, ValueError if scores are missing, empty, NaN,
    negative or not in one row.
    """
    widgets = ipywidgets_for("explore_threshold")
    groups = {"normal": _scores(normal, "normal"), "strange": _scores(strange, "strange")}
    # Beyond the middle 98 % of both there is nothing to see, and the rest would be squeezed.
    top = max(float(np.quantile(scores, 0.98)) for scores in groups.values())
    histogram = _Histogram(groups, top)
    start = groups["normal"].max() if threshold is None else threshold
    slider = widgets.FloatSlider(
        value=float(np.clip(start, 0, top)),
        max=top,
        step=top / 200,
        description="threshold",
        tooltip="threshold: a score above it gives an alarm",
        readout_format=".4f",
        layout=widgets.Layout(width=f"{int(WIDTH * DPI)}px"),
    )
    picture, said = widgets.Image(format="png"), widgets.Label()

    def redraw(_: Any = None) -> None:
        picture.value = histogram.with_line(slider.value)
        said.value = counted(groups["normal"], groups["strange"], slider.value)

    redraw()
    slider.observe(redraw, names="value")
    box = widgets.VBox([picture, slider, said])
    display_with_still(box, picture.value)


def counted(normal: np.ndarray, strange: np.ndarray, threshold: float) -> str:
    """Say in words how many of each group lie above the threshold."""
    false, found = int((normal > threshold).sum()), int((strange > threshold).sum())
    return (
        f"False alarms: {false} of {len(normal)} normal ones. "
        f"Found: {found} of {len(strange)} anomalies, missed: {len(strange) - found}."
    )


def _scores(values: Any, name: str) -> np.ndarray:
    scores = np.asarray(require(values, name), dtype=np.float64)
    if scores.ndim != 1 or len(scores) == 0:
        raise ValueError(f"{name!r} has shape {scores.shape}; expected (n,), a score for each")
    require_finite(scores, name)
    if scores.min() < 0:
        raise ValueError(
            f"{name!r} goes down to {scores.min():.3g}; expected scores of 0 or larger"
        )
    return scores


class _Histogram:
    """Both groups as histograms of shares, drawn once; the line is put upon a copy."""

    def __init__(self, groups: dict[str, np.ndarray], top: float) -> None:
        figure, ax = plt.subplots(figsize=(WIDTH, HEIGHT), dpi=DPI)
        for (name, scores), colour in zip(groups.items(), ("#4878a8", "#d55e00"), strict=True):
            style = {"alpha": 0.6, "color": colour, "label": f"{name} ({len(scores)})"}
            weights = np.full(len(scores), 1 / len(scores))
            ax.hist(np.minimum(scores, top), BINS, range=(0, top), weights=weights, **style)
        ax.set(xlim=(0, top), xlabel="score", ylabel="share of the group")
        ax.set_title("Right of the line is an alarm")
        ax.legend(frameon=False)
        ax.spines[["top", "right"]].set_visible(False)
        figure.tight_layout()
        file = io.BytesIO()
        figure.savefig(file, format="png")
        self._left, self._right = ax.transData.transform([(0, 0), (top, 0)])[:, 0]
        low, high = ax.get_window_extent().intervaly
        plt.close(figure)
        self._image, self._top = Image.open(file).convert("RGB"), top
        self._rows = self._image.height - high, self._image.height - low

    def with_line(self, threshold: float) -> bytes:
        """Return a PNG file of the histograms with a line at this score."""
        image = self._image.copy()
        x = self._left + (self._right - self._left) * threshold / self._top
        ImageDraw.Draw(image).line([(x, self._rows[0]), (x, self._rows[1])], "black", 3)
        file = io.BytesIO()
        image.save(file, "PNG")
        return file.getvalue()
