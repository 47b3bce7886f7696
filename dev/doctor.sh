#!/usr/bin/env bash
# Look for what goes wrong on a machine: one line each, and what to do. Needs no Python to begin with.
set -euo pipefail
cd "$(dirname "$0")/.."

faults=0
ok() { printf 'ok    %s\n' "$*"; }
note() { printf 'note  %s\n' "$*"; }
bad() {
    printf 'BAD   %s\n' "$*"
    faults=$((faults + 1))
}
# Root may write everywhere but on a file system that is read-only: try.
can_write() {
    local probe
    probe=$(mktemp -d "$1/.probe-XXXXXX" 2>/dev/null) && rmdir "$probe"
}

# The folder.
if ! command -v git >/dev/null; then
    if [ -e .git ]; then bad "git is missing in this clone: install it (apt install git)"; else
        note "no git: experiments need it, make repro, test, smoke, verify and predict do not"
    fi
elif said=$(git rev-parse --show-toplevel 2>&1); then
    ok "clone of git, $(git --version | cut -d' ' -f3)"
    [ "$(git rev-parse --is-shallow-repository)" = false ] ||
        bad "shallow clone: experiments run with --temp or by the queue lose their results; type" \
            "git fetch --unshallow"
    [ -n "$(git config user.email || true)" ] ||
        bad "git has no identity, which dvc exp run needs: git config user.name NAME &&" \
            "git config user.email ADDRESS"
    [ -z "$(git ls-files -u dvc.lock)" ] ||
        bad "dvc.lock has a merge conflict: git checkout --theirs dvc.lock && make repro"
elif [[ $said == *"dubious ownership"* ]]; then
    bad "the clone belongs to another user: chown it, or type" \
        "git config --global --add safe.directory '$PWD'"
else
    note "not a clone of git: experiments need one (git init && git add . && git commit -m start)"
fi
if LC_ALL=C grep -q '[^ -~]' <<<"$PWD"; then
    bad "the path has letters beyond ASCII: dvc exp run --temp, the queue and dvc remote add fail" \
        "in it, all else works; move the folder for these"
else ok "path of plain letters"; fi
can_write "$PWD" || bad "the folder cannot be written to"
site=${DVC_SITE_CACHE_DIR:-/var/tmp}
until [ -e "$site" ]; do site=$(dirname "$site"); done
can_write "$site" ||
    bad "$site cannot be written to, where DVC keeps its locks: type" \
        "dvc config --local core.site_cache_dir FOLDER, with a folder that can be"
[ ! -L .venv ] || note ".venv is a link; make mends the environment that it leads to"

# Python.
python=${PYTHON:-}
for name in ${python:+"$python"} .venv/bin/python python3.14 python3.13 python3.12 python3.11 python3; do
    version=$("$name" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3] if sys.version_info >= (3, 11) else "")' \
        2>/dev/null) && [ -n "$version" ] && break
    version=
done
if [ -z "$version" ]; then bad "no Python 3.11 to 3.14: install one (apt install python3 python3-venv)"; else
    ok "Python $version ($name)"
    "$name" -c 'import ensurepip, venv' 2>/dev/null ||
        bad "this Python cannot make environments: apt install python3-venv"
fi
case "$(uname -sm)" in
"Linux aarch64")
    if command -v c++ >/dev/null; then ok "a C++ compiler, with which openTSNE is built on ARM"; else
        bad "openTSNE has no wheel for Linux on ARM and is built: apt install g++ python3-dev"
    fi ;;
"Linux x86_64" | "Darwin arm64") ok "$(uname -sm) has wheels of all packages" ;;
*) bad "$(uname -sm) has no wheels of some package: use the Dockerfile" ;;
esac
! ldd --version 2>&1 | grep -qi musl || bad "musl (Alpine) has no wheels of llvmlite: use the Dockerfile"

# What other tools have set.
inherited=
for name in MPLBACKEND PYTHONPATH PYTHONHOME PYTHONSAFEPATH PIP_USER PIP_TARGET PIP_PREFIX VIRTUAL_ENV; do
    [ -z "${!name:-}" ] || inherited+=" $name"
done
[ -z "$inherited" ] || note "set by something else, and kept out by make:$inherited"
for name in REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE PIP_CERT; do
    [ -z "${!name:-}" ] || [ -e "${!name}" ] ||
        bad "$name names ${!name}, which does not exist: unset $name"
done
[[ ${OMP_NUM_THREADS:-1} =~ ^[1-9][0-9]{0,4}$ ]] ||
    note "OMP_NUM_THREADS is '$OMP_NUM_THREADS', no number of threads: it counts as not set"

# What there is room for.
cores=$(getconf _NPROCESSORS_ONLN)
quota=
if [ -r /sys/fs/cgroup/cpu.max ]; then read -r most period </sys/fs/cgroup/cpu.max
    [ "$most" = max ] || quota=$(((most + period - 1) / period)); fi
ok "$cores cores${quota:+, of which this container may use $quota}"
memory=$(awk '/^MemAvailable/ {print int($2 / 1024)}' /proc/meminfo 2>/dev/null || true)
limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || true)
if [[ $limit =~ ^[0-9]+$ ]] && [ $((limit >> 20)) -lt "${memory:-999999999}" ]; then memory=$((limit >> 20)); fi
if [ -n "$memory" ]; then
    if [ "$memory" -ge 2048 ]; then ok "$memory MiB of free memory"; else
        bad "$memory MiB of free memory, 2048 are needed: close other programs, or set split.train_size"
    fi
fi
disk=$(df -Pm . | awk 'NR == 2 {print $4}')
if [ "$disk" -ge 3000 ]; then ok "$disk MB of free disk"; else
    bad "$disk MB of free disk, 3000 are needed with the environment"
fi

# Ways to MNIST, once there is an environment to ask with.
if [ -x .venv/bin/python ] && [ -f .venv/.installed ]; then
    if [ -f data/raw/train-images-idx3-ubyte ]; then ok "MNIST is here"; else
        .venv/bin/python -m dev.reach || faults=$((faults + 1))
    fi
else note "not installed yet: make repro does it"; fi

[ $faults = 0 ] || { echo "$faults to mend"; exit 1; }
echo "All is well."
