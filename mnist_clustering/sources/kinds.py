"""The kinds of sources that a dataset's description may name."""

from collections.abc import Callable, Mapping

from mnist_clustering.errors import InputError
from mnist_clustering.sources.archive import Archive
from mnist_clustering.sources.digits import Builtin
from mnist_clustering.sources.fetching import Source
from mnist_clustering.sources.folder import Folder
from mnist_clustering.sources.npm import Npm
from mnist_clustering.sources.web import Web

KINDS: dict[str, Callable[..., Source]] = {
    "folder": Folder,
    "web": Web,
    "npm": Npm,
    "builtin": Builtin,
    "archive": Archive,
}


def make(entry: Mapping[str, str]) -> Source:
    """Create a source from its entry in a dataset's description.

    Parameters
    ----------
    entry : mapping of str to str
        ``kind`` and its fields: ``folder`` (location), ``web`` (url), ``npm`` (package, folder),
        ``builtin`` (name) or ``archive`` (url, digest, train, test).

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
