// Ink told from paper under uneven light, as mnist_clustering/images/paper.py does, to the bit.

/**
 * Whole numbers, row by row: a picture, or a mask of 0 and 1.
 * @typedef {{values: Uint8Array|Int32Array, high: number, wide: number}} Plane
 */

/**
 * The lines of a plane down its columns (axis 0) or along its rows (1): where each begins, the step
 * from one value to the next, and how many they are.
 * @param {Plane} plane @param {number} axis @param {(start: number, step: number, n: number) => void} visit
 */
function alongLines({ high, wide }, axis, visit) {
  const [lines, apart] = axis ? [high, wide] : [wide, 1], [step, n] = axis ? [1, wide] : [wide, high];
  for (let line = 0; line < lines; line++) visit(line * apart, step, n);
}

/** Enlarge a small picture linearly, and blur away the grain of a large one. @param {Plane} grey @returns {Plane} */
function prepared(grey) {
  const longest = Math.max(grey.high, grey.wide), times = Math.ceil(rules.paper.LEAST_SIDE / longest);
  const passes = Math.floor(longest / rules.paper.SIDE_A_PASS), scale = 16 ** passes;
  let fine = times > 1 ? enlarged(grey, times) : { ...grey, values: Int32Array.from(grey.values) };
  for (const axis of [0, 1]) for (let pass = 0; pass < passes; pass++) fine = smooth(fine, axis);
  return { ...fine, values: Uint8Array.from(fine.values.map((sum) => rounded(sum, scale))) };
}

/** Divide, halves up. @param {number} sum @param {number} by */
const rounded = (sum, by) => Math.floor((2 * sum + by) / (2 * by));

/**
 * Repeated pixels under a moving mean as wide lie on straight lines between them.
 * @param {Plane} grey @param {number} times
 */
function enlarged(grey, times) {
  const high = grey.high * times, wide = grey.wide * times, values = new Int32Array(high * wide);
  for (let r = 0, i = 0; r < high; r++) {
    const from = Math.floor(r / times) * grey.wide;
    for (let c = 0; c < wide; c++, i++) values[i] = grey.values[from + Math.floor(c / times)];
  }
  const sums = sumAround({ values, high, wide }, times);
  return { high, wide, values: sums.values.map((sum) => rounded(sum, times * times)) };
}

/** One pass of (1, 2, 1), the edge repeated beyond the picture. @param {Plane} plane @param {number} axis */
function smooth(plane, axis) {
  const from = plane.values, values = new Int32Array(from.length);
  alongLines(plane, axis, (start, step, n) => {
    for (let k = 0, i = start; k < n; k++, i += step) {
      values[i] = from[k ? i - step : i] + 2 * from[i] + from[k < n - 1 ? i + step : i];
    }
  });
  return { ...plane, values };
}

/** Sum over a square around each pixel, the edge repeated beyond it. @param {Plane} plane @param {number} side */
function sumAround(plane, side) {
  const before = side >> 1;
  for (const axis of [0, 1]) {
    const from = plane.values, values = new Int32Array(from.length);
    alongLines(plane, axis, (start, step, n) => {
      const end = start + step * (n - 1);
      const at = (/** @type {number} */ k) => from[k < 0 ? start : k < n ? start + step * k : end];
      let sum = 0;
      for (let k = -before - 1; k < side - before - 1; k++) sum += at(k);
      for (let k = 0, i = start; k < n; k++, i += step) {
        sum += at(k + side - before - 1) - at(k - before - 1);
        values[i] = sum;
      }
    });
    plane = { ...plane, values };
  }
  return plane;
}

/** Tell light (1) from dark where both vary least by themselves (Otsu 1979). @param {Plane} grey @returns {Plane} */
function lightOf(grey) {
  const counts = countsOf(grey.values), all = grey.values.length;
  const total = counts.reduce((sum, count, level) => sum + count * level, 0);
  let below = 0, sum = 0, most = -1, threshold = 0;
  for (let level = 0; level < 255; level++) {
    below += counts[level];
    sum += counts[level] * level;
    // Each operation is rounded once.
    const means = below * total - all * sum, between = means * means / Math.max(below * (all - below), 1);
    if (between > most) [most, threshold] = [between, level];
  }
  return { ...grey, values: grey.values.map((value) => Number(value > threshold)) };
}

