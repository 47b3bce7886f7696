// The bar above the maps, and the legend below.

/** @type {MapView[]} */
const views = [];
/**
 * Maps that can be shown, by key.
 * @type {Map<string, {name: string, dims: number, points: () => Float32Array|Promise<Float32Array>,
 *   rows?: () => Int32Array}>}
 */
const sources = new Map();

function setUpTools() {
  const colour = part("colour");
  colour.append(...Object.entries(modes).map(([key, mode]) => make("option", { value: key }, mode.name)));
  colour.value = state.colour;
  colour.onchange = () => change({ colour: colour.value, off: new Set() });
  for (const [id, at] of /** @type {[string, number][]} */ ([["source", 0], ["other", 1]])) {
    const select = part(id);
    select.append(...[...sources].map(([key, source]) => make("option", { value: key }, source.name)));
    select.onchange = () => showSource(views[at], select.value);
  }
  part("other").value = sources.has("original") ? "original" : "3d";
  part("beside").onchange = () => showBeside(part("beside").checked);
  for (const input of document.querySelectorAll("input[name=tool]")) {
    input.addEventListener("change", () => setTool(/** @type {HTMLInputElement} */ (input).value));
  }
  part("in").onclick = () => views.forEach((view) => view.zoomBy(1.5));
  part("out").onclick = () => views.forEach((view) => view.zoomBy(1 / 1.5));
  part("all").onclick = () => {
    views.forEach((view) => view.frame());
    change({ chosen: null, off: new Set(), title: "" });
  };
  part("tools").onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    find(part("find").value);
  };
  part("find").onchange = () => find(part("find").value);
  const last = partsShown().pop(), wrong = data.label ? ["mistaken", "most misplaced"] : [];
  part("find").placeholder = [`${last} 5`, data.clusters[0].split(" ")[0], ...wrong.slice(0, 1), "…"].join(", ");
  const hints = [...wrong, "least confident", `${last} 0`, ...data.classes, ...data.clusters];
  part("hints").append(...hints.map((hint) => make("option", { value: hint })));
  part("theme").onclick = () => setTheme(state.theme === "dark" ? "light" : "dark");
  part("help").onclick = () => {
    const open = part("keys").hidden;
    part("keys").hidden = !open;
    part("help").setAttribute("aria-expanded", String(open));
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (state.pinned >= 0) pin(-1);
    else change({ chosen: null, off: new Set(), title: "" });
  });
  setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

/** @param {MapView} view @param {string} key */
function showSource(view, key, keep = false) {
  const source = sources.get(key);
  if (!source) return;
  view.wanted = source;
  // Points that come late do not take the place of what was asked for since.
  const show = (/** @type {Float32Array} */ points) => view.wanted === source &&
    view.show(points, source.dims, source.rows ? source.rows() : null, keep);
  const points = source.points();
  if (points instanceof Promise) points.then(show);
  else show(points);
}

/** @param {boolean} on */
function showBeside(on) {
  part("right").hidden = !on;
  part("beside").checked = on;
  if (on && views.length === 1) {
    const view = new MapView(part("right"), "Second map; keys as on the first");
    listenTo(view);
    views.push(view);
  }
  if (on) showSource(views[1], part("other").value);
}

/** @param {string} theme */
function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  part("theme").textContent = theme === "dark" ? "Light" : "Dark";
  change({ theme });
}

/** @param {string} tool */
function setTool(tool) {
  /** @type {HTMLInputElement} */ (document.querySelector(`input[name=tool][value=${tool}]`)).checked = true;
  change({ tool });
  say(`Tool: ${tool}.`);
}

/**
 * Find what is asked for: a row, a label, a cluster, or a kind of images.
 * @param {string} text
 */
function find(text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return choose(null);
  const row = /^(train|test|row)\s*#?\s*([\d,]+)$/.exec(wanted);
  if (row) return findRow(row[1], Number(row[2].replace(/,/g, "")));
  const kinds = /** @type {{[key: string]: () => number[]}} */ ({
    "least confident": () => leastConfident(200),
    ...(data.label && {
      mistaken: () => rowsWhere(isMistaken), "most misplaced": () => mostMisplaced(200),
    }),
  });
  const cluster = data.clusters.findIndex((/** @type {string} */ name) =>
    [name, name.split(" ")[0]].some((part) => part.toLowerCase() === wanted));
  const label = data.classes.findIndex(
    (/** @type {string} */ name) => name.toLowerCase() === wanted.replace(/^label\s+/, ""));
  if (kinds[wanted]) choose(kinds[wanted](), text);
  else if (cluster >= 0) choose(rowsWhere((i) => data.cluster[i] === cluster), `Cluster ${data.clusters[cluster]}`);
  else if (label >= 0) choose(rowsWhere((i) => data.label[i] === label), `Label ${data.classes[label]}`);
  else {
    choose([], `Nothing is called “${text}”: try ${part("find").placeholder.replace(", …", "")}`);
  }
  showPanel("chosen");
}

/** @param {string} kind @param {number} number */
function findRow(kind, number) {
  const row = kind === "row" ? data.index.indexOf(number) : number + (kind === "test" ? data.n_train : 0);
  const end = kind === "train" ? data.n_train : data.n;
  if (row < 0 || row >= end) {
    choose([], `There is no ${kind} ${number.toLocaleString("en")}`);
    showPanel("chosen");
    return;
  }
  pin(row);
  for (const view of views) view.goTo(row);
}

/** @param {number} most */
function leastConfident(most) {
  const rows = rowsWhere((row) => data.agreement[row] < data.shown);
  return rows.sort((a, b) => data.agreement[a] - data.agreement[b] || a - b).slice(0, most);
}

/** @param {Set<string>} changed */
function showLegend(changed) {
  if (!["colour", "off", "theme"].some((key) => changed.has(key))) return;
  const mode = modes[state.colour], counts = new Map();
  for (let i = 0; i < data.n; i++) counts.set(mode.codes[i], (counts.get(mode.codes[i]) || 0) + 1);
  const legend = part("legend"), focused = [...legend.children].indexOf(document.activeElement);
  legend.replaceChildren(...mode.names.map((name, code) => make("button", {
    type: "button", "aria-pressed": String(!state.off.has(code)),
    title: `${counted(counts.get(code) || 0, "image")}; double click for these alone`,
    onclick: () => toggle(code),
    ondblclick: () => change({ off: new Set(mode.names.map((_, i) => i).filter((i) => i !== code)) }),
  }, swatch(mode.colours[code]), name, make("small", {}, ` ${(counts.get(code) || 0).toLocaleString("en")}`))));
  if (focused >= 0) legend.children[focused].focus();
  part("colour").value = state.colour;
}

/** @param {number} code */
function toggle(code) {
  const off = new Set(state.off);
  if (!off.delete(code)) off.add(code);
  change({ off });
  say(`${modes[state.colour].names[code]} ${off.has(code) ? "greyed out" : "in front"}.`);
}
