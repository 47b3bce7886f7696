"""The tables of ``docs/benchmarks.md``, from committed results."""

import csv
from collections.abc import Callable
from pathlib import Path

from dev.benchmarks.pipeline import exponents
from dev.benchmarks.targets import SHORT, TARGETS, Results, short
from dev.tables.markdown import NOT_YET, percent, read, table

FILE = "dev/benchmarks/results/{}.json"
PARTS = ("stages", "pairs", "peers", "growth", "explorer", "study")
ROUTES = {
    "sklearn_kmeans": "KMeans on pixels (scikit-learn)",
    "sklearn_elbow": "the same for each k from 2 to 20",
    "sklearn_tsne_2d": "PCA, t-SNE 2-D, KMeans (scikit-learn)",
    "sklearn_tsne_3d": "PCA, t-SNE 3-D, KMeans (scikit-learn)",
    "opentsne_kmeans": "PCA, t-SNE (openTSNE's defaults), KMeans",
    "opentsne_exaggerated": "the same at exaggeration 4",
    "umap_kmeans": "UMAP's recipe, KMeans",
    "umap_hdbscan": "UMAP's recipe, HDBSCAN",
}
SIDES = {
    "our_affinities": "here, exact",
    "opentsne_affinities": "openTSNE's defaults, approximate",
    "our_map_alone": "here",
    "our_map_placed": "here",
    "our_map": "here, `neighbors`, `distortion` and `tsne@2` in all",
    "opentsne_map": "openTSNE's defaults, same exaggeration",
    "umap_map": "UMAP's defaults, another map each time",
    "umap_map_seeded": "UMAP's defaults with a seed",
    "umap_map_placed": "UMAP's defaults, fit and transform",
    "our_map_3d": "here, likewise, and `tsne@3`",
    "opentsne_map_3d": "openTSNE, Barnes-Hut, theta 0.8, 250 + 500 iterations",
}
WORK = {
    "affinities": "neighbours and affinities",
    "map_2d": "2-D map",
    "map_2d_seeded": "the same 2-D map again",
    "map_2d_placed": "2-D map with test placed",
    "map_3d": "3-D map",
}
_COST = "seconds | CPU seconds | peak MiB"


