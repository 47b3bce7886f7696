// What is written over a map: names of clusters, rings, lines to neighbours, lasso and cross.

/** @param {MapView} view */
function drawMarks(view) {
  const { marks: pen, width = 0, height = 0, ratio = 1 } = view, colours = themed();
  pen.clearRect(0, 0, width, height);
  pen.lineJoin = "round";
  const at = (/** @type {number} */ row) => {
    const i = view.placeOf(row);
    return i < 0 ? null : [view.sx[i], view.sy[i]];
  };
  if (view.side < 2 * ROOM * ratio) names(view, colours);
  const held = state.pinned >= 0 ? state.pinned : state.hovered;
  const home = held >= 0 ? at(held) : null;
  if (home && relations) {
    const { near, other } = relations, shown = data.shown;
    pen.strokeStyle = colours.ink;
    for (const row of near.subarray(held * shown, (held + 1) * shown)) line(pen, home, at(row), ratio);
    pen.setLineDash([4 * ratio, 3 * ratio]);
    if (other[held] >= 0) line(pen, home, at(other[held]), ratio);
    pen.setLineDash([]);
  }
  for (const [row, radius] of [[state.hovered, 7], [state.pinned, 9]]) {
    const place = row >= 0 ? at(row) : null;
    if (place) ring(pen, place, radius * ratio, ratio, colours);
  }
  if (view.star) ring(pen, view.screen(view.star), 11 * ratio, 2 * ratio, colours, true);
  if (view.path.length > 1) {
    pen.beginPath();
    view.path.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
    pen.fillStyle = `${colours.ink}22`;
    pen.fill();
    pen.lineWidth = 1.5 * ratio;
    pen.strokeStyle = colours.ink;
    pen.stroke();
  }
  if (view.keyed) cross(pen, width / 2, height / 2, ratio, colours);
}

/**
 * Of each cluster the point nearest to the mean of its points, where the medoid may not be among them.
 * @param {Float32Array} points
 * @param {number} dims
 * @param {Int32Array} rows
 */
function middles(points, dims, rows) {
  const count = data.clusters.length, sums = new Float64Array(count * dims), sizes = new Int32Array(count);
  rows.forEach((row, i) => {
    const cluster = data.cluster[row];
    sizes[cluster]++;
    for (let axis = 0; axis < dims; axis++) sums[cluster * dims + axis] += points[i * dims + axis];
  });
  const found = new Int32Array(count).fill(-1), nearest = new Float64Array(count).fill(Infinity);
  rows.forEach((row, i) => {
    const cluster = data.cluster[row];
    let away = 0;
    for (let axis = 0; axis < dims; axis++) {
      away += (points[i * dims + axis] - sums[cluster * dims + axis] / sizes[cluster]) ** 2;
    }
    if (away < nearest[cluster]) [nearest[cluster], found[cluster]] = [away, i];
  });
  return found;
}

/** @param {MapView} view @param {{ink: string, halo: string}} colours */
function names(view, colours) {
  const pen = view.marks, ratio = view.ratio || 1;
  pen.font = `600 ${12.5 * ratio}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineWidth = 4 * ratio;
  Array.from(view.anchors).forEach((point, cluster) => {
    if (point < 0) return;
    const name = data.clusters[cluster], x = view.sx[point], y = view.sy[point];
    pen.strokeStyle = `${colours.halo}d0`;
    pen.strokeText(name, x, y);
    pen.fillStyle = colours.ink;
    pen.fillText(name, x, y);
  });
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number[]} from
 * @param {number[]|null} to
 * @param {number} ratio
 */
function line(pen, from, to, ratio) {
  if (!to) return;
  pen.lineWidth = ratio;
  pen.globalAlpha = 0.7;
  pen.beginPath();
  pen.moveTo(from[0], from[1]);
  pen.lineTo(to[0], to[1]);
  pen.stroke();
  pen.globalAlpha = 1;
  pen.beginPath();
  pen.arc(to[0], to[1], 3.5 * ratio, 0, 7);
  pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number[]} place
 * @param {number} radius
 * @param {number} ratio
 * @param {{ink: string, halo: string}} colours
 */
function ring(pen, place, radius, ratio, colours, full = false) {
  for (const [width, colour] of /** @type {[number, string][]} */ ([[5, colours.halo], [2.5, colours.ink]])) {
    pen.lineWidth = width * ratio;
    pen.strokeStyle = colour;
    pen.beginPath();
    pen.arc(place[0], place[1], radius, 0, 7);
    pen.stroke();
  }
  if (!full) return;
  pen.fillStyle = colours.ink;
  pen.beginPath();
  pen.arc(place[0], place[1], radius / 3, 0, 7);
  pen.fill();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x
 * @param {number} y
 * @param {number} ratio
 * @param {{ink: string}} colours
 */
function cross(pen, x, y, ratio, colours) {
  pen.lineWidth = 1.5 * ratio;
  pen.strokeStyle = colours.ink;
  pen.beginPath();
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    pen.moveTo(x + dx * 4 * ratio, y + dy * 4 * ratio);
    pen.lineTo(x + dx * 12 * ratio, y + dy * 12 * ratio);
  }
  pen.stroke();
}
