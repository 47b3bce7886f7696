// Ways to colour the points: a code for each image, a name and a colour for each code.

/**
 * Images of the code `loud` matter most.
 * @typedef {{name: string, codes: ArrayLike<number>, names: string[], colours: string[], loud?: number}} Mode
 * @type {{[key: string]: Mode}}
 */
const modes = {};
const UNSURE = "#c98a00", WRONG = "#f03c00", TRAIN = "#3b7dc4", TEST = "#e07000";
// Of marks and lines to what they lie on (WCAG 2.2, 1.4.11).
const LEAST_CONTRAST = 3;

/** Make all of them anew for the names that are given, in colours that are seen in the present theme. */
function makeModes() {
  applyNamings();
  const { classes, clusters, n, n_train: nTrain } = data, { quiet } = themed();
  modes.cluster = { name: "cluster", codes: data.cluster, names: clusters, colours: clusterColours() };
  if (data.label) {
    // Images without a label have the code after the last.
    const none = data.label.some((code) => code < 0);
    modes.label = {
      name: "label", codes: data.label.map((code) => (code < 0 ? classes.length : code)),
      names: [...classes, ...(none ? ["no label"] : [])],
      colours: [...classes.map((_, i) => distinct(i)), data.colours.none],
    };
    const wrong = Uint8Array.from({ length: n }, (_, row) => Number(isMistaken(row)));
    modes.mistakes = {
      name: "mistakes", codes: wrong, names: ["cluster of its label", "cluster of another label"],
      colours: [quiet, WRONG], loud: 1,
    };
  }
  delete modes.name;
  const { names, codes } = nameTable;
  if (names.length) {
    const own = names.map((name) => data.classes.indexOf(name));
    modes.name = {
      name: "names", codes: codes.map((code) => (code < 0 ? names.length : code)), names: [...names, "no name"],
      colours: [...own.map((label, i) => distinct(label < 0 ? data.classes.length + i : label)), data.colours.none],
    };
  }
  const steps = data.shown + 1;
  modes.confidence = {
    name: "how sure", codes: data.agreement,
    names: Array.from({ length: steps }, (_, i) => `${i} of ${data.shown}`),
    colours: Array.from({ length: steps }, (_, i) => ramp(1 - i / data.shown)), loud: 0,
  };
  const part = new Uint8Array(n).fill(1, nTrain);
  if (n > nTrain) modes.part = { name: "part", codes: part, names: ["train", "test"], colours: [TRAIN, TEST] };
  for (const mode of Object.values(modes)) mode.colours = mode.colours.map(visibleColour);
  if (!modes[state.colour]) state.colour = "cluster";
}

/** A cluster has the colour of its label; where another has it already, one of its own. @returns {string[]} */
function clusterColours() {
  const taken = new Set();
  let next = data.label ? data.classes.length : 0;
  return data.clusters.map((_, cluster) => {
    const named = data.named[cluster], own = named >= 0 && !taken.has(named) ? named : next++;
    taken.add(own);
    return distinct(own);
  });
}

/** A colour of the palette, or after the last a hue a golden angle on. @param {number} i @returns {string} */
function distinct(i) {
  const palette = data.colours.classes;
  if (i < palette.length) return palette[i];
  const hue = i * 137.508, light = i % 2 ? 0.36 : 0.62;
  const channel = (/** @type {number} */ n) => {
    const k = (n + hue / 30) % 12;
    return light - 0.75 * Math.min(light, 1 - light) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return hex([0, 8, 4].map((n) => 255 * channel(n)));
}

/** The colour of a row's cluster. @param {number} row */
const colourOf = (row) => modes.cluster.colours[data.cluster[row]];
/** From what is sure to what is not, which stands out. @param {number} share from 0 to 1 */
const ramp = (share) => share < 0.5 ? mix(themed().quiet, UNSURE, 2 * share) : mix(UNSURE, WRONG, 2 * share - 1);

/** @param {string} a @param {string} b @param {number} share of b */
function mix(a, b, share) {
  const [from, to] = [rgb(a), rgb(b)];
  return hex(from.map((value, i) => value + (to[i] - value) * share));
}

/** @param {number[]} channels */
const hex = (channels) => `#${channels.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`;
/** @param {string} colour as #rrggbb */
const rgb = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));

/** Relative luminance, as WCAG 2.2 defines it. @param {string} colour */
function luminance(colour) {
  const [r, g, b] = rgb(colour).map((level) => (level <= 10 ? level / 3294.6 : ((level / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {string} a @param {string} b */
function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** A colour, nearer to the ink if it could not be told from the ground. @param {string} colour */
function visibleColour(colour) {
  const { ground, ink } = themed();
  let found = colour;
  for (let share = 0.05; contrast(found, ground) < LEAST_CONTRAST; share += 0.05) found = mix(colour, ink, share);
  return found;
}

/** A colour as a pixel of ImageData seen as Uint32Array. @param {string} colour */
function word(colour) {
  const [r, g, b] = rgb(colour);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** Colours of the page in its present theme. */
function themed() {
  return state.theme === "dark"
    ? { ground: "#0d1117", back: "#272e38", quiet: "#5e6976", ink: "#e6edf3" }
    : { ground: "#ffffff", back: "#e4e7eb", quiet: "#87909c", ink: "#1f2328" };
}
