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
    fresh.click_on("#tabs button", "Draw")
    fresh.wait("placer")
    fresh.seen("#paper")
    left, top, right, _ = fresh.box("byId('paper')")
    side = right - left
    fresh.stroke = lambda path: fresh.drag([(left + x * side, top + y * side) for x, y in path])
    return fresh


def answer(page):
    page.wait("document.querySelector('#answer .answer')")
    return page.run("byId('answer').innerText")


def test_a_drawing_lands_where_predict_puts_its_image(paper, finished):
    paper.stroke(SEVEN)
    said = answer(paper)
    image = np.uint8(
        paper.run(
            "(() => { const ink = byId('paper').getContext('2d');"
            "const { data } = ink.getImageData(0, 0, PAD, PAD);"
            "return Array.from(normalise(onPaper(levelsOf(data, PAD, PAD, lumaOf))).image) })()"
        )
    ).reshape(1, 28, 28)
    assert image.max() == 255
    fitted = predict.load_model(finished[0] / "models/model.npz")
    placed = model.apply(fitted, image, drawn=np.array([True]))
    paper.settle()
    star = paper.run(
        "(() => { const v = views[0], [x, y] = v.star(); return"
        " [(x - v.width / 2 - v.shift[0]) / v.zoom + v.centre[0],"
        " v.centre[1] - (y - v.height / 2 - v.shift[1]) / v.zoom] })()"
    )
    assert np.allclose(star, placed.positions[0], rtol=1e-5, atol=1e-4)
    names = json.loads((finished[0] / "data/evaluate/names_clusters_2d.json").read_text())
    label = names["one_to_one"][placed.clusters[0]]
    reason = placed.reasons[0]
    assert (reason.lower() if reason else f"read as {label}") in said.lower()
    paper.click_on("#clear")
    assert "Nothing is drawn yet" in paper.run("byId('answer').innerText")
    assert paper.run("views[0].star()") is None


def test_the_ring_is_at_the_neighbours_on_every_map_and_leaves_with_the_pad(paper):
    paper.stroke(SEVEN)
    answer(paper)
    near = paper.run("state.drawn")
    assert near
    for key, axes in (("3-D", 3), ("2-D", 2)):
        paper.select("#source", key)
        paper.wait(f"views[0].dims === {axes}")
        paper.settle()
        places = paper.run(f"{near}.map((row) => [views[0].sx[row], views[0].sy[row]])")
        star = paper.run("views[0].star()")
        assert (np.min(places, axis=0) - 1 <= star).all()
        assert (star <= np.max(places, axis=0) + 1).all()
    paper.select("#source", "t-SNE steps")
    paper.wait("views[0].rows")
    shown = set(paper.run("Array.from(views[0].rows)"))
    assert (paper.run("views[0].star()") is None) == (not shown & set(near))
    paper.select("#source", "2-D")
    paper.click_on("#tabs button", "Image")
    assert paper.run("views[0].star()") is None
    paper.click_on("#tabs button", "Draw")
    paper.wait("views[0].star()")


