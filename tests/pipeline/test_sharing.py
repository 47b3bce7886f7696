"""What one machine computed reaches another through a remote; what is damaged does not pass."""

import json

from dev import graph
from dev.workspace import configure
from tests.support import clones

FOLDER, NAME = "data/recluster", "kmeans_2d/train.npy"
OUT = f"{FOLDER}/{NAME}"
STAGE = "recluster"


def lock(folder):
    return (folder / "dvc.lock").read_text()


def cached(cache, folder):
    """Return the object of an output in a cache or a remote, by the list of its folder."""
    outs = graph.load_yaml("dvc.lock", folder)["stages"][STAGE]["outs"]
    listed = kept(cache, next(out["md5"] for out in outs if out["path"] == FOLDER))
    entries = json.loads(listed.read_text())
    return kept(cache, next(each["md5"] for each in entries if each["relpath"] == NAME))


def kept(cache, md5):
    return cache / "files" / "md5" / md5[:2] / md5[2:]


def damage(file):
    # DVC trusts what is read-only in its local cache without reading it.
    file.chmod(0o644)
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


def test_what_one_machine_computed_reaches_another_and_what_is_damaged_is_made_anew(
    clone, tmp_path
):
    remote, second = tmp_path / "remote", tmp_path / "second"
    clones.dvc(clone, "remote", "add", "--default", "folder", str(remote))
    clones.dvc(clone, "remote", "modify", "folder", "verify", "true")
    clones.commit(clone)
    clones.dvc(clone, "push")
    damage(cached(remote, clone))
    clones.run(tmp_path, "git", "clone", "--quiet", str(clone), str(second))
    configure(second)
    done = clones.dvc(second, "pull", code=None)
    assert FOLDER in done.stderr
    assert not (second / OUT).exists()
    assert clones.repro(second) == {STAGE}
    assert lock(second) == lock(clone)
    for stage in graph.stages().values():
        for out in (file for own in stage.outs for file in graph.contents(own, clone)):
            assert (second / out).read_bytes() == (clone / out).read_bytes(), out


def test_what_is_damaged_here_is_noticed_and_put_right(clone):
    good, before = (clone / OUT).read_bytes(), lock(clone)
    damage(clone / OUT)
    clones.repro(clone)
    assert (clone / OUT).read_bytes() == good
    # Where the cache is damaged, too, it is computed again.
    damage(cached(clone / ".dvc" / "cache", clone))
    (clone / OUT).unlink()
    assert clones.repro(clone) == {STAGE}
    assert (clone / OUT).read_bytes() == good
    assert lock(clone) == before
