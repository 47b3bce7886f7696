"""Record the explorer in motion for the README, in a browser without a window, by a real mouse."""

import io
import sys
from collections.abc import Iterator

from PIL import Image

from dev.graph import ROOT
from tests.support.browser import Browser, found

PAGE = ROOT / "site" / "index.html"
PICTURE = ROOT / "docs" / "explorer.gif"
SIZE = (1080, 720)
COLOURS = 256
# Milliseconds of a frame in motion, and of those to be looked at.
QUICK, SHORT, LONG = 90, 900, 2400
# Down the shape of a seven, in shares of the paper.
SEVEN = [
    *((0.25 + 0.13 * step, 0.2) for step in range(4)),
    *((0.64 - 0.055 * step, 0.2 + 0.15 * step) for step in range(1, 5)),
]
# Clusters to point into, by their place among all, and how far from their middle: pixels.
VISITED, AROUND = range(0, 10, 2), (25, 45)
# A browser without a window shows no pointer.
_POINTER = """(() => {
  const arrow = document.body.appendChild(document.createElement("div"));
  arrow.style.cssText = "position:fixed;z-index:9999;pointer-events:none;width:16px;height:24px;" +
    "background:#000;clip-path:polygon(0 0,100% 62%,58% 64%,82% 96%,60% 100%,38% 68%,0 92%);" +
    "filter:drop-shadow(0 0 1px #fff)";
  addEventListener("pointermove", (event) => {
    arrow.style.left = event.clientX + "px"; arrow.style.top = event.clientY + "px";
  }, true);
})()"""
# Where on the page a row of the first map is.
_PLACE = """((row) => {
  const view = views[0], box = view.over.getBoundingClientRect();
  return [box.left + view.sx[row] / view.ratio, box.top + view.sy[row] / view.ratio];
})"""
# A row of a cluster that no picture covers.
_ROW = """((cluster, near, far) => {
  const place = %s, [x, y] = place(data.medoids[cluster]);
  for (let row = 0; row < data.n_train; row++) {
    const [left, top] = place(row), away = Math.hypot(left - x, top - y);
    if (data.cluster[row] === cluster && away > near && away < far && top < y + 10) return row;
  }
  return data.medoids[cluster];
})"""
Frame = tuple[Image.Image, int]
Place = tuple[float, float]


class Recorder:
    """Moves the pointer of a browser from place to place, and takes pictures on the way."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.at: Place = (SIZE[0] / 2, SIZE[1] - 30)
        browser.run(_POINTER)
        browser.mouse("mouseMoved", *self.at)

    def shot(self, time: int) -> Frame:
        """Take a picture of the window once it has been painted."""
        painted = "requestAnimationFrame(() => requestAnimationFrame(done))"
        self.browser.run(f"new Promise((done) => {painted})")
        return Image.open(io.BytesIO(self.browser.png())).convert("RGB"), time

    def go(self, place: Place, time: int, steps: int = 3, **more: int | str) -> Iterator[Frame]:
        """Move in steps, and stay."""
        start = self.at
        for step in range(1, steps + 1):
            x, y = (a + (b - a) * step / steps for a, b in zip(start, place, strict=True))
            self.browser.mouse("mouseMoved", x, y, **more)
            yield self.shot(QUICK if step < steps else time)
        self.at = place

    def click(self, place: Place, time: int) -> Iterator[Frame]:
        """Move, click, and stay."""
        yield from self.go(place, QUICK)
        self.browser.click(*place)
        self.browser.settle()
        yield self.shot(time)


def main() -> None:
    """Record, and write the animated picture."""
    program = found()
    if program is None or not PAGE.is_file():
        sys.exit("motion: it needs chromium on PATH, and the explorer, which make repro makes")
    with Browser(program) as browser:
        browser.resize(*SIZE)
        browser.prefer("light")
        browser.open(PAGE, "document.documentElement.dataset.ready === 'all'")
        recorder = Recorder(browser)
        frames = [*pointed(recorder), *drawn(recorder)]
    # One palette for all, so that what does not move costs nothing.
    sample = Image.new("RGB", (SIZE[0], 3 * SIZE[1]))
    for i, number in enumerate((0, len(frames) // 2, -1)):
        sample.paste(frames[number][0], (0, i * SIZE[1]))
    palette = sample.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE)
    first, *rest = (one.quantize(palette=palette, dither=Image.Dither.NONE) for one, _ in frames)
    times = [time for _, time in frames]
    first.save(PICTURE, save_all=True, append_images=rest, duration=times, loop=0, optimize=True)
    print(f"motion: {len(frames)} frames, {PICTURE.stat().st_size / 1e6:.2f} MB in {PICTURE}")


def pointed(recorder: Recorder) -> Iterator[Frame]:
    """Point at images on several islands, pin a mistake, and go on to one of its neighbours."""
    run = recorder.browser.run
    yield recorder.shot(LONG)
    for cluster in VISITED:
        row = run(f"{_ROW % _PLACE}({cluster}, {AROUND[0]}, {AROUND[1]})")
        yield from recorder.go(run(f"{_PLACE}({row})"), SHORT)
    yield from recorder.click(recorder.browser.seen("#image .thumb"), LONG)
    yield from recorder.click(recorder.browser.seen("#image .thumb"), LONG)


def drawn(recorder: Recorder) -> Iterator[Frame]:
    """Draw a seven."""
    browser = recorder.browser
    yield from recorder.click(browser.seen("#tabs button", "Draw"), QUICK)
    browser.wait("placer")
    left, top, right, _ = browser.box("byId('paper')")
    side = right - left
    start, *others = [(left + x * side, top + y * side) for x, y in SEVEN]
    yield from recorder.go(start, QUICK)
    browser.mouse("mousePressed", *start, button="left", buttons=1, clickCount=1)
    for place in others:
        yield from recorder.go(place, QUICK, 1, button="left", buttons=1)
    browser.mouse("mouseReleased", *recorder.at, button="left", clickCount=1)
    browser.wait("document.querySelector('#answer .answer') && views[0].star()")
    yield recorder.shot(LONG)


if __name__ == "__main__":
    main()
