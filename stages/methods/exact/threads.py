"""Work that is done by several threads at once."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import threadpool_limits


def spread(work: Callable[[int], object], starts: Iterable[int], n_jobs: int) -> None:
    """Call ``work`` with each start, on ``n_jobs`` threads; BLAS then takes no threads of its own.

    With one thread nothing is limited: then BLAS may use its own.
    """
    if n_jobs == 1:
        for start in starts:
            work(start)
        return
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(n_jobs) as pool:
        # The list raises what a thread has raised.
        list(pool.map(work, starts))
