"""A zip archive on the web as a source of files, verified as a whole."""

import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mnist_clustering.sources import web
from mnist_clustering.sources.fetching import ARCHIVED, Unavailable


@dataclass(frozen=True)
class Archive:
    """A zip archive whose digest vouches for what is in it."""

    url: str
    digest: str  # SHA-256 of the archive
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
