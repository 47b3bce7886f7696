"""What the page holds, for everyone: every size of screen, theme, set and number of clusters."""

import itertools
import json
import re
import shutil

import numpy as np
import pytest

from mnist_clustering.pages import opening, packing
from tests.explorer.conftest import READY

SIZES = [(360, 640), (390, 844), (844, 390), (768, 1024), (1280, 800), (1440, 900), (3840, 2160)]
PANELS = (
    *("Image", "Selection", "Name", "Suspects", "Clusters", "Labels", "t-SNE", "How many?", "Draw"),
)


def test_it_asks_for_nothing_but_its_own_files(explorer, known):
    folder = (known.folder / "site").as_uri()
    outside = [url for url in explorer.requests if not url.startswith((folder, "data:", "blob:"))]
    assert outside == []
    assert explorer.run("fetch('https://example.org').then(() => 'answered', () => 'refused')") == (
        "refused"
    )
    explorer.console.clear()  # The refusal is noted there.


def test_it_shows_what_the_stages_found(fresh, known):
    assert fresh.run("Array.from(data.cluster)") == known.clusters.tolist()
    labels = fresh.run("Array.from(data.label, (code) => data.classes[code])")
    assert labels == known.labels.astype(str).tolist()
    assert np.array_equal(np.float32(fresh.run("Array.from(data.maps['2d'])")), known.flat.ravel())
    sums = fresh.run(
        "Array.from({length: data.n}, (_, row) => pixelsOf(row).reduce((a, b) => a + b, 0))"
    )
    assert sums == known.images.sum(axis=(1, 2)).tolist()
    near = np.reshape(fresh.run("Array.from(relations.near)"), (len(known.labels), -1))
    assert np.array_equal(near[:, : known.near.shape[1]], known.near)


def test_points_are_where_and_of_the_colour_that_they_should_be(fresh):
    """Of many points one that no other covers is painted in the colour of its cluster."""
    seen = fresh.run(
        "(() => { const v = views[0]; v.paint(); return Array.from(v.sx, (x, i) =>"
        " v.pixels[Math.floor(v.sy[i]) * v.width + Math.floor(x)] ==="
        " word(modes.cluster.colours[data.cluster[i]])) })()"
    )
    assert np.mean(seen) > 0.9


# The first five seconds


def test_title_says_what_how_many_and_without_labels(fresh, known):
    n = f"{len(known.labels):,} images clustered without labels"
    title = json.loads((known.folder / "data/split/dataset.json").read_text())["title"]
    for text in (fresh.run("document.title"), fresh.run("document.querySelector('h1').innerText")):
        assert text.endswith(n)
        assert text.split(":")[0] in title
    share = np.mean(~known.mistaken[known.n_train :])
    assert f"{100 * share:.2f} %" in fresh.run("byId('result').innerText")


def test_the_first_colour_is_the_cluster_whose_name_is_no_label(fresh, known):
    names = fresh.run("data.clusters")
    legend = fresh.run("[...document.querySelectorAll('#legend span')].map((s) => s.innerText)")
    assert sorted(legend) == sorted(names)
    assert len(set(names)) == len(names)
    assert not set(names) & set(known.labels.astype(str).tolist())


def test_there_are_three_ways_to_start(fresh):
    ways = fresh.run("[...document.querySelectorAll('.way strong')].map((w) => w.innerText)")
    assert len(ways) == 3
    fresh.click_on(".way", "t-SNE")
    fresh.wait("state.source === 'course'")
    fresh.click_on("#tabs button", "Image")
    fresh.click_on(".way", "Draw")
    assert fresh.seen("#paper")


def texts_of(page):
    """Return all that is shown, panel after panel."""
    texts = []
    for panel in PANELS:
        page.click_on("#tabs button", panel)
        page.settle()
        texts.append(page.text("body"))
    return texts


def test_the_page_speaks_plain_english(fresh):
    jargon = r"--\w|Let go|mistaken or not|on the way|have to differ|a 8|Loading|undefined|NaN|null"
    assert re.findall(jargon, "\n".join(texts_of(fresh))) == []


# The address


