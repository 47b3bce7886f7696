// What predict.py does with an image in the form of the training images, to the bit.

/** Reasons and constants of the library, by module: data/model.js brings them. @type {any} */
const rules = {};

/** The fitted model; features and gradients are computed of those training images that come near. */
class Placer {
  /**
   * @param {any} model data/model.js
   * @param {{values: Int8Array, error: Int16Array, step: number}} coarse data/features.js
   */
  constructor(model, coarse) {
    this.model = model;
    this.coarse = coarse;
    this.blocks = data.blocks.map((/** @type {string} */ name) => {
      const [mean, divisor, loadings] = ["mean", "divisor", "loadings"]
        .map((key) => model[`descriptor_${name}_${key}`]);
      return { name, mean, divisor, count: loadings.length / mean.length, loadings: Float64Array.from(loadings) };
    });
    /** Features of training images that were near once. @type {Map<number, Int16Array>} */
    this.features = new Map();
    /** @type {Map<number, Gradients>} */ this.gradients = new Map();
  }

  /** @param {ArrayLike<number>} image */
  upright(image) {
    return this.model.descriptor_deskewed ? deskew(image, ...data.size) : image;
  }

  /** Features in units of 1 / 1024 of the standard deviation. @param {ArrayLike<number>} upright */
  describe(upright) {
    /** @type {number[]} */ const into = [];
    for (const { name, mean, loadings, divisor, count } of this.blocks) {
      const raw = BLOCKS[name](upright, ...data.size), sums = new Float64Array(count);
      for (let i = 0; i < mean.length; i++) {
        const gap = raw[i] - mean[i];
        if (!gap) continue;
        for (let j = 0, k = i * count; j < count; j++, k++) sums[j] += gap * loadings[k];
      }
      for (let j = 0; j < count; j++) into.push(rint(sums[j] / divisor));
    }
    return Int16Array.from(into);
  }

  /**
   * Place an image.
   * @param {Uint8Array} image
   * @param {boolean} [drawn] whether it was a picture that was brought into form
   */
  place(image, drawn = false) {
    const model = this.model, upright = this.upright(image);
    const found = this.nearest(this.describe(upright), model.n_candidates), rows = found.map(([row]) => row);
    const near = (model.ranks_gradients ? this.rank(upright, rows) : found).slice(0, model.n_neighbors);
    const neighbors = near.map(([row]) => row);
    const position = [0, 1].map((axis) => median(neighbors.map((row) => data.maps["2d"][2 * row + axis])));
    const jury = rows.slice(0, rules.model.N_NEXT), own = this.clusterAt(position);
    const cluster = drawn ? this.overruled(own, jury) : own;
    const support = clustersOf(jury).filter((other) => other === cluster).length;
    const torn = drawn && support < rules.model.SUPPORT * jury.length;
    return {
      position, cluster, neighbors, distances: near.map(([, distance]) => distance),
      reason: this.judge(image, found[near.length - 1][1], jury, neighbors, drawn) ??
        (torn ? rules.novelty.TORN : null),
    };
  }

  /**
   * The k nearest training images by exact squared distance, ties by row.
   *
   * Coarse features lie no farther from the true ones than is noted, so that whoever cannot be among
   * the nearest by them is left out, and of the few that remain the true features are computed.
   * @param {Int16Array} own @param {number} k
   */
  nearest(own, k) {
    const { values, error, step } = this.coarse, n = data.n_train, about = new Float64Array(n);
    for (let j = 0, i = 0; j < own.length; j++) {
      for (let row = 0, at = own[j]; row < n; row++, i++) {
        const gap = step * values[i] - at;
        about[row] += gap * gap;
      }
    }
    const most = about.map((square, row) => Math.sqrt(square) + error[row]).sort()[k - 1];
    /** @type {number[][]} */ const found = [];
    about.forEach((square, row) => {
      if (Math.sqrt(square) - error[row] <= most + 1e-6) found.push([row, this.squareFrom(own, row)]);
    });
    return found.sort(nearestFirst).slice(0, k);
  }

  /** @param {Int16Array} own @param {number} row of train */
  squareFrom(own, row) {
    const theirs = this.onceOf(row, this.features, (upright) => this.describe(upright));
    let sum = 0;
    for (let j = 0; j < own.length; j++) sum += (theirs[j] - own[j]) ** 2;
    return sum;
  }

  /**
   * What is made of a training image, if it has not been made before.
   * @template T @param {number} row @param {Map<number, T>} known @param {(upright: ArrayLike<number>) => T} made
   * @returns {T}
   */
  onceOf(row, known, made) {
    const found = known.get(row) ?? made(this.upright(/** @type {Uint8Array} */ (pixelsOf(row))));
    known.set(row, found);
    return found;
  }

