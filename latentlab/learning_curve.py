"""The learning curve while a model trains, as a small SVG drawing that costs next to nothing.

matplotlib would take longer for each picture than a small network for an epoch.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping

WIDTH, HEIGHT = 360, 130  # of the plane, in pixels; the words stand outside of it
LEFT, TOP, RIGHT, BOTTOM = 62, 8, 76, 34
# Told apart by their dashes too, not by colour alone.
STYLES = ('stroke="#1f77b4"', 'stroke="#d95f02" stroke-dasharray="6 3"')


def draw_curve(losses: Mapping[str, Mapping[int, float]], epochs: int) -> str:
    """Return an SVG drawing of up to two losses: their values by epochs, counted from 1.

    epochs: how many there will be; the axis has room for all of them. Losses that are not finite
    are left out. Until there are two epochs, there is no line to draw, and the result is "".
    """
    finite = [v for values in losses.values() for v in values.values() if math.isfinite(v)]
    if max(map(len, losses.values()), default=0) < 2 or not finite:
        return ""
    low, high = min(finite), max(finite)

    def place(epoch: int, value: float) -> str:
        x = LEFT + WIDTH * (epoch - 1) / max(1, epochs - 1)
        y = TOP + HEIGHT * ((high - value) / (high - low) if high > low else 0.5)
        return f"{x:.1f},{y:.1f}"

    lines = []
    for style, (name, values) in zip(STYLES, losses.items(), strict=False):
        done = [(epoch, value) for epoch, value in values.items() if math.isfinite(value)]
        if not done:
            continue
        points = " ".join(place(*point) for point in done)
        x, y = place(*done[-1]).split(",")
        lines.append(f'<polyline points="{points}" fill="none" stroke-width="2" {style}/>')
        # Above the training's loss stands the validation's, as a rule: so do their names.
        shift = 12 if name == "loss" and len(losses) > 1 else -2
        lines.append(f'<text x="{float(x) + 5:.1f}" y="{float(y) + shift:.1f}">{name}</text>')
    last = ", ".join(f"{name} {[*values.values()][-1]:.4g}" for name, values in losses.items())
    done = max(map(max, losses.values()))
    said = html.escape(f"Learning curve after {done} epochs: {last}")
    floor = TOP + HEIGHT
    return "\n".join(
        [
            f'<svg role="img" aria-label="{said}" width="{LEFT + WIDTH + RIGHT}"'
            f' height="{floor + BOTTOM}" font-size="12" fill="currentColor">',
            f'<path d="M{LEFT},{TOP} V{floor} H{LEFT + WIDTH}" fill="none" stroke="#888"/>',
            f'<text x="{LEFT - 6}" y="{TOP + 10}" text-anchor="end">{high:.4g}</text>',
            f'<text x="{LEFT - 6}" y="{floor}" text-anchor="end">{low:.4g}</text>',
            f'<text x="{LEFT}" y="{floor + 16}">1</text>',
            f'<text x="{LEFT + WIDTH}" y="{floor + 16}" text-anchor="end">{epochs}</text>',
            f'<text x="{LEFT + WIDTH / 2}" y="{floor + 28}" text-anchor="middle">epoch</text>',
            *lines,
            "</svg>",
        ]
    )