/**
 * How much darker ink is than the paper around it, in units of 1/255 of the paper's brightness.
 * @param {Plane} grey @returns {Plane}
 */
function contrastOf(grey) {
  const window = 2 * Math.floor(Math.max(grey.high, grey.wide) * rules.paper.WINDOW / 2) + 1;
  const dark = inkedLight(grey, window) ? { ...grey, values: grey.values.map((value) => 255 - value) } : grey;
  const paper = closing(dark, window).values;
  const share = (/** @type {number} */ value, /** @type {number} */ i) =>
    Math.floor(255 * (paper[i] - value) / Math.max(paper[i], rules.paper.LEAST_PAPER));
  return { ...grey, values: dark.values.map(share) };
}

/**
 * Contrast, and ink, where there may be more ink than paper: this is the shade of most of the border, and as bright
 * everywhere.
 * @param {Plane} grey
 * @param {Plane} light which of it is light
 * @returns {[Plane, Plane]}
 */
function filledOf(grey, light) {
  let lights = 0;
  for (const axis of [0, 1]) {
    alongLines(light, axis, (start, step, n) => lights += light.values[start] + light.values[start + step * (n - 1)]);
  }
  const paperIsLight = Number(lights >= light.high + light.wide);
  const dark = grey.values.map((value) => (paperIsLight ? value : 255 - value));
  const inked = { ...light, values: light.values.map((one) => Number(one !== paperIsLight)) };
  const sheet = dark.filter((_, i) => !inked.values[i]).sort(), paper = sheet[sheet.length >> 1] ?? 0;
  const share = (/** @type {number} */ value) =>
    Math.floor(255 * Math.max(paper - value, 0) / Math.max(paper, rules.paper.LEAST_PAPER));
  return [{ ...grey, values: dark.map(share) }, inked];
}

/**
 * Whether ink is lighter than paper: the rarer shade is ink, so its deviations are larger.
 * @param {Plane} grey @param {number} window
 */
function inkedLight(grey, window) {
  const sums = sumAround(grey, window).values, size = window * window;
  let cubes = 0;
  grey.values.forEach((value, i) => {
    const deviation = value - rounded(sums[i], size);
    cubes += deviation * deviation * deviation;
  });
  return cubes > 0;
}

/**
 * Close by a square, the edge of the picture repeated beyond it.
 * @param {Plane} grey @param {number} window @returns {Plane}
 */
function closing({ values, high, wide }, window) {
  const half = window >> 1, tall = high + 2 * half, broad = wide + 2 * half;
  const inside = (/** @type {number} */ k, /** @type {number} */ n) => Math.min(Math.max(k - half, 0), n - 1);
  /** @type {Plane} */ let padded = { values: new Uint8Array(tall * broad), high: tall, wide: broad };
  for (let r = 0, i = 0; r < tall; r++) {
    const from = inside(r, high) * wide;
    for (let c = 0; c < broad; c++, i++) padded.values[i] = values[from + inside(c, wide)];
  }
  for (const sign of [1, -1]) padded = mostAround(padded, half, sign);
  return cropped(padded, { top: half, bottom: half + high, left: half, right: half + wide });
}

/**
 * Maximum (sign 1) or minimum (-1) over a window around each pixel.
 * @param {Plane} plane
 * @param {number} half of the window
 * @param {number} axis @param {number} sign @returns {Plane}
 */
function movingMost(plane, half, axis, sign) {
  const from = plane.values, values = new Uint8Array(from.length), longest = Math.max(plane.high, plane.wide);
  // Places whose values may still become the most, in falling order of their values.
  const waiting = new Int32Array(longest), line = new Int32Array(longest);
  alongLines(plane, axis, (start, step, n) => {
    for (let k = 0; k < n; k++) line[k] = sign * from[start + step * k];
    for (let k = 0, ahead = 0, first = 0, last = 0; k < n; k++) {
      for (; ahead < n && ahead <= k + half; ahead++) {
        while (last > first && line[waiting[last - 1]] <= line[ahead]) last--;
        waiting[last++] = ahead;
      }
      if (waiting[first] < k - half) first++;
      values[start + step * k] = sign * line[waiting[first]];
    }
  });
  return { ...plane, values };
}

/** Likewise over a square. @param {Plane} plane @param {number} half @param {number} sign */
const mostAround = (plane, half, sign) => movingMost(movingMost(plane, half, 0, sign), half, 1, sign);

