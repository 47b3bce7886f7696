"""Files from whatever source has them: verified, and asked for no more than needed."""

import hashlib

import pytest

from stages.sources import kinds
from tests.support.mirrors import FILES, PAGE, collect, packed


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


def test_nothing_more_is_asked_once_all_is_there(mirror, server):
    for name, data in FILES.items():
        (mirror / name).write_bytes(data)
    assert collect(kinds.Folder(str(mirror)), kinds.Web(server.url)) == (FILES, [])
    assert server.requests == []
