// Names that people give to clusters, groups and selections: what they name, and what to ask next.

/**
 * A cluster or a group by its number, or rows as the address packs them. Names in a file may also
 * concern images that are not shown here; their keys are kept for the next file.
 * @typedef {{name: string, kind: "cluster"|"group"|"rows"|"beyond", of: any}} Naming
 */
// A name given to what comes later here is not overwritten by one given to what comes before.
const FINENESS = ["cluster", "group", "rows"];
const PORTRAYED = 14;
/** By row the place of its name, -1 for none, and how finely it was given. */
const nameTable = { names: /** @type {string[]} */ ([]), codes: new Int16Array(0), fineness: new Int8Array(0) };

/** @param {number} row */
const isNamed = (row) => nameTable.codes[row] >= 0;
/** @param {number} row @returns {string} */
const givenName = (row) => nameTable.names[nameTable.codes[row]];

function applyNamings() {
  const names = [...new Set(state.namings.map((one) => one.name))].sort(inOrderOfNames);
  const codes = new Int16Array(data.n).fill(-1), fineness = new Int8Array(data.n).fill(-1);
  for (const { name, kind, of } of state.namings) {
    const code = names.indexOf(name), own = FINENESS.indexOf(kind);
    const rows = kind === "rows" ? unpackedRows(of) : rowsWhere((row) => own >= 0 && data[kind][row] === of);
    for (const row of rows) if (own >= fineness[row]) [codes[row], fineness[row]] = [code, own];
  }
  Object.assign(nameTable, { names, codes, fineness });
}

/** @param {string} a @param {string} b */
const inOrderOfNames = (a, b) => a.localeCompare(b, "en", { numeric: true });

/** Which names are remembered: of these images in these clusters, until they are forgotten. */
function memory() {
  const mixed = [data.index, data.cluster, data.group].map((codes) =>
    codes.reduce((/** @type {number} */ sum, /** @type {number} */ code) => Math.imul(sum ^ code, 16777619), data.n));
  return `names of ${data.title} ${mixed.join(" ")}`;
}

/** Names given when the page was open before. @returns {Naming[]} */
function rememberedNames() {
  try {
    return JSON.parse(localStorage.getItem(memory()) || "[]");
  } catch {
    return [];
  }
}

/** Rows as one naming. @param {string} name @param {ArrayLike<number>} rows @returns {Naming} */
function namingOf(name, rows) {
  for (const kind of /** @type {("cluster"|"group")[]} */ (["cluster", "group"])) {
    const codes = data[kind], of = codes[rows[0]];
    const isWhole = Array.from(rows).every((row) => codes[row] === of) &&
      rows.length === rowsWhere((row) => codes[row] === of).length;
    if (isWhole) return { name, kind, of };
  }
  return { name, kind: "rows", of: packedRows(rows) };
}

/** Name images, and say what that did. @param {string} text @param {ArrayLike<number>} rows */
function nameImages(text, rows) {
  const name = text.trim(), before = countNamed();
  if (!name || !rows.length) return;
  change({ namings: [...state.namings, namingOf(name, rows)], colour: "name", off: new Set() });
  const after = countNamed(), own = Array.from(rows).filter((row) => givenName(row) === name);
  const kept = rows.length - own.length;
  say(`${counted(own.length, "image")} named ${name}, ${spelled(own.filter(isUnsure).length)} of them unsure` +
    `${kept ? `; ${spelled(kept)} keep the names that they had` : ""}. ` +
    `${spelled(after)} of ${spelled(data.n)} have a name, ${spelled(after - before)} more than before.`);
}

/** A field for a name and a button. @param {ArrayLike<number>} rows @param {string} words */
function nameForm(rows, words) {
  const field = make("input", { list: "names", autocomplete: "off", "aria-label": `${words} …`, required: true });
  return make("form", {
    class: "actions naming", onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      nameImages(field.value, rows);
    },
  }, make("label", { class: "grow" }, words, field), make("button", {}, "Name"));
}

const countNamed = () => nameTable.codes.filter((code) => code >= 0).length;

/**
 * What to ask next: where nothing is named yet, the cluster or, in a cluster that was named in parts,
 * the group whose name decides most images; then the group with most unsure images.
 * @returns {{kind: "cluster"|"group", of: number, rows: number[], isDecided: boolean}|null}
 */
