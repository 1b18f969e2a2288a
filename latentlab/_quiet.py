"""Keep TensorFlow's start-up notes off standard error.

A line on standard error in a test cell costs the student the cell's points (nbgrader), and
red lines about missing CUDA drivers frighten. TensorFlow 2.21 writes some of them while its
libraries load, before it reads TF_CPP_MIN_LOG_LEVEL (tensorflow/tensorflow#100442), so that
no setting stops them. What does: file descriptor 2 points nowhere for as long as
`import tensorflow` runs. Python errors are exceptions and get through all the same.
To see the notes, set TF_CPP_MIN_LOG_LEVEL to 0, 1 or 2 before Python starts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType


@contextmanager
def stderr_nowhere() -> Iterator[None]:
    """Send what C++ code writes to file descriptor 2 to the null device."""
    try:
        saved = os.dup(2)
    except OSError:  # no standard error at all (pythonw on Windows): nothing to silence
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


class _QuietLoader(SourceFileLoader):
    """Run a package's __init__.py with standard error pointing nowhere."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, silently if the log level asks for silence."""
        if os.environ.get("TF_CPP_MIN_LOG_LEVEL") != "3":
            return super().exec_module(module)
        with stderr_nowhere():
            super().exec_module(module)


class _TensorFlowFinder(MetaPathFinder):
    """Find TensorFlow as Python does, and nothing else, but load it quietly."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return TensorFlow's spec with the quiet loader; None for every other module."""
        if fullname != "tensorflow":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _QuietLoader(spec.loader.name, spec.loader.path)
        return spec


def install() -> None:
    """Make the first `import tensorflow` of this process a quiet one."""
    if not any(type(finder) is _TensorFlowFinder for finder in sys.meta_path):
        sys.meta_path.insert(0, _TensorFlowFinder())
