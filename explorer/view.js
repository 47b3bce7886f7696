// A map on a canvas of typed arrays: points, or images where there is room for them.

const MARGIN = 0.94;
// Sides of a picture to the whole map, and the pixels of a side from which on there is room for it.
const SIDES = 200, ROOM = 10;
// Points of which a pixel each is enough; fewer are drawn larger.
const MANY = 60000;

class MapView {
  /** @param {HTMLElement} host @param {string} name for screen readers */
  constructor(host, name) {
    this.host = host;
    this.base = canvasIn(host);
    this.over = canvasIn(host);
    this.over.tabIndex = 0;
    this.over.setAttribute("role", "application");
    this.over.setAttribute("aria-label", name);
    this.context = /** @type {CanvasRenderingContext2D} */ (this.base.getContext("2d"));
    this.marks = /** @type {CanvasRenderingContext2D} */ (this.over.getContext("2d"));
    /** @type {Float32Array} */ this.points = new Float32Array(0);
    /** Rows of the points, where they are not all. @type {Int32Array|null} */ this.rows = null;
    /** By cluster the point that its name stands at. @type {ArrayLike<number>} */ this.anchors = [];
    this.dims = 2;
    /** Of `sources`, the one asked for last. @type {object|null} */ this.wanted = null;
    this.centre = [0, 0, 0];
    this.reach = 1;
    this.scale = 1;
    this.shift = [0, 0];
    this.turn = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    this.sx = new Float32Array(0);
    this.sy = new Float32Array(0);
    this.depth = new Float32Array(0);
    /** @type {number[][]} */ this.path = [];
    /** A place on the map that is marked. @type {number[]|null} */ this.star = null;
    this.keyed = false;
    this.frames = 0;
    this.waiting = false;
    new ResizeObserver(() => this.resize()).observe(host);
    listeners.push(() => this.paintSoon());
  }

  /**
   * Show other points; the view stays unless the number of dimensions changes.
   * @param {Float32Array} points
   * @param {number} dims
   * @param {Int32Array|null} rows
   */
  show(points, dims, rows = null, keep = false) {
    const n = points.length / dims;
    this.points = points;
    this.rows = rows;
    this.anchors = rows ? middles(points, dims, rows) : data.medoids;
    if (this.sx.length !== n) {
      [this.sx, this.sy, this.depth] = [0, 0, 0].map(() => new Float32Array(n));
    }
    if (!keep || dims !== this.dims) {
      this.dims = dims;
      this.frame();
    } else this.paintSoon();
  }

  /** Show all points. */
  frame() {
    const { points, dims } = this, low = Array(dims).fill(Infinity), high = Array(dims).fill(-Infinity);
    for (let i = 0; i < points.length; i++) {
      const axis = i % dims;
      if (points[i] < low[axis]) low[axis] = points[i];
      if (points[i] > high[axis]) high[axis] = points[i];
    }
    this.centre = low.map((value, axis) => (value + high[axis]) / 2);
    this.reach = Math.max(...low.map((value, axis) => high[axis] - value)) || 1;
    if (dims === 3) this.reach *= 1.15;
    this.shift = [0, 0];
    this.scale = 1;
    this.turn = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    if (dims === 3) this.rotate(0.5, -0.35);
    this.paintSoon();
  }

