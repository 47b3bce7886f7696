"""Name the clusters after the labels that there are, and score every partition against these."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mnist_clustering import files
from mnist_clustering.evaluation import bootstrap, examination, labelling, scores
from mnist_clustering.exact.grid import snap
from mnist_clustering.exact.rounding import to_decimals
from stages import common
from stages.partitions import HEADLINE, PARTITIONS, PARTS, SUMMARISED

LABELS = "data/label/{}.npy"
CLASSES = "data/label/classes.json"
INDICES = "data/split/{}_indices.npy"
TEST_MAP = "data/tsne/2d/test.npy"
PREFERRED_K = "metrics/recluster.json"
MAPS = {"kl_2d": "metrics/tsne_2d.json", "kl_3d": "metrics/tsne_3d.json"}
SUMMARY = "metrics/scores.json"
METRICS = "metrics/evaluate.json"
INTERVALS = "metrics/intervals.json"
OUTPUT = "data/evaluate/{}"
CONFUSION = "plots/confusion.csv"


def main() -> None:
    """Write the scores, the name of every cluster and the cluster of every image."""
    params = common.load_params("evaluate")
    labels = {part: np.load(LABELS.format(part)) for part in PARTS}
    classes = files.load_json(CLASSES)["classes"]
    n_classes = len(classes)
    clusters = {name: partition.load() for name, partition in PARTITIONS.items()}
    models = {name: partition.load_model() for name, partition in PARTITIONS.items()}
    names, scored = {}, {}
    for name, own in clusters.items():
        k = int(models[name]["clusters"].max()) + 1
        names[name] = scores.name_clusters(labels["train"], own["train"], k, n_classes)
        majority = names[name]["majority"]
        scored[name] = {
            part: scores.score(labels[part], own[part], majority, n_classes) for part in PARTS
        }
    known = labels["test"] >= 0
    intervals = bootstrap.intervals(
        labels["test"][known],
        {name: own["test"][known] for name, own in clusters.items()},
        {name: own["majority"] for name, own in names.items()},
        n_classes=n_classes,
        **params,
    )
    matched = names[HEADLINE]["one_to_one"]
    places = snap(np.load(TEST_MAP))
    far = scores.misplacement(places, **models[HEADLINE], labels=labels["test"],
                              label_of_cluster=matched)  # fmt: skip

    files.save_json(SUMMARY, _summary(scored, intervals, len(matched)))
    files.save_json(INTERVALS, intervals)
    for path, kind in ((METRICS, "summary"), (OUTPUT.format("details.json"), "details")):
        chosen = {name: {part: own[part][kind] for part in PARTS} for name, own in scored.items()}
        files.save_json(path, chosen)
    by_part = {part: {name: own[part] for name, own in clusters.items()} for part in PARTS}
    agreement = {part: examination.agreement(own) for part, own in by_part.items()}
    files.save_json(OUTPUT.format("agreement.json"), agreement)
    named = {name: labelling.values_of(own, classes) for name, own in names.items()}
    for name, called in named.items():
        files.save_json(OUTPUT.format(f"names_{name}.json"), called)
    for part in PARTS:
        table: dict[str, Any] = {"index": np.load(INDICES.format(part))}
        table["label"] = labelling.texts(labels[part], classes)
        for name, cluster in by_part[part].items():
            table[name] = cluster
            table[f"{name}_label"] = scores.labels_of(cluster, named[name]["one_to_one"])
        if part == "test":
            table["misplaced"] = [to_decimals(value, 3) for value in far.tolist()]
            header = ("partition", "actual", "predicted", "images")
            files.save_table(CONFUSION, header, scores.confusions(table, SUMMARISED))
        rows = zip(*table.values(), strict=True)
        files.save_table(OUTPUT.format(f"clusters_{part}.csv"), list(table), rows)


def _summary(
    scored: Mapping[str, Any], intervals: Mapping[str, Any], k: int
) -> dict[str, int | float]:
    """Choose what one compares between runs; those of the headline have no suffix."""
    found: dict[str, int | float] = {}
    for name in sorted(SUMMARISED, key=lambda name: name != HEADLINE):
        suffix = "" if name == HEADLINE else f"_{name.removeprefix('clusters_')}"
        own = scored[name]["test"]["summary"]
        if own:
            found[f"accuracy{suffix}"], found[f"nmi{suffix}"] = own["accuracy"], own["nmi"]
            ends = intervals[name]["accuracy"]
            found[f"margin{suffix}"] = to_decimals((ends["high"] - ends["low"]) / 2)
    maps = {name: files.load_json(path)["kl_divergence"] for name, path in MAPS.items()}
    return found | {"k": k, "preferred_k": files.load_json(PREFERRED_K)["preferred_k"]} | maps


if __name__ == "__main__":
    common.run(main)
