"""The report as its reader gets it: complete, small, without scripts, true to the results."""

import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from mnist_clustering.pages import html, sections, words
from stages import digests, drawings
from tests.support import graph


class Reader(HTMLParser):
    """Collects tags, links, images and texts."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links, self.images, self.texts = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append(tag)
        self.links += [values[name] for name in ("href", "src") if name in values]
        self.images += [values] if tag == "img" else []

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def report(finished):
    folder, _ = finished
    page = (folder / "report.html").read_text()
    return folder, page, Reader(page)


def test_it_is_whole_and_needs_nothing_else(report):
    _, page, reader = report
    assert "script" not in reader.tags
    assert len(page) < 2_000_000
    outside = [link for link in reader.links if not link.startswith("data:image/png;base64,")]
    assert outside == ["site/index.html"]
    assert not re.search(r"/home/|/tmp/|/root/|20\d\d-\d\d-\d\d", page), "no path, no clock"


def test_the_result_comes_first_and_is_that_of_the_metrics(report):
    folder, page, _ = report
    scores = json.loads((folder / "metrics/scores.json").read_text())
    intervals = json.loads((folder / "metrics/intervals.json").read_text())
    interval = intervals["clusters_2d"]["accuracy"]
    lead = page[page.index('class="result"') :][:600]
    for share in (scores["accuracy"], interval["low"], interval["high"]):
        assert f"{100 * share:.2f}" in lead
    assert f"with {scores['k']} clusters" in lead
    assert "held out" in lead


def test_every_figure_has_its_words_command_digests_and_data(report):
    folder, page, reader = report
    groups = {"curves": drawings.CURVES, "clusters": drawings.CLUSTERS}
    assert len(reader.images) == sum(map(len, groups.values()))
    assert all(image["alt"] for image in reader.images)
    for group, own in groups.items():
        assert f"python -m stages.draw {group}" in page
        for name, drawing in own.items():
            assert html.text(drawing.shows) in page
            for path in (drawings.OUTPUT.format(name), *drawing.inputs.values()):
                assert hashlib.md5((folder / path).read_bytes()).hexdigest() in page, path
    curve = (folder / "plots/elbow_map.csv").read_text().splitlines()[1].split(",")
    assert all(f">{float(cell):g}<" in page or f">{cell}<" in page for cell in curve[1:])


def test_params_and_versions_are_listed_but_not_where_files_are(report):
    folder, _, reader = report
    texts = set(reader.texts)
    params = graph.leaves(graph.load_yaml(graph.PARAMS, folder))
    assert set(params) - texts == {"download.mirror"}
    versions = digests.installed()
    assert {*versions, *map(str, versions.values())} <= texts


def test_what_was_fitted_on_is_not_called_held_out():
    scores = {"accuracy": 0.5, "k": 2}
    interval = {"clusters_2d": {"accuracy": {"low": 0.4, "high": 0.6}}}
    assert "not held out" in sections.result(scores, {}, interval, "clusters_2d", "all")


def paragraph(form, n_train=60_000, *, labelled=True, **changes):
    params = graph.load_yaml(graph.PARAMS)
    for name, value in changes.items():
        section, _, key = name.partition("__")
        params[section][key] = value
    return words.method(params, form, n_train, 10, labelled=labelled)


def test_the_method_is_that_of_the_form():
    text, references = paragraph("handwriting")
    assert "deskewed [1]" in text
    assert "of smoothed gradient orientations [2] and of concavities." in text
    assert len(references) == len(words.REFERENCES)
    text, references = paragraph("embedding", n_train=80, split__method="all")
    assert not re.search("gradient|distortion|pixels|test image", text)
    assert "the 79 nearest" in text
    assert [int(n) for n in re.findall(r"\[(\d)\]", text)] == [1, 2, 3, 4]
    assert len(references) == 4
