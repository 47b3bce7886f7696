#!/usr/bin/env bash
# Make the folder ready for DVC, whether it is a clone or an archive; quiet where nothing is amiss.
set -euo pipefail
cd "$(dirname "$0")/.."
local=.dvc/config.local

# After a run that failed: while DVC restores files, it names neither of these two as the reason.
if [ "${1:-}" = failed ]; then
    free=$(df -Pm . | awk 'NR == 2 {print $4}')
    # More than the largest file, after which a run has as much room left as it could not use.
    if [ "$free" -lt 200 ]; then
        echo "There may be no space left on the disk ($free MB): make room, and run it again" >&2
    elif ! { probe=$(mktemp -d .probe-XXXXXX 2>/dev/null) && rmdir "$probe"; }; then
        echo "The folder $PWD cannot be written to: mount it so, or make it yours (chown)" >&2
    fi
    exit 1
fi
mark='# No git here: dev/ready.sh takes these lines away where there is.'

in_git=no
folder=$PWD
until [ "$folder" = / ] || [ -z "$folder" ]; do
    [ ! -e "$folder/.git" ] || in_git=yes
    folder=$(dirname "$folder")
done

if [ $in_git = yes ]; then
    if [ -f $local ] && grep -qF "$mark" $local; then
        sed -i.before "\|^$mark|,/no_scm/d" $local && rm -f $local.before
        echo "There is a git repository now: DVC uses it" >&2
    fi
    command -v git >/dev/null || {
        echo "This is a clone, and git is not installed: install it (apt install git)" >&2
        exit 1
    }
    said=$(git rev-parse --is-inside-work-tree 2>&1) || {
        case $said in
        *"dubious ownership"*)
            echo "This clone belongs to another user: make it yours (chown), or tell git to trust" \
                "it: git config --global --add safe.directory '$PWD'" >&2 ;;
        *) echo "git cannot read this clone: $said" >&2 ;;
        esac
        exit 1
    }
    [ "$(git rev-parse --is-shallow-repository)" = false ] ||
        echo "This clone is shallow: experiments run with --temp or by the queue lose their results" \
            "until you type git fetch --unshallow" >&2
elif ! { [ -f $local ] && grep -q 'no_scm *= *true' $local; }; then
    printf '%s\n[core]\n    no_scm = true\n' "$mark" >>$local
    echo "No git repository here: make repro, test, smoke, verify and predict work; for experiments" \
        "type: git init && git add . && git commit -m start" >&2
fi
