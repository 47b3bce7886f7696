"""By which ways a dataset can be had from here, as make doctor says it."""

import shutil

import pytest

from dev import reach
from mnist_clustering.sources.kinds import Archive
from mnist_clustering.sources.npm import Npm
from mnist_clustering.sources.web import Web

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
    npm = tmp_path / "npm"
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(reach, "_NPM_SECONDS", 0.5)
    said = reach.obstacle(NPM)
    assert reason in said
    assert bool(said) == bool(reason)


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is missing")
def test_npm_itself_without_a_network(monkeypatch, tmp_path):
    monkeypatch.setenv("npm_config_registry", NOWHERE)
    monkeypatch.setenv("npm_config_cache", str(tmp_path))
    assert reach.obstacle(NPM).startswith("npm's registry cannot give it (npm error code E")


def test_npm_may_be_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert reach.obstacle(NPM) == "npm is not on PATH"


@pytest.mark.parametrize("source", [Web(NOWHERE), Archive(NOWHERE, "0" * 64, "a", "b")], ids=str)
def test_servers_that_do_not_answer(source):
    assert "cannot be reached" in reach.obstacle(source)
