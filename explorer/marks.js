// What is written over a map: clusters with their medoids, rings, lines to neighbours, lasso and cross.

// So many are ringed one by one. A medoid's picture has at most so many pixels a side, and so many on a map's side.
const RINGED = 50, BADGE = 34, BADGES = 15;

/** @param {MapView} view */
function drawMarks(view) {
  const { marks: pen, width, height, ratio } = view, { ink } = themed();
  pen.clearRect(0, 0, width, height);
  pen.lineJoin = "round";
  pen.strokeStyle = pen.fillStyle = ink;
  view.badges = [];
  if (!view.grid) nameClusters(view);
  const held = state.pinned >= 0 ? state.pinned : state.hovered, home = view.spot(held);
  if (home && relations) {
    for (const row of nearestOf(held)) drawLine(view, home, view.spot(row));
    pen.setLineDash([4 * ratio, 3 * ratio]);
    drawLine(view, home, view.spot(relations.other[held]));
    pen.setLineDash([]);
  }
  const ringed = state.chosen && state.chosen.length <= RINGED ? state.chosen : [];
  const radius = view.grid ? view.grid.side / 2 : 8 * ratio;
  for (const row of ringed) drawRing(view, view.spot(row), radius, colourOf(row));
  for (const row of [state.hovered, state.pinned]) drawRing(view, view.spot(row), radius, ink);
  const star = view.star();
  for (const size of [12, 3]) drawRing(view, star, size * ratio, ink, 2);
  if (view.path.length > 1) {
    pen.beginPath();
    for (const [x, y] of view.path) pen.lineTo(x, y);
    pen.closePath();
    pen.lineWidth = 1.5 * ratio;
    pen.globalAlpha = 0.13;
    pen.fill();
    pen.globalAlpha = 1;
    pen.stroke();
  }
  if (view.keyed) drawCross(view);
}

/**
 * Of each cluster the point nearest to the mean of its points, where the medoid may not be among them.
 * @param {Float32Array} points @param {number} dims @param {Int32Array} rows
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

/** Name the clusters, under pictures of their medoids unless these hide what matters. @param {MapView} view */
function nameClusters(view) {
  const { marks: pen, ratio, rows } = view, { ink, ground } = themed();
  const side = Math.min(BADGE * ratio, view.width / BADGES, view.height / BADGES);
  const pictured = !state.chosen && modes[state.colour].loud === undefined;
  /** @type {number[][]} */ const taken = [];
  pen.font = `600 ${13 * ratio}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  Array.from(view.anchors).forEach((point, cluster) => {
    const [x, y] = [view.sx[point], view.sy[point]], name = data.clusters[cluster];
    const half = Math.max(pen.measureText(name).width, side) / 2;
    const isCovered = taken.some(([across, down, wide]) =>
      Math.abs(across - x) < half + wide && Math.abs(down - y) < 1.6 * side);
    if (point < 0 || isCovered) return;
    taken.push([x, y, half]);
    const row = rows ? rows[point] : point, image = pictured && pixelsOf(row);
    if (image) {
      const [left, top] = [Math.round(x - side / 2), Math.round(y - side / 2)];
      pen.fillStyle = modes.cluster.colours[cluster];
      pen.fillRect(left - 2 * ratio, top - 2 * ratio, side + 4 * ratio, side + 4 * ratio);
      pen.imageSmoothingEnabled = false;
      pen.drawImage(canvasOf(image, data.size, shadesOf(word(ground), word(ink))), left, top, side, side);
      view.badges.push([row, left, top, side]);
    }
    const under = y + (image ? side / 2 + 12 * ratio : 0);
    pen.lineWidth = 4 * ratio;
    pen.strokeStyle = ground;
    pen.strokeText(name, x, under);
    pen.strokeStyle = pen.fillStyle = ink;
    pen.fillText(name, x, under);
  });
}

/** @param {MapView} view @param {number[]} from @param {number[]|null} to */
function drawLine({ marks: pen, ratio }, from, to) {
  if (!to) return;
  pen.lineWidth = ratio;
  pen.beginPath();
  pen.moveTo(from[0], from[1]);
  pen.lineTo(to[0], to[1]);
  pen.stroke();
  pen.beginPath();
  pen.arc(to[0], to[1], 3.5 * ratio, 0, 7);
  pen.stroke();
}

/** @param {MapView} view @param {number[]|null} place @param {number} radius @param {string} colour */
function drawRing({ marks: pen, ratio }, place, radius, colour, bold = 1) {
  if (!place) return;
  pen.beginPath();
  pen.arc(place[0], place[1], radius, 0, 7);
  // In a halo.
  for (const [wide, shade] of /** @type {[number, string][]} */ ([[5, themed().ground], [2.5, colour]])) {
    pen.lineWidth = wide * bold * ratio;
    pen.strokeStyle = shade;
    pen.stroke();
  }
}

/** @param {MapView} view */
function drawCross({ marks: pen, width, height, ratio }) {
  pen.lineWidth = 1.5 * ratio;
  pen.beginPath();
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    pen.moveTo(width / 2 + dx * 4 * ratio, height / 2 + dy * 4 * ratio);
    pen.lineTo(width / 2 + dx * 12 * ratio, height / 2 + dy * 12 * ratio);
  }
  pen.stroke();
}
