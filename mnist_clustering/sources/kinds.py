"""The kinds of sources that a dataset's description may name; the larger ones have own modules."""

import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mnist_clustering.errors import InputError
from mnist_clustering.sources import web
from mnist_clustering.sources.digits import Builtin
from mnist_clustering.sources.fetching import ARCHIVED, Source, Unavailable
from mnist_clustering.sources.npm import Npm
from mnist_clustering.sources.web import Web


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


@dataclass(frozen=True)
class Archive:
    """A zip archive on the web, whose SHA-256 vouches for what is in it."""

    url: str
    digest: str
    train: str  # what the names of members begin with, in place of "train" and "t10k"
    test: str

    def __str__(self) -> str:
        return self.url

    def open(self, files: Mapping[str, str]) -> Callable[[str], bytes]:
        """See `Source.open`."""
        import pooch  # Slow to import, and often not needed.
        from requests import RequestException

        def download(url: str, output_file: str, _: object) -> None:
            web.ask(url)
            web.download(url, output_file)

        pooch.get_logger().setLevel("WARNING")
        print(f"download: {self.url} is large; it is fetched once", file=sys.stderr, flush=True)
        try:
            path = pooch.retrieve(
                self.url, f"sha256:{self.digest}", path=web.cache(), downloader=download
            )
        except RequestException as error:
            raise Unavailable(f"broke off ({type(error).__name__})") from error
        except ValueError as error:
            raise Unavailable("is not the archive that is described") from error

        def get(name: str) -> bytes:
            if files[name] != ARCHIVED:
                raise OSError("has a digest of its own: ask another source")
            member = name.replace("train", self.train, 1).replace("t10k", self.test, 1)
            with zipfile.ZipFile(path) as archive:
                for candidate in (member, f"{member}.gz"):
                    if candidate in archive.namelist():
                        return archive.read(candidate)
            raise OSError(f"is not in the archive as {member}, neither plain nor as .gz")

        return get


KINDS: dict[str, Callable[..., Source]] = {
    "folder": Folder,
    "web": Web,
    "npm": Npm,
    "builtin": Builtin,
    "archive": Archive,
}


def mirror(location: str) -> Source:
    """Return the source at a web address or in a folder."""
    return (Web if location.startswith(("http://", "https://")) else Folder)(location)


def make(entry: Mapping[str, str]) -> Source:
    """Create a source from its entry in a dataset's description: its kind, and its fields.

    Raises
    ------
    InputError
        If the kind is unknown, or if the fields are not those of the kind.
    """
    fields = dict(entry)
    try:
        return KINDS[fields.pop("kind")](**fields)
    except (KeyError, TypeError) as error:
        raise InputError(
            f"a dataset's source is {dict(entry)}, but allowed are the kinds folder (location), "
            "web (url), npm (package, folder), builtin (name), archive (url, digest, train, test)"
        ) from error
