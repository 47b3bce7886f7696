"""Tables of scores, from the metrics of the committed run and the results of studies."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dev.benchmarks import page
from dev.tables.markdown import read, table

EVALUATE = "metrics/evaluate.json"
INTERVALS = "metrics/intervals.json"
EXAMINE = "metrics/examine.json"
SEEDS = "metrics/seeds.json"
ABLATION = "dev/studies/results/ablation.json"
PEERS = "dev/benchmarks/results/peers.json"
USUAL = "dev/benchmarks/results/study.json"
SETS = "dev/studies/results/sets.json"
PREDICT = "dev/studies/results/predict.json"
PLACING = "dev/studies/results/placing.json"
AUDIT = "dev/studies/results/audit.json"
FITTING = "dev/studies/results/fitting.json"
ORIGINAL = "dev/studies/results/original/evaluate.json"
ORIGINAL_PARAMS = "dev/studies/results/original/params.json"
# Figures that were published by others, in percent (docs/method.md names the sources).
STUDY = {"pixels": ("–", "59.3", "–"), "map": ("82.3", "–", "–")}
PARTITIONS = {
    "pixels": "raw pixels",
    "kmeans_2d": "2-D map, KMeans",
    "kmeans_3d": "3-D map, KMeans",
    "clusters_2d": "clusters of the 2-D map",
    "clusters_3d": "clusters of the 3-D map",
}
# How images of the seeds' runs are chosen, and what of them is scored.
PROTOCOLS = {
    (): ("test", "test"),
    ("resampled",): ("test", "test, fitted on 54,000 drawn"),
    ("transductive",): ("train", "all 70,000, fitted on them"),
}
# Kinds of images that show no digit, by words in their names.
NO_DIGITS = {
    "letters by pen": ("letters",),
    "scribbles": ("scribbles",),
    "signs and emoji": ("signs", "emoji"),
    "dots": ("dots",),
    "blank": ("blank", "empty"),
    "noise": ("noise", "salt"),
    "patches of a photograph, on which limits were chosen": ("china",),
    "patches of another, in view when they were chosen": ("flower",),
    "patches of a third, held out": ("hopper",),
}
CRITERIA = {
    "knee": "knee of the inertia",
    "silhouette": "silhouette, highest",
    "calinski_harabasz": "Calinski-Harabasz, highest",
    "davies_bouldin": "Davies-Bouldin, lowest",
    "merged_silhouette": "silhouette of merged clusters",
    "merged_widest_gap": "widest gap between merges",
}
CEILING = {"features": "the features", "distortion": "image distortion"}
QUALITY = {
    "kl_divergence": "KL divergence",
    "neighbor_recall": "recall of the 10 nearest neighbours",
    "trustworthiness": "trustworthiness",
}


def figures(root: Path) -> str:
    """Lay our scores out beside those of the original study."""
    ours, route = read(root / EVALUATE), read(root / ORIGINAL)
    rows = [
        ("KMeans on pixels, the original study", *STUDY["pixels"]),
        ("KMeans on pixels, here", *_headline(ours, "pixels")),
        ("t-SNE, then KMeans, the original study", *STUDY["map"]),
        ("its route on this code (`make original`), 2-D", *_headline(route, "kmeans_2d")),
        ("2-D map, then KMeans, here", *_headline(ours, "kmeans_2d")),
        ("**2-D map, merged**", *(f"**{share}**" for share in _headline(ours, "clusters_2d"))),
        ("**3-D map, merged**", *(f"**{share}**" for share in _headline(ours, "clusters_3d"))),
    ]
    header = ("", "train, by majority", "test, by majority", "test, one to one")
    return table(header, rows, numbers=3)


def sets(root: Path) -> str:
    """Lay the scores of all datasets that could be had side by side."""
    found = {name: facts for name, facts in read(root / SETS).items() if "pixels" in facts}
    rows = [
        (
            f"`{name}`" if (root / f"datasets/{name}.yaml").is_file() else facts["title"],
            facts["form"],
            f"{facts['train']:,} / {facts['test']:,}",
            str(facts["classes"]),
            _percent(facts["pixels"]["accuracy"]),
            f"**{_percent(facts['clusters_2d']['accuracy'])}**",
            str(facts["silhouette_prefers"]),
        )
        for name, facts in found.items()
    ]
    header = ("dataset", "form", "train / test", "classes", "KMeans on pixels, %",
              "whole method, %", "silhouette prefers")  # fmt: skip
    return table(header, rows, numbers=5)


def _headline(scored: Any, partition: str) -> tuple[str, str, str]:
    parts = scored[partition]
    return (
        _percent(parts["train"]["majority_accuracy"]),
        _percent(parts["test"]["majority_accuracy"]),
        _percent(parts["test"]["accuracy"]),
    )


def scores(root: Path) -> str:
    """Lay out all scores of the committed run."""
    ours, intervals = read(root / EVALUATE), read(root / INTERVALS)
    rows = [
        (
            f"{title}, {part}",
            _percent(ours[name][part]["accuracy"]),
            _interval(intervals[name]["accuracy"]) if part == "test" else "–",
            _percent(ours[name][part]["majority_accuracy"]),
            f"{ours[name][part]['nmi']:.3f}",
            f"{ours[name][part]['ari']:.3f}",
        )
        for name, title in PARTITIONS.items()
        for part in ("train", "test")
    ]
    header = ("clusters of the", "one to one, %", "95 % interval", "by majority, %", "NMI", "ARI")
    return table(header, rows, numbers=5)


def seeds(root: Path) -> str:
    """Lay out accuracies over seeds: of test, over draws of training images, and of all images."""
    found = read(root / SEEDS)
    rows = []
    for keys, (scored, images) in PROTOCOLS.items():
        runs = found[keys[0]] if keys else found
        for name, title in PARTITIONS.items():
            if name in runs:
                score = runs[name][scored]["accuracy"]
                spread = (f"{100 * score[key]:.2f}" for key in ("mean", "std", "min"))
                rows.append((title, images, *spread))
    header = ("clusters of the", "images", "mean, %", "standard deviation", "lowest, %")
    return table(header, rows, numbers=3)


def stability(root: Path) -> str:
    """Lay out the number of clusters that each criterion prefers over seeds."""
    found = read(root / SEEDS)
    parts = [found, found["resampled"], found["transductive"]]
    rows = [
        (CRITERIA[name], *(_listed(part["preferred_k"][name]) for part in parts))
        for name in found["preferred_k"]
    ]
    agreed = found["stability"]
    rows += [
        ("agreement of seeds, KMeans", str(agreed["kmeans"]["preferred_k"]), "–", "–"),
        ("agreement of seeds, merged", str(agreed["merged"]["preferred_k"]), "–", "–"),
    ]
    return table(("criterion", "seeds 0 to 4", "54,000 drawn", "all 70,000"), rows, numbers=3)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def ceiling(root: Path) -> str:
    """Lay out how well the nearest training images name test images, all labels given."""
    found = read(root / EXAMINE)["ceiling"]
    rows = [(title, f"{100 * found[name]:.2f}") for name, title in CEILING.items()]
    return table(("vote of the 5 nearest by", "test, %"), rows, numbers=1)


def ablation(root: Path) -> str:
    """Lay out what each variation scores on validation and on test."""
    found = read(root / ABLATION)
    rows = [
        (
            title,
            *(
                text
                for part in ("validation", "test")
                for text in (
                    f"{100 * found[part][title]['accuracy']:.2f}",
                    f"{found[part][title]['nmi']:.3f}",
                    f"{found[part][title]['ari']:.3f}",
                )
            ),
            str(found["test"][title]["clusters"]),
            f"{found['test'][title]['cpu_seconds']:.0f}",
        )
        for title in found["test"]
    ]
    header = ("", "validation, %", "NMI", "ARI", "test, %", "NMI", "ARI", "clusters", "CPU s")
    return table(header, rows, numbers=8)


def peers(root: Path) -> str:
    """Lay out what the routes that people know score, as far as they were run."""
    known = [read(root / path)["routes"] for path in (PEERS, USUAL) if (root / path).is_file()]
    routes = {name: found for part in known for name, found in part.items() if "train" in found}
    if not routes:
        return page.NOT_YET
    rows = [
        (
            title,
            f"{found['n']:,}",
            str(found["clusters"]),
            *(f"{100 * part['accuracy']:.1f}" if part else "–" for part in (train, test)),
            f"{train['nmi']:.3f}",
            f"{train['ari']:.3f}",
            f"{found['cpu_seconds']:.0f}",
        )
        for name, title in page.ROUTES.items()
        if (found := routes.get(name))
        for train, test in [(found["train"], found.get("test"))]
    ]
    header = ("route", "images", "clusters", "train, %", "test, %", "NMI", "ARI", "CPU s")
    return table(header, rows, numbers=7)


def predictions(root: Path) -> str:
    """Lay out what predict.py makes of digits of other hands and fonts, and of what is no digit."""
    found = read(root / PREDICT)
    rows = [
        (title, f"{found[name]['n']:,}", *_answered(found[name]))
        for name, title in (
            ("mnist_test", "MNIST's test, as arrays"),
            ("mnist_test_enlarged", "the first of them, as pictures"),
            ("load_digits", "`load_digits`, enlarged"),
        )
    ]
    fonts, n_fonts = found["fonts"]["mean"], len(found["fonts"]) - 1
    rows += [
        (f"digits in {n_fonts} fonts", f"{10 * n_fonts}", *_answered(fonts)),
        ("their letters", f"{52 * n_fonts}", "–", "–", _percent(fonts["letters_rejected"])),
    ]
    for title, words in NO_DIGITS.items():
        sets = [part for name, part in found["rejected"].items() if any(w in name for w in words)]
        number = sum(part["n"] for part in sets)
        share = sum(part["n"] * part["share"] for part in sets) / number
        rows.append((title, f"{number:,}", "–", "–", _percent(share)))
    header = ("images", "number", "digit right, %", "wrong, %", "called no digit, %")
    return table(header, rows, numbers=4)


def sheets(root: Path) -> str:
    """Lay out what predict.py makes of digits on paper: pens, sizes, light, things around."""
    found = read(root / PREDICT)["sheets"]
    rows = [(name, f"{part['n']}", *_answered(part)) for name, part in found.items()]
    header = ("sheets", "number", "digit right, %", "wrong, %", "called no digit, %")
    return table(header, rows, numbers=4)


def _answered(found: Any) -> tuple[str, str, str]:
    return _percent(found["accuracy"]), _percent(found["wrong"]), f"{100 * found['rejected']:.2f}"


def candidates(root: Path) -> str:
    """Lay out what fewer candidates cost, and what they gain."""
    rows = [
        (
            number,
            f"{100 * own['right']:.2f}",
            f"{100 * own['refused']:.2f}",
            f"{own['images_per_cpu_second']:,}",
        )
        for number, own in read(root / PLACING)["candidates"].items()
    ]
    header = ("`--candidates`", "digit right, %", "called no digit, %", "images per second")
    return table(header, rows, numbers=4)


def million(root: Path) -> str:
    """Lay out the run over a cluster that was killed twice beside the plain one."""
    found = read(root / PLACING).get("million")
    if found is None:
        return "Not measured yet.\n"
    plain, cluster = found["plain"], found["dask"]
    killed = " and ".join(str(blocks) for blocks in cluster["killed_after"])
    rows = [
        ("images", f"{found['n']:,}"),
        ("images per second, two processes", f"{found['n'] / plain['seconds']:,.0f}"),
        ("blocks", str(plain["blocks"])),
        ("blocks there when the cluster was killed", killed),
        ("largest worker, processes", f"{plain['largest_worker_mb']} MB"),
        ("largest worker, Dask", f"{cluster['largest_worker_mb']} MB"),
        ("the same bytes in every file", "yes" if found["equal"] else "no"),
    ]
    return table(("", ""), rows, numbers=1)


def fitting(root: Path) -> str:
    """Lay out what it takes to fit more and more images, and how well they are clustered."""
    if not (root / FITTING).is_file():
        return "Not measured yet.\n"
    rows = []
    for n, own in read(root / FITTING)["sizes"].items():
        taken = own["stages"]
        largest = max(taken, key=lambda name: taken[name]["peak_mib"])
        minutes = [sum(taken[name]["seconds"] for name in names) / 60
                   for names in (taken, ("extend",))]  # fmt: skip
        rows.append(
            (
                f"{int(n):,}",
                f"{own['rest']:,}",
                *(f"{value:.1f}" for value in minutes),
                f"{taken[largest]['peak_mib'] / 1024:.1f} (`{largest}`)",
                *(_exactly(own["accuracy"][part]) for part in ("train", "rest", "test")),
            )
        )
    header = ("images", "placed", "all stages, min", "`extend`, min", "most memory, GiB",
              "of the map, %", "placed, %", "test, %")  # fmt: skip
    return table(header, rows, numbers=8)


def flips(root: Path) -> str:
    """Lay out how many of the flipped labels are suspected, and how many of those suspected are."""
    rows = []
    for name, own in read(root / AUDIT)["flips"].items():
        for flip in (key for key in own if "%" in key):
            found, kind = own[flip], flip.partition(" ")
            shares = ("recall", "precision", "likely_recall", "likely_precision")
            rows.append(
                (
                    f"`{name}`, {own['images']:,}",
                    f"{kind[2]} {'at random' if kind[0] == 'random' else 'by pairs'}",
                    *(_percent(found[share]) for share in shares),
                    f"{found['flipped']:,}",
                    f"{found['expected']:,.0f}",
                )
            )
    header = ("set, images", "flipped", "recall, %", "precision, %", "recall at 0.5, %",
              "precision at 0.5, %", "flipped labels", "expected")  # fmt: skip
    return table(header, rows, numbers=6)


def copies(root: Path) -> str:
    """Lay out how many of the copies of each kind are found, and told to be of this kind."""
    found = read(root / AUDIT)["copies"]
    rows = [
        (name, own["kind"], _percent(own["recall"]), _percent(own["told"]), str(own["others"]))
        for name, own in found.items()
        if isinstance(own, dict) and "recall" in own
    ]
    claimed = ", ".join(f"{number:,} {kind}" for kind, number in found["own"].items())
    header = ("made", "kind", "found, %", "told to be so, %", "others")
    seconds = f"{found['cpu_seconds']:.1f} CPU seconds for 60,000 images"
    return table(header, rows, numbers=3) + f"\nOwn: {claimed}; {seconds}.\n"


def criteria(root: Path) -> str:
    """Lay out the number of clusters that each criterion prefers."""
    spaces = [read(root / f"metrics/elbow_{space}.json") for space in ("pixels", "map")]
    rows = [
        (title, *("none" if space[key] is None else str(space[key]) for space in spaces))
        for key, title in CRITERIA.items()
        if key in spaces[0]
    ]
    return table(("criterion", "raw pixels", "2-D map"), rows, numbers=2)


def quality(root: Path) -> str:
    """Lay out how well the maps keep neighbourhoods."""
    maps = [read(root / f"metrics/tsne_{n}d.json") for n in (2, 3)]
    rows = [(title, *(f"{found[key]:.3f}" for found in maps)) for key, title in QUALITY.items()]
    return table(("", "2-D map", "3-D map"), rows, numbers=2)


def _exactly(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _interval(ends: Any) -> str:
    return f"{_percent(ends['low'])} to {_percent(ends['high'])}"
