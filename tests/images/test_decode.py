"""Picture files of all kinds as grey levels."""

import numpy as np
from PIL import Image

from mnist_clustering.images.decode import decode
from tests.support.fitted import enlarged, png


def test_all_kinds_of_pictures_read_alike(test_images, tmp_path):
    grey = enlarged(test_images[0])
    dark, light = 255 - grey, grey
    plain = decode(png(dark, tmp_path).read_bytes()).grey
    assert np.array_equal(plain, dark)
    opaque = np.full_like(grey, 255)
    black, white = np.zeros_like(grey), opaque
    same = {
        "rgb": np.stack([dark] * 3, axis=2),
        "rgba": np.stack([dark] * 3 + [opaque], axis=2),
        "black on nothing": np.stack([black] * 3 + [grey], axis=2),
        "sixteen": dark.astype(np.uint16) * 257,
    }
    for name, array in same.items():
        assert np.array_equal(decode(png(array, tmp_path).read_bytes()).grey, dark), name
    on_nothing = np.stack([white] * 3 + [grey], axis=2)
    assert np.array_equal(decode(png(on_nothing, tmp_path).read_bytes()).grey, light)
    jpeg = decode(png(dark, tmp_path, "digit.jpg", quality=95).read_bytes()).grey
    assert np.abs(jpeg.astype(int) - dark).max() < 30


def test_turned_cameras_are_turned_back(test_images, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = png(np.rot90(enlarged(test_images[0])).copy(), tmp_path, exif=exif)
    assert np.array_equal(decode(turned.read_bytes()).grey, enlarged(test_images[0]))
