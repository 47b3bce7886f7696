"""Lint the explorer's scripts and check their types, where Node is at hand.

    python -m dev.scripts

Both tools are fetched by npx in fixed versions. Where that cannot be, it says so and passes: what
the scripts do is tested in a browser.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from dev.graph import ROOT
from mnist_clustering.pages import explorer as page

FOLDER = ROOT / "explorer"
TYPES = ("typescript@5.9.3", "tsc", "-p", str(ROOT / "jsconfig.json"))
# Of all scripts in one, as they run, in which a name that none uses shows.
LINT = (
    *("oxlint@1.94.0", "oxlint", "--disable-unicorn-plugin", "--disable-oxc-plugin"),
    *("--deny", "correctness", "--deny", "suspicious", "--deny", "no-shadow"),
    *("--deny", "eqeqeq", "--deny", "prefer-const", "--deny", "no-var", "--deny", "no-redeclare"),
)


def main() -> int:
    """Return 1 if there is a fault."""
    program = shutil.which("npx")
    if program is None:
        return _pass_over("there is no npx on PATH (apt-get install npm)")
    with tempfile.TemporaryDirectory() as folder:
        sources = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
        joined = Path(folder, page.BUNDLE)
        joined.write_text(page.bundle(sources)[page.BUNDLE], encoding="utf-8")
        for package, *command in (TYPES, (*LINT, str(joined))):
            fetch = [program, "--yes", "--package", package, "--"]
            if subprocess.run([*fetch, "true"], capture_output=True, cwd=folder).returncode:
                return _pass_over(f"npx cannot fetch {package}")
            if subprocess.run([*fetch, *command], cwd=folder).returncode:
                return 1
    return 0


def _pass_over(why: str) -> int:
    print(f"lint: the explorer's scripts are NOT checked: {why}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
