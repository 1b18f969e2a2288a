"""Verbs for test cells: `from latentlab import check`.

A verb looks at one thing that a student made. If it is right, it prints one line and returns
None; if not, it raises `CheckFailed`, whose message says what was expected, what was found,
where, and (where the found value is what a well-known mistake gives) which mistake it looks
like. A test cell with these verbs runs alike in the student's own kernel, under plain
`nbgrader autograde`, and in the judge, where the student's objects are proxies.
"""

from latentlab.check.bottleneck import code_size
from latentlab.check.counting import counts
from latentlab.check.failure import CheckFailed, answered, call
from latentlab.check.losses import bce, mse
from latentlab.check.models import as_functional
from latentlab.check.networks import activations, joined, layers, parameters, shapes
from latentlab.check.pictures import beats_pca, rebuilds

__all__ = [
    "CheckFailed",
    "activations",
    "answered",
    "as_functional",
    "bce",
    "beats_pca",
    "call",
    "code_size",
    "counts",
    "joined",
    "layers",
    "mse",
    "parameters",
    "rebuilds",
    "shapes",
]
