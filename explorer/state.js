// What is shown, selected and pointed at. Whoever changes it calls `change`; all views listen.

/** Everything that data/map.js holds; a row an image, those of train first. @type {any} */
let data = null;
/** @type {{near: Int32Array, other: Int32Array}|null} */
let relations = null;
/** @type {{[part: string]: Uint8Array|null}} */
const pixels = { train: null, test: null };
/** Which file is missing, if one is. */
let failure = "";

const state = {
  colour: "cluster",
  /** Entries of the legend that are greyed out. @type {Set<number>} */
  off: new Set(),
  hovered: -1,
  /** Where in the window something is pointed at. */
  pointer: [0, 0],
  pinned: -1,
  /** Rows that are selected, those at odds with their neighbours first. @type {Int32Array|null} */
  chosen: null,
  title: "",
  /** What finds the selection again, or nothing. */
  query: "",
  tool: "move",
  theme: "light",
  source: "2d", other: "3d", beside: false,
  /** Training images nearest to what is drawn on the pad. @type {number[]} */
  drawn: [],
};
const BACK = 0, FRONT = 1, LOUD = 2;
/** Of each image: greyed out, in front, or one of those that matter most, which lie on top. */
let front = new Uint8Array(0);
let nLoud = 0;

/** @type {((changed: Set<string>) => void)[]} */
const listeners = [];

/** Change the state and tell all views. @param {Partial<typeof state> & {images?: string}} values */
function change(values) {
  Object.assign(state, values);
  const changed = new Set(Object.keys(values));
  if (["colour", "off", "chosen"].some((key) => changed.has(key))) markFront();
  for (const listen of listeners) listen(changed);
}

function markFront() {
  const { codes, loud } = modes[state.colour], { chosen, off } = state;
  front = new Uint8Array(data.n).fill(chosen ? BACK : FRONT);
  for (const row of chosen || []) front[row] = LOUD;
  nLoud = 0;
  for (let row = 0; row < data.n; row++) {
    if (off.has(codes[row])) front[row] = BACK;
    else if (!chosen && codes[row] === loud) front[row] = LOUD;
    nLoud += Number(front[row] === LOUD);
  }
}

/**
 * Select images; with Shift they are added to the selection, with Alt taken from it. None change nothing.
 * @param {ArrayLike<number>} rows @param {string} title
 * @param {string} query what finds them again, if anything does
 * @param {{shiftKey?: boolean, altKey?: boolean}} keys
 * @returns {boolean} whether there were any
 */
function choose(rows, title, query = "", { shiftKey = false, altKey = false } = {}) {
  if (!rows.length) {
    say(`${title}: no image${state.chosen ? ". The selection stays" : ""}.`);
    return false;
  }
  const given = Array.from(rows), before = Array.from(state.chosen || []);
  const mixed = before.length > 0 && (shiftKey || altKey);
  let kept = new Set(given), words = title;
  if (mixed) {
    kept = new Set(shiftKey ? [...before, ...given] : before.filter((row) => !kept.has(row)));
    words = `${state.title} ${shiftKey ? "and" : "without"} ${title}`;
  }
  if (!kept.size) unselect();
  else change({ chosen: Int32Array.from(byInterest([...kept])), title: words, query: mixed ? "" : query });
  say(kept.size ? `${words}: ${counted(kept.size, "image")} selected.` : "Nothing is selected.");
  return true;
}

function unselect() {
  change({ chosen: null, title: "", query: "" });
}

/** Sort rows: far from a cluster of their label first, then unlike their neighbours. @param {number[]} rows */
function byInterest(rows) {
  const { misplaced, agreement } = data;
  return rows.sort((a, b) => misplaced[b] - misplaced[a] || agreement[a] - agreement[b] || a - b);
}

/** @param {(row: number) => boolean} test */
function rowsWhere(test) {
  const rows = [];
  for (let row = 0; row < data.n; row++) if (test(row)) rows.push(row);
  return rows;
}

/** @param {number} row */
const partOf = (row) => row < data.n_train ? "train" : "test";
/** @param {number} row within its part */
const numberOf = (row) => row < data.n_train ? row : row - data.n_train;
/** @param {number} row */
const nameOf = (row) => `${row < data.n_train ? "Training" : "Test"} image ${numberOf(row).toLocaleString("en")}`;

/** @param {number} row */
function isMistaken(row) {
  return data.label !== null && data.label[row] >= 0 && data.label[row] !== data.named[data.cluster[row]];
}

/** The parts that are shown: none but train where it is tested on itself. @returns {string[]} */
const partsShown = () => data.n > data.n_train ? ["train", "test"] : ["train"];
/** @param {number} row */
const labelOf = (row) => data.label && data.label[row] >= 0 ? data.classes[data.label[row]] : "none";
/** @param {number} row */
const clusterOf = (row) => data.clusters[data.cluster[row]];
/** @param {number} n @param {string} noun */
const counted = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(2)} %`;

/** The pixels of an image, or null while they are not there yet. @param {number} row */
function pixelsOf(row) {
  const all = pixels[partOf(row)], size = data.size[0] * data.size[1], from = numberOf(row) * size;
  return all && all.subarray(from, from + size);
}

/** Say something to those who do not see the map, and on the map. @param {string} text */
function say(text, isShown = true) {
  byId("live").textContent = text;
  byId("live").className = isShown ? "" : "quiet";
}
