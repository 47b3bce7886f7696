"""One collection of odd files, read by every door: the same pixels, or the same sentence."""

import importlib.util
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from mnist_clustering.errors import InputError
from mnist_clustering.images import collection, idx, resizing
from mnist_clustering.images.frame import to_form
from mnist_clustering.model import queries
from mnist_clustering.placing import blocks
from mnist_clustering.sources import contents
from tests.support.encoded import lines, npy, npz, parquet, picture
from tests.support.fitted import enlarged
from tests.support.real import TEST_IMAGES, TEST_LABELS

FEW = TEST_IMAGES[:3]
FORMS = ("handwriting", "frame")


def odd_pictures():
    """Really made pictures, and files that are called like pictures."""
    grey = 255 - enlarged(FEW[0])
    shades = np.stack([grey, 255 - enlarged(FEW[0]) // 2, 255 - enlarged(FEW[0]) // 3], axis=2)
    large = Image.fromarray(shades).resize((900, 900), Image.Resampling.BICUBIC)
    drawn, alpha = Image.fromarray(grey), Image.fromarray(255 - grey)
    exif = Image.Exif()
    exif[0x0112] = 6
    pages = [Image.fromarray(255 - enlarged(image)) for image in FEW]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("a.txt", "text")
    return {
        "16 bits.png": picture(Image.fromarray(grey.astype(np.uint16) * 100)),
        "12 bits.png": picture(Image.fromarray(grey.astype(np.uint16) * 16 + 200)),
        "16 bits.tiff": picture(Image.fromarray(grey.astype(np.uint16) * 100), "TIFF"),
        "floats.tiff": picture(Image.fromarray(grey.astype(np.float32) / 255), "TIFF"),
        "colours.png": picture(large),
        "colours.jpg": picture(large, "JPEG", quality=60),
        "progressive.jpg": picture(large, "JPEG", progressive=True),
        "grey.jpeg": picture(large.convert("L"), "JPEG"),
        "cmyk.jpg": picture(large.convert("CMYK"), "JPEG"),
        "turned.jpg": picture(drawn.rotate(90, expand=True), "JPEG", exif=exif, quality=95),
        "clear.png": picture(Image.merge("RGBA", (*large.split(), alpha.resize(large.size)))),
        "clear grey.png": picture(Image.merge("LA", (Image.new("L", drawn.size), alpha))),
        "palette.gif": picture(large.convert("P"), "GIF"),
        "two shades.bmp": picture(drawn.convert("1"), "BMP"),
        "a.webp": picture(large, "WEBP"),
        "a.avif": picture(large, "AVIF"),
        "a.jp2": picture(drawn, "JPEG2000"),
        "a.ppm": picture(large, "PPM"),
        "called wrongly.jpg": picture(drawn),
        "no ending": picture(drawn),
        "film.gif": picture(pages[0], "GIF", save_all=True, append_images=pages[1:]),
        "film.png": picture(pages[0], save_all=True, append_images=pages[1:]),
        "film.webp": picture(pages[0], "WEBP", save_all=True, append_images=pages[1:]),
        "pages.tif": picture(pages[0], "TIFF", save_all=True, append_images=pages[1:]),
        "phone.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        "phone.jpg": b"\0\0\0\x18ftypheix\0\0\0\0mif1heix",
        "drawing.svg": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
        "drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "pointer.png": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
        "page.pdf": b"%PDF-1.7",
        "web page.png": b"<!DOCTYPE html>\n<html><body>Not found</body></html>",
        "packed.png": b"\x1f\x8b\x08\0" + bytes(20),
        "archive.png": archive.getvalue(),
        "cut.png": picture(large)[:900],
        "cut.jpg": picture(large, "JPEG")[:900],
        "head.png": b"\x89PNG\r\n\x1a\n and so on",
        "text.png": b"not a picture",
        "empty.png": b"",
        "long.png": picture(Image.new("1", (20_001, 2))),
        "huge.png": picture(Image.new("1", (12_000, 12_000))),
        "enormous.png": picture(Image.new("1", (19_000, 19_000))),
    }


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd") / "pictures"
    folder.mkdir()
    for name, data in odd_pictures().items():
        (folder / name).write_bytes(data)
    return folder


def of_download(folder, form):
    """By name: an image in form, or why there is none."""
    found = contents.of_pictures({"folder": str(folder), "form": form}, 2)
    images = dict(zip(found.paths, found.images["train"], strict=True))
    return images | dict(found.skipped)


def of_predict(paths, form, within=""):
    sources, complaints = queries.read_all([str(path) for path in paths], form=form)
    names = sorted(map(str, paths), key=len, reverse=True)
    images = {source.file.removeprefix(within): source.images[0] for source in sources}
    for complaint in complaints:
        path = next((name for name in names if complaint.startswith(f"{name} ")), None)
        assert path, complaint
        images[path.removeprefix(within)] = complaint.removeprefix(f"{path} ")
    return images


def of_place(path, form, within=""):
    opened = collection.open_path(path)
    shown = [name.removeprefix(within) for name, _ in opened.names(0, len(opened))]
    placed = blocks._normalised(opened.read(0, len(opened)), form)
    images = iter(placed.images)
    return {
        name: next(images) if readable else flaw
        for name, flaw, readable in zip(shown, placed.flaws, placed.readable, strict=True)
    }


@pytest.mark.parametrize("form", FORMS)
def test_pictures_are_the_same_by_every_door(pictures, form, tmp_path):
    within = f"{pictures}/"
    expected = of_download(pictures, form)
    assert expected.keys() == {path.name for path in pictures.iterdir()}
    assert sum(isinstance(found, str) for found in expected.values()) == 21
    found = {
        "files": of_predict(sorted(pictures.iterdir()), form, within),
        "folder": of_place(pictures, form, within),
    }
    (tmp_path / "list.txt").write_text("".join(f"{path}\n" for path in sorted(pictures.iterdir())))
    found["list"] = of_place(tmp_path / "list.txt", form, within)
    for door, own in found.items():
        assert own.keys() == expected.keys(), door
        for name, wanted in expected.items():
            assert np.array_equal(own[name], wanted), (door, name, own[name], wanted)


def test_advice_is_given_for_each_kind_of_file(pictures):
    found = of_download(pictures, "frame")
    words = {
        "film.gif": "has 3 frames or pages: save the one that counts by itself",
        "pages.tif": "has 3 frames or pages",
        "phone.heic": "is HEIC: save it as JPEG",
        "drawing.png": "is an SVG drawing: export it as PNG",
        "pointer.png": "is a pointer of Git LFS: fetch the file by git lfs pull",
        "page.pdf": "is a PDF: save its page as PNG",
        "web page.png": "is a web page",
        "packed.png": "unpack it",
        "cut.png": "is cut short",
        "text.png": "is neither a picture (PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF and more) nor",
        "empty.png": "is empty",
        "long.png": "has 20001 x 2 pixels: scale it",
        "huge.png": "has 12000 x 12000 pixels: scale it down",
    }
    for name, said in words.items():
        assert said in found[name], name
        assert "\n" not in found[name]


def test_a_photograph_of_108_megapixels_is_read_at_an_eighth():
    side = (10_400, 10_400)
    data = picture(Image.fromarray(255 - enlarged(FEW[0])).resize(side), "JPEG", quality=30)
    image = queries.from_picture(data).images[0]
    small = queries.from_picture(picture(Image.fromarray(255 - enlarged(FEW[0])))).images[0]
    assert np.corrcoef(image.ravel(), small.ravel())[0, 1] > 0.9
    with pytest.raises(InputError, match="has 10400 x 10400 pixels: scale it down"):
        queries.from_picture(picture(Image.new("L", side), "JPEG", progressive=True, quality=30))


def csv(between, header=True):
    return lines(FEW, TEST_LABELS[:3], between, header).replace("\n", "\r\n").encode()


# Each holds the same three images.
ARRAYS = {
    "a.npy": lambda: npy(FEW),
    "floats.npy": lambda: npy(FEW / 255),
    "levels as floats.npy": lambda: npy(FEW.astype(np.float32)),
    "channel first.npy": lambda: npy(FEW[:, None]),
    "channel last.npy": lambda: npy(FEW[..., None]),
    "colours.npy": lambda: npy(np.stack([FEW] * 3, axis=3)),
    "rows.npy": lambda: npy(FEW.reshape(3, -1)),
    "16 bits.npy": lambda: npy(FEW.astype(np.uint16) * 257),
    "columns.npy": lambda: npy(np.asfortranarray(FEW)),
    "big endian.npy": lambda: npy(FEW.astype(">i4")),
    "a.npz": lambda: npz(images=FEW, labels=TEST_LABELS[:3]),
    "images-idx3-ubyte": lambda: idx.encode(FEW),
    "comma.csv": lambda: csv(","),
    "tab.tsv": lambda: csv("\t"),
    "bare.csv": lambda: csv(",", header=False),
    "mark.csv": lambda: b"\xef\xbb\xbf" + csv(","),
    "lists.parquet": lambda: parquet(image=[image.ravel().tolist() for image in FEW]),
    "columns.parquet": lambda: parquet(
        **{f"p{i}": column for i, column in enumerate(FEW.reshape(3, -1).T)}
    ),
}
SPOILT = {
    "complex.npy": ("complex128, but images are real numbers", lambda: npy(FEW * 1j)),
    "negative.npy": ("from -1 to 254, but images begin", lambda: npy(FEW.astype(int) - 1)),
    "gaps.npy": ("no numbers (NaN, infinite)", lambda: npy(np.where(FEW == 0, np.nan, FEW))),
    "texts.npy": ("but images are real numbers", lambda: npy(np.array([["a"] * 784]))),
    "objects.npy": ("is damaged or holds no plain numbers", lambda: npy(np.array([{}]))),
    "cut.npy": ("is damaged or holds no plain numbers: save it anew", lambda: npy(FEW)[:-9]),
    "odd rows.npy": ("which are no square: state shape", lambda: npy(np.zeros((2, 783)))),
    "five axes.npy": ("but images are", lambda: npy(np.zeros((2, 2, 28, 28, 5)))),
    "pointer.npy": ("pointer of Git LFS", lambda: odd_pictures()["pointer.png"]),
    "other.npz": ("has arrays other, but none of images", lambda: npz(other=FEW)),
    "cut-idx3-ubyte": ("but its header announces images", lambda: idx.encode(FEW)[:-1]),
    "words.csv": ("cells that are no numbers, such as 'a'", lambda: b"label,pixel0\n1,a\n"),
    "ragged.csv": ("rows of another length than its first of", lambda: b"1,2,3\n4,5\n"),
    "negative.parquet": ("images begin at 0", lambda: parquet(image=[[-1] * 784, [9] * 784])),
}


def array_of_download(name, data, form):
    try:
        images = contents.of_arrays({name: data}, None, form).images["train"]
    except InputError as error:
        said = str(error).removeprefix(f"{name} ")
        return said.removeprefix("the images of train: the array ")
    in_form = images.shape[1:] == (28, 28)
    paper = resizing.paper_of(images)
    return images if in_form else resizing.all_to_form(images, form, paper).images


def array_of_predict(path, form):
    sources, complaints = queries.read_all([str(path)], form=form)
    if complaints:
        (said,) = complaints
        return said.removeprefix(f"{path} ")
    return np.concatenate([source.images for source in sources])


def array_of_place(path, form):
    try:
        opened = collection.open_path(path)
        return blocks._normalised(opened.read(0, len(opened)), form).images
    except InputError as error:
        return str(error).removeprefix(f"{path} ")


@pytest.mark.parametrize("name", [*ARRAYS, *SPOILT])
def test_arrays_are_the_same_by_every_door(name, tmp_path):
    words, make = SPOILT[name] if name in SPOILT else ("", ARRAYS[name])
    data = make()
    (tmp_path / name).write_bytes(data)
    found = [
        array_of_download(name, data, "handwriting"),
        array_of_predict(tmp_path / name, "handwriting"),
        array_of_place(tmp_path / name, "handwriting"),
    ]
    if name in ARRAYS:
        assert all(np.array_equal(own, FEW) for own in found), found
    else:
        assert words in found[0]
        assert found == found[:1] * 3


def test_an_image_with_a_border_of_ink_has_the_paper_of_its_set_by_every_door(tmp_path):
    path = tmp_path / "a.npy"
    images = FEW[:, 4:24, 4:24].copy()
    images[0, [0, 1, -2, -1]] = images[0, :, -2:] = 255
    path.write_bytes(npy(images))
    opened = collection.open_path(path)
    by_download = array_of_download("a.npy", npy(images), "handwriting")
    paper = resizing.paper_of(images)
    (by_predict,), _ = queries.read_all([str(path)], paper=paper)
    by_place = blocks._normalised(opened.read(0, len(opened)), "handwriting", paper)
    assert np.array_equal(by_predict.images, by_download)
    assert np.array_equal(by_place.images, by_download)
    assert not np.array_equal(array_of_predict(path, "handwriting")[0], by_download[0])


@pytest.mark.parametrize("form", FORMS)
def test_arrays_of_another_size_come_into_form_by_every_door(form, tmp_path):
    greys = np.stack([255 - enlarged(image) for image in FEW])
    (tmp_path / "a.npy").write_bytes(npy(greys))
    # A margin of paper, which arrays get, changes nothing where there is one.
    expected = np.stack([to_form(grey, form) for grey in greys])
    files = {"a.npy": npy(greys)}
    if importlib.util.find_spec("pyarrow"):
        cells = [picture(Image.fromarray(grey)) for grey in greys]
        files["a.parquet"] = parquet(image=cells)
        files["b.parquet"] = parquet(
            image=[{"bytes": cell, "path": None} for cell in cells], label=[3, 1, 4]
        )
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        assert np.array_equal(array_of_download(name, data, form), expected)
        assert np.array_equal(array_of_predict(tmp_path / name, form), expected)
        assert np.array_equal(array_of_place(tmp_path / name, form), expected)
