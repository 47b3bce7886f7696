"""Arrays of other programs: the same images from each format, and a sentence for what is none."""

import io

import numpy as np
import pytest
from PIL import Image

from mnist_clustering.errors import InputError
from mnist_clustering.images import arrays, form, idx
from tests.support.real import IMAGES, LABELS

FEW, OWN = IMAGES[:12], LABELS[:12].tolist()


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def npz(**named):
    buffer = io.BytesIO()
    np.savez(buffer, **named)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "values",
    [
        FEW,
        FEW[..., None],
        FEW[:, None],
        FEW.reshape(12, -1),
        FEW.astype(np.int64),
        FEW / 255,
        FEW.astype(np.float32),
        FEW.astype(np.uint16) * 257,
        np.asfortranarray(FEW),
        np.stack([FEW] * 3, axis=1),
        np.stack([FEW] * 3, axis=3),
    ],
    ids=lambda values: f"{values.dtype}-{values.shape}",
)
def test_images_of_every_shape_and_range_are_the_same(values):
    assert np.array_equal(arrays.to_images(values), FEW)


def test_one_image_may_stand_alone():
    for single in (FEW[0], FEW[0].ravel(), FEW[0].astype(float) / 255):
        assert np.array_equal(arrays.to_images(single), FEW[:1])
    # But 64 rows of 64 are 64 images of 8 x 8, unless their shape is stated.
    square = np.zeros((64, 64), dtype=np.uint8)
    assert arrays.to_images(square).shape == (64, 8, 8)
    assert arrays.to_images(square, [64, 64]).shape == (1, 64, 64)


def test_colours_are_weighed_as_those_of_pictures_are():
    colours = np.random.default_rng(0).integers(0, 256, (2, 30, 20, 3)).astype(np.uint8)
    expected = np.stack([np.asarray(Image.fromarray(picture).convert("L")) for picture in colours])
    for values in (colours, colours.astype(float), np.moveaxis(colours, 3, 1)):
        assert np.array_equal(arrays.to_images(values), expected)


def test_a_part_is_scaled_as_the_whole():
    values = FEW.reshape(12, -1) / 255
    scale = arrays.scale_of([values])
    assert "times 255" in scale.note
    dark = values[values.max(axis=1).argmin()][None] * 0.1
    assert arrays.to_images(dark, scale=scale).max() < 30
    assert arrays.scale_of([FEW]).note is None


def test_black_and_white_and_other_heights():
    assert arrays.to_images(FEW > 99).max() == 255
    wide = FEW[:, :12].reshape(12, -1)
    assert np.array_equal(arrays.to_images(wide, [12, 28]), FEW[:, :12])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.array([["a"]]), "holds <U1, but images are real numbers"),
        (FEW * (1 + 1j), "holds complex128, but images are real numbers"),
        (FEW[:0], "holds no images"),
        (np.where(FEW[3] == FEW, np.nan, FEW / 1.0), "no numbers .NaN, infinite. in 12 images"),
        (FEW[:, :12].reshape(12, -1), "rows of 336 pixels, which are no square: state shape"),
        (FEW[0, 0], "is of shape .28,., but images are"),
        (FEW / 1.0 - 9, "values from -9 to 246, but images begin at 0"),
    ],
)
def test_what_is_no_image_is_named(values, words):
    with pytest.raises(InputError, match=words):
        arrays.to_images(values)


def lines(between=",", header=True, decimals=".", last=False):
    """Write images as a table, labels first or last."""
    rows = [["label", *(f"pixel{i}" for i in range(784))]] if header else []
    for label, image in zip(OWN, FEW.reshape(12, -1), strict=True):
        pixels = [str(pixel / 1.0).replace(".", decimals) for pixel in image]
        rows.append([*pixels, str(label)] if last else [str(label), *pixels])
    return "\n".join(between.join(row) for row in rows)


@pytest.mark.parametrize(
    "text",
    [
        lines(),
        "\ufeff" + lines(),
        lines().replace("\n", "\r\n") + "\r\n",
        lines(";"),
        lines(";", decimals=","),
        lines("\t"),
        lines(header=False),
        lines(" ", header=False),
        lines(";", header=False, decimals=","),
        lines(header=False, last=True),
        lines().replace("label", "Class"),
        ",".join(["label", *map(str, range(784))]) + "\n" + lines(header=False),
    ],
    ids=range(12),
)
def test_tables_of_every_dialect_hold_the_same(text):
    table = arrays.read("a.csv", text.encode())["train"]
    assert table.labels == OWN
    assert np.array_equal(arrays.to_images(table.values), FEW)


def test_a_table_without_labels_has_none():
    _, *rows = lines().splitlines()
    text = "\n".join(row.partition(",")[2] for row in rows)
    table = arrays.read("a.csv", text.encode())["train"]
    assert table.labels is None
    assert np.array_equal(arrays.to_images(table.values), FEW)


