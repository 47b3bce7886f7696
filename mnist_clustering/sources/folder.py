"""A folder as a source of files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mnist_clustering.sources.fetching import Unavailable


@dataclass(frozen=True)
class Folder:
    """A folder, given by a path or a ``file://`` URL, with plain or gzipped (``.gz``) files."""

    location: str

    def __str__(self) -> str:
        return f"folder {self.location}"

    def open(self, files: Mapping[str, str]) -> Callable[[str], bytes]:
        """See `Source.open`."""
        try:
            folder = Path(self.location).expanduser()
        except RuntimeError as error:
            raise Unavailable(f"there is no such folder ({error})") from None
        if self.location.startswith("file:"):
            folder = Path(url2pathname(urlsplit(self.location).path))
        if not folder.is_dir():
            raise Unavailable("there is no such folder")

        def get(name: str) -> bytes:
            for path in (folder / name, folder / f"{name}.gz"):
                if path.is_file():
                    return path.read_bytes()
            raise OSError("is not there, neither plain nor as .gz")

        return get
