"""The pictures that the labs show again and again. Every function draws, and returns None."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from latentlab.pictures import (
    as_codes,
    as_pictures,
    decode,
    first_convolution,
    require,
    require_finite,
)

# Paul Tol's "muted" scheme, which colour-blind eyes can tell apart, and a near black.
COLOURS = (
    *("#332288", "#ddcc77", "#117733", "#cc6677", "#88ccee"),
    *("#882255", "#44aa99", "#999933", "#aa4499", "#222222"),
)
MOST_PICTURES = 10  # in a row
MOST_POINTS = 2000  # in a scatter; more hide one another
NAME_PIXELS = 36  # between the names of two classes in a scatter
DPI = 80


def show_rows(rows: Mapping[str, Any], title: str | None = None) -> None:
    """Show one row of pictures for each entry, its name at the left; the first ten of each.

    rows: name -> pictures with values in [0, 1] (what lies outside is cut off), of shape
    (n, 784), (n, height, width), (n, height, width, 1) or (n, height, width, 3).
    Raises ValueError, naming the row, for None, another shape, or NaN.
    """
    strips = {name: _strip(as_pictures(images, name)) for name, images in rows.items()}
    widths = [strip.shape[1] / strip.shape[0] for strip in strips.values()]  # of a row of height 1
    inches = min(1.2, 7 / max(widths))
    figure, ax = plt.subplots(figsize=(8, (inches + 0.08) * len(strips) + 0.4), dpi=DPI)
    figure.subplots_adjust(left=0.12, right=0.99, bottom=0.01, top=0.9)
    # One pair of axes for all rows: each pair costs more time than the pictures in it.
    step = 1 + 0.08 / inches
    for i, (strip, width) in enumerate(zip(strips.values(), widths, strict=True)):
        place = (0, width, -i * step - 1, -i * step)
        ax.imshow(strip, cmap="gray", vmin=0, vmax=1, interpolation="nearest", extent=place)
    for i, name in enumerate(strips):
        ax.text(-0.15, -i * step - 0.5, name, ha="right", va="center", fontsize=12)
    ax.set(xlim=(0, max(widths)), ylim=(-(len(strips) - 1) * step - 1, 0), title=title)
    ax.set_axis_off()
    plt.show()


def _strip(pictures: np.ndarray) -> np.ndarray:
    """Put the first pictures side by side with a white gap, cut to [0, 1]."""
    shown = np.clip(pictures[:MOST_PICTURES], 0, 1)
    gap = np.ones_like(shown[0][:, : max(1, shown.shape[2] // 12)])
    pieces = [piece for picture in shown for piece in (picture, gap)]
    return np.concatenate(pieces[:-1], axis=1)


def plot_filters(model: Any, picture: Any, title: str | None = None) -> None:
    """Show the filters of a model's first convolution, and what they make of a picture, below.

    model: a convolutional Keras model of any style, an encoder. picture: one that it takes, shape
    (height, width, channels), values in [0, 1]. Filters are blue where they are negative, red
    where they are positive, and the mean over their channels; a map is the output after the
    activation. The first ten of each are shown.
    Raises ValueError for None, and for a model that has no convolution.
    """
    kernels, maps = first_convolution(require(model, "model"), require(picture, "picture"))
    count = min(len(kernels), len(maps), MOST_PICTURES)
    figure, ax = plt.subplots(figsize=(9, 9 * 2.3 / (count + 1.2) + 0.4), dpi=DPI)
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=0.86)
    shown = np.squeeze(np.asarray(picture, dtype=np.float32))
    style = {"interpolation": "nearest", "cmap": "gray"}
    ax.imshow(np.clip(shown, 0, 1), **style, vmin=0, vmax=1, extent=(0, 1, 0, 1))
    ax.text(0.5, 1.1, "picture", ha="center", fontsize=11)
    signed = np.abs(kernels).max()
    for i in range(count):
        left = 1.15 + 1.06 * i
        red = {"interpolation": "nearest", "cmap": "RdBu_r", "vmin": -signed, "vmax": signed}
        ax.imshow(kernels[i], **red, extent=(left + 0.2, left + 0.8, 1.25, 1.85))
        ax.imshow(maps[i], **style, vmin=0, vmax=maps[i].max(), extent=(left, left + 1, 0, 1))
        ax.text(left + 0.5, 2, f"filter {i + 1}", ha="center", fontsize=11)
    ax.set(xlim=(0, 1.15 + 1.06 * count), ylim=(0, 2.25), title=title)
    ax.set_axis_off()
    plt.show()


def plot_history(history: Any, title: str | None = None) -> None:
    """Plot the loss per epoch, of training and, if there was one, of validation.

    history: what `fit` returns, or a dict: name -> a list with one number per epoch; of a dict
    every list is drawn. Raises ValueError for None, no epochs, NaN.
    """
    curves = require(history, "history")
    if not isinstance(curves, Mapping):
        curves = {k: v for k, v in curves.history.items() if k in ("loss", "val_loss")}
    if not curves or not all(len(values) for values in curves.values()):
        raise ValueError("'history' has no epochs: has `fit` run?")
    names = {"loss": "training", "val_loss": "validation"}
    colours = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9")
    figure, ax = plt.subplots(figsize=(7, 3.5), dpi=DPI)
    figure.subplots_adjust(right=0.78)  # the names of the curves stand there
    ends = []
    for (name, values), colour in zip(curves.items(), colours, strict=False):
        values = np.asarray(values, dtype=float)
        require_finite(values, name)
        epochs = np.arange(1, len(values) + 1)
        ax.plot(epochs, values, color=colour, lw=2, marker="o" if len(values) < 15 else None)
        ends.append((values[-1], epochs[-1], f"{names.get(name, name)} {values[-1]:.4g}", colour))
    _label_ends(ax, sorted(ends))
    ax.set(xlabel="epoch", ylabel="loss", title=title)
    ax.locator_params("x", integer=True)
    ax.locator_params("y", nbins=5)
    ax.spines[["top", "right"]].set_visible(False)
    plt.show()


def _label_ends(ax: plt.Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Write a name at the end of each curve; from the lowest up, none upon another."""
    low, high = ax.get_ylim()
    lowest_free = low
    for y, x, text, colour in ends:
        y_text = max(y, lowest_free)
        style = {"color": colour, "va": "center", "fontsize": 11, "fontweight": "bold"}
        ax.annotate(text, (x, y_text), (8, 0), textcoords="offset points", **style)
        lowest_free = y_text + 0.08 * (high - low)


