"""Names given in the page go home as a file, which the pipeline takes, and come back."""

import csv
import json
import time

import numpy as np
import pytest

from mnist_clustering.images import listing
from tests.explorer.conftest import READY
from tests.support import clones
from tests.support.encoded import table

CODES = "Array.from(nameTable.codes, (code) => nameTable.names[code] ?? null)"
QUESTION = (
    "(() => { const found = nextQuestion(); return found && [found.kind, found.of, found.rows] })()"
)


def name_next(page, label):
    page.type("#name .naming input", label)
    page.settle()


def most(labels):
    values, counts = np.unique(labels, return_counts=True)
    return str(values[counts.argmax()])


def save(page, folder, name):
    """Press the button, and wait for the file."""
    path = folder / name
    page.click_on(".panel button", f"Save {name}")
    page.wait(f"byId('live').innerText === 'Saved as {name}.'")
    for _ in range(100):
        if path.exists() and path.stat().st_size:
            return path
        time.sleep(0.05)
    raise AssertionError(f"{name} never came")


def load(page, tmp_path, data, name="labels.csv"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    page.click_on("#tabs button", "Name")
    page.run("byId('live').textContent = ''")
    page.upload("#load-names", path)
    page.wait("byId('live').innerText")
    return page.run("byId('live').innerText")


@pytest.fixture
def naming(fresh, tmp_path):
    fresh.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    fresh.click_on("#tabs button", "Name")
    return fresh


def test_each_question_names_what_decides_most_and_undo_takes_it_back(naming, known):
    clusters = np.bincount(known.clusters)
    for step, expected in enumerate(np.argsort(-clusters, kind="stable"), 1):
        kind, of, rows = naming.run(QUESTION)
        assert (kind, of) == ("cluster", expected)
        assert rows == np.flatnonzero(known.clusters == expected).tolist()
        name_next(naming, most(known.labels[rows]))
        assert naming.run("countNamed()") == np.sort(clusters)[::-1][:step].sum()
    assert naming.run(CODES) == [str(known.names["majority"][c]) for c in known.clusters]
    assert naming.run("state.colour") == "name"
    assert "are named like their label" in naming.run("byId('name').innerText")
    kind, of, rows = naming.run(QUESTION)
    assert kind == "group"
    unsure = naming.run("rowsWhere(isUnsure).map((row) => data.group[row])")
    assert np.bincount(unsure)[of] == np.bincount(unsure).max()
    naming.click_on("#back")
    naming.wait(f"countNamed() === {clusters.sum() - clusters.min()}")
    before = naming.run(CODES)
    naming.open(known.folder / "site/index.html", READY)
    assert naming.run(CODES) == before


def test_groups_are_asked_for_where_a_cluster_is_named_in_parts_and_keep_their_names(naming):
    naming.run("search('group 3')")
    naming.type("#selection .naming input", "three, or so")
    group, cluster = naming.run("[rowsWhere((r) => data.group[r] === 3), data.group_clusters[3]]")
    naming.click_on("#tabs button", "Name")
    asked = [naming.run(QUESTION)]
    for _ in range(naming.run("data.clusters.length") - 1):
        name_next(naming, "other")
        asked.append(naming.run(QUESTION))
    assert ["cluster", cluster] not in [question[:2] for question in asked]
    assert asked[-1][0] == "group"
    naming.run(f"search('cluster {cluster}')")
    naming.type("#selection .naming input", "whole")
    assert "keep the names that they had" in naming.run("byId('live').innerText")
    names = naming.run(CODES)
    assert {names[row] for row in group} == {"three, or so"}
    naming.run("choose([" + str(group[0]) + "], 'one')")
    naming.type("#selection .naming input", "one")
    assert naming.run(CODES)[group[0]] == "one"


def test_names_go_through_the_pipeline_and_come_back(naming, known, clone, tmp_path):
    kind, _, rows = naming.run(QUESTION)
    name_next(naming, "seven, maybe")
    name_next(naming, "3")
    names, file = naming.run(CODES), save(naming, tmp_path, "labels.csv")
    given = listing.read(file.name, file.read_bytes()).need(file.name).by_path(file.name)
    assert {int(key): str(value) for key, value in given.items()} == {
        int(index): name for index, name in zip(known.index, names, strict=True) if name
    }
    naming.click_on("#name button", "Forget all")
    assert naming.run("countNamed()") == 0
    assert "have a name" in load(naming, tmp_path, file.read_bytes())
    assert naming.run(CODES) == names
    (clone / "labels.csv").write_bytes(file.read_bytes())
    assert "label" in clones.repro(clone, "present")
    naming.open(clone / "site/index.html", READY)
    labels = naming.run("Array.from({ length: data.n }, (_, row) => labelOf(row))")
    given = [name or str(label) for name, label in zip(names, known.labels, strict=True)]
    assert labels == given
    assert kind == "cluster"
    assert {labels[row] for row in rows} == {"seven, maybe"}


@pytest.mark.parametrize(
    "edited",
    [
        '\ufeffpath;label\r\n"{a}";"a ""b"" ; c"\r\n{b};3.0\r\n',
        "File\tnote\tClass\r\n{a}\tx\ta \"b\" ; c\r\n\r\n{b}\t\t3.0\r\n{c}\t\t\r\n",
        'path,label\n{a},"a ""b"" ; c"\n"{b}" , 3.0 ',
    ],
    ids=["semicolons", "tabs", "quotes"],
)  # fmt: skip
def test_what_a_spreadsheet_made_of_it_is_read(naming, known, tmp_path, edited):
    a, b, c = known.index[[5, 2, 9]]
    text = edited.format(a=a, b=b, c=c)
    for data in (text.encode(), text.lstrip("\ufeff").encode("utf-16")):
        assert "2 images have a name" in load(naming, tmp_path, data), data
        codes = naming.run(CODES)
        assert (codes[5], codes[2], codes[9]) == ('a "b" ; c', "3.0", None)
        naming.run("change({ namings: [] })")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("path,label\n123456,3\n{a},4\n", r"names 1 image of another set, such as 123456: .* like"),
        ("name,kind\n1,2\n", "has the columns name, kind, but needs path and label"),
        ("", r"has the columns \(none\)"),
        ("path,label\n{a},\n", "names no image: fill its column label"),
        ("path,label\n{a},3\n{a},4\n", "two labels, 3 and 4: keep one"),
        ('path,label\n{a},"3\n', "is no CSV: a quote in line 2 is not closed"),
        (b"path,label\n\xff\xfe\xff,3", "is no text: save it as CSV in UTF-8"),
    ],
)
def test_a_wrong_file_is_answered_in_a_sentence_and_nothing_is_lost(
    naming, known, tmp_path, data, said
):
    name_next(naming, "kept")
    before = naming.run("state.namings")
    data = data if isinstance(data, bytes) else data.format(a=known.index[0])
    answer = load(naming, tmp_path, data)
    assert naming.run(f"/{said}/.test(byId('live').innerText)"), answer
    assert answer.startswith("labels.csv ")
    assert answer.endswith("Nothing was changed.")
    assert naming.run("state.namings") == before


