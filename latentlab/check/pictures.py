"""What a trained autoencoder makes of pictures, held against the best linear code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from latentlab.check.baseline import pca_error
from latentlab.check.failure import call, passed
from latentlab.check.limits import keep_limit, note
from latentlab.check.models import require_model, run
from latentlab.check.networks import random_dense
from latentlab.check.values import Mistake, array_of_shape, close, compare


def rebuilds(
    function: Callable[[keras.Model, np.ndarray], Any], x: np.ndarray, shape: tuple[int, int]
) -> None:
    """Check that function(autoencoder, x) is what the model makes of x, as pictures.

    x: pictures as vectors, (n, pixels), values in [0, 1]; the result must be (n, *shape). It is
    tried with a random model of dense layers.
    """
    count, pixels = x.shape
    inputs = keras.Input((pixels,))
    encoder, decoder = random_dense(pixels, 5, "tanh"), random_dense(5, pixels, "sigmoid")
    model = keras.Model(inputs, decoder(encoder(inputs)))
    right = run(model, x).reshape(count, *shape)
    name = "reconstruct(autoencoder, x)"
    found = array_of_shape(name, call("reconstruct", function, model, x.copy()), right.shape)
    if not close(found, right):
        compare(name, found, right, _mistakes(model, x, found, right))
    passed(f"reconstruct: {count} vectors in, {count} pictures out")


def _mistakes(
    model: keras.Model, x: np.ndarray, found: np.ndarray, right: np.ndarray
) -> list[Mistake]:
    """Return what well-known mistakes make of x, with a sentence on each."""
    count, *shape = right.shape
    known = [
        (
            "This is x itself, not what the model makes of it.",
            x.reshape(right.shape),
        ),
        ("Rows and columns are exchanged: use reshape alone.", right.swapaxes(1, 2)),
        (
            "Pixels of different images are mixed: each row of x is one image.",
            right.reshape(*shape, count).transpose(2, 0, 1),
        ),
        (
            "The pixels were divided by 255; they are in 0..1 already.",
            run(model, x / 255).reshape(right.shape),
        ),
        ("The result was multiplied by 255; leave it in 0..1.", 255 * right),
        ("The result was rounded to black and white; leave the greys.", np.round(right)),
        ("Black and white are exchanged.", 1 - right),
    ]
    # Whatever is none of these comes last: compare takes the first that fits.
    return [*known, ("Does it use the model that it is given, or another one?", found)]


def beats_pca(
    name: str,
    model: Any,
    train: np.ndarray,
    test: np.ndarray,
    components: int,
    at_most: float,
) -> None:
    """Check a trained model's mean squared error on test against PCA's with as many numbers.

    train, test: pictures as the model takes them, shape (n, ...), values in [0, 1]; PCA is fitted
    on train, measured on test. The model passes with an error of no more than at_most times that
    of PCA.
    """
    model = require_model(name, model, test.shape[1:])
    pictures = array_of_shape(f"the output of {name}", run(model, test), test.shape)
    pictures, train, test = (array.reshape(len(array), -1) for array in (pictures, train, test))
    error = np.mean((pictures - test) ** 2)
    baseline = pca_error(train, test, components)
    share = error / baseline
    note("MSE", error)
    note("BCE", _bce(test, pictures))
    note(f"PCA's MSE, {components} numbers", baseline)
    note("MSE of the mean picture", float(np.mean((train.mean(axis=0) - test) ** 2)))
    keep_limit(
        "share of PCA's error",
        share,
        f"{name}: error {error:.4f} on {len(test)} pictures not trained on, "
        f"{share:.2f} of that of PCA with {components} numbers",
        at_most=at_most,
        hint=lambda: diagnosis(pictures, train, test),
    )


def _bce(x: np.ndarray, x_hat: np.ndarray) -> float:
    white = np.clip(x_hat, 1e-7, 1 - 1e-7)  # the probability that a pixel is white
    return float(-np.mean(x * np.log(white) + (1 - x) * np.log(1 - white)))


def diagnosis(pictures: np.ndarray, train: np.ndarray, test: np.ndarray) -> str:
    """Name the training mistake that pictures like these come from, as far as they tell."""
    same = pictures.var(axis=0).sum() < 0.1 * test.var(axis=0).sum()
    background = pictures[:, train.max(axis=0) == 0]  # pixels that no picture ever uses
    background = background.mean() if background.size else 0.0
    varied = pictures.std() > 0.05  # a constant has no correlation
    if varied and np.corrcoef(pictures.ravel(), test.ravel())[0, 1] < -0.2:
        return "Black and white are exchanged: is the target 1 - x?"
    if (pictures > 0.95).mean() > 0.3:
        return (
            "Far too many pixels come out white, as if the targets were larger than 1: labels, "
            "or pixels from 0 to 255?"
        )
    if pictures.mean() < 0.02:
        return "Nearly every pixel comes out black: were the pixels divided by 255 once more?"
    drawn = pictures.mean(axis=0)
    if same and np.abs(drawn - 0.5).mean() < min(0.15, np.abs(drawn - train.mean(axis=0)).mean()):
        return (
            "Every pixel is near 0.5, whatever the picture: this model is not trained. "
            "Is it this one that fit was called on?"
        )
    if background > 0.06:
        return (
            f"The background, black in every picture, comes out as {background:.2f}: were the "
            "targets noisy? The target is the clean image."
        )
    if same:
        return (
            "It draws the same picture whatever it is shown, near the mean of all pictures. Is the "
            "target of each image the image itself? Is the learning rate as asked for? Were there "
            "enough epochs?"
        )
    return "The pictures differ, but not enough yet: more epochs, or a larger learning rate?"
