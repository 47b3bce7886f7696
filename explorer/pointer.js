// Mouse, touch and keys on a map: move, turn, zoom, point, pin, lasso and box.

const NEAR = 16, STEP = 60, TURNED = 15, TURN = 0.008;
/** The way that each arrow key points. @type {{[key: string]: number[]}} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Where on a canvas something is done, in its pixels. @param {HTMLCanvasElement} canvas @param {MouseEvent} event */
function placeOn(canvas, event) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return [(event.clientX - left) * canvas.width / width, (event.clientY - top) * canvas.height / height];
}

/** @param {MapView} view */
function listenTo(view) {
  const canvas = view.over;
  /** @type {Map<number, number[]>} */ const fingers = new Map();
  let began = [0, 0], isMoved = false;

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    view.keyed = isMoved = false;
    began = placeOn(canvas, event);
    fingers.set(event.pointerId, began);
    view.path = state.tool === "move" || fingers.size > 1 ? [] : [began];
  });

  canvas.addEventListener("pointermove", (event) => {
    const place = placeOn(canvas, event), before = fingers.get(event.pointerId);
    if (!before) {
      pointAt(view, place, [event.clientX, event.clientY]);
      return;
    }
    isMoved ||= Math.hypot(place[0] - began[0], place[1] - began[1]) > 5 * view.ratio;
    if (fingers.size === 2) pinch(view, fingers, event.pointerId, place);
    else if (isMoved && state.tool === "move") drag(view, before, place, event.shiftKey);
    else if (isMoved && view.path.length) extendPath(view, began, place);
    fingers.set(event.pointerId, place);
  });

  const end = (/** @type {PointerEvent} */ event) => {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size || event.type === "pointercancel") {
      isMoved = true;
    } else if (isMoved) {
      if (view.path.length > 2) chooseWithin(view, event);
    } else if (state.tool === "move" || view.path.length) {
      pin(view.rowAt(placeOn(canvas, event), NEAR * view.ratio));
    }
    cancelPath(view);
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("pointerleave", () => !fingers.size && change({ hovered: -1 }));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    view.zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), placeOn(canvas, event));
  }, { passive: false });
  canvas.addEventListener("blur", () => {
    view.keyed = false;
    change({ hovered: -1 });
  });
  canvas.addEventListener("keydown", (event) => press(view, event));
}

/** @param {MapView} view @returns {boolean} whether something was being drawn */
function cancelPath(view) {
  const was = view.path.length > 0;
  view.path = [];
  view.paintSoon();
  return was;
}

/** Unpin, or pin a row and say what it is. @param {number} row */
function pin(row) {
  if (row !== state.pinned) change({ pinned: row, hovered: -1 });
  if (row < 0) return;
  say(described(row), false);
  showPanel("image");
}

/** Pin an image, and bring it into the middle. @param {number} row */
function pinAndShow(row) {
  pin(row);
  for (const view of views) view.goTo(row);
}

/** @param {MapView} view @param {number[]} place @param {number[]} pointer in the window */
function pointAt(view, place, pointer) {
  const row = view.rowAt(place, NEAR * view.ratio);
  state.pointer = pointer;
  if (row !== state.hovered) change({ hovered: row });
  else placeTip();
}

/** @param {MapView} view @param {number[]} from @param {number[]} to @param {boolean} slide */
function drag(view, from, to, slide) {
  const [x, y] = [to[0] - from[0], to[1] - from[1]];
  if (view.dims === 3 && !slide) {
    view.rotate(x * TURN / view.ratio, y * TURN / view.ratio);
    return;
  }
  view.shift = [view.shift[0] + x, view.shift[1] + y];
  view.moved();
}

