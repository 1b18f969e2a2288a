"""Verbs on training: splits that leak, stops that come late, weights that were not kept."""

import keras
import numpy as np
import pytest
from conftest import fails

from latentlab import check
from latentlab.check.baseline import pca_error

RNG = np.random.default_rng(0)
layers = keras.layers


# Splitting


def right_split(images, labels, validation, seed):
    order = np.random.default_rng(seed).permutation(len(images))
    val, fit = order[:validation], order[validation:]
    return images[fit], labels[fit], images[val], labels[val]


def ordered(images, labels, order, validation):
    val, fit = order[:validation], order[validation:]
    return images[fit], labels[fit], images[val], labels[val]


def test_a_right_split(one_line):
    check.split_off(right_split, 60, 12)


@pytest.mark.parametrize("count", [50, 61, 110])
def test_a_right_split_of_any_size(count):
    check.split_off(right_split, count, 11)


def test_a_split_may_be_made_of_lists_and_tensors(one_line):
    def split(images, labels, validation, seed):
        parts = right_split(images, labels, validation, seed)
        return [keras.ops.convert_to_tensor(part) for part in parts[:2]] + [
            part.tolist() for part in parts[2:]
        ]

    check.split_off(split, 60, 12)


def unshuffled(images, labels, validation, seed):
    return ordered(images, labels, np.arange(len(images)), validation)


def last_ones(images, labels, validation, seed):
    return ordered(images, labels, np.arange(len(images))[::-1], validation)


def every_fifth(images, labels, validation, seed):
    chosen = np.arange(len(images)) % 5 == 0
    return images[~chosen], labels[~chosen], images[chosen], labels[chosen]


def labels_left_behind(images, labels, validation, seed):
    parts = right_split(images, labels, validation, seed)
    return parts[0], labels[validation:], parts[2], labels[:validation]


def leaking(images, labels, validation, seed):
    order = np.random.default_rng(seed).permutation(len(images))
    fit = np.concatenate([order[: validation + 1], order[2 * validation + 1 :]])
    return images[fit], labels[fit], images[order[:validation]], labels[order[:validation]]


def with_replacement(images, labels, validation, seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(images))
    val = order[:validation]
    fit = rng.choice(order[validation:], len(images) - validation)
    return images[fit], labels[fit], images[val], labels[val]


def no_seed(images, labels, validation, seed):
    return ordered(images, labels, RNG.permutation(len(images)), validation)


def one_seed(images, labels, validation, seed):
    return right_split(images, labels, validation, 7)


def divided(images, labels, validation, seed):
    return right_split(images / 255, labels, validation, seed)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (unshuffled, "shuffle before you cut"),
        (last_ones, "shuffle before you cut"),
        (every_fifth, "shuffle before you cut"),
        (labels_left_behind, "y_fit is not in the order of x_fit"),
        (leaking, "12 of 12 validation pictures are also in x_fit"),
        (with_replacement, "come twice"),
        (no_seed, "called again with the same seed"),
        (one_seed, "is the seed used"),
        (divided, "leave the pixels alone"),
        (lambda i, t, v, s: right_split(i, t, len(i) - v, s), "the other way round"),
        (lambda i, t, v, s: right_split(i, t, v - 1, s), "x_fit has shape (49, 5); expected (48"),
        (lambda i, t, v, s: [right_split(i, t, v, s)[k] for k in (0, 2, 1, 3)], "pictures first"),
        (lambda i, t, v, s: right_split(i, t, v, s)[::2], "2 things; expected four"),
        (lambda i, t, v, s: i, "ndarray; expected four"),
        (lambda i, t, v, s: None, "return"),
    ],
)
def test_mistakes_in_splitting(wrong, saying):
    fails(saying, check.split_off, wrong, 60, 12)


# Early stopping


def right_stop(val_errors, patience):
    best = 1
    for epoch, error in enumerate(val_errors, 1):
        if error < val_errors[best - 1]:
            best = epoch
        if epoch - best == patience:
            break
    return best


CURVE = [9, 7, 6, 8, 6, 7, 5, 8, 9]