/** Open by a straight line. @param {Plane} plane @param {number} half @param {number} axis */
const opened = (plane, half, axis) => movingMost(movingMost(plane, half, axis, -1), half, axis, 1);

/**
 * Tell ink from paper by so many tenths of the contrast that ink has.
 * @param {Plane} contrasts @param {number} tenths @returns {Plane}
 */
function inkOf(contrasts, tenths = 6) {
  const counts = countsOf(contrasts.values), grain = 2 * Math.floor(medianOf(counts));
  let squares = 0, cubes = 0;
  for (let level = grain + 1; level < counts.length; level++) {
    squares += counts[level] * level ** 2;
    cubes += counts[level] * level ** 3;
  }
  const inked = (/** @type {number} */ level) => Number(10 * level * squares > tenths * cubes && level > grain);
  return { ...contrasts, values: contrasts.values.map(inked) };
}

/**
 * Follow strokes of a width to where they fade in glare: ink is measured by that around it.
 * @param {Plane} contrasts @param {Plane} inked @param {number} width
 */
function withFaded(contrasts, inked, width) {
  const weak = inkOf(contrasts, rules.paper.WEAK).values, around = mostAround(contrasts, width >> 1, 1).values;
  const values = inked.values.map((own, i) => own || Number(weak[i] && 5 * contrasts.values[i] > 3 * around[i]));
  const { labelled } = labelledParts({ ...inked, values });
  return ofParts(inked, labelled, labelled.filter((_, i) => inked.values[i]));
}

/**
 * Take lines as dark as pencil away, of ruled or squared paper: along them, contrasts are opened across.
 * @param {Plane} contrasts
 */
function withoutLines(contrasts) {
  const { high, wide } = contrasts, { ACROSS, PIECE, THIN, WEAK } = rules.paper, longest = Math.max(high, wide);
  const piece = Math.floor(longest / PIECE) >> 1, thin = Math.floor(longest / THIN);
  for (const axis of [0, 1]) {
    const { labelled, found } = labelledParts(opened(inkOf(contrasts, WEAK), piece, 1 - axis));
    const lines = found.filter(({ top, bottom, left, right, height, width }) => (axis ?
      (!top || bottom === high) && height > ACROSS * high : (!left || right === wide) && width > ACROSS * wide));
    const near = movingMost(ofParts(contrasts, labelled, lines.map(({ number }) => number)), thin, axis, 1).values;
    const across = opened(contrasts, thin, axis).values;
    contrasts = { ...contrasts, values: contrasts.values.map((level, i) => (near[i] ? across[i] : level)) };
  }
  return contrasts;
}

/** How often each level is there. @param {Uint8Array|Int32Array} levels */
function countsOf(levels) {
  const counts = new Float64Array(256);
  for (let i = 0; i < levels.length; i++) counts[levels[i]]++;
  return counts;
}

/** Of two levels in the middle, their mean. @param {Float64Array} counts by level */
function medianOf(counts) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const at = (/** @type {number} */ place) => {
    let level = 0;
    for (let seen = counts[0]; seen <= place; seen += counts[++level]);
    return level;
  };
  return (at(Math.floor((total - 1) / 2)) + at(Math.floor(total / 2))) / 2;
}

/**
 * Share of the outline of ink where contrast fades as slowly as that of a shadow.
 * @param {Plane} contrasts @param {Plane} ink
 */
function softnessOf(contrasts, ink) {
  const { values, high, wide } = ink, half = Math.floor(Math.max(high, wide) / rules.paper.EDGE);
  const lowest = mostAround(contrasts, half, -1).values;
  let inks = 0, total = 0, outline = 0, soft = 0;
  values.forEach((own, i) => {
    inks += own;
    total += own * contrasts.values[i];
  });
  for (let r = 0, i = 0; r < high; r++) {
    for (let c = 0; c < wide; c++, i++) {
      const inside = r && r < high - 1 && c && c < wide - 1 &&
        values[i - wide] && values[i + wide] && values[i - 1] && values[i + 1];
      if (!values[i] || inside) continue;
      const fall = contrasts.values[i] - lowest[i];
      outline++;
      soft += Number(fall < rules.paper.LEAST_FALL && 5 * fall * inks < 2 * total);
    }
  }
  return soft / outline;
}
