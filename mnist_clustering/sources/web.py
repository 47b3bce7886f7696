"""A web address as a source of files."""

import os
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from mnist_clustering.sources.fetching import PACKED, Unavailable, unpack

CACHE_VARIABLE = "MNIST_CLUSTERING_CACHE"
_ANSWER_SECONDS = 5
_READ_SECONDS = 20
_RETRIES = 2
# What names the file of trusted certificates, for requests.
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True)
class Web:
    """A web address that has the files as ``.gz``; verified ones are kept in a cache."""

    url: str

    def __str__(self) -> str:
        return self.url

    def open(self, files: Mapping[str, str]) -> Callable[[str], bytes]:
        """See `Source.open`."""
        import pooch  # Slow to import, and often not needed.
        from requests import RequestException

        _check_certificates()
        pooch.get_logger().setLevel("WARNING")
        # The key includes the digest, because all datasets use the same file names.
        keys = {name: f"{digest[:16]}-{name}" for name, digest in files.items()}
        kept = pooch.create(
            path=cache(),
            base_url=self.url,
            registry={keys[name]: _registered(digest) for name, digest in files.items()},
            urls={key: f"{self.url.rstrip('/')}/{name}.gz" for name, key in keys.items()},
            retry_if_failed=_RETRIES,
        )

        def get(name: str) -> bytes:
            def download_unpacked(url: str, output_file: str, _: object) -> None:
                ask(url)
                download(url, output_file)
                path = Path(output_file)
                unpacked = unpack(path.read_bytes(), files[name])
                # pooch verifies what is kept by the digest that is known.
                if not files[name].endswith(PACKED):
                    path.write_bytes(unpacked)

            try:
                return Path(kept.fetch(keys[name], downloader=download_unpacked)).read_bytes()
            except RequestException as error:
                raise Unavailable(f"broke off ({type(error).__name__})") from error

        return get


def cache() -> str:
    """Return the folder in which what was fetched is kept."""
    import pooch

    return os.environ.get(CACHE_VARIABLE) or str(pooch.os_cache("mnist-clustering"))


def _registered(digest: str) -> str:
    """Write a digest as pooch wants it."""
    digest = digest.removesuffix(PACKED)
    return f"{'md5' if len(digest) == 32 else 'sha256'}:{digest}"


def _check_certificates() -> None:
    """Refuse a setting under which no https:// address can be reached.

    Raises
    ------
    Unavailable
        If it names a file that does not exist.
    """
    for variable in _CERTIFICATES:
        path = os.environ.get(variable)
        if path:
            if not Path(path).exists():
                raise Unavailable(f"{variable} names {path}, which does not exist: unset it")
            return


def ask(url: str) -> None:
    """Find out within seconds whether a server answers.

    Behind a firewall that drops packets, a request waits for its timeout at each address of the
    host in turn, and S3 has eight. Waiting for a daemon thread bounds the total time.
    """
    import requests

    answer: Future[requests.Response] = Future()

    def head() -> None:
        try:
            answer.set_result(requests.head(url, timeout=_ANSWER_SECONDS))
        except (requests.RequestException, OSError) as error:
            answer.set_exception(error)

    Thread(target=head, daemon=True).start()
    try:
        answer.result(_ANSWER_SECONDS)
    except TimeoutError as error:
        raise Unavailable(f"no answer within {_ANSWER_SECONDS} s") from error
    except (requests.RequestException, OSError) as error:
        raise Unavailable(f"cannot be reached ({type(error).__name__})") from error


def download(url: str, output_file: str) -> None:
    """Download one file, with a progress bar on a terminal.

    pooch retries after a `requests` exception, which is right for a broken transfer. A refusal
    (status 4xx) would be the same the next time, so it is raised as an `OSError`.
    """
    from pooch import HTTPDownloader
    from requests import HTTPError

    fetch = HTTPDownloader(
        progressbar=sys.stderr.isatty(),
        chunk_size=1 << 16,
        timeout=(_ANSWER_SECONDS, _READ_SECONDS),
    )
    try:
        fetch(url, output_file, None)
    except HTTPError as error:
        status = error.response.status_code if error.response is not None else 500
        if status < 500:
            raise OSError(f"is refused with status {status}") from error
        raise
