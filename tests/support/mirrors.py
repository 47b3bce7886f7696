"""Mirrors of four small files, of every kind, for tests of downloads."""

import gzip
import hashlib
import io
import shutil
import sys
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from mnist_clustering.images import idx
from mnist_clustering.sources import fetching, web

ROOT = Path(__file__).parents[2]
NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


PIXELS = np.arange(24 * 9, dtype=np.uint8)
FILES = {
    name: idx.encode(PIXELS[n : n + 9 * size].reshape(-1, 3, 3) if n % 2 else PIXELS[n : n + size])
    for (n, size), name in zip(((9, 23), (0, 23), (27, 21), (4, 21)), NAMES, strict=True)
}


DIGESTS = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}


PAGE = b"\n<!DOCTYPE html><title>Please sign in</title>"


def packed(data):
    return gzip.compress(data, mtime=0)


def package(members):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return archive.getvalue()


def collect(*candidates, files=DIGESTS):
    notes = []
    return dict(fetching.fetch(files, candidates, notes.append)), notes


def left_in_raw():
    return {path.name: path.read_bytes() for path in Path("data/raw").glob("*-ubyte")}


class Server(ThreadingHTTPServer):
    """A mirror on this machine: answers by path, and remembers what it was asked for."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = {}
        self.requests = []
        self.closing = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/mnist/"

    def offer(self, name, data, status=200, announced=None, stall=False):
        length = len(data) if announced is None else announced
        self.answers[f"/mnist/{name}.gz"] = (status, data, length, stall)

    def handle_error(self, request, client_address):
        """Say nothing of clients that go away."""


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer(with_body=False)

    def do_GET(self):
        self.answer(with_body=True)

    def answer(self, with_body):
        missing = (404, b"", 0, False)
        status, data, length, stall = self.server.answers.get(self.path, missing)
        self.server.requests.append(f"{self.command} {self.path.rpartition('/')[2]}")
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if with_body:
            self.wfile.write(data)
            self.wfile.flush()
            if stall:
                self.server.closing.wait()

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.closing.set()
        server.shutdown()


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """Let no test touch the user's cache or wait between attempts."""
    monkeypatch.setenv(web.CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("pooch.core.time", SimpleNamespace(sleep=lambda seconds: None))


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """An empty project; call it to write its params and its dataset ``small``."""
    folder = tmp_path / "workspace"
    (folder / "datasets").mkdir(parents=True)
    shutil.copy(ROOT / "datasets/description.schema.json", folder / "datasets")
    shutil.copy(ROOT / "params.schema.json", folder)
    monkeypatch.chdir(folder)

    def write(entries=(), dataset="small", mirror=None, files=DIGESTS):
        text = yaml.safe_dump({"files": files, "sources": list(entries)}, sort_keys=False)
        Path("datasets/small.yaml").write_text(text)
        Path("params.yaml").write_text(
            yaml.safe_dump({"download": {"dataset": dataset, "mirror": mirror}})
        )

    return write


@pytest.fixture
def mirror(tmp_path):
    """An empty folder."""
    folder = tmp_path / "mirror with blank"
    folder.mkdir()
    return folder


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Put a stand-in for npm, alone, on PATH; call it to give its archive and its last words."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def install(archive=None, words="", status=0, seconds=0):
        (tmp_path / "archive").write_bytes(archive or b"")
        script = f"""\
import shutil, sys, time
assert sys.argv[1:3] == ["pack", "small@1.0.0"] and "--ignore-scripts" in sys.argv
time.sleep({seconds})
if {archive is not None}:
    shutil.copy({str(tmp_path / "archive")!r}, "small-1.0.0.tgz")
sys.stderr.write({words!r})
sys.exit({status})
"""
        (tmp_path / "npm.py").write_text(script)
        # The path of the interpreter may hold spaces, which a first line cannot.
        call = f"#!/bin/sh\nexec '{sys.executable}' '{tmp_path / 'npm.py'}' \"$@\"\n"
        (folder / "npm").write_text(call)
        (folder / "npm").chmod(0o755)

    return install
