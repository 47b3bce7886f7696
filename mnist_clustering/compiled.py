"""Functions that numba compiles once for a machine, not once for each copy of the project.

numba keeps machine code beside a module, so that each clone and each experiment's folder would
compile for some seconds what the one before it had. Here the code is kept by the content of the
module in the user's cache. Import this only where it is used: numba takes a second.
"""

import os
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import numba

_config: Any = numba.config


class ByContent:
    """Where the code of a function lies: in a folder named after the content of its module.

    What else a module imports is no part of its name: compiled functions call only their like of
    the same module.
    """

    def __init__(self, function: Callable[..., Any], module: str) -> None:
        self._stamp = sha256(Path(module).read_bytes()).hexdigest()
        self._line = function.__code__.co_firstlineno
        base = _config.CACHE_DIR or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        self._folder = Path(base) / "mnist-clustering-compiled" / self._stamp[:16]

    @classmethod
    def from_function(cls, function: Callable[..., Any], module: str) -> Self | None:
        """Find the folder; None where nothing can be written, or where there is no file."""
        try:
            found = cls(function, module)
            found.ensure_cache_path()
        except OSError:
            return None
        return found

    def ensure_cache_path(self) -> None:
        """Make the folder; an OSError if it cannot be written in."""
        self._folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=self._folder).close()

    def get_cache_path(self) -> str:
        """Return the folder."""
        return str(self._folder)

    def get_source_stamp(self) -> str:
        """Return what the module's code is told by."""
        return self._stamp

    def get_disambiguator(self) -> str:
        """Return what tells functions of one name apart."""
        return str(self._line)


def compiled(function: Callable[..., Any]) -> Any:
    """Compile at the first call, to run beside other threads; keep the code where that can be."""
    before = getattr(_config, "CACHE_LOCATOR_CLASSES", "")  # Older versions have no choice.
    _config.CACHE_LOCATOR_CLASSES = f"{__name__}.{ByContent.__name__}"
    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)
    finally:
        _config.CACHE_LOCATOR_CLASSES = before
