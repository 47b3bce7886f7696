"""Files that are written beside a user's own: nothing of theirs is lost."""

import os

import pytest

from mnist_clustering.ledger import NAME, Ledger


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source.bin"
    path.write_bytes(b"one")
    os.utime(path, (1, 1))
    return path


def listing(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != NAME
    }


def test_what_was_written_is_replaced_and_what_was_edited_is_set_aside(tmp_path, source):
    home = tmp_path / "home"
    first = Ledger(home)
    first.write("table.csv", b"1")
    first.copy("model.bin", source)
    first.prune("nothing")
    assert (home / "model.bin").stat().st_mtime == 1
    (home / "table.csv").write_bytes(b"edited")
    source.write_bytes(b"two")
    told = []
    second = Ledger(home, lambda *names: told.append(names))
    second.write("table.csv", b"2")
    second.copy("model.bin", source)
    assert told == [("table.csv", "table.edited.csv")]
    (home / "table.csv").write_bytes(b"edited again")
    Ledger(home).write("table.csv", b"3")
    assert listing(home) == {
        "table.csv": b"3",
        "table.edited.csv": b"edited",
        "table.edited-2.csv": b"edited again",
        "model.bin": b"two",
    }


def test_what_is_offered_gives_way_to_a_users_own(tmp_path, source):
    home = tmp_path / "home"
    ledger = Ledger(home)
    for name in ("copied", "edited", "replaced"):
        ledger.offer_copy(f"sorted/{name}", source)
    ledger.offer_link("sorted/linked", source)
    ledger.offer_link("sorted/relinked", source)
    ledger.prune("sorted")
    assert (home / "sorted/linked").resolve() == source
    assert not (home / "sorted/linked").readlink().is_absolute()
    (home / "sorted/edited").write_bytes(b"theirs")
    (home / "sorted/replaced").unlink()
    (home / "sorted/replaced").mkdir()
    (home / "sorted/relinked").unlink()
    (home / "sorted/relinked").symlink_to("elsewhere")
    source.write_bytes(b"new")
    again = Ledger(home)
    for name in ("copied", "edited", "replaced", "linked", "relinked"):
        again.offer_copy(f"sorted/{name}", source)
    again.prune("sorted")
    assert again.kept == ["sorted/edited", "sorted/replaced", "sorted/relinked"]
    assert listing(home) == {
        "sorted/copied": b"new",
        "sorted/edited": b"theirs",
        "sorted/linked": b"new",
    }
    assert str((home / "sorted/relinked").readlink()) == "elsewhere"


def test_what_is_no_longer_written_goes_unless_it_was_edited(tmp_path, source):
    home = tmp_path / "home"
    first = Ledger(home)
    for name in ("a/stale", "a/edited", "b/stale", "c/stale"):
        first.offer_copy(f"sorted/{name}", source)
    first.write("sorted.csv", b"")
    first.prune("sorted")
    (home / "sorted/a/edited").write_bytes(b"theirs")
    (home / "sorted/a/own").write_bytes(b"theirs")
    (home / "sorted/c/line\nbreak").write_bytes(b"theirs")
    # Names of a user's own that a list with a name a line would have taken for those written.
    (home / "break").write_bytes(b"theirs")
    last = Ledger(home)
    last.offer_copy("sorted/a/new", source)
    last.prune("sorted")
    assert set(listing(home)) == {
        *("sorted.csv", "break", "sorted/a/edited", "sorted/a/own", "sorted/a/new"),
        "sorted/c/line\nbreak",
    }
    assert not (home / "sorted/b").exists()


@pytest.mark.parametrize("cut", ["", '["sorted/x', "\n\n"])
def test_a_run_that_was_killed_disowns_nothing(tmp_path, source, cut):
    home = tmp_path / "home"
    killed = Ledger(home)
    killed.offer_copy("sorted/old", source)
    killed.write("table.csv", b"1")
    with (home / NAME).open("a") as file:
        file.write(cut)
    source.write_bytes(b"new")
    again = Ledger(home)
    again.offer_copy("sorted/new", source)
    again.write("table.csv", b"2")
    again.prune("sorted")
    assert again.kept == []
    assert listing(home) == {"sorted/new": b"new", "table.csv": b"2"}


def test_a_source_that_is_gone_leaves_the_copy_that_there_is(tmp_path, source):
    ledger = Ledger(tmp_path / "home")
    ledger.copy("model.bin", source)
    source.unlink()
    with pytest.raises(FileNotFoundError):
        Ledger(tmp_path / "home").copy("model.bin", source)
    assert (tmp_path / "home/model.bin").read_bytes() == b"one"
