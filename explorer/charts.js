// Curves, in SVG: the KL divergence over the iterations, and criteria over the number of clusters.

const WIDE = 360, HIGH = 150, EDGE = { left: 44, right: 8, top: 8, bottom: 30 };
const LINES = ["#3b7dc4", "#e07000", "#0e8f74"];

/** @param {string} tag @param {{[name: string]: any}} values @param {...(Node|string)} children */
function svg(tag, values, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(values)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * @typedef {{name: string, x: number[], y: number[]}} Series
 * @param {string} title
 * @param {string} across
 * @param {Series[]} series
 * @param {number|null} mark a vertical line
 */
function chart(title, across, series, mark = null) {
  const xs = series.flatMap((one) => one.x), ys = series.flatMap((one) => one.y);
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const x = (/** @type {number} */ value) =>
    EDGE.left + (value - x0) / (x1 - x0 || 1) * (WIDE - EDGE.left - EDGE.right);
  const y = (/** @type {number} */ value) =>
    HIGH - EDGE.bottom - (value - y0) / (y1 - y0 || 1) * (HIGH - EDGE.top - EDGE.bottom);
  /** @type {(left: number, top: number, words: string, anchor?: string) => Node} */
  const text = (left, top, words, anchor = "middle") => svg("text", { x: left, y: top, "text-anchor": anchor }, words);
  const picture = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": title },
    svg("path", { class: "axis", d: `M${EDGE.left} ${EDGE.top}V${HIGH - EDGE.bottom}H${WIDE - EDGE.right}` }),
    text(EDGE.left - 4, y(y1) + 4, short(y1), "end"), text(EDGE.left - 4, y(y0), short(y0), "end"),
    text(x(x0), HIGH - 16, short(x0)), text(x(x1), HIGH - 16, short(x1), "end"),
    text((WIDE + EDGE.left) / 2, HIGH - 3, across));
  series.forEach((one, i) => {
    const places = one.x.map((value, j) => [x(value), y(one.y[j])]), colour = LINES[i];
    const points = places.map(([cx, cy]) => `${cx.toFixed(1)},${cy.toFixed(1)}`).join(" ");
    picture.append(svg("polyline", { points, stroke: colour, class: "curve" }));
    places.forEach(([cx, cy], j) => picture.append(svg(
      i ? "rect" : "circle",
      { fill: colour, ...(i ? { x: cx - 2.5, y: cy - 2.5, width: 5, height: 5 } : { cx, cy, r: 2.8 }) },
      svg("title", {}, `${one.name}: ${short(one.y[j])} at ${short(one.x[j])}`))));
  });
  if (mark !== null) {
    picture.append(svg("path", { class: "mark", d: `M${x(mark).toFixed(1)} ${EDGE.top}V${HIGH - EDGE.bottom}` }));
  }
  const key = series.length > 1 && make("p", { class: "key" },
    ...series.map((one, i) => make("span", {}, swatch(LINES[i]), one.name)));
  return make("figure", { class: "chart" }, make("figcaption", {}, title), picture, key);
}

/** @param {number} value */
function short(value) {
  if (Math.abs(value) >= 1e5) return value.toExponential(1).replace("e+", "e");
  return String(Math.round(value * 1000) / 1000);
}

/** @param {{[name: string]: string[]}} table @param {string} name @param {string} across @param {string} up */
const curve = (table, name, across, up) => ({ name, x: table[across].map(Number), y: table[up].map(Number) });

function showNumbers() {
  const { elbow_map: map, elbow_pixels: raw } = data.curves, k = data.clusters.length;
  fill("numbers", "How many clusters?",
    `Measures over the number of clusters, k; none uses a label. A line marks the ${k} in use.`,
    chart("Silhouette: higher is better", "k", [
      curve(map, "KMeans on the map", "k", "silhouette"),
      curve(raw, "KMeans on pixels", "k", "silhouette")], k),
    chart("Inertia on the map: look for the bend", "k", [curve(map, "map", "k", "inertia")], k),
    chart("Davies–Bouldin on the map: lower is better", "k", [curve(map, "map", "k", "davies_bouldin")], k),
    chart("Calinski–Harabasz on the map: higher is better", "k", [curve(map, "map", "k", "calinski_harabasz")], k));
}
