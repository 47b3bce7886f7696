"""Write the page of ``dvc plots show``: the charts' code is in it, so that it needs no network.

    npm install --legacy-peer-deps --ignore-scripts vega@5.20.2 vega-lite@5.2.0 vega-embed@6.18.2
    python -m dev.plots_page node_modules

The versions are those that DVC's own page loads from the web. DVC takes the page by the setting
``plots.html_template`` of ``.dvc/config``.
"""

import json
import sys
from pathlib import Path

PAGE = Path(".dvc/plots.html")
# In the order in which they need one another; all three under the BSD 3-Clause licence.
PACKAGES = {"vega": "5.20.2", "vega-lite": "5.2.0", "vega-embed": "6.18.2"}


def page(modules: Path, before: str) -> str:
    """Put the packages of a folder ``node_modules`` in place of those that a page has."""
    head, _, rest = before.partition("<!-- vega ")
    parts = [head]
    for name, version in PACKAGES.items():
        folder = modules / name
        found = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
        if found != version:
            sys.exit(f"{folder} is version {found}, but DVC loads {version}")
        licence = (folder / "LICENSE").read_text(encoding="utf-8").strip()
        code = (folder / "build" / f"{name}.min.js").read_text(encoding="utf-8").strip()
        lines = [line for line in code.splitlines() if not line.startswith("//# sourceMappingURL")]
        parts += [f"<!-- {name} {version}\n\n{licence}\n-->\n", "<script>"]
        parts += ["\n".join(lines), "</script>\n"]
    return "".join([*parts, "<style>", rest.rpartition("<style>")[2]])


if __name__ == "__main__":
    made = page(Path(sys.argv[1]), PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(made, encoding="utf-8", newline="\n")
