"""A real mouse, fingers and keys on what is seen: what one clicks is what one gets."""

import base64
import csv
import io
import itertools
import re

import numpy as np
import pytest
from PIL import Image


def place_of(page, row):
    """Where a row is in the window."""
    left, top, *_ = page.box("views[0].over")
    x, y = page.run(f"Array.from(views[0].spot({row}), (at) => at / views[0].ratio)")
    return left + x, top + y


def thumb(page, number):
    """Where one of the pictures in the panel is in the window, its middle."""
    element = f"document.querySelectorAll('#image .gallery .thumb')[{number}]"
    page.run(f"{element}.scrollIntoView({{ block: 'nearest' }})")
    left, top, right, bottom = page.box(element)
    return (left + right) / 2, (top + bottom) / 2


def row_in(text, known):
    """Row of the image that a text names."""
    kind, number = re.search(r"(Training|Test) image ([\d,]+)", text).groups()
    return int(number.replace(",", "")) + (known.n_train if kind == "Test" else 0)


def pixels_of(page, selector):
    """Pixels of an image that is shown."""
    address = page.run(f"document.querySelector('{selector}').toDataURL('image/png')")
    return np.asarray(
        Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("L")
    )


def beside_the_pointer(page, known):
    """Row of the image that is shown beside the pointer, with its own pixels, or None."""
    page.settle()
    if page.run("byId('tip').hidden"):
        return None
    row = row_in(page.text("#tip"), known)
    assert np.array_equal(pixels_of(page, "#tip canvas"), known.images[row])
    return row


def chosen(page):
    rows = page.run("state.chosen && Array.from(state.chosen)")
    return None if rows is None else sorted(rows)


def corners(page, share=(0, 0.5), inset=5):
    """Corners of a vertical strip of the map."""
    left, top, right, bottom = page.box("views[0].over")
    x0, x1 = (left + inset + (right - left - 2 * inset) * part for part in share)
    return [(x0, top + inset), (x1, top + inset), (x1, bottom - inset), (x0, bottom - inset)]


def inside(page, places):
    """Rows between the corners of a box in the window."""
    left, top, *_ = page.box("views[0].over")
    xs, ys = (np.array(page.run(f"Array.from(views[0].{axis})")) for axis in ("sx", "sy"))
    (x0, y0), (x1, y1) = np.min(places, axis=0) - (left, top), np.max(places, axis=0) - (left, top)
    return np.flatnonzero((xs > x0) & (xs < x1) & (ys > y0) & (ys < y1)).tolist()


# Pointing and pinning


def test_the_image_is_shown_beside_the_pointer(fresh, known):
    reach = np.ptp(known.flat, axis=0).max()
    for row in range(0, len(known.labels), 31):
        x, y = place_of(fresh, row)
        fresh.mouse("mouseMoved", x, y)
        found = beside_the_pointer(fresh, known)
        badges = fresh.run("views[0].badges.map((badge) => badge[0])")
        assert found in badges or np.hypot(*(known.flat[found] - known.flat[row])) < 0.01 * reach
        left, top, right, bottom = fresh.box("byId('tip')")
        assert min(abs(left - x), abs(right - x)) < 30
        assert top - 30 < y < bottom + 30
    fresh.mouse("mouseMoved", 400, 20)
    assert beside_the_pointer(fresh, known) is None


def test_a_click_pins_what_was_beside_the_pointer_and_elsewhere_unpins(fresh, known):
    fresh.mouse("mouseMoved", *place_of(fresh, 5))
    row = beside_the_pointer(fresh, known)
    fresh.click(*place_of(fresh, 5))
    assert row_in(fresh.text("#image h2"), known) == row
    assert np.array_equal(pixels_of(fresh, "#image canvas"), known.images[row])
    assert f"Label\n{known.labels[row]}" in fresh.text("#image dl").replace("\t", "")
    fresh.click(*np.add(corners(fresh)[0], 3))
    assert "Start here" in fresh.text("#image")
    fresh.click(*place_of(fresh, 5))
    fresh.press("Escape")
    assert "Start here" in fresh.text("#image")
    fresh.click(*place_of(fresh, 5))
    fresh.click_on("#image button", "Unpin")
    assert "Start here" in fresh.text("#image")


