"""Images kept for the judge: in no bundle, and out of sight of a student's kernel.

Hidden tests measure a student's model on them, so that a loss is one of unseen data.
"""

from functools import cache
from pathlib import Path

import numpy as np


@cache
def heldout(name: str) -> tuple[np.ndarray, np.ndarray]:
    """500 images float32 (500, height, width, channels) in [0, 1], and their labels int64 (500,).

    `name` is "mnist", "notmnist" or "cifar10". The arrays are read-only.
    """
    from latentlab.datasets import scaled
    from latentlab.formats import cut_sheet

    path = Path(__file__).with_name(f"{name}.npz")
    with np.load(path, allow_pickle=False) as file:
        images, labels = file["x"], file["y"].astype(np.int64)
    if images.ndim == 1:
        images = cut_sheet(images, len(labels), str(path))
    images = scaled(images)
    images.flags.writeable = labels.flags.writeable = False
    return images, labels
