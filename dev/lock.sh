#!/usr/bin/env bash
# Pin every package of pyproject.toml by version and digest, for CPython 3.11 and newer, and name no
# package index. Pins that still fit stay; `dev/lock.sh --upgrade` takes the newest of everything.
set -euo pipefail
cd "$(dirname "$0")/.."

# Settings of the user's must not decide what the lock holds.
for name in "${!UV_@}" "${!PIP_@}"; do unset "$name"; done
export PIP_CONFIG_FILE=/dev/null
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
python="$temporary/venv/bin/python"
"${PYTHON:-python3}" -m venv "$temporary/venv"
"$python" -m pip install --quiet --disable-pip-version-check uv==0.13.9

# Pure Python that was never published as a wheel; DVC needs it through hydra-core.
sdist=antlr4-python3-runtime
cp requirements.lock "$temporary/pins"
# One version of a package for all Pythons: results then do not depend on which one runs.
"$python" -m uv pip compile --quiet --no-config --universal --python-version 3.11 \
    --fork-strategy fewest --generate-hashes --no-annotate --no-header \
    --no-emit-index-url --no-emit-find-links --only-binary :all: --no-binary "$sdist" \
    --all-extras --group installer --output-file "$temporary/pins" "$@" pyproject.toml >/dev/null
{
    echo "# All that pyproject.toml asks for, every extra; made by 'make lock'."
    echo "--only-binary :all:"
    echo "--no-binary $sdist"
    cat "$temporary/pins"
} >"$temporary/lock"
mv "$temporary/lock" requirements.lock
