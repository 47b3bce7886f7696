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
    this.high = data.size[0];
    this.wide = data.size[1];
    this.n = data.n_train;
    this.blocks = data.blocks.map((/** @type {string} */ name) => {
      const [mean, divisor, loadings] = ["mean", "divisor", "loadings"]
        .map((key) => model[`descriptor_${name}_${key}`]);
      return { name, mean, divisor, count: loadings.length / mean.length, loadings: Float64Array.from(loadings) };
    });
    /** Features of training images that were near once. @type {Map<number, Int16Array>} */
    this.features = new Map();
    /** @type {Map<number, Int8Array>} */ this.gradients = new Map();
  }

  /** @param {ArrayLike<number>} image */
  upright(image) {
    return this.model.descriptor_deskewed ? deskew(image, this.high, this.wide) : image;
  }

  /** Features in units of 1 / 1024 of the standard deviation. @param {ArrayLike<number>} upright */
  describe(upright) {
    /** @type {number[]} */ const into = [];
    for (const { name, mean, loadings, divisor, count } of this.blocks) {
      const raw = BLOCKS[name](upright, this.high, this.wide), sums = new Float64Array(count);
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
   * @param {ArrayLike<number>} image
   * @param {boolean} [drawn] whether it was a picture that was brought into form
   */
  place(image, drawn = false) {
    const model = this.model, upright = this.upright(image);
    const { rows, squares } = this.nearest(this.describe(upright), model.n_candidates);
    let ranked = rows.map((row, i) => [row, squares[i]]);
    if (model.ranks_gradients) ranked = this.rank(upright, rows);
    const near = ranked.slice(0, model.n_neighbors);
    const neighbors = near.map(([row]) => row);
    const position = [0, 1].map((axis) => median(neighbors.map((row) => data.maps["2d"][2 * row + axis])));
    const jury = rows.slice(0, rules.model.N_NEXT), own = this.clusterAt(position);
    const cluster = drawn ? this.overruled(own, jury) : own;
    const support = this.clustersOf(jury).filter((other) => other === cluster).length;
    const torn = drawn && support < rules.model.SUPPORT * jury.length;
    return {
      position, cluster, neighbors, distances: near.map(([, distance]) => distance),
      reason: this.judge(image, squares[near.length - 1], jury, neighbors, drawn) ?? (torn ? rules.novelty.TORN : null),
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
    const { n, coarse: { values, error, step } } = this, about = new Float64Array(n);
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
    found.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
    const kept = found.slice(0, k);
    return { rows: kept.map(([row]) => row), squares: kept.map(([, square]) => square) };
  }

  /** @param {Int16Array} own @param {number} row of train */
  squareFrom(own, row) {
    let theirs = this.features.get(row), sum = 0;
    if (!theirs) {
      theirs = this.describe(this.upright(/** @type {Uint8Array} */ (pixelsOf(row))));
      this.features.set(row, theirs);
    }
    for (let j = 0; j < own.length; j++) sum += (theirs[j] - own[j]) ** 2;
    return sum;
  }

  /**
   * Rank candidates by how well an image is found in them.
   * @param {ArrayLike<number>} upright @param {number[]} rows
   */
  rank(upright, rows) {
    const query = gradientImage(upright, this.high, this.wide);
    const measure = distortionFrom(query.image, query.high, query.wide);
    return rows.map((row) => [row, measure(this.gradientOf(row))])
      .sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  }

  /** @param {number} row */
  gradientOf(row) {
    let found = this.gradients.get(row);
    if (!found) {
      found = gradientImage(this.upright(/** @type {Uint8Array} */ (pixelsOf(row))), this.high, this.wide).image;
      this.gradients.set(row, found);
    }
    return found;
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

  /** @param {number[]} rows of train */
  clustersOf(rows) {
    return rows.map((row) => data.group_clusters[data.group[row]]);
  }

  /**
   * The cluster that nearly all of the jury belong to, if they do.
   * @param {number} cluster
   * @param {number[]} jury rows of train
   */
  overruled(cluster, jury) {
    const own = this.clustersOf(jury), votes = votesFor(own);
    const most = Math.max(...votes);
    return most >= rules.model.AGREEMENT * own.length ? own[votes.indexOf(most)] : cluster;
  }

  /**
   * Say why an image is none of these, or null.
   * @param {ArrayLike<number>} image
   * @param {number} square distance in feature space to the last of as many as place it
   * @param {number[]} jury rows of train, nearest in feature space
   * @param {number[]} neighbors rows of train that place it
   * @param {boolean} drawn
   */
  judge(image, square, jury, neighbors, drawn) {
    let ink = 0, squares = 0;
    for (let i = 0; i < image.length; i++) {
      ink += image[i];
      squares += image[i] * image[i];
    }
    const full = squares / (255 * Math.max(ink, 1));
    const votes = Math.max(...votesFor(this.clustersOf(neighbors)));
    const reach = jury.reduce((sum, row) => sum + this.model.reaches[row], 0);
    const strange =
      square * square * (jury.length * neighbors.length) / (Math.max(reach, 1) * votes);
    if (full === 0) return rules.novelty.BLANK;
    if (strange > (drawn ? this.model.limit_drawn : this.model.limit_strangeness)) return rules.novelty.STRANGE;
    return full < this.model.limit_fullness ? rules.novelty.GREY : null;
  }
}

/** How often each cluster is among them. @param {number[]} clusters */
const votesFor = (clusters) => clusters.map((one) => clusters.filter((other) => other === one).length);

/** @param {number[]} values of float32 */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  if (sorted.length % 2) return sorted[middle];
  return Math.fround(Math.fround(sorted[middle - 1] + sorted[middle]) / 2);
}

/**
 * Gradients by the Sobel operator in whole levels: of each pixel the horizontal, then the vertical.
 * @param {ArrayLike<number>} image @param {number} high @param {number} wide
 */
function gradientImage(image, high, wide) {
  const top = Math.floor(high / rules.ranking.CROPPED), left = Math.floor(wide / rules.ranking.CROPPED);
  const tall = high - 2 * top, broad = wide - 2 * left;
  const found = new Int8Array(2 * tall * broad);
  const ink = (/** @type {number} */ r, /** @type {number} */ c) =>
    (r >= 0 && r < high && c >= 0 && c < wide ? image[r * wide + c] : 0);
  for (let r = 0, i = 0; r < tall; r++) {
    for (let c = 0; c < broad; c++, i += 2) {
      const y = r + top, x = c + left;
      const [nw, ne, sw, se] = [ink(y - 1, x - 1), ink(y - 1, x + 1), ink(y + 1, x - 1), ink(y + 1, x + 1)];
      found[i] = gradientLevel(ne + 2 * ink(y, x + 1) + se - nw - 2 * ink(y, x - 1) - sw);
      found[i + 1] = gradientLevel(sw + 2 * ink(y + 1, x) + se - nw - 2 * ink(y - 1, x) - ne);
    }
  }
  return { image: found, high: tall, wide: broad };
}

/** Halves away from zero. @param {number} response */
function gradientLevel(response) {
  const { LEVELS, LARGEST } = rules.ranking;
  return Math.sign(response) * Math.floor((2 * LEVELS * Math.abs(response) + LARGEST) / (2 * LARGEST));
}