def test_a_right_stop(one_line):
    check.best_epoch(right_stop, CURVE, patience=3)


@pytest.mark.parametrize(
    ("curve", "patience"),
    [(CURVE, 4), ([5, 4, 3], 2), ([3, 4, 2, 5], 1), ([1], 1), ([2, 2, 2, 2, 1], 3), ([3, 1], 5)],
)
def test_a_right_stop_on_other_curves(curve, patience):
    check.best_epoch(lambda *both: np.array([right_stop(*both)]), curve, patience)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda e, p: int(np.argmin(e)) + 1, "never sees this one"),
        (lambda e, p: right_stop(e, p) - 1, "counted from 0"),
        (lambda e, p: right_stop(e, p) + p, "where training stops"),
        (lambda e, p: right_stop(e, p + 1), "one epoch more"),
        (lambda e, p: 7, "more than it should. Or: as low as the best one is not better"),
        (lambda e, p: min(e[:6]), "error of that epoch"),
        (lambda e, p: 1, "is 1; expected 3. Go through the list"),
        (lambda e, p: [3, 6], "shape (2,)"),
        (lambda e, p: None, "return"),
    ],
)
def test_mistakes_in_stopping(wrong, saying):
    # The lowest error comes later than one epoch of patience more would see.
    curve = [9, 7, 5.5, 8, 5.5, 7, 5, 8, 9, 9, 9, 4]
    fails(saying, check.best_epoch, wrong, curve, 3)


def test_one_epoch_less_of_patience():
    curve = [9, 7, 8, 8, 6, 9, 9, 9]
    fails("one epoch less", check.best_epoch, lambda e, p: right_stop(e, p - 1), curve, 3)


def test_counts_that_begin_anew_too_seldom_or_too_often():
    def one_count(errors, patience):
        worse = [i for i in range(1, len(errors)) if errors[i] >= min(errors[:i])]
        seen = errors[: worse[patience - 1] + 1] if len(worse) >= patience else errors
        return int(np.argmin(seen)) + 1

    up_and_down = [9, 10, 7, 8, 5, 6, 3, 4, 1]
    check.best_epoch(right_stop, up_and_down, 3)
    fails("from 0 again", check.best_epoch, one_count, up_and_down, 3)
    back_from_far = [9, 5, 8, 7, 6, 3]
    check.best_epoch(right_stop, back_from_far, 3)
    fails("its neighbour", check.best_epoch, lambda e, p: 6, back_from_far, 3)


# The weights that were kept

X_FIT, X_VAL = RNG.random((40, 12), np.float32), RNG.random((20, 12), np.float32)


def guess(level):
    """A model that answers every picture with pixels of this grey."""
    x = keras.Input((12,))
    dense = layers.Dense(12, kernel_initializer="zeros", activation="sigmoid")
    model = keras.Model(x, dense(x))
    model.set_weights([np.zeros((12, 12)), np.full(12, np.log(level / (1 - level)))])
    return model


def error_of(level, x=X_VAL):
    return float(np.mean((level - x) ** 2))


LEVELS = (0.9, 0.7, 0.55, 0.75, 0.8)  # of five epochs, the third is the best
ERRORS = [error_of(level) for level in LEVELS]


def test_best_weights(one_line):
    check.best_weights("autoencoder", guess(0.55), ([0.1] * 5, ERRORS), X_FIT, X_VAL)


def test_best_weights_with_rounded_errors_and_when_the_last_epoch_is_the_best():
    rounded = np.round([[0.1] * 5, ERRORS], 3)
    check.best_weights("autoencoder", guess(0.55), rounded, X_FIT.tolist(), X_VAL)
    check.best_weights("autoencoder", guess(0.55), [[0.1] * 3, ERRORS[:3]], X_FIT, X_VAL)


def errors_on(x, scale=1.0):
    return [0.1] * 5, [scale * error_of(level, x) for level in LEVELS]


BCE = [-np.mean(X_VAL * np.log(p) + (1 - X_VAL) * np.log(1 - p)) for p in LEVELS]


