"""Build what a release page or an archive holds, offline, from a finished run: make release.

The wheel, the model, the explorer, the report, the crate, the cards of data and model, and a list
of digests. A second call writes the same bytes: no file knows another time than the commit's.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from dev import crate, finished
from dev.graph import ROOT
from dev.workspace import command_line
from stages.workspace import environment, project_files

RELEASE = "build/release"
DIGESTS = "SHA256SUMS"
LIBRARY = "mnist_clustering/"
COPIED = ("models/model.npz", "report.html", "docs/data_card.md", "docs/model_card.md")
# What the wheel is built from beside the library.
_PACKAGING = ("LICENSE", "README.md", "pyproject.toml")


def main() -> None:
    """Build the release of the workspace's run, and say what is in it."""
    build(ROOT, ROOT / RELEASE)
    for line in (ROOT / RELEASE / DIGESTS).read_text("utf-8").splitlines():
        name = line.partition("  ")[2]
        print(f"release: {(ROOT / RELEASE / name).stat().st_size / 1e6:6.2f} MB  {name}")


def build(root: Path, folder: Path) -> None:
    """Build the release of a finished run into a folder, in place of what was there."""
    date = finished.date(root)
    with finished.replaced(folder) as release, tempfile.TemporaryDirectory() as scratch:
        crate.write(root, Path(scratch) / "crate")
        archive(Path(scratch) / "crate", release / "crate.zip", date)
        wheel(root, Path(scratch) / "source", release, date)
        for path in COPIED:
            shutil.copyfile(root / path, release / Path(path).name)
        archive(root / "site", release / "explorer.zip", date)
        made = sorted(release.iterdir())
        lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in made]
        (release / DIGESTS).write_text("".join(lines), encoding="utf-8", newline="\n")


def wheel(root: Path, source: Path, folder: Path, date: int) -> None:
    """Build the library's wheel into a folder from ``source``, a copy of its files alone."""
    for name in project_files(root):
        if name.startswith(LIBRARY) or name in _PACKAGING:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, source / name)
            (source / name).chmod(0o644)
    words = ["wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    words += ["--disable-pip-version-check", "--wheel-dir", str(folder), str(source)]
    settings = {"SOURCE_DATE_EPOCH": str(date), "PIP_CONFIG_FILE": os.devnull}
    pip = [sys.executable, "-m", "pip", *words]
    # The wheel notes the modes of files, which depend on it.
    subprocess.run(pip, env=environment() | settings, umask=0o022, check=True)


def archive(folder: Path, target: Path, date: int) -> None:
    """Pack a folder: names sorted, one time, and no owner or mode of this machine's."""
    moment = time.gmtime(max(date, 315532800))[:6]  # 1980, where the times of ZIP begin.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(f"{target.stem}/{file.relative_to(folder).as_posix()}", moment)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            packed.writestr(info, file.read_bytes())


if __name__ == "__main__":
    command_line(main, "release", __doc__)
