"""What the benchmarks should reach (``targets.yaml``), each target beside what was measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dev.benchmarks.growth import exponents

FILE = Path(__file__).with_name("targets.yaml")
# Stages that take fewer seconds than this at the largest size are ignored in the growth.
_SHORT = 2.0
Results = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """A figure that should stay below or above a limit.

    Attributes
    ----------
    target : str
        What it is, in words.
    measured : str
        Name of a function below, which takes all results; it raises KeyError if what it needs has
        not been measured.
    of : dict
        Its other arguments.
    at_most, at_least : float or None
        The limit, one of the two.
    unit : str
    """

    target: str
    measured: str
    of: dict[str, Any] = field(default_factory=dict)
    at_most: float | None = None
    at_least: float | None = None
    unit: str = ""

    def row(self, results: Results) -> tuple[str, str, str, str]:
        """Return the cells of the target's row: text, limit, measured value, whether it is met."""
        sign, limit = ("at most", self.at_most) if self.at_least is None else (
            "at least", self.at_least
        )  # fmt: skip
        assert limit is not None
        wanted = f"{sign} {short(limit)} {self.unit}".rstrip()
        try:
            found = MEASURES[self.measured](results, **self.of)
        except KeyError:
            return self.target, wanted, "–", "not measured"
        met = found >= limit if sign == "at least" else found <= limit
        return self.target, wanted, f"{short(found)} {self.unit}".rstrip(), ("**no**", "yes")[met]


def load() -> list[Target]:
    """Read all targets."""
    return [Target(**entry) for entry in yaml.safe_load(FILE.read_text(encoding="utf-8"))]


def short(value: float) -> str:
    """Write a figure in three digits at most, large ones without decimals."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def all_stages(results: Results, without: Sequence[str] = ()) -> float:
    """Sum the seconds of the stages, but of those whose names begin with some words."""
    taken = results["stages"]["stages"]
    return sum(
        found["seconds"] for name, found in taken.items() if not name.startswith(tuple(without))
    )


def added_by_dvc(results: Results) -> float:
    """Return the seconds of `dvc repro` beyond those of its stages."""
    return float(results["stages"]["whole"]["seconds"]) - all_stages(results)


def sweep(results: Results, name: str) -> float:
    """Return the seconds of a command after a finished run."""
    return float(results["stages"]["sweeps"][name]["seconds"])


def start_up(results: Results, only: Sequence[str] = (), without: Sequence[str] = ()) -> float:
    """Return the longest import of a stage, libraries alone left out."""
    return max(
        taken["seconds"]
        for name, taken in results["stages"]["start_up"].items()
        if not name.endswith(" alone") and name not in without and (not only or name in only)
    )


def peak(results: Results) -> float:
    """Return the largest peak memory of a stage."""
    return max(found["peak_mib"] for found in results["stages"]["stages"].values())


def ratio(results: Results, pair: str, peer: str, ours: str) -> float:
    """Return how many times as long the peer's side takes as ours."""
    sides = results["pairs"]["pairs"][pair]
    return float(sides[peer]["seconds"] / sides[ours]["seconds"])


def third_dimension(results: Results) -> float:
    """Return how many times as long openTSNE's 3-D map takes as ours from the 2-D map on."""
    found = results["pairs"]["pairs"]
    flat = found["map_2d_placed"]["our_map"]["seconds"]
    ours = found["map_3d"]["our_map_3d"]["seconds"] - flat
    return float(found["map_3d"]["opentsne_map_3d"]["seconds"] / ours)


def gain(results: Results, pair: str, peer: str, ours: str, score: str) -> float:
    """Return by how much our score exceeds the peer's."""
    sides = results["pairs"]["pairs"][pair]
    return float(sides[ours][score] - sides[peer][score])


def whole_study(results: Results, without: Sequence[str] = ()) -> float:
    """Return how many times as long scikit-learn takes for the study as our stages, but some."""
    routes = results["study"]["routes"].values()
    return sum(found["seconds"] for found in routes) / all_stages(results, without)


def excess_inertia(results: Results) -> float:
    """Return by how many percent our inertia exceeds the best of ten starts', at worst."""
    theirs = results["study"]["routes"]["sklearn_elbow"]["inertia"]
    return max(100 * (results["elbow"][k] / found - 1) for k, found in theirs.items())


def steepest(results: Results) -> float:
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


def explorer(results: Results, key: str) -> float:
    """Return a figure of the explorer."""
    return float(results["explorer"]["explorer"][key])


def minutes(results: Results) -> float:
    """Return how long all parts of `make bench` took."""
    return sum(
        results[part]["minutes"] for part in ("stages", "pairs", "peers", "growth", "explorer")
    )


MEASURES: dict[str, Callable[..., float]] = {
    measure.__name__: measure
    for measure in (
        all_stages,
        added_by_dvc,
        sweep,
        start_up,
        peak,
        ratio,
        third_dimension,
        gain,
        whole_study,
        excess_inertia,
        steepest,
        explorer,
        minutes,
    )
}
