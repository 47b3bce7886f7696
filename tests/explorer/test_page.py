"""The explorer in a real browser: each control does what it says, on every size of screen."""

import csv
import json
from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture(scope="module")
def known(finished):
    """What the stages found, train before test."""
    folder, _ = finished

    def both(path):
        parts = (np.load(folder / "data" / path.format(part)) for part in ("train", "test"))
        return np.concatenate(list(parts))

    names = json.loads((folder / "data/evaluate/names_merged_2d.json").read_text())["one_to_one"]
    found = SimpleNamespace(
        folder=folder,
        labels=both("label/{}.npy"),
        clusters=both("merge/2d/{}.npy"),
        flat=both("tsne/2d/{}.npy"),
        index=both("split/{}_indices.npy"),
        images=both("split/{}_images.npy"),
        names=names,
        n_train=len(np.load(folder / "data/split/train_labels.npy")),
    )
    named = np.array([-1 if name is None else name for name in names])
    found.mistaken = named[found.clusters] != found.labels
    return found


def place_of(page, row):
    """Where a row is in the window, after a paint."""
    return page.run(
        f"(() => {{ const v = views[0]; v.paint(); const b = v.over.getBoundingClientRect();"
        f" return [b.left + v.sx[{row}] / v.ratio, b.top + v.sy[{row}] / v.ratio] }})()"
    )


def chosen(page):
    return page.run("state.chosen && Array.from(state.chosen)")


# What it holds


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
    near = np.load(known.folder / "data/distortion/test_indices.npy")
    first = fresh.run(f"Array.from(relations.near.subarray({known.n_train} * data.shown))")
    assert first == near[:, : fresh.run("data.shown")].ravel().tolist()


def test_points_are_where_and_of_the_colour_that_they_should_be(fresh, known):
    """Of many points one that no other covers is painted in the colour of its label."""
    seen = fresh.run(
        "(() => { const v = views[0]; v.paint(); return Array.from(v.sx, (x, i) =>"
        " v.pixels[Math.floor(v.sy[i]) * v.width + Math.floor(x)] ==="
        " word(modes.label.colours[data.label[i]])) })()"
    )
    assert np.mean(seen) > 0.9


# Pointing


def test_pointing_shows_an_image_and_a_click_pins_it(fresh, known):
    x, y = place_of(fresh, 5)
    fresh.mouse("mouseMoved", x, y)
    row = fresh.run("state.hovered")
    gaps = np.hypot(*(known.flat - known.flat[5]).T)
    assert gaps[row] < 0.05 * np.ptp(known.flat)
    fresh.click(x, y)
    assert fresh.run("state.pinned") == row
    text = fresh.run("part('image').innerText")
    assert f"image {row if row < known.n_train else row - known.n_train}" in text.replace(",", "")
    assert f"Label\t\n{known.labels[row]}" in text or f"Label\n{known.labels[row]}" in text
    assert fresh.run("document.querySelectorAll('#image .thumb').length") >= 1 + 5 + 1
    assert "in cluster" in fresh.run("part('live').textContent")
    fresh.press("Escape")
    assert fresh.run("state.pinned") == -1


def test_the_legend_greys_out_and_does_not_hide(fresh, known):
    fresh.run("document.querySelector('#legend button').click()")
    assert fresh.run("Array.from(front)") == (known.labels != 0).astype(int).tolist()
    back = fresh.run("views[0].pixels.filter((p) => p === word(themed().back)).length")
    assert back == 0 or back  # Painted at the next frame.
    fresh.run("views[0].paint()")
    assert fresh.run("views[0].pixels.filter((p) => p === word(themed().back)).length") > 0
    fresh.run("document.querySelector('#legend button').click()")
    assert fresh.run("front.every((f) => f === 1)")


@pytest.mark.parametrize("tool", ["lasso", "box"])
def test_what_is_circled_is_chosen_and_goes_home_as_csv(fresh, known, tool):
    fresh.run(f"document.querySelector('input[value={tool}]').click()")
    box = fresh.run("(() => { const b = views[0].over.getBoundingClientRect();"
                    " return [b.left, b.top, b.width, b.height] })()")  # fmt: skip
    left, top, width, height = box
    corners = [(left + 5, top + 5), (left + width / 2, top + 5),
               (left + width / 2, top + height - 5), (left + 5, top + height - 5)]  # fmt: skip
    fresh.drag(corners if tool == "lasso" else [corners[0], (left + 9, top + 9), corners[2]])
    xs = np.array(fresh.run("Array.from(views[0].sx)"))
    ys = np.array(fresh.run("Array.from(views[0].sy)"))
    inside = (xs > 5) & (xs < width / 2) & (ys > 5) & (ys < height - 5)
    rows = chosen(fresh)
    assert 0 < len(rows) < len(xs)
    assert rows == np.flatnonzero(inside).tolist()
    table = list(csv.DictReader(fresh.run("tableOf(state.chosen)").splitlines()))
    assert [int(line["index"]) for line in table] == known.index[rows].tolist()
    assert [line["label"] for line in table] == known.labels[rows].astype(str).tolist()
    assert [int(line["cluster"]) for line in table] == known.clusters[rows].tolist()
    places = np.float32([(line["x"], line["y"]) for line in table])
    assert np.array_equal(places, known.flat[rows])
    assert fresh.run("!document.getElementById('csv').disabled")


