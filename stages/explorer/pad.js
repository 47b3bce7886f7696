// The pad: draw a digit, or drop a picture, and see where it lands.

const PAD = 280, WAIT = 250, STRIDE = 6;
/** @type {Placer|null} */
let placer = null;
/** Strokes, each a list of places and a width. @type {{width: number, path: number[][]}[]} */
const strokes = [];

function setUpPad() {
  const canvas = make("canvas", {
    id: "paper", width: PAD, height: PAD, tabindex: 0, role: "application",
    "aria-label": "Paper: draw with mouse or finger; or arrows move the pen, Space puts it down and lifts it",
  });
  const width = make("input", { id: "pen", type: "range", min: 6, max: 42, value: 20 });
  const file = make("input", {
    type: "file", accept: "image/png,image/jpeg", onchange: () => file.files[0] && dropped(file.files[0]),
  });
  part("pad").replaceChildren(
    make("p", {}, "Draw one digit, or drop a picture of one. It is " +
      "fitted into the form of the training images and goes through the steps of predict.py, in this page."),
    make("div", { class: "padded" }, canvas, make("div", { id: "answer" })),
    make("p", { class: "actions" },
      make("button", { type: "button", id: "undo", onclick: () => { strokes.pop(); redraw(); } }, "Undo"),
      make("button", { type: "button", id: "clear", onclick: () => { strokes.length = 0; redraw(); } }, "Clear"),
      make("label", { class: "grow" }, "Pen ", width)),
    make("p", {}, make("label", {}, "Picture ", file)),
    make("p", { class: "quiet-text" }, "It knows nothing but what it was fitted on: a letter that looks like a " +
      "digit (O, I, S, Z) is taken for one. For photographs use predict.py."));
  penOn(canvas, () => Number(width.value));
  for (const type of ["dragover", "drop"]) {
    part("pad").addEventListener(type, (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      const given = event.dataTransfer && event.dataTransfer.files[0];
      if (type === "drop" && given) dropped(given);
    });
  }
  redraw();
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {() => number} width
 */
function penOn(canvas, width) {
  const at = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * PAD / box.width, (event.clientY - box.top) * PAD / box.height];
  };
  let down = false, pen = [PAD / 2, PAD / 4];
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    down = true;
    strokes.push({ width: width(), path: [at(event)] });
    redraw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!down) return;
    for (const one of event.getCoalescedEvents?.() || [event]) strokes[strokes.length - 1].path.push(at(one));
    redraw();
  });
  for (const type of ["pointerup", "pointercancel"]) canvas.addEventListener(type, () => { down = false; });
  canvas.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way && event.key !== " ") return;
    event.preventDefault();
    if (way) pen = pen.map((value, i) => Math.min(Math.max(value + STRIDE * way[i], 0), PAD));
    else down = !down;
    if (event.key === " " && down) strokes.push({ width: width(), path: [[...pen]] });
    else if (down) strokes[strokes.length - 1].path.push([...pen]);
    redraw(pen);
  });
}

/**
 * Draw all strokes anew, and place them when there is a pause.
 * @param {number[]|null} pen where the pen of the keys is
 */
function redraw(pen = null) {
  const canvas = part("paper"), ink = canvas.getContext("2d", { willReadFrequently: true });
  paint(ink);
  clearTimeout(waiting);
  const { data: words } = ink.getImageData(0, 0, PAD, PAD);
  const grey = Uint8Array.from({ length: PAD * PAD }, (_, i) => words[4 * i]);
  if (pen) {
    ink.strokeStyle = "#c93400";
    ink.lineWidth = 2;
    ink.strokeRect(pen[0] - 4, pen[1] - 4, 8, 8);
  }
  if (strokes.length) waiting = window.setTimeout(() => answer(grey, PAD, PAD), WAIT);
  else {
    part("answer").replaceChildren(make("p", { class: "quiet-text" }, "Nothing is drawn yet."));
    star(null);
  }
}
let waiting = 0;