function nextQuestion() {
  const { codes, fineness } = nameTable, groups = data.group_clusters.length;
  const parts = state.namings.filter((one) => one.kind === "group");
  const inParts = new Set(parts.map((one) => data.group_clusters[one.of]));
  const open = { cluster: new Int32Array(data.clusters.length), group: new Int32Array(groups) };
  const unsure = new Int32Array(groups);
  for (let row = 0; row < data.n; row++) {
    const kind = inParts.has(data.cluster[row]) ? "group" : "cluster";
    if (codes[row] < 0) open[kind][data[kind][row]]++;
    else if (fineness[row] < 1 && isUnsure(row)) unsure[data.group[row]]++;
  }
  const [inClusters, inGroups] = [open.cluster, open.group].map((counts) => Math.max(...counts));
  const isDecided = !inClusters && !inGroups, kind = isDecided || inClusters < inGroups ? "group" : "cluster";
  const counts = isDecided ? unsure : open[kind], of = counts.indexOf(Math.max(...counts));
  if (!counts[of]) return null;
  return { kind, of, isDecided, rows: rowsWhere((row) => data[kind][row] === of) };
}

/** Offer the names that there are, and keep those that were given. */
function keepNames() {
  listColours();
  byId("names").replaceChildren(...[...new Set([...nameTable.names, ...data.classes])].map((value) =>
    make("option", { value })));
  try {
    localStorage.setItem(memory(), JSON.stringify(state.namings));
  } catch {
    say("This browser keeps no names: save them as labels.csv.");
  }
}

function showNames() {
  const panel = byId("name"), wasTyping = panel.contains(document.activeElement);
  fill("name", "Name the images", progress(), question(), ...namesSoFar(), ...waysHome());
  if (wasTyping) panel.querySelector("input")?.focus();
}

/** How far one is. */
function progress() {
  const named = rowsWhere(isNamed);
  if (!named.length) {
    return "One name for a whole cluster: the images are known in a few steps. What you name is kept in this " +
      "browser, and goes into a file.";
  }
  const labelled = data.label ? named.filter((row) => data.label[row] >= 0) : [];
  const right = labelled.filter((row) => labelOf(row) === givenName(row)).length;
  return `${spelled(named.length)} of ${counted(data.n, "image")} have a name; ` +
    `${spelled(named.filter(isUnsure).length)} of these are unsure, as most of their neighbours lie in ` +
    `another cluster.${labelled.length ? ` ${percent(right / labelled.length)} are named like their label.` : ""}`;
}

function question() {
  const next = nextQuestion();
  if (!next) return "Nothing is left to ask.";
  const { kind, of, rows, isDecided } = next, unsure = rows.filter(isUnsure);
  const title = kind === "cluster" ? `The cluster “${data.clusters[of]}”`
    : `Group ${of} of the cluster “${data.clusters[data.group_clusters[of]]}”`;
  const why = isDecided ? `named ${givenName(rows[0])}, but ${counted(unsure.length, "image")} of ` +
    `${spelled(rows.length)} unsure. Are they the same?`
    : `a name for it decides ${counted(rows.filter((row) => !isNamed(row)).length, "image")}, more than any ` +
      "other.";
  const shown = kind === "cluster" ? [data.medoids[of], ...groupsOf(of).map((group) => data.group_medoids[group])]
    : [data.group_medoids[of], ...byInterest(isDecided ? unsure : rows)].filter((row) => row >= 0);
  return make("section", { class: "question" }, make("h3", {}, "Next"),
    make("p", {}, make("strong", {}, title), `: ${why}`), gallery(shown, PORTRAYED),
    nameForm(rows, "These are"),
    make("p", { class: "actions" }, action("Select them", () => search(`${kind} ${of}`)),
      kind === "cluster" && make("span", { class: "quiet-text" }, "If they differ, name its groups: see Clusters.")));
}

function namesSoFar() {
  const lines = nameTable.names.map((name, code) => {
    const rows = rowsWhere((row) => nameTable.codes[row] === code);
    return lineOf(modes.name.colours[code], name, rows.length, (event) => {
      if (choose(rows, `Named ${name}`, "", event)) showPanel("selection");
    });
  });
  return lines.length ? [make("h3", {}, "Names so far"), ...lines] : [];
}
