#!/usr/bin/env bash
# Make an environment with what some extras of pyproject.toml need, as requirements.lock pins it and
# nothing else in it, or mend the one there is.
# Usage: dev/venv.sh [FOLDER EXTRA...], by default .venv pipeline dev.
# Each make target calls it: where all is well it says nothing and takes a tenth of a second.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- .venv pipeline dev
venv=$1
extras=("${@:2}")
lock=requirements.lock

# What is set for other environments must not lead packages elsewhere.
unset PYTHONPATH PYTHONHOME PYTHONSAFEPATH VIRTUAL_ENV PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT \
    PIP_DRY_RUN PIP_NO_BINARY PIP_ONLY_BINARY PIP_CONSTRAINT PIP_REQUIREMENT PIP_NO_DEPS \
    PIP_REQUIRE_VIRTUALENV PIP_PYTHON PIP_IGNORE_INSTALLED
export PIP_USER=0

fail() {
    echo "$*" >&2
    exit 1
}

# What the extras ask for, and the Python that was asked.
asked() {
    "$venv/bin/python" - "${extras[@]}" 2>/dev/null <<'PY'
import sys, tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
parts = [project["dependencies"], *map(project["optional-dependencies"].get, sys.argv[1:])]
print(f"# Python {sys.version_info[:2]}", *sum(parts, []), sep="\n")
PY
}

# What `.installed` holds: the digests of what decides, and the place (behind links).
stamp() {
    (cat "$lock" dev/venv.sh && asked) | cksum
    (cd "$venv" && pwd -P)
}

is_ready() { [ -f "$venv/.installed" ] && [ "$(cat "$venv/.installed")" = "$(stamp)" ]; }

is_ready && exit 0

# One at a time: a second make waits until the first has installed.
guard=$venv-lock
until mkdir "$guard" 2>/dev/null; do
    owner=$(cat "$guard/pid" 2>/dev/null || true)
    [ -w . ] || fail "$PWD cannot be written to: make a copy of it that can"
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
        rm -rf "$guard" # Its owner was killed.
        continue
    fi
    [ -n "${waiting:-}" ] || echo "Waiting for process $owner, which installs into $venv" >&2
    waiting=yes
    sleep 0.5
done
echo $$ >"$guard/pid"
trap 'rm -rf "$guard"' EXIT
is_ready && exit 0

# Settings that `activate` must keep out as make does.
keep_out() {
    printf '\n%s\n%s\n' "# What is set for other environments must not leak in." \
        "unset MPLBACKEND PYTHONPATH PYTHONSAFEPATH" >>"$venv/bin/activate"
}

# Only the folder is another: write the paths in the scripts anew, and install nothing.
is_moved() {
    [ -f "$venv/.installed" ] &&
        [ "$(stamp | sed 2d)" = "$(sed 2d "$venv/.installed")" ]
}

mend() {
    local base
    base=$("$venv/bin/python" -c 'import sys; print(sys._base_executable)')
    # A copy of itself would be written over while it runs.
    "$base" -m venv --without-pip "$venv"
    "$venv/bin/python" - "$(cd "$venv" && pwd -P)" <<'PY'
import sys
from importlib.metadata import distributions

from pip._vendor.distlib.scripts import ScriptMaker, enquote_executable

maker = ScriptMaker(None, f"{sys.argv[1]}/bin")
maker.executable = enquote_executable(f"{sys.argv[1]}/bin/python")
maker.clobber, maker.variants = True, {""}
for distribution in distributions():
    for script in distribution.entry_points.select(group="console_scripts"):
        maker.make(f"{script.name} = {script.value}")
PY
    keep_out
}

if is_moved; then
    echo "$venv was moved here from $(sed -n 2p "$venv/.installed"): mending its scripts" >&2
    mend
    stamp >"$venv/.installed"
    exit 0
fi

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
[ -n "$python" ] ||
    fail "${names[*]}: none of these is a Python 3.11 to 3.14 with venv" \
        "(Debian and Ubuntu: apt install python3-venv);" \
        "install one, or name it: make PYTHON=/path/to/python"

# Machines for which some package has no wheel, before anything is fetched.
machine=$("$python" -c '
import platform, sys
print(sys.platform, platform.machine(), platform.libc_ver()[0] or "-")')
case $machine in
"linux "*" glibc" | "darwin arm64 "*) ;;
"linux "*)
    fail "This system's C library is not glibc (Alpine's is musl), and llvmlite and others have no" \
        "wheels for it: use the Dockerfile, or a distribution with glibc such as Debian" ;;
"darwin x86_64 "*)
    fail "cryptography and others have no wheels for Macs with an Intel processor any more:" \
        "use the Dockerfile" ;;
*) fail "$machine: packages have no wheels for this machine; Linux, macOS and the Dockerfile do" ;;
esac
for name in PIP_CERT REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE; do
    [ -z "${!name:-}" ] || [ -e "${!name}" ] ||
        fail "$name names ${!name}, which does not exist: unset it (unset $name) and try again"
done

temporary=$(mktemp -d)
trap 'rm -rf "$guard" "$temporary"' EXIT
build=
pins=$lock
# openTSNE has no wheels for Linux on ARM: build its verified source there.
if [[ $machine = "linux aarch64"* || -n ${BUILD_OPENTSNE:-} ]]; then
    headers=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    command -v c++ >/dev/null && command -v cc >/dev/null && [ -f "$headers/Python.h" ] ||
        fail "openTSNE has no wheel for Linux on ARM and is built here, for which a C++ compiler" \
            "and Python's headers are missing (Debian and Ubuntu: apt install g++ python3-dev)"
    pins=$temporary/lock
    sed 's/^--no-binary .*/&\n--no-binary opentsne/' "$lock" >"$pins"
    build="cython numpy"
fi

[ ! -e "$venv/bin/python" ] || [ -f "$venv/.installed" ] || echo "$venv is not whole" >&2
echo "Installing $lock into $venv with $("$python" --version): a minute or two" >&2
rm -f "$venv/.installed"
"$python" -m venv --clear "$venv"
pip=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes)
install() {
    local package
    "${pip[@]}" "$@" 2> >(tee "$temporary/said" >&2) && return
    # What pip could not find for this Python or machine, in one sentence.
    package=$(sed -n 's/^ERROR: No matching distribution found for //p' "$temporary/said" | tail -n 1)
    [ -z "$package" ] ||
        fail "$package has no wheel for $("$python" --version) on $(uname -sm), or no package index" \
            "can be reached: take a Python from 3.11 to 3.14, as in make PYTHON=python3.14"
    exit 1
}
# The installer first, by an older one. Setuptools too: pip would else fetch whichever is newest.
awk '/^[^ ]/ {own = /^(pip|setuptools)==/} own' "$lock" >"$temporary/installer"
install --requirement "$temporary/installer"
# shellcheck disable=SC2086 # words
[ -z "$build" ] || install --no-build-isolation --constraint "$pins" $build
asked >"$temporary/asked"
install --no-build-isolation --constraint "$pins" --requirement "$temporary/asked"
keep_out
stamp >"$venv/.installed"
