"""Tables of scores, from the metrics of the committed run and the results of studies."""

from collections.abc import Callable
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from dev import provenance
from dev.tables.benchmarks import ROUTES
from dev.tables.markdown import NOT_YET, percent, read, table

EVALUATE = "metrics/evaluate.json"
SEEDS = "metrics/seeds.json"
STUDY = "dev/studies/results/{}.json"
ABLATION, AUDIT, SETS, PREDICT, PLACING, FITTING = map(
    STUDY.format, ("ablation", "audit", "sets", "predict", "placing", "fitting")
)
ORIGINAL, ORIGINAL_PARAMS = map(STUDY.format, ("original/evaluate", "original/params"))
PEERS, USUAL = "dev/benchmarks/results/peers.json", "dev/benchmarks/results/study.json"
PARTITIONS = {
    "pixels": "raw pixels",
    "kmeans_2d": "2-D map, KMeans",
    "kmeans_3d": "3-D map, KMeans",
    "merged_2d": "merged, 2-D map",
    "merged_3d": "merged, 3-D map",
    "clusters_2d": "clusters of the 2-D map",
    "clusters_3d": "clusters of the 3-D map",
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
}
METHODS = {
    "pixels": "KMeans",
    "pca": "PCA, KMeans",
    "ward": "PCA, Ward",
    "spectral": "PCA, spectral",
    "umap": "UMAP, KMeans",
    "hdbscan": "UMAP, HDBSCAN",
    "leiden": "Leiden, our features",
    "map": "our map, KMeans",
    "ours": "**ours**",
}
QUALITY = {
    "kl_divergence": "KL divergence",
    "neighbor_recall": "recall of the 10 nearest neighbours",
    "trustworthiness": "trustworthiness",
}
# Method, accuracy in percent as published (docs/studies.md names the sources), protocol.
PUBLISHED = (
    ("SPC, ensemble of 15 autoencoders", "99.2", "fit; not stated whether mean or best run"),
    ("IIC", "98.4, best run 99.2", "fit"),
    ("ADC", "98.7, best run 99.2", "fit"),
    ("RIM-DCGAN (2021)", "98.85 ± 0.14, best run 99.02", "fit"),
    ("DCCS", "98.9", "fit"),
    ("ASPC-DA", "98.8", "fit"),
    ("DynAE", "98.7", "fit"),
    ("IMSAT", "98.4 ± 0.4", "fit"),
    ("N2D", "97.9", "fit"),
    ("DTI clustering", "97.3", "fit"),
    ("SpectralNet", "97.1", "fit"),
)


def figures(root: Path) -> str:
    """Lay our scores out beside those of the original study."""
    ours, route = read(root / EVALUATE), read(root / ORIGINAL)

    def row(title: str, scored: Any, partition: str, form: str = "{}") -> tuple[str, ...]:
        train, test = scored[partition]["train"], scored[partition]["test"]
        shares = (train["majority_accuracy"], test["majority_accuracy"], test["accuracy"])
        return title, *(form.format(percent(share)) for share in shares)

    rows = [
        # As they were published (docs/method.md names the source).
        ("KMeans on pixels, the original study", "–", "59.3", "–"),
        row("KMeans on pixels, here", ours, "pixels"),
        ("t-SNE, then KMeans, the original study", "82.3", "–", "–"),
        row("its route on this code (`make original`), 2-D", route, "kmeans_2d"),
        row("2-D map, then KMeans, here", ours, "kmeans_2d"),
        row("**clusters of the 2-D map**", ours, "clusters_2d", "**{}**"),
        row("**clusters of the 3-D map**", ours, "clusters_3d", "**{}**"),
    ]
    return table(" | train, by majority | test, by majority | test, one to one", rows, 3)


def published(root: Path) -> str:
    """Lay published figures out beside ours, which are means over seeds."""
    found = read(root / SEEDS)

    def ours(part: Any, scored: str, form: str = "**{} ± {} (lowest {})**") -> str:
        score = part["clusters_2d"][scored]["accuracy"]
        return form.format(*(percent(score[key], 2) for key in ("mean", "std", "min")))

    drawn = ours(found["resampled"], "test", "{} ± {} (lowest {})")
    rows = [
        ("**this project**", ours(found["transductive"], "train"), "fit on all 70,000"),
        ("**this project**", ours(found, "test"), "held out: fit on train, scored on test"),
        ("this project", drawn, "held out: fit on 54,000 images of train, drawn anew"),
    ]
    return table("method | accuracy, % | protocol", [*rows, *PUBLISHED])


