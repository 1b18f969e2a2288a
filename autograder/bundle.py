"""Packs what students get, and makes sure that nothing else is in it."""

import zipfile
from pathlib import Path

import nbformat

from autograder.source import ROOT, SourceError, labs, read_source, release_path
from autograder.start_page import START_PAGE

# The samples themselves, not the scripts that made them.
DATA = ("*.npz", "registry.json", "README.md", "samples.sha256")
FILES = ("environment.yml", "requirements.txt", "LICENSE")
FORBIDDEN = ("BEGIN SOLUTION", "BEGIN HIDDEN TESTS", "BEGIN MARK SCHEME")
PROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "latentlab"
version = "0.1.0"
description = "The helper of the autoencoder labs"
requires-python = ">=3.11,<3.14"

# JupyterLab finds the kernels that start warm by this name.
[project.entry-points."jupyter_client.kernel_provisioners"]
warm-fork = "latentlab.warm.provisioner:WarmProvisioner"

[tool.setuptools.packages.find]
include = ["latentlab*"]
"""
README = """\
# Autoencoders: the labs

Set up once, in this folder:

    python -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt -e .

(on Windows: `.venv\\Scripts\\python` in place of `.venv/bin/python`; with conda:
`conda env create -f environment.yml` and `conda activate latentlab`). Then open JupyterLab:

    .venv/bin/python -m latentlab

on its start page, which says the rest.
"""


def write_bundle(out: Path) -> int:
    """Write the zip file and return how many files are in it.

    Raises SourceError when a lab is not built, or when a release holds what students must not see.
    """
    for lab in labs():
        if not release_path(lab).is_file():
            raise SourceError(f"{lab} is not built: run autograder build")
        check_release(lab)
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in _paths()}
    files |= {"pyproject.toml": PROJECT.encode(), "README.md": README.encode()}
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            # A fixed date makes the same bundle of the same files, byte for byte.
            archive.writestr(
                zipfile.ZipInfo(f"autoencoders/{name}", (2020, 1, 1, 0, 0, 0)), content
            )
    part.replace(out)
    return len(files)


def check_release(lab: str) -> None:
    """Raise SourceError if the lab's release holds a solution, a hidden test or an output."""
    released = nbformat.read(release_path(lab), as_version=4)
    if any(cell.get("outputs") for cell in released.cells):
        raise SourceError(f"{lab}: the release holds outputs: run autograder build")
    text = "\n".join(cell.source for cell in released.cells)
    for secret in (*FORBIDDEN, *hidden_lines(lab)):
        if secret in text:
            raise SourceError(f"{lab}: the release holds {secret!r}: run autograder build")


def hidden_lines(lab: str) -> list[str]:
    """The lines of the source's solutions and hidden tests that stand nowhere else in it."""
    hidden, open_text = set(), set()
    for cell in read_source(lab).cells:
        inside = False
        for line in map(str.strip, cell.source.splitlines()):
            if line.startswith(("### BEGIN", "### END")):
                inside = line.startswith("### BEGIN")
            else:
                (hidden if inside else open_text).add(line)
    # Short lines such as `return x` say nothing and stand everywhere.
    return sorted(line for line in hidden - open_text if len(line) > 20)


def _paths() -> list[Path]:
    found = [ROOT / name for name in FILES]
    found += [path for pattern in DATA for path in (ROOT / "data").glob(pattern)]
    found += [path for kind in ("*.py", "*.json") for path in (ROOT / "latentlab").rglob(kind)]
    found.append(START_PAGE)
    found += [release_path(lab) for lab in labs()]
    return [path for path in found if path.is_file()]
