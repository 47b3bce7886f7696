"""The tables of ``docs/benchmarks.md``, from committed results; `dev.tables` inserts them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from dev.benchmarks.growth import exponents
from dev.benchmarks.targets import Results, short
from dev.benchmarks.targets import load as load_targets
from dev.tables.markdown import read, table

PARTS = ("stages", "pairs", "peers", "growth", "explorer", "study")
FILES = {part: f"dev/benchmarks/results/{part}.json" for part in PARTS}
# The parts whose results each table shows; targets are judged by the tables below them.
MADE_OF: dict[str, tuple[str, ...]] = {
    "machine": (),
    "targets": (),
    "stages": ("stages",),
    "sweeps": ("stages",),
    "start-up": ("stages",),
    "pairs": ("pairs",),
    "peers": ("peers", "study"),
    "growth": ("growth",),
    "growth-memory": ("growth",),
    "explorer": ("explorer",),
}
NOT_YET = "Not measured yet: `make bench` does.\n"
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


def load(root: Path) -> Results:
    """Read the results of the parts that there are, and the metrics of the committed run."""
    folder = root / "benchmarks" / "results"
    files = {part: folder / f"{part}.json" for part in PARTS}
    found = {part: read(path) for part, path in files.items() if path.is_file()}
    return found | {
        "elbow": _inertia(root / "plots" / "elbow_pixels.csv"),
    }


def tables(root: Path) -> dict[str, str]:
    """Make every table of the page.

    Parameters
    ----------
    root : Path
        The folder of the project.

    Returns
    -------
    dict of str to str
        Markdown by the name of the table; where a part has no results yet, a sentence.
    """
    results = load(root)
    makers = {
        "machine": machine,
        "targets": targets,
        "stages": stages,
        "sweeps": sweeps,
        "start-up": start_up,
        "pairs": pairs,
        "peers": peers,
        "growth": growth,
        "growth-memory": growth_memory,
        "explorer": explorer,
    }
    return {name: _made(maker, results) for name, maker in makers.items()}


def _made(maker: Callable[[Results], str], results: Results) -> str:
    try:
        return maker(results)
    except KeyError:
        return NOT_YET


def machine(results: Results) -> str:
    """Lay out the facts of the machine; where parts were run on several, of each."""
    facts: dict[str, list[str]] = {}
    for part in PARTS:
        for name, value in results.get(part, {}).get("machine", {}).items():
            if value not in facts.setdefault(name, []):
                facts[name].append(value)
    if not facts:
        return NOT_YET
    return table(("", ""), [(name, "; ".join(values)) for name, values in facts.items()])


def stages(results: Results) -> str:
    """Lay out what each stage takes."""
    part = results["stages"]
    taken = part["stages"]
    rows = [(f"`{name}`", *_cost(found)) for name, found in taken.items()]
    total = {key: sum(found[key] for found in taken.values()) for key in ("seconds", "cpu_seconds")}
    peak = max(found["peak_mib"] for found in taken.values())
    rows.append(("all stages", *_cost(total | {"peak_mib": peak})))
    rows.append(("`dvc repro` as a whole", *_cost(part["whole"])))
    return table(("stage", "seconds", "CPU seconds", "peak MiB"), rows, numbers=3)


def sweeps(results: Results) -> str:
    """Lay out what a change of a param takes, beside what its stages took in the whole run."""
    alone = results["stages"]["stages"]
    rows = []
    for name, found in results["stages"]["sweeps"].items():
        own = sum(alone[stage]["seconds"] for stage in found["ran"] if stage in alone)
        param, comma, rest = name.partition(",")
        title = f"`{param}`{comma}{rest}" if "=" in name else name
        rows.append((title, f"{len(found['ran'])}", *_cost(found), f"{own:.1f}"))
    header = (
        "change",
        "stages that ran",
        "seconds",
        "CPU seconds",
        "peak MiB",
        "these stages alone, s",
    )
    return table(header, rows, numbers=5)


def start_up(results: Results) -> str:
    """Lay out how long each stage takes to import."""
    rows = [(f"`{name}`", *_cost(found)) for name, found in results["stages"]["start_up"].items()]
    return table(("stage", "seconds", "CPU seconds", "peak MiB"), rows, numbers=3)


def pairs(results: Results) -> str:
    """Lay out ours beside the peers', and how many times as long they take."""
    rows = []
    for pair, sides in results["pairs"]["pairs"].items():
        ours = next((found["seconds"] for side, found in sides.items() if side[:3] == "our"), None)
        for side, found in sides.items():
            ratio = f"{found['seconds'] / ours:.2f}" if ours else "–"
            recall = f"{found['neighbor_recall']:.3f}" if "neighbor_recall" in found else "–"
            each = ", ".join(f"{seconds:.1f}" for seconds in found.get("all_seconds", []))
            right = f"{100 * found['accuracy']:.1f}" if "accuracy" in found else "–"
            names = (WORK[pair], SIDES[side], each or "–")
            rows.append((*names, f"{found['seconds']:.1f}", ratio, recall, right))
    header = ("work", "side", "each round, s", "median, s", "times ours", "recall", "train ACC, %")
    return table(header, rows, numbers=4)


