"""Write down what code each stage runs: the first stage, of which all others read their part.

A change of code, other than of comments and docstrings, runs the stages that import it, even
indirectly; so does another version of a library that they compute with.
"""

from pathlib import Path

from mnist_clustering import files
from stages import common, digests
from stages.imports import LOCK, Imports, pinned

OUTPUT = "data/code/{}.json"


def main() -> None:
    """Write the digests of all modules that a script imports, and the versions of libraries."""
    imports = Imports()
    known = digests.of(imports.names)
    versions = pinned(Path(LOCK).read_text(encoding="utf-8"))
    for script in imports.scripts():
        modules = sorted(imports.closure(script))
        libraries = sorted(imports.libraries(modules))
        files.save_json(
            OUTPUT.format(script.removeprefix("stages/").removesuffix(".py")),
            {
                "modules": {path: known[path] for path in modules},
                "libraries": {name: versions[name] for name in libraries},
            },
        )


if __name__ == "__main__":
    common.run(main)
