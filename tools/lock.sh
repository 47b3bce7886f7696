#!/usr/bin/env bash
# Pin every package by version and digest, for CPython 3.11 to 3.13, and name no package index.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=(python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes
    --no-emit-index-url --no-emit-find-links --no-header --no-config "$@")
sdist=antlr4-python3-runtime
body=$(UV_FIND_LINKS='' "${uv[@]}" --extra dev --only-binary :all: --no-binary "$sdist" pyproject.toml)
{
    echo "# Made from pyproject.toml by 'make lock'. Wheels only, but for one package of pure Python"
    echo "# that was never published as a wheel and that DVC needs through hydra-core."
    echo "--only-binary :all:"
    echo "--no-binary $sdist"
    echo "$body"
} >requirements.lock
{
    echo "# Made by 'make lock'. What builds the one package without a wheel; installed first."
    echo "--only-binary :all:"
    echo "setuptools==$(sed -n 's/^setuptools==\([^ ]*\).*/\1/p' requirements.lock)" | "${uv[@]}" -
} >requirements.build.lock
python -m tools.versions
