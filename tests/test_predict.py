"""New images: pictures brought into MNIST's form, placed on a map fitted to real digits."""

import csv
import io
import json
import os
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_image

import predict
from checks.workspace import set_params
from stages import bundle, common
from stages.methods.clustering import kmeans, merging
from stages.methods.data import digits, idx
from stages.methods.embedding import distortion, initialization, neighbors, placement, tsne
from stages.methods.errors import InputError
from stages.methods.evaluation import scores
from stages.methods.exact.grid import snap
from stages.methods.features import descriptors
from stages.methods.features.deskew import deskew
from stages.methods.prediction import handwriting, model, novelty, pictures

ROOT = Path(predict.__file__).parent
K = 15
CANDIDATES = 60
PARAMS = {
    "bundle.strangeness_quantile": 0.99,
    "bundle.fullness_quantile": 0.99,
    "neighbors.test_k": CANDIDATES,
    "tsne.test_neighbors": K,
}


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """A folder with all that the stages before `bundle` leave, and what `bundle` makes of it."""
    folder = tmp_path_factory.mktemp("run")
    parts = digits.load()
    train, test = parts["train_images"], parts["test_images"]
    blocks = [descriptors.Block("gradient", 40, 1.0), descriptors.Block("pixel", 30, 0.5)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        described, own = descriptors.fit_transform(train, blocks, deskewed=True, whiten=True)
        features = {"a": own, "b": descriptors.transform(test, described)}
        indices, distances = neighbors.nearest(features["a"], k=CANDIDATES)
        gradients = {
            part: distortion.gradient_images(deskew(images))
            for part, images in (("a", train), ("b", test))
        }
        ranked = distortion.rank(gradients["a"], gradients["a"], indices)
        near = ranked.first(45)
        start = initialization.from_components(features["a"][:, :2], seed=0, jitter=0.01)
        phases = [tsne.Phase("early_exaggeration", 60, 12, 0.5), tsne.Phase("optimisation", 90, 4)]
        affinities = tsne.affinities(near.indices, near.distances, 15)
        embedding, _ = tsne.optimise(start, affinities, phases)
        fitted = kmeans.fit(snap(embedding), 22, n_init=5, max_iter=100, seed=0)
        edges = near.indices[:, :5]
        counts = merging.count_containment(fitted.labels, edges, edges, 22)
        clusters = merging.partition(merging.merge(counts, np.bincount(fitted.labels)), 11)
        named = scores.name_clusters(parts["train_labels"], clusters[fitted.labels], 11)
        common.save_array(bundle.IMAGES, train)
        common.save_array(bundle.FEATURES, features["a"])
        common.save_array(bundle.DISTANCES, distances.astype(np.int32))
        common.save_array(bundle.NEIGHBORS, near.indices)
        common.save_array(bundle.GRADIENTS, gradients["a"])
        common.save_array(bundle.MAP, embedding)
        common.save_json(bundle.NAMES, named)
        common.save_arrays(bundle.DESCRIPTOR, **descriptors.to_arrays(described))
        common.save_arrays(bundle.CLUSTERS, centres=fitted.centres, clusters=clusters)
        for name in (common.PARAMS, common.SCHEMA):
            shutil.copy(ROOT / name, folder)
        set_params(common.PARAMS, PARAMS)
        bundle.main()
    candidates, _ = neighbors.nearest(features["a"], features["b"], k=CANDIDATES)
    nearest = distortion.rank(gradients["b"], gradients["a"], candidates).first(K)
    positions = placement.place(embedding, nearest.indices)
    expected = model.Placed(
        positions,
        clusters[kmeans.assign(snap(positions), fitted.centres)],
        nearest.indices,
        nearest.distances,
        reasons=[],
    )
    return folder, parts, expected


@pytest.fixture(scope="session")
def path(run):
    return run[0] / bundle.MODEL


@pytest.fixture(scope="session")
def fitted(path):
    return predict.load_model(path)


@pytest.fixture(scope="session")
def test_images(run):
    return run[1]["test_images"]


def png(array, folder, name="digit.png", **options):
    Image.fromarray(array).save(folder / name, **options)
    return folder / name


def enlarged(image, side=140, margin=30, paper=0):
    grey = np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))
    return np.pad(grey, margin, constant_values=paper)


