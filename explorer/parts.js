// Which connected parts of the ink make up a drawing, and which lie around it, as
// mnist_clustering/images/parts.py tells them.

/**
 * First row, row after the last, first column, column after the last.
 * @typedef {{top: number, bottom: number, left: number, right: number}} Bounds
 * @typedef {Bounds & {number: number, area: number, height: number, width: number, side: number}} Part
 */

/**
 * The drawings of a picture, in reading order; none where there are more parts than drawings have.
 * @param {Plane} inked @returns {Plane[]}
 */
function separated(inked) {
  const { labelled, found: all } = labelledParts(inked), longest = Math.max(inked.high, inked.wide);
  let found = all.filter((part) => part.side > rules.parts.LEAST_PART * longest);
  if (found.length > rules.parts.MOST_PARTS) return [];
  for (const leaveOut of [withinTheEdge, notAround, notUnder, notAfter]) {
    const kept = leaveOut(found, inked);
    if (kept.some((part) => part.side >= rules.parts.LEAST_DRAWING * longest)) found = kept;
  }
  const largest = Math.max(0, ...found.map((part) => part.area));
  found = found.filter((part) => part.area >= rules.parts.SPECK * largest);
  return inOrder(grouped(found)).map((drawing) => ofParts(inked, labelled, drawing.map(({ number }) => number)));
}

/** The pixels of some parts. @param {Plane} plane @param {Int32Array} labelled @param {Iterable<number>} numbers */
function ofParts(plane, labelled, numbers) {
  const own = new Uint8Array(labelled.length + 1);
  for (const number of numbers) own[number] = 1;
  return { ...plane, values: Uint8Array.from(labelled.map((number) => own[number])) };
}

/**
 * Whether a small part lies apart, as the dot of an i, of ! or of ?.
 * @param {Part[]} parts of a drawing @param {number} most side of the longest
 */
function areDotted(parts, most) {
  return parts.some((part) => {
    const gaps = parts.filter((other) => other !== part).map((other) => Math.max(...gapsBetween(part, other)));
    return part.side <= rules.parts.DOT * most && Math.min(...gaps) > rules.parts.AWAY * most;
  });
}

/** Number the connected parts by their first pixels; corners connect. @param {Plane} inked */
function labelledParts({ values, high, wide }) {
  const labelled = new Int32Array(values.length), /** @type {Part[]} */ found = [];
  const waiting = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (!values[i] || labelled[i]) continue;
    const number = found.length + 1, part = { top: Math.floor(i / wide), bottom: 0, left: wide, right: 0, area: 0 };
    labelled[i] = number;
    waiting[0] = i;
    for (let last = 1; last;) {
      const at = waiting[--last], row = Math.floor(at / wide), column = at % wide;
      part.bottom = Math.max(part.bottom, row + 1);
      part.left = Math.min(part.left, column);
      part.right = Math.max(part.right, column + 1);
      part.area++;
      for (let r = Math.max(row - 1, 0); r <= Math.min(row + 1, high - 1); r++) {
        for (let c = Math.max(column - 1, 0); c <= Math.min(column + 1, wide - 1); c++) {
          const next = r * wide + c;
          if (!values[next] || labelled[next]) continue;
          labelled[next] = number;
          waiting[last++] = next;
        }
      }
    }
    const height = part.bottom - part.top, width = part.right - part.left;
    found.push({ ...part, number, height, width, side: Math.max(height, width) });
  }
  return { labelled, found };
}

/**
 * A picture within the picture, or a card, somewhat inside of it: a large block, full along its rim.
 * @param {Plane} shaded @returns {Bounds|null}
 */
function blockOf(shaded) {
  const { labelled, found } = labelledParts(shaded);
  const largest = found.reduce((most, part) => (part.area > most.area ? part : most), found[0]);
  if (!largest || !withinTheEdge([largest], shaded).length) return null;
  const { height, width, area, side, top, left, number } = largest;
  if (area < Math.max(rules.parts.FILLED * height * width, rules.parts.BLOCK * labelled.length) ||
    Math.min(height, width) < rules.parts.OBLONG * side) return null;
  const rows = new Int32Array(height), columns = new Int32Array(width);
  for (let r = 0; r < height; r++) {
    for (let c = 0; c < width; c++) {
      if (labelled[(top + r) * shaded.wide + left + c] !== number) continue;
      rows[r]++;
      columns[c]++;
    }
  }
  const down = fullRange(rows, width, top), across = fullRange(columns, height, left);
  return down && across && { top: down[0], bottom: down[1], left: across[0], right: across[1] };
}

