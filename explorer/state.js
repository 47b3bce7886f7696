// What is shown, chosen and pointed at. Whoever changes it calls `change`; all views listen.

/**
 * Everything that data/map.js holds; a row an image, those of train first.
 * @type {any}
 */
let data = null;
/** @type {{near: Int32Array, other: Int32Array}|null} */
let relations = null;
/** @type {{train: Uint8Array|null, test: Uint8Array|null}} */
const pixels = { train: null, test: null };

const state = {
  colour: "label",
  /** Entries of the legend that are greyed out. @type {Set<number>} */
  off: new Set(),
  hovered: -1,
  pinned: -1,
  /** Rows that are chosen, in the order in which they are listed. @type {Int32Array|null} */
  chosen: null,
  /** What they are. */
  title: "",
  tool: "move",
  theme: "light",
};
/** Whether an image is in front: neither greyed out nor left out of the choice. */
let front = new Uint8Array(0);

/** @type {((changed: Set<string>) => void)[]} */
const listeners = [];

/**
 * Change the state and tell all views.
 * @param {Partial<typeof state>} values
 */
function change(values) {
  Object.assign(state, values);
  const changed = new Set(Object.keys(values));
  if (["colour", "off", "chosen"].some((key) => changed.has(key))) markFront();
  for (const listen of listeners) listen(changed);
}

function markFront() {
  const { codes } = modes[state.colour];
  const n = data.n;
  if (front.length !== n) front = new Uint8Array(n);
  if (state.chosen) {
    front.fill(0);
    for (const row of state.chosen) front[row] = 1;
  } else front.fill(1);
  if (state.off.size) for (let i = 0; i < n; i++) if (state.off.has(codes[i])) front[i] = 0;
}

/**
 * Choose rows under a title, or none.
 * @param {ArrayLike<number>|null} rows
 * @param {string} title
 */
function choose(rows, title = "") {
  change({ chosen: rows && Int32Array.from(rows), title });
  if (rows) say(`${title}: ${counted(rows.length, "image")}.`);
}

/** @param {(row: number) => boolean} test */
function rowsWhere(test) {
  const rows = [];
  for (let row = 0; row < data.n; row++) if (test(row)) rows.push(row);
  return rows;
}

/** @param {number} row */
function partOf(row) {
  return row < data.n_train ? "train" : "test";
}

/** @param {number} row */
function nameOf(row) {
  const part = partOf(row);
  return `${part} image ${(part === "train" ? row : row - data.n_train).toLocaleString("en")}`;
}

/** @param {number} row */
function isMistaken(row) {
  return data.label !== null && data.label[row] >= 0 && data.label[row] !== data.named[data.cluster[row]];
}

/** The parts that are shown: none but train where it is tested on itself. @returns {("train"|"test")[]} */
function partsShown() {
  return data.n > data.n_train ? ["train", "test"] : ["train"];
}

/** @param {number} row */
function labelOf(row) {
  return data.label && data.label[row] >= 0 ? data.classes[data.label[row]] : "none";
}

/** @param {number} n @param {string} thing */
function counted(n, thing) {
  return `${n.toLocaleString("en")} ${thing}${n === 1 ? "" : "s"}`;
}

/**
 * The pixels of an image, or null while they are not there yet.
 * @param {number} row
 */
function pixelsOf(row) {
  const part = partOf(row);
  const all = pixels[/** @type {"train"|"test"} */ (part)];
  const own = part === "train" ? row : row - data.n_train;
  const size = data.size[0] * data.size[1];
  return all && all.subarray(own * size, (own + 1) * size);
}

/**
 * Say something to those who do not see the map.
 * @param {string} text
 */
function say(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}