# The model


def test_the_same_places_as_the_stages(run, fitted, test_images):
    placed = model.apply(fitted, test_images)
    for name in ("positions", "clusters", "neighbors", "distances"):
        assert np.array_equal(getattr(placed, name), getattr(run[2], name)), name


def test_singly_or_together_the_same_bits(fitted, test_images, monkeypatch):
    together = model.apply(fitted, test_images[:40])
    monkeypatch.setattr(model, "_CHUNK", 7)
    for placed in (
        [model.apply(fitted, image[None]) for image in test_images[:40]],
        [model.apply(fitted, test_images[:40])],
    ):
        for name in ("positions", "clusters", "neighbors", "distances"):
            singly = np.concatenate([getattr(part, name) for part in placed])
            assert singly.tobytes() == getattr(together, name).tobytes(), name
        assert [reason for part in placed for reason in part.reasons] == together.reasons


def test_images_lie_at_the_median_of_their_neighbours():
    embedding = np.array([[0, 0], [4, 1], [9, 8], [2, 6]], dtype=np.float32)
    chosen = np.array([[0, 1, 2], [3, 3, 1]], dtype=np.int32)
    assert placement.place(embedding, chosen).tolist() == [[4, 1], [2, 6]]


def test_digits_are_recognised(run, fitted, test_images):
    placed = model.apply(fitted, test_images)
    named = np.array([-1 if name is None else name for name in fitted.names])[placed.clusters]
    assert (named == run[1]["test_labels"]).mean() > 0.8
    assert np.mean([reason is not None for reason in placed.reasons]) < 0.1


def test_the_file_is_a_function_of_its_inputs(run, path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.chdir(run[0])
    bundle.main()
    assert path.read_bytes() == before


def test_arrays_round_trip(fitted):
    arrays = model.to_arrays(fitted)
    again = model.to_arrays(model.from_arrays(arrays))
    assert list(arrays) == list(again)
    assert all(np.array_equal(arrays[name], again[name]) for name in arrays)


def test_models_of_another_layout_are_refused(fitted):
    arrays = model.to_arrays(fitted)
    with pytest.raises(InputError, match="layout 99"):
        model.from_arrays({**arrays, "version": np.array(99)})
    for name in arrays:
        if not name.startswith("descriptor_"):
            with pytest.raises(InputError, match=f"lacks the array '{name}'"):
                model.from_arrays({key: value for key, value in arrays.items() if key != name})


# Novelty


def test_limits_keep_the_share_asked_for(test_images):
    strange = np.arange(len(test_images), dtype=float)
    limits = novelty.fit(strange, test_images, 0.9, 0.9)
    reasons = novelty.judge(strange, test_images, limits)
    assert np.mean([reason == novelty.STRANGE for reason in reasons]) == pytest.approx(
        0.1, abs=0.01
    )
    assert 0.05 < np.mean([reason is not None for reason in reasons]) <= 0.21
    everything = novelty.fit(strange, test_images, 1, 1)
    assert not any(novelty.judge(strange, test_images, everything))


def test_strange_is_far_and_farther_than_usual_and_between_clusters():
    near = [[4, 4, 4, 4]]
    (usual,) = novelty.strangeness(np.array([8]), np.array(near), np.array([[1, 1, 1, 1]]))
    assert usual == 8 * 8 / 4
    for distance, reach, clusters, times in (
        (16, 4, [1, 1, 1, 1], 4),
        (8, 2, [1, 1, 1, 1], 2),
        (8, 4, [1, 2, 1, 3], 2),
        (8, 4, [7, 9, 9, 9], 4 / 3),
    ):
        reaches = np.full((1, 4), reach)
        (found,) = novelty.strangeness(np.array([distance]), reaches, np.array([clusters]))
        assert found == pytest.approx(times * usual)
    # Copies of one image: no division by nothing.
    alike = novelty.strangeness(np.array([0]), np.zeros((1, 4), dtype=int), np.ones((1, 4)))
    assert alike.tolist() == [0]


def test_reasons():
    images = np.zeros((4, 28, 28), dtype=np.uint8)
    images[1:, 4:24, 10:18] = np.array([255, 255, 60])[:, None, None]
    limits = novelty.Limits(strangeness=100.5, fullness=0.5)
    reasons = novelty.judge(np.array([5, 101, 100.5, 100]), images, limits)
    assert reasons == [novelty.BLANK, novelty.STRANGE, None, novelty.GREY]


def test_fullness_of_a_full_field():
    assert novelty.fullness(np.full((1, 28, 28), 255, dtype=np.uint8)).tolist() == [1.0]


@pytest.mark.parametrize("quantile", [0.4, 1.1])
def test_a_quantile_that_makes_no_sense(quantile):
    with pytest.raises(InputError, match=f"is {quantile}: give one from"):
        novelty.fit(np.zeros(1), np.zeros((1, 28, 28), dtype=np.uint8), 0.9, quantile)


def test_blanks_noise_and_photographs_are_not_digits(fitted, tmp_path):
    rng = np.random.default_rng(0)
    photo = np.asarray(Image.fromarray(load_sample_image("china.jpg")).convert("L"))
    arrays = {
        "blank": np.broadcast_to(np.arange(0, 256, 9)[:, None, None], (29, 28, 28)),
        "noise": rng.integers(0, 256, (50, 28, 28)),
        "salt": np.where(rng.random((50, 28, 28)) < 0.2, 255, 0),
        "photo": np.stack([photo[y : y + 28, y : y + 28] for y in range(0, 390, 10)]),
    }
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array.astype(np.uint8))
        sources = [(name, *predict.read(tmp_path / f"{name}.npy"))]
        files = [png(grey.astype(np.uint8), tmp_path, f"{i}.png") for i, grey in enumerate(array)]
        for given_as in (sources, [(name, *predict.read(picture)) for picture in files]):
            found = predict.predict(given_as, fitted)
            assert np.mean([row["label"] is None for row in found]) >= 0.95, name