def test_a_link_shows_the_same_again(fresh, known):
    fresh.select("#colour", "label")
    fresh.click_on("#legend button", "3")
    fresh.type("#find", "label 4")
    fresh.type("#find", "test 3")
    fresh.mouse("mouseWheel", 300, 400, deltaX=0, deltaY=-200)
    fresh.settle()
    seen = "[state.pinned, state.colour, [...state.off], [...state.chosen || []], state.title]"
    before, view = fresh.run(seen), fresh.run("[views[0].scale, ...views[0].shift]")
    fresh.wait("location.hash === addressOf()")
    address = fresh.run("location.hash")
    assert "pin=test-3" in address
    assert before[0] == known.n_train + 3
    fresh.open(known.folder / "site/index.html", READY)
    assert fresh.run(seen) != before
    fresh.open(known.folder / "site/index.html", "true", address)
    fresh.wait(f"state.pinned === {before[0]} && views[0].scale > 1")
    assert fresh.run(seen) == before
    assert np.allclose(fresh.run("[views[0].scale, ...views[0].shift]"), view, rtol=1e-3, atol=0.5)


def test_a_circled_choice_and_a_turned_map_are_in_the_address(fresh, known):
    fresh.select("#source", "3-D")
    fresh.settle()
    fresh.drag([(400, 450), (440, 470), (520, 500)])
    fresh.press("b")
    fresh.drag([(250, 250), (600, 500)])
    rows, turn = fresh.run("Array.from(state.chosen)"), fresh.run("views[0].turn")
    assert rows
    fresh.wait("location.hash === addressOf()")
    address = fresh.run("location.hash")
    fresh.open(known.folder / "site/index.html", READY)
    fresh.open(known.folder / "site/index.html", "state.chosen && views[0].dims === 3", address)
    fresh.settle()
    assert fresh.run("Array.from(state.chosen)") == rows
    assert np.allclose(fresh.run("views[0].turn"), turn, atol=1e-4)


@pytest.mark.parametrize(
    "address", ["#pin=test-99999", "#select=nonsense", "#map=no&colour=no&hide=x"]
)
def test_an_address_of_what_is_not_there_is_answered(fresh, known, address):
    fresh.open(known.folder / "site/index.html", "true", address)
    if "no&" not in address:
        fresh.wait("byId('live').innerText.includes('Not all that the address names')")
    assert fresh.run("[state.source, state.colour]") == ["2d", "cluster"]
    assert fresh.run("document.querySelectorAll('#legend button').length") > 1


# For everyone


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_it_fits_every_screen(fresh, size):
    width, height = size
    phone = min(size) < 500
    fresh.resize(width, height, phone=phone)
    fresh.settle()
    for panel in PANELS:
        fresh.run(f"showPanel(Object.keys(PANELS).find((id) => PANELS[id] === '{panel}'))")
        fresh.settle()
        assert fresh.run("document.documentElement.scrollWidth") <= width, panel
        assert fresh.run("byId('maps').clientHeight") >= 200, panel
        small = fresh.run(
            "[...document.querySelectorAll('button, select, input, label.check, fieldset span')]"
            ".filter((e) => e.checkVisibility() && !/radio|checkbox/.test(e.type)).filter((e) => {"
            " const { height, width } = e.getBoundingClientRect();"
            " return height < 43.5 || width < 43.5 }).map((e) => e.outerHTML.slice(0, 80))"
        )
        assert small == [] or not phone, panel


@pytest.mark.parametrize("size", [(390, 844), (820, 1180)], ids=str)
def test_no_map_lies_under_an_open_sheet_and_a_mouse_reaches_every_tool(fresh, size):
    fresh.resize(*size)
    fresh.run("change({ beside: true })")
    fresh.settle()
    right, panels, other, words, check = (
        fresh.run(f"document.querySelector('{one}').getBoundingClientRect().toJSON()")
        for one in ("#right", "#panels", "#right select", "#right p", ".check")
    )
    assert right["bottom"] <= panels["top"]
    assert other["bottom"] <= words["top"] + 8
    assert size[0] < 600 or check["right"] <= size[0]
    assert fresh.run("((one) => one.scrollWidth <= one.clientWidth)(byId('beside').parentNode)")


