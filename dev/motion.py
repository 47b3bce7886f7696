"""Record the explorer in motion for the README, in a browser without a window."""

import io
import sys
from collections.abc import Iterator

from PIL import Image

from dev.graph import ROOT
from tests.support.browser import Browser, found

PAGE = ROOT / "site" / "index.html"
PICTURE = ROOT / "docs" / "explorer.gif"
SIZE = (1080, 720)
COLOURS = 200
# Milliseconds of a frame in motion, and of one to be looked at.
QUICK, LONG = 110, 2200
# Down the shape of a seven, in shares of the paper.
SEVEN = [
    *((0.25 + 0.13 * step, 0.2) for step in range(4)),
    *((0.64 - 0.055 * step, 0.2 + 0.15 * step) for step in range(1, 5)),
]
Frame = tuple[Image.Image, int]


def main() -> None:
    """Record, and write the animated picture."""
    program = found()
    if program is None or not PAGE.is_file():
        sys.exit("motion: it needs chromium on PATH, and the explorer, which make repro makes")
    with Browser(program) as browser:
        browser.resize(*SIZE)
        browser.prefer("light")
        browser.open(PAGE, "document.documentElement.dataset.ready === 'all'")
        frames = [*course(browser), *footed(browser), *drawn(browser)]
    pictures = [frame.convert("RGB") for frame, _ in frames]
    # One palette for all, so that what does not move costs nothing.
    sample = Image.new("RGB", (SIZE[0], 3 * SIZE[1]))
    for i, one in enumerate((pictures[0], pictures[len(pictures) // 2], pictures[-1])):
        sample.paste(one, (0, i * SIZE[1]))
    palette = sample.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE)
    first, *rest = (one.quantize(palette=palette, dither=Image.Dither.NONE) for one in pictures)
    first.save(
        PICTURE, save_all=True, append_images=rest, duration=[time for _, time in frames], loop=0,
        optimize=True,
    )  # fmt: skip
    print(f"motion: {len(frames)} frames, {PICTURE.stat().st_size / 1e6:.2f} MB in {PICTURE}")


def shot(browser: Browser) -> Image.Image:
    """Take a picture of the window once it has been painted."""
    browser.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return Image.open(io.BytesIO(browser.png()))


def course(browser: Browser) -> Iterator[Frame]:
    """Play the course of the optimisation."""
    browser.run("showPanel('steps')")
    browser.wait("document.getElementById('scrubber')")
    for frame in range(0, int(browser.run("course.iterations.length")), 2):
        browser.run(f"showFrame({frame})")
        yield shot(browser), QUICK


def footed(browser: Browser) -> Iterator[Frame]:
    """Zoom in on the group of the cluster of ones that lies farthest from it, and pin an image."""
    browser.run(
        "change({ source: '2d' }); showPanel('image');"
        "globalThis.ones = data.named.indexOf(data.classes.indexOf('1'));"
        "globalThis.foot = data.group_medoids[groupsOf(ones)[0]]"
    )
    yield shot(browser), LONG // 2
    for step in range(1, 9):
        browser.run(
            f"(() => {{ const v = views[0]; v.scale = {1.36**step}; v.shift = [0, 0]; v.project();"
            f" v.shift = [v.sx[foot] - v.width / 2, v.sy[foot] - v.height / 2].map((x) =>"
            f" -x * {step / 8}); v.paintSoon() }})()"
        )
        yield shot(browser), QUICK
    browser.run("pin(foot)")
    yield shot(browser), LONG


def drawn(browser: Browser) -> Iterator[Frame]:
    """Draw a seven."""
    browser.run("pin(-1); views[0].frame(); showPanel('pad')")
    browser.wait("placer")
    left, top, side = browser.run(
        "(() => { const b = byId('paper').getBoundingClientRect();"
        " return [b.left, b.top, b.width] })()"
    )
    path = [(left + x * side, top + y * side) for x, y in SEVEN]
    browser.mouse("mousePressed", *path[0], button="left", buttons=1, clickCount=1)
    for place in path[1:]:
        browser.mouse("mouseMoved", *place, button="left", buttons=1)
        yield shot(browser), QUICK
    browser.mouse("mouseReleased", *path[-1], button="left", clickCount=1)
    browser.wait("document.querySelector('#answer .answer') && views[0].star()")
    yield shot(browser), LONG


if __name__ == "__main__":
    main()