@pytest.mark.parametrize(
    ("model", "errors", "saying"),
    [
        (guess(0.8), errors_on(X_VAL), "weights of the last epoch"),
        (guess(0.7), errors_on(X_VAL), "weights of epoch 2"),
        (guess(0.55), errors_on(X_FIT), "error on x_fit: validate on x_val"),
        (guess(0.55), ([1.0] * 5, BCE), "cross-entropy"),
        (guess(0.55), errors_on(X_VAL, 12), "summed over the pixels"),
        (guess(0.55), ([0.1] * 5, np.sqrt(ERRORS)), "square roots"),
        (guess(0.1), errors_on(X_VAL), "is it this model"),
        (guess(0.55), None, "errors is missing"),
        (guess(0.55), ERRORS, "5 things; expected two lists"),
        (guess(0.55), keras.callbacks.History(), "gives History; expected two lists"),
        (guess(0.55), ([0.1] * 4, ERRORS), "shape (4,) and val_errors (5,)"),
        (guess(0.55), ([0.1], ERRORS[2:3]), "1 epoch"),
        (guess(0.55), ([0.1] * 2, [1, np.nan]), "nan"),
        (None, errors_on(X_VAL), "autoencoder is None"),
    ],
)
def test_mistakes_in_keeping(model, errors, saying):
    fails(saying, check.best_weights, "autoencoder", model, errors, X_FIT, X_VAL)


def test_a_model_that_was_trained_on_the_test_pictures():
    train, test, new = RNG.random((3, 50, 12)) < 0.4

    def memory(known):
        """A model that gives back the pictures that it knows, and the mean of all others."""
        x = keras.Input((12,))
        table = keras.ops.convert_to_tensor(2 * known - 1, "float32")
        match = keras.ops.relu(keras.ops.matmul(2 * x - 1, keras.ops.transpose(table)) - 11) * 0.9
        hit = keras.ops.minimum(keras.ops.sum(match, axis=1, keepdims=True), 1)
        return keras.Model(x, x * hit + 0.4 * (1 - hit))

    arguments = {"components": 2, "at_most": 1.25}
    train, test, new = (array.astype(float) for array in (train, test, new))
    fails("trained on x_test", check.unseen, "a", memory(test), train, test, new, **arguments)
    check.unseen("a", guess(0.4), train, test, new, **arguments)
    assert pca_error(train, test, 2) > 0


# Errors, letter by letter


def right_letters(x, x_hat, labels):
    squares = np.mean((x_hat - x) ** 2, axis=1)
    return [squares[labels == label].mean() for label in range(8)]


def by_label(x, x_hat, labels, function):
    return np.array([function((x_hat - x)[labels == label]) for label in range(8)])


def test_error_by_class(one_line):
    check.error_by_class(right_letters, classes=8, pixels=5)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda d: (d**2).mean(axis=1).sum(), "sum over the pictures"),
        (lambda d: (d**2).sum(), "sum over pictures and pixels"),
        (lambda d: (d**2).sum(axis=1).mean(), "summed over the pixels"),
        (lambda d: np.sqrt((d**2).mean()), "root"),
        (lambda d: np.abs(d).mean(), "not squared"),
        (lambda d: d.mean(), "cancel"),
    ],
)
def test_mistakes_in_each_letters_error(wrong, saying):
    fails(saying, check.error_by_class, lambda *a: by_label(*a, wrong), classes=8, pixels=5)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        (lambda x, y, t: np.full(8, np.mean((x - y) ** 2)), "are the labels used"),
        (lambda x, y, t: np.sort(right_letters(x, y, t)), "sorted"),
        (lambda x, y, t: np.sort(right_letters(x, y, t))[::-1], "sorted"),
        (lambda x, y, t: right_letters(x, y, t) * np.bincount(t) / len(t), "divided by all"),
        (lambda x, y, t: np.mean((x - y) ** 2, axis=1), "expected (8,)"),
        (lambda x, y, t: int(np.argmax(right_letters(x, y, t))), "expected (8,)"),
    ],
)
def test_mistakes_in_the_errors_by_letter(wrong, saying):
    fails(saying, check.error_by_class, wrong, classes=8, pixels=5)
