"""latentlab.download: one download, then the cache; a failed download leaves nothing."""

import json
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from small_sets import cifar_files, grey, npz_bytes, tar_gz

import latentlab as lab
from latentlab import datasets, download

ROOT = Path(__file__).resolve().parent.parent


class Answers(BaseHTTPRequestHandler):
    """Serves `server.files`: path -> (status, content, length that is announced)."""

    def do_GET(self):
        self.server.asked.append(self.path)
        status, content, length = self.server.files.get(self.path, (404, b"", 0))
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def web(tmp_path, monkeypatch):
    """A web server, a registry that names it, and an empty cache."""
    monkeypatch.delenv("LATENTLAB_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.files, server.asked, server.cache = {}, [], tmp_path / "cache"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"

    def offer(name, content, urls=("/a",), status=200, serve=None):
        """Register `content` under the urls; the last of them serves it, or `serve`."""
        entry = json.loads((ROOT / "data" / "registry.json").read_text("utf-8"))[name]
        entry["urls"] = [u if u.startswith("http") else address + u for u in urls]
        entry["sha256"] = sha256(content).hexdigest()
        registry = tmp_path / "registry.json"
        registry.write_text(json.dumps({name: entry}), "utf-8")
        monkeypatch.setattr(download, "REGISTRY", registry)
        body = content if serve is None else serve
        server.files[urls[-1]] = (status, body, len(content))

    server.offer = offer
    monkeypatch.setattr(download, "cache_folder", lambda: server.cache)
    yield server
    server.shutdown()
    server.server_close()


def in_cache(web):
    return sorted(p.name for p in web.cache.iterdir()) if web.cache.exists() else []


def test_download_once_then_from_the_cache(web, capsys):
    arrays = grey()
    web.offer("mnist", npz_bytes(**arrays))
    first, second = lab.load("mnist", full=True), lab.load("mnist", full=True)
    assert web.asked == ["/a"] and in_cache(web) == ["mnist.npz"]
    np.testing.assert_array_equal(first.test.images, second.test.images)
    printed = capsys.readouterr()
    assert "mnist: downloading 11 MB to" in printed.out and "CC BY-SA 3.0" in printed.out
    assert printed.err == ""


def test_mirrors_are_tried_in_turn(web):
    web.offer("mnist", npz_bytes(**grey()), urls=("/gone", "/wrong", "/good", "/never"))
    web.files["/good"] = web.files.pop("/never")
    web.files["/wrong"] = (200, b"something else", 14)
    assert len(lab.load("mnist", full=True).train.images) == 20
    assert web.asked == ["/gone", "/wrong", "/good"] and in_cache(web) == ["mnist.npz"]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"status": 404}, "404"),
        ({"serve": b"x" * 5000}, "broke off|wrong SHA-256"),
        ({"urls": ("http://127.0.0.1:9/x",)}, "no connection: is the network up"),
    ],
    ids=["404", "cut short", "no network"],
)
def test_failed_download_leaves_nothing_and_says_what_to_do(how, message, web, capsys):
    web.offer("mnist", npz_bytes(**grey(n=200)), **how)
    with pytest.raises(lab.DataError, match=message) as caught:
        lab.load("mnist", full=True)
    for advice in ("mnist could not be downloaded", "LATENTLAB_DATA", "lab.load('mnist')"):
        assert advice in str(caught.value)
    assert in_cache(web) == [] and capsys.readouterr().err == ""


def test_wrong_checksum_leaves_nothing(web):
    content = npz_bytes(**grey())
    web.offer("mnist", content, serve=content[:-1] + b"?")
    with pytest.raises(lab.DataError, match="wrong SHA-256"):
        lab.load("mnist", full=True)
    assert in_cache(web) == []


def test_damaged_archive_leaves_no_npz(web):
    web.offer("cifar10", b"this is no archive")
    with pytest.raises(lab.DataError, match=r"cifar-10-python\.tar\.gz: damaged or cut short"):
        lab.load("cifar10", full=True)
    assert "cifar10.npz" not in in_cache(web)


def test_registry_is_complete():
    registry = json.loads((ROOT / "data" / "registry.json").read_text("utf-8"))
    assert set(registry) == set(datasets.SHAPES)
    for entry in registry.values():
        assert len(entry["sha256"]) == 64 and entry["bytes"] > 1e6 and entry["urls"]
        assert entry["licence"] and entry["format"] in ("npz", *download._READERS)


def test_cifar10_download_is_kept_as_npz(web):
    content = tar_gz(web.cache.with_name("c.tar.gz"), cifar_files()).read_bytes()
    web.offer("cifar10", content)
    assert lab.load("cifar10", full=True).train.images.shape == (10, 32, 32, 3)
    assert len(lab.load("cifar10", full=True).test.labels) == 2
    assert web.asked == ["/a"] and in_cache(web) == ["cifar10.npz"]


def test_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    def fail(file, **_):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(download.np, "savez", fail)
    with pytest.raises(KeyboardInterrupt):
        download._write_npz(tmp_path / "mnist.npz", grey())
    assert list(tmp_path.iterdir()) == []