def peers(results: Results) -> str:
    """Lay out the common methods, and the study's route."""
    known = [results[part]["routes"] for part in ("peers", "study") if part in results]
    routes = {name: found for part in known for name, found in part.items()}
    rows = [(title, *_route(routes[name])) for name, title in ROUTES.items() if name in routes]
    header = ("route", "seconds", "peak MiB", "images", "train ACC", "NMI", "ARI", "test ACC")
    if not rows:
        raise KeyError("peers")
    return table(header, rows, numbers=7)


def _route(found: Results) -> tuple[str, ...]:
    train, test = found.get("train"), found.get("test")
    scores = ("–",) * 3 if train is None else (
        f"{100 * train['accuracy']:.1f}", f"{train['nmi']:.3f}", f"{train['ari']:.3f}"
    )  # fmt: skip
    return (
        f"{found['seconds']:.0f}",
        short(found["peak_mib"]),
        f"{found['n']:,}",
        *scores,
        f"{100 * test['accuracy']:.1f}" if test else "–",
    )


def explorer(results: Results) -> str:
    """Lay out what the explorer takes."""
    found = results["explorer"]["explorer"]
    rows = [
        ("until the map is there", f"{found['first_seconds']:.2f} s"),
        ("until all images are", f"{found['all_seconds']:.2f} s"),
        *(
            (f"a frame of the {n}-D map", f"{ms:.1f} ms, {1000 / ms:.0f} a second")
            for n in (2, 3)
            for ms in [found[f"frame_{n}d_ms"]]
        ),
        ("an image placed by the pad", f"{found['placed_ms']:.0f} ms"),
        ("the folder", f"{found['megabytes']:.1f} MB"),
    ]
    return table(("", ""), rows)


def growth(results: Results) -> str:
    """Lay out seconds by the number of images, with exponents."""
    part = results["growth"]
    rows = []
    for name, taken in part["stages"].items():
        fitted = exponents({n: found["seconds"] for n, found in taken.items()}, part["n"])
        each = [f"{found['seconds']:.1f}" for found in taken.values()]
        rows.append((f"`{name}`", *each, *(_exponent(fitted[key]) for key in fitted)))
    sizes = [f"{int(n):,}" for n in next(iter(part["stages"].values()))]
    header = ("seconds", *sizes, "overall: n to the", f"from {part['n']:,}: n to the")
    return table(header, [_filled(row, len(header)) for row in rows], numbers=len(header) - 1)


def growth_memory(results: Results) -> str:
    """Lay out peak memory by the number of images."""
    part = results["growth"]["stages"]
    rows = [
        (f"`{name}`", *(f"{found['peak_mib']:.0f}" for found in taken.values()))
        for name, taken in part.items()
    ]
    header = ("peak MiB", *(f"{int(n):,}" for n in next(iter(part.values()))))
    return table(header, [_filled(row, len(header)) for row in rows], numbers=len(header) - 1)


def targets(results: Results) -> str:
    """Lay out what was wanted beside what was measured."""
    rows = [target.row(results) for target in load_targets()]
    return table(("target", "wanted", "measured", "met"), rows, numbers=3)


def _cost(found: Results) -> tuple[str, str, str]:
    return (
        f"{found['seconds']:.1f}",
        f"{found['cpu_seconds']:.1f}",
        f"{found['peak_mib']:.0f}",
    )


def _exponent(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _filled(row: Sequence[str], width: int) -> Sequence[str]:
    """Fill a row up where a stage was not measured at every size."""
    return [*row, *["–"] * (width - len(row))]


def _inertia(path: Path) -> dict[str, float]:
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    column = header.split(",").index("inertia")
    return {line.split(",")[0]: float(line.split(",")[column]) for line in lines}