@pytest.mark.parametrize("dark", [False, True])
def test_neighbours_in_the_panel_are_pointed_at_and_clicked(fresh, known, dark):
    if dark:
        fresh.click_on("#theme")
    fresh.type("#find", "test 3")
    row, seen = known.n_train + 3, set()
    for number in itertools.islice(itertools.cycle(range(5)), 20):
        near = known.near[row][number]
        x, y = thumb(fresh, number)
        fresh.mouse("mouseMoved", x, y)
        assert beside_the_pointer(fresh, known) == near
        fresh.click(x, y)
        assert row_in(fresh.text("#image h2"), known) == near
        seen.add(row)
        row = near
    assert len(seen) > 3


def test_the_first_screens_mistakes_are_clicked(fresh, known):
    n = fresh.run("document.querySelectorAll('#image .gallery .thumb').length")
    assert 0 < n <= 8
    for number in range(n):
        x, y = thumb(fresh, number)
        fresh.mouse("mouseMoved", x, y)
        row = beside_the_pointer(fresh, known)
        assert known.mistaken[row]
        fresh.click(x, y)
        assert row_in(fresh.text("#image h2"), known) == row
        fresh.press("Escape")


def test_pictures_on_the_zoomed_map_are_what_is_clicked(fresh, known):
    """Each picture, as it is painted, is of the image that the pointer finds on it."""
    centre = place_of(fresh, 0)
    for _ in range(6):
        fresh.mouse("mouseWheel", *centre, deltaX=0, deltaY=-300)
    fresh.settle()
    cells = fresh.run(
        "(() => { const v = views[0], b = v.over.getBoundingClientRect(), { grid } = v;"
        " return [...grid.cells.keys()].map((cell) => cornerOf(grid, cell).map((edge, axis) =>"
        " edge / v.ratio + [b.left, b.top][axis])).filter(([x, y]) => x > b.left + 1"
        " && y > b.top + 40 && x + grid.side < b.right && y + grid.side < b.bottom - 40) })()"
    )
    side = fresh.run("views[0].grid.side / views[0].ratio")
    fresh.mouse("mouseMoved", 400, 20)
    fresh.settle()
    painted = Image.open(io.BytesIO(fresh.png())).convert("L")
    assert len(cells) >= 12
    for x, y in cells:
        box = tuple(round(edge) for edge in (x, y, x + side, y + side))
        seen = 255 - np.asarray(
            painted.crop(box).resize((28, 28), Image.Resampling.BOX), dtype=float
        )
        fresh.mouse("mouseMoved", x + side / 2, y + side / 2)
        row = beside_the_pointer(fresh, known)
        assert np.corrcoef(seen.ravel(), known.images[row].ravel())[0, 1] > 0.8
    fresh.click(x + side / 2, y + side / 2)
    assert row_in(fresh.text("#image h2"), known) == row
    ring = np.subtract(place_of(fresh, row), (x, y))
    assert (np.abs(ring - side / 2) <= 1).all()


def test_the_medoid_on_an_island_is_shown_and_pinned(fresh, known):
    medoids = fresh.run("data.medoids")
    left, top, *_ = fresh.box("views[0].over")
    middles = "views[0].badges.map(([row, x, y, s]) => [row, ...[x, y].map((at) => at + s / 2)])"
    badges, ratio = fresh.run(middles), fresh.run("views[0].ratio")
    shades = fresh.run(
        "(() => { const { marks, width, height, badges } = views[0];"
        " const all = new Uint32Array(marks.getImageData(0, 0, width, height).data.buffer);"
        " return badges.map(([row, x, y, s]) => new Set(Array.from({ length: s }, (_, i) =>"
        " [...all.subarray((y + i) * width + x, (y + i) * width + x + s)]).flat()).size) })()"
    )
    assert len(badges) >= 3
    for (row, x, y), seen in zip(badges, shades, strict=True):
        assert row in medoids
        assert seen > 8, "the picture, not a plain square"
        place = left + x / ratio, top + y / ratio
        fresh.mouse("mouseMoved", *place)
        assert beside_the_pointer(fresh, known) == row
        fresh.click(*place)
        assert row_in(fresh.text("#image h2"), known) == row


