"""Write ``stages/versions.yaml``: the pinned versions of the libraries that stages compute with."""

import re
from pathlib import Path

LOCK = Path("requirements.lock")
VERSIONS = Path("stages/versions.yaml")
LIBRARIES = (
    "kneed",
    "llvmlite",
    "matplotlib",
    "numba",
    "numpy",
    "openTSNE",
    "pillow",
    "scikit-learn",
    "scipy",
)


def versions(lock: str) -> str:
    """Extract the versions of `LIBRARIES` from the text of requirements.lock."""
    pinned = {
        name.lower(): version
        for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, flags=re.MULTILINE)
    }
    lines = [f'{library}: "{pinned[library.lower()]}"' for library in LIBRARIES]
    header = "# Made from requirements.lock by 'make lock'; part of the cache key of every stage."
    return "\n".join([header, *lines]) + "\n"


if __name__ == "__main__":
    VERSIONS.write_text(versions(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
