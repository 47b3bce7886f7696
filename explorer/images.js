// Images, in blocks of those that lie together on the map: all of a small set, of a large one those seen.

// Sets of up to so many come whole; of larger ones so many blocks come at once, and so many are kept.
const WHOLE = 100000, AT_ONCE = 4;
let mostBlocks = 24;
/** Where in the blocks each image is. @type {Int32Array|null} */
let imagePlaces = null;
/** @type {Map<number, Uint8Array>} */
const blocks = new Map();
/** Blocks on their way, and those that never came. @type {Set<number>} */
const awaited = new Set();
let coming = 0;
/** Those that maps show since one moved last, which stay. @type {Set<number>} */
const inUse = new Set();
// Of a large set, pixels of pictures in panels are asked for when these come into sight.
const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) target.toggleAttribute("data-seen", isIntersecting);
  fillPictures();
});

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
  for (const oldest of blocks.keys()) if (blocks.size >= mostBlocks && !inUse.has(oldest)) blocks.delete(oldest);
  blocks.set(number, images);
  imagesCame();
}

function imagesCame() {
  fillPictures();
  for (const view of views) view.paintSoon();
}

/** @param {number} row */
const numberOfBlock = (row) => imagePlaces ? Math.floor(imagePlaces[row] / data.block) : -1;

/** The pixels of an image, or null while they are on their way. @param {number} row @param {boolean} onMap */
function pixelsOf(row, onMap = true) {
  if (!imagePlaces) return null;
  const size = data.size[0] * data.size[1], number = numberOfBlock(row);
  if (onMap) inUse.add(number);
  const block = blocks.get(number), from = imagePlaces[row] % data.block * size;
  if (block) return block.subarray(from, from + size);
  // Of many at once what they are unpacked from would pile up; each that came has what is still seen asked for.
  if (coming < AT_ONCE && !awaited.has(number)) {
    awaited.add(number);
    coming++;
    loadBlock(number).then(() => awaited.delete(number), (error) => say(`${error.message}.`))
      .finally(() => { coming--; imagesCame(); });
  }
  return null;
}

/** An image as a canvas, which is filled when it is seen and its pixels are there. @param {number} row */
function pictureOf(row) {
  const ink = blocks.has(numberOfBlock(row)) ? pixelsOf(row, false) : null, canvas = canvasOf(ink);
  if (ink) return canvas;
  canvas.dataset.waits = row;
  sight.observe(canvas);
  return canvas;
}

function fillPictures() {
  for (const canvas of document.querySelectorAll("canvas[data-seen]")) {
    const ink = pixelsOf(Number(canvas.getAttribute("data-waits")), false);
    if (ink) canvas.replaceWith(canvasOf(ink));
  }
}