# Selecting


@pytest.mark.parametrize("tool", ["Lasso", "Box"])
def test_what_is_circled_is_selected_and_goes_home_as_csv(fresh, known, tool):
    fresh.click_on("#tool label", tool)
    places = corners(fresh)
    fresh.drag(places if tool == "Lasso" else [places[0], np.add(places[0], 9).tolist(), places[2]])
    rows = chosen(fresh)
    assert rows == inside(fresh, places)
    assert 0 < len(rows) < len(known.labels)
    wrong = known.mistaken[rows].sum()
    assert f"{wrong} mistake" in fresh.text("#selection")
    rows = fresh.run("Array.from(state.chosen)")
    table = list(csv.DictReader(fresh.run("tableOf(state.chosen)").splitlines()))
    assert [int(line["index"]) for line in table] == known.index[rows].tolist()
    assert [line["label"] for line in table] == known.labels[rows].astype(str).tolist()
    assert [int(line["cluster"]) for line in table] == known.clusters[rows].tolist()
    places = np.float32([(line["x"], line["y"]) for line in table])
    assert np.array_equal(places, known.flat[rows])


def test_shift_adds_alt_removes_escape_cancels_and_nothing_keeps(fresh):
    fresh.click_on("#tool label", "Box")

    def box(share, keys=0, drop=True):
        places = corners(fresh, share)
        fresh.drag([places[0], places[2]], keys, drop=drop)
        return set(inside(fresh, places))

    left = box((0, 0.4))
    assert set(chosen(fresh)) == left
    right = box((0.6, 1), keys=8)
    assert set(chosen(fresh)) == left | right
    assert fresh.text("#selection h2") == "Selected images"
    middle = box((0.2, 0.8), keys=1)
    kept = (left | right) - middle
    assert set(chosen(fresh)) == kept
    places = corners(fresh, (0.1, 0.9))
    box((0.1, 0.9), drop=False)
    fresh.press("Escape")
    fresh.mouse("mouseMoved", *places[1], button="left", buttons=1)
    fresh.mouse("mouseReleased", *places[1], button="left", clickCount=1)
    assert set(chosen(fresh)) == kept
    assert fresh.run("views[0].path.length") == 0
    fresh.drag([places[0], np.add(places[0], 8).tolist()])
    assert set(chosen(fresh)) == kept
    assert "The selection stays" in fresh.text("#live")
    fresh.press("z", 90, keys=2)
    fresh.wait("history.state.step === 2")
    assert set(chosen(fresh)) == left | right
    fresh.click_on("#back")
    fresh.wait("history.state.step === 1")
    assert set(chosen(fresh)) == left
    fresh.click_on("#back")
    fresh.wait("byId('back').disabled")
    assert chosen(fresh) is None


def test_find_knows_images_labels_clusters_and_kinds(fresh, known):
    def find(text):
        fresh.type("#find", text)
        return chosen(fresh)

    find("test 7")
    assert row_in(fresh.text("#image h2"), known) == known.n_train + 7
    find(f"row {known.index[3]}")
    assert row_in(fresh.text("#image h2"), known) == 3
    four = np.flatnonzero(known.labels == 4).tolist()
    assert find("4") == find("label 4") == four
    assert find("cluster 2") == np.flatnonzero(known.clusters == 2).tolist()
    name = fresh.run("data.clusters[1]")
    assert find(name) == np.flatnonzero(known.clusters == 1).tolist()
    assert find("mistakes") == np.flatnonzero(known.mistaken).tolist()
    both = find("test, label 4")
    assert both == [row for row in four if row >= known.n_train]
    for nothing in ("nonsense", "test 99,999", "label 44", "train, test"):
        assert find(nothing) == both
        assert re.search(r"Nothing is called|no image|There is no", fresh.text("#live"))
    assert find("") == both
    fresh.click_on("#fit")
    assert chosen(fresh) == both
    fresh.click_on("#selection button", "Clear")
    assert chosen(fresh) is None


