// Pictures of handwriting in MNIST's form, as mnist_clustering/images/handwriting.py brings them
// there, to the bit: found, sized, centred, or said why not.

/**
 * An image in form, black where nothing is drawn, and why the picture does not show one drawing.
 * @typedef {{image: Uint8Array, flaw: string|null, bounds: Bounds}} Drawing
 */

/**
 * Find the one digit of a picture, and bring it into form; of several drawings the largest.
 * @param {Plane} grey @returns {Drawing}
 */
function normalise(grey) {
  const drawings = drawingsIn(grey);
  const largest = drawings.reduce((most, one) => (sideOf(one.bounds) > sideOf(most.bounds) ? one : most));
  const rivals = drawings.filter(({ bounds }) => 2 * sideOf(bounds) > sideOf(largest.bounds));
  const several = rivals.length > 1 && largest.flaw !== rules.form.UNCLEAR;
  return several ? { ...largest, flaw: rules.form.SEVERAL } : largest;
}

/** Find all drawings of a picture: at least one, in reading order. @param {Plane} grey @returns {Drawing[]} */
function drawingsIn(grey) {
  const ready = asItIs(grey);
  if (ready) return [{ image: ready, flaw: null, bounds: allOf(grey) }];
  const fine = prepared(grey), times = Math.floor(fine.high / grey.high), light = lightOf(fine);
  const block = blockOf(light) ?? blockOf({ ...light, values: light.values.map((one) => 1 - one) });
  if (block) return drawingsWithin(grey, boundsBy((key) => Math.floor(block[key] / times)));
  const contrasts = withoutLines(contrastOf(fine)), drawings = drawingsOf(contrasts, inkOf(contrasts), grey, times);
  if (drawings.length === 1 && !drawings[0].flaw) return drawings;
  // Strokes may be so wide, and so little of the paper seen, that one is taken for the other.
  const filling = drawingsOf(...filledOf(fine, light), grey, times), [{ bounds, flaw }] = filling;
  const fills = sideOf(bounds) >= rules.form.FILLS * Math.max(grey.high, grey.wide);
  return filling.length === 1 && fills && !flaw ? filling : drawings;
}

/**
 * Tell drawings apart, at least one; ink is without what has faded.
 * @param {Plane} contrasts @param {Plane} clear @param {Plane} grey
 * @param {number} times how often the picture was enlarged
 */
function drawingsOf(contrasts, clear, grey, times) {
  const levels = contrasts.values.filter((_, i) => clear.values[i]);
  const blank = !levels.length || medianOf(countsOf(levels)) < rules.form.LEAST_CONTRAST;
  if (blank) return [noDrawing(rules.form.BLANK, grey)];
  const inked = withFaded(contrasts, clear, Math.floor(strokeWidth(clear))), drawings = separated(inked);
  if (!drawings.length) return [noDrawing(rules.form.UNCLEAR, grey)];
  return drawings.map((ink) => drawingOf(contrasts, inked, ink, times));
}

/**
 * Find the drawings of a picture within the picture, such as a plot of an image.
 * @param {Plane} grey @param {Bounds} bounds @returns {Drawing[]}
 */
function drawingsWithin(grey, bounds) {
  const inner = cropped(grey, bounds), { top, left } = bounds;
  if (!inner.values.length) return [noDrawing(rules.form.BLOT, grey)];
  const offset = { top, bottom: top, left, right: left };
  return drawingsIn(inner).map((drawing) =>
    ({ ...drawing, bounds: boundsBy((key) => drawing.bounds[key] + offset[key]) }));
}

/** Recognise MNIST's form: 28 x 28, plain paper, at most 20 x 20 of ink, centred; light on dark. @param {Plane} grey */
function asItIs(grey) {
  const { FIELD, BOX, CENTRE, OFF_CENTRE } = rules.form;
  if (grey.high !== FIELD || grey.wide !== FIELD) return null;
  for (const values of [grey.values, grey.values.map((value) => 255 - value)]) {
    const light = { ...grey, values }, side = sideOf(boundsOf(light));
    if (side > 0 && side <= BOX && centreOfMass(light).every((c) => Math.abs(c - CENTRE) <= OFF_CENTRE)) {
      return Uint8Array.from(values);
    }
  }
  return null;
}

/** @param {string} flaw @param {Plane} grey @returns {Drawing} */
function noDrawing(flaw, grey) {
  return { image: new Uint8Array(rules.form.FIELD ** 2), flaw, bounds: allOf(grey) };
}

