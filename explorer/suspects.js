// Images whose label is at odds with their cluster and their neighbours, most certain first.

const SHOWN_SUSPECTS = 40, EVIDENCE = 5;

/**
 * A certainty for each comes with the data, where it was computed there; else it is the share of the
 * nearest training images that have the suggested label, ties by how far the image lies from its own.
 * @typedef {{row: number, suggested: number, certainty: number}} Suspect
 * @returns {Suspect[]}
 */
function suspectsFound() {
  if (data.suspects) {
    const { rows, suggested, certainty } = data.suspects;
    return Array.from(rows, (row, i) => ({ row, suggested: suggested[i], certainty: certainty[i] }));
  }
  return rowsWhere(isMistaken).map((row) => {
    const suggested = data.named[data.cluster[row]];
    return { row, suggested, certainty: withLabel(row, suggested).length / data.shown };
  }).filter((one) => one.suggested >= 0).sort((a, b) =>
    b.certainty - a.certainty || data.misplaced[b.row] - data.misplaced[a.row] || a.row - b.row);
}

/** The nearest training images that have a label. @param {number} row @param {number} label @returns {number[]} */
function withLabel(row, label) {
  const { near } = /** @type {NonNullable<typeof relations>} */ (relations);
  return [...near.subarray(row * data.shown, (row + 1) * data.shown)].filter((other) => data.label[other] === label);
}

function showSuspects() {
  const panel = byId("suspects"), title = make("h2", {}, "Suspects");
  if (!data.label || !relations) {
    panel.replaceChildren(title, make("p", {}, data.label ? failure || "Their neighbours are loading …"
      : "There are no labels that could be wrong."));
    return;
  }
  const found = suspectsFound(), list = make("div", {}, ...found.slice(0, SHOWN_SUSPECTS).map(suspectCard));
  const more = action("Show more", () => {
    list.append(...found.slice(list.children.length).slice(0, SHOWN_SUSPECTS).map(suspectCard));
    more.hidden = list.children.length === found.length;
  }, { hidden: found.length <= SHOWN_SUSPECTS });
  panel.replaceChildren(title,
    make("p", {}, `${counted(found.length, "image")} in a cluster of another label; those whose neighbours say so ` +
      "most come first. Beside each, the nearest images with the suggested label."),
    make("p", { class: "actions" },
      action("Select all", () => choose(found.map((one) => one.row), "Suspects")),
      action("Save suspects.csv", () => download("suspects.csv", tableOfSuspects(found)), { disabled: !found.length })),
    list, more);
}

/** @param {Suspect} suspect */
function suspectCard({ row, suggested, certainty }) {
  const name = data.classes[suggested], agreeing = withLabel(row, suggested);
  return make("section", { class: "suspect" },
    make("div", { class: "gallery" }, thumb(row), make("span", { class: "bar" }), ...agreeing.slice(0, EVIDENCE).map(
      (other) => thumb(other))),
    make("p", { class: "actions" },
      make("span", {}, "Labelled ", make("strong", {}, labelOf(row)), ", rather ", make("strong", {}, name),
        `: ${data.suspects ? `${percent(certainty)} certain, ` : ""}${agreeing.length} of ${data.shown} nearest`),
      action(`Name it ${name}`, () => nameImages(name, [row]))));
}

/** @param {Suspect[]} found */
const tableOfSuspects = (found) => csvOf([
  ["part", "row", "index", "label", "suggested", "certainty", "cluster", "nearest_that_agree"],
  ...found.map(({ row, suggested, certainty }) => [
    partOf(row), numberOf(row), data.index[row], labelOf(row), data.classes[suggested], certainty, data.cluster[row],
    withLabel(row, suggested).length,
  ])]);
