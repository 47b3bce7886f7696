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
HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Plots</title>
{refresh_tag}
"""
# DVC lays pictures of several runs side by side in a table, each as wide as the file is.
BODY = """<style>
body { font-family: sans-serif; margin: 1rem; }
table { border-spacing: 1rem; }
td, th { vertical-align: top; }
img { max-width: 46vw; height: auto; }
</style>
</head>
<body>
{plot_divs}
</body>
</html>
"""


def page(modules: Path) -> str:
    """Put the three packages into one page, each below its licence.

    Parameters
    ----------
    modules : Path
        A folder ``node_modules`` that has them.

    Raises
    ------
    SystemExit
        If a version is another one.
    """
    parts = [HEAD]
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
    return "".join([*parts, BODY])


if __name__ == "__main__":
    PAGE.write_text(page(Path(sys.argv[1])), encoding="utf-8", newline="\n")
