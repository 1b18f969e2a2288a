"""Training as a craft: when to stop, which weights to keep, what is rebuilt worst."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from latentlab.check.baseline import pca_error
from latentlab.check.failure import CheckFailed, call, passed, type_name
from latentlab.check.limits import keep_limit
from latentlab.check.models import require_model, run
from latentlab.check.values import array_of_shape, as_array, compare, number

# Keras' mean over batches and ours over all pictures differ by rounding; a student may round too.
SAME_ERROR = 0.01


def best_epoch(
    function: Callable[[list[float], int], Any], val_errors: Sequence[float], patience: int
) -> None:
    """Check that function(val_errors, patience) is the epoch that early stopping keeps.

    Epochs are counted from 1. Training stops after `patience` epochs in a row that were not
    better than the best one before; the best one so far is kept. As good is not better.
    """
    curve = [float(error) for error in val_errors]
    shown = ", ".join(f"{error:.3g}" for error in curve)
    asked = f"best_epoch([{shown}], patience={patience})"
    result = call("best_epoch", function, list(curve), patience)
    found = number("best_epoch(val_errors, patience)", result)
    right, stop = _stopped(curve, patience)
    if found != right:
        mistakes = [
            (right - 1, "Epochs are counted from 1; this is counted from 0."),
            (_stopped(curve, patience + 1)[0], "It waits for one epoch more than it should."),
            (_stopped(curve, patience - 1)[0], "It waits for one epoch less than it should."),
            (_stopped(curve, patience, ties=True)[0], "As low as the best one is not better."),
            (
                int(np.argmin(curve)) + 1,
                f"Training stops after epoch {stop} and never sees this one.",
            ),
            (stop, "This is where training stops; the weights to keep are the best ones."),
            (curve[right - 1], "This is the error of that epoch; give its number."),
            (_kept_with_one_count(curve, patience), "After a best epoch, count from 0 again."),
            (
                _kept_by_neighbours(curve, patience),
                "Compare an epoch with the best one so far, not with its neighbour.",
            ),
        ]
        hints = [sentence for wrong, sentence in mistakes if wrong == found]
        hint = " Or: ".join(hints) or "Go through the list by hand."
        raise CheckFailed(f"{asked} is {found:g}; expected {right}. {hint}")
    passed(f"best_epoch: of {len(curve)} epochs, with a patience of {patience}")


def _stopped(curve: Sequence[float], patience: int, ties: bool = False) -> tuple[int, int]:
    """Return the epoch that is kept and the last one that is trained, counted from 1."""
    best = 0
    for epoch, error in enumerate(curve):
        if error < curve[best] or (ties and error == curve[best]):
            best = epoch
        elif epoch - best >= patience and epoch:
            return best + 1, epoch + 1
    return best + 1, len(curve)


def _kept_with_one_count(curve: Sequence[float], patience: int) -> int:
    """Return the epoch that is kept if the count of the others does not begin anew."""
    count = epoch = 0
    for epoch in range(1, len(curve)):
        count += curve[epoch] >= min(curve[:epoch])
        if count == patience:
            break
    return int(np.argmin(curve[: epoch + 1])) + 1


def _kept_by_neighbours(curve: Sequence[float], patience: int) -> int:
    """Return the epoch that is kept if each epoch is compared with the one before it."""
    count = epoch = 0
    for epoch in range(1, len(curve)):
        count = 0 if curve[epoch] < curve[epoch - 1] else count + 1
        if count == patience:
            break
    return int(np.argmin(curve[: epoch + 1])) + 1


def best_weights(name: str, model: Any, errors: Any, x_fit: Any, x_val: Any) -> None:
    """Check that a trained model has the weights of the epoch with the lowest validation error.

    errors: two lists, one number for each epoch: the mean squared error on the letters trained
    on, and on x_val. x_fit, x_val: pictures as the model takes them. The model is measured on
    x_val; nothing else is said of how it was trained.
    """
    curve = _validation_curve(errors)
    x_val, x_fit = as_array("x_val", x_val), as_array("x_fit", x_fit)
    model = require_model(name, model, x_val.shape[1:])
    measured = _error(name, model, x_val)
    best = int(curve.argmin())
    last_is_nearer = abs(measured - curve[-1]) < abs(measured - curve[best])
    if last_is_nearer and np.isclose(measured, curve[-1], rtol=SAME_ERROR):
        raise CheckFailed(
            f"{name} has the weights of the last epoch, with an error of {curve[-1]:.5f} on x_val; "
            f"epoch {best + 1} of {len(curve)} was better, {curve[best]:.5f}. Restore the best "
            "weights."
        )
    if np.isclose(measured, curve[best], rtol=SAME_ERROR):
        passed(f"{name} has the weights of epoch {best + 1} of {len(curve)}, the best on x_val")
        return
    raise CheckFailed(
        f"{name} has an error of {measured:.5f} on x_val; the lowest of your list is "
        f"{curve[best]:.5f}. {_other_curve(name, model, curve, measured, x_fit, x_val)}"
    )


def _validation_curve(errors: Any) -> np.ndarray:
    """Return the second of the two lists."""
    if errors is None:
        raise CheckFailed("errors is missing: has train_autoencoder run, and does it return?")
    if not isinstance(errors, tuple | list | np.ndarray) or len(errors) != 2:
        found = f"{len(errors)} things" if isinstance(errors, tuple | list) else type_name(errors)
        raise CheckFailed(
            f"train_autoencoder gives {found}; expected two lists: fit_errors, val_errors."
        )
    fit, validation = as_array("fit_errors", errors[0]), as_array("val_errors", errors[1])
    if fit.ndim != 1 or fit.shape != validation.shape:
        raise CheckFailed(
            f"fit_errors has shape {fit.shape} and val_errors {validation.shape}; expected two "
            "lists with one number for each epoch."
        )
    if len(fit) < 2:
        raise CheckFailed(
            f"val_errors holds {len(fit)} epoch: there was nothing to choose from. Train for "
            "several, until the validation error has stopped falling."
        )
    return validation


def _other_curve(
    name: str,
    model: Any,
    curve: np.ndarray,
    measured: float,
    x_fit: np.ndarray,
    x_val: np.ndarray,
) -> str:
    """Say what the list holds in place of the validation errors, as far as it tells."""
    x_hat = np.clip(run(model, x_val), 1e-7, 1 - 1e-7)
    bce = -np.mean(x_val * np.log(x_hat) + (1 - x_val) * np.log(1 - x_hat))
    pixels = x_val[0].size
    known = [
        (_error(name, model, x_fit), "That is its error on x_fit: validate on x_val."),
        (bce, "That is the binary cross-entropy: the list holds mean squared errors."),
        (measured * pixels, "Those are summed over the pixels: take the mean."),
        (np.sqrt(measured), "Those are square roots: leave the root out."),
    ]
    for value, sentence in known:
        if np.isclose(curve.min(), value, rtol=SAME_ERROR):
            return sentence
    nearest = int(np.abs(curve - measured).argmin())
    if np.isclose(curve[nearest], measured, rtol=SAME_ERROR / 10):
        return f"These are the weights of epoch {nearest + 1}: restore those of the best one."
    return (
        "Is it this model that was trained, and are the errors those on x_val, in mean squares, "
        "after each epoch?"
    )


def unseen(
    name: str,
    model: Any,
    train: np.ndarray,
    test: np.ndarray,
    new: np.ndarray,
    components: int,
    at_most: float,
) -> None:
    """Check that a model was not trained on the test pictures: new ones are not much harder.

    The errors on test and on new pictures are each held against that of PCA fitted on train, with
    this many components. Their ratio may be no more than at_most.
    """
    model = require_model(name, model, test.shape[1:])
    shares = [
        _error(name, model, x) / pca_error(_flat(train), _flat(x), components) for x in (test, new)
    ]
    keep_limit(
        "share of PCA's error on new pictures, divided by that on the test pictures",
        shares[1] / shares[0],
        f"{name}: {shares[1]:.2f} of PCA's error on new pictures, {shares[0]:.2f} on x_test",
        at_most=at_most,
        hint=lambda: (
            "x_test is known to it far better than other new pictures: was it trained on x_test? "
            "Then x_test tells nothing any more."
        ),
    )


def error_by_class(function: Callable[..., Any], classes: int, pixels: int) -> None:
    """Check that function(x, x_hat, labels) gives the mean squared error of each class.

    It is tried on random pictures, of which each class has another number.
    """
    rng = np.random.default_rng()
    labels = rng.permutation(np.repeat(np.arange(classes), rng.permutation(classes) + 2))
    x, x_hat = rng.random((2, len(labels), pixels)) * rng.uniform(0.2, 1, (len(labels), 1))
    errors = np.mean((x_hat - x) ** 2, axis=1)
    right = _by_class(errors, labels, classes)
    name = "error_by_letter(x, x_hat, labels)"
    result = call("error_by_letter", function, x.copy(), x_hat.copy(), labels.copy())
    found = array_of_shape(name, result, (classes,))
    counts = np.bincount(labels, minlength=classes)
    compare(
        name,
        found,
        right,
        [
            ("This is a sum over the pictures: a letter with many would look bad.", right * counts),
            ("This is the sum over pictures and pixels; take the mean.", right * counts * pixels),
            ("It is summed over the pixels; take their mean too.", right * pixels),
            ("Each letter is divided by all pictures, not by its own.",
             right * counts / len(labels)),
            ("This is the root of it.", np.sqrt(right)),
            ("The differences are not squared.",
             _by_class(np.abs(x_hat - x).mean(axis=1), labels, classes)),
            ("The differences are not squared, so that they cancel.",
             _by_class((x_hat - x).mean(axis=1), labels, classes)),
            ("They are sorted: number i belongs to label i.", np.sort(right)),
            ("They are sorted: number i belongs to label i.", np.sort(right)[::-1]),
            ("Every letter has the mean of all: are the labels used?",
             np.full(classes, errors.mean())),
        ],
    )  # fmt: skip
    passed(f"error_by_letter: one mean for each of {classes} letters")


def _by_class(values: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    sums = np.bincount(labels, weights=values, minlength=classes)
    return sums / np.bincount(labels, minlength=classes)


def _error(name: str, model: Any, x: np.ndarray) -> float:
    """Return the model's mean squared error on pictures x."""
    x_hat = array_of_shape(f"the output of {name}", run(model, x), x.shape)
    return float(np.mean((x_hat - x) ** 2))


def _flat(pictures: np.ndarray) -> np.ndarray:
    return pictures.reshape(len(pictures), -1)
