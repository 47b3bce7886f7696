// Ways to colour the points: a code for each image, a name and a colour for each code.

/**
 * @typedef {{name: string, codes: ArrayLike<number>, names: string[], colours: string[]}} Mode
 * @type {{[key: string]: Mode}}
 */
const modes = {};
// Dark to light blue-green-yellow, in which lightness alone tells the order.
const RAMP = ["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39"];
const RIGHT = "#7a8794", WRONG = "#f03c00", TRAIN = "#3b7dc4", TEST = "#e07000";

function makeModes() {
  const { classes, colours, clusters, named, n, n_train: nTrain } = data;
  const colourOf = (/** @type {number} */ code) =>
    code < 0 ? colours.none : colours.classes[code % colours.classes.length];
  if (data.label) {
    // Images without a label have the code after the last.
    const none = data.label.some((/** @type {number} */ code) => code < 0) ? ["no label"] : [];
    const shades = classes.map((/** @type {string} */ _, /** @type {number} */ i) => colourOf(i));
    modes.label = {
      name: "label", codes: data.label.map((/** @type {number} */ code) => (code < 0 ? classes.length : code)),
      names: [...classes, ...none], colours: [...shades, ...none.map(() => colourOf(-1))],
    };
  }
  modes.cluster = {
    name: "cluster", codes: data.cluster, names: clusters,
    colours: clusters.map((/** @type {string} */ _, /** @type {number} */ i) =>
      colourOf(data.label ? named[i] : i)),
  };
  if (data.label) {
    const wrong = new Uint8Array(n);
    for (let i = 0; i < n; i++) wrong[i] = isMistaken(i) ? 1 : 0;
    modes.mistaken = {
      name: "mistaken or not", codes: wrong,
      names: ["in a cluster of its label", "mistaken"], colours: [RIGHT, WRONG],
    };
  }
  const steps = data.shown + 1;
  modes.confidence = {
    name: "confidence", codes: data.agreement,
    names: Array.from({ length: steps }, (_, i) => `${i} of ${data.shown}`),
    colours: Array.from({ length: steps }, (_, i) => ramp(i / data.shown)),
  };
  const part = new Uint8Array(n).fill(1, nTrain);
  if (n > nTrain) modes.part = { name: "part", codes: part, names: ["train", "test"], colours: [TRAIN, TEST] };
  if (!(state.colour in modes)) state.colour = "cluster";
}

/** @param {number} share from 0 to 1 */
function ramp(share) {
  const place = share * (RAMP.length - 1), low = Math.min(Math.floor(place), RAMP.length - 2);
  return mix(RAMP[low], RAMP[low + 1], place - low);
}

/** @param {string} a @param {string} b @param {number} share of b */
function mix(a, b, share) {
  const [from, to] = [rgb(a), rgb(b)];
  const parts = from.map((value, i) => Math.round(value + (to[i] - value) * share));
  return `#${parts.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** @param {string} colour as #rrggbb */
function rgb(colour) {
  return [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
}

/**
 * A colour as a pixel of ImageData seen as Uint32Array.
 * @param {string} colour
 */
function word(colour) {
  const [r, g, b] = rgb(colour);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** Colours of the page in its present theme. */
function themed() {
  return state.theme === "dark"
    ? { ground: "#0d1117", back: "#272e38", ink: "#e6edf3", halo: "#0d1117" }
    : { ground: "#ffffff", back: "#e4e7eb", ink: "#1f2328", halo: "#ffffff" };
}