def sets(root: Path) -> str:
    """Lay the accuracies of all methods out, a row for each set."""
    if not (root / SETS).is_file():
        return NOT_YET
    rows = []
    for name, facts in read(root / SETS).items():
        if name != provenance.KEY:
            shares = [facts["accuracy"].get(method) for method in METHODS]
            rows.append((name, f"{facts['images']:,}", facts["classes"], *map(_over_seeds, shares),
                         facts["preferred_k"]))  # fmt: skip
    header = ["set", "images", "classes", *METHODS.values(), "k preferred"]
    return table(" | ".join(header), rows, len(header) - 1)


def _over_seeds(shares: list[float] | None) -> str:
    """Write mean and, where seeds differ, standard deviation in percent."""
    if not shares:
        return "–"
    spread = 100 * stdev(shares)
    return f"{100 * fmean(shares):.1f}" + (f" ± {spread:.1f}" if spread >= 0.05 else "")


def scores(root: Path) -> str:
    """Lay out all scores of the committed run."""
    ours, intervals = read(root / EVALUATE), read(root / "metrics/intervals.json")
    rows = []
    for name, title in PARTITIONS.items():
        ends = intervals[name]["accuracy"]
        held_out = f"{percent(ends['low'])} to {percent(ends['high'])}"
        for part, interval in (("train", "–"), ("test", held_out)):
            own = ours[name][part]
            shares = (percent(own["accuracy"]), interval, percent(own["majority_accuracy"]))
            rows.append((f"{title}, {part}", *shares, f"{own['nmi']:.3f}", f"{own['ari']:.3f}"))
    header = "clusters of the | one to one, % | 95 % interval | by majority, % | NMI | ARI"
    return table(header, rows, 5)


def seeds(root: Path) -> str:
    """Lay out accuracies over seeds: of test, over draws of training images, and of all images."""
    found = read(root / SEEDS)
    protocols = (
        (found, "test", "test"),
        (found["resampled"], "test", "test, fitted on 54,000 drawn"),
        (found["transductive"], "train", "all 70,000, fitted on them"),
    )
    rows = []
    for runs, scored, images in protocols:
        for name, title in PARTITIONS.items():
            if name in runs:
                score = runs[name][scored]["accuracy"]
                spread = (percent(score[key], 2) for key in ("mean", "std", "min"))
                rows.append((title, images, *spread))
    return table("clusters of the | images | mean, % | standard deviation | lowest, %", rows, 3)


def stability(root: Path) -> str:
    """Lay out the number of clusters that each criterion prefers over seeds."""
    found = read(root / SEEDS)
    parts = [found, found["resampled"], found["transductive"]]
    rows = [
        (CRITERIA[name], *(", ".join(map(str, part["preferred_k"][name])) for part in parts))
        for name in found["preferred_k"]
    ]
    rows += [("agreement of seeds", found["stability"]["preferred_k"], "–", "–")]
    return table("criterion | seeds 0 to 4 | 54,000 drawn | all 70,000", rows, 3)


def ceiling(root: Path) -> str:
    """Lay out how well the nearest training images name test images, all labels given."""
    found = read(root / "metrics/examine.json")["ceiling"]
    titles = {"features": "the features", "distortion": "image distortion"}
    rows = [(title, percent(found[name], 2)) for name, title in titles.items()]
    return table("vote of the 5 nearest by | test, %", rows, 1)


def ablation(root: Path) -> str:
    """Lay out what each variation scores on validation and on test."""
    found, rows = read(root / ABLATION), []
    for title, test in found["test"].items():
        both = (found["validation"][title], test)
        shown = [
            text
            for own in both
            for text in (percent(own["accuracy"], 2), f"{own['nmi']:.3f}", f"{own['ari']:.3f}")
        ]
        rows.append((title, *shown, test["clusters"], f"{test['cpu_seconds']:.0f}"))
    return table(" | validation, % | NMI | ARI | test, % | NMI | ARI | clusters | CPU s", rows, 8)


