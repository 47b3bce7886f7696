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
# Perplexities of which "auto" is one. With fewer images than `_MANY`, 20 neighbours may reach into
# other classes, or may not: the maps tell (`tsne.scale`).
_PERPLEXITIES, _MANY = (5, 20), 20_000
# What "auto" stands for, by the name of the param; at the most, where it is one of several.
_AUTO = {"tsne.perplexity": _PERPLEXITIES[-1]}


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
        if value == AUTO and f"{section}.{name}" in _AUTO:
            fitted[name] = value = _AUTO[f"{section}.{name}"]
        most = _MOST.get(f"{section}.{name}")
        if most is not None and isinstance(value, int | float):
            fitted[name] = min(value, most(n_images))
    return fitted


def perplexities(given: float | str, n_images: int) -> list[float]:
    """List the perplexities that come into question, ascending: the given one, or what "auto" is.

    Examples
    --------
    >>> perplexities(30, 1000), perplexities("auto", 1000), perplexities("auto", 60_000)
    ([30], [5, 20], [20])
    """
    if given != AUTO:
        wanted = [given]
    else:
        wanted = [*(_PERPLEXITIES if n_images < _MANY else _PERPLEXITIES[-1:])]
    fitted = [fitting("tsne", {"perplexity": each}, n_images)["perplexity"] for each in wanted]
    return [*dict.fromkeys(fitted)]


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
