// Images whose label is probably wrong, as stage `audit` found them, most certain first.

const SHOWN_SUSPECTS = 40, EVIDENCE = 5;

/** The nearest training images that have a label. @param {number} row @param {number} label @returns {number[]} */
function withLabel(row, label) {
  return [...nearestOf(row)].filter((other) => data.label[other] === label);
}

function showSuspects() {
  if (!data.label || !relations) {
    fill("suspects", "Suspects", data.label ? failure || "Their neighbours are loading …"
      : "There are no labels that could be wrong.");
    return;
  }
  const { rows, suggested, certainty } = data.suspects;
  const found = Array.from(rows, (row, i) => ({ row, suggested: suggested[i], certainty: certainty[i] }));
  fill("suspects", "Suspects",
    `${counted(found.length, "image")} whose label is probably wrong: nearest neighbours and the cluster speak for ` +
      "another. The most certain come first; beside each, the nearest images with the suggested label.",
    make("p", { class: "actions" },
      action("Select all", () => choose(found.map((one) => one.row), "Suspects")),
      action("Save suspects.csv", () => download("suspects.csv", tableOfSuspects(found)), { disabled: !found.length })),
    ...growing(found, SHOWN_SUSPECTS, suspectCard));
}

/** @typedef {{row: number, suggested: number, certainty: number}} Suspect @param {Suspect} suspect */
function suspectCard({ row, suggested, certainty }) {
  const name = data.classes[suggested], agreeing = withLabel(row, suggested);
  return make("section", { class: "suspect" },
    make("div", { class: "gallery" }, thumb(row), make("span", { class: "bar" }),
      ...gallery(agreeing, EVIDENCE).children),
    make("p", { class: "actions" },
      make("span", {}, "Labelled ", make("strong", {}, labelOf(row)), ", rather ", make("strong", {}, name),
        `: ${percent(certainty)} certain, ${agreeing.length} of ${data.shown} nearest`),
      action(`Name it ${name}`, () => nameImages(name, [row]))));
}

/** @param {Suspect[]} found */
const tableOfSuspects = (found) => csvOf([
  ["part", "row", "index", "label", "suggested", "certainty", "cluster", "nearest_that_agree"],
  ...found.map(({ row, suggested, certainty }) => [
    partOf(row), numberOf(row), data.index[row], labelOf(row), data.classes[suggested], certainty, data.cluster[row],
    withLabel(row, suggested).length,
  ])]);
