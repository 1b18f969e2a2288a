"""The best linear code: the error of PCA, against which an autoencoder's error is held."""

from __future__ import annotations

import hashlib

import numpy as np

MOST_EXACT = 1024  # pixels; the time for all eigenvectors grows with their cube
EXTRA_AXES, ROUNDS = 10, 4


def pca_error(train: np.ndarray, test: np.ndarray, components: int) -> float:
    """Return the mean squared error of test, projected on the main axes of train.

    train, test: shape (n, pixels).
    """
    mean, axes = _main_axes(train, components)
    rest = test - mean
    return float(np.mean((rest - rest @ axes @ axes.T) ** 2))


_axes_of: dict[tuple, tuple[np.ndarray, np.ndarray]] = {}


def _main_axes(train: np.ndarray, components: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean image, and the main axes as columns; computed once for the same images.

    They are eigenvectors of the covariance matrix: Hastie, Tibshirani and Friedman, The Elements
    of Statistical Learning (2nd ed.), section 14.5.
    """
    digest = hashlib.sha1(np.ascontiguousarray(train), usedforsecurity=False).digest()
    key = (digest, train.shape, components)
    if key not in _axes_of:
        mean = train.mean(axis=0, dtype=np.float64)
        centred = (train - mean).astype(np.float32)
        if train.shape[1] <= MOST_EXACT:
            _, vectors = np.linalg.eigh(centred.T @ centred)  # eigenvalues ascend
            axes = vectors[:, -components:]
        else:
            axes = _iterated_axes(centred, components)
        _axes_of[key] = mean, axes
    return _axes_of[key]


def _iterated_axes(centred: np.ndarray, components: int) -> np.ndarray:
    """Return the main axes of colour pictures, nearly: the error is up to 1 % too large.

    Halko, Martinsson and Tropp, Finding Structure with Randomness (2011), algorithm 4.4.
    """
    width = min(components + EXTRA_AXES, *centred.shape)
    start = np.random.default_rng(0).normal(size=(centred.shape[1], width))
    axes = start.astype(np.float32)
    for _ in range(ROUNDS):
        axes, _ = np.linalg.qr(centred.T @ (centred @ axes))
    _, _, turns = np.linalg.svd(centred @ axes, full_matrices=False)
    return (axes @ turns.T)[:, :components]
