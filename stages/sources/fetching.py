"""Get the files of a dataset from whichever source has them.

A source only hands over bytes. Whatever it gives is a file of the dataset if its SHA-256 is the
one that ``stages/datasets`` states, and nothing otherwise.
"""

import errno
import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from stages.methods.errors import InputError


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
