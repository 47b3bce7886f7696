// The pad: draw a digit, or drop a picture, and see where it lands.

const PAD = 280, WAIT = 250, STRIDE = 6;
/** @type {Placer|null} */
let placer = null;
/** Strokes, each a list of places and a width. @type {{width: number, path: number[][]}[]} */
const strokes = [];

/** Why nothing can be drawn on this map, or null. */
function whyNoPad() {
  if (data.form !== "handwriting") return "The pad is for handwriting, which these images are not.";
  const unknown = data.blocks.filter((/** @type {string} */ name) => !(name in BLOCKS));
  return unknown.length
    ? `This page cannot compute the features “${unknown.join("”, “")}” of the map: give pictures to predict.py.`
    : null;
}

/** What can be drawn on this map. */
function thing() {
  return data.classes.every((/** @type {string} */ name) => /^\d$/.test(name)) ? "digit" : "sign";
}

function setUpPad() {
  const why = whyNoPad();
  if (why) {
    part("pad").replaceChildren(make("p", {}, why));
    return;
  }
  void readyPlacer();
  const canvas = make("canvas", {
    id: "paper", width: PAD, height: PAD, tabindex: 0, role: "application",
    "aria-label": "Paper: draw with mouse or finger; or arrows move the pen, Space puts it down and lifts it",
  });
  const width = make("input", { id: "pen", type: "range", min: 6, max: 42, value: 20 });
  const file = make("input", {
    type: "file", accept: "image/*", onchange: () => file.files[0] && dropped(file.files[0]),
  });
  part("pad").replaceChildren(
    make("p", {}, `Draw one ${thing()}, or drop a picture of one. It is ` +
      "fitted into the form of the training images and goes through the steps of predict.py, in this page."),
    make("div", { class: "padded" }, canvas, make("div", { id: "answer" })),
    make("p", { class: "actions" },
      make("button", { type: "button", id: "undo", onclick: () => { strokes.pop(); redraw(); } }, "Undo"),
      make("button", { type: "button", id: "clear", onclick: () => { strokes.length = 0; redraw(); } }, "Clear"),
      make("label", { class: "grow" }, "Pen ", width)),
    make("p", {}, make("label", {}, "Picture ", file)),
    make("p", { class: "quiet-text" }, "It knows nothing but what it was fitted on: " +
      (thing() === "digit" ? "a letter that looks like a digit (O, I, S, Z) may be taken for one."
        : "whatever looks like one of these may be taken for it.")));
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

/** @param {HTMLCanvasElement} canvas @param {() => number} width */
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
  const picture = onPaper(greysOf(ink.getImageData(0, 0, PAD, PAD).data, PAD, PAD));
  if (pen) {
    ink.strokeStyle = "#c93400";
    ink.lineWidth = 2;
    ink.strokeRect(pen[0] - 4, pen[1] - 4, 8, 8);
  }
  if (strokes.length) waiting = window.setTimeout(() => answer(picture), WAIT);
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
  clearTimeout(waiting);
  strokes.length = 0;
  try {
    await readyPlacer();
    const picture = await readPicture(file);
    show(picture);
    await answer(picture);
  } catch (error) {
    part("answer").replaceChildren(make("p", {}, `${/** @type {Error} */ (error).message}.`));
  }
}

/** Show a picture in place of a drawing. @param {Plane} picture */
function show({ values, high, wide }) {
  const ink = part("paper").getContext("2d"), scale = PAD / Math.max(high, wide);
  paint(ink);
  ink.drawImage(drawn(values, [high, wide]),
    (PAD - wide * scale) / 2, (PAD - high * scale) / 2, wide * scale, high * scale);
}

/**
 * What predict.py says of a picture: its form, its place, and its label or why it has none.
 * @param {Plane} grey
 * @param {Placer} placer
 */
function judged(grey, placer) {
  const drawing = normalise(grey), found = placer.place(drawing.image, true);
  const reason = drawing.flaw || found.reason, named = data.named[found.cluster];
  return { ...found, ...drawing, reason, label: reason || named < 0 ? null : data.classes[named] };
}

/**
 * Say what a picture is, and show where.
 * @param {Plane} grey
 */
async function answer(grey) {
  const panel = part("answer");
  if (!placer) panel.replaceChildren(make("p", {}, "Loading the model …"));
  const { image, reason, label, cluster, neighbors, position } = judged(grey, await readyPlacer());
  const where = `Cluster ${data.clusters[cluster]}`;
  panel.replaceChildren(
    make("p", { class: "answer" }, reason ? `Not a ${thing()}` : label ? `It is a ${label}` : where),
    make("p", {}, reason ? `${reason}.` : label ? `${where}.` : "It has no name."),
    make("p", { class: "form" }, make("span", { class: "thumb" }, drawn(image)),
      make("button", { type: "button", id: "keep", onclick: () => keep(image) }, "Save as PNG")),
    make("h3", {}, "Nearest training images"), gallery(neighbors, neighbors.length));
  star(reason === rules.novelty.BLANK ? null : position);
  say(reason ? `Not a ${thing()}: ${reason}.` : `${label || "No name"}, in ${where.toLowerCase()}.`);
}

/** Save what was placed; predict.py takes it as it is. @param {Uint8Array} image */
function keep(image) {
  drawn(image).toBlob((/** @type {Blob} */ blob) => download("drawing.png", blob));
}

async function readyPlacer() {
  if (!placer) {
    const [model, coarse] = await Promise.all([load("model"), load("features")]);
    Object.assign(rules, model.rules);
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
