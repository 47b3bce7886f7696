"""Fixtures that several test files share, and which worker runs what."""

import shutil
import signal

import pytest

from tests.support import clones

# In the background of a shell Ctrl-C is ignored, and what the tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Files of which one worker runs all tests, because their fixtures take long.
TOGETHER = {
    "test_bits.py": "bits",
    "test_docs.py": "pipeline",
    "test_faults.py": "pipeline",
    "test_hermetic.py": "hermetic",
    "test_maps.py": "maps",
    "test_pipeline.py": "pipeline",
    "test_sharing.py": "pipeline",
    "test_studies.py": "pipeline",
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Group tests by file: xdist 3.8 does not find its own groups again under pytest 9.2."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByFixtures(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.partition("::")[0].rpartition("/")[2]
            return TOGETHER.get(file, nodeid)

    return ByFixtures(config, log)


@pytest.fixture(scope="session")
def finished():
    """Run dvc repro on small data: the folder, with results committed, and the stages that ran.

    Look, but do not touch: `clone` gives a copy.
    """
    with clones.small_copy() as folder:
        stages = clones.repro(folder)
        clones.commit(folder)
        yield folder, stages


@pytest.fixture
def clone(finished, tmp_path):
    """Copy the folder of `finished`, to do anything in."""
    folder, _ = finished
    return shutil.copytree(folder, tmp_path / "clone", symlinks=True)
