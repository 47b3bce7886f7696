"""Mirrors on the web: broken, silent, refusing, wrong; and the cache of what they gave."""

import socket

import pytest

from mnist_clustering.errors import InputError
from mnist_clustering.sources import kinds, web
from tests.support.mirrors import FILES, NAMES, PAGE, collect, packed


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


def test_a_mirror_that_never_answers_is_left_soon(monkeypatch):
    monkeypatch.setattr(web, "_ANSWER_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(InputError, match=r"no answer within 0\.2 s|cannot be reached"):
            collect(kinds.Web(url))
