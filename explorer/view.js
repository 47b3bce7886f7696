// A map on a canvas of typed arrays: points, or images where there is room for them.

const MARGIN = 0.94;
// Sides of a picture to the whole map, with as many images as usual, and the pixels of one that has room.
const SIDES = 200, USUAL = 70000, ROOM = 10;
// Points of which a pixel each is enough; fewer are drawn larger.
const MANY = 60000, MANY_MORE = 300000;
// How far to zoom in at most, to all that is asked for, and to one image.
const CLOSEST = 400, CLOSE = 40, NEARBY = 6;

class MapView {
  /** @param {HTMLElement} host @param {string} name for screen readers */
  constructor(host, name) {
    this.host = host;
    /** @type {HTMLCanvasElement} */ this.base = make("canvas");
    /** @type {HTMLCanvasElement} */
    this.over = make("canvas", { tabindex: 0, role: "application", "aria-label": name });
    host.append(this.base, this.over);
    this.context = /** @type {CanvasRenderingContext2D} */ (this.base.getContext("2d"));
    this.marks = /** @type {CanvasRenderingContext2D} */ (this.over.getContext("2d"));
    /** @type {Float32Array} */ this.points = new Float32Array(0);
    /** Rows of the points, where they are not all. @type {Int32Array|null} */ this.rows = null;
    /** By cluster the point that its name stands at. @type {ArrayLike<number>} */ this.anchors = [];
    this.dims = 2;
    /** Key of the source whose points are shown, and of the one asked for last. */
    this.source = this.wanted = "";
    this.centre = [0, 0, 0];
    this.reach = this.scale = this.ratio = this.width = this.height = 1;
    this.shift = [0, 0];
    this.turn = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    this.sx = this.sy = this.depth = this.nearest = new Float32Array(0);
    this.image = new ImageData(1, 1);
    this.pixels = new Uint32Array(1);
    /** @type {number[][]} */ this.path = [];
    /** Pictures over islands: row, corner and side. @type {number[][]} */ this.badges = [];
    /** Pictures in place of points, if any. @type {Grid|null} */ this.grid = null;
    this.keyed = this.waiting = false;
    this.resize();
    new ResizeObserver(() => this.resize()).observe(host);
  }

  /**
   * Show points.
   * @param {Float32Array} points @param {number} dims @param {Int32Array|null} rows
   * @param {boolean} keep the zoom, as for another moment of the same map
   */
  show(points, dims, rows, keep) {
    const n = points.length / dims;
    Object.assign(this, { points, dims, rows, anchors: rows ? middles(points, dims, rows) : data.medoids });
    if (this.sx.length !== n) [this.sx, this.sy, this.depth] = [0, 0, 0].map(() => new Float32Array(n));
    const low = Array(dims).fill(Infinity), high = Array(dims).fill(-Infinity);
    for (let i = 0; i < points.length; i++) {
      const axis = i % dims;
      if (points[i] < low[axis]) low[axis] = points[i];
      if (points[i] > high[axis]) high[axis] = points[i];
    }
    this.centre = low.map((value, axis) => (value + high[axis]) / 2);
    this.reach = (Math.max(...low.map((value, axis) => high[axis] - value)) || 1) * (dims === 3 ? 1.15 : 1);
    if (keep) this.paintSoon();
    else this.frame();
  }

  /** Show all points. */
  frame() {
    Object.assign(this, { shift: [0, 0], scale: 1, turn: [1, 0, 0, 0, 1, 0, 0, 0, 1] });
    if (this.dims === 3) this.rotate(0.5, -0.35);
    this.moved();
  }