def test_a_finger_scrolls_past_the_map_that_is_shown_whole(fresh):
    touch = "getComputedStyle(views[0].over).touchAction"
    assert fresh.run(touch) == "pan-y"
    fresh.click_on("#in")
    assert fresh.run(touch) == "none"
    fresh.click_on("#fit")
    assert fresh.run(touch) == "pan-y"


def test_headings_are_in_order_and_all_controls_have_names(fresh):
    for panel in PANELS:
        fresh.click_on("#tabs button", panel)
        fresh.wait("[...document.querySelectorAll('h2')].some((e) => e.checkVisibility())")
        levels = fresh.run(
            "[...document.querySelectorAll('h1, h2, h3')].filter((e) => e.checkVisibility())"
            ".map((e) => Number(e.tagName[1]))"
        )
        assert levels[:2] == [1, 2]
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    nameless = fresh.run(
        "[...document.querySelectorAll('button, select, input')].filter((e) =>"
        " !(e.textContent.trim() || e.getAttribute('aria-label') || (e.labels && e.labels.length)))"
        ".map((e) => e.outerHTML)"
    )
    assert nameless == []


def test_tabs_are_walked_by_keys(fresh):
    fresh.click_on("#tabs button", "Image")
    fresh.press("ArrowRight")
    assert fresh.run("document.activeElement.id") == "tab-selection"
    assert fresh.run("byId('image').hidden && !byId('selection').hidden")


RATIOS = """
(() => {
  const channels = (text) => {
    const isShare = text.startsWith("color(srgb");
    const [r, g, b, a = 1] = text.replace("srgb", "").match(/[\\d.]+/g).map(Number);
    return [...[r, g, b].map((v) => (isShare ? 255 * v : v)), a];
  };
  const light = (colour) => colour.slice(0, 3)
    .map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      layers.unshift(getComputedStyle(e).backgroundColor);
    }
    return layers.map(channels).reduce((under, over) =>
      under.map((v, i) => over[i] * over[3] + v * (1 - over[3])), [255, 255, 255]);
  };
  const ratio = (a, b) => {
    const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const seen = (selector) =>
    [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
  const holdsText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  const texts = seen("body *").filter((e) => !e.disabled && holdsText(e) && e.tagName !== "OPTION");
  return {
    text: texts.map((e) => {
      const colour = getComputedStyle(e)[e.closest("svg") ? "fill" : "color"];
      return [ratio(channels(colour), behind(e)), e.outerHTML.slice(0, 90)];
    }),
    marks: seen(".swatch").map((e) => [
      ratio(channels(getComputedStyle(e).backgroundColor), behind(e.parentElement)),
      e.parentElement.innerText,
    ]),
  };
})()
"""


@pytest.mark.parametrize("dark", [False, True])
def test_text_and_marks_stand_out(fresh, dark):
    if dark:
        fresh.click_on("#theme")
    fresh.click(*fresh.seen("#image .gallery .thumb"))
    for panel in PANELS:
        fresh.click_on("#tabs button", panel)
        fresh.settle()
        found = fresh.run(RATIOS)
        assert len(found["text"]) > 20
        assert [one for one in found["text"] if one[0] < 4.5] == []
    for mode in fresh.run("Object.values(modes).map((mode) => mode.name)"):
        fresh.select("#colour", mode)
        fresh.settle()
        marks = fresh.run(RATIOS)["marks"]
        assert len(marks) >= 2
        assert [one for one in marks if one[0] < 3] == []
    fresh.select("#colour", "how sure")
    for scale in ("confidence", "mistakes"):
        ratios = fresh.run(f"modes.{scale}.colours.map((c) => contrast(c, themed().ground))")
        loud = ratios[0] if scale == "confidence" else ratios[-1]
        assert loud > min(ratios) >= 3


def test_forced_colours_keep_swatches_and_the_open_tab(fresh):
    fresh.call(
        "Emulation.setEmulatedMedia", features=[{"name": "forced-colors", "value": "active"}]
    )
    fresh.settle()
    shades = "[...document.querySelectorAll('{}')].map((e) => getComputedStyle(e).backgroundColor)"
    colours = fresh.run(shades.format("#legend .swatch"))
    tabs = fresh.run(shades.format("#tabs button"))
    fresh.prefer("light")
    assert len(set(colours)) == len(colours)
    assert tabs[0] != tabs[1]


