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
  fill("clusters", "Clusters",
    "Of the training images, by size: the most typical image, then those of the groups that were joined to the " +
      "cluster, the farthest first: what is unusual shows there.",
    ...order.map((cluster) => make("section", { class: "cluster" },
      lineOf(modes.cluster.colours[cluster], data.clusters[cluster], sizes[cluster],
        (event) => search(`cluster ${cluster}`, event),
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
const groupThumb = (group) => thumb(data.group_medoids[group], `group ${group}`, (event) =>
  choose(rowsWhere((row) => data.group[row] === group), `Group ${group}`, `group ${group}`, event));

function showMatrix() {
  if (!data.label) {
    fill("matrix", "Labels and clusters", "These images have no labels.");
    return;
  }
  const place = make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table" });
  const listOf = (/** @type {string[][]} */ ...options) => make("select", { onchange: () => count() },
    ...options.map(([value, name]) => make("option", { value }, name)));
  const part = listOf(...partsShown().reverse().map((name) => [name, name])), share = make("output");
  const way = listOf(["named", "by majority"], ["matched", "one to one"]);
  const count = () => {
    const own = rowsWhere((row) => partOf(row) === part.value && data.label[row] >= 0), named = data[way.value];
    const right = own.filter((row) => named[data.cluster[row]] === data.label[row]).length;
    share.textContent = `${percent(right / own.length)} lie in the cluster of their label`;
    place.replaceChildren(matrix(part.value, own, named));
  };
  fill("matrix", "Labels and clusters",
    make("p", {}, make("label", {}, "Images of ", part),
      " by label (rows) and cluster (columns). Press a number to see its images."),
    place, make("p", {}, share, make("label", {}, ", clusters named ", way)));
  count();
}

/** @param {string} which @param {number[]} rows @param {number[]} named by cluster its label */
function matrix(which, rows, named) {
  const { classes, clusters } = data;
  const order = [...clusters.keys()].sort((a, b) => ((named[a] + 1 || 999) - (named[b] + 1 || 999)) || a - b);
  const counts = classes.map(() => new Array(clusters.length).fill(0));
  for (const row of rows) counts[data.label[row]][data.cluster[row]]++;
  const cell = (/** @type {number} */ label, /** @type {number} */ cluster) => {
    const count = counts[label][cluster], most = Math.max(...counts[label]);
    const kind = named[cluster] === label ? "right" : "wrong", shade = Math.round(40 * Math.sqrt(count / most));
    if (!count) return make("td");
    const query = `${which}, label ${classes[label]}, cluster ${cluster}`;
    const name = `label ${classes[label]}, ${clusters[cluster]}: ${count}`;
    return make("td", { class: kind, style: `--shade:${shade}%` },
      action(String(count), (event) => search(query, event), { "aria-label": name }));
  };
  return make("table", {},
    make("thead", {}, make("tr", {}, make("td"), ...order.map((c) => make("th", { scope: "col" }, clusters[c])))),
    make("tbody", {}, ...classes.map((name, label) =>
      make("tr", {}, make("th", { scope: "row" }, name), ...order.map((c) => cell(label, c))))));
}
