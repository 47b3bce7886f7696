// Start: what opens the page first, the rest when there is time.

const PANELS = {
  image: "Image", selection: "Selection", name: "Name", suspects: "Suspects", clusters: "Clusters", matrix: "Labels",
  steps: "t-SNE", numbers: "How many?", pad: "Draw",
};

/** What a panel does when it is shown. @type {{[id: string]: () => void}} */
const SHOWN = { steps: () => void showSteps(), pad: showPad, suspects: showSuspects };

/**
 * Who listens, in turn, to changes of what.
 * @typedef {typeof state & {arrived: boolean}} Changes @type {[() => void, ...(keyof Changes)[]][]}
 */
const LISTENERS = [
  [makeModes, "namings", "theme"],
  [markFront, "colour", "off", "chosen", "namings"],
  [showBeside, "beside"],
  [() => void showSource(views[0], state.source), "source", "beside"],
  [() => views[1] && void showSource(views[1], state.other), "other", "beside"],
  [fillTools, "source", "other", "beside", "colour", "namings"],
  [showLegend, "colour", "off", "theme", "namings"],
  [showTip, "hovered"],
  [showImage, "pinned", "arrived", "theme"],
  [showSelection, "chosen", "title"],
  [keepNames, "namings"],
  [showNames, "namings", "theme"],
  [remember, ...KEPT],
  [showClusters, "theme"],
  [showNumbers, "theme"],
];

/** @param {string} id */
function showPanel(id) {
  if (id !== "pad" && state.drawn.length) change({ drawn: [] });
  for (const key of Object.keys(PANELS)) {
    byId(key).hidden = key !== id;
    const tab = byId(`tab-${key}`);
    tab.setAttribute("aria-selected", String(key === id));
    tab.tabIndex = key === id ? 0 : -1;
  }
  document.body.classList.add("open");
  byId("panels").scrollTop = 0;
  if (data) SHOWN[id]?.();
}

function setUpPanels() {
  const keys = Object.keys(PANELS), tabs = byId("tabs");
  for (const [id, name] of Object.entries(PANELS)) {
    const tab = action(name, () => {
      // On a phone the panel is a sheet, which its open tab closes.
      if (!byId(id).hidden && document.body.classList.contains("open")) document.body.classList.remove("open");
      else showPanel(id);
    }, { role: "tab", id: `tab-${id}`, "aria-controls": id });
    tabs.append(tab);
    byId(id).setAttribute("role", "tabpanel");
    byId(id).setAttribute("aria-labelledby", tab.id);
  }
  tabs.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = keys.findIndex((key) => byId(key).hidden === false), id = keys[(at + step + keys.length) % keys.length];
    showPanel(id);
    byId(`tab-${id}`).focus();
  });
  showPanel("image");
}

function introduce() {
  const from = data.n > data.n_train ? data.n_train : 0, { accuracy } = data.scores;
  const labelled = data.label ? rowsWhere((row) => row >= from && data.label[row] >= 0) : [];
  const name = (data.title || "Images").split(/[,;:(]/)[0].trim();
  document.title = `${name}: ${counted(data.n, "image")} clustered without labels`;
  document.querySelector("h1")?.replaceChildren(document.title);
  const most = percent(1 - labelled.filter(isMistaken).length / labelled.length);
  const matched = accuracy === undefined ? most : percent(accuracy);
  byId("result").textContent = data.label
    ? `Labels only colour and check the ${data.clusters.length} clusters: ${matched} of the ` +
      `${data.n > data.n_train ? "test " : ""}images lie in the cluster of their label` +
      (most === matched ? "." : `, each label matched with one cluster; ${most} in one where most have their label.`)
    : `${data.clusters.length} clusters were found. There are no labels to check them by.`;
  document.body.classList.toggle("photos", data.form === "embedding" && data.size[0] > 1);
}

async function begin() {
  data = await load("map");
  data.n = data.cluster.length;
  state.namings = rememberedNames();
  makeModes();
  introduce();
  addSources();
  markFront();
  setUpPanels();
  addView("left", "Map of all images: arrows move or turn it, plus and minus zoom, Enter pins the image at the " +
    "cross, N goes to its nearest image");
  setUpTools();
  keepNames();
  showMatrix();
  await follow(location.hash);
  addEventListener("popstate", ({ state: entry }) =>
    (entry?.session === performance.timeOrigin ? recall(past[entry.step]) : void follow(location.hash)));
  document.documentElement.dataset.ready = "map";
  await later();
  relations = await load("neighbors");
  if (!byId("suspects").hidden) showSuspects();
  change({ arrived: true });
  await findImages();
  document.documentElement.dataset.ready = "all";
}

/** Wait until something has been painted. */
const later = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

begin().catch((error) => {
  failure = `${error.message || error}.`;
  if (data) change({ arrived: false });
  byId(data ? "live" : "result").textContent = failure;
  document.documentElement.dataset.ready = "all";
});
