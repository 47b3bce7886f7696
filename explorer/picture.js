// A picture file as grey levels, as mnist_clustering/images/decode.py reads it: decoded by the browser, which
// may differ by a shade in JPEGs and where colours are half transparent, and keeps eight bits of deep shades.

const BITS = 22;

/**
 * Grey levels, and how far each is covered; null where all is.
 * @typedef {Plane & {alpha: Uint8Array|null}} Shades
 */

/**
 * Read a picture file, upright and with its colours as they are stored, and shrink a large one.
 * @param {File} file @returns {Promise<Plane>}
 */
async function readPicture(file) {
  const picture = await createImageBitmap(file, { colorSpaceConversion: "none" }).catch(() => {
    throw new Error(`${file.name} is no picture that this browser can read: predict.py knows more kinds`);
  });
  const { width, height } = picture, canvas = new OffscreenCanvas(width, height);
  const ink = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ink.drawImage(picture, 0, 0);
  const words = ink.getImageData(0, 0, width, height).data;
  const plane = (/** @type {Levels} */ of) => onPaper(atWorkingSize(levelsOf(words, height, width, of)));
  const grey = plane(lumaOf), { flaw } = normalise(grey), strongest = flaw && strongestOf(CHANNELS.map(plane));
  return strongest && (flaw === rules.form.BLANK || !normalise(strongest).flaw) ? strongest : grey;
}

/** @typedef {(red: number, green: number, blue: number) => number} Levels @type {Levels[]} */
const CHANNELS = [(red) => red, (red, green) => green, (red, green, blue) => blue];

/** The colour channel whose levels vary most; null where all is grey. @param {Plane[]} channels */
function strongestOf(channels) {
  const levels = channels.map(({ values }) => values);
  const isColoured = Array.from(levels[0]).some((_, i) => {
    const own = levels.map((values) => values[i]);
    return Math.max(...own) - Math.min(...own) > rules.files.GREY;
  });
  const spreads = levels.map((values) => {
    let sum = 0, squares = 0;
    values.forEach((value) => {
      sum += value;
      squares += value ** 2;
    });
    return values.length * squares - sum ** 2;
  });
  return isColoured ? channels[spreads.indexOf(Math.max(...spreads))] : null;
}

/**
 * @param {Uint8ClampedArray} words red, green, blue and alpha of each pixel
 * @param {number} high @param {number} wide @param {Levels} of @returns {Shades}
 */
function levelsOf(words, high, wide, of) {
  const values = new Uint8Array(high * wide), alpha = new Uint8Array(high * wide);
  for (let i = 0, j = 0; i < values.length; i++, j += 4) {
    values[i] = of(words[j], words[j + 1], words[j + 2]);
    alpha[i] = words[j + 3];
  }
  return { values, alpha: alpha.every((share) => share === 255) ? null : alpha, high, wide };
}

/** Luma as Pillow has it. @type {Levels} */
const lumaOf = (red, green, blue) => (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;

/** Shrink to at most 512 pixels; shades count by how far they cover. @param {Shades} picture @returns {Shades} */
function atWorkingSize(picture) {
  const { high, wide, alpha } = picture;
  if (Math.max(high, wide) <= rules.files.WORKING_SIDE) return picture;
  const [tall, broad] = sizeWithin(high, wide);
  const shrink = (/** @type {Uint8Array} */ values) =>
    shrunk(shrunk({ values, high, wide }, broad, 1), tall, 0).values;
  if (!alpha) return { values: shrink(/** @type {Uint8Array} */ (picture.values)), alpha, high: tall, wide: broad };
  const covered = shrink(alpha), shades = shrink(Uint8Array.from(picture.values, (value, i) => {
    const product = value * alpha[i] + 128;
    return ((product >> 8) + product) >> 8;
  }));
  const values = Uint8Array.from(shades, (shade, i) =>
    (covered[i] ? Math.min(Math.floor(255 * shade / covered[i]), 255) : shade));
  return { values, alpha: covered, high: tall, wide: broad };
}

/**
 * The longer side at working size, and the shorter so that the aspect ratio is kept best.
 * @param {number} high @param {number} wide
 */
function sizeWithin(high, wide) {
  const { WORKING_SIDE } = rules.files;
  const aspect = wide / high, upright = aspect <= 1;
  const exact = upright ? WORKING_SIDE * aspect : WORKING_SIDE / aspect;
  const off = (/** @type {number} */ n) =>
    (upright ? Math.abs(aspect - n / WORKING_SIDE) : n && Math.abs(aspect - WORKING_SIDE / n));
  const [low, above] = [Math.floor(exact), Math.ceil(exact)];
  const shorter = Math.max(off(above) < off(low) ? above : low, 1);
  return upright ? [WORKING_SIDE, shorter] : [shorter, WORKING_SIDE];
}

/**
 * Means of boxes along an axis, by weights in whole numbers, as Pillow's resize has them.
 * @param {Plane} plane @param {number} side @param {number} axis
 */
function shrunk(plane, side, axis) {
  const { values: from, high, wide } = plane, n = axis ? wide : high;
  if (n === side) return { ...plane, values: /** @type {Uint8Array} */ (from) };
  const [tall, broad] = axis ? [high, side] : [side, wide];
  const values = new Uint8Array(tall * broad), boxes = boxesOf(n, side), step = axis ? 1 : wide;
  for (let r = 0, i = 0; r < tall; r++) {
    for (let c = 0; c < broad; c++, i++) {
      const { first, weights } = boxes[axis ? c : r], start = axis ? r * wide + first : first * wide + c;
      let sum = 2 ** (BITS - 1);
      for (let k = 0; k < weights.length; k++) sum += weights[k] * from[start + k * step];
      values[i] = Math.min(sum >> BITS, 255);
    }
  }
  return { values, high: tall, wide: broad };
}

/**
 * The pixels whose middles each box holds, and their weights in units of 2 ** -22.
 * @param {number} n @param {number} side
 */
function boxesOf(n, side) {
  const scale = n / side, half = 0.5 * scale, shrink = 1 / scale;
  return Array.from({ length: side }, (_, box) => {
    const centre = (box + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - half + 0.5), 0), end = Math.min(Math.trunc(centre + half + 0.5), n);
    const within = Array.from({ length: end - first }, (empty, k) => {
      const away = (k + first - centre + 0.5) * shrink;
      return Number(away > -0.5 && away <= 0.5);
    });
    const total = within.reduce((sum, one) => sum + one, 0);
    return { first, weights: within.map((one) => Math.trunc(0.5 + one / (total || 1) * 2 ** BITS)) };
  });
}

/** What is transparent takes the shade that stands out from what is drawn. @param {Shades} picture @returns {Plane} */
function onPaper({ values, alpha, high, wide }) {
  if (!alpha) return { values, high, wide };
  let light = 0, covered = 0;
  values.forEach((value, i) => {
    light += value * alpha[i];
    covered += alpha[i];
  });
  const behind = light * 2 > 255 * covered ? 0 : 255;
  const shade = (/** @type {number} */ value, /** @type {number} */ i) =>
    Math.floor((value * alpha[i] + behind * (255 - alpha[i]) + 127) / 255);
  return { values: Uint8Array.from(values, shade), high, wide };
}
