"""The names that Keras gives to layers, for networks that come from another process."""

from __future__ import annotations

import re
from typing import Any


def renew_automatic_names(model: Any) -> None:
    """Give each part of a network that Keras named, such as dense_3, a name not yet used here.

    Each process counts its layers for itself. So a network from another process may hold a dense_3
    where this one is about to build its own, and Keras puts no two parts of one name into a
    network. Names that somebody chose stay.
    """
    import keras

    chosen = re.sub(r"_\d+$", "", model.name)
    if chosen.replace("_", "") == type(model).__name__.lower():
        # What comes after the count is free: the next layer of this kind is counted on from it.
        model.name = f"{chosen}_{keras.backend.get_uid(chosen) - 1}"
    for part in getattr(model, "operations", getattr(model, "_layers", [])):
        renew_automatic_names(part)
