"""Say by which ways the files of the dataset in use can be had from here."""

import shutil
import subprocess
import sys
from pathlib import Path

from dev import graph
from mnist_clustering.sources import description, kinds, web
from mnist_clustering.sources.fetching import Source
from mnist_clustering.sources.kinds import Archive, Folder
from mnist_clustering.sources.npm import Npm
from mnist_clustering.sources.web import Web

_NPM_SECONDS = 10


def main() -> None:
    """Print a line for each source; fail if there is no way."""
    params = graph.load_yaml(graph.PARAMS)["download"]
    sources = [
        kinds.make(entry) for entry in description.load(params["dataset"]).get("sources", [])
    ]
    if params["mirror"] is not None:
        sources.insert(0, kinds.mirror(params["mirror"]))
    reasons = [obstacle(source) for source in sources]
    for source, reason in zip(sources, reasons, strict=True):
        print(f"note  {source}: {reason}" if reason else f"ok    {source}")
    if reasons and all(reasons):
        print(
            f"BAD   no way to {params['dataset']}: put its files into a folder, and set "
            "download.mirror in params.yaml to its path"
        )
        sys.exit(1)


def obstacle(source: Source) -> str:
    """Say why a source cannot give files, or nothing if it seems that it can."""
    try:
        match source:
            case Web() | Archive():
                web._check_certificates()
                web.ask(source.url)
            case Npm(package):
                return _obstacle_of_npm(package)
            case Folder(location) if not Path(location).is_dir():
                return "there is no such folder"
    except OSError as error:
        return str(error)
    return ""


def _obstacle_of_npm(package: str) -> str:
    """Ask npm's registry for a package, for npm alone fetches nothing."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not on PATH"
    command = [npm, "view", package, "dist.tarball", "--fetch-retries=0", "--loglevel=error"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_NPM_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"npm's registry gave no answer within {_NPM_SECONDS} s"
    if done.returncode or not done.stdout.strip():
        said = (done.stderr.strip() or "it knows no such package").splitlines()[0]
        return f"npm's registry cannot give it ({said})"
    return ""


if __name__ == "__main__":
    main()
