"""The studies of seeds and of single steps: their arithmetic by hand, and what is committed."""

import json
import shutil
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import yaml
from sklearn.metrics import adjusted_rand_score

from dev import smoke
from dev.studies import ablation, original, seeds
from stages.workspace import ROOT, set_params


@pytest.fixture(scope="module")
def known():
    """Three partitions of 12 images by k = 2 and k = 3, of which those by k = 3 agree."""
    by_three = np.repeat([0, 1, 2], 4)
    by_two = [np.repeat([0, 1], 6), np.arange(12) % 2, np.repeat([1, 0, 1], 4)]
    return [{2: two, 3: (by_three + turn) % 3} for turn, two in enumerate(by_two)]


def test_stability_is_the_mean_agreement_of_all_pairs(known):
    found = seeds.stability(known)
    pairs = [(0, 1), (0, 2), (1, 2)]
    expected = np.mean([adjusted_rand_score(known[a][2], known[b][2]) for a, b in pairs])
    assert found["ari"] == {"2": pytest.approx(expected, abs=1e-6), "3": 1.0}
    assert found["preferred_k"] == 3


def test_params_of_the_studies_fit_the_schema(tmp_path):
    variations = {variation.title: variation.overrides for variation in ablation.VARIATIONS}
    assert len(variations) == len(ablation.VARIATIONS)
    schema = json.loads((ROOT / "params.schema.json").read_text())
    for overrides in (smoke.OVERRIDES, original.OVERRIDES, *variations.values()):
        params = Path(shutil.copy(ROOT / "params.yaml", tmp_path))
        set_params(params, overrides)
        jsonschema.validate(yaml.safe_load(params.read_text()), schema)


def test_the_committed_seeds_keep_what_was_asked_of_them():
    found = json.loads((ROOT / "metrics/seeds.json").read_text())
    resampled, transductive = found["resampled"], found["transductive"]
    for part, scored in ((found, "test"), (resampled, "test"), (transductive, "train")):
        accuracy = part["clusters_2d"][scored]["accuracy"]
        assert accuracy["n"] == 5
        assert accuracy["mean"] >= 0.994
        assert accuracy["std"] <= 0.001
        assert accuracy["min"] >= 0.993
        assert part["preferred_k"]["silhouette"] == [10] * 5