# Pictures


def test_mnists_form_comes_back_unchanged(test_images):
    for image in test_images[:30]:
        digit = handwriting.centre_in_field(handwriting.fit_into_box(image))
        for shown in (digit, 255 - digit):
            drawing = handwriting.normalise(shown)
            assert np.array_equal(drawing.image, digit)
            assert handwriting.flaw(drawing) is None


@pytest.mark.parametrize("side", [40, 140, 300])
@pytest.mark.parametrize("dark_on_light", [False, True])
def test_size_shade_and_margin_do_not_matter(test_images, side, dark_on_light):
    for image in test_images[:10]:
        wanted = handwriting.centre_in_field(handwriting.fit_into_box(image))
        picture = enlarged(image, side, side // 3)
        picture = 255 - picture // 2 if dark_on_light else picture
        drawing = handwriting.normalise(picture)
        assert handwriting.flaw(drawing) is None
        assert np.corrcoef(drawing.image.ravel(), wanted.ravel())[0, 1] > 0.85


def test_the_form_of_what_is_found(test_images):
    for image in test_images[:20]:
        found = handwriting.normalise(enlarged(image)).image
        rows, columns = np.nonzero(found)
        assert found.max() == 255
        assert max(np.ptp(rows), np.ptp(columns)) + 1 <= handwriting.BOX
        for axis, places in enumerate(np.indices(found.shape)):
            assert abs((places * found.astype(float)).sum() / found.sum() - 14) <= 0.51, axis


def test_shaded_and_grainy_paper_with_specks(test_images):
    rng = np.random.default_rng(0)
    for image in test_images[:10]:
        ink = enlarged(image) / 255
        slope = np.linspace(120, 230, ink.shape[1])
        picture = slope * (1 - 0.8 * ink) + rng.normal(0, 6, ink.shape)
        picture[3:6, 3:6] = 0
        found = handwriting.normalise(np.clip(picture, 0, 255).astype(np.uint8))
        wanted = handwriting.normalise(enlarged(image))
        assert handwriting.flaw(found) is None
        assert np.corrcoef(found.image.ravel(), wanted.image.ravel())[0, 1] > 0.8


def test_flaws(test_images):
    sheet = np.full((60, 60), 200, dtype=np.uint8)
    assert handwriting.flaw(handwriting.normalise(sheet)) == "nothing is drawn"
    sheet[20:40, 28:33] = 190
    assert handwriting.flaw(handwriting.normalise(sheet)) == "nothing is drawn"
    cornered = sheet.copy()
    cornered[:30, :10] = 0
    assert "leave a margin" in handwriting.flaw(handwriting.normalise(cornered))
    noise = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    assert "no clear strokes" in handwriting.flaw(handwriting.normalise(noise))


def test_a_picture_of_one_pixel():
    for value in (0, 255):
        drawing = handwriting.normalise(np.full((1, 1), value, dtype=np.uint8))
        assert not drawing.image.any()


def test_otsu_parts_two_levels():
    assert 10 <= handwriting.otsu(np.array([10] * 9 + [200], dtype=np.uint8)) < 200


def test_all_kinds_of_pictures_read_alike(test_images, tmp_path):
    grey = enlarged(test_images[0])
    dark, light = 255 - grey, grey
    plain = pictures.decode(png(dark, tmp_path).read_bytes())
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
        assert np.array_equal(pictures.decode(png(array, tmp_path).read_bytes()), dark), name
    on_nothing = np.stack([white] * 3 + [grey], axis=2)
    assert np.array_equal(pictures.decode(png(on_nothing, tmp_path).read_bytes()), light)
    jpeg = pictures.decode(png(dark, tmp_path, "digit.jpg", quality=95).read_bytes())
    assert np.abs(jpeg.astype(int) - dark).max() < 30


def test_turned_cameras_are_turned_back(test_images, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = png(np.rot90(enlarged(test_images[0])).copy(), tmp_path, exif=exif)
    assert np.array_equal(pictures.decode(turned.read_bytes()), enlarged(test_images[0]))


def test_large_pictures_are_shrunk(tmp_path):
    data = png(np.zeros((3000, 1500), dtype=np.uint8), tmp_path).read_bytes()
    assert pictures.decode(data).shape == (512, 256)


def bomb(width, height):
    """A PNG file of a few bytes that announces many pixels."""
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0),
        b"IDAT": zlib.compress(b""),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks.items()
    )


