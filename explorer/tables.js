// Clusters with their medoids and groups, and the table of labels and clusters.

function showClusters() {
  const n = data.clusters.length, [sizes, labelled, right] = [0, 0, 0].map(() => new Array(n).fill(0));
  for (let row = 0; row < data.n_train; row++) {
    const cluster = data.cluster[row];
    sizes[cluster]++;
    if (!data.label || data.label[row] < 0) continue;
    labelled[cluster]++;
    right[cluster] += Number(!isMistaken(row));
  }
  const order = [...sizes.keys()].sort((a, b) => sizes[b] - sizes[a] || a - b);
  byId("clusters").replaceChildren(
    make("h2", {}, "Clusters"),
    make("p", {}, "Of the training images, by size: the most typical image, then those of the groups that were " +
      "joined to the cluster, the farthest first: what is unusual shows there."),
    ...order.map((cluster) => make("section", { class: "cluster" },
      make("button", {
        type: "button", class: "line",
        onclick: (/** @type {MouseEvent} */ event) => search(`cluster ${cluster}`, event),
      }, swatch(modes.cluster.colours[cluster]), make("strong", {}, data.clusters[cluster]),
      ` ${counted(sizes[cluster], "image")}`,
      labelled[cluster] > 0 && `, ${(100 * right[cluster] / labelled[cluster]).toFixed(1)} % of its label`),
      make("div", { class: "gallery" }, thumb(data.medoids[cluster], "most typical"), make("span", { class: "bar" }),
        ...groupsOf(cluster).map(groupThumb)))));
}

/** Groups of a cluster, the farthest from its medoid first. @param {number} cluster @returns {number[]} */
function groupsOf(cluster) {
  const points = data.maps["2d"], home = data.medoids[cluster];
  const gap = (/** @type {number} */ group) => {
    const row = data.group_medoids[group];
    return Math.hypot(points[2 * row] - points[2 * home], points[2 * row + 1] - points[2 * home + 1]);
  };
  return Array.from(data.group_clusters, (_, group) => group)
    .filter((group) => data.group_clusters[group] === cluster && data.group_medoids[group] >= 0)
    .sort((a, b) => gap(b) - gap(a) || a - b);
}

/** @param {number} group */
function groupThumb(group) {
  const button = thumb(data.group_medoids[group], `group ${group}`);
  button.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    choose(rowsWhere((row) => data.group[row] === group), `Group ${group}`, `group ${group}`, event);
  });
  return button;
}

function showMatrix() {
  const panel = byId("matrix"), title = make("h2", {}, "Labels and clusters");
  if (!data.label) {
    panel.replaceChildren(title, make("p", {}, "These images have no labels."));
    return;
  }
  const place = make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table" });
  const listOf = (/** @type {string[][]} */ ...options) => make("select", { onchange: () => fill() },
    ...options.map(([value, name]) => make("option", { value }, name)));
  const part = listOf(...partsShown().reverse().map((name) => [name, name])), share = make("output");
  const way = listOf(["named", "by majority"], ["matched", "one to one"]);
  const fill = () => {
    const own = rowsWhere((row) => partOf(row) === part.value && data.label[row] >= 0), named = data[way.value];
    const right = own.filter((row) => named[data.cluster[row]] === data.label[row]).length;
    share.textContent = `${percent(right / own.length)} lie in the cluster of their label`;
    place.replaceChildren(matrix(part.value, named));
  };
  panel.replaceChildren(title, make("p", {}, make("label", {}, "Images of ", part),
    " by label (rows) and cluster (columns). Press a number to see its images."), place,
  make("p", {}, share, make("label", {}, ", clusters named ", way)));
  fill();
}

/** @param {string} which @param {number[]} named by cluster its label */
function matrix(which, named) {
  const { classes, clusters } = data;
  const order = clusters.map((/** @type {string} */ _, /** @type {number} */ i) => i).sort(
    (/** @type {number} */ a, /** @type {number} */ b) => ((named[a] + 1 || 999) - (named[b] + 1 || 999)) || a - b);
  const counts = classes.map(() => new Array(clusters.length).fill(0));
  const [from, to] = which === "train" ? [0, data.n_train] : [data.n_train, data.n];
  for (let row = from; row < to; row++) if (data.label[row] >= 0) counts[data.label[row]][data.cluster[row]]++;
  const cell = (/** @type {number} */ label, /** @type {number} */ cluster) => {
    const count = counts[label][cluster], most = Math.max(...counts[label]);
    const kind = named[cluster] === label ? "right" : "wrong", shade = Math.round(40 * Math.sqrt(count / most));
    if (!count) return make("td", {});
    const query = `${which}, label ${classes[label]}, cluster ${cluster}`;
    const name = `label ${classes[label]}, ${clusters[cluster]}: ${count}`;
    return make("td", { class: kind, style: `--shade:${shade}%` },
      action(String(count), (event) => search(query, event), { "aria-label": name }));
  };
  return make("table", {},
    make("thead", {}, make("tr", {}, make("td", {}), ...order.map((/** @type {number} */ cluster) =>
      make("th", { scope: "col" }, clusters[cluster])))),
    make("tbody", {}, ...classes.map((/** @type {string} */ name, /** @type {number} */ label) =>
      make("tr", {}, make("th", { scope: "row" }, name), ...order.map((/** @type {number} */ c) => cell(label, c))))));
}
