"""Arrays and pictures as the bytes of files, and tables read from such."""

import csv
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image


def table(path: Any) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(images, labels, between=",", header=True, decimals=".", last=False) -> str:
    """Write images as a table, labels first or last."""
    width = images[0].size
    rows = [["label", *(f"pixel{i}" for i in range(width))]] if header else []
    for label, image in zip(labels, images.reshape(-1, width), strict=True):
        pixels = [str(pixel / 1.0).replace(".", decimals) for pixel in image]
        rows.append([*pixels, str(label)] if last else [str(label), *pixels])
    return "\n".join(between.join(row) for row in rows)


def npy(values: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, values)
    return buffer.getvalue()


def npz(**named: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **named)
    return buffer.getvalue()


def parquet(**columns: Any) -> bytes:
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is missing: make dask installs it")
    from pyarrow import parquet

    buffer = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), buffer, row_group_size=7)
    return buffer.getvalue()


def picture(shown: Any, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    shown = shown if isinstance(shown, Image.Image) else Image.fromarray(shown)
    shown.save(buffer, kind, **options)
    return buffer.getvalue()