def test_the_matrix_counts_and_leads_to_its_images(fresh, known):
    fresh.click_on("#tabs button", "Labels")
    counts = fresh.run(
        "Object.fromEntries([...document.querySelectorAll('#matrix td button')].map("
        "(b) => [b.getAttribute('aria-label'), Number(b.textContent)]))"
    )
    test = slice(known.n_train, None)
    table = np.zeros((len(known.names["majority"]), known.labels.max() + 1), dtype=int)
    np.add.at(table, (known.clusters[test], known.labels[test]), 1)
    names = fresh.run("data.clusters")
    assert counts == {
        f"label {label}, {names[cluster]}: {count}": count
        for cluster, row in enumerate(table.tolist())
        for label, count in enumerate(row)
        if count
    }
    for way, names in (("by majority", "majority"), ("one to one", "one_to_one")):
        fresh.select("#matrix p:last-child select", way)
        named = np.array([-1 if name is None else name for name in known.names[names]])
        share = 100 * np.mean(named[known.clusters[test]] == known.labels[test])
        assert f"{share:.2f} %" in fresh.text("#matrix p:last-child")
    fresh.select("#matrix p:last-child select", "by majority")
    fresh.click_on("#matrix td.wrong button")
    first = set(chosen(fresh))
    assert known.mistaken[list(first)].all()
    assert min(first) >= known.n_train
    fresh.click_on("#tabs button", "Labels")
    fresh.click_on("#matrix td.right button", keys=8)
    assert first < set(chosen(fresh))


def test_clusters_and_their_groups_lead_to_their_images(fresh, known):
    fresh.click_on("#tabs button", "Clusters")
    fresh.click_on("#clusters .line")
    largest = np.bincount(known.clusters[: known.n_train]).argmax()
    assert chosen(fresh) == np.flatnonzero(known.clusters == largest).tolist()
    fresh.click_on("#tabs button", "Clusters")
    fresh.click_on("#clusters .bar + .thumb")
    groups = fresh.run("[...new Set(state.chosen.map((row) => data.group[row]))]")
    assert len(groups) == 1
    medoid = fresh.run(f"data.group_medoids[{groups[0]}]")
    assert medoid == row_in(fresh.text("#image h2"), known)


def test_mistakes_are_large_on_top_ringed_and_zoomed_to(fresh, known):
    plain = fresh.run("views[0].dotSize(FRONT)")
    fresh.click_on(".way", f"{known.mistaken.sum()} mistake")
    fresh.settle()
    assert chosen(fresh) == np.flatnonzero(known.mistaken).tolist()
    assert fresh.run("views[0].dotSize(LOUD)") > plain
    wrong = fresh.run("word(modes.mistakes.colours[1])")
    seen = fresh.run(
        f"state.chosen.filter((row) => {{ const v = views[0]; return"
        f" v.pixels[Math.round(v.sy[row]) * v.width + Math.round(v.sx[row])] === {wrong} }}).length"
    )
    assert seen == known.mistaken.sum()
    row = known.n_train + np.flatnonzero(known.mistaken[known.n_train :])[0]
    fresh.type("#find", f"label {known.labels[row]}, cluster {known.clusters[row]}")
    fresh.settle()
    assert row in chosen(fresh)
    assert fresh.run("views[0].scale") > 1
    x, y = np.transpose(
        fresh.run("Array.from(state.chosen, (r) => [views[0].sx[r], views[0].sy[r]])")
    )
    assert x.min() >= 0
    assert y.min() >= 0
    assert (x.max(), y.max()) <= tuple(fresh.run("[views[0].width, views[0].height]"))


