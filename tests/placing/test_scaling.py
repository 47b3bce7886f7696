"""The script for Slurm in docs/scaling.md does what is said, as far as a stand-in can tell."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.placing.test_place import ROOT, digests

# Runs the tasks of an array one after the other, with what Slurm tells them.
SBATCH = """#!/bin/bash
script=${!#}
range=$(sed -n 's/^#SBATCH --array=//p' "$script")
cpus=$(sed -n 's/^#SBATCH --cpus-per-task=//p' "$script")
for task in $(seq ${range%-*} ${range#*-}); do
    SLURM_ARRAY_TASK_ID=$task SLURM_ARRAY_TASK_COUNT=$((${range#*-} - ${range%-*} + 1)) \\
        SLURM_CPUS_PER_TASK=$cpus bash "$script" || status=1
done
exit ${status:-0}
"""


def test_slurm_script_with_a_stand_in(run, images, model_path, tmp_path):
    np.save(tmp_path / "images.npy", images[:90])
    expected = digests(run("images.npy", block=20))
    text = (ROOT / "docs/scaling.md").read_text(encoding="utf-8")
    script = re.search(r"```bash\n(#!.*?)```", text, re.DOTALL)[1]
    changes = {
        "/shared/images.npy": f"images.npy --model {model_path} --block 20",
        "/shared/placed": "shared",
        ".venv/bin/python place.py": shlex.join([sys.executable, str(ROOT / "place.py")]),
        "--array=0-99": "--array=0-1",
        "--cpus-per-task=4": "--cpus-per-task=1",
    }
    for old, new in changes.items():
        assert old in script
        script = script.replace(old, new)
    (tmp_path / "place.sbatch").write_text(script)
    sbatch = tmp_path / "bin/sbatch"
    sbatch.parent.mkdir()
    sbatch.write_text(SBATCH)
    sbatch.chmod(0o755)
    path = f"{sbatch.parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["sbatch", "--wait", "place.sbatch"],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        check=True,
    )
    assert not (Path(tmp_path) / "shared/table.csv").exists()
    assert digests(run("images.npy", block=20, output="shared")) == expected
