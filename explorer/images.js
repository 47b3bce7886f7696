// Images, in blocks of those that lie together on the map: all of a small set, of a large one those seen.

// Sets of up to so many come whole; of larger ones so many blocks are kept.
const WHOLE = 100000;
let mostBlocks = 24;
/** Where in the blocks each image is. @type {Int32Array|null} */
let imagePlaces = null;
/** @type {Map<number, Uint8Array>} */
const blocks = new Map();
/** Blocks on their way, and those that never came. @type {Set<number>} */
const awaited = new Set();
/** Those asked for since a map moved last, which stay. @type {Set<number>} */
const inUse = new Set();

/** Begin with what leads to the images. */
async function findImages() {
  const { rows } = await load("order"), places = new Int32Array(data.n);
  for (let place = 0; place < rows.length; place++) places[rows[place]] = place;
  imagePlaces = places;
  if (data.n <= WHOLE) await loadAllBlocks();
  else imagesCame();
}

async function loadAllBlocks() {
  mostBlocks = Infinity;
  for (let number = 0; number * data.block < data.n; number++) {
    await loadBlock(number);
    await later();
  }
}

/** @param {number} number */
async function loadBlock(number) {
  if (blocks.has(number)) return;
  const name = `images/${number}`, { images } = await load(name);
  asked.delete(name);
  blocks.set(number, images);
  for (const oldest of blocks.keys()) if (blocks.size > mostBlocks && !inUse.has(oldest)) blocks.delete(oldest);
  imagesCame();
}

function imagesCame() {
  fillPictures();
  for (const view of views) view.paintSoon();
}

/** The pixels of an image, or null while they are on their way. @param {number} row */
function pixelsOf(row) {
  if (!imagePlaces) return null;
  const size = data.size[0] * data.size[1], place = imagePlaces[row], number = Math.floor(place / data.block);
  inUse.add(number);
  const block = blocks.get(number), from = place % data.block * size;
  if (block) return block.subarray(from, from + size);
  if (!awaited.has(number)) {
    awaited.add(number);
    loadBlock(number).then(() => awaited.delete(number), (error) => say(`${error.message}.`));
  }
  return null;
}

/** An image as a canvas, which is filled when its pixels come. @param {number} row */
function pictureOf(row) {
  const ink = pixelsOf(row), canvas = canvasOf(ink);
  if (!ink) canvas.dataset.waits = row;
  return canvas;
}

function fillPictures() {
  for (const canvas of document.querySelectorAll("canvas[data-waits]")) {
    const ink = pixelsOf(Number(canvas.getAttribute("data-waits")));
    if (ink) canvas.replaceWith(canvasOf(ink));
  }
}
