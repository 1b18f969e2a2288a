"""What a convolution computes, and what it costs: a student's functions on small numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed
from latentlab.check.values import Mistake, array_of_shape, as_array, compare

Function = Callable[..., Any]
NOT_KNOWN = math.nan
KnownMistake = tuple[str, Callable[..., float]]  # a sentence, and the formula it belongs to


def convolve(function: Function, image: np.ndarray, kernel: np.ndarray, stride: int) -> None:
    """Check that function(image, kernel, stride) is a convolution as networks compute it.

    image: shape (height, width); kernel: shape (k, k). No zeros are added around the image, and
    the kernel is not flipped: out[i, j] = sum of kernel[a, b] * image[i * stride + a, ...].
    """
    right = _convolved(image, kernel)[::stride, ::stride]
    shown = f"convolve(image {image.shape}, kernel {kernel.shape}, stride {stride})"
    result = call("convolve", function, image.copy(), kernel.copy(), stride)
    found = as_array(shown, result)
    if found.shape != right.shape:
        raise CheckFailed(
            f"{shown} has shape {found.shape}; expected {right.shape}."
            f"{_shape_hint(found.shape, image.shape, kernel.shape, stride)}"
        )
    turned = [np.flip(kernel), kernel.T, np.rot90(kernel), np.rot90(kernel, -1)]
    flipped, transposed, *rotated = (_convolved(image, k)[::stride, ::stride] for k in turned)
    window = right.shape
    mistakes: list[Mistake] = [
        ("The kernel is flipped. Mathematicians do that; neural networks do not.", flipped),
        ("Rows and columns of the kernel are exchanged.", transposed),
        *[("The kernel is rotated.", array) for array in rotated],
        ("This is the mean over the window; take the sum.", right / kernel.size),
        (
            "The window moves by 1; it should move by the stride.",
            _convolved(image, kernel)[: window[0], : window[1]],
        ),
        ("This is the sum of the window alone: where is the kernel?", _sums(image, kernel, stride)),
    ]
    compare(shown, found, right, mistakes)
    passed(shown)


def output_size(function: Function, *cases: tuple[int, int, int, str]) -> None:
    """Check function(size, kernel, stride, padding), the side of a convolution's output.

    padding: "same" or "valid". The formulas: Dumoulin and Visin, A guide to convolution arithmetic
    for deep learning (2016), and TensorFlow's guide on padding.
    """

    def right(size: int, kernel: int, stride: int, padding: str) -> int:
        reach = size if padding == "same" else size - kernel + 1
        return -(-reach // stride)

    _try(
        "output_size",
        function,
        cases,
        right,
        [
            ("This is the other padding's size.", lambda n, k, s, p: right(n, k, s, _other(p))),
            ("Round up: the last step may reach over the edge.",
             lambda n, k, s, p: n // s if p == "same" else NOT_KNOWN),
            ("The first place counts too: + 1.", lambda n, k, s, p: (n - k) // s),
            ("Round down: only places where the kernel fits count.",
             lambda n, k, s, p: -(-(n - k) // s) + 1),
            ("The stride is not used.", lambda n, k, s, p: right(n, k, 1, p)),
        ],
    )  # fmt: skip


def conv_parameters(function: Function, *cases: tuple[int, int, int]) -> None:
    """Check function(kernel, channels_in, filters): weights and biases of a convolution."""
    _try(
        "conv_parameters",
        function,
        cases,
        lambda k, c, f: f * c * k**2 + f,
        [
            ("The biases are missing: one for each filter.", lambda k, c, f: f * c * k**2),
            ("Each filter has a bias of its own; there is not one for all.",
             lambda k, c, f: f * c * k**2 + 1),
            ("A filter looks at all channels: its weights are kernel x kernel x channels_in.",
             lambda k, c, f: f * k**2 + f),
            ("The kernel is a square: kernel x kernel.", lambda k, c, f: f * c * k + f),
            ("A filter has one bias, however many channels it looks at.",
             lambda k, c, f: f * c * (k**2 + 1)),
        ],
    )  # fmt: skip


def dense_parameters(function: Function, *cases: tuple[int, int]) -> None:
    """Check function(size_in, units): weights and biases of a dense layer."""
    _try(
        "dense_parameters",
        function,
        cases,
        lambda n, u: u * n + u,
        [
            ("The biases are missing: one for each unit.", lambda n, u: u * n),
            ("Biases belong to the units, not to the inputs.", lambda n, u: u * n + n),
            ("Each unit has a bias of its own; there is not one for all.", lambda n, u: u * n + 1),
        ],
    )


def coverage(function: Function, *cases: tuple[int, int, int]) -> None:
    """Check function(size, kernel, stride): how often a transposed convolution writes where.

    In one dimension: number i of size numbers writes at i * stride and the kernel - 1 places after
    it. Nothing is cut off at the ends. Source of the idea: Odena, Dumoulin and Olah, Deconvolution
    and Checkerboard Artifacts, Distill (2016).
    """
    for size, kernel, stride in cases:
        shown = f"coverage({size}, {kernel}, {stride})"
        right = _covered(size, kernel, stride)
        found = as_array(shown, call("coverage", function, size, kernel, stride))
        if found.shape == (size * stride,) != right.shape:
            raise CheckFailed(
                f"{shown} has {size * stride} numbers; expected {len(right)}: cut nothing off "
                "where the last kernel reaches over."
            )
        found = array_of_shape(shown, found, right.shape)
        ends = np.arange(len(right))
        compare(
            shown,
            found,
            right,
            [
                ("A place that is covered twice counts 2: add 1 each time.", np.minimum(right, 1)),
                (
                    "This is where the kernels begin; each covers as many places as it is long.",
                    ((ends % stride == 0) & (ends < size * stride)).astype(float),
                ),
                (
                    "Neighbours are a stride apart, not 1.",
                    _padded(_covered(size, kernel, 1), right),
                ),
            ],
        )
    passed(f"coverage: {_many(cases)}")


def numbers_in(function: Function, *shapes: tuple[int, ...]) -> None:
    """Check function(shape): how many numbers an array of this shape holds."""
    _try(
        "numbers_in",
        function,
        [(shape,) for shape in shapes],
        math.prod,
        [
            ("The channels count too.", lambda shape: math.prod(shape[:2])),
            ("This is the sum; each row has as many numbers as there are columns: multiply.", sum),
            ("This is how many sizes the shape has.", len),
        ],
    )


def compression(function: Function, *cases: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    """Check function(picture, code), two shapes: how many times fewer numbers the code holds."""
    _try(
        "compression",
        function,
        cases,
        lambda picture, code: math.prod(picture) / math.prod(code),
        [
            (
                "Upside down: the numbers of the picture, divided by those of the code.",
                lambda picture, code: math.prod(code) / math.prod(picture),
            ),
            (
                "Do not round: a ratio below 1 says that the code is larger than the picture.",
                lambda picture, code: math.prod(picture) // math.prod(code),
            ),
            (
                "This is the difference; take the ratio.",
                lambda picture, code: math.prod(picture) - math.prod(code),
            ),
        ],
    )


def _try(
    name: str,
    function: Function,
    cases: Sequence[tuple],
    right: Callable[..., float],
    mistakes: Sequence[KnownMistake],
) -> None:
    """Check that the function gives the right number for each case, exactly."""
    for case in cases:
        shown = f"{name}({', '.join(map(repr, case))})"
        found = as_array(shown, call(name, function, *case))
        if found.size != 1:
            raise CheckFailed(f"{shown} has shape {found.shape}; expected one number.")
        value, expected = float(found.reshape(())), right(*case)
        if not math.isclose(value, expected, rel_tol=1e-9):
            said = (sentence for sentence, wrong in mistakes if value == wrong(*case))
            hint = f" {next(said, '')}".rstrip()
            raise CheckFailed(f"{shown} is {value:,.10g}; expected {expected:,.10g}.{hint}")
    passed(f"{name}: {_many(cases)}")


def _many(cases: Sequence[Any]) -> str:
    return f"{len(cases)} cases" if len(cases) > 1 else "one case"


def _convolved(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the convolution with stride 1."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijab,ab->ij", windows, kernel)


def _sums(image: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    return _convolved(image, np.ones_like(kernel))[::stride, ::stride]


def _shape_hint(
    found: tuple[int, ...], image: tuple[int, ...], kernel: tuple[int, ...], stride: int
) -> str:
    """Say which mistake a result of this shape comes from, if it is a known one."""
    side = kernel[0]

    def sides(rule: Callable[[int], int]) -> tuple[int, ...]:
        return tuple(rule(size) for size in image)

    if stride > 1 and found == sides(lambda n: n - side + 1):
        return " Is the stride used?"
    if found == sides(lambda n: -(-n // stride)):
        return " The kernel must fit into the image: no zeros are added around it."
    if found == sides(lambda n: (n - side) // stride):
        return " One place is missing at the end: the first one, at 0, counts too."
    return f" In each direction the kernel fits at floor((size - {side}) / {stride}) + 1 places."


def _covered(size: int, kernel: int, stride: int) -> np.ndarray:
    """Return how many kernels cover each place."""
    begins = np.zeros((size - 1) * stride + kernel)
    begins[np.arange(size) * stride] = 1
    return np.convolve(begins, np.ones(kernel))[: len(begins)]


def _padded(counts: np.ndarray, like: np.ndarray) -> np.ndarray:
    return np.pad(counts, (0, len(like) - len(counts)))


def _other(padding: str) -> str:
    return "valid" if padding == "same" else "same"