/**
 * From the first to the last line that is full, somewhat inside; null where that is not nearly all.
 * @param {Int32Array} sums of lines @param {number} length of a line @param {number} start of the first
 */
function fullRange(sums, length, start) {
  const full = Array.from(sums.keys()).filter((k) => sums[k] >= rules.parts.RIM * length);
  const first = full[0], last = full[full.length - 1];
  if (!full.length || last - first < rules.parts.RIM * sums.length) return null;
  const inside = 1 + Math.floor((last - first) / 50);
  return [start + first + inside, start + last + 1 - inside];
}

/** @param {Part[]} parts @param {Plane} inked */
function withinTheEdge(parts, { high, wide }) {
  return parts.filter((part) => part.top > 1 && part.left > 1 && part.bottom < high - 1 && part.right < wide - 1);
}

/** Without frames and circles around a drawing. @param {Part[]} parts */
const notAround = (parts) => parts.filter((part) => !parts.some((other) => encloses(part, other)));

/** @param {Part} outer @param {Part} inner */
function encloses(outer, inner) {
  const away = rules.parts.CLEARANCE * outer.side;
  return inner.side >= rules.parts.ENCLOSED * outer.side &&
    inner.top - outer.top > away && outer.bottom - inner.bottom > away &&
    inner.left - outer.left > away && outer.right - inner.right > away;
}

/** Without a line under a drawing. @param {Part[]} parts */
function notUnder(parts) {
  const tall = Math.max(0, ...parts.map((part) => part.height));
  const tops = parts.filter((part) => 2 * part.height >= tall), { bottom, left, right } = holding(tops);
  return parts.filter((part) => tops.includes(part) || part.top < bottom ||
    part.height > rules.parts.FLAT * part.width || part.width < rules.parts.WIDE * (right - left));
}

/** Without a full stop or a comma after a drawing. @param {Part[]} parts */
function notAfter(parts) {
  const tallest = parts.reduce((most, part) => (part.height > most.height ? part : most), parts[0]);
  return parts.filter((part) => part.side > rules.parts.STOP * tallest.height || part.left < tallest.right ||
    2 * part.top < tallest.top + tallest.bottom);
}

/** What holds all of them. @param {Part[]} parts */
function holding(parts) {
  const most = { top: Math.min, bottom: Math.max, left: Math.min, right: Math.max };
  return boundsBy((key) => most[key](...parts.map((part) => part[key])));
}

/** Put parts together that are close, as strokes of one drawing are. @param {Part[]} parts */
function grouped(parts) {
  const largest = Math.max(0, ...parts.map((part) => part.side));
  /** @type {Part[][]} */ let groups = [];
  for (const part of [...parts].sort((a, b) => b.side - a.side)) {
    const near = groups.filter((group) => group.some((other) => areClose(part, other, largest)));
    groups = [...groups.filter((group) => !near.includes(group)), [part, ...near.flat()]];
  }
  return groups;
}

/** @param {Part} a @param {Part} b @param {number} largest */
function areClose(a, b, largest) {
  const [beside, below] = gapsBetween(a, b);
  const { SMALLER, BESIDE_SMALLER, BESIDE, BELOW } = rules.parts;
  const gap = Math.min(a.side, b.side) < SMALLER * largest ? BESIDE_SMALLER : BESIDE;
  return below <= BELOW * largest && beside <= gap * largest;
}

/** Pixels between two parts, to the side and below; negative if they overlap. @param {Part} a @param {Part} b */
function gapsBetween(a, b) {
  return [
    Math.max(a.left, b.left) - Math.min(a.right, b.right), Math.max(a.top, b.top) - Math.min(a.bottom, b.bottom),
  ];
}

/** Drawings by lines from above, each from the left. @param {Part[][]} groups */
function inOrder(groups) {
  /** @type {Part[][][]} */ const lines = [];
  for (const group of [...groups].sort((a, b) => holding(a).top - holding(b).top)) {
    const { top, bottom } = holding(group), middle = (top + bottom) / 2;
    const line = lines.find((others) => others.some((other) => holding(other).top <= middle) &&
      others.some((other) => holding(other).bottom >= middle));
    if (line) line.push(group);
    else lines.push([group]);
  }
  return lines.flatMap((line) => line.sort((a, b) => holding(a).left - holding(b).left));
}
