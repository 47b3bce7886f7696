"""What a dataset holds: each kind is brought to the same content.

That is the bytes of four IDX files (which idx has already), the names of the classes, and for
pictures their paths, thumbnails, and what had to be left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_clustering.errors import InputError
from mnist_clustering.exact.sampling import fixed_sample
from mnist_clustering.images import arrays, form, idx, labels, listing
from mnist_clustering.images.collection import read_file
from mnist_clustering.images.decode import decode
from mnist_clustering.images.frame import is_plain, picture_to_form, settled
from mnist_clustering.resources import run_in_threads
from mnist_clustering.sources import picture_sets

PARTS = ("train", "test")
# Pictures that a thread takes at a time: what waits for a thread takes memory too.
_BLOCK = 16
# Pictures that are looked at before all others, for the form of all.
_ASKED = 200
_NO_THUMBNAILS = np.empty((0, 0, 0, 3), dtype=np.uint8)
# Sides of thumbnails, which together take at most so many bytes.
_SIDES = (64, 48, 32)
_MOST_THUMBNAILS = 256_000_000


@dataclass(frozen=True)
class Picture:
    """A picture in form, as it looks, and whether it has colours and a plain background."""

    image: NDArray[np.uint8]
    thumbnail: NDArray[np.uint8]
    coloured: bool
    plain: bool


@dataclass(frozen=True)
class Content:
    """What a dataset holds."""

    # (n, height, width), of "train" and "test", the latter maybe without any.
    images: Mapping[str, NDArray[np.uint8]]
    labels: Mapping[str, NDArray[np.uint8]]  # (n,), codes, `checking.UNKNOWN` for none
    classes: list[str | int]  # what the codes stand for; empty without labels
    # Of the pictures of train, then of test; empty where there are none.
    paths: list[str] = field(default_factory=list)
    # (n, side, side, 3), of the same, or none.
    thumbnails: NDArray[np.uint8] = field(default_factory=lambda: _NO_THUMBNAILS)
    # Paths that could not be used, and why.
    skipped: list[tuple[str, str]] = field(default_factory=list)
    # What else should be known of it, for its record.
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # sentences for the user

    def record(self, name: str, dataset: Mapping[str, Any]) -> dict[str, Any]:
        """State what `split` has to know of the files, and what people want to know."""
        kept = ("title", "licence", "kind", "first_label", "transposed")
        own = form.EMBEDDING if dataset["kind"] == "embeddings" else dataset["form"]
        classes = self.classes if dataset["kind"] != "idx" else dataset.get("classes")
        return {
            "name": name,
            **{key: dataset[key] for key in kept if key in dataset},
            "form": own,
            "classes": classes,
            **self.facts,
        }

    def files(self) -> dict[str, bytes]:
        """Write the parts as IDX files, by the name of each."""
        written = {}
        for part, prefix in (("train", "train"), ("test", "t10k")):
            written[f"{prefix}-images-idx3-ubyte"] = idx.encode(self.images[part])
            written[f"{prefix}-labels-idx1-ubyte"] = idx.encode(self.labels[part])
        return written


def of_arrays(files: Mapping[str, bytes], shape: Sequence[int] | None, into: str) -> Content:
    """Read images from arrays of other programs, by the names of the files.

    "test" (or "t10k") in a name means the test part, "label" its labels. Images in rows have a
    shape, and picture files within a file are brought into a form.

    Raises
    ------
    InputError
        If a file is damaged, or images and labels do not fit each other.
    """
    images, named, notes = {}, {}, list[str]()
    if into == form.FRAME and any(name.lower().endswith(".parquet") for name in files):
        into = settled(into, _backgrounds(files, shape))

    def picture(data: bytes) -> NDArray[np.uint8]:
        return picture_to_form(decode(data), into)

    for part, table in _parts(files, shape, picture).items():
        try:
            scale = arrays.scale_of(arrays.in_blocks(arrays.layout(table.values, shape)))
            images[part] = arrays.to_images(table.values, shape, scale)
        except InputError as error:
            raise InputError(f"the images of {part}: the array {error}") from None
        named[part] = labels.for_each(table.labels, len(images[part]), part)
        notes += [scale.note] if scale.note and scale.note not in notes else []
    empty = np.empty((0, *images["train"].shape[1:]), dtype=np.uint8)
    coded, classes = labels.to_codes({"train": named["train"], "test": named.get("test", [])})
    facts = {"form": into}
    return Content({"test": empty} | images, coded, classes, facts=facts, notes=notes)


def _backgrounds(files: Mapping[str, bytes], shape: Sequence[int] | None) -> list[bool]:
    """Look at the backgrounds of the first pictures that stand in tables, if any do."""
    plain: list[bool] = []

    def look(data: bytes) -> NDArray[np.uint8]:
        if len(plain) < _ASKED:
            plain.append(is_plain(decode(data).colours))
        return np.zeros((form.FIELD, form.FIELD), dtype=np.uint8)

    _parts(files, shape, look)
    return plain


def of_embeddings(files: Mapping[str, bytes], folder: str | None, n_jobs: int) -> Content:
    """Round embeddings to a grid, and lay each out as a tile.

    Files are vectors (npy, npz, parquet), and maybe a manifest (csv) with the columns path and
    label, whose pictures are in a folder, for thumbnails.
    """
    manifests = {name: data for name, data in files.items() if name.lower().endswith(".csv")}
    tables = _parts({name: data for name, data in files.items() if name not in manifests})
    sizes = [len(table.values) for table in tables.values()]
    try:
        grid = form.to_grid(np.concatenate([table.values for table in tables.values()]))
    except (InputError, ValueError) as error:
        raise InputError(f"the array of embeddings {error}") from None
    n, d = grid.vectors.shape
    listed = [_manifest(name, data) for name, data in manifests.items()]
    if listed and sum(map(len, listed)) != n:
        raise InputError(
            f"there are {n} embeddings, but {sum(map(len, listed))} rows in the manifest: "
            "give one row for each, in the same order"
        )
    given = [(own.labels, len(own)) for own in listed]
    given = given or [(table.labels, len(table.values)) for table in tables.values()]
    named = [label for own, length in given for label in own or [None] * length]
    paths = [path for own in listed for path in own.paths or ()]
    thumbnails, missing = _NO_THUMBNAILS, list[tuple[str, str]]()
    if folder is not None and paths:
        thumbnails, missing = _thumbnails(Path(folder).expanduser(), paths, n_jobs)
    notes = [
        f"{n} embeddings of {d} numbers are rounded to 256 steps, which loses {grid.loss:.2%} of "
        "their variance",
        *([grid.advice] if grid.advice else []),
    ]
    if missing:
        notes.append(
            f"{len(missing)} pictures of the manifest cannot be shown: skipped.csv says why"
        )
    tiles, named = form.to_tiles(grid.vectors), labels.for_each(named, n, "the manifest")
    coded, classes = labels.to_codes({"train": named[: sizes[0]], "test": named[sizes[0] :]})
    return Content(
        images={"train": tiles[: sizes[0]], "test": tiles[sizes[0] :]},
        labels=coded,
        classes=classes,
        paths=paths,
        thumbnails=thumbnails,
        skipped=missing,
        facts={
            "dimensions": d,
            "rounding_loss": float(f"{grid.loss:.3g}"),
            # By which new vectors are rounded, too.
            "levels": grid.levels.to_record(),
        },
        notes=notes,
    )


def _manifest(name: str, data: bytes) -> listing.Listed:
    """Read paths or labels of embeddings, or both."""
    listed = listing.read(name, data)
    return listed if listed.labels is not None else listed.need(name, labels=False)


def of_pictures(
    dataset: Mapping[str, Any], n_jobs: int, on_step: Callable[[int], object] = lambda done: None
) -> Content:
    """Decode the pictures of a folder on some threads; what cannot be used is listed.

    Parameters
    ----------
    dataset : mapping
        "folder", "form", and maybe "digest" and "labels": sub-folders are classes unless these are
        "none", and those named train and test are parts.
    on_step : callable, optional
        Called with the number of files that were read since.

    Raises
    ------
    InputError
        If no file can be used.
    """
    files = picture_sets.listed(dataset["folder"])
    paths = sorted(files)
    side = thumbnail_side(len(paths))
    decoded: dict[str, Picture | str] = {}
    read: dict[str, str] = {}
    asked = (files[paths[i]] for i in fixed_sample(len(paths), _ASKED))
    into = settled(dataset["form"], _plain(asked))

    def work(start: int) -> None:
        for path in paths[start : start + _BLOCK]:
            decoded[path], read[path] = _decode(files[path], into, max(side, 1))
            on_step(1)

    run_in_threads(work, range(0, len(paths), _BLOCK), n_jobs)
    # Of what was decoded, and not read again: files may change meanwhile.
    picture_sets.check_digest(read, dataset["folder"], dataset.get("digest"))
    skipped = [(path, decoded[path]) for path in paths if isinstance(decoded[path], str)]
    kept = {path: found for path in paths if isinstance(found := decoded[path], Picture)}
    if not kept:
        reasons = f" ({skipped[0][0]} {skipped[0][1]})" if skipped else ""
        raise InputError(
            f"of {len(paths)} files none can be used{reasons}: give a folder of "
            "pictures, PNG or JPEG, WebP, GIF, BMP, TIFF"
        )
    by_folder = dataset.get("labels", "folders") == "folders"
    places = {path: _place(path, by_folder) for path in kept}
    order = {part: [path for path in kept if places[path][0] == part] for part in PARTS}
    blank = np.empty((0, form.FIELD, form.FIELD), dtype=np.uint8)
    coded, classes = labels.to_codes(
        labels.usable({part: [places[path][1] for path in own] for part, own in order.items()})
    )
    return Content(
        images={
            part: np.stack([kept[path].image for path in own]) if own else blank
            for part, own in order.items()
        },
        labels=coded,
        classes=classes,
        paths=[path for own in order.values() for path in own],
        thumbnails=np.stack([kept[path].thumbnail for own in order.values() for path in own])
        if side
        else _NO_THUMBNAILS,
        skipped=[(path, str(reason)) for path, reason in skipped],
        facts={"form": into},
        notes=_notes(list(kept.values()), len(skipped)),
    )


def _plain(asked: Iterable[Callable[[], bytes]]) -> Iterator[bool]:
    """Look at the backgrounds of pictures, but of those that cannot be read."""
    for read in asked:
        with suppress(InputError, OSError):
            yield is_plain(decode(read()).colours)


def _notes(kept: Sequence[Picture], n_skipped: int) -> list[str]:
    coloured = sum(picture.coloured for picture in kept)
    notes = []
    if coloured:
        notes.append(f"{coloured:,} of {len(kept):,} pictures are coloured, and converted to grey")
    if 2 * (scenes := sum(not picture.plain for picture in kept)) > len(kept):
        notes.append(
            f"{scenes:,} of {len(kept):,} pictures have no plain background, as photographs: "
            "shapes hardly tell such pictures apart, embeddings of a network do (docs/data.md)"
        )
    if n_skipped:
        files = "1 file was" if n_skipped == 1 else f"{n_skipped:,} files were"
        notes.append(f"{files} left out, with the reason in data/raw/skipped.csv")
    return notes


def _decode(read: Callable[[], bytes], into: str, side: int) -> tuple[Picture | str, str]:
    """Read and decode a picture, or say why it cannot be; with the digest of what was read."""
    data = None
    try:
        data = read()
        picture = decode(data)
        image = picture_to_form(picture, into)
        plain = into == form.HANDWRITING or is_plain(picture.colours)
        found = Picture(image, picture.thumbnail(side), picture.coloured, plain)
    except InputError as error:
        return str(error), picture_sets.content(data)
    return found, picture_sets.content(data)


def thumbnail_side(n: int) -> int:
    """Side of the thumbnails of n pictures, 0 where even small ones would be too much."""
    return next((side for side in _SIDES if side * side * 3 * n <= _MOST_THUMBNAILS), 0)


def _thumbnails(
    folder: Path, paths: Sequence[str], n_jobs: int
) -> tuple[NDArray[np.uint8], list[tuple[str, str]]]:
    """Read the pictures of a manifest to look at; also return those that cannot be, and why."""
    side = thumbnail_side(len(paths))
    found = np.zeros((len(paths), side, side, 3), dtype=np.uint8)
    missing: list[tuple[str, str]] = []

    def work(i: int) -> None:
        try:
            picture = decode(read_file(folder / paths[i]))
        except InputError as error:
            missing.append((paths[i], str(error)))
        else:
            found[i] = picture.thumbnail(max(side, 1))[:side, :side]

    run_in_threads(work, range(len(paths)), n_jobs)
    return found, sorted(missing)


def _parts(files: Mapping[str, bytes], *options: Any) -> dict[str, arrays.Table]:
    """Read the files of arrays, train first, and join images with labels in other files."""
    tables: dict[str, arrays.Table] = {}
    named: dict[str, labels.Labels | None] = {}
    for name, data in files.items():
        base = name.lower()
        part = "test" if "test" in base or "t10k" in base else "train"
        if "label" in base:
            named[part] = listing.read(name, data).need(name, paths=False).labels
            continue
        try:
            found = arrays.read(name, data, *options)
        except InputError as error:
            raise InputError(f"{name} {error}") from None
        tables |= {part: found["train"]} if len(found) == 1 else found
    if "train" not in tables:
        raise InputError(f"of the files {', '.join(files)} none holds images of train")
    return {
        part: arrays.Table(tables[part].values, named.get(part, tables[part].labels))
        for part in PARTS
        if part in tables
    }


def _place(path: str, by_folder: bool) -> tuple[str, str | int | None]:
    """Tell part and class of a picture from its folders."""
    *folders, _ = path.split("/")
    part = folders[0] if folders and folders[0] in ("train", "test") and by_folder else ""
    classes = folders[1:] if part else folders
    return part or "train", labels.to_label(classes[0]) if classes and by_folder else None