def test_the_theme_changes_map_and_page(fresh):
    grounds = []
    for _ in range(2):
        fresh.settle()
        css = fresh.run("getComputedStyle(document.body).backgroundColor")
        corner = fresh.run("views[0].pixels[0] & 255")
        assert css.startswith(f"rgb({corner},")
        grounds.append(corner)
        fresh.click_on("#theme")
    assert grounds[0] > 200 > 60 > grounds[1]


def test_printed_it_is_the_map_and_what_is_selected(fresh):
    fresh.type("#find", "4")
    fresh.prefer("light", media="print")
    shown = {
        name: fresh.run(f"getComputedStyle(byId('{name}')).display !== 'none'")
        for name in ("tools", "tabs", "maps", "legend", "selection")
    }
    fresh.prefer("light")
    assert shown == {"tools": False, "tabs": False, "maps": True, "legend": True, "selection": True}


# Any set, any number of clusters, and what is missing


def altered(known, tmp_path, **values):
    """Copy the page, with other values in data/map.js."""
    target = tmp_path / "site"
    shutil.copytree(known.folder / "site", target)
    path = target / "data/map.js"
    text = path.read_text()
    held = json.loads(text[text.index("{") : text.rindex("}") + 1])
    changed = {key: value(held) if callable(value) else value for key, value in values.items()}
    path.write_text(packing.script("map", held | changed))
    return target / "index.html"


def test_more_clusters_than_labels_have_colours_and_names_of_their_own(fresh, known, tmp_path):
    halves = np.int16(known.clusters * 3 + np.arange(len(known.clusters)) % 3)
    n, named = halves.max() + 1, np.repeat(known.names["majority"], 3).tolist()
    names = opening.cluster_names(named, np.bincount(halves, minlength=n))
    page = altered(
        known, tmp_path, cluster=halves, clusters=names, named=named,
        medoids=lambda held: np.repeat(held["medoids"], 3).tolist(),
        matched=[label if i % 3 == 0 else -1 for i, label in enumerate(named)],
    )  # fmt: skip
    fresh.open(page, READY)
    fresh.settle()
    shown = fresh.run("[...document.querySelectorAll('#legend span')].map((s) => s.innerText)")
    assert len(set(shown)) == n
    assert not set(shown) & set(known.labels.astype(str).tolist())
    colours = fresh.run("modes.cluster.colours")
    assert len(set(colours)) == n
    assert fresh.run("rowsWhere(isMistaken)") == np.flatnonzero(known.mistaken).tolist()
    fresh.click_on("#tabs button", "Labels")
    scroll = fresh.run(
        "(() => { const s = document.querySelector('.scroll');"
        " return [s.scrollWidth, s.clientWidth, getComputedStyle(s).overflowX] })()"
    )
    assert scroll[0] > scroll[1]
    assert scroll[2] == "auto"
    fresh.click_on("#matrix td:last-child button")
    assert fresh.run("state.chosen.length") > 0


def test_a_set_without_labels_or_strokes_speaks_of_neither(fresh, known, tmp_path):
    k = len(known.names["majority"])
    names = opening.cluster_names([None] * k, [1] * k)
    page = altered(
        known, tmp_path, label=None, title="Pictures", form="embedding", classes=[],
        scores={"k": k}, clusters=names, named=[-1] * k, matched=[-1] * k,
    )  # fmt: skip
    fresh.open(page, READY)
    texts = texts_of(fresh)
    assert re.findall(r"(?i)digit|mistake|undefined|NaN", "\n".join(texts)) == []
    assert "There are no labels" in texts[0]
    assert "pad is for handwriting" in texts[-1]
    assert fresh.run("new Set(modes.cluster.colours).size") == len(names)