def plot_latent(
    codes: Any, labels: Any, title: str | None = None, names: Sequence[str] | None = None
) -> None:
    """Plot codes as points in the plane, coloured by class, each class named at its middle.

    codes: shape (n, 2). labels: shape (n,), classes 0 to 9. names: the name of each class, in
    place of its number. At most 2000 points are drawn, the same ones every time.
    Raises ValueError for None, another shape, NaN.
    """
    points = as_codes(codes, "codes")
    classes = np.asarray(require(labels, "labels"))
    if classes.shape != (len(points),):
        raise ValueError(f"'labels' has shape {classes.shape}; expected ({len(points)},)")
    classes = classes.astype(int)
    if classes.min() < 0 or classes.max() >= len(COLOURS):
        raise ValueError(f"'labels' goes from {classes.min()} to {classes.max()}; expected 0 to 9")
    _, ax = plt.subplots(figsize=(7.5, 7), dpi=DPI)
    # In random order, so that no class covers another because it comes last.
    drawn = np.random.default_rng(0).permutation(len(points))[:MOST_POINTS]
    colours = np.array(COLOURS)[classes[drawn]]
    # Without antialiasing the picture has few colours and a third of the bytes.
    ax.scatter(*points[drawn].T, s=12, c=colours, linewidths=0, antialiased=False)
    present = np.unique(classes)
    middles = np.array([np.median(points[classes == label], axis=0) for label in present])
    for label, middle, place in zip(present, middles, _spread(ax, middles), strict=True):
        ax.plot(*zip(middle, place, strict=True), color=COLOURS[label], lw=2)
        ax.text(
            *(*place, str(label) if names is None else names[label]),
            bbox={"boxstyle": "round,pad=0.25", "fc": "white", "ec": COLOURS[label], "lw": 3},
            **{"fontsize": 14, "fontweight": "bold", "ha": "center", "va": "center"},
        )
    ax.set(xlabel="first number of the code", ylabel="second number of the code", title=title)
    ax.locator_params(nbins=5)
    ax.spines[["top", "right"]].set_visible(False)
    plt.show()


def _spread(ax: plt.Axes, middles: np.ndarray) -> np.ndarray:
    """Move the places (n, 2) of the class names apart until none covers another."""
    ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim())  # before that, the limits are not settled
    places = ax.transData.transform(middles)
    places += np.random.default_rng(0).normal(size=places.shape)  # parts equal middles, too
    for _ in range(100):
        apart = places[:, None] - places[None]
        distance = np.linalg.norm(apart, axis=-1, keepdims=True) + np.eye(len(places))[..., None]
        overlap = np.maximum(0, NAME_PIXELS - distance) * (1 - np.eye(len(places))[..., None])
        places = places + (overlap * apart / distance).sum(axis=1) / 4
    return ax.transData.inverted().transform(places)


def plot_decoded_grid(
    decoder: Callable[[np.ndarray], Any],
    low: tuple[float, float] = (-3, -3),
    high: tuple[float, float] = (3, 3),
    steps: int = 15,
    title: str | None = None,
) -> None:
    """Show what the decoder makes of `steps` x `steps` points of the plane, in their places.

    decoder: a Keras model or function that takes codes, float32 of shape (steps * steps, 2).
    low, high: the first and the last code, (x, y); y grows upwards.
    Raises ValueError if there is no decoder or if it does not make pictures.
    """
    xs, ys = (np.linspace(low[i], high[i], steps, dtype=np.float32) for i in (0, 1))
    grid = np.stack(np.meshgrid(xs, ys[::-1]), axis=-1)
    pictures = decode(decoder, grid.reshape(-1, 2))
    height, width = pictures.shape[1:3]
    tiles = pictures.reshape(steps, steps, *pictures.shape[1:]).swapaxes(1, 2)
    canvas = np.clip(tiles.reshape(steps * height, steps * width, *pictures.shape[3:]), 0, 1)
    # Half a step more on every side: a picture is centred on its code.
    (dx, dy) = ((high[i] - low[i]) / (steps - 1) / 2 for i in (0, 1))
    extent = (low[0] - dx, high[0] + dx, low[1] - dy, high[1] + dy)
    _, ax = plt.subplots(figsize=(8, 8), dpi=DPI)
    # 16 greys, unsmoothed, look the same at this size and take a third of the bytes.
    style = {"cmap": plt.get_cmap("gray", 16), "interpolation": "nearest"}
    ax.imshow(canvas, **style, vmin=0, vmax=1, extent=extent, aspect=dx / dy)
    ax.set(xlabel="first number of the code", ylabel="second number of the code", title=title)
    plt.show()
