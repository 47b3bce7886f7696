// Images in place of points, on a map that is near enough.

const LEAST_PICTURE = 14, MOST_PICTURE = 84;
/** @type {Map<number, Uint32Array>} */
const known = new Map();

/**
 * Put images in place of points, on a grid that moves with the map, one in a cell.
 * @param {MapView} view
 * @param {number[]} words colours of the codes
 * @param {number} none colour of those without a code
 * @param {number} back colour of those greyed out
 */
function drawPictures(view, words, none, back) {
  const { width = 0, height = 0, ratio = 1, sx, sy, rows } = view;
  const side = Math.round(
    Math.min(Math.max(view.side, LEAST_PICTURE * ratio), MOST_PICTURE * ratio));
  const codes = modes[state.colour].codes, ground = word(themed().ground);
  // The grid is fixed to the middle of the map.
  const from = [width / 2 + view.shift[0], height / 2 + view.shift[1]].map((x) => x - side * 1e4);
  const taken = new Set();
  for (const wanted of [1, 0]) {
    for (let i = 0; i < sx.length; i++) {
      if (sx[i] < 0 || sy[i] < 0 || sx[i] >= width || sy[i] >= height) continue;
      const row = rows ? rows[i] : i;
      if (front[row] !== wanted) continue;
      const column = Math.floor((sx[i] - from[0]) / side), line = Math.floor((sy[i] - from[1]) / side);
      const cell = line * 65536 + column;
      if (taken.has(cell)) continue;
      const image = pixelsOf(row);
      if (!image) continue;
      taken.add(cell);
      const colour = !wanted ? back : codes[row] < 0 ? none : words[codes[row]];
      const corner = [from[0] + column * side, from[1] + line * side].map(Math.round);
      putPicture(view, image, corner, side, shadesOf(ground, colour));
    }
  }
}

/**
 * @param {MapView} view
 * @param {Uint8Array} image
 * @param {number[]} corner
 * @param {number} side
 * @param {Uint32Array} shades
 */
function putPicture(view, image, corner, side, shades) {
  const { width = 0, height = 0 } = view, [left, top] = corner, [high, wide] = data.size;
  const target = /** @type {Uint32Array} */ (view.pixels);
  // Photographs are not turned over in light, as ink is.
  const turned = document.body.classList.contains("photos") && state.theme === "light" ? 15 : 0;
  for (let y = Math.max(top, 0); y < Math.min(top + side, height); y++) {
    const line = Math.floor((y - top) * high / side) * wide;
    for (let x = Math.max(left, 0); x < Math.min(left + side, width); x++) {
      target[y * width + x] = shades[(image[line + Math.floor((x - left) * wide / side)] >> 4) ^ turned];
    }
  }
}

/**
 * Sixteen steps from a ground to a colour.
 * @param {number} ground
 * @param {number} colour
 */
function shadesOf(ground, colour) {
  const key = ground * 2 ** 24 + (colour & 0xffffff);
  let shades = known.get(key);
  if (!shades) {
    shades = Uint32Array.from({ length: 16 }, (_, i) => {
      const part = (/** @type {number} */ shift) => {
        const from = (ground >>> shift) & 255, to = (colour >>> shift) & 255;
        return Math.round(from + (to - from) * i / 15) << shift;
      };
      return (part(0) | part(8) | part(16) | (255 << 24)) >>> 0;
    });
    known.set(key, shades);
  }
  return shades;
}
