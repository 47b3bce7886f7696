"""Open the explorer in a browser, and say where it is."""

import sys
import webbrowser

from dev.graph import ROOT

PAGE = ROOT / "site" / "index.html"


def main() -> None:
    """Open the page.

    Raises
    ------
    SystemExit
        If it has not been made yet.
    """
    if not PAGE.is_file():
        sys.exit(
            "explore: there is no explorer yet: make it by make repro, or fetch it by dvc pull"
        )
    opened = webbrowser.open(PAGE.as_uri())
    print(f"explore: {'opened' if opened else 'found no browser: open'} {PAGE.as_uri()}")


if __name__ == "__main__":
    main()