def tables(root: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Make every table of the page: its Markdown, and the files of results that it shows."""
    files = {part: root / FILE.format(part) for part in PARTS}
    results: Results = {part: read(path) for part, path in files.items() if path.is_file()}
    with (root / "plots/elbow_pixels.csv").open(encoding="utf-8", newline="") as file:
        results["elbow"] = {row["k"]: float(row["inertia"]) for row in csv.DictReader(file)}
    return {
        name: (made(maker, results), tuple(FILE.format(part) for part in parts))
        for name, (maker, parts) in MAKERS.items()
    }


def made(maker: Callable[[Results], str], results: Results) -> str:
    """Make a table, or say that a part of it has not been measured."""
    try:
        return maker(results)
    except KeyError:
        return NOT_YET


def machine(results: Results) -> str:
    """Lay out the facts of the machine; where parts were run on several, of each."""
    facts: dict[str, dict[str, None]] = {}
    for part in PARTS:
        for name, value in results.get(part, {}).get("machine", {}).items():
            facts.setdefault(name, {})[value] = None
    return table(" | ", [(name, "; ".join(values)) for name, values in facts.items()])


def targets(results: Results) -> str:
    """Lay out what was wanted beside what was measured."""
    return table("target | wanted | measured | met", [each.row(results) for each in TARGETS], 3)


def stages(results: Results) -> str:
    """Lay out what each stage takes."""
    part, taken = results["stages"], results["stages"]["stages"]
    whole = {key: sum(own[key] for own in taken.values()) for key in ("seconds", "cpu_seconds")}
    whole["peak_mib"] = max(own["peak_mib"] for own in taken.values())
    rows = [(f"`{name}`", *_cost(own)) for name, own in taken.items()]
    rows += [("all stages", *_cost(whole)), ("`dvc repro` as a whole", *_cost(part["whole"]))]
    return table(f"stage | {_COST}", rows, 3)


def sweeps(results: Results) -> str:
    """Lay out what a change of a param takes, beside what its stages took in the whole run."""
    alone, rows = results["stages"]["stages"], []
    for name, found in results["stages"]["sweeps"].items():
        own = sum(alone[stage]["seconds"] for stage in found["ran"] if stage in alone)
        param, comma, rest = name.partition(",")
        title = f"`{param}`{comma}{rest}" if "=" in name else name
        rows.append((title, len(found["ran"]), *_cost(found), f"{own:.1f}"))
    return table(f"change | stages that ran | {_COST} | these stages alone, s", rows, 5)


def pairs(results: Results) -> str:
    """Lay out ours beside the peers', and how many times as long they take."""
    rows = []
    for pair, sides in results["pairs"]["pairs"].items():
        ours = next(own["seconds"] for side, own in sides.items() if side.startswith("our"))
        for side, own in sides.items():
            each = ", ".join(f"{seconds:.1f}" for seconds in own.get("all_seconds", []))
            recall = f"{own['neighbor_recall']:.3f}" if "neighbor_recall" in own else "–"
            cost = (f"{own['seconds']:.1f}", f"{own['seconds'] / ours:.2f}", recall)
            right = percent(own.get("accuracy"))
            rows.append((WORK[pair], SIDES[side], each or "–", *cost, right))
    header = "work | side | each round, s | median, s | times ours | recall | train ACC, %"
    return table(header, rows, 4)


def peers(results: Results) -> str:
    """Lay out the common methods, and the study's route."""
    found = results["peers"]["routes"] | results["study"]["routes"]
    rows = []
    for name, title in ROUTES.items():
        if own := found.get(name):
            train, test = own.get("train"), own.get("test")
            scores = (percent(train["accuracy"]), f"{train['nmi']:.3f}", f"{train['ari']:.3f}") \
                if train else ("–",) * 3  # fmt: skip
            cost = (f"{own['seconds']:.0f}", short(own["peak_mib"]), f"{own['n']:,}")
            rows.append((title, *cost, *scores, percent(test and test["accuracy"])))
    return table("route | seconds | peak MiB | images | train ACC | NMI | ARI | test ACC", rows, 7)


def growth(results: Results) -> str:
    """Lay out seconds and memory by the number of images, with exponents of the seconds."""
    part, rows = results["growth"], []
    sizes = sorted({int(n) for taken in part["stages"].values() for n in taken})
    for name, taken in part["stages"].items():
        known = [taken[str(n)] for n in sizes if str(n) in taken]
        if len(known) == len(sizes) and known[-1]["seconds"] >= SHORT:
            fitted = exponents({n: own["seconds"] for n, own in taken.items()}, part["n"])
            seconds = (f"{own['seconds']:.1f}" for own in known)
            powers = ("–" if value is None else f"{value:.2f}" for value in fitted)
            memory = (f"{own['peak_mib']:.0f}" for own in known)
            rows.append((f"`{name}`", *seconds, *powers, *memory))
    each = [f"{n:,}" for n in sizes]
    header = [f"{n}, s" for n in each] + ["n to the", f"from {part['n']:,}"]
    header += [f"{n}, MiB" for n in each]
    return table(" | ".join(["stage", *header]), rows, len(header))


def explorer(results: Results) -> str:
    """Lay out what the explorer takes."""
    found = results["explorer"]["explorer"]
    frames = {n: found[f"frame_{n}d_ms"] for n in (2, 3)}
    rows = [
        ("until the map is there", f"{found['first_seconds']:.2f} s"),
        ("until all images are", f"{found['all_seconds']:.2f} s"),
        *(
            (f"a frame of the {n}-D map", f"{ms:.1f} ms, {1000 / ms:.0f} a second")
            for n, ms in frames.items()
        ),
        ("an image placed by the pad", f"{found['placed_ms']:.0f} ms"),
        ("the folder", f"{found['megabytes']:.1f} MB"),
    ]
    return table(" | ", rows)


def _cost(own: Results) -> tuple[str, str, str]:
    return f"{own['seconds']:.1f}", f"{own['cpu_seconds']:.1f}", f"{own['peak_mib']:.0f}"


# How each is made, and of which parts; targets are judged by the tables below them.
MAKERS: dict[str, tuple[Callable[[Results], str], tuple[str, ...]]] = {
    "machine": (machine, ()),
    "targets": (targets, ()),
    "stages": (stages, ("stages",)),
    "sweeps": (sweeps, ("stages",)),
    "pairs": (pairs, ("pairs",)),
    "peers": (peers, ("peers", "study")),
    "growth": (growth, ("growth",)),
    "explorer": (explorer, ("explorer",)),
}
