"""Files from whatever source has them: verified, and asked for no more than needed."""

import hashlib
import io
import zipfile

import pytest

from mnist_clustering.errors import InputError
from mnist_clustering.sources import fetching, kinds
from tests.support.mirrors import FILES, NAMES, PAGE, collect, packed


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda data: data[:-1] + b"\xff", "has 13 bytes of SHA-256 "),
        (lambda data: packed(data)[:-9], "is damaged or cut short: it does not unpack"),
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


@pytest.mark.parametrize("algorithm", [hashlib.sha256, hashlib.md5])
def test_a_packed_file_is_verified_as_it_is_packed(algorithm):
    data = b"content"
    whole = packed(data)
    digest = fetching.expected({"a.gz": algorithm(whole).hexdigest()})["a"]
    assert fetching.unpack(whole, digest) == data
    with pytest.raises(OSError, match="is not packed, but it is the packed file whose digest"):
        fetching.unpack(data, digest)
    with pytest.raises(OSError, match="instead of"):
        fetching.unpack(packed(b"another"), digest)


def test_a_file_without_a_digest_is_taken_from_its_archive_only(mirror, server, tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, data in FILES.items():
            file.writestr(f"in/own-{name.replace('t10k', 'test')}.gz", packed(data))
    server.answers["/mnist/all.zip"] = (200, archive.getvalue(), len(archive.getvalue()), False)
    for name in NAMES:
        (mirror / name).write_bytes(b"anything")
    files = dict.fromkeys(NAMES, fetching.ARCHIVED)
    fields = {"train": "in/own-train", "test": "in/own-test"}
    digest = hashlib.sha256(archive.getvalue()).hexdigest()
    whole = kinds.Archive(f"{server.url}all.zip", digest, **fields)
    found, notes = collect(kinds.Folder(str(mirror)), whole, files=files)
    assert found == FILES
    assert "only their archive can be verified" in notes[0]
    other = kinds.Archive(f"{server.url}all.zip", digest[::-1], **fields)
    with pytest.raises(InputError, match="is not the archive that is described"):
        collect(other, files=files)
