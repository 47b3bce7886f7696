// The bar above the maps, and the legend below.

/** @type {MapView[]} */
const views = [];
/**
 * Maps that can be shown, by key.
 * @type {Map<string, {name: string, dims: number, points: () => Float32Array|Promise<Float32Array>,
 * rows?: () => Int32Array}>}
 */
const sources = new Map();
/** Scores of maps, by their points. @type {WeakMap<Float32Array, number>} */
const scored = new WeakMap();
// Moments of one map, between which the zoom stays.
const MOMENTS = ["2d", "course"];

function setUpTools() {
  const colour = byId("colour"), box = byId("find");
  colour.onchange = () => change({ colour: colour.value, off: new Set() });
  for (const id of /** @type {("source"|"other")[]} */ (["source", "other"])) {
    byId(id).append(...[...sources].map(([key, source]) => make("option", { value: key }, source.name)));
    byId(id).onchange = () => change({ [id]: byId(id).value });
  }
  if (sources.has("original")) state.other = "original";
  byId("beside").onchange = () => change({ beside: byId("beside").checked });
  byId("tool").onchange = () => setTool(byId("tools").elements.tool.value);
  byId("in").onclick = () => views[0].zoomBy(1.5);
  byId("out").onclick = () => views[0].zoomBy(1 / 1.5);
  byId("fit").onclick = () => views.forEach((view) => view.frame());
  byId("tools").onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    search(box.value);
  };
  box.placeholder = `Find ${examples()} …`;
  const hints = [...(data.label ? ["mistakes"] : []), "unsure", ...data.clusters,
    ...(data.label ? data.classes.map((name) => `label ${name}`) : [])];
  byId("hints").append(...hints.map((hint) => make("option", { value: hint })));
  byId("back").onclick = undo;
  byId("theme").onclick = () => setTheme(state.theme === "dark" ? "light" : "dark");
  byId("skip").onclick = (/** @type {Event} */ event) => {
    event.preventDefault();
    byId("panels").focus();
  };
  byId("help").onclick = () =>
    byId("help").setAttribute("aria-expanded", String(!byId("keys").toggleAttribute("hidden")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") cancel();
    else if (event.key === "z" && (event.ctrlKey || event.metaKey) && document.activeElement !== box) undo();
  });
  setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

function listColours() {
  byId("colour").replaceChildren(
    ...Object.entries(modes).map(([key, mode]) => make("option", { value: key }, mode.name)));
  byId("colour").value = state.colour;
}

/** Cancel the lasso, or else unpin, or else clear the selection. */
function cancel() {
  if (views.some(cancelPath)) return;
  if (state.pinned >= 0) pin(-1);
  else if (state.chosen || state.off.size) change({ ...UNSELECTED, off: new Set() });
}

function showBeside() {
  byId("right").hidden = !state.beside;
  if (state.beside && views.length === 1) addView("right", "Second map; keys as on the first");
}

/** Let the tools say what is shown. */
function fillTools() {
  for (const id of /** @type {const} */ (["source", "other", "colour"])) byId(id).value = state[id];
  byId("beside").checked = state.beside;
}

/** @param {string} id @param {string} name */
function addView(id, name) {
  const view = new MapView(byId(id), name);
  listenTo(view);
  views.push(view);
}

/** @param {MapView} view @param {string} key */
async function showSource(view, key) {
  const source = sources.get(key);
  if (!source) return;
  view.wanted = key;
  const points = await source.points();
  // Points that come late do not take the place of what was asked for since.
  if (view.wanted !== key) return;
  const keep = view.source === key || [view.source, key].every((one) => MOMENTS.includes(one));
  view.source = key;
  view.show(points, source.dims, source.rows ? source.rows() : null, keep);
  for (const one of views) caption(one);
}

/** Say over a map what it shows, and beside another how well like stays with like. @param {MapView} view */
function caption(view) {
  const { name = "" } = sources.get(view.source) || {}, n = view.sx.length, codes = data.label || data.cluster;
  const shown = n < data.n ? `${spelled(n)} of ${counted(data.n, "image")}` : counted(n, "image");
  const kind = data.label ? "label" : "cluster", isScored = state.beside && !playing && n > 0;
  const score = isScored
    ? `, ${strideOf(n) > 1 ? "about " : ""}${percent(togetherness(view, codes))} next to one of their ${kind}` : "";
  /** @type {HTMLElement} */ (view.host.querySelector("p")).textContent = `${name}: ${shown}${score}`;
}

/** @param {number} n */
const strideOf = (n) => Math.ceil((n / USUAL) ** (5 / 3));

/**
 * The share of points whose nearest other point has the same code; of many points every few count, in the same time.
 * @param {MapView} view @param {ArrayLike<number>} codes
 */
function togetherness({ points, dims, rows }, codes) {
  const known = scored.get(points);
  if (known !== undefined) return known;
  const n = points.length / dims, order = Int32Array.from({ length: n }, (_, i) => i);
  order.sort((a, b) => points[a * dims] - points[b * dims]);
  let same = 0, nScored = 0;
  for (let at = 0; at < n; at += strideOf(n)) {
    const i = order[at];
    let nearest = -1, least = Infinity;
    // In order of the first coordinate, away from the point, until that alone is too far.
    for (const way of [-1, 1]) {
      for (let to = at + way; to >= 0 && to < n; to += way) {
        if ((points[order[to] * dims] - points[i * dims]) ** 2 >= least) break;
        let gap = 0;
        for (let axis = 0; axis < dims; axis++) gap += (points[order[to] * dims + axis] - points[i * dims + axis]) ** 2;
        if (gap < least) [nearest, least] = [order[to], gap];
      }
    }
    same += Number(nearest >= 0 && codes[rows ? rows[i] : i] === codes[rows ? rows[nearest] : nearest]);
    nScored++;
  }
  scored.set(points, same / nScored);
  return same / nScored;
}

/** @param {string} theme */
function setTheme(theme) {
  document.documentElement.dataset.theme = state.theme = theme;
  byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
  change({ theme });
}

/** @param {string} tool */
function setTool(tool) {
  byId("tools").elements.tool.value = tool;
  change({ tool });
  for (const view of views) view.moved(true);
  say(tool === "move" ? "Drag to move the map." : `Drag a ${tool}; Shift adds, Alt removes, Esc cancels.`);
}

function showLegend() {
  const { names, codes, colours } = modes[state.colour], counts = new Array(names.length).fill(0);
  for (let row = 0; row < data.n; row++) counts[codes[row]]++;
  const legend = byId("legend"), focused = [...legend.children].indexOf(document.activeElement);
  // All may have a name by now.
  const order = [...names.keys()].filter((code) => counts[code] || names[code] !== "no name")
    .sort((a, b) => inOrderOfNames(names[a], names[b]));
  legend.replaceChildren(...order.map((code) => action(
    [swatch(colours[code]), make("span", {}, names[code]), make("small", {}, spelled(counts[code]))],
    // Not by dblclick, which Firefox does not send to a button that the first click replaced.
    (event) => event.detail === 2 ? change({ off: new Set(order.filter((other) => other !== code)) }) : toggle(code),
    { "aria-pressed": !state.off.has(code), title: "Double click for these alone" })));
  if (focused >= 0) legend.children[focused].focus();
}

/** @param {number} code */
function toggle(code) {
  const off = new Set(state.off);
  if (!off.delete(code)) off.add(code);
  change({ off });
  say(`${modes[state.colour].names[code]}: ${off.has(code) ? "greyed out" : "in front"}.`);
}
