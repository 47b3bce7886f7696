"""How soon the explorer shows something, and how fast it draws, in a browser without a GPU."""

import statistics
import time
from typing import Any

from dev.benchmarks import measure
from dev.benchmarks.measure import Options
from mnist_clustering.errors import InputError
from stages.workspace import ROOT
from tests.support.browser import MISSING, Browser, found

FOLDER = ROOT / "site"
SIZE = (1280, 860)
FRAMES = 60
# Milliseconds of one frame, of many drawn while the map turns or moves.
FRAME = """
(async () => {{
  const view = views[0];
  await showSource(view, "{key}");
  view.paint();
  const began = performance.now();
  for (let i = 0; i < {frames}; i++) {{
    if (view.dims === 3) view.rotate(0.05, 0.01);
    else view.shift[0] += i % 2 ? 3 : -3;
    view.paint();
  }}
  return (performance.now() - began) / {frames};
}})()
"""
# Milliseconds until a test image is placed, the first of which finds nothing computed before.
PLACED = """
readyPlacer().then((placer) => {
  const began = performance.now();
  for (let i = 0; i < 20; i++) placer.place(pixelsOf(data.n_train + i));
  return (performance.now() - began) / 20;
})
"""


def main(options: Options) -> None:
    """Open the finished page several times, and measure each time."""
    program = found()
    if program is None or not FOLDER.is_dir():
        raise InputError(f"the explorer cannot be measured: {MISSING}; make repro makes the page")
    rounds = [once(program) for _ in range(options.rounds)]
    taken = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    sizes = [file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()]
    measured = {name: round(value, 3) for name, value in taken.items()}
    found_all = {"explorer": measured | {"megabytes": round(sum(sizes) / 1e6, 1)}}
    measure.save("explorer", found_all, options.results)


def once(program: str) -> dict[str, Any]:
    """Measure one opening of the page, in a browser that has seen nothing before."""
    with Browser(program) as browser:
        browser.resize(*SIZE)
        began = time.perf_counter()
        browser.open(FOLDER / "index.html", "document.documentElement.dataset.ready")
        first = time.perf_counter() - began
        browser.wait("document.documentElement.dataset.ready === 'all'")
        return {
            "first_seconds": first,
            "all_seconds": time.perf_counter() - began,
            "frame_2d_ms": browser.run(FRAME.format(key="2d", frames=FRAMES)),
            "frame_3d_ms": browser.run(FRAME.format(key="3d", frames=FRAMES)),
            "placed_ms": browser.run(PLACED),
        }