def test_find_knows_rows_labels_clusters_and_kinds(fresh, known):
    def find(text):
        fresh.run(f"part('find').value = {json.dumps(text)}; part('find').onchange()")
        return chosen(fresh)

    find("test 7")
    assert fresh.run("state.pinned") == known.n_train + 7
    find(f"row {known.index[3]}")
    assert fresh.run("state.pinned") == 3
    assert find("4") == np.flatnonzero(known.labels == 4).tolist()
    assert find("c2") == np.flatnonzero(known.clusters == 2).tolist()
    assert find("mistaken") == np.flatnonzero(known.mistaken).tolist()
    assert set(find("most misplaced")) <= set(np.flatnonzero(known.mistaken).tolist())
    least = find("least confident")
    assert fresh.run(f"{json.dumps(least)}.every((row, i, all) => !i ||"
                     " data.agreement[all[i - 1]] <= data.agreement[row])")  # fmt: skip
    assert find("nonsense") == []
    assert "Nothing is called" in fresh.run("part('chosen').textContent")
    assert find("test 99,999") == []
    assert find("") is None


def test_the_confusion_matrix_counts_and_leads_to_its_images(fresh, known):
    fresh.run("showPanel('confusion')")
    counts = fresh.run(
        "Object.fromEntries([...document.querySelectorAll('#confusion td button')].map("
        "(b) => [b.getAttribute('aria-label'), Number(b.textContent)]))"
    )
    test = slice(known.n_train, None)
    table = np.zeros((len(known.names), known.labels.max() + 1), dtype=int)
    np.add.at(table, (known.clusters[test], known.labels[test]), 1)
    names = fresh.run("data.clusters")
    expected = {
        f"label {label}, cluster {names[cluster]}: {count}": count
        for cluster, row in enumerate(table.tolist())
        for label, count in enumerate(row)
        if count
    }
    assert counts == expected
    fresh.run("document.querySelector('#confusion td.wrong button').click()")
    assert len(chosen(fresh)) == fresh.run(
        "Number(document.querySelector('#confusion td.wrong button').textContent)"
    )
    assert not fresh.run("part('chosen').hidden")


def test_clusters_lead_to_their_images(fresh, known):
    sizes = np.bincount(known.clusters[: known.n_train])
    fresh.run("showPanel('clusters'); document.querySelector('#clusters .line').click()")
    rows = chosen(fresh)
    assert (known.clusters[rows] == sizes.argmax()).all()
    assert len(rows) == (known.clusters == sizes.argmax()).sum()
    fresh.run(
        "showPanel('clusters');"
        "document.querySelector('#clusters .cluster').querySelectorAll('.thumb')[1].click()"
    )
    group = fresh.run("new Set(state.chosen.map((row) => data.group[row])).size")
    assert group == 1


# Moving


def test_wheel_drag_and_keys_move_the_map(fresh):
    centre = (400, 450)
    before = fresh.run("[views[0].scale, ...views[0].shift]")
    fresh.mouse("mouseWheel", *centre, deltaX=0, deltaY=-400)
    fresh.drag([centre, (420, 460), (460, 470)])
    scale, x, y = fresh.run("[views[0].scale, ...views[0].shift]")
    assert scale > before[0]
    assert (x, y) != tuple(before[1:])
    fresh.run("views[0].over.focus()")
    fresh.press("0")
    assert fresh.run("[views[0].scale, ...views[0].shift]") == before
    fresh.press("ArrowRight", 39)
    assert fresh.run("views[0].shift[0]") < 0
    fresh.press("+")
    assert fresh.run("views[0].scale") > 1
    fresh.run("views[0].goTo(0)")
    fresh.run("views[0].paint()")
    fresh.press("Enter")
    assert fresh.run("state.pinned") >= 0
    fresh.press("n")
    assert fresh.run("relations.near.subarray(0, data.n * data.shown).includes(state.pinned)")
    fresh.press("l")
    assert fresh.run("state.tool") == "lasso"


def test_the_3d_map_turns_and_keeps_distances(fresh):
    fresh.run("part('source').value = '3d'; part('source').onchange(); views[0].paint()")
    spread = (
        "(() => { const v = views[0]; v.paint();"
        " return Array.from(v.sx, (x, i) => [x, v.sy[i], v.depth[i] * v.zoom]) })()"
    )
    before = np.array(fresh.run(spread))
    fresh.drag([(400, 450), (440, 470), (520, 500)])
    after = np.array(fresh.run(spread))
    assert np.abs(before[:, :2] - after[:, :2]).max() > 20
    gaps = [np.linalg.norm(points - points[0], axis=1) for points in (before, after)]
    assert np.abs(gaps[0] - gaps[1]).max() < 1e-2 * gaps[0].max()


