// PNG as Pillow reads it: a canvas would lose shades where they are half transparent, and all but
// eight bits of the deep ones.

const PNG = [137, 80, 78, 71, 13, 10, 26, 10];
/** Channels by colour type: grey, colours, palette, grey and alpha, colours and alpha. */
const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Decode a PNG; null for other files, and for what is left to the browser: interlaced pictures, those
 * to be turned, and one transparent colour of other than eight bits.
 * @param {Uint8Array} bytes @returns {Promise<Shades|null>}
 */
async function decodedPng(bytes) {
  if (!PNG.every((value, i) => bytes[i] === value)) return null;
  const chunks = chunksOf(bytes), [header] = chunks.IHDR, view = new DataView(header.buffer, header.byteOffset);
  const [wide, high, depth, type] = [view.getUint32(0), view.getUint32(4), header[8], header[9]];
  const clear = chunks.tRNS && chunks.tRNS[0], keyed = clear && (type === 0 || type === 2);
  if (Math.max(high, wide) > rules.files.LARGEST_SIDE || header[12] || chunks.eXIf || keyed && depth < 8) return null;
  if (keyed && depth > 8 && type === 2) return null;
  const channels = CHANNELS[/** @type {keyof CHANNELS} */ (type)], line = Math.ceil(wide * channels * depth / 8);
  const deflated = new Blob(/** @type {BlobPart[]} */ (chunks.IDAT));
  const stream = deflated.stream().pipeThrough(new DecompressionStream("deflate"));
  const rows = unfiltered(new Uint8Array(await new Response(stream).arrayBuffer()), high, line, channels * depth);
  const samples = samplesOf(rows, high, wide * channels, line, depth);
  if (type === 0 && depth === 16) return { values: fromDeep(samples), alpha: null, high, wide };
  const eight = depth === 16 ? samples.map((level) => level >> 8) : samples;
  return { ...colouredAs(type, eight, depth, chunks.PLTE && chunks.PLTE[0], clear), high, wide };
}

/** Contents by name. @param {Uint8Array} bytes @returns {{[name: string]: Uint8Array[]}} */
function chunksOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset), /** @type {{[name: string]: Uint8Array[]}} */ found = {};
  for (let at = PNG.length; at + 8 <= bytes.length;) {
    const length = view.getUint32(at), name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    (found[name] ||= []).push(bytes.slice(at + 8, at + 8 + length));
    at += length + 12;
  }
  return found;
}

/**
 * Undo what each row was filtered by: added to the pixel before it, above it, or both.
 * @param {Uint8Array} filtered each row after the number of its filter
 * @param {number} high
 * @param {number} line bytes in a row
 * @param {number} bits of a pixel
 */
function unfiltered(filtered, high, line, bits) {
  if (filtered.length < high * (line + 1)) throw new Error("the picture is cut off");
  const back = Math.max(bits >> 3, 1), rows = new Uint8Array(high * line);
  for (let r = 0, i = 0; r < high; r++) {
    const filter = filtered[r * (line + 1)], from = r * (line + 1) + 1;
    for (let c = 0; c < line; c++, i++) {
      const left = c >= back ? rows[i - back] : 0, above = r ? rows[i - line] : 0;
      const corner = r && c >= back ? rows[i - line - back] : 0;
      rows[i] = filtered[from + c] + [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter];
    }
  }
  return rows;
}

/** Whichever is nearest to left + above - corner. @param {number} left @param {number} above @param {number} corner */
function paeth(left, above, corner) {
  const [a, b, c] = [above - corner, left - corner, left + above - 2 * corner].map(Math.abs);
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

/**
 * @param {Uint8Array} rows @param {number} high
 * @param {number} count samples in a row
 * @param {number} line bytes in a row
 * @param {number} depth bits of a sample
 */
function samplesOf(rows, high, count, line, depth) {
  if (depth === 8) return rows;
  const samples = depth > 8 ? new Uint16Array(high * count) : new Uint8Array(high * count);
  for (let r = 0, i = 0; r < high; r++) {
    for (let k = 0; k < count; k++, i++) {
      const at = r * line + (k * depth >> 3), shift = 8 - depth - k * depth % 8;
      samples[i] = depth > 8 ? rows[at] * 256 + rows[at + 1] : (rows[at] >> shift) & (2 ** depth - 1);
    }
  }
  return samples;
}

/** Scale by the brightest: 10 or 12 bits often come in 16. @param {Uint8Array|Uint16Array} levels */
function fromDeep(levels) {
  let brightest = 1;
  for (let i = 0; i < levels.length; i++) brightest = Math.max(brightest, levels[i]);
  return Uint8Array.from(levels, (level) => rint(level * 255 / brightest));
}

/**
 * @param {number} type @param {Uint8Array|Uint16Array} samples @param {number} depth
 * @param {Uint8Array|undefined} palette
 * @param {Uint8Array|undefined} clear opacities of the palette, or the colour that is transparent
 */
function colouredAs(type, samples, depth, palette, clear) {
  const channels = CHANNELS[/** @type {keyof CHANNELS} */ (type)], n = samples.length / channels;
  const values = new Uint8Array(n), alpha = new Uint8Array(n).fill(255);
  for (let i = 0, j = 0; i < n; i++, j += channels) {
    if (palette && type === 3) {
      const at = 3 * samples[j];
      values[i] = lumaOf(palette[at], palette[at + 1], palette[at + 2]);
      if (clear && samples[j] < clear.length) alpha[i] = clear[samples[j]];
      continue;
    }
    const coloured = channels > 2;
    values[i] = coloured ? lumaOf(samples[j], samples[j + 1], samples[j + 2])
      : depth < 8 ? samples[j] * 255 / (2 ** depth - 1) : samples[j];
    if (channels % 2 === 0) alpha[i] = samples[j + channels - 1];
    else if (clear && [0, 1, 2].slice(0, channels).every((k) => samples[j + k] === clear[2 * k + 1])) alpha[i] = 0;
  }
  return { values, alpha: clear || channels % 2 === 0 ? alpha : null };
}
