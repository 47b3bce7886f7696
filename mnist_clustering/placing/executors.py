"""Where work is done: in this process, in processes of this machine, or on a Dask cluster.

All have one form: a function and items go in, an `Outcome` for each item comes out, in the order
in which they end. An item that fails, or whose worker dies, is tried again; after `ATTEMPTS` the
outcome holds the reason.
"""

import argparse
import logging
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from mnist_clustering.errors import InputError

ATTEMPTS = 3
WHERE = "processes", "here", "dask"
# From where this package is imported, here and by workers.
ROOT = Path(__file__).resolve().parents[2]
# What is made here is for this machine alone: whoever reaches a scheduler can run code by it.
_LOOPBACK = "127.0.0.1"
# Seconds to wait for a scheduler.
_PATIENCE = 20
_KEPT = ": what is finished is kept; type the same command when it is back"
_DIED = "its worker died"
Work = Callable[[Any], Any]


class Outcome(NamedTuple):
    """What became of an item."""

    item: Any
    value: Any = None  # what the function returned
    error: str | None = None  # why it failed, if it did


def add_options(
    parser: argparse.ArgumentParser, workers: str, where: Sequence[str] = WHERE
) -> None:
    """Add the options that `map_items` takes; the first of ``where`` is the default."""
    add = parser.add_argument
    add("--on", choices=where, default=where[0], help=f"where to work (default: {where[0]})")
    add("--workers", type=positive, metavar="N", help=f"processes, default: {workers}")
    scheduler = "of a Dask cluster, tcp://… or tls://…; without it, dask makes one here"
    add("--scheduler", metavar="ADDRESS", help=scheduler)


def positive(text: str) -> int:
    """Read a whole number above 0."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def map_items(
    options: argparse.Namespace, n_workers: int, work: Work, items: Sequence[Any]
) -> Iterator[Outcome]:
    """Work where the options say (`add_options`), by so many workers unless they say."""
    n_workers = options.workers or n_workers
    if options.scheduler or options.on == "dask":
        return dask(work, items, n_workers, options.scheduler)
    if options.on == "here" or len(items) == 1:
        return here(work, items)
    return processes(work, items, n_workers)


def here(work: Work, items: Sequence[Any]) -> Iterator[Outcome]:
    """Work in this process."""
    for item in items:
        yield attempt(work, item)


def attempt(work: Work, item: Any) -> Outcome:
    """Call, and call again if it fails."""
    said = ""
    for _ in range(ATTEMPTS):
        try:
            return Outcome(item, work(item))
        except (Exception, SystemExit) as error:
            said = _sentence(error)
    return Outcome(item, error=said)


def _sentence(error: BaseException) -> str:
    if isinstance(error, InputError | OSError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def processes(work: Work, items: Sequence[Any], n_workers: int) -> Iterator[Outcome]:
    """Work in processes of this machine; the function is one of a module, which can be sent."""
    waiting = deque((item, 1) for item in items)
    running: dict[Future[Outcome], tuple[ProcessPoolExecutor, Any, int]] = {}
    # Each worker is a pool of its own: if one dies, it is known which item it had.
    spare = [_pool() for _ in range(min(n_workers, len(items)))]
    try:
        while waiting or running:
            while spare and waiting:
                pool = spare.pop()
                item, tries = waiting.popleft()
                running[pool.submit(attempt, work, item)] = pool, item, tries
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                pool, item, tries = running.pop(future)
                try:
                    outcome = future.result()
                except BrokenProcessPool:
                    pool.shutdown(wait=False)
                    spare.append(_pool())
                    if tries < ATTEMPTS:
                        waiting.append((item, tries + 1))
                        continue
                    outcome = Outcome(item, error=f"{_DIED}, {ATTEMPTS} times (out of memory?)")
                else:
                    spare.append(pool)
                yield outcome
    finally:
        for pool in [*spare, *(pool for pool, _, _ in running.values())]:
            _end(pool)


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin)


def _begin() -> None:
    """Leave Ctrl-C to the parent, and end with it even if it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _end(pool: ProcessPoolExecutor) -> None:
    """End a worker at once: what it had not finished is not there."""
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(cancel_futures=True)


def dask(
    work: Work, items: Sequence[Any], n_workers: int, address: str | None = None
) -> Iterator[Outcome]:
    """Work on a Dask cluster: at an address, or one of so many workers that is made here.

    Workers need this folder, and the files that items name, by the same paths. An address with
    ``tls://`` takes certificates from Dask's own settings.

    Raises
    ------
    InputError
        If there is no scheduler, it goes away, or its address is none.
    """
    try:
        from distributed import Client, LocalCluster, as_completed
    except ImportError:
        raise InputError(
            "distributed, which Dask clusters need, is not installed here: make dask installs it"
        ) from None
    root, sent = str(ROOT), pickle.dumps(work)

    # A function within a function is sent whole. What it calls is known where there is this folder,
    # which is so of the workers, but not of the scheduler: that sees bytes only.
    def call(item: bytes) -> bytes:
        if root not in sys.path:
            sys.path.insert(0, root)
        from mnist_clustering.placing.executors import attempt

        return pickle.dumps(attempt(pickle.loads(sent), pickle.loads(item)))

    # What a client that finds no scheduler logs says less than the sentence below.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        try:
            with ignore_sigint():
                cluster = address or stack.enter_context(
                    LocalCluster(
                        n_workers=n_workers,
                        threads_per_worker=1,
                        host=_LOOPBACK,
                        dashboard_address=f"{_LOOPBACK}:0",
                        silence_logs=logging.ERROR,
                    )
                )
            client = stack.enter_context(Client(cluster, timeout=_PATIENCE))
        except OSError as error:
            raise InputError(f"no Dask scheduler answers ({error}){_KEPT}") from None
        except (TypeError, ValueError) as error:
            raise InputError(
                f"--scheduler is {address}, which Dask does not take ({error}): give "
                "tcp://HOST:PORT, or tls://HOST:PORT with the certificates in Dask's settings"
            ) from None
        futures = {client.submit(call, pickle.dumps(item), pure=False): item for item in items}
        for future in as_completed(futures):
            if future.status in ("cancelled", "lost"):
                raise InputError(f"the Dask scheduler went away{_KEPT}")
            failure = future.exception()
            if failure is None:
                yield pickle.loads(future.result())
            else:
                yield Outcome(futures[future], error=_sentence(failure))


@contextmanager
def ignore_sigint() -> Iterator[None]:
    """Let processes that are started meanwhile leave Ctrl-C to this one."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
