// The images that are chosen, and the way home with them.

const LISTED = 120;

/** @param {Set<string>} changed */
function showChosen(changed) {
  if (!["chosen", "title", "images"].some((key) => changed.has(key))) return;
  const panel = part("chosen"), rows = state.chosen;
  if (!rows) {
    panel.replaceChildren(make("p", {}, "Nothing is chosen. Draw a lasso or a box on the map, click a " +
      "cell of the confusion matrix or a cluster, or type into Find."));
    return;
  }
  const isTest = [...rows].filter((row) => row >= data.n_train).length;
  const wrong = data.label ? [...rows].filter(isMistaken).length : 0;
  const words = [
    counted(rows.length - isTest, "training image"),
    data.n > data.n_train && counted(isTest, "test image"),
    data.label && `${wrong.toLocaleString("en")} mistaken`,
  ].filter(Boolean).join(", ");
  panel.replaceChildren(make("div", {},
    make("h2", {}, state.title),
    make("p", {}, `${words}.`),
    make("p", { class: "actions" },
      make("button", { type: "button", id: "csv", onclick: save, disabled: !rows.length }, "Save as CSV"),
      make("button", { type: "button", onclick: () => choose(null) }, "Let go")),
    gallery(rows, LISTED),
    rows.length > LISTED && make("p", { class: "quiet-text" }, `The first ${LISTED} are shown; the CSV has all.`)));
}

function save() {
  const table = tableOf(/** @type {Int32Array} */ (state.chosen));
  download("selection.csv", new Blob([table], { type: "text/csv" }));
  say("Saved as selection.csv.");
}

/**
 * The chosen rows as CSV.
 * @param {ArrayLike<number>} rows
 */
function tableOf(rows) {
  const quoted = (/** @type {string} */ text) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const lines = Array.from(rows, (row) => {
    const first = row < data.n_train ? row : row - data.n_train, cluster = data.cluster[row];
    return [
      partOf(row), first, data.index[row], data.label ? quoted(labelOf(row)) : "", cluster,
      data.named[cluster] >= 0 ? quoted(data.classes[data.named[cluster]]) : "",
      data.maps["2d"][2 * row], data.maps["2d"][2 * row + 1], data.agreement[row] / data.shown,
    ].join(",");
  });
  return ["part,row,index,label,cluster,cluster_label,x,y,confidence", ...lines, ""].join("\n");
}
