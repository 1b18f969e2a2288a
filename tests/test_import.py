"""`import latentlab`: cheap, silent, and without the packages that slow Keras down."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import latentlab as lab

ROOT = Path(__file__).resolve().parent.parent


def run_python(code):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "KERAS_"))}
    env["PYTHONPATH"] = str(ROOT)
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)


def test_import_is_cheap():
    code = "import sys, latentlab; print(*{m.split('.')[0] for m in sys.modules})"
    heavy = {"numpy", "keras", "tensorflow", "matplotlib", "pooch", "tqdm", "ipywidgets", "PIL"}
    assert not heavy & set(run_python(code).stdout.split())


def test_import_of_keras_writes_nothing_to_stderr():
    code = (
        "import latentlab, keras; keras.ops.sum(keras.ops.ones(3)); print(keras.backend.backend())"
    )
    run = run_python(code)
    assert (run.returncode, run.stdout, run.stderr) == (0, "tensorflow\n", "")


def test_stderr_works_again_after_a_failing_import():
    code = """
import sys
from latentlab import _quiet
try:
    with _quiet.stderr_nowhere():
        import os; os.write(2, b"silent"); raise ImportError("loud")
except ImportError as error:
    print(error, file=sys.stderr)
"""
    assert run_python(code).stderr == "loud\n"


def test_no_pandas_scipy_or_sklearn():
    for path in (ROOT / "latentlab").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            roots = {name.split(".")[0] for name in names}
            assert not roots & {"pandas", "scipy", "sklearn", "skimage"}, path


def test_public_names():
    assert {"load", "show_rows", "Progress", "check"} <= set(dir(lab))
    with pytest.raises(AttributeError, match="latentlab has no 'lod'; it has: DataError"):
        lab.lod  # noqa: B018
