"""Parameters of the estimators: their defaults, what they may be, and what they set."""

import copy
import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, NamedTuple

from mnist_clustering.errors import InputError
from mnist_clustering.limits import AUTO, fitting
from mnist_clustering.neighbors.nearest import needed

# Fewer images or vectors have too few neighbours for any map.
LEAST = 4
# Of the pipeline's params those of this route, as params.yaml has them.
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "split": {"landmarks": 100_000, "seed": 0},
    "features": {
        "deskew": True,
        "whiten": True,
        "gradient_components": 96,
        "gradient_weight": 1.0,
        "concavity_components": 30,
        "concavity_weight": 0.7,
        "pixel_components": 50,
        "pixel_weight": 0,
    },
    "neighbors": {"k": 150, "test_k": 150},
    "distortion": {"k": AUTO, "directions": "both"},
    "tsne": {
        "perplexity": AUTO,
        "forward_weight": 2,
        "exaggeration": 4,
        "seed": 0,
        "test_neighbors": 5,
        "map_2d": {
            "jitter": 1.0,
            "early_exaggeration": 12,
            "early_iterations": 50,
            "iterations": 100,
        },
    },
    "elbow": {
        "k_min": 2,
        "k_max": 20,
        "map_starts": 5,
        "max_iter": 300,
        "silhouette_sample": 5000,
        "seed": 0,
    },
    "recluster": {"n_init": 20, "max_iter": 300, "seed": 0},
    "micro": {
        "micro_clusters": 100,
        "edges": 10,
        "n_init": 20,
        "max_iter": 300,
        "seed": 0,
    },
    "bundle": {
        "strangeness_quantile": 0.997,
        "drawn_quantile": 0.993,
        "fullness_quantile": 0.9995,
    },
}


class Setting(NamedTuple):
    """What a parameter may be, and which of `DEFAULTS` it replaces, by dotted names."""

    sets: tuple[str, ...]
    kind: type
    least: float
    most: float = math.inf
    auto: bool = False


_SEEDS = tuple(f"{section}.seed" for section, own in DEFAULTS.items() if "seed" in own)
SETTINGS = {
    "n_neighbors": Setting(("neighbors.k", "neighbors.test_k"), Integral, 3),
    "perplexity": Setting(("tsne.perplexity",), Real, 1, auto=True),
    "forward_weight": Setting(("tsne.forward_weight",), Real, 0),
    "exaggeration": Setting(("tsne.exaggeration",), Real, 1),
    "early_exaggeration": Setting(("tsne.map_2d.early_exaggeration",), Real, 1),
    "early_iterations": Setting(("tsne.map_2d.early_iterations",), Integral, 1),
    "iterations": Setting(("tsne.map_2d.iterations",), Integral, 1),
    "test_neighbors": Setting(("tsne.test_neighbors",), Integral, 1),
    "micro_clusters": Setting(("micro.micro_clusters",), Integral, 2),
    "components": Setting(("features.pixel_components",), Integral, 2),
    "random_state": Setting(_SEEDS, Integral, 0, 2**32 - 1),
}


def check(params: Mapping[str, Any], n: int) -> None:
    """Refuse parameters that are out of range, or that n rows do not allow.

    Parameters
    ----------
    params : mapping of str to object
        Of an estimator, by name.
    n : int
        Images or vectors to fit to.

    Raises
    ------
    InputError
    """
    for name in SETTINGS.keys() & params.keys():
        _check_range(name, params[name])
    if n < LEAST:
        raise InputError(f"there are n_samples = {n} rows, but at least {LEAST} are needed")
    wanted = params["n_clusters"]
    if wanted != AUTO and not (_is_a(wanted, Integral) and 1 <= wanted <= n):
        raise InputError(
            f'n_clusters is {wanted!r}, but {n} rows allow a whole number from 1 to {n}, or "auto"'
        )
    perplexity = params["perplexity"]
    if perplexity == AUTO:
        perplexity = fitting("tsne", {"perplexity": AUTO}, n)["perplexity"]
    least = max(needed(perplexity), params["test_neighbors"])
    if least > params["n_neighbors"]:
        raise InputError(
            f"n_neighbors is {params['n_neighbors']}, but it must be at least {least}, three times "
            "the perplexity and no less than test_neighbors: raise it, or lower these"
        )


def _check_range(name: str, value: Any) -> None:
    allowed = SETTINGS[name]
    if value == AUTO and allowed.auto:
        return
    if not _is_a(value, allowed.kind) or not allowed.least <= value <= allowed.most:
        kind = "whole number" if allowed.kind is Integral else "number"
        most = "" if math.isinf(allowed.most) else f" and at most {allowed.most}"
        raise InputError(
            f"{name} is {value!r}, but it must be a {kind}, at least {allowed.least:g}{most}"
        )


def _is_a(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def pipeline_params(params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Put the parameters of an estimator in place of the defaults.

    Returns
    -------
    dict of str to dict
        Sections as in `DEFAULTS`.
    """
    sections: dict[str, Any] = copy.deepcopy(dict(DEFAULTS))
    for name in SETTINGS.keys() & params.keys():
        for path in SETTINGS[name].sets:
            *parents, key = path.split(".")
            section = sections
            for parent in parents:
                section = section[parent]
            section[key] = params[name]
    return sections
