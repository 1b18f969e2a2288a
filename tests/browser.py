"""Jupyter in a real browser, as far as the end-to-end tests need it."""

import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from threading import Thread

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 60  # for what a busy machine may take; each wait ends as soon as it can
RUNNING_AT = "is running at"


def needs_a_browser():
    """Skip the tests of a module where there is no browser to drive."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: apt-get install chromium", allow_module_level=True)


@contextmanager
def jupyter(folder, *command, **environment):
    """Run a command that starts a Jupyter server, and give the address at which it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", f"--port={port}", "--IdentityProvider.token=", "--port-retries=0"]
    server = subprocess.Popen(
        [sys.executable, *command, *options, *(["--allow-root"] if os.geteuid() == 0 else [])],
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said = []
        for line in server.stdout:
            said.append(line)
            if RUNNING_AT in line:
                break
        else:
            pytest.fail("Jupyter did not start:\n" + "".join(said[-20:]))
        Thread(target=server.stdout.read, daemon=True).start()  # a full pipe would stop it
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def browser_page():
    """A page of a headless browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--no-proxy-server"]
        )
        page = browser.new_page(viewport={"width": 1300, "height": 1400})
        page.set_default_timeout(SECONDS * 1000)
        yield page
        browser.close()


class Notebook:
    """A notebook that is open in the page, and its kernel."""

    def __init__(self, page, address, path):
        self.page = page
        page.goto(f"{address}/lab/tree/{path}?reset")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        self.wait_until_idle()

    def wait_until_idle(self):
        self.page.locator("#jp-main-statusbar", has_text="Python 3 | Idle").wait_for()

    def cell(self, number):
        """The cell with this number, counted from 0."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)

    def run(self, number):
        """Run a cell, and give its output once it has ended."""
        cell = self.cell(number)
        before = cell.locator(".jp-InputPrompt").inner_text()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(
            "([cell, before]) => ![before, '[*]:'].includes("
            "cell.querySelector('.jp-InputPrompt').innerText)",
            arg=[cell.element_handle(), before],
        )
        self.wait_until_idle()
        return cell.locator(".jp-OutputArea").first

    def write(self, number, source):
        """Replace what stands in a cell."""
        self.cell(number).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def press(self, command):
        """Press the button of a command in the notebook's toolbar."""
        self.page.locator(f".jp-NotebookPanel-toolbar [data-command='{command}']").click()


def write_notebook(folder, *sources):
    """Write a notebook of code cells, and give its name."""
    cells = [new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    name = f"test{len(list(folder.glob('test*.ipynb')))}.ipynb"
    nbformat.write(notebook, folder / name)
    return name
