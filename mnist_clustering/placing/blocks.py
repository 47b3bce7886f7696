"""Blocks of images: each placed by itself, and kept in a file named by what it was made of.

A block's file is named by the number of the block, by the model and by the images. A whole
file of that name is used again, whichever run or machine left it.
"""

import functools
import hashlib
import os
import platform
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from mnist_clustering import files, resources
from mnist_clustering.errors import InputError
from mnist_clustering.images.collection import Content
from mnist_clustering.images.form import FIELD
from mnist_clustering.model import fitted as model
from mnist_clustering.model import queries
from mnist_clustering.placing.joined import Joined

# Of the files of blocks: what is added to their content must change their names.
_LAYOUT = 1
_DIGITS = 16


@dataclass(frozen=True)
class Job:
    """All that a worker needs to know: small, and the same for every block."""

    files: tuple[str, ...]  # what `collection.open_path` opens, in order
    counts: tuple[int, ...]  # images in each
    size: int  # images in a block
    model: str  # path of the fitted model
    fitted: str  # digest of the model and of what is asked of it
    # Training images, nearest in feature space, that the image distortion model ranks; 0 leaves
    # them as they are, None takes as many as the model was made with.
    candidates: int | None
    folder: str  # where the blocks are kept
    n_jobs: int  # threads of a worker, on which results do not depend
    vectors: bool = False  # whether the model is one of vectors

    @property
    def source(self) -> Joined:
        """All images, one after the other."""
        return Joined(self.files, self.counts, self.vectors)

    @property
    def n_blocks(self) -> int:
        """Number of blocks, of which the last may be shorter."""
        return -(-sum(self.counts) // self.size)

    def span(self, number: int) -> tuple[int, int]:
        """Return the number of the first image of a block, and that after its last."""
        return number * self.size, min((number + 1) * self.size, sum(self.counts))


@dataclass(frozen=True)
class Block:
    """What is known of the images of a block, a row each."""

    positions: NDArray[np.float32]  # (n, 2), NaN for images that cannot be read
    clusters: NDArray[np.int32]  # (n,), -1 for images that cannot be read
    # (n,), squared distance to the nearest training image (`model.Placed`).
    distances: NDArray[np.int64]
    reasons: list[str | None]  # why an image is not a digit, or cannot be read

    @property
    def damaged(self) -> NDArray[np.bool_]:
        """Which images cannot be read, shape (n,)."""
        return self.clusters < 0


@dataclass(frozen=True)
class Done:
    """A block that is finished: its file, its images, and whether it had been there before."""

    number: int
    path: str
    n: int
    found: bool


def fitted_digest(path: Path, candidates: int | None) -> str:
    """Digest a model and what is asked of it."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(f"{_LAYOUT} {content} {candidates}".encode()).hexdigest()


def place(job: Job, number: int) -> Done:
    """Place the images of one block, unless its file is there already.

    Raises
    ------
    InputError
        If the block as a whole cannot be read; images that cannot be are part of the result.
    """
    resources.keep_memory()  # Dask tells workers to give it back: they took 1.7 times as long.
    source, (start, stop) = job.source, job.span(number)
    content = digest(source.read(start, stop))
    name = f"{number:06d}-{job.fitted[:_DIGITS]}-{content[:_DIGITS]}.npz"
    path = Path(job.folder) / name
    found = load(path)
    if found is not None and len(found.clusters) == stop - start:
        return Done(number, str(path), stop - start, found=True)
    fitted = _model(job.model, job.fitted, job.candidates)
    contents = source.read(start, stop)
    images = (
        _rounded(contents, fitted)
        if job.vectors
        else _normalised(contents, fitted.form, fitted.paper)
    )
    if digest(source.read(start, stop)) != content:
        raise InputError(f"the images of block {number} changed while they were read")
    with threadpool_limits(job.n_jobs, "blas"):
        _save(path, _place(images, fitted, job.n_jobs))
    return Done(number, str(path), stop - start, found=False)


def digest(contents: Iterable[Content]) -> str:
    """Digest images, whatever files they come from and however many come at a time."""
    found = hashlib.sha256()
    for content in contents:
        if isinstance(content, np.ndarray):
            # Those that are in form digest as their pixels alone, as they have always done.
            if content.shape[1:] != (FIELD, FIELD):
                found.update(repr(content.shape[1:]).encode())
            found.update(np.ascontiguousarray(content).data)
            continue
        for item in content:
            # The length stands before each, so that no other cut gives the same digest.
            found.update(b"%d:%b" % (len(item), item) if isinstance(item, bytes) else b"-")
    return found.hexdigest()


def names(job: Job, number: int) -> list[tuple[str, int]]:
    """Return the file of each image of a block, and its number in that file."""
    return job.source.names(*job.span(number))


# A worker loads the model once.
@functools.lru_cache(maxsize=1)
def _model(path: str, wanted: str, candidates: int | None) -> model.Model:
    from mnist_clustering.model.answers import load_model

    if fitted_digest(Path(path), candidates) != wanted:
        raise InputError(f"the model {path} has changed since: type the same command again")
    return with_candidates(load_model(Path(path)), candidates)


def with_candidates(fitted: model.Model, number: int | None) -> model.Model:
    """Let the image distortion model rank fewer candidates, or none for 0 (see `Job`)."""
    if number is None:
        return fitted
    if number == 0:
        return replace(fitted, gradients=fitted.gradients[:0])
    return replace(fitted, n_candidates=min(number, fitted.n_candidates))


@dataclass(frozen=True)
class _Images:
    """Images in form, those of a block that can be read."""

    images: NDArray[np.uint8]  # (m, 28, 28)
    flaws: list[str | None]  # length n, what is wrong with each image of the block
    readable: list[bool]  # length n, which of them are among the images
    drawn: list[bool]  # length m, which images were drawings in pictures


def _normalised(contents: Iterable[Content], form: str, paper: int | None = None) -> _Images:
    """Bring images into form, a piece at a time."""
    # A reason stands beside the name in the table.
    made = [
        source
        for content in contents
        for source in queries.in_form(content, [("", 0)] * len(content), form, paper)
    ]
    read = [source for source in made if not isinstance(source, str)]
    flaws = [[source] if isinstance(source, str) else source.flaws for source in made]
    readable = [[not isinstance(own, str)] * len(n) for own, n in zip(made, flaws, strict=True)]
    return _Images(
        np.concatenate([np.empty((0, FIELD, FIELD), np.uint8), *(own.images for own in read)]),
        list(chain.from_iterable(flaws)),
        list(chain.from_iterable(readable)),
        [source.drawn for source in read for _ in source.flaws],
    )


def _rounded(contents: Iterable[Content], fitted: model.Model) -> _Images:
    """Round vectors as those that the model was fitted to, a piece at a time."""
    tiles, finite = [], list[bool]()
    for content in contents:
        if isinstance(content, list):
            raise InputError(f"there are pictures, and the model {queries.OF_VECTORS}")
        model.to_tiles(fitted, content[:0])  # Says what is wrong with their shape.
        own = np.asarray(np.isfinite(content).all(axis=1))
        tiles.append(model.to_tiles(fitted, content[own]))
        finite.extend(own.tolist())
    flaws = [
        None if each else "holds values that are no numbers (NaN, infinite)" for each in finite
    ]
    images = np.concatenate(tiles)
    return _Images(images, flaws, finite, [False] * len(images))


def _place(own: _Images, fitted: model.Model, n_jobs: int) -> Block:
    n = len(own.flaws)
    block = Block(
        positions=np.full((n, 2), np.nan, dtype=np.float32),
        clusters=np.full(n, -1, dtype=np.int32),
        distances=np.full(n, -1, dtype=np.int64),
        reasons=list(own.flaws),
    )
    if len(own.images):
        placed = model.apply(fitted, own.images, n_jobs, np.array(own.drawn))
        rows = np.flatnonzero(own.readable)
        block.positions[rows] = placed.positions
        block.clusters[rows] = placed.clusters
        block.distances[rows] = placed.distances[:, 0]
        for row, reason in zip(rows.tolist(), placed.reasons, strict=True):
            block.reasons[row] = own.flaws[row] or reason
    return block


def load(path: Path) -> Block | None:
    """Load the file of a block, or None where there is none or it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            texts = arrays["texts"].tolist()
            codes = arrays["reasons"].tolist()
            return Block(
                positions=arrays["positions"],
                clusters=arrays["clusters"],
                distances=arrays["distances"],
                reasons=[texts[code] or None for code in codes],
            )
    except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile):
        return None


def _save(path: Path, block: Block) -> None:
    texts = ["", *sorted({reason for reason in block.reasons if reason})]
    code = {text: number for number, text in enumerate(texts)}
    # Two workers may be at one block: a scheduler that lost sight of the first asks a second.
    own = path.with_name(f".{path.stem}-{platform.node()}-{os.getpid()}.npz")
    files.save_arrays(
        own,
        positions=block.positions,
        clusters=block.clusters,
        distances=block.distances,
        reasons=np.array([code[reason or ""] for reason in block.reasons], dtype=np.int32),
        texts=np.array(texts),
    )
    os.replace(own, path)


def tidy(folder: Path, finished: Iterable[Done]) -> None:
    """Remove what killed workers left of blocks that are finished."""
    names = {Path(done.path).stem for done in finished}
    for left in folder.glob(".*"):
        if any(left.name.lstrip(".").startswith(name) for name in names):
            left.unlink(missing_ok=True)
