"""Open the explorer, or the page of the audit, in a browser, and say where it is."""

import sys
import webbrowser

from dev.graph import ROOT

PAGES = {"explore": ROOT / "site/index.html", "audit": ROOT / "data/audit/audit.html"}


def main(name: str = "explore") -> None:
    """Open a page.

    Raises
    ------
    SystemExit
        If it has not been made yet.
    """
    page = PAGES[name]
    if not page.is_file():
        sys.exit(f"{name}: there is no page yet: make it by make repro, or fetch it by dvc pull")
    opened = webbrowser.open(page.as_uri())
    print(f"{name}: {'opened' if opened else 'found no browser: open'} {page.as_uri()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
