"""Checks of a dataset's images and labels that need no param."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError

# In the files, a label that stands for none.
UNKNOWN = 255


def check_parts(parts: Mapping[str, tuple[NDArray[np.uint8], NDArray[np.uint8]]]) -> None:
    """Check that each part has a label for each image, and that all images are of one size.

    Parameters
    ----------
    parts : mapping of str to (images, labels)
        "train" and "test" as they were read, of whatever shape. A part may have no labels at all.

    Raises
    ------
    InputError
        If images and labels were swapped, if they differ in number, if sizes differ, or if there
        is nothing to cluster.
    """
    for name, (images, labels) in parts.items():
        if images.ndim != 3 or labels.ndim != 1:
            swapped = (images.ndim, labels.ndim) == (1, 3)
            raise InputError(
                f"the images of {name} are of shape {images.shape} and its labels of shape "
                f"{labels.shape}, but images are (n, height, width) and labels (n): "
                + ("swap the two files" if swapped else "give a file of each")
            )
        if len(labels) not in (0, len(images)):
            raise InputError(
                f"{name} has {len(images):,} images, but {len(labels):,} labels: give one label "
                "for each image, in the same order"
            )
    train, test = (parts[name][0] for name in ("train", "test"))
    if not len(train):
        raise InputError("train has no images: give a file that holds some")
    if len(test) and train.shape[1:] != test.shape[1:]:
        sizes = [f"{h} x {w}" for h, w in (train.shape[1:], test.shape[1:])]
        raise InputError(
            f"images of train are {sizes[0]} pixels and those of test {sizes[1]}: bring them to "
            "one size"
        )
    if min(train.shape[1:]) < 1:
        raise InputError(f"images are {train.shape[1]} x {train.shape[2]} pixels: there is nothing")
    check_content(train)


def check_content(images: NDArray[np.uint8]) -> None:
    """Refuse images that are all alike: black, or copies of one.

    Raises
    ------
    InputError
        If there is nothing that could tell images apart.
    """
    if len(images) > 1 and not (images != images[0]).any():
        black = "black all over" if not images[0].any() else "copies of one image"
        raise InputError(
            f"all {len(images):,} training images are {black}: give images that differ"
        )


def name_classes(
    labels: NDArray[np.integer], classes: list[str | int] | None, first_label: int = 0
) -> tuple[NDArray[np.int16], list[str | int]]:
    """Turn labels as they are in the files into codes, and list what the codes stand for.

    Parameters
    ----------
    labels : ndarray of integers, shape (n,)
        `UNKNOWN` where there is none.
    classes : list of str or int, or None
        Names of the labels from ``first_label`` on; by default each label is its own name.

    Returns
    -------
    codes : ndarray of int16, shape (n,)
        From 0; -1 where there is no label.
    names : list of str or int
        Of each code.

    Raises
    ------
    InputError
        If there is a label without a name.

    Examples
    --------
    >>> codes, names = name_classes(np.array([3, 255, 1]), None)
    >>> codes.tolist(), names
    ([1, -1, 0], [1, 3])
    """
    known = np.unique(labels[labels != UNKNOWN]).astype(np.int64)
    if classes is None:
        names: list[str | int] = [int(value) for value in known]
        place = {value: code for code, value in enumerate(known.tolist())}
    else:
        names = list(classes)
        place = {first_label + code: code for code in range(len(names))}
        if strange := [str(value) for value in known.tolist() if value not in place]:
            raise InputError(
                f"there are labels {', '.join(strange[:5])}, but {len(names)} classes are named, "
                f"for labels {first_label} to {first_label + len(names) - 1}: name them all"
            )
    table = np.full(256, -1, dtype=np.int16)
    table[list(place)] = list(place.values())
    return table[labels], names


def filled(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a label for each image, `UNKNOWN` where a part has none at all."""
    return labels if len(labels) else np.full(len(images), UNKNOWN, dtype=np.uint8)


def narrow_dtype(codes: NDArray[np.int16]) -> NDArray[np.integer]:
    """Keep codes as bytes where each image has a label, -1 for none needs two bytes."""
    return codes if (codes < 0).any() else codes.astype(np.uint8)


def about_labels(codes: NDArray[np.int16]) -> str:
    """Say how many images have no label, if some have none and others one."""
    missing = int((codes < 0).sum())
    if not missing or missing == len(codes):
        return "" if not missing else "no image has a label: clusters are found, but not scored"
    return f"{missing:,} of {len(codes):,} images have no label: they are clustered, but not scored"


def about_copies(images: NDArray[np.uint8]) -> str:
    """Say how many training images are copies of an earlier one, if some are."""
    rows = np.ascontiguousarray(images.reshape(len(images), -1))
    copies = len(rows) - len({row.tobytes() for row in rows})
    return f"{copies:,} of {len(rows):,} training images are copies of others" if copies else ""


def about_names(classes: Sequence[str | int]) -> str:
    """Say which classes have names that differ in case only, if some do."""
    groups: dict[str, list[str]] = {}
    for name in map(str, classes):
        groups.setdefault(name.casefold(), []).append(name)
    alike = [" and ".join(names) for names in groups.values() if len(names) > 1]
    return f"classes differ in case only, and are kept apart: {', '.join(alike)}" if alike else ""
