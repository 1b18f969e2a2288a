"""Sliders over the plane of codes, and the picture that the decoder makes of the point."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from latentlab.pictures import as_codes, decode, require

PIXELS = 280


def explore_latent(decoder: Callable[[np.ndarray], Any], codes: Any = None) -> None:
    """Show a slider for each of the two numbers of a code, and the decoded picture below them.

    decoder: a Keras model or function that takes codes, float32 of shape (1, 2).
    codes: shape (n, 2); the sliders span the middle 98 % of them; without, -3 to 3.
    Raises ImportError if ipywidgets is missing, ValueError if there is no decoder or if it does
    not make pictures.
    """
    try:
        import ipywidgets as widgets
    except ImportError:
        raise ImportError(
            "explore_latent needs ipywidgets: run `%pip install ipywidgets`, restart the kernel"
        ) from None
    from IPython.display import display

    require(decoder, "decoder")
    span = np.array([[-3, -3], [3, 3]])
    if codes is not None:
        span = np.percentile(as_codes(codes, "codes"), (1, 99), axis=0)
    sliders = [
        widgets.FloatSlider(
            value=float(span[:, i].mean()),
            min=float(span[0, i]),
            max=float(span[1, i]),
            step=float(np.ptp(span[:, i]) / 100),
            description=f"{which} number",
            layout=widgets.Layout(width="420px"),
        )
        for i, which in enumerate(("first", "second"))
    ]
    picture = widgets.Image(format="png", width=PIXELS, height=PIXELS)

    def redraw(_: Any = None) -> None:
        code = np.array([[slider.value for slider in sliders]], dtype=np.float32)
        picture.value = _png(decode(decoder, code)[0])

    redraw()
    for slider in sliders:
        slider.observe(redraw, names="value")
    display(widgets.VBox([*sliders, picture]))


def _png(picture: np.ndarray) -> bytes:
    """Return a picture (h, w) or (h, w, 3) with values in [0, 1] as a large-pixel PNG file."""
    pixels = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).resize((PIXELS, PIXELS), Image.Resampling.NEAREST).save(file, "PNG")
    return file.getvalue()