/**
 * Bring one drawing into form.
 * @param {Plane} contrasts @param {Plane} inked
 * @param {Plane} ink its own
 * @param {number} times how often the picture was enlarged
 * @returns {Drawing}
 */
function drawingOf(contrasts, inked, ink, times) {
  const bounds = boundsOf(ink), digit = cropped(ink, bounds), side = sideOf(bounds);
  const { LEAST_SIDE, LEAST_CLARITY, MOST_SOFT, MOST_SOLID, MOST_AT_EDGE, ...why } = rules.form;
  const { found } = labelledParts(digit), longest = Math.max(...found.map((part) => part.side));
  let flaw = null;
  if (side < LEAST_SIDE * Math.max(ink.high, ink.wide)) flaw = why.SMALL;
  else if (clarityAround(contrasts, inked, ink, bounds) < LEAST_CLARITY) flaw = why.UNCLEAR;
  else if (softnessOf(contrasts, ink) > MOST_SOFT) flaw = why.SOFT;
  else if (strokeWidth(digit) > MOST_SOLID * longest) flaw = why.BLOT;
  else if (areDotted(found, longest)) flaw = why.DOTTED;
  else if (inkAtEdge(ink) > MOST_AT_EDGE * side) flaw = why.EDGE;
  const round = { top: Math.floor, bottom: Math.ceil, left: Math.floor, right: Math.ceil };
  return {
    image: centredInField(fittedIntoBox(digit)), flaw, bounds: boundsBy((key) => round[key](bounds[key] / times)),
  };
}

/**
 * How clear a drawing is on the paper around it, but for other ink there: the share of the variance of
 * contrasts that two shades explain, near 1 for ink on paper.
 * @param {Plane} contrasts @param {Plane} inked @param {Plane} ink @param {Bounds} bounds
 */
function clarityAround(contrasts, inked, ink, bounds) {
  const margin = Math.floor(sideOf(bounds) / 4);
  let n = 0, inks = 0, total = 0, dark = 0, squares = 0;
  for (let r = Math.max(bounds.top - margin, 0); r < Math.min(bounds.bottom + margin, ink.high); r++) {
    for (let c = Math.max(bounds.left - margin, 0); c < Math.min(bounds.right + margin, ink.wide); c++) {
      const i = r * ink.wide + c, own = ink.values[i], level = contrasts.values[i];
      if (inked.values[i] && !own) continue;
      n++;
      inks += own;
      total += level;
      dark += own * level;
      squares += level * level;
    }
  }
  const spread = n * squares - total ** 2, between = n * dark - inks * total;
  return spread ? between * between / (inks * (n - inks) * spread) : 0;
}

/** The width of strokes, in pixels, from their area and the length of their edges. @param {Plane} ink */
function strokeWidth({ values, high, wide }) {
  let area = 0, edges = 0;
  for (let r = 0, i = 0; r < high; r++) {
    for (let c = 0; c < wide; c++, i++) {
      if (!values[i]) continue;
      area++;
      edges += Number(!r || !values[i - wide]) + Number(r === high - 1 || !values[i + wide]) +
        Number(!c || !values[i - 1]) + Number(c === wide - 1 || !values[i + 1]);
    }
  }
  return 2.5 * area / edges;
}

/**
 * Scale a drawing to 20 pixels, thin strokes widened first; the brightest pixel is 255.
 * @param {Plane} ink @returns {Plane}
 */
function fittedIntoBox(ink) {
  const longest = Math.max(ink.high, ink.wide), thin = rules.form.STROKE * longest - strokeWidth(ink);
  const fitted = resized(thin > 0 ? widened(ink, thin / longest) : ink, rules.form.BOX);
  const brightest = Math.max(1, ...fitted.values);
  return { ...fitted, values: Uint8Array.from(fitted.values.map((value) => rounded(255 * value, brightest))) };
}

/**
 * Widen strokes by a share of the longer side, on a coarser grid.
 * @param {Plane} ink @param {number} share @returns {Plane}
 */
function widened(ink, share) {
  const { GRID, STROKE } = rules.form;
  const coarse = resized(ink, GRID), radius = Math.ceil(share * GRID / 2 / (1 - STROKE));
  const high = coarse.high + 2 * radius, wide = coarse.wide + 2 * radius, values = new Uint8Array(high * wide);
  coarse.values.forEach((value, i) => {
    if (value < 64) return;
    const row = Math.floor(i / coarse.wide) + radius, column = i % coarse.wide + radius;
    for (let y = -radius; y <= radius; y++) {
      const reach = Math.floor(Math.sqrt(radius ** 2 - y ** 2)), at = (row + y) * wide + column;
      values.fill(1, at - reach, at + reach + 1);
    }
  });
  return { values, high, wide };
}

