"""Pairs to train a denoiser with: a noisy input, and a target without the noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from latentlab.check.failure import CheckFailed, call, passed, type_name
from latentlab.check.noise import Noise, drawn
from latentlab.check.values import as_array, close


def denoising_pairs(
    function: Callable[[np.ndarray, Any, float], Any],
    gaussian: Noise,
    masking: Noise,
    shape: tuple[int, int],
) -> None:
    """Check that function(x, corrupt, strength) is the pair (corrupt(x, strength), x).

    gaussian, masking: the student's own functions, each handed over as `corrupt`, with random
    strengths. The corrupted pictures must be new ones at each call. shape: of x, (n, pixels).
    """
    rng = np.random.default_rng()
    x = rng.uniform(0.3, 0.7, shape)
    # With p up to 0.6, Gaussian noise in place of masks differs in what it keeps: nothing.
    sigma, p = rng.uniform(0.15, 0.25), rng.uniform(0.5, 0.6)
    for corrupt, strength in ((gaussian, sigma), (masking, p), (gaussian, sigma / 4)):
        name = "gaussian_noise" if corrupt is gaussian else "masking_noise"
        inputs, targets = _pair(function, x, corrupt, strength, name)
        _require_clean_targets(x, inputs, targets, name)
        if close(inputs, x):
            raise CheckFailed(
                f"{_asked(name)}: the inputs are clean, as the targets are. A network that sees "
                "clean pictures only has no noise to remove. The inputs are corrupt(x, strength)."
            )
        expected = drawn(name, corrupt, x, strength)
        (found, kept), (right, right_kept) = (
            (np.sqrt(np.mean((noisy - x) ** 2)), np.mean(np.abs(noisy - x) < 1e-6))
            for noisy in (inputs, expected)
        )
        # Wide limits: noise that pictures share is a mistake, but one of another function.
        if not 0.6 < found / right < 1.6 or abs(kept - right_kept) > 0.35:
            raise CheckFailed(
                f"{_asked(name, strength)}: {kept:.0%} of the inputs are as in x, and they differ "
                f"from x by {found:.3g} (root mean square); with {name}(x, {strength:.3g}) it is "
                f"{right_kept:.0%} and {right:.3g}. Are both corrupt and strength used, those that "
                "the function is given?"
            )
        if close(inputs, _pair(function, x, corrupt, strength, name)[0]):
            raise CheckFailed(
                f"{_asked(name)}: a second call has the same noise. Each call is to draw anew."
            )
    passed("denoising_pairs: inputs corrupted, anew at each call; targets clean")


def _asked(name: str, strength: float | None = None) -> str:
    return f"denoising_pairs(x, {name}, {'strength' if strength is None else f'{strength:.3g}'})"


def _pair(
    function: Callable[..., Any], x: np.ndarray, corrupt: Noise, strength: float, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the two things that the function makes of x."""
    result = call("denoising_pairs", function, x.copy(), corrupt, strength)
    if not isinstance(result, Sequence) or len(result) != 2:
        count = f"{len(result)} things" if isinstance(result, Sequence) else type_name(result)
        raise CheckFailed(f"{_asked(name)} gives {count}; expected two: inputs, targets.")
    inputs, targets = (
        as_array(f"the {part} of {_asked(name)}", value)
        for part, value in zip(("inputs", "targets"), result, strict=True)
    )
    for part, value in (("inputs", inputs), ("targets", targets)):
        if value.shape != x.shape:
            raise CheckFailed(
                f"{_asked(name)}: the {part} have shape {value.shape}; expected {x.shape}."
            )
    return inputs, targets


def _require_clean_targets(
    x: np.ndarray, inputs: np.ndarray, targets: np.ndarray, name: str
) -> None:
    if close(targets, x):
        return
    if close(inputs, x):
        hint = (
            "They are exchanged: the network sees the corrupted picture and is to give the clean."
        )
    elif close(inputs, targets):
        hint = (
            "They are corrupted just as the inputs are, so that the network is asked to copy the "
            f"noise. Or does {name} change x itself?"
        )
    else:
        hint = "They are corrupted, too. The target is x."
    raise CheckFailed(f"{_asked(name)}: the targets are not the clean pictures. {hint}")
