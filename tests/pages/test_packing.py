import base64
import json
import zlib

import numpy as np
import pytest

from mnist_clustering.pages import packing


def opened(packed):
    """Read an array back by other means than the page's."""
    data = zlib.decompress(base64.b64decode(packed["deflated"]))
    rows = np.frombuffer(data, np.uint8).reshape(-1, packing.ROW + 1)
    assert not rows[:, 0].any(), "rows are not filtered"
    dtype = np.dtype(packed["dtype"]).newbyteorder("<")
    count = int(np.prod(packed["shape"]))
    planes = rows[:, 1:].ravel()[: count * dtype.itemsize].reshape(dtype.itemsize, count)
    return planes.T.copy().view(dtype).reshape(packed["shape"])


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("shape", [(0,), (1,), (7, 3), (packing.ROW,), (packing.ROW // 4 + 1, 2)])
def test_arrays_come_back(dtype, shape):
    rng = np.random.default_rng(0)
    array = (rng.standard_normal(shape) * 100).astype(dtype)
    found = opened(packing.encode(array))
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)


def test_big_endian_and_strided_arrays_come_back():
    array = np.arange(40, dtype=">i4").reshape(5, 8)[::2, ::3]
    assert np.array_equal(opened(packing.encode(array)), array)


def test_a_script_calls_with_name_and_values():
    text = packing.script("map", {"n": 3, "deep": [{"points": np.arange(3)[1:].astype(np.int16)}]})
    assert text.startswith('explorerData("map",')
    assert text.endswith(");\n")
    values = json.loads(text.partition(",")[2].removesuffix(");\n"))
    assert opened(values["deep"][0]["points"]).tolist() == [1, 2]


def test_numbers_that_no_browser_reads_are_refused():
    with pytest.raises(ValueError, match="JSON"):
        packing.script("map", {"limit": float("inf")})
    with pytest.raises(OverflowError, match="centres"):
        packing.plain({"centres": np.array([2**31, 0])})
