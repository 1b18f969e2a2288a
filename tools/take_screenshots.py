"""Takes the README's pictures: a check in a lab, and the report on a class. Needs Chromium.

make demo && .venv/bin/python tools/take_screenshots.py
"""

import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser import Notebook, browser_page, jupyter  # noqa: E402

from autograder.proof import submission, variants  # noqa: E402
from autograder.source import release_path  # noqa: E402

LAB = "lab01_mnist_autoencoder"
PICTURES = ROOT / "docs" / "images"
REPORT = ROOT / "demo" / "report.html"
LATENTLAB = ROOT / "latentlab"
MISTAKE = "bce"  # the check that is to fail


def main() -> None:
    """Write docs/images/*.png."""
    PICTURES.mkdir(exist_ok=True)
    with browser_page() as page:
        _picture_of_a_check(page)
        page.set_viewport_size({"width": 1100, "height": 965})  # to the end of the checks
        page.goto(REPORT.as_uri())
        page.screenshot(path=PICTURES / "report.png")


def _picture_of_a_check(page) -> None:  # noqa: ANN001 (Playwright's page)
    mutant = next(v for v in variants(LAB) if v.fails[:1] == (MISTAKE,) and len(v.answers) == 1)
    notebook = submission(LAB, mutant)
    cells = [c for c in notebook.cells if MISTAKE in (c.id, c.id.removeprefix("answer-"))]
    before = notebook.cells[notebook.cells.index(cells[0]) - 1]
    first = next(c for c in notebook.cells if c.cell_type == "code")
    notebook.cells = [first, before, *cells]
    with tempfile.TemporaryDirectory() as folder:
        nbformat.write(notebook, Path(folder) / f"{LAB}.ipynb")
        options = ["-m", "jupyterlab", f"--notebook-dir={folder}"]
        own = {
            "JUPYTERLAB_SETTINGS_DIR": folder,
            "JUPYTER_PATH": str(LATENTLAB / "warm" / "jupyter"),
            "JUPYTER_CONFIG_PATH": str(LATENTLAB / "desk"),
        }
        with jupyter(folder, *options, **own) as address:
            page.set_viewport_size({"width": 1100, "height": 680})
            opened = Notebook(page, address, f"{LAB}.ipynb")
            page.keyboard.press("Control+b")  # without the list of files
            for number in (0, 2, 3):
                told = opened.run(number)
            told.evaluate("output => output.scrollIntoView({block: 'end'})")
            page.mouse.move(0, 0)
            page.screenshot(path=PICTURES / "check.png")


if __name__ == "__main__":
    assert release_path(LAB).is_file()
    main()
