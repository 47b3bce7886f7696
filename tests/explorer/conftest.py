"""One browser with the explorer of the finished run, for all tests of a process."""

import warnings

import pytest

from tests.support import browser


@pytest.fixture(scope="session")
def chromium():
    program = browser.found()
    if program is None:
        warnings.warn(browser.MISSING, stacklevel=1)
        pytest.skip(browser.MISSING)
    with browser.Browser(program) as started:
        yield started


@pytest.fixture(scope="session")
def explorer(chromium, finished):
    """Open the page, and wait until all is there; each test begins with `fresh`."""
    folder, _ = finished
    chromium.resize(1280, 860)
    chromium.prefer("light")
    chromium.open(folder / "site/index.html", "document.documentElement.dataset.ready === 'all'")
    return chromium


@pytest.fixture
def fresh(explorer):
    """Return to how the page opens, and make sure that nothing was amiss at the end."""
    explorer.resize(1280, 860)
    explorer.run(
        "pin(-1); showBeside(false); setTheme('light'); setTool('move'); showPanel('image');"
        "part('other').value = '3d'; part('source').value = '2d'; showSource(views[0], '2d');"
        "change({colour: 'label', off: new Set(), chosen: null, title: '', hovered: -1});"
        "views[0].frame(); views[0].resize(); views[0].paint()"
    )
    yield explorer
    assert explorer.console == []
