"""`load_plane`: a trained encoder and decoder with a code of two numbers, for looking around."""

from __future__ import annotations

import keras
import numpy as np

from latentlab.datasets import DATA_FOLDER
from latentlab.errors import DataError
from latentlab.formats import READ_ERRORS

FILE = "plane.npz"


def load_plane() -> tuple[keras.Model, keras.Model]:
    """Return (encoder, decoder), trained on the digits of `load("mnist")`.

    The encoder takes digits as vectors of shape (n, 784), values in [0, 1], and gives codes of
    shape (n, 2); the decoder takes such codes and gives digits of shape (n, 784), values in
    [0, 1]. Together they are the autoencoder of lab 1, trained for longer by data/make_plane.py.

    Raises DataError when the file is missing or damaged.
    """
    path = DATA_FOLDER / FILE
    try:
        with np.load(path, allow_pickle=False) as archive:
            return _read(archive, "encoder"), _read(archive, "decoder")
    except (*READ_ERRORS, KeyError) as error:
        raise DataError(
            f"{path}: {str(error).rstrip('.')}. It comes with the course's repository: fetch the "
            "file again."
        ) from None


def _read(archive: np.lib.npyio.NpzFile, name: str) -> keras.Model:
    """Build a chain of dense layers from a list of activations, and from each layer's weights."""
    activations = archive[f"{name}_activations"]
    weights = [(archive[f"{name}_w{i}"], archive[f"{name}_b{i}"]) for i in range(len(activations))]
    layers = [
        keras.layers.Dense(len(b), activation=str(activation))
        for (_, b), activation in zip(weights, activations, strict=True)
    ]
    model = keras.Sequential([keras.Input((len(weights[0][0]),)), *layers], name=name)
    model.set_weights([array for pair in weights for array in pair])
    return model
