"""The page of suspects and copies holds all that it shows."""

import re

import numpy as np

from mnist_clustering.pages import audit
from tests.support.real import FEW

SUSPECTS = {
    "index": [3], "given": ["<b>"], "suggested": ["&"], "certainty": [0.9], "cluster": [1],
    "support": [0.8], "own": [0.0], "distance_ratio": [None], "novelty": [0.5],
}  # fmt: skip
COPIES = {"first": [1], "second": [2], "kind": ["near"]}
NAMES = [f"{i}<.png" for i in range(200)]
PLACES = range(700, 900)
LINK = r'href="../../site/index.html#pin=row-(\d+)"'


def test_pictures_stand_beside_the_evidence_and_nothing_is_fetched():
    page = audit.page(
        "<set>", SUSPECTS, [{"suggested": [4, 5], "given": []}], COPIES, NAMES, PLACES, FEW
    )
    assert page.count("<img") == 3
    assert "&lt;b&gt; → &amp;" in page
    assert "3&lt;.png" in page
    assert re.findall(LINK, page) == ["703", "701", "702"]
    assert re.search(rf'<a {LINK}><img[^>]* alt="">3&lt;.png</a>', page)
    assert not re.search(r'(src|href)="(?!data:)', re.sub(LINK, "", page))


def test_vectors_have_no_pictures():
    page = audit.page(
        "v", SUSPECTS, [{"suggested": [4], "given": []}], COPIES, NAMES, PLACES, FEW[:0]
    )
    assert "<img" not in page
    none = {name: [] for name in SUSPECTS}
    assert "no image has a label." in audit.page(
        "v", none, [], {"first": [], "second": [], "kind": []}, [], [], np.empty((0,)),
        ["no image has a label"],
    )  # fmt: skip
