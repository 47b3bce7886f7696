"""The report as its reader gets it: complete, small, without scripts, true to the results."""

import base64
import csv
import hashlib
import json
import re
from html import unescape

import numpy as np
import pytest
import yaml

from dev import graph
from mnist_clustering.pages import html, sections, words
from stages import digests, drawings
from tests.support import browser
from tests.support.reader import Reader


@pytest.fixture(scope="module")
def report(finished):
    folder, _ = finished
    page = (folder / "report.html").read_text()
    return folder, page, Reader(page)


def test_it_is_whole_and_needs_nothing_else(report):
    _, page, reader = report
    assert "<script src" not in page
    assert len(page) < 2_000_000
    links = [*reader.all("href"), *reader.all("src")]
    outside = [link for link in links if not link.startswith("data:")]
    assert {link.partition("#")[0] for link in outside} == {"site/index.html"}
    assert "whoever gets it by mail needs the folder" in page
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
    groups = {"draw": drawings.CURVES, "present": drawings.CLUSTERS}
    shown = [tag for tag, _ in reader.tags if tag == "img"]
    assert len(shown) == sum(map(len, groups.values()))
    assert len(list(filter(None, reader.all("alt", "img")))) == len(shown)
    for script, own in groups.items():
        assert f"python -m stages.{script}" in page
        for name, drawing in own.items():
            assert html.text(drawing.shows) in page
            for path in (drawings.OUTPUT.format(name), *drawing.inputs.values()):
                assert hashlib.md5((folder / path).read_bytes()).hexdigest() in page, path
    held = dict(re.findall(r'<a download="(.*?)" href="data:[a-z/]+;base64,(.*?)"', page))
    for path in ("plots/elbow_map.csv", "plots/confusion.csv", "metrics/evaluate.json"):
        assert base64.b64decode(held[path.rpartition("/")[2]]) == (folder / path).read_bytes()
    curve = (folder / "plots/elbow_map.csv").read_text().splitlines()[1].split(",")
    assert all(f">{float(cell):g}<" in page or f">{cell}<" in page for cell in curve[1:])


def test_images_of_a_picture_lead_to_the_explorer_as_they_stand(report):
    folder, page, _ = report
    found = [re.findall(r"#pin=row-(\d+)", part) for part in page.split("Its images in")[1:]]
    confused, clusters = (list(map(int, own)) for own in found)
    portraits = json.loads((folder / "data/examine/clusters.json").read_text())["clusters_2d"]
    rows = [row for one in portraits for row in (one["medoid"], *one["members"])]
    assert clusters == np.load(folder / "data/split/train_indices.npy")[rows].tolist()
    table = (folder / "data/evaluate/clusters_test.csv").read_text().splitlines()
    wrong = {one["index"] for one in csv.DictReader(table)
             if one["label"] != one["clusters_2d_label"]}  # fmt: skip
    assert set(map(str, confused)) <= wrong
    if browser.found():
        with browser.Browser(browser.found()) as window:
            window.open(folder / "report.html")
            window.run(f"document.querySelector('[aria-label=\"image {confused[0]}\"]').click()")
            window.wait("document.documentElement?.dataset.ready === 'all' && state.pinned >= 0")
            assert window.run("data.index[state.pinned]") == confused[0]


def test_params_can_be_pasted_and_say_nothing_of_where_files_are(report):
    folder, page, reader = report
    pasted = yaml.safe_load(unescape(re.search(r"<pre>(.*?)</pre>", page, re.DOTALL)[1]))
    params = graph.load_yaml(graph.PARAMS, folder)
    params["download"].pop("mirror")
    assert pasted == params
    versions = digests.installed()
    assert {*versions, *map(str, versions.values())} <= set(reader.texts)


def test_printed_it_is_whole(report):
    folder, _, _ = report
    if not browser.found():
        pytest.skip("needs chromium")
    with browser.Browser(browser.found()) as window:
        window.open(folder / "report.html")
        seen = "document.querySelector('pre').checkVisibility()"
        assert not window.run(seen)
        window.prefer("light", "print")
        assert window.run(seen)


def test_what_was_fitted_on_is_not_called_held_out():
    scores = {"accuracy": 0.5, "k": 2}
    interval = {"clusters_2d": {"accuracy": {"low": 0.4, "high": 0.6}}}
    assert "not held out" in sections.result(scores, {}, interval, "clusters_2d", "all")


def paragraph(form, n_train=60_000, *, labelled=True, **changes):
    params = graph.load_yaml(graph.PARAMS)
    for name, value in changes.items():
        section, _, key = name.partition("__")
        params[section][key] = value
    return words.method(params, form, n_train, 10, perplexity=20, labelled=labelled)


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