  /**
   * Rank candidates by how well an image is found in them.
   * @param {ArrayLike<number>} upright @param {number[]} rows
   */
  rank(upright, rows) {
    const gradients = (/** @type {ArrayLike<number>} */ image) => gradientImage(image, ...data.size);
    const measure = distortionFrom(gradients(upright));
    return rows.map((row) => [row, measure(this.onceOf(row, this.gradients, gradients))]).sort(nearestFirst);
  }

  /** @param {number[]} position */
  clusterAt(position) {
    const { centres, clusters } = this.model, at = position.map((value) => rint(value * rules.grid.STEPS));
    let best = 0, least = Infinity;
    for (let i = 0; i < clusters.length; i++) {
      const x = centres[2 * i] - at[0], y = centres[2 * i + 1] - at[1];
      if (x * x + y * y < least) [best, least] = [i, x * x + y * y];
    }
    return clusters[best];
  }

  /**
   * The cluster that nearly all of the jury belong to, if they do.
   * @param {number} cluster
   * @param {number[]} jury rows of train
   */
  overruled(cluster, jury) {
    const own = clustersOf(jury), votes = votesFor(own), most = Math.max(...votes);
    return most >= rules.model.AGREEMENT * own.length ? own[votes.indexOf(most)] : cluster;
  }

  /**
   * Say why an image is none of these, or null.
   * @param {Uint8Array} image
   * @param {number} square distance in feature space to the last of as many as place it
   * @param {number[]} jury rows of train, nearest in feature space
   * @param {number[]} neighbors rows of train that place it
   * @param {boolean} drawn
   */
  judge(image, square, jury, neighbors, drawn) {
    let ink = 0, squares = 0;
    image.forEach((level) => {
      ink += level;
      squares += level * level;
    });
    const full = squares / (255 * Math.max(ink, 1));
    const votes = Math.max(...votesFor(clustersOf(neighbors)));
    const reach = jury.reduce((sum, row) => sum + this.model.reaches[row], 0);
    const strange = square * square * (jury.length * neighbors.length) / (Math.max(reach, 1) * votes);
    if (full === 0) return rules.novelty.BLANK;
    if (strange > (drawn ? this.model.limit_drawn : this.model.limit_strangeness)) return rules.novelty.STRANGE;
    return full < this.model.limit_fullness ? rules.novelty.GREY : null;
  }
}

/** Rows by their distances, ties by row. @param {number[]} a @param {number[]} b */
const nearestFirst = (a, b) => a[1] - b[1] || a[0] - b[0];
/** @param {number[]} rows of train @returns {number[]} */
const clustersOf = (rows) => rows.map((row) => data.group_clusters[data.group[row]]);
/** How often each cluster is among them. @param {number[]} clusters */
const votesFor = (clusters) => clusters.map((one) => clusters.filter((other) => other === one).length);

/** @param {number[]} values of float32 */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  if (sorted.length % 2) return sorted[middle];
  return Math.fround(Math.fround(sorted[middle - 1] + sorted[middle]) / 2);
}

/**
 * Gradients by the Sobel operator in whole levels, in a margin of zeros as wide as a pixel's like is looked for.
 * @typedef {{across: Int8Array, down: Int8Array, high: number, wide: number}} Gradients with sides but for the margin
 * @param {ArrayLike<number>} image @param {number} high @param {number} wide @returns {Gradients}
 */
function gradientImage(image, high, wide) {
  const { CROPPED, REACH, CONTEXT } = rules.ranking, margin = REACH + CONTEXT;
  const top = Math.floor(high / CROPPED), left = Math.floor(wide / CROPPED);
  const tall = high - 2 * top, broad = wide - 2 * left, span = broad + 2 * margin;
  const [across, down] = [0, 1].map(() => new Int8Array((tall + 2 * margin) * span));
  const ink = (/** @type {number} */ r, /** @type {number} */ c) =>
    (r >= 0 && r < high && c >= 0 && c < wide ? image[r * wide + c] : 0);
  for (let y = top; y < top + tall; y++) {
    for (let x = left, i = (y - top + margin) * span + margin; x < left + broad; x++, i++) {
      const [nw, ne, sw, se] = [ink(y - 1, x - 1), ink(y - 1, x + 1), ink(y + 1, x - 1), ink(y + 1, x + 1)];
      across[i] = gradientLevel(ne + 2 * ink(y, x + 1) + se - nw - 2 * ink(y, x - 1) - sw);
      down[i] = gradientLevel(sw + 2 * ink(y + 1, x) + se - nw - 2 * ink(y - 1, x) - ne);
    }
  }
  return { across, down, high: tall, wide: broad };
}

/** Halves away from zero. @param {number} response */
function gradientLevel(response) {
  const { LEVELS, LARGEST } = rules.ranking;
  return Math.sign(response) * Math.floor((2 * LEVELS * Math.abs(response) + LARGEST) / (2 * LARGEST));
}
