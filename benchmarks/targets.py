"""What the benchmarks should reach, each target beside what was measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.growth import exponents

# Seconds of the 3-D map that the target refers to, measured once by hand.
OLD_3D_SECONDS = 212
# Stages that take fewer seconds than this at the largest size are ignored in the growth.
_SHORT = 2.0
Results = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """A figure that should stay below (or above) a limit.

    Attributes
    ----------
    text : str
    limit : float
    measured : callable
        Takes all results; raises KeyError if what it needs has not been measured.
    unit : str
    at_least : bool
        Whether the limit is a lower one.
    """

    text: str
    limit: float
    measured: Callable[[Results], float]
    unit: str = "s"
    at_least: bool = False

    def row(self, results: Results) -> tuple[str, str, str, str]:
        """Return the cells of the target's row: text, limit, measured value, whether it is met."""
        sign = "at least" if self.at_least else "at most"
        wanted = f"{sign} {short(self.limit)} {self.unit}".rstrip()
        try:
            found = self.measured(results)
        except KeyError:
            return self.text, wanted, "–", "not measured"
        met = found >= self.limit if self.at_least else found <= self.limit
        return (
            self.text,
            wanted,
            f"{short(found)} {self.unit}".rstrip(),
            "yes" if met else "**no**",
        )


def short(value: float) -> str:
    """Write a figure in three digits at most, large ones without decimals."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _stage_seconds(results: Results, without: Sequence[str] = ()) -> float:
    taken = results["stages"]["stages"]
    return sum(found["seconds"] for name, found in taken.items() if name not in without)


def _largest(results: Results, group: str, key: str, prefix: str = "") -> float:
    found = results["stages"][group]
    return max(taken[key] for name, taken in found.items() if name.startswith(prefix))


def _slowest_start(results: Results) -> float:
    """Return the longest import of a stage, libraries alone left out."""
    found = results["stages"]["start_up"]
    return max(taken["seconds"] for name, taken in found.items() if not name.endswith(" alone"))


def _ratio(pair: str, peer: str, ours: str) -> Callable[[Results], float]:
    def measured(results: Results) -> float:
        sides = results["pairs"]["pairs"][pair]
        return float(sides[peer]["seconds"] / sides[ours]["seconds"])

    return measured


def _third_dimension(results: Results) -> float:
    """Return how many times as long openTSNE's 3-D map takes as ours from the 2-D map on."""
    found = results["pairs"]["pairs"]
    flat = found["map_2d_placed"]["our_map"]["seconds"]
    ours = found["map_3d"]["our_map_3d"]["seconds"] - flat
    return float(found["map_3d"]["opentsne_map_3d"]["seconds"] / ours)


def _gain(pair: str, ours: str, peer: str, score: str) -> Callable[[Results], float]:
    def measured(results: Results) -> float:
        sides = results["pairs"]["pairs"][pair]
        return float(sides[ours][score] - sides[peer][score])

    return measured


def _excess_inertia(results: Results) -> float:
    """Return by how many percent our inertia exceeds the best of ten starts', at worst."""
    theirs = results["peers"]["routes"]["sklearn_elbow"]["inertia"]
    return max(100 * (results["elbow"][k] / found - 1) for k, found in theirs.items())


def _steepest(results: Results) -> float:
    """Return the largest exponent above the whole of MNIST, the search for neighbours left out."""
    part = results["growth"]
    found = [
        exponents({n: size["seconds"] for n, size in taken.items()}, part["n"])["above"]
        for name, taken in part["stages"].items()
        if name != "neighbors" and max(size["seconds"] for size in taken.values()) >= _SHORT
    ]
    known = [exponent for exponent in found if exponent is not None]
    if not known:
        raise KeyError("no size above the whole")
    return max(known)


TARGETS = (
    Target("all stages", 240, _stage_seconds),
    Target("all stages, the aim", 120, _stage_seconds),
    Target(
        "all stages but those of the 3-D map",
        100,
        lambda r: _stage_seconds(r, ("tsne@3", "recluster@3", "draw@map_3d")),
    ),
    Target(
        "neighbours and affinities: openTSNE's defaults take",
        2,
        _ratio("affinities", "opentsne_affinities", "our_affinities"),
        "times as long",
        at_least=True,
    ),
    Target(
        "2-D map: openTSNE's defaults take",
        1,
        _ratio("map_2d", "opentsne_map", "our_map_alone"),
        "times as long",
        at_least=True,
    ),
    Target(
        "its neighbour recall less openTSNE's",
        0,
        _gain("map_2d", "our_map_alone", "opentsne_map", "neighbor_recall"),
        "",
        at_least=True,
    ),
    Target(
        "2-D map: UMAP takes",
        1,
        _ratio("map_2d", "umap_map", "our_map_alone"),
        "times as long",
        at_least=True,
    ),
    Target(
        "2-D map: UMAP with a seed takes",
        1,
        _ratio("map_2d_seeded", "umap_map_seeded", "our_map_alone"),
        "times as long",
        at_least=True,
    ),
    Target(
        "2-D map with test placed: UMAP takes",
        1,
        _ratio("map_2d_placed", "umap_map_placed", "our_map"),
        "times as long",
        at_least=True,
    ),
    Target(
        f"3-D map (`tsne@3`): a fifth of {OLD_3D_SECONDS} s",
        OLD_3D_SECONDS / 5,
        lambda r: float(r["stages"]["stages"]["tsne@3"]["seconds"]),
    ),
    Target(
        "3-D map beyond the 2-D map that it starts from: openTSNE's takes",
        5,
        _third_dimension,
        "times as long",
        at_least=True,
    ),
    *(
        Target(
            f"{text} less openTSNE's, exaggeration {exaggeration}",
            limit,
            _gain(f"map_3d{which}", f"our_map_3d{which}", f"opentsne_map_3d{which}", score),
            "",
            at_least=True,
        )
        for which, exaggeration in (("", "4"), ("_low", "1.5"))
        for text, score, limit in (
            ("its neighbour recall", "neighbor_recall", -0.02),
            ("its accuracy", "accuracy", 0),
        )
    ),
    Target(
        "elbow on pixels",
        20,
        lambda r: float(r["stages"]["stages"]["elbow@pixels"]["seconds"]),
    ),
    Target(
        "its inertia above the best of ten random starts, k = 5, 10, 20", 0.1, _excess_inertia, "%"
    ),
    Target(
        "`dvc exp run -S recluster.k=12`",
        12,
        lambda r: float(r["stages"]["sweeps"]["recluster.k=12"]["seconds"]),
    ),
    Target(
        "`dvc repro` with nothing to do",
        3,
        lambda r: float(r["stages"]["sweeps"]["nothing to do"]["seconds"]),
    ),
    Target(
        "peak memory of any stage",
        2048,
        lambda r: _largest(r, "stages", "peak_mib"),
        "MiB",
    ),
    Target("start-up of any stage", 1, _slowest_start),
    Target("any drawing", 5, lambda r: _largest(r, "stages", "seconds", "draw@")),
    Target(
        "growth of any stage but `neighbors` beyond 60,000 images: n to the", 1.2, _steepest, ""
    ),
)
