// What is shown, selected and pointed at. Whoever changes it calls `change`; all views listen.

/**
 * Everything that data/map.js holds; a row an image, those of train first. There may be no labels.
 * @type {{[name: string]: any, size: [number, number], label: Int16Array, blocks: string[], classes: string[],
 * clusters: string[]}}
 */
let data;
/** The nearest of each image, once they have come. @type {{near: Int32Array, other: Int32Array}} */
let relations;
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
  /** @type {Naming[]} */ namings: [],
  /** Training images nearest to what is drawn on the pad. @type {number[]} */
  drawn: [],
};
const UNSELECTED = { chosen: null, title: "", query: "" };
const BACK = 0, FRONT = 1, LOUD = 2;
/** Of each image: greyed out, in front, or one of those that matter most, which lie on top. */
let front = new Uint8Array(0);
let nLoud = 0;

/** Change the state and tell all who listen. @param {Partial<Changes>} values */
function change(values) {
  Object.assign(state, values);
  for (const [act, ...keys] of LISTENERS) if (keys.some((key) => key in values)) act();
  for (const view of views) view.paintSoon();
}

function markFront() {
  const { codes, loud, names } = modes[state.colour], { chosen, off } = state;
  const isOff = Uint8Array.from(names, (_, code) => Number(off.has(code)));
  front = new Uint8Array(data.n).fill(chosen ? BACK : FRONT);
  for (const row of chosen || []) front[row] = LOUD;
  nLoud = 0;
  for (let row = 0; row < data.n; row++) {
    if (isOff[codes[row]]) front[row] = BACK;
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
  const before = state.chosen, mixed = before !== null && (shiftKey || altKey);
  let kept = rows, found = { title, query };
  if (mixed) {
    const isGiven = new Uint8Array(data.n);
    for (const row of Array.from(rows)) isGiven[row] = 1;
    const others = before.filter((row) => !isGiven[row]);
    kept = shiftKey ? [...others, ...Array.from(rows)] : others;
    found = { title: "Selected images", query: "" };
  }
  change(kept.length ? { chosen: byInterest(kept), ...found } : UNSELECTED);
  const how = mixed ? shiftKey ? " added" : " removed" : "";
  say(kept.length ? `${title}${how}: ${counted(kept.length, "image")} selected.` : "Nothing is selected.");
  return true;
}

/**
 * Sort rows: far from a cluster of their label first, then unlike their neighbours. There may be
 * hundreds of thousands, but only those far away are compared: the rest is counted.
 * @param {ArrayLike<number>} rows
 */
function byInterest(rows) {
  const { misplaced, agreement } = data, order = Int32Array.from(rows).sort();
  const starts = new Int32Array(data.shown + 3);
  const place = (/** @type {number} */ row) => (misplaced[row] > 0 ? 0 : agreement[row] + 1);
  for (let i = 0; i < order.length; i++) starts[place(order[i]) + 1]++;
  const nFar = starts[1], sorted = new Int32Array(order.length);
  for (let k = 1; k < starts.length; k++) starts[k] += starts[k - 1];
  for (let i = 0; i < order.length; i++) sorted[starts[place(order[i])]++] = order[i];
  sorted.subarray(0, nFar).sort((a, b) => misplaced[b] - misplaced[a] || agreement[a] - agreement[b] || a - b);
  return sorted;
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
const nameOf = (row) => `${row < data.n_train ? "Training" : "Test"} image ${spelled(numberOf(row))}`;

/** @param {number} row */
function isMistaken(row) {
  return data.label !== null && data.label[row] >= 0 && data.label[row] !== data.named[data.cluster[row]];
}

/** Whether most neighbours lie in another cluster. @param {number} row */
const isUnsure = (row) => data.agreement[row] * 2 <= data.shown;

/** The parts that are shown: none but train where it is tested on itself. @returns {string[]} */
const partsShown = () => data.n > data.n_train ? ["train", "test"] : ["train"];
/** @param {number} row */
const labelOf = (row) => data.label && data.label[row] >= 0 ? data.classes[data.label[row]] : "none";
/** The nearest training images. @param {number} row */
const nearestOf = (row) => relations.near.subarray(row * data.shown, (row + 1) * data.shown);
/** @param {number} row */
const clusterOf = (row) => data.clusters[data.cluster[row]];
/** @param {number} n */
const spelled = (n) => n.toLocaleString("en");
/** @param {number} n @param {string} noun */
const counted = (n, noun) => `${spelled(n)} ${noun}${n === 1 ? "" : "s"}`;
/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(2)} %`;

/** Say something to those who do not see the map, and on the map. @param {string} text */
function say(text, isShown = true) {
  byId("live").textContent = text;
  byId("live").className = isShown ? "" : "quiet";
}
