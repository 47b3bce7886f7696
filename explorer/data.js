// Data scripts: each calls explorerData with its name and values, in which arrays are packed.

const ROW = 1 << 16;
const TYPES = {
  uint8: Uint8Array, int8: Int8Array, int16: Int16Array, int32: Int32Array,
  float32: Float32Array, float64: Float64Array,
};
/** @type {Map<string, any>} */
const arrived = new Map();
/** @type {Map<string, Promise<any>>} */
const asked = new Map();

/** Take what a data script brings. @param {string} name @param {any} values */
// oxlint-disable-next-line no-unused-vars -- Data scripts call it.
function explorerData(name, values) {
  arrived.set(name, values);
}

/**
 * Load a data script once, and unpack its arrays.
 * @param {string} name of a file in the folder data
 * @returns {Promise<any>} its values
 */
function load(name) {
  if (!asked.has(name)) asked.set(name, script(name).then(unpack));
  return /** @type {Promise<any>} */ (asked.get(name));
}

/** @param {string} name */
function script(name) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = `data/${name}.js`;
    element.onload = () => {
      element.remove();
      resolve(arrived.get(name));
      arrived.delete(name);
    };
    element.onerror = () => reject(new Error(
      `data/${name}.js is missing: keep the folder data beside this page, or run make repro`));
    document.head.append(element);
  });
}

/** Unpack every array in a value, at any depth. @param {any} value @returns {Promise<any>} */
async function unpack(value) {
  if (Array.isArray(value)) return Promise.all(value.map(unpack));
  if (value === null || typeof value !== "object") return value;
  if ("deflated" in value) return inflate(value);
  const entries = Object.entries(value).map(async ([key, item]) => [key, await unpack(item)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** An array as mnist_clustering/pages/packing.py writes it. @param {any} packed */
async function inflate(packed) {
  const stream = new Blob([bytesOf(packed.deflated)]).stream();
  const opened = stream.pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(opened).arrayBuffer());
  const Type = TYPES[/** @type {keyof TYPES} */ (packed.dtype)];
  const count = packed.shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
  const width = Type.BYTES_PER_ELEMENT;
  // Each row begins with a byte that says how it is filtered: not at all. Without these rows move up in place.
  for (let row = 0, from = 1; from < bytes.length; row++, from += ROW + 1) {
    bytes.copyWithin(row * ROW, from, from + ROW);
  }
  if (width === 1) return new Type(bytes.buffer, 0, count);
  const joined = new Uint8Array(count * width);
  for (let place = 0; place < width; place++) {
    const plane = bytes.subarray(place * count, (place + 1) * count);
    for (let i = 0, to = place; i < count; i++, to += width) joined[to] = plane[i];
  }
  return new Type(joined.buffer);
}

/** @param {string} text base64 */
function bytesOf(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}
