"""Write down what code each stage runs: the first stage, of which all others read their part.

A change of code, other than of comments and docstrings, runs the stages that import it, even
indirectly; so does another version of a library that they compute with.
"""

from pathlib import Path
from typing import Any

from mnist_clustering import files
from stages import common, digests
from stages.imports import LOCK, Imports, pinned

OUTPUT = "data/code/{}.json"


def main() -> None:
    """Write a file for each script."""
    for name, content in described().items():
        files.save_json(OUTPUT.format(name), content)


def described() -> dict[str, dict[str, Any]]:
    """Describe by script the digests of all modules it imports, and the versions of libraries."""
    imports = Imports()
    known = digests.of(imports.names)
    versions = pinned(Path(LOCK).read_text(encoding="utf-8"))
    found = {}
    for script in imports.scripts():
        modules = sorted(imports.closure(script))
        found[Path(script).stem] = {
            "modules": {path: known[path] for path in modules},
            "libraries": {name: versions[name] for name in sorted(imports.libraries(modules))},
        }
    return found


if __name__ == "__main__":
    common.run(main)
