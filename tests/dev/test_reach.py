"""By which ways a dataset can be had from here, as make doctor says it."""

import pytest

from dev import reach
from mnist_clustering.sources.kinds import Archive
from mnist_clustering.sources.npm import Npm
from mnist_clustering.sources.web import Web
from tests.support.scripts import program

NPM = Npm("small@1.0.0", "package/data")
# Nobody answers there.
NOWHERE = "http://127.0.0.1:1/"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('[ "$1 $2" = "view small@1.0.0" ] && echo https://example.org/small.tgz', ""),
        ("echo 'npm error code ENOTFOUND' >&2; echo more >&2; exit 1", "npm error code ENOTFOUND"),
        ("exit 0", "it knows no such package"),
        ("exec sleep 60", "no answer within"),
    ],
)
def test_the_registry_of_npm_is_asked(tmp_path, monkeypatch, script, reason):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    program(tmp_path / "npm", script)
    monkeypatch.setattr(reach, "_NPM_SECONDS", 0.5)
    said = reach.obstacle(NPM)
    assert reason in said
    assert bool(said) == bool(reason)


@pytest.mark.parametrize("source", [Web(NOWHERE), Archive(NOWHERE, "0" * 64, "a", "b")], ids=str)
def test_servers_that_do_not_answer(source):
    assert "cannot be reached" in reach.obstacle(source)
