"""The page of all pictures: it holds what it shows, and its links lead to what lies beside it."""

import base64
import io
from urllib.parse import unquote

import numpy as np
from PIL import Image

from mnist_clustering.pages import overview
from mnist_clustering.sorting import Member
from tests.support.reader import Reader


def member(path, cluster=0, name=""):
    return Member(path, cluster, name, "", 0.0, 0.0, 0.0)


def test_pictures_are_in_the_page_and_links_are_relative():
    odd = 'a "<b>&\n#?%.tif'
    shades = {odd: 10, "b.png": 200}
    thumbnails = {path: np.full((32, 32, 3), shade, np.uint8) for path, shade in shades.items()}
    links = {odd: f"by_cluster/c0/{odd}"}
    page = overview.page("<Title>", [member(odd), member("b.png", 1, "<n>")], thumbnails, links)
    found = Reader(page)
    assert found.all("alt", "img") == [odd, "b.png"]
    for source, shade in zip(found.all("src", "img"), shades.values(), strict=True):
        kind, _, data = source.partition(",")
        assert kind == "data:image/webp;base64"
        picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
        assert picture.shape == (32, 32, 3)
        assert abs(picture.astype(int) - shade).max() <= 2
    assert [unquote(link) for link in found.all("href", "a")] == [f"by_cluster/c0/{odd}"]
    assert "file:" not in page
    assert "<Title>" not in page
    assert "c1 · &lt;n&gt;" in page


def test_without_thumbnails_paths_are_shown():
    page = overview.page("t", [member("<a>.png")], {}, {})
    assert not Reader(page).all("src")
    assert "<li>&lt;a&gt;.png</li>" in page


def test_of_a_large_cluster_its_middle_is_shown(monkeypatch):
    monkeypatch.setattr(overview, "_MOST", 50)
    page = overview.page("t", [member(f"{i}.png", i // 40) for i in range(42)], {}, {})
    assert "The 25 nearest to its middle" in page
    assert ">24.png<" in page
    assert ">25.png<" not in page
    assert ">41.png<" in page