/** @param {MapView} view @param {Map<number, number[]>} fingers @param {number} moving @param {number[]} place */
function pinch(view, fingers, moving, place) {
  const before = /** @type {number[]} */ (fingers.get(moving));
  const [, still] = /** @type {[number, number[]]} */ ([...fingers].find(([other]) => other !== moving));
  const gap = (/** @type {number[]} */ a) => Math.hypot(a[0] - still[0], a[1] - still[1]) || 1;
  view.shift = view.shift.map((value, i) => value + (place[i] - before[i]) / 2);
  view.zoomBy(gap(place) / gap(before), [(place[0] + still[0]) / 2, (place[1] + still[1]) / 2]);
}

/** Go on with a lasso or a box. @param {MapView} view @param {number[]} from @param {number[]} to */
function extendPath(view, from, to) {
  if (state.tool === "lasso") view.path.push(to);
  else view.path = [from, [to[0], from[1]], to, [from[0], to[1]]];
  view.paintSoon();
}

/** @param {MapView} view @param {PointerEvent} event */
function chooseWithin(view, event) {
  const { path, sx, sy, rows } = view, found = new Int32Array(sx.length), { codes } = modes[state.colour];
  const [left, right] = [Math.min, Math.max].map((most) => most(...path.map(([x]) => x)));
  // Edges by the lines of pixels that they cross, so that a point asks only those at its height.
  const top = Math.floor(Math.min(...path.map(([, y]) => y))), /** @type {number[][]} */ edges = [];
  path.forEach(([bx, by], i) => {
    const [ax, ay] = path[(i || path.length) - 1], last = Math.floor(Math.max(ay, by)) - top;
    for (let line = Math.floor(Math.min(ay, by)) - top; line <= last; line++) (edges[line] ||= []).push(ax, ay, bx, by);
  });
  let n = 0;
  for (let i = 0; i < sx.length; i++) {
    const line = Math.floor(sy[i]) - top, row = rows ? rows[i] : i;
    if (sx[i] < left || sx[i] > right || line < 0 || line >= edges.length) continue;
    if (isWithin(edges[line], sx[i], sy[i]) && !state.off.has(codes[row])) found[n++] = row;
  }
  if (choose(found.subarray(0, n), `In the ${state.tool}`, "", event)) showPanel("selection");
}

/**
 * Whether a point is within a polygon: a line from there crosses its edges an odd number of times.
 * @param {number[]} edges ends of those that the line may cross @param {number} x @param {number} y
 */
function isWithin(edges, x, y) {
  let inside = false;
  for (let k = 0; k < edges.length; k += 4) {
    const ax = edges[k], ay = edges[k + 1], by = edges[k + 3];
    if ((ay > y) !== (by > y) && x < (edges[k + 2] - ax) * (y - ay) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** @param {MapView} view @param {KeyboardEvent} event */
function press(view, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase(), way = ARROWS[event.key], tool = { l: "lasso", b: "box", m: "move" }[key];
  const step = view.ratio * (view.dims === 3 ? TURNED : STEP), times = { "+": 1.4, "=": 1.4, "-": 1 / 1.4 }[key];
  const isMove = way || times || key === "0";
  if (way) drag(view, way.map((value) => value * step), [0, 0], event.shiftKey);
  else if (times) view.zoomBy(times);
  else if (key === "0") view.frame();
  else if (key === "enter" || key === " ") pin(rowInMiddle(view));
  else if (key === "n") pinNearest(view);
  else if (tool) setTool(tool);
  else return;
  event.preventDefault();
  if (!isMove) return;
  view.keyed = true;
  view.paint();
  const box = view.over.getBoundingClientRect(), row = rowInMiddle(view);
  change({ hovered: row, pointer: [box.left + box.width / 2, box.top + box.height / 2] });
  if (row >= 0) say(described(row), false);
}

/** @param {MapView} view */
const rowInMiddle = (view) => view.rowAt([view.width / 2, view.height / 2], 3 * NEAR * view.ratio);

/** Pin the nearest training image. @param {MapView} view */
function pinNearest(view) {
  const held = state.pinned >= 0 ? state.pinned : state.hovered;
  if (held < 0 || !relations) return;
  pin(nearestOf(held)[0]);
  view.goTo(state.pinned);
}