def test_labels_of_images_that_are_no_squares_are_found_by_their_shape():
    wide = FEW[:, :12]
    rows = [",".join(map(str, [n, *im.ravel()])) for n, im in zip(OWN, wide, strict=True)]
    table = arrays.read("a.csv", "\n".join(rows).encode(), [12, 28])["train"]
    assert table.labels == OWN
    assert np.array_equal(arrays.to_images(table.values, [12, 28]), wide)


def test_every_format_holds_the_same():
    both = arrays.read("mnist.npz", npz(x_train=FEW, y_train=OWN, x_test=FEW[:3], y_test=OWN[:3]))
    assert both["train"].labels == OWN
    assert np.array_equal(both["test"].values, FEW[:3])
    assert np.array_equal(arrays.read("a.npy", npy(FEW))["train"].values, FEW)
    assert np.array_equal(arrays.read("images-idx3-ubyte", idx.encode(FEW))["train"].values, FEW)


def test_parquet_holds_the_same_where_pyarrow_is():
    parquet = pytest.importorskip("pyarrow.parquet")
    pyarrow = pytest.importorskip("pyarrow")
    columns = {f"pixel{i}": column for i, column in enumerate(FEW.reshape(12, -1).T)}
    buffer = io.BytesIO()
    parquet.write_table(pyarrow.table({"label": OWN, **columns}), buffer)
    table = arrays.read("a.parquet", buffer.getvalue())["train"]
    assert table.labels == OWN
    assert np.array_equal(arrays.to_images(table.values), FEW)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.mat", b"MATLAB 5.0", "is none of NPY, NPZ, IDX, CSV and Parquet"),
        ("a.npy", npy(FEW)[:-9], "is damaged or holds no plain numbers: save it anew"),
        ("a.npy", npy(FEW)[:30], "is damaged or holds no plain numbers"),
        ("a.npy", npy(np.array([{}])), "is damaged or holds no plain numbers"),
        ("a.npy", b"version https://git-lfs.github.com/spec/v1\noid", "pointer of Git LFS"),
        ("a.npz", npz(other=FEW), "has arrays other, but none of images"),
        ("a.npz", b"PK\x03\x04", "is damaged"),
        ("a.csv", b"label,pixel0\n", "has no rows below its header"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"label,pixel0\n1,2,3\n", "rows of another length than its first of 2"),
        ("a.csv", b"label,pixel0\n1,x\n", "cells that are no numbers, such as 'x'"),
        ("a.csv", b"label,pixel0\n1,\xff\n", "is no text in UTF-8"),
        ("a-idx3-ubyte", idx.encode(FEW)[:-1], "but its header announces images"),
    ],
)
def test_damaged_files_are_named(name, data, words):
    with pytest.raises(InputError, match=words):
        arrays.read(name, data)


def test_embeddings_of_any_size_are_rounded_alike():
    values = np.random.default_rng(0).normal(size=(50, 6))
    expected = form.to_grid(values)
    # By powers of two, nothing is rounded.
    for factor in (2.0**900, 2.0**-900):
        grid = form.to_grid(values * factor)
        assert np.array_equal(grid.vectors, expected.vectors)
        assert grid.loss == expected.loss
    huge = form.to_grid(np.array([[1e300, 0, 0], [-1e300, 1e299, 0]]))
    assert huge.vectors[:, 0].tolist() == [255, 0]
    assert np.isfinite(huge.loss)
    with pytest.raises(InputError, match="too far apart for float64: scale them"):
        form.to_grid(np.array([[1.7e308, 0, 0], [-1.7e308, 1e300, 0]]))


def test_rounding_loses_what_it_says():
    values = np.random.default_rng(0).normal(size=(400, 30)) * np.linspace(1, 3, 30) + 50
    grid = form.to_grid(values)
    steps = np.ptp(grid.vectors.astype(int), axis=0)
    assert steps.max() == 255
    # One step for all dimensions: distances are those of the values but for the loss.
    step = np.ptp(values, axis=0).max() / 255
    centred = values - values.mean(axis=0)
    rounded = grid.vectors * step
    rounded -= rounded.mean(axis=0)
    assert grid.loss == pytest.approx(
        ((rounded - centred) ** 2).sum() / (centred**2).sum(), rel=0.02
    )
    assert 0 < grid.loss < 1e-3


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.where(np.eye(4), np.nan, 1.0), "NaN, infinite.* in 4 rows of 4"),
        (np.ones((5, 3)), "has 5 rows that are all alike"),
        (np.ones(5), r"is float64 of shape \(5,\), but embeddings"),
        (np.array([["a"]]), "embeddings are real numbers"),
        (np.ones((5, 3)) * 1j, "is complex128 of shape .5, 3., but embeddings"),
    ],
)
def test_what_is_no_embedding_is_named(values, words):
    with pytest.raises(InputError, match=words):
        form.to_grid(values)