# The command


def run_main(capsys, *words):
    status = predict.main([str(word) for word in words])
    out, err = capsys.readouterr()
    return status, out, err


def test_table_json_and_csv(capsys, path, fitted, test_images, tmp_path):
    picture = png(255 - enlarged(test_images[0]), tmp_path)
    blank = png(np.full((50, 50), 255, dtype=np.uint8), tmp_path, "blank.png")
    (tmp_path / "digits.idx").write_bytes(idx.encode(test_images[:3]))
    np.save(tmp_path / "flat.npy", test_images[:3].reshape(3, -1))
    files = (picture, blank, tmp_path / "digits.idx", tmp_path / "flat.npy")
    outputs = ("--json", tmp_path / "out.json", "--csv", tmp_path / "out.csv")
    status, out, err = run_main(capsys, *files, "--model", path, *outputs)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 9
    assert lines[0].split() == list(predict.COLUMNS)
    assert predict.NOT_A_DIGIT in lines[2]
    assert lines[2].endswith("nothing is drawn")

    results = json.loads((tmp_path / "out.json").read_text())
    assert [row["image"] for row in results] == [0, 0, 0, 1, 2, 0, 1, 2]
    assert results[1]["label"] is results[1]["cluster"] is None
    for from_idx, from_npy in zip(results[2:5], results[5:], strict=True):
        assert {**from_idx, "file": ""} == {**from_npy, "file": ""}
    placed = model.apply(fitted, test_images[:3])
    for row, (x, y) in zip(results[2:5], placed.positions, strict=True):
        assert (np.float32(row["x"]), np.float32(row["y"])) == (x, y)
        assert len(row["neighbors"]) == K

    with (tmp_path / "out.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["label"] for row in table] == [
        "" if row["label"] is None else str(row["label"]) for row in results
    ]
    assert not list(tmp_path.glob(".*partial"))
    assert run_main(capsys, *files, "--model", path, "--json", "-")[1] == (
        (tmp_path / "out.json").read_text()
    )
    assert run_main(capsys, *files, "--model", path, "--csv", "-")[1] == (
        (tmp_path / "out.csv").read_text()
    )


