// Clusters with their medoids and groups, and the confusion matrix.

function showClusters() {
  const panel = part("clusters"), sizes = new Array(data.clusters.length).fill(0);
  const labelled = [...sizes], right = [...sizes];
  for (let i = 0; i < data.n_train; i++) {
    sizes[data.cluster[i]]++;
    if (!data.label || data.label[i] < 0) continue;
    labelled[data.cluster[i]]++;
    if (!isMistaken(i)) right[data.cluster[i]]++;
  }
  const order = sizes.map((_, i) => i).sort((a, b) => sizes[b] - sizes[a] || a - b);
  panel.replaceChildren(
    make("p", {}, "Clusters of the training images by size: the medoid, then the medoids of the groups " +
      "that were merged to the cluster, the one farthest from it first: what is unusual shows there."),
    ...order.map((cluster) => make("section", { class: "cluster" },
      make("button", { type: "button", class: "line", onclick: () => chooseCluster(cluster) },
        swatch(modes.cluster.colours[cluster]), make("strong", {}, data.clusters[cluster]),
        ` ${counted(sizes[cluster], "image")}`,
        labelled[cluster] > 0 && `, ${(100 * right[cluster] / labelled[cluster]).toFixed(1)} % of its label`),
      make("div", { class: "gallery" }, thumb(data.medoids[cluster], "medoid"), make("span", { class: "bar" }),
        ...groupsOf(cluster).map(groupThumb)))));
}

/** @param {number} cluster */
function chooseCluster(cluster) {
  choose(rowsWhere((row) => data.cluster[row] === cluster), `Cluster ${data.clusters[cluster]}`);
  showPanel("chosen");
}

/** Groups of a cluster, the farthest from its medoid first. @param {number} cluster */
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
  const button = thumb(data.group_medoids[group], `medoid of group ${group}`);
  button.addEventListener("click", () => choose(
    rowsWhere((row) => data.group[row] === group),
    `Group ${group} of cluster ${data.clusters[data.group_clusters[group]]}`));
  return button;
}

function showConfusion() {
  const panel = part("confusion");
  if (!data.label) {
    panel.replaceChildren(make("p", {}, "These images have no labels."));
    return;
  }
  const select = make("select", { onchange: () => fill(select.value) },
    ...partsShown().reverse().map((name) => make("option", { value: name }, name)));
  const place = make("div", { class: "scroll" });
  const fill = (/** @type {string} */ which) => place.replaceChildren(matrix(which));
  panel.replaceChildren(make("p", {}, make("label", {}, "Images of ", select),
    " by label (rows) and cluster (columns). Press a number to see its images."), place);
  fill(select.value);
}

/** @param {string} which */
function matrix(which) {
  const { classes, clusters, named } = data;
  const order = clusters.map((/** @type {string} */ _, /** @type {number} */ i) => i).sort(
    (/** @type {number} */ a, /** @type {number} */ b) =>
      ((named[a] + 1 || 999) - (named[b] + 1 || 999)) || a - b);
  const counts = classes.map(() => new Array(clusters.length).fill(0));
  const [from, to] = which === "train" ? [0, data.n_train] : [data.n_train, data.n];
  for (let i = from; i < to; i++) if (data.label[i] >= 0) counts[data.label[i]][data.cluster[i]]++;
  const cell = (/** @type {number} */ label, /** @type {number} */ cluster) => {
    const count = counts[label][cluster];
    const total = counts[label].reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0) || 1;
    const shade = Math.round(100 * Math.sqrt(count / total));
    const kind = named[cluster] === label ? "right" : "wrong";
    if (!count) return make("td", {});
    return make("td", { class: kind, style: `--shade:${shade}%` }, make("button", {
      type: "button", "aria-label": `label ${classes[label]}, cluster ${clusters[cluster]}: ${count}`,
      onclick: () => {
        const rows = rowsWhere((row) => row >= from && row < to && data.label[row] === label &&
          data.cluster[row] === cluster).sort((a, b) => data.misplaced[b] - data.misplaced[a] || a - b);
        choose(rows, `${which}: label ${classes[label]} in ${clusters[cluster]}`);
        showPanel("chosen");
      },
    }, String(count)));
  };
  return make("table", { class: "matrix" },
    make("thead", {}, make("tr", {}, make("td", {}), ...order.map((/** @type {number} */ c) =>
      make("th", { scope: "col" }, clusters[c].replace(" · ", "\n"))))),
    make("tbody", {}, ...classes.map((/** @type {string} */ name, /** @type {number} */ label) =>
      make("tr", {}, make("th", { scope: "row" }, name), ...order.map((/** @type {number} */ c) => cell(label, c))))));
}
