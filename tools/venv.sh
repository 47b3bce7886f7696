#!/usr/bin/env bash
# Make an environment with the packages of a lock, and nothing else in it.
# Usage: tools/venv.sh [FOLDER LOCK], by default .venv and requirements.lock.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${1:-.venv}
lock=${2:-requirements.lock}

# A name may be a shim that fails or belong to another environment: ask it who it really is.
probe='
import ensurepip, sys, venv
if sys.version_info >= (3, 11):
    print(getattr(sys, "_base_executable", sys.executable))
'
names=(python3.14 python3.13 python3.12 python3.11 python3 python)
[ -z "${PYTHON:-}" ] || names=("$PYTHON")
python=
for name in "${names[@]}"; do
    python=$("$name" -c "$probe" 2>/dev/null) && [ -n "$python" ] && break
    python=
done
if [ -z "$python" ]; then
    echo "${names[*]}: none of these is a Python 3.11 to 3.14 with venv;" \
        "install one, or name it: make PYTHON=/path/to/python" >&2
    exit 1
fi

echo "Installing $lock into $venv with $("$python" --version): a minute or two"
"$python" -m venv --clear "$venv"
pip=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes)
# The installer first. Setuptools too: pip would else fetch whichever is newest to build with.
install() {
    local log="$venv/pip.log" package
    "${pip[@]}" "$@" 2> >(tee "$log" >&2) && return
    # What pip could not find for this Python or machine, in one sentence.
    package=$(sed -n 's/^ERROR: No matching distribution found for //p' "$log" | tail -n 1)
    [ -z "$package" ] || echo "$package has no wheel for $("$python" --version) on $(uname -sm):" \
        "take a Python from 3.11 to 3.14, as in make PYTHON=python3.14" >&2
    exit 1
}
install --requirement requirements.build.lock
install --no-build-isolation --requirement "$lock"
touch "$venv/.installed"
