#!/usr/bin/env bash
# Pin every package by version and digest, for CPython 3.11 and newer, and name no package index.
# Pins that still fit stay; `dev/lock.sh --upgrade` takes the newest of everything.
set -euo pipefail
cd "$(dirname "$0")/.."

# Settings of the user's must not decide what the locks hold.
for name in "${!UV_@}" "${!PIP_@}"; do unset "$name"; done
export PIP_CONFIG_FILE=/dev/null
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
python="$temporary/venv/bin/python"
"${PYTHON:-python3}" -m venv "$temporary/venv"
"$python" -m pip install --quiet --disable-pip-version-check uv==0.13.9

# Pure Python that was never published as a wheel; DVC needs it through hydra-core.
sdist=antlr4-python3-runtime
flags=("$@")

# Usage: pin LOCK TITLE REQUIREMENT..., where LOCK holds the pins to keep.
pin() {
    local lock=$1 title=$2
    shift 2
    cp "$lock" "$temporary/pins"
    # One version of a package for all Pythons: results then do not depend on which one runs.
    "$python" -m uv pip compile --quiet --no-config --universal --python-version 3.11 \
        --fork-strategy fewest --generate-hashes --no-annotate --no-header \
        --no-emit-index-url --no-emit-find-links --only-binary :all: --no-binary "$sdist" \
        --output-file "$temporary/pins" ${flags[@]+"${flags[@]}"} "$@" >/dev/null
    {
        echo "# $title; made by 'make lock'."
        echo "--only-binary :all:"
        echo "--no-binary $sdist"
        cat "$temporary/pins"
    } >"$temporary/lock"
    mv "$temporary/lock" "$lock"
}

pin requirements.lock "All that pyproject.toml asks for" \
    --extra pipeline --extra dev pyproject.toml
pin requirements.peers.lock "The same, and what benchmarks compare with" \
    --extra pipeline --extra peers --constraint requirements.lock pyproject.toml
pin requirements.dask.lock "The same, and what clusters and parquet need" \
    --extra pipeline --extra dev --extra dask --constraint requirements.lock pyproject.toml
{
    grep -o '^setuptools==[^ ]*' requirements.lock
    echo pip
    # For openTSNE, which has no wheels there.
    echo 'cython ; sys_platform == "linux" and platform_machine == "aarch64"'
} >"$temporary/build.in"
pin requirements.build.lock "What installs requirements.lock" "$temporary/build.in"
