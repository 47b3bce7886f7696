// Start: what opens the page first, the rest when there is time.

const PANELS = {
  image: "Image", chosen: "Chosen", clusters: "Clusters", confusion: "Confusion",
  course: "Course", numbers: "How many?", pad: "Draw",
};

/** What a panel needs when it is first shown. @type {{[id: string]: () => void}} */
const FIRST = { course: showCourse, pad: setUpPad };

/** @param {string} id */
function showPanel(id) {
  if (data && FIRST[id]) {
    FIRST[id]();
    delete FIRST[id];
  }
  for (const key of Object.keys(PANELS)) {
    part(key).hidden = key !== id;
    const tab = part(`tab-${key}`);
    tab.setAttribute("aria-selected", String(key === id));
    tab.tabIndex = key === id ? 0 : -1;
  }
}

function setUpPanels() {
  const keys = Object.keys(PANELS), tabs = part("tabs");
  for (const panel of document.querySelectorAll(".panel")) /** @type {HTMLElement} */ (panel).hidden = true;
  for (const [id, name] of Object.entries(PANELS)) {
    tabs.append(make("button", {
      type: "button", role: "tab", id: `tab-${id}`, "aria-controls": id, onclick: () => showPanel(id),
    }, name));
    part(id).setAttribute("role", "tabpanel");
    part(id).setAttribute("aria-labelledby", `tab-${id}`);
  }
  tabs.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = keys.findIndex((key) => part(key).hidden === false);
    if (!step) return;
    const id = keys[(at + step + keys.length) % keys.length];
    showPanel(id);
    part(`tab-${id}`).focus();
  });
  showPanel("image");
}

async function start() {
  data = await load("map");
  data.n = data.cluster.length;
  const { accuracy } = data.scores;
  part("result").textContent = accuracy === undefined
    ? `${counted(data.n, "image")} in ${data.clusters.length} clusters, without labels`
    : `${(100 * accuracy).toFixed(2)} % of the ${data.n > data.n_train ? "test " : ""}images lie in a cluster ` +
      "of their label; " +
      `${data.clusters.length} clusters of ${counted(data.n, "image")}`;
  document.body.classList.toggle("photos", data.form === "embedding" && data.size[0] > 1);
  makeModes();
  sources.set("2d", { name: "2-D", dims: 2, points: () => data.maps["2d"] });
  sources.set("3d", { name: "3-D", dims: 3, points: () => data.maps["3d"] });
  addCourse();
  markFront();
  const view = new MapView(part("left"), "Map of all images: arrows move or turn it, plus and minus zoom, " +
    "Enter pins the image at the cross, N goes to its nearest image");
  listenTo(view);
  views.push(view);
  setUpPanels();
  listeners.push(showLegend, showImage, showChosen);
  setUpTools();
  showSource(view, "2d");
  change({ colour: state.colour, hovered: -1, chosen: null });
  showClusters();
  showConfusion();
  showNumbers();
  document.documentElement.dataset.ready = "map";
  await later();
  relations = await load("neighbors");
  change({ hovered: state.hovered });
  for (const part of partsShown().reverse()) {
    pixels[part] = (await load(`${part}_images`)).images;
    fillThumbs();
    change(/** @type {any} */ ({ images: part }));
    await later();
  }
  document.documentElement.dataset.ready = "all";
}

/** Wait until something has been painted. */
function later() {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

start().catch((error) => {
  part("result").textContent = String(error.message || error);
  throw error;
});