def test_a_neighbour_of_a_drawing_is_pinned(paper):
    paper.stroke(SEVEN)
    answer(paper)
    row = paper.run("state.drawn[1]")
    paper.click_on(f"#answer .thumb[data-row='{row}']")
    assert f"Training image {row}" in paper.run("byId('image').innerText")


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
    paper.click_on("#paper")
    paper.click_on("#clear")
    paper.press("Tab", keys=8)
    paper.press("Tab", keys=8)
    assert paper.run("document.activeElement.id") == "paper"
    paper.press(" ", 32)
    for _ in range(20):
        paper.press("ArrowDown", 40)
    paper.press(" ", 32)
    assert paper.run("strokes.length") == 1
    answer(paper)
    assert paper.run("strokes[0].path.length") == 21
    paper.click_on("#unstroke")
    assert paper.run("strokes.length") == 0


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        *(("light on dark", "save as png"), ("dark on light", "save as png")),
        *(("blank", "nothing is drawn"), ("no picture", "no picture that this browser can read")),
    ],
)
def test_pictures_can_be_dropped(paper, kind, said):
    grey = np.full((90, 60), 255 if kind != "light on dark" else 0, dtype=np.uint8)
    if "on" in kind:
        grey[15:75, 27:34] = 255 - grey[0, 0]
    data = io.BytesIO()
    Image.fromarray(grey).save(data, format="PNG")
    content = base64.b64encode(data.getvalue()).decode() if kind != "no picture" else "AAAA"
    paper.run("byId('answer').replaceChildren()")
    paper.run(
        f"dropped(new File([Uint8Array.from(atob('{content}'), (c) => c.charCodeAt(0))], 'a.png'))"
    )
    assert said in paper.text("#answer").lower()
    if "on" in kind:
        shown = paper.run(
            "(() => { const c = document.querySelector('#answer .form canvas');"
            "return Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data) })()"
        )
        image = np.uint8(shown).reshape(28, 28, 4)[:, :, 0]
        # A bar of 7 x 60 becomes one of 2 x 20.
        assert (image > 200).sum() == 40


def test_a_block_of_features_that_the_page_cannot_compute_is_named(fresh):
    fresh.run("data.blocks.push('waves')")
    fresh.click_on("#tabs button", "Draw")
    assert fresh.run("byId('pad').innerText").endswith(
        "This page cannot compute the features “waves” of the map: give pictures to predict.py."
    )


def test_the_steps_are_scrubbed_and_played_and_the_zoom_stays(fresh, finished):
    fresh.mouse("mouseWheel", 400, 400, deltaX=0, deltaY=-400)
    zoom = "[views[0].scale, ...views[0].shift]"
    before = fresh.run(zoom)
    fresh.click_on("#tabs button", "t-SNE")
    fresh.wait("document.getElementById('scrubber')")
    with np.load(finished[0] / "data/tsne/2d/course.npz") as course:
        iterations, positions, rows = course["iterations"], course["positions"], course["rows"]
    fresh.click_on("#scrubber")
    fresh.press("Home")
    for _ in range(3):
        fresh.press("ArrowRight")
    fresh.wait("views[0].rows && views[0].points.length")
    fresh.settle()
    assert fresh.run("Array.from(views[0].rows)") == rows.tolist()
    shown = np.array(fresh.run("Array.from(views[0].points)")).reshape(-1, 2)
    assert np.abs(shown - positions[3]).max() <= np.abs(positions[3]).max() / 32767
    assert f"Step {iterations[3]}" in fresh.run("byId('steps').innerText")
    fresh.click_on("#play")
    fresh.wait(f"moment.course === {len(iterations) - 1} && !playing")
    assert "Play" in fresh.run("byId('play').innerText")
    assert fresh.run(zoom) == before
    fresh.click_on("#play")
    fresh.click_on("#play")
    assert fresh.run("playing") == 0


def test_other_perplexities_are_slid_through_and_raw_pixels_set_beside(fresh):
    """With maps of a study, of which the small run has none: those of the steps stand in."""
    fresh.run(
        "loadCourse().then(() => { course.others = { perplexities: [5, 30], steps: course.steps,"
        " units: course.units }; data.perplexities = [5, 30]; addSources();"
        " for (const id of ['source', 'other']) for (const key of ['other', 'original'])"
        " byId(id).append(make('option', { value: key }, key)); })"
    )
    fresh.click_on("#tabs button", "t-SNE")
    fresh.wait("document.getElementById('perplexity')")
    fresh.click_on("#perplexity")
    fresh.press("ArrowRight")
    fresh.press("ArrowRight")
    fresh.wait("state.source === 'other' && views[0].rows")
    assert "30" in fresh.run("byId('steps').querySelector('output').textContent")
    fresh.click_on("#routes")
    fresh.wait("views.length === 2 && views[1].rows")
    assert fresh.run("views[0].rows") is None
    # Each cluster is named at one of its own images, whether or not its medoid is among these.
    assert fresh.run(
        "Array.from(views[1].anchors).every((i, c) => data.cluster[views[1].rows[i]] === c)"
    )
