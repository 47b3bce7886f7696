// The image beside the pointer, the one that is pinned, and what one can start with.

/** One sentence on an image. @param {number} row */
function described(row) {
  const label = data.label ? `labelled ${labelOf(row)}, ` : "";
  return `${nameOf(row)}: ${label}in the cluster “${clusterOf(row)}” with ${data.agreement[row]} of its ` +
    `${data.shown} nearest images.`;
}

/** The image that is pointed at, beside the pointer. */
function showTip() {
  const tip = byId("tip"), row = state.hovered;
  tip.hidden = row < 0;
  if (row < 0) return;
  tip.replaceChildren(
    pictureOf(row),
    make("span", {}, make("b", {}, nameOf(row)), make("br"), data.label && `Label ${labelOf(row)}`,
      data.label && make("br"), swatch(colourOf(row)), ` ${clusterOf(row)}`));
  placeTip();
}

function placeTip() {
  const tip = byId("tip"), [x, y] = state.pointer, { width, height } = tip.getBoundingClientRect();
  // Over the map, never over the panel beside it.
  const end = byId("panels").getBoundingClientRect().left || window.innerWidth;
  const left = x + 18 + width > end ? x - 18 - width : x + 18;
  const top = Math.min(Math.max(y - height / 2, 4), window.innerHeight - height - 4);
  tip.style.transform = `translate(${Math.max(left, 4)}px, ${top}px)`;
}

function showImage() {
  const row = state.pinned;
  if (row < 0) {
    welcome();
    return;
  }
  const facts = [
    data.label && ["Label", labelOf(row)],
    ["Cluster", clusterOf(row)],
    ["Nearest images in the same cluster", `${data.agreement[row]} of ${data.shown}`],
    ["Row in the data set", spelled(data.index[row])],
  ].filter(Boolean);
  fill("image", [nameOf(row), isMistaken(row) && make("span", { class: "badge" }, "mistake")],
    make("div", { class: "card" },
      make("div", { class: "portrait" }, pictureOf(row)),
      make("div", {},
        make("dl", {}, ...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
        make("p", { class: "actions" }, action("Unpin", () => pin(-1)),
          action("Show on the map", () => views.forEach((view) => view.goTo(row)))))),
    ...(relations ? surroundings(row) : [failure || "Its neighbours are loading …"]));
}

/** What this is, and ways to start. */
function welcome() {
  const things = whyNoPad() ? "images" : `handwritten ${thingDrawn()}s`;
  const wrong = data.label && byInterest(rowsWhere(isMistaken)), kind = wrong && wrong.length ? "mistakes" : "unsure";
  const shown = kind === "mistakes" ? wrong : byInterest(rowsWhere(isUnsure));
  const way = (/** @type {string} */ title, /** @type {string} */ text, /** @type {() => void} */ act) =>
    action([make("strong", {}, title), make("span", {}, text)], act, { class: "way" });
  const title = `See the ${counted(shown.length, kind === "mistakes" ? "mistake" : "unsure image")}`;
  fill("image", "Start here",
    `Every point is one of the ${things}. Alike ones lie close together, and form islands; each island ` +
      "shows its most typical image. Point at the map to see an image, click to pin it, zoom in until the points " +
      "become images. How far apart two islands lie means little.",
    make("div", { class: "ways" },
      shown.length > 0 && way(title, kind === "mistakes" ? "whose label is not that of their cluster"
        : "of which most neighbours lie in another cluster", () => {
        if (kind === "mistakes") change({ colour: "mistakes", off: new Set() });
        search(kind);
      }),
      !whyNoPad() && way(`Draw a ${thingDrawn()}`, "and see where on the map it lands", () => showPanel("pad")),
      way("Watch t-SNE at work", "as it moves images from disorder into islands", () => {
        showPanel("steps");
        void showSteps().then(play);
      })),
    shown.length > 0 && make("h3", {}, kind === "mistakes" ? "The clearest mistakes" : "The least sure"),
    gallery(shown, 8));
}

/** @param {number} row */
function surroundings(row) {
  const foreign = relations.other[row], medoid = data.medoids[data.cluster[row]];
  return [
    make("h3", {}, "Nearest training images"),
    gallery(nearestOf(row)),
    make("p", { class: "quiet-text" }, row >= data.n_train
      ? `The median of the first ${data.placed_by} put it where it is.`
      : "The map was made of training images, this one among them."),
    make("h3", {}, "For comparison"),
    make("div", { class: "pair" },
      make("figure", {}, thumb(medoid), make("figcaption", {}, `The most typical of “${clusterOf(row)}”`)),
      foreign >= 0 && make("figure", {}, thumb(foreign),
        make("figcaption", {}, `The nearest of another cluster, “${clusterOf(foreign)}”`))),
  ];
}
