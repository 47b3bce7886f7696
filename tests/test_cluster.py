"""One's own pictures: what is left where, what is touched, and what is said of wrong words."""

import csv
import shutil
import subprocess

import numpy as np
import pytest
import yaml

import cluster
from dev import graph
from mnist_clustering import files
from mnist_clustering.images import collection
from stages import workspace
from stages.workspace import set_params
from tests.support import inline
from tests.support.encoded import table
from tests.support.real import signs

QUICK = {
    "draw.dpi": 50,
    "elbow.k_max": 4,
    "elbow.map_starts": 1,
    "elbow.pixels_starts": 1,
    "kmeans.n_init": 1,
    "micro.n_init": 1,
    "recluster.n_init": 1,
    "split.landmarks": 70,
    "tsne.perplexity": 9,
    "tsne.map_3d.iterations": 25,
}
# What a run leaves that is handed on as it is.
LEFT = ("site/index.html", "site/data/map.js", "plots/map.png", "data/examine/audit.html")


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """A folder of pictures of three signs, and clusters beside it."""
    folder = tmp_path / "My signs"
    folder.mkdir()
    for path, png in signs().items():
        if path.startswith(("anchor", "cloud", "star")):
            (folder / path.replace("/", "_")).write_bytes(png)
    (folder / "notes.txt").write_text("no picture")
    monkeypatch.setattr(cluster, "CLUSTERS", tmp_path / "clusters")
    return folder


@pytest.fixture
def staged(monkeypatch):
    """Run the stages in this process, and briefly: DVC itself is tested elsewhere."""

    def run(place, log, *targets):
        set_params(place / graph.PARAMS, QUICK)
        monkeypatch.chdir(place)
        inline.run(*targets)

    monkeypatch.setattr(cluster, "_run", run)


@pytest.fixture
def pretended(monkeypatch):
    """Leave at once what a run leaves, each sign a cluster; keep the words of each run."""
    calls = []

    def dvc(place, *words, on_line):
        calls.append(words)
        name = yaml.safe_load((place / "params.yaml").read_text())["download"]["dataset"]
        described = yaml.safe_load((place / f"datasets/{name}.yaml").read_text())
        paths = sorted(collection.list_folder(cluster.Path(described["folder"])))
        used = [path for path in paths if not path.endswith("txt")]
        files.save_table(place / "data/raw/paths.csv", ["path"], [[path] for path in used])
        skipped = [(path, "is no picture") for path in paths if path not in used]
        files.save_table(place / "data/raw/skipped.csv", ["path", "reason"], skipped)
        if words == ("repro", "download"):
            return
        given = dict(csv.reader((place / "labels.csv").open(newline="")))
        on_line("Running stage 'label':\n")
        if unknown := set(given) - {"path", *used}:
            on_line(f"label: labels.csv names {unknown}\n")
            on_line("ERROR: failed to reproduce 'label': failed to run: python, exited with 1\n")
            raise subprocess.CalledProcessError(1, "dvc")
        names = {"a": (0, "anchor"), "c": (1, "cloud"), "s": (2, "star")}
        own = (names.get(path[0], (0, "")) for path in used)
        rows = [(i, given.get(used[i], ""), *each) for i, each in enumerate(own)]
        header = ("index", "label", "clusters_2d", "clusters_2d_label")
        half = len(rows) // 2
        files.save_table(place / "data/evaluate/clusters_train.csv", header, rows[:half])
        files.save_table(place / "data/bundle/clusters.csv", header, rows[half:])
        files.save_array(place / "data/tsne/2d/train.npy", np.eye(half, 2))
        files.save_array(place / "data/bundle/positions.npy", np.ones((len(rows) - half, 2)))
        files.save_array(
            place / "data/raw/thumbnails.npy", np.zeros((len(used), 32, 32, 3), np.uint8)
        )
        files.save_table(place / "data/examine/suspects.csv", ["index"], [["a"], ["b"]])
        files.save_table(place / "data/copies/copies.csv", ["kind"], [["near"], ["similar"]])
        merged = [{"medoid": 0}] * 3
        files.save_json(place / "data/examine/clusters.json", {"clusters_2d": merged})
        files.save_arrays(place / "models/model.npz", embedding=np.eye(half, 2))
        for name in LEFT:
            with files.output(place / name) as temporary:
                temporary.write_text("../../site/" if "audit" in name else name)

    monkeypatch.setattr(workspace, "dvc", dvc)
    monkeypatch.setattr(workspace, "count_stages", lambda place: 1)
    return calls