/**
 * Scale a mask to a longer side, from 0 to 255: each new pixel is the mean of the area that it covers.
 * @param {Plane} mask @param {number} side @returns {Plane}
 */
function resized(mask, side) {
  const longest = Math.max(mask.high, mask.wide), { high, wide } = mask;
  const [tall, broad] = [high, wide].map((n) => Math.max(rounded(n * side, longest), 1));
  const rows = new Int32Array(tall * wide), values = new Int32Array(tall * broad);
  meanAreas(high, tall, (from, to, share) => {
    for (let c = 0; c < wide; c++) rows[to * wide + c] += share * 255 * mask.values[from * wide + c];
  });
  const means = rows.map((sum) => rounded(sum, high));
  meanAreas(wide, broad, (from, to, share) => {
    for (let r = 0; r < tall; r++) values[r * broad + to] += share * means[r * wide + from];
  });
  return { values: values.map((sum) => rounded(sum, wide)), high: tall, wide: broad };
}

/**
 * On a grid that both divide, n old pixels are m wide and m new ones n: how far each covers each.
 * @param {number} n @param {number} m @param {(from: number, to: number, share: number) => void} visit
 */
function meanAreas(n, m, visit) {
  for (let to = 0; to < m; to++) {
    for (let from = Math.floor(to * n / m); from * m < (to + 1) * n; from++) {
      visit(from, to, Math.min((from + 1) * m, (to + 1) * n) - Math.max(from * m, to * n));
    }
  }
}

/** Place a digit in the field with its centre of mass at the centre. @param {Plane} digit */
function centredInField(digit) {
  const { FIELD, CENTRE } = rules.form, field = new Uint8Array(FIELD ** 2), sides = [digit.high, digit.wide];
  const [row, column] = centreOfMass(digit).map((centre, axis) =>
    Math.min(Math.max(rint(CENTRE - centre), 0), FIELD - sides[axis]));
  for (let r = 0; r < digit.high; r++) {
    field.set(digit.values.subarray(r * digit.wide, (r + 1) * digit.wide), (row + r) * FIELD + column);
  }
  return field;
}

/** @param {Plane} mask @returns {Bounds} */
function boundsOf({ values, high, wide }) {
  let [top, bottom, left, right] = [high, 0, wide, 0];
  for (let r = 0, i = 0; r < high; r++) {
    for (let c = 0; c < wide; c++, i++) {
      if (!values[i]) continue;
      top = Math.min(top, r);
      bottom = r + 1;
      left = Math.min(left, c);
      right = Math.max(right, c + 1);
    }
  }
  return { top, bottom, left, right };
}

/** @param {(key: keyof Bounds) => number} by @returns {Bounds} */
const boundsBy = (by) => ({ top: by("top"), bottom: by("bottom"), left: by("left"), right: by("right") });
/** @param {Plane} plane @returns {Bounds} */
const allOf = ({ high, wide }) => ({ top: 0, bottom: high, left: 0, right: wide });
/** @param {Bounds} bounds */
const sideOf = ({ top, bottom, left, right }) => Math.max(bottom - top, right - left);

/** @param {Plane} plane @param {Bounds} bounds @returns {Plane} */
function cropped({ values, wide }, { top, bottom, left, right }) {
  const high = Math.max(bottom - top, 0), broad = Math.max(right - left, 0), inner = new Uint8Array(high * broad);
  for (let r = 0; r < (broad && high); r++) {
    inner.set(values.subarray((top + r) * wide + left, (top + r) * wide + right), r * broad);
  }
  return { values: inner, high, wide: broad };
}

/** Pixels of the picture's edge that are inked; corners count twice. @param {Plane} ink */
function inkAtEdge({ values, high, wide }) {
  let count = 0;
  for (let c = 0; c < wide; c++) count += values[c] + values[(high - 1) * wide + c];
  for (let r = 0; r < high; r++) count += values[r * wide] + values[r * wide + wide - 1];
  return count;
}

/** Row and column. @param {Plane} image */
function centreOfMass({ values, wide }) {
  let total = 0, rows = 0, columns = 0;
  values.forEach((value, i) => {
    total += value;
    rows += value * Math.floor(i / wide);
    columns += value * (i % wide);
  });
  return [rows, columns].map((sum) => sum / Math.max(total, 1));
}
