"""Write the tables of README.md and docs anew."""

from dev.graph import ROOT
from dev.tables.documents import filled


def main() -> list[str]:
    """Write the documents that change; return their names."""
    changed = []
    for path, text in filled(ROOT).items():
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(str(path.relative_to(ROOT)))
    return changed


if __name__ == "__main__":
    print("tables:", ", ".join(main()) or "as they were")
