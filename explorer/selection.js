// The images that are selected, and the way home with them.

const LISTED = 120;

function showSelection() {
  const rows = state.chosen;
  if (!rows) {
    fill("selection", "Selection", "Nothing is selected. Draw a lasso or a box on the map, press a number under " +
      "Labels or a cluster, or type into Find.");
    return;
  }
  const nTest = rows.filter((row) => row >= data.n_train).length;
  const words = [
    counted(rows.length - nTest, "training image"),
    data.n > data.n_train && counted(nTest, "test image"),
    data.label && counted(rows.filter(isMistaken).length, "mistake"),
  ].filter(Boolean).join(", ");
  fill("selection", state.title,
    `${words}${rows.length > 1 ? ". Those most at odds with their neighbours come first" : ""}.`,
    make("p", { class: "actions" },
      action("Clear", () => change(UNSELECTED)),
      action("Show on the map", () => views.forEach((view) => view.fit(rows))),
      action("Save as CSV", () => download("selection.csv", tableOf(rows)))),
    nameForm(rows, "Label these as"), ...growing(rows, LISTED, thumb, "gallery"));
}

/** Rows as CSV. @param {ArrayLike<number>} rows */
const tableOf = (rows) => csvOf([
  ["part", "row", "index", "label", "cluster", "cluster_label", "x", "y", "confidence"],
  ...Array.from(rows, (row) => [
    partOf(row), numberOf(row), data.index[row], data.label ? labelOf(row) : "", data.cluster[row],
    data.classes[data.matched[data.cluster[row]]] ?? "", data.maps["2d"][2 * row], data.maps["2d"][2 * row + 1],
    data.agreement[row] / data.shown,
  ])]);