  resize() {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const box = this.host.getBoundingClientRect();
    this.ratio = ratio;
    this.width = Math.max(Math.round(box.width * ratio), 1);
    this.height = Math.max(Math.round(box.height * ratio), 1);
    for (const canvas of [this.base, this.over]) {
      canvas.width = this.width;
      canvas.height = this.height;
    }
    this.image = this.context.createImageData(this.width, this.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.nearest = new Float32Array(this.width * this.height);
    this.paintSoon();
  }

  /** Pixels of the canvas to a unit of the map. */
  get zoom() {
    return this.scale * MARGIN * Math.min(this.width || 1, this.height || 1) / this.reach;
  }

  /** Pixels of the canvas to a side of a picture. */
  get side() {
    return this.zoom * this.reach / SIDES;
  }

  /**
   * Turn a 3-D map.
   * @param {number} across
   * @param {number} down
   */
  rotate(across, down) {
    const [c, s, d, t] = [Math.cos(across), Math.sin(across), Math.cos(down), Math.sin(down)];
    const step = [c, 0, s, s * t, d, -c * t, -s * d, t, c * d];
    this.turn = step.map((_, i) => [0, 1, 2].reduce(
      (sum, k) => sum + step[3 * Math.floor(i / 3) + k] * this.turn[3 * k + i % 3], 0));
    this.paintSoon();
  }

  /**
   * Zoom so that what is at a place of the canvas stays there.
   * @param {number} factor
   * @param {number[]} place in pixels of the canvas, by default its middle
   */
  zoomBy(factor, place = [(this.width || 0) / 2, (this.height || 0) / 2]) {
    const before = this.scale;
    this.scale = Math.min(Math.max(before * factor, 0.5), 400);
    const own = [(this.width || 0) / 2, (this.height || 0) / 2];
    this.shift = this.shift.map((value, i) =>
      place[i] - own[i] - (place[i] - own[i] - value) * this.scale / before);
    this.paintSoon();
  }

  /**
   * Bring an image into the middle, near enough to see it.
   * @param {number} row
   */
  goTo(row) {
    const i = this.placeOf(row);
    if (i < 0) return;
    this.scale = Math.max(this.scale, 6);
    this.project();
    this.shift[0] -= this.sx[i] - (this.width || 0) / 2;
    this.shift[1] -= this.sy[i] - (this.height || 0) / 2;
    this.paintSoon();
  }

  /** @param {number} row */
  placeOf(row) {
    return this.rows ? this.rows.indexOf(row) : row;
  }

  project() {
    const { points, dims, sx, sy, depth, zoom, centre, turn } = this;
    const left = (this.width || 0) / 2 + this.shift[0], top = (this.height || 0) / 2 + this.shift[1];
    if (dims === 2) {
      for (let i = 0, j = 0; i < sx.length; i++, j += 2) {
        sx[i] = left + (points[j] - centre[0]) * zoom;
        sy[i] = top - (points[j + 1] - centre[1]) * zoom;
      }
      return;
    }
    const [a, b, c, d, e, f, g, h, k] = turn;
    for (let i = 0, j = 0; i < sx.length; i++, j += 3) {
      const x = points[j] - centre[0], y = points[j + 1] - centre[1], z = points[j + 2] - centre[2];
      sx[i] = left + (a * x + b * y + c * z) * zoom;
      sy[i] = top - (d * x + e * y + f * z) * zoom;
      depth[i] = g * x + h * y + k * z;
    }
  }

  /**
   * Where a place of the map is on the canvas.
   * @param {number[]} place two coordinates
   */
  screen(place) {
    return [(this.width || 0) / 2 + this.shift[0] + (place[0] - this.centre[0]) * this.zoom,
      (this.height || 0) / 2 + this.shift[1] - (place[1] - this.centre[1]) * this.zoom];
  }

  paintSoon() {
    if (this.waiting || !this.pixels || !this.points.length) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.paint();
    });
  }

  paint() {
    if (!this.pixels || !this.image) return;
    this.frames++;
    this.project();
    const colours = themed(), mode = modes[state.colour];
    const words = mode.colours.map(word), none = word(data.colours.none), back = word(colours.back);
    this.pixels.fill(word(colours.ground));
    if (this.dims === 3) /** @type {Float32Array} */ (this.nearest).fill(-Infinity);
    const ratio = this.ratio || 1;
    const few = Math.min(Math.max((MANY / this.sx.length) ** 0.25, 1), 3.5);
    const size = Math.min(Math.max(Math.round(ratio * few * (0.6 + 0.55 * Math.sqrt(this.scale))), 1), 9);
    const { rows, sx } = this, codes = mode.codes;
    for (let i = 0; i < sx.length; i++) {
      if (!front[rows ? rows[i] : i]) this.dot(i, size, back);
    }
    // What is greyed out never hides what is chosen.
    if (this.dims === 3) /** @type {Float32Array} */ (this.nearest).fill(-Infinity);
    for (let i = 0; i < sx.length; i++) {
      const row = rows ? rows[i] : i;
      if (front[row]) this.dot(i, size, codes[row] < 0 ? none : words[codes[row]]);
    }
    if (this.dims === 2 && this.side > ROOM * ratio) {
      // Strokes are thin: a little nearer to the ink, so that they read on either ground.
      const inks = [...mode.colours, data.colours.none].map((colour) => word(mix(colour, colours.ink, 0.2)));
      drawPictures(this, inks, inks[mode.colours.length], back);
    }
    this.context.putImageData(this.image, 0, 0);
    drawMarks(this);
  }

  /** @param {number} i @param {number} size @param {number} colour */
  dot(i, size, colour) {
    const { width = 0, height = 0 } = this;
    const left = Math.round(this.sx[i] - size / 2), top = Math.round(this.sy[i] - size / 2);
    if (left < 0 || top < 0 || left + size > width || top + size > height) return;
    const pixels = /** @type {Uint32Array} */ (this.pixels);
    if (this.dims === 3) {
      const nearest = /** @type {Float32Array} */ (this.nearest), depth = this.depth[i];
      const middle = (top + (size >> 1)) * width + left + (size >> 1);
      if (nearest[middle] > depth) return;
      for (let y = top; y < top + size; y++) {
        nearest.fill(depth, y * width + left, y * width + left + size);
      }
    }
    const round = size > 3 ? 1 : 0;
    for (let y = 0; y < size; y++) {
      const cut = round && (y === 0 || y === size - 1) ? 1 : 0;
      const start = (top + y) * width + left;
      pixels.fill(colour, start + cut, start + size - cut);
    }
  }

  /**
   * The nearest image to a place, in front of others and not greyed out.
   * @param {number[]} place in pixels of the canvas
   * @param {number} within
   */
  rowAt(place, within) {
    let best = -1, least = within * within, ahead = -Infinity;
    for (let i = 0; i < this.sx.length; i++) {
      const row = this.rows ? this.rows[i] : i;
      if (!front[row]) continue;
      const x = this.sx[i] - place[0], y = this.sy[i] - place[1], gap = x * x + y * y;
      // Of points as near as a pixel in 3-D, the foremost.
      if (gap < least || (this.dims === 3 && gap < 9 && this.depth[i] > ahead)) {
        if (gap > within * within) continue;
        [best, least, ahead] = [row, this.dims === 3 ? Math.max(gap, 9) : gap, this.depth[i]];
      }
    }
    return best;
  }
}

/** @param {HTMLElement} host */
function canvasIn(host) {
  const canvas = document.createElement("canvas");
  host.append(canvas);
  return canvas;
}
