"""Principal component analysis that a student writes, and the autoencoder that is as good as it.

Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2nd ed.), section 14.5;
Baldi and Hornik, Neural Networks and Principal Component Analysis (1989).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.models import require_model, run
from latentlab.check.networks import random_dense
from latentlab.check.values import MEAN_OF_ALL, Mistake, array_of_shape, as_array, compare, number

Array = np.ndarray
NEAR = 1e-3  # for axes, whose float32 digits depend on how they are computed


def fits_pca(function: Callable[[Array, int], Any], rows: int, size: int, components: int) -> None:
    """Check that function(x, k) is the pair (mean, axes) of a PCA.

    mean must have shape (size,), axes (k, size): one axis of length 1 a row, the one along which
    x varies most first. The sign of an axis is free. x is random, of shape (rows, size).
    """
    x = _cloud(rows, size)
    mean, axes = _pair("fit_pca(x, k)", call("fit_pca", function, x.copy(), components))
    _check_mean(as_array("mean", mean), x)
    _check_axes(as_array("axes", axes), x, components)
    passed(f"fit_pca: mean and {components} main axes of {rows} rows of {size} numbers")


def _cloud(rows: int, size: int) -> Array:
    """Return random rows far from the origin, which vary differently in each main direction."""
    rng = np.random.default_rng()
    turn = np.linalg.qr(rng.normal(size=(size, size)))[0]
    left = np.linalg.qr(rng.normal(size=(rows, size)))[0] * np.sqrt(rows)
    left -= left.mean(axis=0)
    spread = 4 * 0.7 ** np.arange(size)
    # Columns of different scales, so that dividing by their standard deviation changes the axes.
    return left * spread @ turn * rng.uniform(0.5, 2, size) + rng.uniform(2, 4, size)


def _check_mean(found: Array, x: Array) -> None:
    rows, size = x.shape
    if found.size == 1 or found.shape == (rows,) != (size,):
        raise CheckFailed(
            f"mean has shape {found.shape}; expected {(size,)}: the mean over the rows, axis=0."
        )
    found = array_of_shape("mean", found, (size,))
    compare("mean", found, x.mean(axis=0), [("The mean row of x is needed.", np.zeros(size))])


def _check_axes(found: Array, x: Array, count: int) -> None:
    size = x.shape[1]
    if found.shape == (size, count) != (count, size):
        raise CheckFailed(
            f"axes has shape {found.shape}; expected {(count, size)}, one axis a row: transpose it."
        )
    if found.shape == (count, len(x)) != (count, size):
        raise CheckFailed(
            f"axes has shape {found.shape}; expected {(count, size)}: the axes are the rows of the "
            "SVD's third result, not the columns of its first."
        )
    found = array_of_shape("axes", found, (count, size))
    centred = x - x.mean(axis=0)
    _, strengths, all_axes = np.linalg.svd(centred, full_matrices=False)
    lengths = np.linalg.norm(found, axis=1)
    worst = int(np.abs(lengths - 1).argmax())
    if abs(lengths[worst] - 1) > NEAR:
        hint = (
            " They are multiplied by the singular values: leave them as the SVD gives them."
            if np.allclose(lengths, strengths[:count], rtol=NEAR)
            else ""
        )
        raise CheckFailed(f"axes[{worst}] has length {lengths[worst]:.4g}; expected 1.{hint}")
    if _same(found, all_axes[:count]):
        return
    for sentence, wrong in _wrong_axes(x, all_axes, count):
        if _same(found, wrong):
            raise CheckFailed(f"axes are not the main axes of x. {sentence}")
    inside = np.linalg.norm(found @ all_axes[:count].T, axis=1)
    if inside.min() > 1 - NEAR:
        raise CheckFailed(
            "axes lie in the right plane, but they are not the main axes: the first must be the "
            "one along which x varies most, the next at a right angle to it."
        )
    raise CheckFailed(
        f"axes are not the main axes of x: along axes[0], x - mean has a standard deviation of "
        f"{(centred @ found[0]).std():.4g}; along the main axis it has "
        f"{strengths[0] / np.sqrt(len(x)):.4g}."
    )


def _wrong_axes(x: Array, all_axes: Array, count: int) -> list[Mistake]:
    """Return what well-known mistakes give for axes."""
    standard = (x - x.mean(axis=0)) / x.std(axis=0)
    row_means = x - x.mean(axis=1, keepdims=True)
    return [
        (
            "They are those of x itself: subtract the mean from x before the SVD.",
            np.linalg.svd(x, full_matrices=False)[2][:count],
        ),
        (
            "They are columns of the SVD's third result: its rows are the axes.",
            all_axes[:, :count].T,
        ),
        ("They are the last ones: the first have the largest singular values.", all_axes[-count:]),
        (
            "They are the last ones, in reverse: the first have the largest singular values.",
            all_axes[::-1][:count],
        ),
        ("Their order is reversed: the largest singular value first.", all_axes[:count][::-1]),
        (
            "The columns were divided by their standard deviation: subtract the mean only.",
            np.linalg.svd(standard, full_matrices=False)[2][:count],
        ),
        (
            "The mean of each row was subtracted: subtract the mean row, over axis=0.",
            np.linalg.svd(row_means, full_matrices=False)[2][:count],
        ),
    ]


def _same(found: Array, axes: Array) -> bool:
    """Tell whether the rows are the same but for their signs."""
    signs = np.sign(np.sum(found * axes, axis=1, keepdims=True))
    return bool(np.abs(found - signs * axes).max() < 10 * NEAR)


def _pair(name: str, value: Any) -> tuple[Any, Any]:
    """Return the two things that a function gave back."""
    shape = tuple(getattr(value, "shape", ()))
    is_pair = isinstance(value, tuple | list) and len(value) == 2
    if not is_pair and shape != (2,):  # two numbers may come in an array
        many = f"{len(value)} things" if isinstance(value, tuple | list) else "one thing"
        raise CheckFailed(f"{name} returned {many}; expected two: `return first, second`.")
    return value[0], value[1]


def projects(
    project: Callable[[Array, Array, Array], Any],
    rebuild: Callable[[Array, Array, Array], Any],
    rows: int,
    size: int,
    components: int,
) -> None:
    """Check project(x, mean, axes) and rebuild(codes, mean, axes) on random arrays.

    project must give codes of shape (rows, components), rebuild rows of shape (rows, size). mean
    has shape (size,), axes (components, size), with orthonormal rows.
    """
    rng = np.random.default_rng()
    x, mean = rng.normal(size=(rows, size)), rng.normal(size=size)
    axes = np.linalg.qr(rng.normal(size=(size, components)))[0].T
    codes = rng.normal(size=(rows, components))
    right = (x - mean) @ axes.T
    found = call("project", project, x.copy(), mean.copy(), axes.copy())
    name = "project(x, mean, axes)"
    _compare_shaped(
        name,
        found,
        right,
        [
            ("The mean is not subtracted.", x @ axes.T),
            ("The mean is added; subtract it.", (x + mean) @ axes.T),
            ("The sign is wrong: subtract the mean from x, not x from the mean.", -right),
            ("This is the rebuilt x; the code is the step before.", right @ axes + mean),
        ],
    )
    back = codes @ axes + mean
    found = call("rebuild", rebuild, codes.copy(), mean.copy(), axes.copy())
    _compare_shaped(
        "rebuild(codes, mean, axes)",
        found,
        back,
        [
            ("The mean is not added again.", codes @ axes),
            ("The mean is subtracted; add it.", codes @ axes - mean),
            ("The result was cut off at 0 and 1; leave it.", np.clip(back, 0, 1)),
        ],
    )
    passed(f"project and rebuild: {size} numbers to {components}, and back")


def _compare_shaped(name: str, value: Any, right: Array, mistakes: list[Mistake]) -> None:
    """Fail unless value is right; name the mistake first, whose shape may be another."""
    found = as_array(name, value)
    if found.shape == right.shape[::-1] != right.shape:
        raise CheckFailed(
            f"{name} has shape {found.shape}; expected {right.shape}, one row for each row that "
            "came in: transpose it."
        )
    for sentence, wrong in mistakes:
        if found.shape == wrong.shape != right.shape and np.allclose(found, wrong):
            raise CheckFailed(f"{name} has shape {found.shape}; expected {right.shape}. {sentence}")
    compare(name, array_of_shape(name, found, right.shape), right, mistakes)


def both_errors(
    function: Callable[..., Any], x: Array, mean: Array, axes: Array, *models: Any
) -> None:
    """Check that function(x, mean, axes, encoder, decoder) gives both mean squared errors.

    x: shape (n, size); mean: (size,); axes: (k, size), orthonormal rows; models: an encoder and a
    decoder, size -> k -> size; random ones if there are none. The result must be two numbers: the
    error of PCA, then that of the autoencoder, means over all elements.
    """
    size = x.shape[1]
    encoder, decoder = models or (random_dense(size, 2, None), random_dense(2, size, "sigmoid"))
    name = "errors(x, mean, axes, encoder, decoder)"
    given = call("errors", function, x.copy(), mean.copy(), axes.copy(), encoder, decoder)
    found = [
        number(f"the {which} number of {name}", value, of=MEAN_OF_ALL)
        for which, value in zip(("first", "second"), _pair(name, given), strict=True)
    ]
    pca = (x - mean) @ axes.T @ axes + mean
    network = run(decoder, run(encoder, x))
    right = [float(np.mean((made - x) ** 2)) for made in (pca, network)]
    if np.allclose(found, right[::-1], rtol=1e-3) and not np.allclose(*right, rtol=1e-3):
        raise CheckFailed(f"{name} gives the two in the other order: PCA first, then the network.")
    for which, value, expected, made in zip(
        ("PCA", "the autoencoder"), found, right, (pca, network), strict=True
    ):
        rest = made - x
        mistakes = [
            ("This is the sum over all elements; take the mean.", np.sum(rest**2)),
            (
                "The squares are summed over the pixels; take the mean over them too.",
                np.mean(np.sum(rest**2, axis=1)),
            ),
            ("This is the square root; leave the root out.", np.sqrt(expected)),
            ("The differences are not squared.", np.mean(rest)),
            ("The differences are not squared.", -np.mean(rest)),
            ("This is the mean of absolute values; square instead.", np.mean(np.abs(rest))),
            (
                "The pictures were cut off at 0 and 1 first; leave them as they are.",
                np.mean((np.clip(made, 0, 1) - x) ** 2),
            ),
            ("The rebuilt picture lacks the mean.", np.mean((rest - mean) ** 2)),
        ]
        compare(f"the error of {which} in {name}", value, expected, mistakes)
    passed(f"PCA has an error of {right[0]:.4f}, the autoencoder {right[1]:.4f}, on {len(x)} rows")


def linear(name: str, model: Any, size: int) -> None:
    """Check that a Keras model of vectors of this size computes A x + b, without any bend.

    It is fed random vectors, small and large; no attribute is believed.
    """
    model = require_model(name, model, size)
    rng = np.random.default_rng()
    a, b = (rng.normal(size=(32, size)) * rng.choice([0.3, 3, 30], size=(32, 1)) for _ in "ab")
    fa, fb, fab, f0 = np.split(run(model, np.concatenate([a, b, a + b, 0 * a])), 4)
    if np.abs(fa + fb - fab - f0).max() < NEAR * np.abs(fa).max() + 1e-6:
        passed(f"{name}: no bend anywhere, it computes A x + b")
        return
    outputs = np.concatenate([fa, fb, fab])
    where = (
        "its output stays between 0 and 1, as after a sigmoid"
        if outputs.min() >= 0 and outputs.max() <= 1
        else "f(a) + f(b) is not f(a + b) + f(0)"
    )
    raise CheckFailed(
        f"{name} has an activation: {where}. Leave every activation out, the last layer's too."
    )