def test_near_enough_points_become_images(fresh, known):
    dots = fresh.run("views[0].paint(); new Set(views[0].pixels).size")
    assert dots <= 1 + len(set(known.labels))
    fresh.run("views[0].goTo(0); views[0].scale = 60; views[0].goTo(0); views[0].paint()")
    shades = fresh.run("new Set(views[0].pixels).size")
    assert shades > dots, "ink has shades"


def test_two_maps_share_one_choice(fresh):
    fresh.run("part('beside').click()")
    fresh.wait("views.length === 2 && views[1].dims === 3 && views[1].width > 100")
    grey = "views[1].paint(); views[1].pixels.some((p) => p === word(themed().back))"
    assert not fresh.run(grey)
    fresh.run("globalThis.before = views[1].frames; find('4')")
    fresh.wait("views[1].frames > before")
    assert fresh.run(grey)


def test_a_map_that_comes_late_does_not_take_the_place_of_another(fresh):
    fresh.run(
        "sources.set('late', { name: 'late', dims: 2, points: () =>"
        " new Promise((done) => { globalThis.arrive = () => done(data.maps['2d']); }) });"
        "showSource(views[0], 'late'); showSource(views[0], '3d'); arrive()"
    )
    assert fresh.run("Promise.resolve().then(() => views[0].dims)") == 3
    fresh.run("showSource(views[0], 'late'); arrive()")
    fresh.wait("views[0].dims === 2")
    fresh.run("sources.delete('late')")


# For everyone


@pytest.mark.parametrize("width", [360, 768, 1280, 3840])
def test_it_fits_every_width(fresh, width):
    fresh.resize(width, 800, phone=width < 500)
    fresh.run("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert fresh.run("document.documentElement.scrollWidth") <= width
    for panel in fresh.run("Object.keys(PANELS)"):
        fresh.run(f"showPanel('{panel}')")
        assert fresh.run("document.documentElement.scrollWidth") <= width, panel
    assert fresh.run("views[0].host.clientHeight") > 250


def test_tabs_are_walked_by_keys_and_all_controls_have_names(fresh):
    fresh.run("part('tab-image').focus()")
    fresh.press("ArrowRight", 39)
    assert fresh.run("document.activeElement.id") == "tab-chosen"
    assert fresh.run("part('image').hidden && !part('chosen').hidden")
    nameless = fresh.run(
        "[...document.querySelectorAll('button, select, input')].filter((e) =>"
        " !(e.innerText.trim() || e.getAttribute('aria-label') || (e.labels && e.labels.length)))"
        ".map((e) => e.outerHTML)"
    )
    assert nameless == []


def test_the_theme_changes_map_and_page(fresh):
    grounds = []
    for theme in ("light", "dark"):
        fresh.run(f"setTheme('{theme}'); views[0].paint()")
        css = fresh.run("getComputedStyle(document.body).backgroundColor")
        corner = fresh.run("views[0].pixels[0] & 255")
        assert css.startswith(f"rgb({corner},")
        grounds.append(corner)
    assert grounds[0] > 200 > 60 > grounds[1]
    fresh.run("part('theme').click()")
    assert fresh.run("state.theme") == "light"


def test_colours_by_everything(fresh, known):
    for mode, codes in (("cluster", known.clusters), ("mistaken", known.mistaken.astype(int))):
        fresh.run(f"part('colour').value = '{mode}'; part('colour').onchange(); views[0].paint()")
        assert fresh.run("Array.from(modes[state.colour].codes)") == codes.tolist()
    for mode in fresh.run("Object.keys(modes)"):
        fresh.run(f"change({{colour: '{mode}', off: new Set()}}); views[0].paint()")
        assert fresh.run("document.querySelectorAll('#legend button').length") == fresh.run(
            "modes[state.colour].names.length"
        )


def test_two_fingers_zoom_and_one_moves(fresh):
    fresh.call("Emulation.setTouchEmulationEnabled", enabled=True)

    def touch(kind, *places):
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        fresh.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    touch("touchStart", (350, 450), (450, 450))
    for gap in (60, 90, 120):
        touch("touchMove", (400 - gap, 450), (400 + gap, 450))
    touch("touchEnd")
    assert fresh.run("views[0].scale") > 1.8
    before = fresh.run("views[0].shift")
    touch("touchStart", (400, 450))
    for step in (10, 30):
        touch("touchMove", (400 + step, 450))
    touch("touchEnd")
    assert fresh.run("views[0].shift[0]") > before[0] + 15
    fresh.call("Emulation.setTouchEmulationEnabled", enabled=False)


def test_printed_it_is_the_map_and_what_is_chosen(fresh):
    fresh.run("find('4')")
    fresh.prefer("light", media="print")
    shown = {
        name: fresh.run(f"getComputedStyle(part('{name}')).display !== 'none'")
        for name in ("tools", "tabs", "maps", "legend", "chosen")
    }
    fresh.prefer("light")
    assert shown == {"tools": False, "tabs": False, "maps": True, "legend": True, "chosen": True}
