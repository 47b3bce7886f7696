"""Arrays of other programs: the same images from each format, and a sentence for what is none."""

import io

import numpy as np
import pytest

from mnist_clustering.errors import InputError
from mnist_clustering.images import arrays
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
        np.stack([FEW] * 3, axis=3),
    ],
    ids=lambda values: f"{values.dtype}-{values.shape}",
)
def test_images_of_every_shape_and_range_are_the_same(values):
    assert np.array_equal(arrays.to_images(values), FEW)


def test_black_and_white_and_other_heights():
    assert arrays.to_images(FEW > 99).max() == 255
    wide = FEW[:, :12].reshape(12, -1)
    assert np.array_equal(arrays.to_images(wide, [12, 28]), FEW[:, :12])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.array([["a"]]), "holds <U1, but images are numbers"),
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


def test_every_format_holds_the_same():
    header = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    lines = [",".join(map(str, [n, *row])) for n, row in zip(OWN, FEW.reshape(12, -1), strict=True)]
    table = arrays.read("train.csv", "\n".join([header, *lines]).encode())["train"]
    assert [int(label) for label in table.labels] == OWN
    assert np.array_equal(arrays.to_images(table.values), FEW)
    both = arrays.read("mnist.npz", npz(x_train=FEW, y_train=OWN, x_test=FEW[:3], y_test=OWN[:3]))
    assert both["train"].labels == OWN
    assert np.array_equal(both["test"].values, FEW[:3])
    assert np.array_equal(arrays.read("a.npy", npy(FEW))["train"].values, FEW)


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
        ("a.mat", b"", "a.mat is none of npy, npz, csv and parquet"),
        ("a.npy", npy(FEW)[:-9], "a.npy is damaged or holds no plain numbers"),
        ("a.npy", npy(np.array([{}])), "a.npy is damaged or holds no plain numbers"),
        ("a.npz", npz(other=FEW), "a.npz has arrays other, but none of images"),
        ("a.npz", b"PK", "a.npz is damaged"),
        ("a.csv", b"label,pixel0\n", "a.csv has no rows below its header"),
        ("a.csv", b"label,pixel0\n1,2,3\n", "rows of another length than its header of 2"),
        ("a.csv", b"label,pixel0\n1,x\n", "a.csv is damaged or holds no plain numbers"),
    ],
)
def test_damaged_files_are_named(name, data, words):
    with pytest.raises(InputError, match=words):
        arrays.read(name, data)


def test_rounding_loses_what_it_says():
    values = np.random.default_rng(0).normal(size=(400, 30)) * np.linspace(1, 3, 30) + 50
    grid = arrays.to_grid(values)
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
        (np.array([["a"]]), "embeddings are numbers"),
    ],
)
def test_what_is_no_embedding_is_named(values, words):
    with pytest.raises(InputError, match=words):
        arrays.to_grid(values)