  resize() {
    const before = Math.min(this.width, this.height), box = this.host.getBoundingClientRect();
    this.ratio = Math.min(window.devicePixelRatio, 2);
    this.width = Math.max(Math.round(box.width * this.ratio), 1);
    this.height = Math.max(Math.round(box.height * this.ratio), 1);
    this.shift = this.shift.map((value) => value * Math.min(this.width, this.height) / before);
    for (const canvas of [this.base, this.over]) Object.assign(canvas, { width: this.width, height: this.height });
    this.image = this.context.createImageData(this.width, this.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.nearest = new Float32Array(this.width * this.height);
    if (this.points.length) this.paint();
  }

  /** Pixels of the canvas to a unit of the map. */
  get zoom() {
    return this.scale * MARGIN * Math.min(this.width, this.height) / this.reach;
  }

  /** Pixels of the canvas to a side of a picture. */
  get side() {
    return this.zoom * this.reach / SIDES / Math.sqrt(Math.max(data.n / USUAL, 1));
  }

  /** After a move: part of the map stays in sight, the other map follows, the address is noted. */
  moved(alone = false) {
    const most = this.scale * MARGIN * Math.min(this.width, this.height) / 2;
    this.shift = this.shift.map((value) => Math.min(Math.max(value, -most), most));
    // Where all is shown a finger moves the page, not the map.
    const still = this.scale <= 1 && this.dims === 2 && state.tool === "move";
    this.over.style.touchAction = still ? "pan-y" : "none";
    this.paintSoon();
    inUse.clear();
    for (const other of alone ? [] : views) {
      if (other === this || other.dims !== this.dims || other.host.hidden) continue;
      const times = Math.min(other.width, other.height) / Math.min(this.width, this.height);
      Object.assign(other, { scale: this.scale, turn: this.turn, shift: this.shift.map((value) => value * times) });
      other.moved(true);
    }
    noteView();
  }

  /** Turn a 3-D map. @param {number} across @param {number} down */
  rotate(across, down) {
    const [c, s, d, t] = [Math.cos(across), Math.sin(across), Math.cos(down), Math.sin(down)];
    const step = [c, 0, s, s * t, d, -c * t, -s * d, t, c * d];
    this.turn = step.map((_, i) => [0, 1, 2].reduce(
      (sum, k) => sum + step[3 * Math.floor(i / 3) + k] * this.turn[3 * k + i % 3], 0));
    this.moved();
  }

  /**
   * Zoom so that what is at a place of the canvas stays there.
   * @param {number} factor
   * @param {number[]} place in pixels of the canvas, by default its middle
   */
  zoomBy(factor, place = [this.width / 2, this.height / 2]) {
    const before = this.scale, own = [this.width / 2, this.height / 2];
    this.scale = Math.min(Math.max(before * factor, 1), CLOSEST);
    this.shift = this.shift.map((value, i) =>
      place[i] - own[i] - (place[i] - own[i] - value) * this.scale / before);
    this.moved();
  }

  /** Show rows as large as they fit. @param {ArrayLike<number>} rows @param {number} closest */
  fit(rows, closest = CLOSE) {
    // The legend may just have changed the height.
    this.resize();
    Object.assign(this, { scale: 1, shift: [0, 0] });
    this.project();
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const row of Array.from(rows)) {
      const i = this.placeOf(row);
      if (i < 0) continue;
      [left, right] = [Math.min(left, this.sx[i]), Math.max(right, this.sx[i])];
      [top, bottom] = [Math.min(top, this.sy[i]), Math.max(bottom, this.sy[i])];
    }
    if (right >= left) {
      const times = MARGIN * Math.min(this.width / (right - left || 1), this.height / (bottom - top || 1));
      this.scale = Math.min(Math.max(times, 1), closest);
      this.shift = [this.width - left - right, this.height - top - bottom].map((gap) => gap / 2 * this.scale);
    }
    this.moved(true);
  }

  /** Bring an image into the middle, near enough to see it. @param {number} row */
  goTo(row) {
    this.fit([row], Math.max(this.scale, NEARBY));
  }

  /** @param {number} row */
  placeOf(row) {
    return this.rows ? this.rows.indexOf(row) : row;
  }