def test_the_legend_greys_out_brings_back_and_isolates(fresh, known):
    codes, names = known.clusters, fresh.run("data.clusters")
    fresh.click_on("#legend button", names[1])
    assert fresh.run("Array.from(front)") == (codes != 1).astype(int).tolist()
    grey = "views[0].paint(), views[0].pixels.filter((p) => p === word(themed().back)).length"
    assert fresh.run(grey) > 0
    fresh.click_on("#legend button", names[1])
    assert fresh.run("front.every((f) => f === 1)")
    assert fresh.run(grey) == 0
    fresh.click_on("#legend button", names[1], count=2)
    assert fresh.run("Array.from(front)") == (codes == 1).astype(int).tolist()
    fresh.press("Escape")
    assert fresh.run("front.every((f) => f === 1)")


# Moving


def test_wheel_drag_and_keys_move_the_map(fresh, known):
    x, y = place_of(fresh, 0)
    before = fresh.run("[views[0].scale, ...views[0].shift]")
    fresh.mouse("mouseWheel", x, y, deltaX=0, deltaY=-400)
    assert np.abs(np.subtract(place_of(fresh, 0), (x, y))).max() < 1
    fresh.drag([(x, y), (x + 20, y + 10), (x + 60, y + 20)])
    fresh.settle()
    moved = np.subtract(place_of(fresh, 0), (x, y))
    assert (np.abs(moved - (60, 20)) < 1).all()
    fresh.press("0")
    assert fresh.run("[views[0].scale, ...views[0].shift]") == before
    fresh.press("+")
    fresh.press("ArrowRight")
    assert fresh.run("views[0].shift[0]") < 0
    assert fresh.run("views[0].scale") > 1
    fresh.press("Enter")
    fresh.press("0")
    fresh.click(*place_of(fresh, 0))
    pinned = fresh.run("state.pinned")
    fresh.press("n")
    assert row_in(fresh.text("#image h2"), known) == known.near[pinned][0]
    fresh.press("l")
    assert fresh.run("document.querySelector('input[value=lasso]').checked")


def test_the_map_cannot_be_lost(fresh):
    for way in ([(300, 300), (900, 700)], [(900, 700), (300, 300)]):
        for _ in range(6):
            fresh.drag(way)
        fresh.settle()
        assert fresh.run(
            "views[0].sx.some((x, i) => x > 0 && x < views[0].width && views[0].sy[i] > 0 &&"
            " views[0].sy[i] < views[0].height)"
        )


def test_the_3d_map_turns_and_keeps_distances(fresh):
    fresh.select("#source", "3-D")
    fresh.settle()
    spread = (
        "Array.from(views[0].sx, (x, i) => [x, views[0].sy[i], views[0].depth[i] * views[0].zoom])"
    )
    before = np.array(fresh.run(spread))
    fresh.drag([(400, 450), (440, 470), (520, 500)])
    fresh.settle()
    after = np.array(fresh.run(spread))
    assert np.abs(before[:, :2] - after[:, :2]).max() > 20
    gaps = [np.linalg.norm(points - points[0], axis=1) for points in (before, after)]
    assert np.abs(gaps[0] - gaps[1]).max() < 1e-2 * gaps[0].max()


