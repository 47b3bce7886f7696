"""Each kind of dataset goes all the way, as docs/data.md describes it; with labels or without."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

import predict
from dev import graph
from mnist_clustering import EmbeddingClusters, files
from mnist_clustering.images import idx
from mnist_clustering.model import queries
from mnist_clustering.model.answers import named, refused
from mnist_clustering.pages import predictions as page
from mnist_clustering.placing import blocks
from stages import drawings
from tests.support import browser, inline
from tests.support.encoded import lines, table
from tests.support.real import IMAGES, LABELS, signs

USAGE = (graph.ROOT / "docs/data.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```yaml\n# datasets/(\w+)\.yaml\n(.*?)```", USAGE, re.DOTALL))
FEW = slice(0, 90)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder for data and an empty workspace; call it to describe the data as the docs do."""
    data, workspace = tmp_path / "data", tmp_path / "workspace"
    data.mkdir()
    workspace.mkdir()
    monkeypatch.chdir(workspace)

    def describe(name, **overrides):
        given = yaml.safe_load(EXAMPLES[name])
        if "folder" in given:
            given["folder"] = str(data)
        if "sources" in given:
            given["sources"] = [{"kind": "folder", "location": str(data)}]
        for file in given.get("files", ()):
            given["files"][file] = inline.digest(data / file)
        inline.lay_out(workspace, name, given, **overrides)

    describe.data = data
    return describe


def test_idx_of_another_size_with_names(own, capsys):
    chosen = LABELS < 4
    images, labels = IMAGES[chosen][:120], LABELS[chosen][:120] + 1
    large = images.repeat(2, axis=1).repeat(2, axis=2)
    for part, own_part in (("train", slice(0, 100)), ("t10k", slice(100, 120))):
        (own.data / f"{part}-images-idx3-ubyte").write_bytes(idx.encode(large[own_part]))
        (own.data / f"{part}-labels-idx1-ubyte").write_bytes(idx.encode(labels[own_part]))
    own("odd", **{"recluster.k": 4})
    inline.run("download", "split", "label")
    assert np.load("data/split/train_images.npy").shape == (100, 28, 28)
    assert np.load("data/label/test.npy").tolist() == (labels[100:] - 1).tolist()
    assert "split: images of 56 x 56 pixels are brought into form" in capsys.readouterr().err
    facts = files.load_json("data/split/dataset.json")
    assert facts["classes"] == [*"abcd"]