def peers(root: Path) -> str:
    """Lay out what the routes that people know score, as far as they were run."""
    known = [read(root / path)["routes"] for path in (PEERS, USUAL) if (root / path).is_file()]
    found = {name: own for part in known for name, own in part.items() if "train" in own}
    rows = []
    for name, title in ROUTES.items():
        if own := found.get(name):
            shares = (percent(own.get(part, {}).get("accuracy")) for part in ("train", "test"))
            agreement = (f"{own['train'][score]:.3f}" for score in ("nmi", "ari"))
            cpu = f"{own['cpu_seconds']:.0f}"
            rows.append((title, f"{own['n']:,}", own["clusters"], *shares, *agreement, cpu))
    header = "route | images | clusters | train, % | test, % | NMI | ARI | CPU s"
    return table(header, rows, 7) if rows else NOT_YET


def predictions(root: Path) -> str:
    """Lay out what predict.py makes of digits of other hands and fonts, and of what is no digit."""
    found = read(root / PREDICT)
    fonts, n_fonts = found["fonts"]["mean"], len(found["fonts"]) - 1
    rows = [
        ("MNIST's test, as arrays", *_answered(found["mnist_test"])),
        ("the first of them, as pictures", *_answered(found["mnist_test_enlarged"])),
        ("`load_digits`, enlarged", *_answered(found["load_digits"])),
        (f"digits in {n_fonts} fonts", *_answered(fonts | {"n": 10 * n_fonts})),
        ("their letters", 52 * n_fonts, "–", "–", percent(fonts["letters_rejected"])),
    ]
    for title, words in NO_DIGITS.items():
        kinds = [part for name, part in found["rejected"].items() if any(w in name for w in words)]
        number = sum(part["n"] for part in kinds)
        share = sum(part["n"] * part["share"] for part in kinds) / number
        rows.append((title, f"{number:,}", "–", "–", percent(share)))
    return table("images | number | digit right, % | wrong, % | called no digit, %", rows, 4)


def sheets(root: Path) -> str:
    """Lay out what predict.py makes of digits on paper: pens, sizes, light, things around."""
    rows = [(name, *_answered(part)) for name, part in read(root / PREDICT)["sheets"].items()]
    return table("sheets | number | digit right, % | wrong, % | called no digit, %", rows, 4)


def _answered(own: Any) -> tuple[str, ...]:
    shares = (percent(own["accuracy"]), percent(own["wrong"]), percent(own["rejected"], 2))
    return f"{own['n']:,}", *shares


def candidates(root: Path) -> str:
    """Lay out what fewer candidates cost, and what they gain."""
    rows = []
    for number, own in read(root / PLACING)["candidates"].items():
        shares = (percent(own[share], 2) for share in ("right", "refused"))
        rows.append((number, *shares, f"{own['images_per_cpu_second']:,}"))
    header = "`--candidates` | digit right, % | called no digit, % | images per second"
    return table(header, rows, 4)


def million(root: Path) -> str:
    """Lay out the run over a cluster that was killed twice beside the plain one."""
    found = read(root / PLACING).get("million")
    if found is None:
        return NOT_YET
    plain, cluster = found["plain"], found["dask"]
    killed = " and ".join(map(str, cluster["killed_after"]))
    rows = [
        ("images", f"{found['n']:,}"),
        ("images per second, two processes", f"{found['n'] / plain['seconds']:,.0f}"),
        ("blocks", plain["blocks"]),
        ("blocks there when the cluster was killed", killed),
        ("largest worker, processes", f"{plain['largest_worker_mb']} MB"),
        ("largest worker, Dask", f"{cluster['largest_worker_mb']} MB"),
        ("the same bytes in every file", "yes" if found["equal"] else "no"),
    ]
    return table(" | ", rows, 1)