def test_a_folder_is_clustered_named_and_never_touched(pictures, staged, tmp_path, capsys):
    before = {path: path.read_bytes() for path in pictures.iterdir()}
    given = {path.name: path.name.partition("_")[0] for path in sorted(pictures.glob("*.png"))[::2]}
    lines = [f"{pictures / name},{label}" for name, label in given.items()]
    labels = tmp_path / "some.csv"
    labels.write_text("\n".join(["path,label", *lines]) + "\n")
    assert cluster.main([str(pictures), "--labels", str(labels)]) == 0
    home = tmp_path / "clusters/my-signs"
    rows = table(home / "clusters.csv")
    used = [row for row in rows if not row["reason"]]
    assert [row["path"] for row in rows if row["reason"]] == ["notes.txt"]
    assert len(used) == 75
    for number in {row["cluster"] for row in used}:
        own = [row for row in used if row["cluster"] == number]
        assert float(own[0]["distance"]) == 0
        assert sorted(own, key=lambda row: float(row["distance"])) == own
        (folder,) = (home / "by_cluster").glob(f"c{number}*")
        links = sorted(folder.iterdir())
        assert [link.name for link in links] == sorted(row["path"] for row in own)
        assert all(link.resolve().parent == pictures for link in links)
    overview = (home / "overview.html").read_text()
    assert all(row["path"] in overview for row in used)
    assert (home / "pictures/clusters.png").is_file()
    # What the map is not made of is listed too.
    assert np.load(home / "model.npz")["embedding"].shape == (70, 2)
    assert len(np.load(home / "pipeline/data/tsne/2d/test.npy")) == 70
    assert np.mean([row["path"].startswith(row["name"] or "-") for row in used]) > 0.9
    labelled = [row for row in used if row["label"]]
    assert len(labelled) == len(given)
    share = np.mean([row["label"] == row["name"] for row in labelled])
    assert f"{share:.1%} of {len(labelled)} labelled pictures" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in pictures.iterdir()} == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["/nowhere"], "there is no folder /nowhere"),
        (["{folder}/.."], "is no folder of pictures alone"),
        (["{folder}", "--name", "MNIST"], "mnist is a dataset of this project"),
        (["{folder}", "--labels", "{folder}/notes.txt"], "has the columns no picture, but needs"),
        (["{folder}", "--labels", "{folder}/../typo.csv"], "typo.csv labels 1 picture not in"),
        (["{folder}/../\udcff"], "is no UTF-8: rename the folder"),
    ],
)
def test_wrong_words_are_answered_in_one_sentence(pictures, capsys, words, said):
    (pictures.parent / "typo.csv").write_text("path,label\nstar_01.png,a\nstar_0l.png,b\n")
    assert cluster.main([word.format(folder=pictures) for word in words]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("cluster: ")
    assert said in line
    assert not cluster.CLUSTERS.exists(), "what is refused at once keeps no name"


def test_a_name_stands_for_one_folder_once_there_are_results(pictures, pretended, tmp_path, capsys):
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.png").write_bytes((pictures / "star_01.png").read_bytes())
    run, workspace.dvc = workspace.dvc, fail_by(9)
    labels = tmp_path / "labels.csv"
    labels.write_text("path,label\nb.png,x\n")
    assert cluster.main([str(other), "--name", "a", "--labels", str(labels)]) == 1
    workspace.dvc = run
    assert cluster.main([str(pictures), "--name", "a"]) == 0, "nor labels of another folder"
    assert cluster.main([str(other), "--name", "a"]) == 1
    assert f"holds the clusters of {pictures}" in capsys.readouterr().err


def fail_by(signal):
    def dvc(place, *words, on_line):
        on_line("Running stage 'download':\n")
        on_line("download: 3 pictures are coloured\n")
        on_line("Running stage 'tsne@2':\n")
        on_line(f"ERROR: failed to reproduce 'tsne@2': failed to run: x, exited with -{signal}\n")
        raise subprocess.CalledProcessError(1, "dvc")

    return dvc


def test_a_stage_that_is_killed_is_told(pictures, monkeypatch, capsys):
    monkeypatch.setattr(workspace, "dvc", fail_by(9))
    assert cluster.main([str(pictures)]) == 1
    out, err = capsys.readouterr()
    (line,) = err.splitlines()
    assert line.startswith("cluster: the stage tsne@2 was killed by signal 9")
    assert "        download: 3 pictures are coloured" in out
    log = cluster.CLUSTERS / "my-signs/log.txt"
    assert str(log) in line
    assert "exited with -9" in log.read_text()


def params_of(home):
    return graph.leaves(yaml.safe_load((home / "pipeline/params.yaml").read_text()))


def test_params_that_were_edited_stay_and_k_changes_what_follows_it(pictures, pretended):
    home = cluster.CLUSTERS / "my-signs"
    assert cluster.main([str(pictures), "--k", "50"]) == 0
    first = params_of(home)
    own = {"recluster.k": 50, "kmeans.k": 50, "micro.micro_clusters": 150, "elbow.k_max": 100}
    assert first.items() >= (own | {"split.method": "all"}).items()
    edits = {"split.method": "stratified", "elbow.k_max": 30, "kmeans.k": 7, "tsne.perplexity": 9}
    params = home / "pipeline/params.yaml"
    params.write_text("# mine\n" + params.read_text())
    set_params(params, edits)
    assert cluster.main([str(pictures)]) == 0
    assert params_of(home) == first | edits
    assert params.read_text().startswith("# mine\n")
    assert cluster.main([str(pictures), "--k", "60"]) == 0
    follows = {"recluster.k": 60, "micro.micro_clusters": 180}
    assert params_of(home) == first | edits | follows
    assert cluster.main([str(pictures), "--k", "auto"]) == 0
    assert params_of(home)["recluster.k"] == "auto"
    # Of a later version of this project other params are asked.
    params.write_text(params.read_text().replace("  k_min:", "  k_least:"))
    assert cluster.main([str(pictures)]) == 0
    assert params_of(home).items() >= edits.items()
    assert (home / "pipeline/params.edited.yaml").read_text().startswith("# mine\n")


def test_params_that_cannot_be_read_are_one_sentence_and_stay(pictures, pretended, capsys):
    assert cluster.main([str(pictures)]) == 0
    params = cluster.CLUSTERS / "my-signs/pipeline/params.yaml"
    for text, said in (("k: [", "cannot be read as YAML"), ("", "holds no params by name")):
        params.write_text(text)
        assert cluster.main([str(pictures), "--k", "3"]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert f"{params} {said}" in line
        assert params.read_text() == text


def test_labels_stay_until_others_are_given_and_lose_what_has_no_picture(
    pictures, pretended, tmp_path, capsys
):
    labels = tmp_path / "some.csv"
    labels.write_text("path,label\nstar_01.png,star\nanchor_01.png,b\nnotes.txt,c\n")
    home = cluster.CLUSTERS / "my-signs"
    assert cluster.main([str(pictures), "--labels", str(labels)]) == 0
    assert pretended == [("repro", "download"), ("repro",)]
    out = capsys.readouterr().out
    assert "1 label left out, of pictures that cannot be used, such as 'notes.txt'" in out
    assert "50.0% of 2 labelled pictures in a cluster named after the label" in out
    assert "labels are of 2 classes, and there are 3 clusters: K=2 asks for one a class" in out
    assert f"2 suspect labels, 1 pair of copies: {home / 'audit.html'}" in out
    assert (home / "audit.html").read_text() == "explorer/"
    (pictures / "anchor_01.png").unlink()
    assert cluster.main([str(pictures)]) == 0
    out = capsys.readouterr().out
    assert "1 label left out, of pictures that are gone, such as 'anchor_01.png'" in out
    assert "100.0% of 1 labelled picture in" in out
    assert (home / "pipeline/labels.csv").read_text() == "path,label\nstar_01.png,star\n"


def test_a_cluster_of_nearly_all_is_told(pictures, pretended, capsys):
    for path in [*sorted(pictures.glob("anchor*"))[2:], *pictures.glob("cloud*")]:
        path.unlink()
    assert cluster.main([str(pictures)]) == 0
    said = capsys.readouterr().out
    assert "25 of 27 pictures are in one cluster: shapes tell them apart badly" in said


def test_a_run_ends_well_whatever_the_names_and_however_often(pictures, pretended, capsys):
    shutil.rmtree(pictures)
    for name in ("a/b__c.png", "a__b/c.png", f"{'s' * 150}/{'t' * 150}.png", "star\udcff.png"):
        (pictures / name).parent.mkdir(parents=True, exist_ok=True)
        (pictures / name).write_bytes(name.encode(errors="surrogateescape"))
    for _ in range(2):
        assert cluster.main([str(pictures), "--copies"]) == 0
    assert "such as" not in capsys.readouterr().out
    home = cluster.CLUSTERS / "my-signs"
    copies = [path.read_bytes() for path in (home / "by_cluster").glob("*/*")]
    assert sorted(copies) == sorted(path.read_bytes() for path in pictures.rglob("*.png"))
    assert {"clusters.csv", "overview.html", "model.npz"} <= {path.name for path in home.iterdir()}
    assert (home / "explorer/data/map.js").read_text() == "site/data/map.js"


def test_what_a_user_made_is_never_lost(pictures, pretended, capsys, monkeypatch):
    home = cluster.CLUSTERS / "my-signs"
    assert cluster.main([str(pictures), "--copies"]) == 0
    theirs = {
        "clusters.csv": "clusters.edited.csv",
        "overview.html": "overview.edited.html",
        "pipeline/stages/split.py": "pipeline/stages/split.edited.py",
        "by_cluster/c2 star/star_01.png": "by_cluster/c2 star/star_01.png",
        "by_cluster/REST": "by_cluster/REST",
        "pipeline/.dvc/config.local": "pipeline/.dvc/config.local",
    }
    for name in theirs:
        (home / name).write_text("# theirs")
    capsys.readouterr()
    assert cluster.main([str(pictures), "--copies"]) == 0
    out = capsys.readouterr().out
    assert [name for name, now in theirs.items() if (home / now).read_text() != "# theirs"] == []
    assert "clusters.csv was edited: your version is clusters.edited.csv" in out
    assert "1 file of your own left as it was, such as by_cluster/c2 star/star_01.png" in out
    assert len(table(home / "clusters.csv")) == 76
    assert (home / "pipeline/stages/split.py").read_text().startswith('"""')
    # It is said, too, where the run then fails.
    (home / "pipeline/stages/split.py").write_text("theirs")
    monkeypatch.setattr(workspace, "dvc", fail_by(15))
    assert cluster.main([str(pictures), "--copies"]) == 1
    assert "split.py was edited: your version is pipeline/stages/split.edited-2.py" in (
        capsys.readouterr().out
    )


def test_a_workspace_has_what_the_pipeline_needs_and_nothing_else(pictures, pretended, monkeypatch):
    assert cluster.main([str(pictures)]) == 0
    place = cluster.CLUSTERS / "my-signs/pipeline"
    there = {path.name for path in place.iterdir()}
    assert {"dvc.yaml", "params.yaml", "stages", "mnist_clustering", "explorer", ".dvc"} <= there
    assert not {"tests", "docs", "README.md", "cluster.py", "dvc.lock", "metrics"} & there
    assert {path.name for path in (place / "datasets").iterdir()} == {
        "description.schema.json",
        "my-signs.yaml",
    }
    # A later version of this project has a module less.
    (place / "stages/own.py").write_text("theirs")
    fewer = [name for name in workspace.project_files(cluster.HERE) if name != "stages/split.py"]
    monkeypatch.setattr(workspace, "project_files", lambda root: fewer)
    assert cluster.main([str(pictures)]) == 0
    assert {"own.py", "common.py"} <= {path.name for path in (place / "stages").iterdir()}
    assert not (place / "stages/split.py").exists()
