"""What the interactive pictures have in common: ipywidgets if it is there, and a still picture."""

from __future__ import annotations

import base64
from types import ModuleType
from typing import Any


def ipywidgets_for(caller: str) -> ModuleType:
    """Return ipywidgets; ImportError, which names the caller and says what to do, if missing."""
    try:
        import ipywidgets
    except ImportError:
        raise ImportError(
            f"{caller} needs ipywidgets: run `%pip install ipywidgets`, restart the kernel"
        ) from None
    return ipywidgets


def display_with_still(box: Any, png: bytes) -> None:
    """Show a widget; where no widgets run, as on a web page, the picture (a PNG file) is left."""
    from IPython.display import display

    still = base64.b64encode(png).decode("ascii")
    display(box._repr_mimebundle_() | {"image/png": still}, raw=True)
