"""What a stage reads must not change while it runs.

DVC looks at params, inputs and code after a stage has ended: were one of them edited meanwhile, the
old result would be locked, and kept in the run cache, as that of the new params, inputs or code.
"""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mnist_clustering import files
from mnist_clustering.errors import InputError
from stages import digests

CODE = "data/code/{}.json"
_AGAIN = "type the same command again"
# Watched otherwise: params by what the stage reads of them, code by its digests.
_NOT_INPUTS = (".py", "params.yaml", "params.schema.json")


class Watch:
    """Remembers what this process, a stage or ``code`` (None), reads and writes."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.root = f"{Path.cwd()}{os.sep}"
        self.read: dict[str, tuple[int, ...]] = {}
        self.written: set[str] = set()
        # Of this process, which ends with the stage: a hook cannot be taken away.
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            name = "" if flags & (os.O_WRONLY | os.O_RDWR) else self._inside(path)
            if name and (state := _state(name)):
                self.read.setdefault(name, state)
        elif event == "os.rename" and (name := self._inside(arguments[1])):
            self.written.add(name)

    def _inside(self, path: Any) -> str:
        """Return a path relative to the current folder; nothing where it does not concern us."""
        if not isinstance(path, str | bytes | os.PathLike):
            return ""
        name = os.fsdecode(path).removeprefix(self.root)
        hidden = name.startswith((os.sep, ".")) or f"{os.sep}." in name or "__pycache__" in name
        return "" if hidden or name.endswith(_NOT_INPUTS) else name

    def check_code(self) -> None:
        """Refuse code and libraries that are not those that the stage ``code`` wrote down."""
        if self.name is None:
            return
        path = Path(CODE.format(self.name))
        if not path.is_file():
            raise InputError(f"{path} is missing: dvc repro begins with the stage code, {_AGAIN}")
        noted = files.load_json(path)
        modules = noted["modules"]
        now = digests.of(modules)
        if changed := next((each for each in modules if modules[each] != now.get(each)), ""):
            raise InputError(f"{changed} has changed since the stage code looked at it: {_AGAIN}")
        found = digests.installed() if noted["libraries"] else {}
        for library, version in noted["libraries"].items():
            if found.get(library) != version:
                raise InputError(
                    f"{library} {found.get(library, '')} is installed, but results are those of "
                    f"{library} {version}: install requirements.lock"
                )

    def check(
        self, params: Mapping[tuple[str, str], Any], load: Callable[[], Mapping[str, Any]]
    ) -> None:
        """Check at the end that nothing has changed; remove what was written if something has.

        Parameters
        ----------
        params : mapping of (str, str) to object
            What the stage has read of params.yaml, by section and key.
        load : callable
            Reads what stands there now.

        Raises
        ------
        InputError
            If something has changed.
        """
        try:
            now = load() if params else {}
            for (section, key), value in params.items():
                if (given := now.get(section, {}).get(key)) != value:
                    raise InputError(
                        f"params.yaml has changed meanwhile ({section}.{key} was {value}, is "
                        f"{given}): the result is thrown away; {_AGAIN}"
                    )
            for path, state in self.read.items():
                if path not in self.written and _state(path) != state:
                    raise InputError(
                        f"{path} has changed meanwhile: the result is thrown away; {_AGAIN}"
                    )
            self.check_code()
        except InputError:
            for path in self.written:
                Path(path).unlink(missing_ok=True)
            raise


def _state(path: str) -> tuple[int, ...]:
    """Tell one state of a file from another; nothing where it is no file."""
    try:
        state = Path(path).stat()
    except OSError:
        return ()
    return (state.st_size, state.st_mtime_ns, state.st_ino)
