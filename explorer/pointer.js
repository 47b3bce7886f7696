// Mouse, touch and keys on a map: move, turn, zoom, point, pin, lasso and box.

const NEAR = 16, STEP = 60, TURN = 0.008;

/** @param {MapView} view */
function listenTo(view) {
  const canvas = view.over;
  /** @type {Map<number, number[]>} */ const fingers = new Map();
  /** @type {number[]|null} */ let began = null;
  let moved = false;

  const placeOf = (/** @type {MouseEvent} */ event) => {
    const box = canvas.getBoundingClientRect(), ratio = view.ratio || 1;
    return [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    view.keyed = false;
    fingers.set(event.pointerId, placeOf(event));
    began = placeOf(event);
    moved = false;
    view.path = state.tool === "move" || fingers.size > 1 ? [] : [began];
  });

  canvas.addEventListener("pointermove", (event) => {
    const place = placeOf(event), before = fingers.get(event.pointerId);
    if (!before || !began) {
      point(view, place);
      return;
    }
    if (Math.hypot(place[0] - began[0], place[1] - began[1]) > 5 * (view.ratio || 1)) moved = true;
    if (fingers.size === 2) pinch(view, fingers, event.pointerId, place);
    else if (moved && state.tool === "move") drag(view, before, place, event.shiftKey);
    else if (moved) draw(view, began, place);
    fingers.set(event.pointerId, place);
  });

  const end = (/** @type {PointerEvent} */ event) => {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size || event.type === "pointercancel") {
      view.path = [];
      moved = true;
      return;
    }
    if (!moved) {
      const row = view.rowAt(placeOf(event), NEAR * (view.ratio || 1));
      pin(row === state.pinned ? -1 : row);
    } else if (view.path.length > 2) chooseWithin(view);
    view.path = [];
    view.paintSoon();
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("pointerleave", () => !fingers.size && change({ hovered: -1 }));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    view.zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), placeOf(event));
  }, { passive: false });
  canvas.addEventListener("dblclick", (event) => view.zoomBy(2, placeOf(event)));
  canvas.addEventListener("blur", () => {
    view.keyed = false;
    view.paintSoon();
  });
  canvas.addEventListener("keydown", (event) => press(view, event));
}

/**
 * Let go of what was pinned, or pin a row and say what it is.
 * @param {number} row
 */
function pin(row) {
  change({ pinned: row, hovered: -1 });
  if (row >= 0) {
    say(described(row));
    showPanel("image");
  }
}

/** @param {MapView} view @param {number[]} place */
function point(view, place) {
  const row = view.rowAt(place, NEAR * (view.ratio || 1));
  if (row !== state.hovered) change({ hovered: row });
}

/** @param {MapView} view @param {number[]} from @param {number[]} to @param {boolean} slide */
function drag(view, from, to, slide) {
  const [x, y] = [to[0] - from[0], to[1] - from[1]];
  if (view.dims === 3 && !slide) view.rotate(x * TURN / (view.ratio || 1), y * TURN / (view.ratio || 1));
  else view.shift = [view.shift[0] + x, view.shift[1] + y];
  view.paintSoon();
}

/**
 * @param {MapView} view
 * @param {Map<number, number[]>} fingers
 * @param {number} moving
 * @param {number[]} place
 */
function pinch(view, fingers, moving, place) {
  const [id, still] = [...fingers].find(([other]) => other !== moving) || [0, place];
  if (!id && still === place) return;
  const before = /** @type {number[]} */ (fingers.get(moving));
  const gap = (/** @type {number[]} */ a) => Math.hypot(a[0] - still[0], a[1] - still[1]) || 1;
  const middle = [(place[0] + still[0]) / 2, (place[1] + still[1]) / 2];
  view.shift = view.shift.map((value, i) => value + (place[i] - before[i]) / 2);
  view.zoomBy(gap(place) / gap(before), middle);
}

/**
 * Go on with a lasso or a box.
 * @param {MapView} view
 * @param {number[]} from
 * @param {number[]} to
 */
function draw(view, from, to) {
  if (state.tool === "lasso") view.path.push(to);
  else view.path = [from, [to[0], from[1]], to, [from[0], to[1]]];
  view.paintSoon();
}

/** @param {MapView} view */
function chooseWithin(view) {
  const { path, sx, sy, rows } = view, found = [];
  for (let i = 0; i < sx.length; i++) {
    const row = rows ? rows[i] : i;
    if (within(path, sx[i], sy[i]) && !state.off.has(modes[state.colour].codes[row])) found.push(row);
  }
  choose(found, state.tool === "lasso" ? "Within the lasso" : "Within the box");
  showPanel("chosen");
}

/** @param {number[][]} path @param {number} x @param {number} y */
function within(path, x, y) {
  let inside = false;
  for (let i = 0, j = path.length - 1; i < path.length; j = i++) {
    const [ax, ay] = path[i], [bx, by] = path[j];
    if ((ay > y) !== (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** @param {MapView} view @param {KeyboardEvent} event */
function press(view, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = STEP * (view.ratio || 1), arrows = {
    ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
  };
  const key = event.key, way = arrows[/** @type {keyof arrows} */ (key)];
  if (way && view.dims === 3 && !event.shiftKey) view.rotate(way[0] * 0.12, way[1] * 0.12);
  else if (way) view.shift = [view.shift[0] + way[0] * step, view.shift[1] + way[1] * step];
  else if (key === "+" || key === "=") view.zoomBy(1.4);
  else if (key === "-") view.zoomBy(1 / 1.4);
  else if (key === "0") view.frame();
  else if (key === "Enter" || key === " ") return pressed(event, () => pin(middle(view)));
  else if (key.toLowerCase() === "n") return pressed(event, () => next(view));
  else if ("lbm".includes(key.toLowerCase())) {
    return pressed(event, () => setTool({ l: "lasso", b: "box", m: "move" }[key.toLowerCase()] || "move"));
  } else return;
  pressed(event, () => {
    view.keyed = true;
    view.paint();
    const row = middle(view);
    change({ hovered: row });
    if (row >= 0) say(described(row));
  });
}

/** @param {Event} event @param {() => void} act */
function pressed(event, act) {
  event.preventDefault();
  act();
}

/** @param {MapView} view */
function middle(view) {
  return view.rowAt([(view.width || 0) / 2, (view.height || 0) / 2], 3 * NEAR * (view.ratio || 1));
}

/** Pin the nearest training image. @param {MapView} view */
function next(view) {
  const held = state.pinned >= 0 ? state.pinned : state.hovered;
  if (held < 0 || !relations) return;
  pin(relations.near[held * data.shown]);
  view.goTo(state.pinned);
}
