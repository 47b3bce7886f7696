"""The features of an image: weighted blocks of principal components, concatenated."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.exact import pca
from mnist_clustering.features.concavities import concavity_features
from mnist_clustering.features.deskew import deskew
from mnist_clustering.features.gradients import gradient_features
from mnist_clustering.images import form
from mnist_clustering.resources import run_in_threads

# How the raw features of each block are computed from (deskewed) images.
BLOCKS: Mapping[str, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    "gradient": gradient_features,
    "concavity": concavity_features,
    "pixel": lambda upright: upright.reshape(len(upright), -1),
}
# Images that a thread describes at once.
_BLOCK = 2048


@dataclass(frozen=True)
class Block:
    """One kind of raw features, its number of components and its weight."""

    name: str  # {"gradient", "concavity", "pixel"}
    components: int  # number of principal components kept
    weight: float  # standard deviation of the block as a whole; a block with weight 0 is left out


@dataclass(frozen=True)
class Descriptor:
    """The fitted map from images to features: fitted on train, applied to any image."""

    deskewed: bool  # whether images are deskewed first
    bases: Mapping[str, pca.Basis]  # principal components of each block, by the name of the block


def suitable(blocks: Sequence[Block], name: str, n_pixels: int) -> list[Block]:
    """Choose the blocks that describe images of a form.

    Embeddings are described already: of them only the numbers themselves are taken, whatever the
    weight of the pixels, and no more components than there are numbers.
    """
    if form.is_drawn(name):
        return list(blocks)
    return [
        replace(block, weight=1.0, components=min(block.components, n_pixels))
        for block in blocks
        if block.name == "pixel"
    ]


def describe(
    images: NDArray[np.uint8],
    name: str,
    *,
    deskew: bool,
    whiten: bool,
    n_jobs: int = 1,
    **sizes: float,
) -> tuple[Descriptor, NDArray[np.int16]]:
    """Fit the blocks that suit the form of images, shape (n, height, width), and transform these.

    Sizes are ``NAME_components`` and ``NAME_weight`` of blocks; one that is not named is left out.
    Only handwriting is deskewed. All else is as in `fit_transform`.
    """
    blocks = [
        Block(block, int(sizes[f"{block}_components"]), sizes[f"{block}_weight"])
        for block in BLOCKS
        if f"{block}_weight" in sizes
    ]
    return fit_transform(
        images,
        suitable(blocks, name, images[0].size),
        deskewed=deskew and form.is_deskewed(name),
        whiten=whiten,
        n_jobs=n_jobs,
    )


def fit_transform(
    images: NDArray[np.uint8],
    blocks: Sequence[Block],
    *,
    deskewed: bool,
    whiten: bool,
    n_jobs: int = 1,
) -> tuple[Descriptor, NDArray[np.int16]]:
    """Fit the principal components of each block and transform the same images.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    deskewed : bool
        Whether to deskew the images first.
    whiten : bool
        Whether to whiten partially: to amplify the axes of lower variance (`pca.fit`).
    n_jobs : int
        Number of threads, on which the result does not depend.

    Returns
    -------
    features : ndarray of int16, shape (n, d)
        As returned by `transform`.

    Raises
    ------
    InputError
        If every block has weight 0.
    """
    kept = [block for block in blocks if block.weight]
    if not kept:
        names = ", ".join(f"features.{block.name}_weight" for block in blocks)
        raise InputError(f"the weights of all blocks ({names}) are 0: raise one of them")
    raw = raw_blocks(images, [block.name for block in kept], deskewed=deskewed, n_jobs=n_jobs)
    bases = {
        block.name: pca.fit(raw[block.name], block.components, block.weight, whiten=whiten)
        for block in kept
    }
    descriptor = Descriptor(deskewed, bases)
    return descriptor, _project(raw, descriptor)


def transform(
    images: NDArray[np.uint8], descriptor: Descriptor, n_jobs: int = 1
) -> NDArray[np.int16]:
    """Compute the features of images, each independently of the others.

    Returns
    -------
    ndarray of int16, shape (n, d)
        The principal component scores of all blocks, concatenated, in units of 1 / 1024.
    """
    raw = raw_blocks(images, descriptor.bases, deskewed=descriptor.deskewed, n_jobs=n_jobs)
    return _project(raw, descriptor)


def raw_blocks(
    images: NDArray[np.uint8], names: Iterable[str], *, deskewed: bool, n_jobs: int = 1
) -> dict[str, NDArray[np.uint8]]:
    """Compute the raw features of blocks: arrays of shape (n, 512), (n, 147) or (n, 784)."""

    def describe(start: int) -> list[NDArray[np.uint8]]:
        part = images[start : start + _BLOCK]
        upright = deskew(part) if deskewed else part
        return [BLOCKS[name](upright) for name in names]

    parts = run_in_threads(describe, range(0, max(len(images), 1), _BLOCK), n_jobs)
    by_block = zip(*parts, strict=True)
    return {name: np.concatenate(own) for name, own in zip(names, by_block, strict=True)}


def _project(raw: Mapping[str, NDArray[np.uint8]], descriptor: Descriptor) -> NDArray[np.int16]:
    scores = [pca.transform(basis, raw[name]) for name, basis in descriptor.bases.items()]
    return np.hstack(scores)


def to_arrays(descriptor: Descriptor) -> dict[str, NDArray]:
    """Convert a descriptor to named arrays, for a file that contains no code."""
    arrays: dict[str, NDArray] = {"deskewed": np.array(descriptor.deskewed)}
    for name, basis in descriptor.bases.items():
        arrays[f"{name}_mean"] = basis.mean
        arrays[f"{name}_loadings"] = basis.loadings
        arrays[f"{name}_divisor"] = np.array(basis.divisor)
    return arrays


def from_arrays(arrays: Mapping[str, NDArray]) -> Descriptor:
    """Restore a descriptor from the arrays of `to_arrays`; a KeyError names one that is missing."""
    names = [name.removesuffix("_mean") for name in arrays if name.endswith("_mean")]
    bases = {
        name: pca.Basis(
            mean=arrays[f"{name}_mean"],
            loadings=arrays[f"{name}_loadings"],
            divisor=int(arrays[f"{name}_divisor"].item()),
            doubtful=0,
        )
        for name in names
    }
    return Descriptor(bool(arrays["deskewed"].item()), bases)
