"""Reasons and constants of the library that the explorer's pad works by, stated once."""

from types import ModuleType
from typing import Any

from mnist_clustering.distortion import ranking
from mnist_clustering.exact import grid
from mnist_clustering.features import concavities, gradients
from mnist_clustering.images import decode, handwriting, paper, parts
from mnist_clustering.model import fitted, novelty

_MODULES = {
    "concavities": concavities,
    "files": decode,
    "form": handwriting,
    "gradients": gradients,
    "grid": grid,
    "model": fitted,
    "novelty": novelty,
    "paper": paper,
    "parts": parts,
    "ranking": ranking,
}


def rules() -> dict[str, dict[str, Any]]:
    """Collect the numbers and sentences that modules name in capitals.

    Returns
    -------
    dict of dict
        By module, then by name, without a leading underscore.

    Examples
    --------
    >>> rules()["form"]["FIELD"], rules()["novelty"]["BLANK"]
    (28, 'nothing is drawn')
    """
    return {key: _constants(module) for key, module in _MODULES.items()}


def _constants(module: ModuleType) -> dict[str, Any]:
    return {
        name.lstrip("_"): value
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, int | float | str)
    }
