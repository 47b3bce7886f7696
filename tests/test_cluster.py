"""One's own pictures: what is left where, what is touched, and what is said of wrong words."""

import csv

import numpy as np
import pytest

import cluster
from mnist_clustering.sources import drawn
from stages.workspace import set_params
from tests.support import graph, inline

QUICK = {
    "draw.dpi": 50,
    "elbow.k_max": 4,
    "elbow.map_starts": 1,
    "elbow.pixels_starts": 1,
    "kmeans.n_init": 1,
    "merge.n_init": 1,
    "recluster.n_init": 1,
    "tsne.map_3d.iterations": 25,
}


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """A folder of pictures of three signs, and clusters beside it."""
    folder = tmp_path / "My signs"
    folder.mkdir()
    for path, png in drawn.pictures("signs").items():
        if path.startswith(("anchor", "cloud", "star")):
            (folder / path.replace("/", "_")).write_bytes(png)
    (folder / "notes.txt").write_text("no picture")
    monkeypatch.setattr(cluster, "CLUSTERS", tmp_path / "clusters")

    def run(place, log):
        # In this process, and briefly: that DVC runs what has changed is tested elsewhere.
        set_params(place / graph.PARAMS, QUICK)
        monkeypatch.chdir(place)
        inline.run()
        inline.run("draw@clusters")
        return True

    monkeypatch.setattr(cluster, "_run", run)
    return folder


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_is_clustered_named_later_and_never_touched(
    pictures, tmp_path, capsys, monkeypatch
):
    before = {path: path.read_bytes() for path in pictures.iterdir()}
    assert cluster.main([str(pictures)]) == 0
    home = tmp_path / "clusters/my-signs"
    rows = table(home / "clusters.csv")
    used = [row for row in rows if not row["reason"]]
    assert [row["path"] for row in rows if row["reason"]] == ["notes.txt"]
    assert len(used) == 75
    for number in {row["cluster"] for row in used}:
        own = [row for row in used if row["cluster"] == number]
        assert float(own[0]["distance"]) == 0
        assert sorted(own, key=lambda row: float(row["distance"])) == own
        links = sorted((home / "by_cluster" / f"c{number}").iterdir())
        assert [link.name for link in links] == sorted(row["path"] for row in own)
        assert all(link.resolve().parent == pictures for link in links)
    overview = (home / "overview.html").read_text()
    assert all(row["path"] in overview for row in used)
    assert (home / "pictures/clusters.png").is_file()
    assert np.load(home / "model.npz")["embedding"].shape == (75, 2)

    kept = home / "by_cluster/c0/my own.txt"
    kept.write_text("put there by the user")
    params = home / "pipeline/params.yaml"
    changed = params.read_text().replace("perplexity: 20 ", "perplexity: 9 ")
    # What the map is not made of is listed too.
    params.write_text(changed.replace("landmarks: 250000", "landmarks: 70"))
    labels = tmp_path / "some.csv"
    given = [f"{pictures / row['path']},{row['path'].partition('_')[0]}" for row in used[::2]]
    labels.write_text("\n".join(["path,label", *given]) + "\n")
    assert cluster.main([str(pictures), "--labels", str(labels), "--copies"]) == 0
    rows = [row for row in table(home / "clusters.csv") if not row["reason"]]
    assert len(rows) == 75
    assert np.load(home / "model.npz")["embedding"].shape == (70, 2)
    assert len(np.load(home / "pipeline/data/tsne/2d/test.npy")) == 70
    right = [row["path"].startswith(row["name"] or "-") for row in rows]
    assert np.mean(right) > 0.9
    assert "% of the labelled pictures are in their label's cluster" in capsys.readouterr().out
    copies = list((home / "by_cluster").glob("*/*.png"))
    assert len(copies) == 75
    assert not any(path.is_symlink() for path in copies)
    assert kept.read_text() == "put there by the user"
    assert "perplexity: 9 " in params.read_text()
    # Labels stay until others are given.
    given = (home / "pipeline/labels.csv").read_text()
    monkeypatch.setattr(cluster, "_run", lambda place, log: False)
    assert cluster.main([str(pictures)]) == 1
    assert (home / "pipeline/labels.csv").read_text() == given
    assert {path: path.read_bytes() for path in pictures.iterdir()} == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["/nowhere"], "there is no folder /nowhere"),
        (["{folder}/empty"], "is empty: put pictures into it"),
        ([""], "nothing is no folder of pictures alone"),
        (["{folder}/.."], "is no folder of pictures alone"),
        (["{folder}", "--name", "MNIST"], "mnist is a dataset of this project"),
        (["{folder}", "--labels", "/nowhere.csv"], "/nowhere.csv cannot be read"),
        (["{folder}", "--labels", "{folder}/notes.txt"], "has the columns no picture, but needs"),
    ],
)
def test_wrong_words_are_answered_in_one_sentence(pictures, capsys, words, said):
    (pictures / "empty").mkdir()
    assert cluster.main([word.format(folder=pictures) for word in words]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("cluster: ")
    assert said in line


def test_a_name_stands_for_one_folder(pictures, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "_run", lambda place, log: False)
    assert cluster.main([str(pictures), "--name", "a"]) == 1
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.png").write_bytes((pictures / "star_01.png").read_bytes())
    assert cluster.main([str(other), "--name", "a"]) == 1
    assert f"holds the clusters of {pictures}" in capsys.readouterr().err


def test_names_of_folders_become_names_of_sets():
    assert cluster._slug("Été 2024 (Möwen)") == "ete-2024-mowen"
    assert cluster._slug("写真") == "pictures"
    assert graph.ROOT / "clusters" == cluster.HERE / "clusters"