  project() {
    const { points, dims, sx, sy, depth, zoom, centre, turn } = this;
    const left = this.width / 2 + this.shift[0], top = this.height / 2 + this.shift[1];
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

  /** Where an image is seen: the picture in its place, or its point. @param {number} row @returns {number[]|null} */
  spot(row) {
    const { grid, sx, sy } = this, i = this.placeOf(row);
    if (i < 0) return null;
    const cell = grid ? cellAt(grid, sx[i], sy[i]) : 0;
    return grid?.cells.get(cell) === row ? cornerOf(grid, cell).map((edge) => edge + grid.side / 2) : [sx[i], sy[i]];
  }

  /** Where a drawing belongs: at the median of the images next to it. @returns {number[]|null} */
  star() {
    const { points, dims, centre, turn } = this;
    const places = state.drawn.map((row) => this.placeOf(row)).filter((i) => i >= 0);
    if (!places.length) return null;
    const own = centre.map((middle, axis) => median(places.map((i) => points[i * dims + axis])) - middle);
    const along = (/** @type {number} */ k) => own.reduce((sum, value, axis) => sum + turn[k + axis] * value, 0);
    const [x, y] = dims === 2 ? own : [along(0), along(3)];
    return [this.width / 2 + this.shift[0] + x * this.zoom, this.height / 2 + this.shift[1] - y * this.zoom];
  }

  paintSoon() {
    if (this.waiting || !this.points.length) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.paint();
    });
  }

  paint() {
    this.project();
    const { ground, back, ink } = themed(), { codes, colours } = modes[state.colour], { rows, sx } = this;
    const words = colours.map(word), grey = word(back);
    this.pixels.fill(word(ground));
    // What is greyed out never hides what is in front, nor this what matters most.
    for (const level of [BACK, FRONT, LOUD]) {
      if (level === LOUD && !nLoud) continue;
      if (this.dims === 3) this.nearest.fill(-Infinity);
      const size = this.dotSize(level);
      for (let i = 0; i < sx.length; i++) {
        const row = rows ? rows[i] : i;
        if (front[row] === level) this.dot(i, size, level ? words[codes[row]] : grey);
      }
      if (level === FRONT && sx.length > MANY_MORE && this.dims === 2 && size === 1) shadeByDensity(this, word(ground));
    }
    this.grid = this.dims === 2 && this.side > ROOM * this.ratio
      // Strokes are thin: a little nearer to the ink, so that they read on either ground.
      ? drawPictures(this, colours.map((colour) => word(mix(colour, ink, 0.2))), grey) : null;
    this.context.putImageData(this.image, 0, 0);
    drawMarks(this);
  }

  /** Sides of points, in pixels: few are large. @param {number} level */
  dotSize(level) {
    const n = level === LOUD ? Math.min(nLoud, this.sx.length) : this.sx.length;
    const few = Math.min(Math.max((MANY / Math.max(n, 1)) ** 0.25, 1), level === LOUD ? 6 : 3.5);
    return Math.min(Math.max(Math.round(this.ratio * few * (0.6 + 0.55 * Math.sqrt(this.scale))), 1), 9 * this.ratio);
  }

  /** @param {number} i @param {number} size @param {number} colour */
  dot(i, size, colour) {
    const { width, height, pixels, nearest } = this;
    const left = Math.round(this.sx[i] - size / 2), top = Math.round(this.sy[i] - size / 2);
    if (left < 0 || top < 0 || left + size > width || top + size > height) return;
    if (size === 1 && this.dims === 2) {
      pixels[top * width + left] = colour;
      return;
    }
    if (this.dims === 3) {
      const depth = this.depth[i];
      const middle = (top + (size >> 1)) * width + left + (size >> 1);
      if (nearest[middle] > depth) return;
      for (let y = top; y < top + size; y++) nearest.fill(depth, y * width + left, y * width + left + size);
    }
    for (let y = 0; y < size; y++) {
      const cut = size > 3 && (y === 0 || y === size - 1) ? 1 : 0, start = (top + y) * width + left;
      pixels.fill(colour, start + cut, start + size - cut);
    }
  }

  /**
   * The image that is seen at a place: a picture, or the nearest point, on top of others and not greyed out.
   * @param {number[]} place in pixels of the canvas
   * @param {number} within
   */
  rowAt([x, y], within) {
    const badge = this.badges.find(([, left, top, side]) => x >= left && y >= top && x < left + side && y < top + side);
    if (badge) return badge[0];
    if (this.grid) return this.grid.cells.get(cellAt(this.grid, x, y)) ?? -1;
    const radius = [0, this.dotSize(FRONT) / 2, this.dotSize(LOUD) / 2];
    // Points as near as a pixel or two count as equal: of them the last drawn is seen, in 3-D the foremost.
    let best = -1, least = within, level = 0, ahead = -Infinity;
    for (let i = 0; i < this.sx.length; i++) {
      const row = this.rows ? this.rows[i] : i, own = front[row];
      if (!own || Math.abs(this.sx[i] - x) > within || Math.abs(this.sy[i] - y) > within) continue;
      const gap = Math.max(Math.hypot(this.sx[i] - x, this.sy[i] - y) - radius[own], 0);
      const isUnder = own < level || this.dims === 3 && own === level && this.depth[i] < ahead;
      if (gap > least || gap === least && isUnder) continue;
      [best, least, level, ahead] = [row, gap, own, this.depth[i]];
    }
    return best;
  }
}
