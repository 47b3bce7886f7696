"""One browser with the explorer of the finished run, for all tests of a process."""

import json
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from tests.support import browser, firefox

PARTS = ("train_forward", "test")
READY = "document.documentElement.dataset.ready === 'all'"


@pytest.fixture(scope="session")
def chromium(request):
    """Start a browser; Firefox with ``--firefox``."""
    kind, start = browser, browser.Browser
    if request.config.getoption("firefox"):
        kind, start = firefox, firefox.Firefox
    program = kind.found()
    if program is None:
        warnings.warn(kind.MISSING, stacklevel=1)
        pytest.skip(kind.MISSING)
    with start(program) as started:
        yield started


@pytest.fixture(scope="module")
def explorer(chromium, finished):
    """Open the page, and wait until all is there."""
    folder, _ = finished
    chromium.resize(1280, 860)
    chromium.prefer("light")
    chromium.requests.clear()
    chromium.open(folder / "site/index.html", READY)
    return chromium


@pytest.fixture
def fresh(chromium, finished):
    """Open the page anew, and make sure that nothing was amiss at the end."""
    folder, _ = finished
    chromium.resize(1280, 860)
    chromium.prefer("light")
    chromium.open(folder / "site/index.html", READY)
    chromium.settle()
    yield chromium
    chromium.run("localStorage.clear()")
    assert chromium.console == []


@pytest.fixture(scope="session")
def known(finished):
    """What the stages found, train before test."""
    folder, _ = finished

    def both(path):
        parts = (np.load(folder / "data" / path.format(part)) for part in ("train", "test"))
        return np.concatenate(list(parts))

    names = json.loads((folder / "data/evaluate/names_clusters_2d.json").read_text())
    found = SimpleNamespace(
        folder=folder,
        labels=both("label/{}.npy"),
        clusters=both("recluster/clusters_2d/{}.npy"),
        flat=both("tsne/2d/{}.npy"),
        index=both("split/{}_indices.npy"),
        images=both("split/{}_images.npy"),
        near=np.concatenate(
            [np.load(folder / f"data/distortion/{p}_indices.npy")[:, :5] for p in PARTS]
        ),
        names=names,
        n_train=len(np.load(folder / "data/split/train_indices.npy")),
    )
    named = np.array([-1 if name is None else name for name in names["majority"]])
    found.mistaken = named[found.clusters] != found.labels
    return found
