"""Fetching the files of a dataset from whichever source has them.

A source only supplies bytes. They are accepted as a file of the dataset if their SHA-256 is the
one stated in ``datasets``.
"""

import errno
import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from mnist_clustering.errors import InputError

PACKED = ".gz"
# In place of a digest: the archive that the file comes in is verified as a whole.
ARCHIVED = "archive"


class Unavailable(OSError):
    """A source cannot supply any file, so there is no point in asking it for another."""


class Source(Protocol):
    """A place that may have files of a dataset; ``str()`` gives its name."""

    def open(self, files: Mapping[str, str]) -> Callable[[str], bytes]:
        """Return a function that takes the name of one of these files and returns its bytes.

        Raises
        ------
        Unavailable
            If the source cannot supply any file; here or when the function is called.
        OSError
            When the function is called, if the source cannot supply this file.
        """


def fetch(
    files: Mapping[str, str], sources: Iterable[Source], note: Callable[[str], None]
) -> Iterator[tuple[str, bytes]]:
    """Fetch each file from the first source that has it: yield its name and verified bytes.

    Parameters
    ----------
    files : mapping of str to str
        Digest of each file by name, as `expected` returns them.
    sources : iterable of Source
        Tried in this order; each is asked for the files that are still missing.
    note : callable
        Takes a sentence about a source that did not supply everything it was asked for.

    Raises
    ------
    InputError
        If files are still missing after the last source; the message has the reasons.
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
                if digest == ARCHIVED and not hasattr(source, "digest"):
                    raise Unavailable("has single files, but only their archive can be verified")
                yield name, unpack(get(name), digest)
            except Unavailable:
                raise
            except OSError as error:
                _stop_if_full(error)
                reasons.append(f"{name} {error}")
    except OSError as error:
        _stop_if_full(error)
        reasons.append(str(error))


def _stop_if_full(error: OSError) -> None:
    """Raise an error again that says that the disk is full: no other source would help."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise error


def unpack(data: bytes, digest: str) -> bytes:
    """Unpack a file if it is gzipped, for some servers unpack it on the way; verify it.

    Parameters
    ----------
    digest : str
        SHA-256 or MD5 of the unpacked file, in hexadecimal; of the packed file with `PACKED` at its
        end. `ARCHIVED` where the archive was verified.

    Raises
    ------
    OSError
        If the file is a different one, or damaged.
    """
    if data[:256].lstrip().startswith(b"<"):
        raise OSError("is a web page instead of the file")
    gzipped = data.startswith(b"\x1f\x8b")
    if digest == ARCHIVED:
        return _gunzip(data) if gzipped else data
    if not digest.endswith(PACKED):
        data = _gunzip(data) if gzipped else data
        _verify(data, digest)
        return data
    if not gzipped:
        raise OSError("is not packed, but it is the packed file whose digest is known")
    _verify(data, digest.removesuffix(PACKED))
    return _gunzip(data)


def _gunzip(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise OSError("is damaged or cut short: it does not unpack") from error


def _verify(data: bytes, digest: str) -> None:
    """Compare bytes with a digest, whose length tells which one it is."""
    name, algorithm = ("MD5", hashlib.md5) if len(digest) == 32 else ("SHA-256", hashlib.sha256)
    actual = algorithm(data).hexdigest()
    if actual != digest:
        raise OSError(f"has {len(data)} bytes of {name} {actual[:8]}… instead of {digest[:8]}…")


def expected(files: Mapping[str, str]) -> dict[str, str]:
    """Turn the files of a description into digests by unpacked name, as `fetch` takes them.

    A digest is that of the packed file where a name ends in ``.gz``: then it ends in `PACKED`.
    """
    return {
        name.removesuffix(PACKED): digest + (PACKED if name.endswith(PACKED) else "")
        for name, digest in files.items()
    }
