// Images in place of points, on a map that is near enough.

const LEAST_PICTURE = 14, MOST_PICTURE = 84;
/** @type {Map<number, Uint32Array>} */
const shadesKnown = new Map();

/**
 * Pictures side by side from a corner, and the row that each cell shows.
 * @typedef {{side: number, from: number[], cells: Map<number, number>}} Grid
 */

/**
 * Put images in place of points, on a grid that moves with the map, one in a cell: first what is
 * pointed at or pinned, then what is in front.
 * @param {MapView} view
 * @param {number[]} words colours of the codes
 * @param {number} back colour of those greyed out
 * @returns {Grid}
 */
function drawPictures(view, words, back) {
  const { width, height, ratio, sx, sy, rows } = view;
  const side = Math.round(Math.min(Math.max(view.side, LEAST_PICTURE * ratio), MOST_PICTURE * ratio));
  const codes = modes[state.colour].codes, ground = word(themed().ground);
  // The grid is fixed to the middle of the map.
  const from = [width / 2 + view.shift[0], height / 2 + view.shift[1]].map((x) => Math.round(x - side * 1e4));
  const grid = { side, from, cells: new Map() };
  const put = (/** @type {number} */ i, /** @type {number} */ row) => {
    if (sx[i] < 0 || sy[i] < 0 || sx[i] >= width || sy[i] >= height) return;
    const cell = cellAt(grid, sx[i], sy[i]), image = grid.cells.has(cell) ? null : pixelsOf(row);
    if (!image) return;
    grid.cells.set(cell, row);
    putPicture(view, image, cornerOf(grid, cell), side, shadesOf(ground, front[row] ? words[codes[row]] : back));
  };
  for (const row of [state.pinned, state.hovered]) if (view.placeOf(row) >= 0) put(view.placeOf(row), row);
  for (const level of [LOUD, FRONT, BACK]) {
    for (let i = 0; i < sx.length; i++) {
      const row = rows ? rows[i] : i;
      if (front[row] === level) put(i, row);
    }
  }
  return grid;
}

/**
 * Where more points lie than there are pixels: the fainter, the fewer of them lie in a pixel.
 * @param {MapView} view with a pixel for a point @param {number} ground
 */
function shadeByDensity({ sx, sy, width, height, pixels: words }, ground) {
  const counts = new Uint8Array(words.length);
  for (let i = 0; i < sx.length; i++) {
    const left = Math.round(sx[i] - 0.5), top = Math.round(sy[i] - 0.5);
    const isSeen = left >= 0 && top >= 0 && left < width && top < height, at = top * width + left;
    if (isSeen && counts[at] < 6) counts[at]++;
  }
  for (let at = 0; at < words.length; at++) {
    // Never so faint that it is not seen.
    if (counts[at] && counts[at] < 6) words[at] = shadesOf(ground, words[at])[9 + counts[at]];
  }
}

/** @param {Grid} grid @param {number} x @param {number} y */
const cellAt = ({ side, from }, x, y) => Math.floor((y - from[1]) / side) * 65536 + Math.floor((x - from[0]) / side);
/** @param {Grid} grid @param {number} cell */
const cornerOf = ({ side, from }, cell) => [from[0] + cell % 65536 * side, from[1] + Math.floor(cell / 65536) * side];

/**
 * @param {MapView} view @param {Uint8Array} image @param {number[]} corner @param {number} side
 * @param {Uint32Array} shades
 */
function putPicture({ width, height, pixels: target }, image, [left, top], side, shades) {
  const [high, wide] = data.size, turned = areTurned() ? 15 : 0;
  for (let y = Math.max(top, 0); y < Math.min(top + side, height); y++) {
    const line = Math.floor((y - top) * high / side) * wide;
    for (let x = Math.max(left, 0); x < Math.min(left + side, width); x++) {
      target[y * width + x] = shades[(image[line + Math.floor((x - left) * wide / side)] >> 4) ^ turned];
    }
  }
}

/** Whether light and dark change places, from colour on ground: photographs in light, as ink is not. */
const areTurned = () => document.body.classList.contains("photos") && state.theme === "light";

/** Sixteen steps from a ground to a colour. @param {number} ground @param {number} colour */
function shadesOf(ground, colour) {
  const key = ground * 2 ** 24 + (colour & 0xffffff);
  let shades = shadesKnown.get(key);
  if (!shades) {
    shades = Uint32Array.from({ length: 16 }, (_, i) => {
      const channel = (/** @type {number} */ shift) => {
        const from = (ground >>> shift) & 255, to = (colour >>> shift) & 255;
        return Math.round(from + (to - from) * i / 15) << shift;
      };
      return (channel(0) | channel(8) | channel(16) | (255 << 24)) >>> 0;
    });
    shadesKnown.set(key, shades);
  }
  return shades;
}
