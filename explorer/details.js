// The image that is pinned or pointed at: what it is, and what lies around it.

/**
 * One sentence on an image, for those who do not see it.
 * @param {number} row
 */
function described(row) {
  const label = data.label ? `labelled ${labelOf(row)}, ` : "";
  const wrong = isMistaken(row) ? ", mistaken" : "";
  return `${nameOf(row)}: ${label}in cluster ${data.clusters[data.cluster[row]]}${wrong}, with ` +
    `${data.agreement[row]} of its ${data.shown} nearest images.`;
}

/** @param {Set<string>} changed */
function showImage(changed) {
  if (!["pinned", "hovered", "images"].some((key) => changed.has(key))) return;
  const row = state.hovered >= 0 ? state.hovered : state.pinned, panel = part("image");
  if (row < 0) {
    panel.replaceChildren(welcome());
    return;
  }
  const label = data.label && ["Label", labelOf(row)];
  const misplaced = data.misplaced && data.misplaced[row];
  const facts = [
    label,
    ["Cluster", data.clusters[data.cluster[row]]],
    ["Nearest images in it", `${data.agreement[row]} of ${data.shown}`],
    ["Place", positionOf(row)],
    ["Row in the data set", data.index[row].toLocaleString("en")],
    misplaced > 0 && ["Misplaced by", `${(misplaced / 1024).toFixed(1)} units of the map`],
  ].filter(Boolean);
  const first = nameOf(row);
  panel.replaceChildren(
    make("div", { class: "card" },
      make("div", { class: "portrait" }, thumb(row)),
      make("div", {},
        make("h2", {}, first[0].toUpperCase() + first.slice(1),
          isMistaken(row) && make("span", { class: "badge" }, "mistaken"),
          row === state.pinned && make("span", { class: "quiet" }, " (pinned)")),
        make("dl", {}, ...facts.flatMap(
          ([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
        row === state.pinned && make("button", { type: "button", onclick: () => pin(-1) }, "Let go"))),
    relations ? around(row) : make("p", {}, "Its neighbours are loading …"));
}

function welcome() {
  const best = data.misplaced ? mostMisplaced(8) : [];
  return make("div", {},
    make("p", {}, "Point at the map to see an image; click to pin it. Zoom in until points become " +
      "images. Distances between far clusters mean little: only who is near whom counts."),
    best.length > 0 && make("h3", {}, "The most misplaced images"),
    best.length > 0 && make("div", { class: "gallery" }, ...best.map((row) => thumb(row))));
}

/** @param {number} most */
function mostMisplaced(most) {
  const wrong = rowsWhere((row) => data.misplaced[row] > 0);
  return wrong.sort((a, b) => data.misplaced[b] - data.misplaced[a] || a - b).slice(0, most);
}

/** @param {number} row */
function positionOf(row) {
  return [0, 1].map((axis) => data.maps["2d"][2 * row + axis].toFixed(2)).join(", ");
}

/** @param {number} row */
function around(row) {
  const { near, other } = /** @type {NonNullable<typeof relations>} */ (relations);
  const nearest = near.subarray(row * data.shown, (row + 1) * data.shown);
  const placers = data.placed_by, cluster = data.cluster[row];
  const isTest = row >= data.n_train, foreign = other[row];
  return make("div", {},
    make("h3", {}, "Nearest training images"),
    gallery(nearest, nearest.length),
    make("p", {}, isTest
      ? `The median of the first ${placers} put it here.`
      : "A training image: the map itself was fitted to it and these."),
    make("div", { class: "pair" },
      make("figure", {}, thumb(data.medoids[cluster], "medoid"),
        make("figcaption", {}, `Medoid of ${data.clusters[cluster]}`)),
      make("figure", {}, foreign >= 0 ? thumb(foreign) : make("span", { class: "none" }, "–"),
        make("figcaption", {}, foreign >= 0
          ? `Nearest image of another cluster, ${data.clusters[data.cluster[foreign]]}: what would have to differ`
          : "No image of another cluster is near"))));
}
