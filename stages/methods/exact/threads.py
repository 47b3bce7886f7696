"""Work distributed over threads."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import threadpool_limits


def spread(work: Callable[[int], object], starts: Iterable[int], n_jobs: int) -> None:
    """Call ``work`` with each start on ``n_jobs`` threads.

    Meanwhile BLAS is limited to one thread per call. With ``n_jobs`` of 1, BLAS may use threads
    of its own.
    """
    if n_jobs == 1:
        for start in starts:
            work(start)
        return
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(n_jobs) as pool:
        # Consuming the results raises what a thread has raised.
        list(pool.map(work, starts))
