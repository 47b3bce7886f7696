"""What few images allow: numbers of neighbours, components and clusters that fit a small set."""

from collections.abc import Mapping
from typing import Any

from mnist_clustering.errors import InputError

# Fewer images have no neighbourhoods that a map could keep.
LEAST = 20
AUTO = "auto"
# The most that n training images allow, by the name of the param.
_MOST = {
    "kmeans.k": lambda n: n // 2,
    # A map begins with two.
    "features.gradient_components": lambda n: max(n // 3, 2),
    "features.concavity_components": lambda n: max(n // 3, 2),
    "features.pixel_components": lambda n: max(n // 3, 2),
    "neighbors.k": lambda n: n - 1,
    "neighbors.test_k": lambda n: n - 1,
    "distortion.k": lambda n: n - 1,
    # With more, all images attract one another, and the map falls together.
    "tsne.perplexity": lambda n: max(n // 8, min(2, (n - 1) // 3)),
    "elbow.k_max": lambda n: n // 2,
    "recluster.k": lambda n: n // 4,
    "micro.micro_clusters": lambda n: n // 4,
}
# What "auto" stands for, by the name of the param. A neighbourhood must not exceed a third or so of
# a class, and there are more classes than two in small sets, too.
_AUTO = {"tsne.perplexity": lambda n: min(max(n // 1000, 5), 20)}


def fitting(section: str, params: Mapping[str, Any], n_images: int) -> dict[str, Any]:
    """Set params that follow the number of training images, and lower those it does not allow.

    Parameters
    ----------
    section : str
        Of ``params.yaml``.
    params : mapping of str to object
        Its values by name.
    n_images : int
        Training images, at least `LEAST`.

    Returns
    -------
    dict of str to object
        All params of the section; those that no number of images limits are as they were.

    Examples
    --------
    >>> fitting("tsne", {"perplexity": 20, "seed": 0}, n_images=40)
    {'perplexity': 5, 'seed': 0}
    >>> fitting("tsne", {"perplexity": "auto"}, n_images=60_000)
    {'perplexity': 20}
    """
    fitted = dict(params)
    for name, value in params.items():
        if value == AUTO and (follow := _AUTO.get(f"{section}.{name}")):
            fitted[name] = value = follow(n_images)
        most = _MOST.get(f"{section}.{name}")
        if most is not None and isinstance(value, int | float):
            fitted[name] = min(value, most(n_images))
    return fitted


def lowered(params: Mapping[str, Any], n_images: int) -> str:
    """Say in one sentence which params are lowered; nothing if none is.

    Parameters
    ----------
    params : mapping of str to mapping
        Sections of ``params.yaml`` by name.
    n_images : int
        Training images.

    Raises
    ------
    InputError
        If there are too few images for any map.
    """
    if n_images < LEAST:
        raise InputError(f"there are {n_images} training images, but at least {LEAST} are needed")
    changes = []
    for section, given in params.items():
        if isinstance(given, Mapping):
            fitted = fitting(section, given, n_images)
            changes += [
                f"{section}.{name} {fitted[name]} (not {value})"
                for name, value in given.items()
                if value != AUTO and fitted[name] != value
            ]
    return f"{n_images} training images allow only {', '.join(changes)}" if changes else ""