/** Black on white, with soft edges. @param {CanvasRenderingContext2D} ink */
function paint(ink) {
  ink.fillStyle = "#fff";
  ink.fillRect(0, 0, PAD, PAD);
  ink.strokeStyle = ink.fillStyle = "#000";
  ink.lineCap = ink.lineJoin = "round";
  for (const { width, path } of strokes) {
    ink.lineWidth = width;
    ink.beginPath();
    path.forEach(([x, y], i) => (i ? ink.lineTo(x, y) : ink.moveTo(x, y)));
    if (path.length === 1) ink.lineTo(path[0][0] + 0.01, path[0][1]);
    ink.stroke();
  }
}

/** @param {File} file */
async function dropped(file) {
  try {
    const picture = await createImageBitmap(file);
    const { width, height } = fitted(picture.width, picture.height);
    const canvas = new OffscreenCanvas(width, height);
    const ink = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
    ink.fillStyle = "#fff";
    ink.fillRect(0, 0, width, height);
    ink.drawImage(picture, 0, 0, width, height);
    const { data: words } = ink.getImageData(0, 0, width, height);
    const grey = Uint8Array.from({ length: width * height }, (_, i) => greyOf(words, 4 * i));
    part("paper").getContext("2d").drawImage(picture, 0, 0, PAD, PAD);
    await answer(grey, height, width);
  } catch {
    part("answer").replaceChildren(make("p", {}, `${file.name} is neither a PNG nor a JPEG picture.`));
  }
}

/**
 * Luma as Pillow has it.
 * @param {ArrayLike<number>} words
 * @param {number} i
 */
function greyOf(words, i) {
  return (words[i] * 19595 + words[i + 1] * 38470 + words[i + 2] * 7471 + 0x8000) >> 16;
}

/** Longest side that is worked on. @param {number} width @param {number} height */
function fitted(width, height) {
  const scale = Math.min(1, 512 / Math.max(width, height));
  return { width: Math.max(Math.round(width * scale), 1), height: Math.max(Math.round(height * scale), 1) };
}

/**
 * Say what a picture is, and show where.
 * @param {Uint8Array} grey
 * @param {number} high
 * @param {number} wide
 */
async function answer(grey, high, wide) {
  const panel = part("answer");
  if (!placer) panel.replaceChildren(make("p", {}, "Loading the model …"));
  const ready = await readyPlacer();
  const image = normalise(grey, high, wide), found = ready.place(image, true), reason = found.reason;
  const name = data.named[found.cluster] >= 0 ? data.classes[data.named[found.cluster]] : "–";
  const said = reason ? `Not a digit: ${reason}.` : `${name}, in cluster ${data.clusters[found.cluster]}.`;
  panel.replaceChildren(
    make("p", { class: "answer" }, reason ? "Not a digit" : `It is a ${name}`),
    make("p", {}, reason ? `${reason}.` : `Cluster ${data.clusters[found.cluster]}.`),
    make("p", { class: "form" }, make("span", { class: "thumb" }, drawn(image)),
      make("button", { type: "button", id: "keep", onclick: () => keep(image) }, "Save as PNG")),
    make("h3", {}, "Nearest training images"), gallery(found.neighbors, found.neighbors.length));
  star(reason === NOTHING ? null : found.position);
  say(said);
}

/** Save what was placed; predict.py takes it as it is. @param {Uint8Array} image */
function keep(image) {
  drawn(image).toBlob((/** @type {Blob} */ blob) => download("drawing.png", blob));
}

async function readyPlacer() {
  if (!placer) {
    const [model, coarse] = await Promise.all([load("model"), load("features")]);
    while (!pixels.train) await later();
    placer = new Placer(model, coarse, pixels.train);
  }
  return placer;
}

/** Mark a place on the 2-D maps. @param {number[]|null} place */
function star(place) {
  for (const view of views) {
    view.star = view.dims === 2 ? place : null;
    view.paintSoon();
  }
}
