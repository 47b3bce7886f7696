// What the page shows, as its address and as its history: Undo, Back and a link bring it back.

/** @type {(keyof typeof state)[]} */
const KEPT = ["pinned", "chosen", "title", "query", "colour", "off", "source", "other", "beside", "namings"];
// More rows than this are no part of the address, but of the history.
const LISTED_ROWS = 2000, PATIENCE = 300;
/** What was shown, by step; the history has only the numbers, for a selection may be large. @type {any[]} */
const past = [];
let steps = 0, isRecalling = false, noting = 0;

function remember() {
  if (isRecalling) return;
  steps++;
  history.pushState(keptState(), "", addressOf());
  byId("back").disabled = false;
}

function keptState() {
  past[steps] = { step: steps, ...Object.fromEntries(KEPT.map((key) => [key, state[key]])) };
  return { step: steps, session: performance.timeOrigin };
}

function undo() {
  if (steps) history.back();
}

/** Bring back what a state of the history, or an address, holds. @param {{[key: string]: any}} values */
function recall({ step = 0, ...values }) {
  isRecalling = true;
  steps = step;
  change(values);
  isRecalling = false;
  byId("back").disabled = !steps;
  if (state.pinned >= 0) showPanel("image");
  else if (state.chosen) showPanel("selection");
}

/** Note the view once it rests. */
function noteView() {
  clearTimeout(noting);
  noting = window.setTimeout(() => history.replaceState(history.state, "", addressOf()), PATIENCE);
}

function addressOf() {
  const words = new URLSearchParams(), { scale, shift, turn, dims, width, height } = views[0];
  const put = (/** @type {string} */ key, /** @type {any} */ value, usual = "") => {
    if (String(value) !== usual) words.set(key, String(value));
  };
  put("map", state.source, "2d");
  if (state.beside) put("beside", state.other);
  put("colour", state.colour, "cluster");
  put("hide", [...state.off].join("."));
  if (state.pinned >= 0) put("pin", `${partOf(state.pinned)}-${numberOf(state.pinned)}`);
  if (state.query) put("select", state.query);
  else if (state.chosen && state.chosen.length <= LISTED_ROWS) put("rows", packedRows(state.chosen));
  const place = [scale, ...shift.map((value) => value / Math.min(width, height)), ...(dims === 3 ? turn : [])];
  put("view", place.map((value) => Number(value.toPrecision(5))).join("_"), "1_0_0");
  return `#${words}`;
}

/** Rows as gaps, in base 36. @param {ArrayLike<number>} rows */
function packedRows(rows) {
  const all = Int32Array.from(rows).sort();
  return Array.from(all, (row, i) => (row - (i ? all[i - 1] : 0)).toString(36)).join(".");
}

/** @param {string} text */
function unpackedRows(text) {
  let row = 0;
  return text.split(".").map((gap) => (row += parseInt(gap, 36)));
}

/** Show what an address asks for; what it names and is not there is left out, and said. @param {string} text */
async function follow(text) {
  const words = new URLSearchParams(text.slice(1)), get = (/** @type {string} */ name) => words.get(name) || "";
  const known = (/** @type {string} */ key, /** @type {string} */ usual) => (sources.has(key) ? key : usual);
  const test = testOf(get("select")), pinned = imageOf(get("pin"));
  const rows = test ? rowsWhere(test)
    : get("rows") ? unpackedRows(get("rows")).filter((row) => row < data.n) : [];
  recall({
    step: steps, source: known(get("map"), "2d"),
    other: known(get("beside"), state.other), beside: sources.has(get("beside")),
    colour: get("colour") in modes ? get("colour") : "cluster",
    off: new Set(get("hide").split(".").filter(Boolean).map(Number)),
    pinned: pinned ?? -1, chosen: rows.length ? byInterest(rows) : null,
    title: test ? titleOf(get("select")) : "Selected images", query: test ? get("select") : "",
  });
  if (pinned === -1 || get("select") + get("rows") && !rows.length) say("Not all that the address names is here.");
  history.replaceState(keptState(), "");
  const [scale, x, y, ...turn] = get("view").split("_").map(Number), view = views[0];
  await showSource(view, state.source);
  if (scale >= 1) {
    const side = Math.min(view.width, view.height);
    Object.assign(view, { scale, shift: [x * side, y * side], ...(turn.length === 9 && { turn }) });
    view.moved();
  } else if (state.pinned >= 0) view.goTo(state.pinned);
}