def fitting(root: Path) -> str:
    """Lay out what it takes to fit more and more images, and how well they are clustered."""
    if not (root / FITTING).is_file():
        return NOT_YET
    rows = []
    for n, own in read(root / FITTING)["sizes"].items():
        taken = own["stages"]
        largest = max(taken, key=lambda name: taken[name]["peak_mib"])
        whole = sum(stage["seconds"] for stage in taken.values())
        # Once a stage of its own, `extend` is the larger part of `bundle` here.
        placing = sum(taken[name]["seconds"] for name in ("bundle", "extend") if name in taken)
        minutes = (f"{seconds / 60:.1f}" for seconds in (whole, placing))
        memory = f"{taken[largest]['peak_mib'] / 1024:.1f} (`{largest}`)"
        shares = (percent(own["accuracy"][part], 2) for part in ("train", "rest", "test"))
        rows.append((f"{int(n):,}", f"{own['rest']:,}", *minutes, memory, *shares))
    header = ("images | placed | all stages, min | placing, min | most memory, GiB | "
              "of the map, % | placed, % | test, %")  # fmt: skip
    return table(header, rows, 8)


def criteria(root: Path) -> str:
    """Lay out the number of clusters that each criterion prefers."""
    spaces = [read(root / f"metrics/elbow_{space}.json") for space in ("pixels", "map")]
    rows = [
        (title, *("none" if space[key] is None else space[key] for space in spaces))
        for key, title in CRITERIA.items()
        if key in spaces[0]
    ]
    return table("criterion | raw pixels | 2-D map", rows, 2)


def quality(root: Path) -> str:
    """Lay out how well the maps keep neighbourhoods."""
    maps = [read(root / f"metrics/tsne_{n}d.json") for n in (2, 3)]
    rows = [(title, *(f"{found[key]:.3f}" for found in maps)) for key, title in QUALITY.items()]
    return table(" | 2-D map | 3-D map", rows, 2)


def flips(root: Path) -> str:
    """Lay out how many of the flipped labels are suspected, and how many of those suspected are."""
    rows = []
    scores = ("recall", "precision", "likely_recall", "likely_precision")
    for name, own in read(root / AUDIT)["flips"].items():
        for flip in (key for key in own if "%" in key):
            found, (kind, _, share) = own[flip], flip.partition(" ")
            how = f"{share} {'at random' if kind == 'random' else 'by pairs'}"
            numbers = (f"{found['flipped']:,}", f"{found['expected']:,.0f}")
            measured = (percent(found[score]) for score in scores)
            rows.append((f"`{name}`, {own['images']:,}", how, *measured, *numbers))
    header = ("set, images | flipped | recall, % | precision, % | recall at 0.5, % | "
              "precision at 0.5, % | flipped labels | expected")  # fmt: skip
    return table(header, rows, 6)


def copies(root: Path) -> str:
    """Lay out how many of the copies of each kind are found, and told to be of this kind."""
    found = read(root / AUDIT)["copies"]
    rows = [
        (name, own["kind"], percent(own["recall"]), percent(own["told"]), str(own["others"]))
        for name, own in found.items()
        if isinstance(own, dict) and "recall" in own
    ]
    claimed = ", ".join(f"{number:,} {kind}" for kind, number in found["own"].items())
    seconds = f"{found['cpu_seconds']:.1f} CPU seconds for 60,000 images"
    body = table("made | kind | found, % | told to be so, % | others", rows, 3)
    return body + f"\nOwn: {claimed}; {seconds}.\n"


# Document, table, how it is made, and the results of studies that it shows.
TABLES: tuple[tuple[str, str, Callable[[Path], str], str | None], ...] = (
    ("README.md", "figures", figures, ORIGINAL_PARAMS),
    ("README.md", "published", published, SEEDS),
    ("docs/method.md", "criteria", criteria, None),
    ("docs/method.md", "ceiling", ceiling, None),
    ("docs/method.md", "quality", quality, None),
    ("docs/method.md", "scores", scores, None),
    ("docs/studies.md", "seeds", seeds, SEEDS),
    ("docs/studies.md", "stability", stability, SEEDS),
    ("docs/ablation.md", "ablation", ablation, ABLATION),
    ("docs/ablation.md", "peers", peers, PEERS),
    ("docs/sets.md", "sets", sets, SETS),
    ("docs/findings.md", "flips", flips, AUDIT),
    ("docs/findings.md", "copies", copies, AUDIT),
    ("docs/predict.md", "predict", predictions, PREDICT),
    ("docs/predict.md", "sheets", sheets, PREDICT),
    ("docs/scaling.md", "candidates", candidates, PLACING),
    ("docs/scaling.md", "million", million, PLACING),
    ("docs/scaling.md", "fitting", fitting, FITTING),
)