def test_names_of_images_that_are_not_shown_are_kept_for_the_next_file(naming, known, tmp_path):
    hidden = next(i for i in range(5000) if i not in set(known.index.tolist()))
    naming.run(f"load('paths').then((held) => {{ held.rest = [{hidden}]; }})")
    load(naming, tmp_path, f"path,label\n{hidden},far\n{known.index[4]},near\n")
    assert naming.run("countNamed()") == 1
    lines = naming.run("tableOfNames()").splitlines()
    assert dict(list(csv.reader(lines))[1:]) == {
        str(hidden): "far", str(known.index[4]): "near",
    }  # fmt: skip


def test_label_studio_is_given_tasks_with_predictions(naming, known, tmp_path):
    name_next(naming, "7")
    tasks = json.loads(save(naming, tmp_path, "label-studio.json").read_text())
    named = [row for row, name in enumerate(naming.run(CODES)) if name]
    assert [int(task["data"]["path"]) for task in tasks] == known.index[named].tolist()
    for task in tasks:
        assert task["data"]["image"].startswith("data:image/png;base64,")
        (prediction,) = task["predictions"]
        assert prediction["result"][0]["value"] == {"choices": ["7"]}
        assert 0 <= prediction["score"] <= 1
    naming.run("load('paths').then((held) => { held.paths = Array(9e4).fill('a/b.png'); })")
    assert naming.run("tasksOfNames().then((text) => JSON.parse(text)[0].data.image)") == "a/b.png"


# Suspects


def test_suspects_of_the_audit_come_with_their_certainty_and_evidence(naming, known, tmp_path):
    audit = table(known.folder / "data/examine/suspects.csv")
    assert audit
    naming.click_on("#tabs button", "Suspects")
    saved = table(save(naming, tmp_path, "suspects.csv"))
    keys = {"index": "index", "part": "part", "label": "given", "suggested": "suggested"}
    for one, found in zip(saved, audit, strict=True):
        assert {key: one[key] for key in keys} == {key: found[own] for key, own in keys.items()}
        assert float(one["certainty"]) == float(found["certainty"])
    rows = [int(one["row"]) + known.n_train * (one["part"] == "test") for one in saved]
    near = np.reshape(naming.run("Array.from(relations.near)"), (len(known.labels), -1))
    for row, one in zip(rows, saved, strict=True):
        agree = known.labels[near[row]] == int(one["suggested"])
        assert int(one["nearest_that_agree"]) == agree.sum()
    card = naming.run("document.querySelector('.suspect').innerText")
    assert f"{100 * float(audit[0]['certainty']):.2f} % certain" in card
    naming.click_on("#suspects .thumb")
    assert naming.run("state.pinned") == rows[0]
    naming.click_on("#tabs button", "Suspects")
    naming.click_on("#suspects .suspect button", "Name it")
    assert naming.run(CODES)[rows[0]] == saved[0]["suggested"]
