"""The pad and the course of the optimisation, used as a reader uses them."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

import predict
from mnist_clustering.model import fitted as model

SEVEN = [(0.25, 0.2), (0.45, 0.2), (0.6, 0.21), (0.55, 0.4), (0.45, 0.6), (0.4, 0.8)]


@pytest.fixture
def paper(fresh):
    """The pad, empty."""
    fresh.run("showPanel('pad'); part('clear').click()")
    fresh.wait("placer")
    fresh.run("part('paper').scrollIntoView()")
    fresh.run("globalThis.box = part('paper').getBoundingClientRect()")
    left, top, side = fresh.run("[box.left, box.top, box.width]")
    fresh.stroke = lambda path: fresh.drag([(left + x * side, top + y * side) for x, y in path])
    return fresh


def answer(page):
    page.wait("document.querySelector('#answer .answer')")
    return page.run("part('answer').innerText")


def test_a_drawing_lands_where_predict_puts_its_image(paper, finished):
    paper.stroke(SEVEN)
    said = answer(paper)
    image = np.uint8(
        paper.run(
            "(() => { const ink = part('paper').getContext('2d');"
            "const { data } = ink.getImageData(0, 0, PAD, PAD);"
            "return Array.from(normalise(onPaper(greysOf(data, PAD, PAD))).image) })()"
        )
    ).reshape(1, 28, 28)
    assert image.max() == 255
    fitted = predict.load_model(finished[0] / "models/model.npz")
    placed = model.apply(fitted, image, drawn=np.array([True]))
    star = paper.run("views[0].star")
    assert np.float32(star).tolist() == placed.positions[0].tolist()
    names = json.loads((finished[0] / "data/evaluate/names_clusters_2d.json").read_text())
    label = names["one_to_one"][placed.clusters[0]]
    reason = placed.reasons[0]
    assert (f"{reason}." if reason else f"It is a {label}") in said
    paper.run("part('clear').click()")
    assert "Nothing is drawn yet" in paper.run("part('answer').innerText")
    assert paper.run("views[0].star") is None


def test_what_is_saved_is_taken_as_it_is_by_predict(paper, tmp_path):
    paper.stroke(SEVEN)
    answer(paper)
    address = paper.run("document.querySelector('#answer .form canvas').toDataURL('image/png')")
    saved = tmp_path / "drawing.png"
    saved.write_bytes(base64.b64decode(address.partition(",")[2]))
    shown = np.asarray(Image.open(saved).convert("L"))
    source = predict.read(saved)
    assert source.flaws == [None]
    assert np.array_equal(source.images[0], shown)
    ink = np.flatnonzero((shown >= 1).any(axis=1))
    assert ink[-1] - ink[0] + 1 <= 20


def test_one_can_draw_by_keys_and_take_strokes_back(paper):
    paper.run("part('paper').focus()")
    paper.press(" ", 32)
    for _ in range(20):
        paper.press("ArrowDown", 40)
    paper.press(" ", 32)
    assert paper.run("strokes.length") == 1
    answer(paper)
    assert paper.run("strokes[0].path.length") == 21
    paper.run("part('undo').click()")
    assert paper.run("strokes.length") == 0


@pytest.mark.parametrize("kind", ["light on dark", "dark on light", "blank", "no picture"])
def test_pictures_can_be_dropped(paper, kind):
    grey = np.full((90, 60), 255 if kind != "light on dark" else 0, dtype=np.uint8)
    if "on" in kind:
        grey[15:75, 27:34] = 255 - grey[0, 0]
    data = io.BytesIO()
    Image.fromarray(grey).save(data, format="PNG")
    content = base64.b64encode(data.getvalue()).decode() if kind != "no picture" else "AAAA"
    paper.run("part('answer').replaceChildren()")
    paper.run(
        f"dropped(new File([Uint8Array.from(atob('{content}'), (c) => c.charCodeAt(0))], 'a.png'))"
    )
    text = paper.run("part('answer').innerText")
    expected = {
        "blank": "nothing is drawn",
        "no picture": "is no picture that this browser can read",
    }
    assert expected.get(kind, "Save as PNG") in text
    if "on" in kind:
        shown = paper.run(
            "(() => { const c = document.querySelector('#answer .form canvas');"
            "return Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data) })()"
        )
        image = np.uint8(shown).reshape(28, 28, 4)[:, :, 0]
        # A bar of 7 x 60 becomes one of 2 x 20.
        assert (image > 200).sum() == 40


def test_a_block_of_features_that_the_page_cannot_compute_is_named(fresh):
    fresh.run("showPanel('pad'); data.blocks.push('waves'); setUpPad()")
    said = fresh.run("part('pad').innerText")
    fresh.run("data.blocks.pop(); setUpPad()")
    assert said == (
        "This page cannot compute the features “waves” of the map: give pictures to predict.py."
    )
    assert fresh.run("!!part('paper')")


def test_the_course_is_scrubbed_and_played(fresh, finished):
    fresh.run("showPanel('course')")
    fresh.wait("document.getElementById('scrubber')")
    with np.load(finished[0] / "data/tsne/2d/course.npz") as course:
        iterations, positions, rows = course["iterations"], course["positions"], course["rows"]
    assert fresh.run("course.iterations") == iterations.tolist()
    fresh.run("part('scrubber').value = 3; part('scrubber').oninput?.();"
              "part('scrubber').dispatchEvent(new Event('input'))")  # fmt: skip
    fresh.wait("views[0].rows && views[0].points.length")
    assert fresh.run("Array.from(views[0].rows)") == rows.tolist()
    shown = np.array(fresh.run("Array.from(views[0].points)")).reshape(-1, 2)
    assert np.abs(shown - positions[3]).max() <= np.abs(positions[3]).max() / 32767
    assert f"Iteration {iterations[3]}" in fresh.run("part('course').innerText")
    fresh.run("part('play').click()")
    fresh.wait("moment.frame > 5")
    fresh.run("part('play').click()")
    assert fresh.run("playing") == 0


def test_other_perplexities_are_slid_through_and_routes_set_side_by_side(fresh):
    """With maps of a study, of which the small run has none: those of the course stand in."""
    fresh.run(
        "loadCourse().then(() => { course.others = { perplexities: [5, 30], steps: course.steps,"
        " units: course.units }; data.perplexities = [5, 30]; addCourse();"
        " for (const id of ['source', 'other']) for (const key of ['other', 'original'])"
        " part(id).append(make('option', { value: key }, key)); return showCourse(); })"
    )
    fresh.run("part('perplexity').value = 1; part('perplexity').dispatchEvent(new Event('input'))")
    fresh.wait("part('source').value === 'other' && views[0].rows")
    assert "30" in fresh.run("part('course').querySelector('output').textContent")
    fresh.run("part('routes').click()")
    fresh.wait("views.length === 2 && views[1].rows")
    assert fresh.run("views[0].rows") is None
    # Each cluster is named at one of its own images, whether or not its medoid is among these.
    assert fresh.run(
        "Array.from(views[1].anchors).every((i, c) => data.cluster[views[1].rows[i]] === c)"
    )