def test_clusters_without_a_digit_show_a_dash():
    row = {"file": "a", "image": 0, "label": None, "cluster": 10, "x": 0.0, "y": 0.0}
    table = predict._table([{**row, "distance": 0.1, "reason": None}])
    assert table.splitlines()[1].split() == ["a", "0", "-", "10", "0.00", "0.00", "0.100"]


def bad_files(folder, images):
    np.save(folder / "float.npy", images.astype(float))
    np.save(folder / "wide.npy", np.zeros((2, 28, 29), dtype=np.uint8))
    np.save(folder / "row.npy", np.zeros(784, dtype=np.uint8))
    np.save(folder / "none.npy", np.zeros((0, 28, 28), dtype=np.uint8))
    np.save(folder / "object.npy", np.array([{}]), allow_pickle=True)
    (folder / "cut.npy").write_bytes((folder / "wide.npy").read_bytes()[:-5])
    (folder / "header.npy").write_bytes((folder / "wide.npy").read_bytes()[:40])
    with (folder / "huge.npy").open("wb") as file:
        announced = {"descr": "|u1", "fortran_order": False, "shape": (10**12, 28, 28)}
        np.lib.format.write_array_header_1_0(file, announced)
    (folder / "labels.idx").write_bytes(idx.encode(np.zeros(5, dtype=np.uint8)))
    (folder / "text.png").write_text("not a picture")
    (folder / "cut.png").write_bytes(png(enlarged(images[0]), folder).read_bytes()[:400])
    (folder / "head.png").write_bytes(b"\x89PNG and then something else")
    (folder / "bomb.png").write_bytes(bomb(19_000, 19_000))
    (folder / "half.png").write_bytes(bomb(10_000, 10_000))
    (folder / "long.png").write_bytes(bomb(30_000, 1))
    (folder / "folder").mkdir()
    return {
        "missing.png": "cannot be read: No such file",
        "folder": "cannot be read: Is a directory",
        "float.npy": "holds float64 of shape",
        "wide.npy": r"holds uint8 of shape \(2, 28, 29\), but images are uint8 of shape",
        "row.npy": r"of shape \(784,\)",
        "none.npy": "holds no images",
        "object.npy": "is damaged or holds no plain numbers",
        "cut.npy": "is damaged or holds no plain numbers",
        "header.npy": "is damaged or holds no plain numbers",
        "huge.npy": "is damaged or holds no plain numbers",
        "labels.idx": r"of shape \(5,\)",
        "text.png": r"is neither a picture \(PNG, JPEG\) nor an array",
        "cut.png": "is damaged and cannot be read",
        "head.png": "is neither a PNG nor a JPEG picture",
        "bomb.png": "too many pixels",
        "half.png": "is damaged and cannot be read",
        "long.png": "has 30000 x 1 pixels",
    }


@pytest.mark.filterwarnings("error")
def test_each_bad_file_gets_its_sentence(capsys, path, test_images, tmp_path):
    sentences = bad_files(tmp_path, test_images)
    good = png(enlarged(test_images[0]), tmp_path, "good.png")
    files = [tmp_path / name for name in sentences]
    status, out, err = run_main(capsys, *files, good, "--model", path)
    assert status == 1
    assert len(out.splitlines()) == 2
    lines = err.splitlines()
    assert len(lines) == len(sentences)
    for line, (name, sentence) in zip(lines, sentences.items(), strict=True):
        with pytest.raises(AssertionError, match=sentence):
            raise AssertionError(line)
        assert line.startswith(f"predict: {tmp_path / name} ")
    status, out, _ = run_main(capsys, files[0], "--model", path, "--json", tmp_path / "o.json")
    assert (status, out) == (1, "")
    assert not (tmp_path / "o.json").exists()


