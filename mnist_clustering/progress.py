"""How far a run is: images a second and the time left, on a terminal and in a log."""

import sys
import time
from collections.abc import Iterable
from typing import Any

from tqdm import tqdm

# Seconds between two lines where there is no terminal, as in the logs of a cluster.
_EVERY = 30.0


def bar(
    iterable: Iterable[Any] | None = None, *, total: int | None = None, description: str = ""
) -> Any:
    """Show a progress bar (`tqdm.tqdm`) if standard error is a terminal."""
    return tqdm(iterable, total=total, desc=description, disable=None, leave=False)


class Progress:
    """Counts images. Those that were placed by an earlier run say nothing about the speed."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.placed = total, 0, 0
        self.begun = self.said = time.monotonic()
        self.bar: Any = bar(total=total, description="place")
        self.bar.unit, self.bar.unit_scale = " images", True

    def add(self, n: int, *, found: bool) -> None:
        """Count the images of a block."""
        self.done += n
        self.placed += 0 if found else n
        if found and not self.bar.disable:
            self.bar.initial += n
        self.bar.update(n)
        now = time.monotonic()
        if self.bar.disable and now - self.said >= _EVERY:
            self.said = now
            left = (self.total - self.done) / self.speed() if self.placed else 0
            print(
                f"place: {self.done:,} of {self.total:,} images, {self.speed():,.0f} a second, "
                f"{_time(left)} left",
                file=sys.stderr,
                flush=True,
            )

    def speed(self) -> float:
        """Images placed a second, so far."""
        return self.placed / max(time.monotonic() - self.begun, 1e-9)

    def close(self) -> None:
        """Take the bar away."""
        self.bar.close()


def _time(seconds: float) -> str:
    """Write a duration: 42 s, 12 min, 3.5 h."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
