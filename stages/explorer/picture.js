// A drawing or a plain picture in the form of the training images, in whole numbers: fitted into
// 20 x 20 pixels and centred by mass in 28 x 28, as MNIST's makers did. predict.py takes such an
// image as it is; for photographs it knows more than this page.

const FIELD = 28, BOX = 20, LEAST_CONTRAST = 32;

/**
 * Bring a picture into form, light on dark.
 * @param {Uint8Array} grey
 * @param {number} high
 * @param {number} wide
 * @returns {Uint8Array} of 28 x 28, black where nothing is drawn
 */
function normalise(grey, high, wide) {
  const field = new Uint8Array(data.size[0] * data.size[1]);
  const ink = inkOf(grey, high, wide);
  const box = ink && boundsOf(ink, high, wide);
  if (!ink || !box) return field;
  return centred(shrunk(ink, wide, box), field);
}

/**
 * How far each pixel is from the paper towards the ink, from 0 to 255; null for a blank sheet.
 * @param {Uint8Array} grey
 * @param {number} high
 * @param {number} wide
 */
function inkOf(grey, high, wide) {
  const limit = otsu(grey);
  let light = 0;
  for (let r = 0; r < high; r++) {
    for (let c = 0; c < wide; c += r === 0 || r === high - 1 ? 1 : wide - 1 || 1) {
      light += grey[r * wide + c] > limit ? 1 : -1;
    }
  }
  const onLight = light > 0;
  const paper = middle50(grey, (value) => (value > limit) === onLight);
  const full = middle50(grey, (value) => (value > limit) !== onLight);
  const contrast = Math.abs(full - paper);
  if (contrast < LEAST_CONTRAST) return null;
  return Uint8Array.from(grey, (value) => {
    const share = (onLight ? paper - value : value - paper) * 255;
    return Math.min(Math.max(Math.round(share / contrast), 0), 255);
  });
}

/**
 * Median of the grey levels that pass a test.
 * @param {Uint8Array} grey
 * @param {(value: number) => boolean} test
 */
function middle50(grey, test) {
  const counts = new Uint32Array(256);
  for (const value of grey) counts[value]++;
  const total = counts.reduce((sum, count, value) => sum + (test(value) ? count : 0), 0);
  for (let value = 0, seen = 0; value < 256; value++) {
    if (test(value)) seen += counts[value];
    if (total && 2 * seen >= total) return value;
  }
  return test(255) ? 255 : 0;
}

/**
 * The grey level that best parts dark pixels (at most this) from light ones.
 * @param {Uint8Array} grey
 */
function otsu(grey) {
  const counts = new Float64Array(256);
  for (const value of grey) counts[value]++;
  const total = counts.reduce((sum, count, value) => sum + count * value, 0);
  let dark = 0, sum = 0, most = -1;
  /** @type {number[]} */ let best = [];
  for (let value = 0; value < 255; value++) {
    dark += counts[value];
    sum += counts[value] * value;
    const gap = total * dark - sum * grey.length;
    const between = gap * gap / Math.max(dark * (grey.length - dark), 1);
    if (between > most) [most, best] = [between, []];
    if (between === most) best.push(value);
  }
  return best[best.length >> 1];
}

/**
 * @param {Uint8Array} ink
 * @param {number} high
 * @param {number} wide
 */
function boundsOf(ink, high, wide) {
  let [top, bottom, left, right] = [high, 0, wide, 0];
  for (let r = 0, i = 0; r < high; r++) {
    for (let c = 0; c < wide; c++, i++) {
      if (ink[i] < 64) continue;
      top = Math.min(top, r);
      bottom = Math.max(bottom, r + 1);
      left = Math.min(left, c);
      right = Math.max(right, c + 1);
    }
  }
  return bottom ? { top, bottom, left, right } : null;
}

/**
 * Shrink (or enlarge) what is drawn to 20 pixels, by mean areas.
 * @param {Uint8Array} ink
 * @param {number} wide
 * @param {{top: number, bottom: number, left: number, right: number}} box
 */
function shrunk(ink, wide, { top, bottom, left, right }) {
  const [tall, broad] = [bottom - top, right - left], longest = Math.max(tall, broad);
  const [high, across] = [tall, broad].map((side) => Math.max(Math.round(side * BOX / longest), 1));
  const sums = new Float64Array(high * across);
  for (let r = 0; r < high; r++) {
    for (let c = 0; c < across; c++) {
      // Pixels are counted in parts of the grid, so that all weights are whole numbers.
      for (let y = Math.floor(r * tall / high); y < Math.ceil((r + 1) * tall / high); y++) {
        const down = Math.min((r + 1) * tall, (y + 1) * high) - Math.max(r * tall, y * high);
        for (let x = Math.floor(c * broad / across); x < Math.ceil((c + 1) * broad / across); x++) {
          const over = Math.min((c + 1) * broad, (x + 1) * across) - Math.max(c * broad, x * across);
          sums[r * across + c] += down * over * ink[(top + y) * wide + left + x];
        }
      }
    }
  }
  const brightest = Math.max(...sums) || 1;
  return { high, wide: across, ink: Uint8Array.from(sums, (sum) => Math.round(sum * 255 / brightest)) };
}

/**
 * Put a digit into the field so that its centre of mass is in the middle.
 * @param {{ink: Uint8Array, high: number, wide: number}} digit
 * @param {Uint8Array} field
 */
function centred({ ink, high, wide }, field) {
  const [tall, broad] = data.size;
  let total = 0, rows = 0, columns = 0;
  ink.forEach((value, i) => {
    total += value;
    rows += value * Math.floor(i / wide);
    columns += value * (i % wide);
  });
  const top = Math.min(Math.max(rint(tall / 2 - rows / total), 0), tall - high);
  const left = Math.min(Math.max(rint(broad / 2 - columns / total), 0), broad - wide);
  ink.forEach((value, i) => {
    field[(top + Math.floor(i / wide)) * broad + left + i % wide] = value;
  });
  return field;
}
