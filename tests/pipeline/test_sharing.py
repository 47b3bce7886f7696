"""What one machine computed reaches another through a remote; what is damaged does not pass."""

import pytest

from tests.support import clones, graph

OUT = "data/recluster/2d/train.npy"
STAGE = "recluster@2"


def lock(folder):
    return (folder / "dvc.lock").read_text()


def cached(cache, folder, path=OUT):
    """Return the object of an output in a cache or a remote."""
    outs = graph.load_yaml("dvc.lock", folder)["stages"][STAGE]["outs"]
    md5 = next(out["md5"] for out in outs if out["path"] == path)
    return cache / "files" / "md5" / md5[:2] / md5[2:]


def damage(file):
    # DVC trusts what is read-only in its local cache without reading it.
    file.chmod(0o644)
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


@pytest.fixture
def shared(clone, tmp_path):
    """Push all results to a folder; return it, and a second clone that has git's files only."""
    remote, second = tmp_path / "remote", tmp_path / "second"
    clones.dvc(clone, "remote", "add", "--default", "folder", str(remote))
    clones.dvc(clone, "remote", "modify", "folder", "verify", "true")
    clones.commit(clone)
    clones.dvc(clone, "push")
    clones.run(tmp_path, "git", "clone", "--quiet", str(clone), str(second))
    config = f"[core]\n    site_cache_dir = {tmp_path / 'site'}\n"
    (second / ".dvc" / "config.local").write_text(config, encoding="utf-8")
    return remote, second


def test_a_second_machine_computes_nothing(clone, shared):
    _, second = shared
    clones.dvc(second, "pull")
    assert clones.repro(second) == set()
    assert lock(second) == lock(clone)
    for stage in graph.stages().values():
        for out in stage.outs:
            assert (second / out).read_bytes() == (clone / out).read_bytes(), out


def test_a_damaged_object_of_the_remote_is_refused_and_computed_again(clone, shared):
    remote, second = shared
    damage(cached(remote, clone))
    done = clones.dvc(second, "pull", code=None)
    assert OUT in done.stderr
    assert not (second / OUT).exists()
    assert clones.repro(second) == {STAGE}
    assert lock(second) == lock(clone)
    assert (second / OUT).read_bytes() == (clone / OUT).read_bytes()


def test_a_damaged_writable_object_of_the_cache_is_noticed_and_computed_again(clone):
    damage(cached(clone / ".dvc" / "cache", clone))
    good = (clone / OUT).read_bytes()
    (clone / OUT).unlink()
    before = lock(clone)
    assert clones.repro(clone) == {STAGE}
    assert (clone / OUT).read_bytes() == good
    assert lock(clone) == before


def test_a_damaged_output_is_put_right_from_the_cache(clone):
    good = (clone / OUT).read_bytes()
    damage(clone / OUT)
    clones.repro(clone)
    assert (clone / OUT).read_bytes() == good