def test_pictures_without_labels_are_drawn_and_named_later(own):
    for path, png in signs().items():
        if path.startswith(("anchor", "cloud", "star")):
            (own.data / path.replace("/", "_")).write_bytes(png)
    (own.data / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    own("shells", **{"split.method": "all", "recluster.k": 3})
    inline.run()
    (skipped,) = table("data/raw/skipped.csv")
    assert skipped["path"] == "broken.jpg"
    for name in ("scores", "evaluate", "examine"):
        text = Path(f"metrics/{name}.json").read_text()
        assert not re.search('accuracy|nmi|"ari|ceiling', text), "scores without labels"
    rows = table("data/evaluate/clusters_train.csv")
    assert len(rows) == 75
    assert {row["label"] + row["clusters_2d_label"] for row in rows} == {""}
    for name in (*drawings.CURVES, *drawings.CLUSTERS):
        with Image.open(drawings.OUTPUT.format(name)) as picture:
            assert picture.convert("L").getextrema()[0] < 100, "nothing is drawn"

    seen = browser.look(
        Path("site/index.html"),
        "({ n: data.n, modes: Object.keys(modes), said: document.body.innerText })",
    )
    if seen:
        assert seen["n"] == 75
        assert "75 images clustered without labels" in seen["said"]
        assert not {"label", "mistakes"} & set(seen["modes"])
        assert "false" not in seen["said"]

    before = Path("data/tsne/2d/train.npy").stat().st_mtime_ns
    paths = [row["path"] for row in table("data/raw/paths.csv")]
    labels = [f"{path},{path.partition('_')[0]}" for path in paths[::3]]
    Path("labels.csv").write_text("\n".join(["path,label", *labels]) + "\n")
    inline.run("label", "evaluate", "examine", "bundle", "draw", "present")
    assert Path("data/tsne/2d/train.npy").stat().st_mtime_ns == before
    assert files.load_json("metrics/scores.json")["accuracy"] > 0.9
    rows = table("data/evaluate/clusters_train.csv")
    right = [paths[int(row["index"])].startswith(row["clusters_2d_label"] or "-") for row in rows]
    assert np.mean(right) > 0.9

    # A picture of the set is brought into the same form again, and so lies on itself.
    fitted = predict.load_model(Path("models/model.npz"))
    for number in (0, 40):
        path = own.data / paths[int(rows[number]["index"])]
        source = predict.read(path, form=fitted.form)
        (row,) = predict.predict([source], fitted)
        assert row["neighbors"][0] == number
        assert row["distance"] == 0
        assert row["label"] == rows[number]["clusters_2d_label"]
        block = blocks._normalised([[path.read_bytes()]], fitted.form)
        assert np.array_equal(block.images, source.images)
    assert predict.main(["--many", "--model", "models/model.npz", str(path)]) == 1
    # Its neighbours are shown from the images beside the model, not from those of this project.
    images = page.training_images(Path("models/model.npz"), fitted)
    assert np.array_equal(images, np.load("data/split/train_images.npy"))
    assert page.training_images(graph.ROOT / "models/model.npz", fitted) is None
    nameless = predict.predict([source], replace(fitted, names=[None] * 3))
    assert named(nameless[0]) == f"cluster {nameless[0]['cluster']}"
    assert refused(fitted) == "unlike all"


def test_arrays_in_a_table(own):
    images = IMAGES[FEW, 8:20, 5:23]
    text = lines(images, [f"class {label}" for label in LABELS[FEW]])
    (own.data / "train.csv").write_text(f"{text}\n")
    own("table")
    inline.run("download", "split", "label")
    record = files.load_json("data/split/dataset.json")
    assert record["classes"] == [f"class {i}" for i in range(10)]
    assert len(np.load("data/label/test.npy")) == 15
    # predict.py brings the same images into the same form, by the paper of the set.
    source = queries.from_array(images, form=record["form"], paper=record["paper"])
    for part in ("train", "test"):
        chosen = np.load(f"data/split/{part}_indices.npy")
        assert np.array_equal(source.images[chosen], np.load(f"data/split/{part}_images.npy"))


def test_embeddings_with_a_manifest(own, capsys):
    vectors = IMAGES[FEW].reshape(90, -1).astype(np.float32) @ np.random.default_rng(0).normal(
        size=(784, 50)
    ).astype(np.float32)
    np.save(own.data / "vectors.npy", vectors)
    for i in range(90):
        Image.fromarray(IMAGES[i]).save(own.data / f"{i}.png")
    labels = [f"{i}.png,{LABELS[i] if i % 2 else ''}" for i in range(90)]
    (own.data / "manifest.csv").write_text("\n".join(["path,label", *labels]) + "\n")
    own("clip", **{"split.landmarks": 65})
    inline.run()
    said = capsys.readouterr().err
    assert re.search(
        r"90 embeddings of 50 numbers are rounded to 256 steps, which loses 0\.0", said
    )
    assert "45 of 90 images have no label" in said
    assert np.load("data/raw/thumbnails.npy").shape == (90, 64, 64, 3)
    # Neighbours are those of the vectors themselves.
    train = vectors[np.load("data/split/train_indices.npy")]
    nearest = np.load("data/distortion/train_forward_indices.npy")[:, :5]
    gaps = ((train[:, None] - train) ** 2).sum(axis=2)
    np.fill_diagonal(gaps, np.inf)
    exact = gaps.argsort(axis=1)[:, :5]
    kept = [len(np.intersect1d(a, b)) for a, b in zip(nearest, exact, strict=True)]
    assert np.mean(kept) > 3
    # The rest is placed among them.
    assert files.load_json("metrics/bundle.json")["images"] == 10
    placed, own_map = (
        np.load(f"data/{name}.npy") for name in ("bundle/positions", "tsne/2d/train")
    )
    assert placed.shape == (10, 2)
    assert ((placed >= own_map.min(axis=0)) & (placed <= own_map.max(axis=0))).all()
    seen = browser.look(
        Path("site/index.html"), "({ shown: Array.from(pixelsOf(0)), size: data.size })"
    )
    if seen:
        first = np.load("data/raw/thumbnails.npy")[np.load("data/split/train_indices.npy")[0]]
        shown = np.uint8(seen["shown"]).reshape(seen["size"])
        assert np.array_equal(shown, np.asarray(Image.fromarray(first).convert("L"))[::2, ::2])
    inline.run("bundle")
    # New vectors are placed as the rest was.
    fitted = EmbeddingClusters.load("models/model.npz")
    rest = np.load("data/split/rest_indices.npy")
    assert np.array_equal(fitted.transform(vectors[rest]), placed)
    said = r"the model of clip places vectors: describe pictures by the network"
    assert predict.main(["--model", "models/model.npz", str(own.data / "0.png")]) == 1
    assert re.search(said, capsys.readouterr().err)