@pytest.mark.parametrize(
    ("name", "panel"),
    [
        *(("model", "Draw"), ("features", "Draw"), ("images/0", "Draw"), ("course", "t-SNE")),
        *(("neighbors", ""), ("neighbors", "Image"), ("map", "")),
    ],
)
def test_a_missing_file_is_said_where_it_is_missed(fresh, known, tmp_path, name, panel):
    page = altered(known, tmp_path)
    (page.parent / f"data/{name}.js").unlink()
    fresh.open(page, READY, "#pin=test-3" if panel == "Image" else "")
    if panel:
        fresh.click_on("#tabs button", panel)
    place = {"Draw": "byId('answer')", "t-SNE": "byId('steps')", "Image": "byId('image')"}
    where = place.get(panel, "document.body")
    fresh.wait(f"{where} && {where}.innerText.includes('data/{name}.js is missing')")
    assert "oading" not in fresh.run("document.body.innerText")
    fresh.console.clear()  # The missing file is noted there.


def in_blocks(known, tmp_path, monkeypatch, size):
    """Copy the page, with images in blocks of a size."""
    monkeypatch.setattr(packing, "BLOCK", size)
    page = altered(known, tmp_path, block=size)
    order = np.random.default_rng(0).permutation(len(known.images))
    for name, values in packing.blocks(known.images, order).items():
        (page.parent / f"data/{name}.js").write_text(packing.script(name, values))
    return page


def test_images_come_in_blocks_when_they_are_seen(fresh, known, tmp_path, monkeypatch):
    fresh.open(in_blocks(known, tmp_path, monkeypatch, 64), READY)
    rows = f"Array.from({{length: {len(known.images)}}}, (_, row) => row)"
    sums = f"{rows}.map((row) => pixelsOf(row)?.reduce((a, b) => a + b, 0))"
    assert fresh.run(sums) == known.images.sum(axis=(1, 2)).tolist()
    # This colour shows no medoids on the map, which would keep their blocks.
    fresh.run("change({ colour: 'mistakes' }); mostBlocks = 2; blocks.clear(); pin(5)")
    fresh.wait("!document.querySelector('#image canvas[data-waits]')")
    fresh.wait("awaited.size === 0")
    fresh.run("inUse.clear()")
    for row in range(0, len(known.images), 9):
        fresh.wait(f"pixelsOf({row})")
        assert fresh.run(f"Array.from(pixelsOf({row}))") == known.images[row].ravel().tolist()
        fresh.run("inUse.clear()")
    assert fresh.run("blocks.size") <= 3 < len(known.images) / 64


def test_of_a_large_set_pictures_in_panels_come_when_they_are_in_sight(
    fresh, known, tmp_path, monkeypatch
):
    page = in_blocks(known, tmp_path, monkeypatch, 8)
    script = page.parent / "explorer.js"
    script.write_text(script.read_text().replace("WHOLE = 100000", "WHOLE = 0"))
    fresh.open(page, READY)
    came = "awaited.size === 0 && !document.querySelector('canvas[data-seen]')"
    fresh.wait(f"{came} && document.querySelector('#image canvas:not([data-waits])')")
    assert fresh.run("document.querySelectorAll('#clusters canvas[data-waits]').length") > 20
    # Once they are drawn, only the map keeps what it shows.
    fresh.run("mostBlocks = 2; change({ colour: 'mistakes' }); inUse.clear()")
    fresh.click_on("#tabs button", "Clusters")
    fresh.wait(f"{came} && document.querySelector('#clusters canvas:not([data-waits])')")
    assert fresh.run("blocks.size") <= 2
    fresh.run("nameImages('a', rowsWhere(() => true))")
    tasks = json.loads(fresh.run("tasksOfNames()"))
    assert len({one["data"]["image"] for one in tasks}) > len(known.images) / 2


def test_without_a_script_it_says_so(fresh, known, tmp_path):
    page = altered(known, tmp_path)
    (page.parent / "explorer.js").unlink()
    fresh.open(page)
    assert "explorer.js" in fresh.run("document.body.innerText")
    fresh.console.clear()
    fresh.call("Emulation.setScriptExecutionDisabled", value=True)
    fresh.open(known.folder / "site/index.html")
    text = fresh.run("document.querySelector('noscript').innerText")
    fresh.call("Emulation.setScriptExecutionDisabled", value=False)
    assert "does not run" in text
