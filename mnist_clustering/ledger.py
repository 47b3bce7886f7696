"""Files written into a folder that its user works in too, whose own stay as they are."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mnist_clustering import files

NAME = ".made.jsonl"


class Ledger:
    """Writes files below a folder, and remembers by digests, in `NAME`, which are its own.

    A file that is there already and is not as it was written is the user's. `write` and `copy` set
    it aside under another name and tell of it; `offer_copy` and `offer_link` leave it where it is,
    and list it in ``kept``. A file is noted before it is written, so that a run that was killed
    is remembered.
    """

    def __init__(
        self, folder: Path, on_aside: Callable[[str, str], object] = lambda name, aside: None
    ) -> None:
        self.folder, self.on_aside = folder, on_aside
        self.kept: list[str] = []
        self._own: set[tuple[str, str]] = set()
        self._now: dict[str, str] = {}
        folder.mkdir(parents=True, exist_ok=True)
        noted = folder / NAME
        text = noted.read_text(encoding="utf-8", errors="replace") if noted.is_file() else ""
        for line in text.splitlines():
            # The last line may be cut short.
            if line.startswith('["') and line.endswith('"]'):
                name, mark = json.loads(line)
                self._own.add((name, mark))

    def write(self, name: str, data: bytes) -> None:
        """Write a file, unless it says so already."""
        wanted = hashlib.sha256(data).hexdigest()
        self._put(name, wanted, lambda path: path.write_bytes(data), yielding=False)

    def copy(self, name: str, source: Path) -> None:
        """Copy a file, unless the copy is there already."""
        self._put(name, _of_file(source), partial(shutil.copy2, source), yielding=False)

    def offer_copy(self, name: str, source: Path) -> None:
        """Copy a file, unless there is a user's own of that name."""
        self._put(name, _of_file(source), partial(shutil.copy2, source), yielding=True)

    def offer_link(self, name: str, source: Path) -> None:
        """Link to a file by a relative path, unless there is a user's own file of that name."""
        target = os.path.relpath(source, (self.folder / name).parent)
        self._put(name, _of_link(target), lambda path: path.symlink_to(target), yielding=True)

    def _put(
        self, name: str, wanted: str, make: Callable[[Path], object], *, yielding: bool
    ) -> None:
        path = self.folder / name
        found = _digest(path)
        if found != wanted:
            if found and (name, found) not in self._own:
                if yielding:
                    self.kept.append(name)
                    return
                self.move_aside(name)
            self._note(name, wanted)
            with files.output(path) as temporary:
                temporary.unlink(missing_ok=True)
                make(temporary)
        self._now[name] = wanted

    def move_aside(self, name: str) -> None:
        """Give a file another name, as if it had been edited."""
        path, number = self.folder / name, 1
        while os.path.lexists(aside := path.with_name(_edited(path, number))):
            number += 1
        path.rename(aside)
        self.on_aside(name, aside.relative_to(self.folder).as_posix())

    def _note(self, name: str, wanted: str) -> None:
        with (self.folder / NAME).open("a", encoding="utf-8") as file:
            file.write(f"\n{json.dumps([name, wanted])}\n")
        self._own.add((name, wanted))

    def prune(self, below: str) -> None:
        """Remove what earlier runs wrote below a folder and this one did not, if it is unedited."""
        for name, noted in sorted(self._own):
            path = self.folder / name
            if name.startswith(f"{below}/") and name not in self._now:
                found = _digest(path)
                if found == noted:
                    path.unlink()
                    _remove_empty(path.parent, self.folder / below)
                # An edit may be taken back: until then the file is the user's.
                if found in ("", noted):
                    self._own.discard((name, noted))
        self._save()

    def _save(self) -> None:
        self._own = {(name, noted) for name, noted in self._own if name not in self._now}
        self._own |= set(self._now.items())
        lines = (f"{json.dumps(entry)}\n" for entry in sorted(self._own))
        files.save_text(self.folder / NAME, "".join(lines))


def _digest(path: Path) -> str:
    """Digest what is at a path: nothing if there is nothing."""
    try:
        return _of_link(str(path.readlink())) if path.is_symlink() else _of_file(path)
    except FileNotFoundError:
        return ""
    except OSError as error:
        # A folder, or what may not be read: whatever it is, it was not written here.
        return f"unreadable: {error.errno}"


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _of_link(target: str) -> str:
    return f"link {os.fsencode(target).hex()}"


def _edited(path: Path, number: int) -> str:
    return f"{path.stem}.edited{'' if number == 1 else f'-{number}'}{path.suffix}"


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder that has become empty, and those above it, up to and with ``top``."""
    while folder.is_relative_to(top) and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
