"""Write the code that each stage depends on into dvc.yaml, as its script's imports tell."""

import re
from typing import Any

import yaml

from tools.imports import ROOT, closure

FILE = "dvc.yaml"
_STAGE = re.compile(r"  (\w+):\n")
_CODE = re.compile(r" *- stages/[\w/]+\.py\n")


def wired(text: str) -> str:
    """Return dvc.yaml with the code deps of every stage made anew.

    Parameters
    ----------
    text : str
        Of dvc.yaml. Comments, data deps and all else stay as they are.

    Returns
    -------
    str
        Each list of deps begins with the script of the stage, followed by all that it imports.
    """
    stages = yaml.safe_load(text)["stages"]
    lines: list[str] = []
    name = ""
    for line in text.splitlines(keepends=True):
        if found := _STAGE.fullmatch(line):
            name = found[1]
        if _CODE.fullmatch(line):
            continue
        lines.append(line)
        if line.strip() == "deps:":
            indent = " " * (len(line) - len(line.lstrip()))
            lines += [f"{indent}- {path}\n" for path in code(stages[name])]
    return "".join(lines)


def code(stage: Any) -> list[str]:
    """List the files that the command of a stage runs, its script first."""
    stage = stage.get("do", stage)
    roots = [f"{stage['cmd'].split()[2].replace('.', '/')}.py"]
    found = closure(roots)
    shared = {path for path in found if path.count("/") == 1} - set(roots)
    return [*roots, *sorted(shared), *sorted(found - shared - set(roots))]


def main() -> None:
    """Bring dvc.yaml up to date, and say whether it changed."""
    path = ROOT / FILE
    before = path.read_text(encoding="utf-8")
    after = wired(before)
    path.write_text(after, encoding="utf-8", newline="\n")
    print(f"wire: {FILE} {'is as it was' if after == before else 'written anew'}")


if __name__ == "__main__":
    main()
