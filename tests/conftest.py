"""Fixtures that several folders of tests share, and the order in which tests run."""

import gc
import os
import signal
from collections import Counter

import pytest

# What `make test ARGS=…` was called with is not for the makes that tests start.
for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "ARGS"):
    os.environ.pop(name, None)

# Several workers share the cores: no thread may spin while it waits for another, as OpenMP's do.
# Results do not depend on it, of which test_bits makes sure.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# In the background of a shell Ctrl-C is ignored, and what the tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    """Take the browser for the tests of the explorer's gestures."""
    parser.addoption("--firefox", action="store_true", help="for tests/explorer/test_gestures.py")


def pytest_terminal_summary(terminalreporter):
    """Say in one line what was not tested, and how to have it tested."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    # What scikit-learn leaves out of its own checks is not for want of anything here.
    said = [f"{n} tests ({why})" for why, n in reasons.items() if "SCIPY_ARRAY_API" not in why]
    if said:
        terminalreporter.write_line(f"Not run: {'; '.join(said)}")


def pytest_collection_modifyitems(items):
    """Begin with the finished run and end with the tests that need it, the quick ones last.

    One of several workers then makes it while the others do what needs none, and none waits long
    for another at the end.
    """
    users = [item for item in items if "finished" in getattr(item, "fixturenames", ())]
    users.sort(key=lambda item: "clone" not in item.fixturenames)
    others = [item for item in items if item not in set(users)]
    items[:] = [*users[:1], *others, *users[1:]]
    gc.freeze()  # What has been imported by now is looked through in vain.


@pytest.fixture(scope="session")
def finished(tmp_path_factory, request):
    """Return the folder of a finished run on small data, and the stages that ran.

    Look, but do not touch: `clone` gives a copy.
    """
    from tests.support import clones  # This imports DVC, which most tests do without.

    base = tmp_path_factory.getbasetemp()
    return clones.finished_once(base.parent if hasattr(request.config, "workerinput") else base)


@pytest.fixture
def clone(finished, tmp_path):
    """Copy the folder of `finished`, to do anything in."""
    from tests.support import clones

    folder, _ = finished
    return clones.copy(folder, tmp_path / clones.NAME)


@pytest.fixture(scope="session")
def path(tmp_path_factory):
    """Return the path of a model that is fitted to digits."""
    from tests.support import fitted as small

    path = tmp_path_factory.mktemp("model") / "model.npz"
    small.save(path)
    return path


@pytest.fixture(scope="session")
def fitted(path):
    """Return the model."""
    import predict

    return predict.load_model(path)


@pytest.fixture(scope="session")
def test_images():
    """Return images that it was not fitted to."""
    from tests.support.real import TEST_IMAGES

    return TEST_IMAGES