def test_two_maps_share_choice_zoom_and_say_what_they_hold(fresh, known):
    fresh.click_on("#beside")
    fresh.wait("views.length === 2 && views[1].width > 100 && views[1].sx.length")
    assert f"{len(known.labels):,} images" in fresh.text("#left p")
    flat = known.flat.astype(float)
    gaps = np.hypot(*(flat[:, None] - flat).transpose(2, 0, 1))
    np.fill_diagonal(gaps, np.inf)
    nearest, same = gaps == gaps.min(axis=1)[:, None], known.labels[:, None] == known.labels
    # Where several are equally near, any of them may be taken.
    low, high = (nearest & ~same).any(axis=1), (nearest & same).any(axis=1)
    score = float(re.search(r"([\d.]+) %", fresh.text("#left p"))[1])
    assert 100 * np.mean(~low) - 0.01 <= score <= 100 * np.mean(high) + 0.01
    fresh.select("#other", "t-SNE steps")
    fresh.wait("views[1].source === 'course'")
    with np.load(known.folder / "data/tsne/2d/course.npz") as course:
        n = len(course["rows"])
    assert f"{n:,} " in fresh.text("#right p")
    fresh.mouse("mouseWheel", 300, 400, deltaX=0, deltaY=-400)
    fresh.settle()
    scales = fresh.run("views.map((view) => view.scale)")
    assert scales[0] == scales[1] > 1
    fresh.type("#find", "label 4")
    fresh.click_on("#fit")
    fresh.settle()
    assert fresh.run("views[1].pixels.some((p) => p === word(themed().back))")
    # Of many points every few count, or the page would stand still for a minute.
    fresh.run("globalThis.points = Float32Array.from({ length: 2100000 }, Math.random); 0")
    codes = "points.filter((_, i) => i % 3 === 0).map((x) => Number(x > 0.5))"
    assert fresh.run(f"togetherness({{ points, dims: 3 }}, {codes})") > 0.98


def test_a_map_that_comes_late_does_not_take_the_place_of_another(fresh):
    fresh.run(
        "sources.set('late', { name: 'late', dims: 2, points: () =>"
        " new Promise((done) => { globalThis.arrive = () => done(data.maps['2d']); }) });"
        "showSource(views[0], 'late'); showSource(views[0], '3d'); arrive()"
    )
    fresh.settle()
    assert fresh.run("views[0].dims") == 3


# Touch


@pytest.fixture
def phone(fresh):
    fresh.resize(390, 844, 2, phone=True)
    fresh.settle()
    return fresh


def test_a_tap_pins_and_its_details_are_in_sight_beside_the_map(phone, known):
    phone.tap(*place_of(phone, 9))
    phone.settle()
    row = row_in(phone.text("#image h2"), known)
    place = place_of(phone, row)
    assert phone.box("document.querySelector('#image h2')")[3] < 844
    assert 0 < place[1] < phone.box("byId('panels')")[1]
    x, y = phone.seen("#image .gallery .thumb")
    phone.tap(x, y)
    assert row_in(phone.text("#image h2"), known) == known.near[row][0]


def test_two_fingers_zoom_and_one_moves(phone):
    x, y = np.mean(corners(phone, (0, 1)), axis=0)
    phone.touch("touchStart", (x - 50, y), (x + 50, y))
    for gap in (60, 90, 120):
        phone.touch("touchMove", (x - gap, y), (x + gap, y))
    phone.touch("touchEnd")
    assert phone.run("views[0].scale") > 1.8
    before = phone.run("views[0].shift")
    phone.touch("touchStart", (x, y))
    for step in (10, 30, 60):
        phone.touch("touchMove", (x + step, y))
    phone.touch("touchEnd")
    assert phone.run("views[0].shift[0]") > before[0] + 15


def test_the_sheet_is_closed_and_opened_by_its_tab(phone):
    shares = []
    for _ in range(2):
        shares.append(phone.run("byId('maps').clientHeight"))
        phone.tap(*phone.seen("#tabs button", "Image"))
        phone.settle()
    assert shares[0] > 200
    assert shares[1] > shares[0] + 150
    assert phone.run("byId('maps').clientHeight") == shares[0]


def test_the_map_is_in_sight_beside_the_pad(phone):
    phone.tap(*phone.seen("#tabs button", "Draw"))
    phone.settle()
    _, top, _, bottom = phone.box("byId('paper')")
    assert phone.box("byId('maps')")[3] <= top
    assert phone.run("byId('maps').clientHeight") > 200
    assert bottom <= 844
