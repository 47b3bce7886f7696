// Features of an image, as mnist_clustering/features computes them, to the bit: every step is on whole
// numbers, or a single operation that IEEE 754 defines.

/** Round to the nearest whole number, halves to the even one. @param {number} x */
function rint(x) {
  const low = Math.floor(x), rest = x - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 ? low + 1 : low;
}

/**
 * Shear an image so that rows and columns of its ink are uncorrelated.
 * @param {ArrayLike<number>} image @param {number} high @param {number} wide
 */
function deskew(image, high, wide) {
  let total = 0, rows = 0, columns = 0, squares = 0, products = 0;
  for (let r = 0, i = 0; r < high; r++) {
    for (let c = 0; c < wide; c++, i++) {
      const ink = image[i];
      total += ink;
      rows += ink * r;
      columns += ink * c;
      squares += ink * r * r;
      products += ink * r * c;
    }
  }
  const covariance = total * products - rows * columns, variance = total * squares - rows * rows;
  const shear = covariance / (variance || 1), centre = rows / (total || 1);
  const upright = new Uint8Array(high * wide);
  for (let r = 0; r < high; r++) {
    const shift = shear * (r - centre), whole = Math.floor(shift), part = shift - whole;
    for (let c = 0; c < wide; c++) {
      const at = c + whole;
      const left = at >= 0 && at < wide ? image[r * wide + at] : 0;
      const right = at + 1 >= 0 && at + 1 < wide ? image[r * wide + at + 1] : 0;
      upright[r * wide + c] = rint(left + part * (right - left));
    }
  }
  return upright;
}

/**
 * Weights of the pixels of a row in the cells of a grid.
 * @param {number} width @param {{POOL_CELLS: number, POOL_STEP: number, POOL_ORDER: number}} grid
 */
function poolingKernel(width, { POOL_CELLS: cells, POOL_STEP: step, POOL_ORDER: order }) {
  const weights = [1];
  for (let tap = 1; tap <= order; tap++) weights.push(weights[tap - 1] * (order - tap + 1) / tap);
  const first = Math.floor((width - 1 - step * (cells - 1)) / 2) - order / 2;
  return Array.from({ length: cells }, (_, cell) => {
    const from = first + cell * step;
    return weights.map((weight, tap) => [from + tap, weight]).filter(([at]) => at >= 0 && at < width);
  });
}

/**
 * Blur maps, and sample each on a grid.
 * @param {ArrayLike<number>[]} maps @param {number} high @param {number} wide @param {any} grid
 */
function pooled(maps, high, wide, grid) {
  const [down, across] = [high, wide].map((side) => poolingKernel(side, grid));
  const line = new Float64Array(wide), into = new Float64Array(maps.length * down.length * across.length);
  let place = 0;
  for (const map of maps) {
    for (const taps of down) {
      line.fill(0);
      for (const [row, weight] of taps) {
        for (let c = 0, i = row * wide; c < wide; c++, i++) line[c] += weight * map[i];
      }
      for (const cell of across) {
        let sum = 0;
        for (const [column, weight] of cell) sum += weight * line[column];
        into[place++] = sum;
      }
    }
  }
  return into;
}

const SMOOTH = [1, 2, 1, 2, 4, 2, 1, 2, 1];

/**
 * Smoothed gradients in eight directions.
 * @param {ArrayLike<number>} image @param {number} high @param {number} wide
 */
function gradientFeatures(image, high, wide) {
  const broad = wide + 4, blurred = new Int32Array((high + 4) * broad);
  for (let r = 0, i = 0; r < high; r++) {
    for (let c = 0; c < wide; c++, i++) {
      if (!image[i]) continue;
      const corner = (r + 1) * broad + c + 1;
      SMOOTH.forEach((weight, k) => { blurred[corner + Math.floor(k / 3) * broad + k % 3] += weight * image[i]; });
    }
  }
  return scaled(pooled(directions(blurred, high + 2, wide + 2), high + 2, wide + 2, rules.gradients));
}

/**
 * Part each gradient between the two nearest of eight directions.
 * @param {Int32Array} blurred with a border of one
 * @param {number} high @param {number} wide
 */
function directions(blurred, high, wide) {
  const broad = wide + 2, parts = Array.from({ length: 8 }, () => new Int32Array(high * wide));
  for (let r = 0, i = 0; r < high; r++) {
    for (let c = 0; c < wide; c++, i++) {
      const at = (r + 1) * broad + c + 1;
      const x = blurred[at + 1] - blurred[at - 1], y = blurred[at + broad] - blurred[at - broad];
      const across = Math.abs(x), down = Math.abs(y);
      // Clockwise from the right, in steps of 45 degrees; rows count downwards.
      if (down > across) parts[y > 0 ? 2 : 6][i] = rules.gradients.AXIS * (down - across);
      else if (x !== 0) parts[x > 0 ? 0 : 4][i] = rules.gradients.AXIS * (across - down);
      if (x !== 0 && y !== 0) {
        parts[x > 0 ? (y > 0 ? 1 : 7) : (y > 0 ? 3 : 5)][i] = rules.gradients.DIAGONAL * Math.min(across, down);
      }
    }
  }
  return parts;
}

/** @param {Float64Array} sums */
function scaled(sums) {
  const roots = sums.map((sum) => rint(Math.sqrt(sum)));
  const squares = roots.reduce((sum, root) => sum + root * root, 0);
  const factor = rules.gradients.FULL_SCALE / (Math.sqrt(squares) || 1);
  return Uint8Array.from(roots, (root) => Math.min(rint(root * factor), 255));
}

/**
 * Loops and bays: how strongly ink encloses each pixel, pooled.
 * @param {ArrayLike<number>} image @param {number} high @param {number} wide
 */
function concavityFeatures(image, high, wide) {
  const size = high * wide;
  const [left, right, above, below] = [0, 1, 2, 3].map(() => new Uint8Array(size));
  for (let r = 0; r < high; r++) {
    for (let c = 0; c < wide; c++) {
      const i = r * wide + c, j = (high - 1 - r) * wide + (wide - 1 - c);
      left[i] = Math.max(image[i], c ? left[i - 1] : 0);
      above[i] = Math.max(image[i], r ? above[i - wide] : 0);
      right[j] = Math.max(image[j], c ? right[j + 1] : 0);
      below[j] = Math.max(image[j], r ? below[j + wide] : 0);
    }
  }
  const maps = [0, 1, 2].map(() => new Uint8Array(size));
  for (let i = 0; i < size; i++) {
    const between = Math.min(above[i], below[i]);
    const round = Math.min(between, left[i], right[i]);
    maps[0][i] = round - image[i];
    maps[1][i] = Math.min(between, left[i]) - round;
    maps[2][i] = Math.min(between, right[i]) - round;
  }
  const unit = 255 / 2 ** (2 * rules.concavities.POOL_ORDER);
  return Uint8Array.from(pooled(maps, high, wide, rules.concavities), (sum) => rint(Math.sqrt(sum * unit)));
}

/** @type {{[block: string]: (image: ArrayLike<number>, high: number, wide: number) => ArrayLike<number>}} */
const BLOCKS = {
  gradient: gradientFeatures, concavity: concavityFeatures, pixel: (image) => image,
};
