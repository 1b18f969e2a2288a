"""latentlab, the small helper that every lab imports: data, pictures, seeding, progress, checks.

    import latentlab as lab    # before `import keras`: TensorFlow's start-up notes stay silent

Importing it costs a few milliseconds. Everything below is loaded when it is first used.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from latentlab import _quiet
from latentlab.notebook import leave_chance_alone, notebook_shell

# A student's own setting wins. Level 3 is fatal errors only: on a machine without a GPU,
# TensorFlow reports the missing GPU as an error.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
_quiet.install()
if _shell := notebook_shell():  # a forked kernel has no shell yet when this is imported
    leave_chance_alone(_shell)

_MODULE_OF = {
    "DataError": "datasets",
    "Dataset": "datasets",
    "Part": "datasets",
    "check_environment": "environment",
    "kept": "keeping",
    "load": "datasets",
    "explore_latent": "explorer",
    "load_plane": "plane",
    "plot_decoded_grid": "plots",
    "plot_filters": "plots",
    "plot_history": "plots",
    "plot_latent": "plots",
    "export_projector": "projector",
    "Scenes": "scenes",
    "colour_labels": "scenes",
    "make_scenes": "scenes",
    "explore_threshold": "threshold",
    "explore_walk": "walker",
    "show_rows": "plots",
    "Progress": "training",
    "seed": "training",
}
__all__ = [*_MODULE_OF, "check"]


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first used."""
    if name == "check":
        return import_module("latentlab.check")
    if name not in _MODULE_OF:
        raise AttributeError(f"latentlab has no {name!r}; it has: {', '.join(sorted(__all__))}")
    value = getattr(import_module(f"latentlab.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