def test_a_missing_or_damaged_model(capsys, path, test_images, tmp_path):
    picture = png(enlarged(test_images[0]), tmp_path)
    missing = run_main(capsys, picture, "--model", tmp_path / "none.npz")
    assert missing[0] == 1
    assert "make it by `make repro`, or fetch it by `dvc pull`" in missing[2]
    (tmp_path / "cut.npz").write_bytes(path.read_bytes()[:1000])
    (tmp_path / "empty.npz").write_bytes(b"")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    np.savez(tmp_path / "pickled.npz", allow_pickle=True, version=np.array([{}]))
    np.save(tmp_path / "array.npy", np.zeros(3))
    for name in ("cut.npz", "empty.npz", "other.npz", "pickled.npz", "array.npy"):
        status, _, err = run_main(capsys, picture, "--model", tmp_path / name)
        assert status == 1
        assert err.count("\n") == 1
        assert "is not a fitted model" in err, name


def test_an_output_that_cannot_be_written(capsys, path, test_images, tmp_path):
    picture = png(enlarged(test_images[0]), tmp_path)
    words = (picture, "--model", path, "--csv", picture / "out.csv")
    status, _, err = run_main(capsys, *words)
    assert status == 1
    assert err.startswith("predict: ")


def test_images_are_not_written_over(capsys, path, test_images, tmp_path):
    files = [png(enlarged(image), tmp_path, f"{i}.png") for i, image in enumerate(test_images[:2])]
    before = files[0].read_bytes()
    # The first picture is taken for the option's file.
    status, _, err = run_main(capsys, "--model", path, "--csv", *files)
    assert (status, err) == (
        1, f"predict: {files[0]} holds images: name another file to write to\n"
    )  # fmt: skip
    assert files[0].read_bytes() == before


def test_earlier_results_are_written_over(capsys, path, test_images, tmp_path):
    picture, results = png(enlarged(test_images[0]), tmp_path), tmp_path / "results.csv"
    results.write_text("of last week")
    assert run_main(capsys, picture, "--model", path, "--csv", results)[0] == 0
    assert results.read_text().startswith("file,image,label")


def test_a_pipe_stays_a_pipe(path, test_images, tmp_path):
    picture, pipe = png(enlarged(test_images[0]), tmp_path), tmp_path / "pipe"
    os.mkfifo(pipe)
    words = [sys.executable, "predict.py", picture, "--model", path, "--csv", pipe]
    with subprocess.Popen(words, cwd=predict.HERE, stdout=subprocess.DEVNULL) as running:
        assert pipe.read_text().startswith("file,image,label")
    assert running.returncode == 0
    assert pipe.is_fifo()


def test_usage(capsys):
    for words, shown in (
        (["--help"], "dark on light or light on dark"),
        (["a", "--json", "-", "--csv", "-"], "cannot both go to standard output"),
    ):
        with pytest.raises(SystemExit):
            predict.main(words)
        assert shown in " ".join("".join(capsys.readouterr()).split())


def test_readers_that_stop_early(monkeypatch, path, test_images, tmp_path):
    def stop(*_):
        raise BrokenPipeError

    with (tmp_path / "out").open("w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(predict, "_write", stop)
        picture = png(enlarged(test_images[0]), tmp_path)
        assert predict.main([str(picture), "--model", str(path)]) == 0


def test_from_a_shell_and_without_slow_imports(path, test_images, tmp_path):
    shutil.copy(png(enlarged(test_images[0]), tmp_path), tmp_path / "one.png")
    code = (
        "import sys, predict; status = predict.main(sys.argv[1:]);"
        "slow = {'sklearn', 'openTSNE', 'matplotlib', 'dvc'} & set(sys.modules);"
        "sys.exit(str(slow) if slow else status)"
    )
    words = [sys.executable, "-c", code, tmp_path / "one.png", "--model", path, "--csv", "-"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(csv.reader(io.StringIO(done.stdout)))) == 2
