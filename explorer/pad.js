// The pad: draw a digit, or drop a picture, and see where it lands.

const PAD = 280, WAIT = 250, STRIDE = 6;
/** @type {Placer|null} */
let placer = null;
/** Strokes, each a list of places and a width. @type {{width: number, path: number[][]}[]} */
const strokes = [];

/** Why nothing can be drawn on this map, or null. */
function whyNoPad() {
  if (data.form !== "handwriting") return "The pad is for handwriting, which these images are not.";
  const unknown = data.blocks.filter((name) => !(name in BLOCKS));
  return unknown.length
    ? `This page cannot compute the features “${unknown.join("”, “")}” of the map: give pictures to predict.py.`
    : null;
}

/** What can be drawn on this map. */
const thingDrawn = () => data.classes.every((name) => /^\d$/.test(name)) ? "digit" : "sign";

/** Set the pad up when it is first shown, and show what was drawn before. */
function showPad() {
  const why = whyNoPad();
  if (why) fill("pad", "Draw", why);
  else if (byId("paper")) redraw();
  else setUpPad();
}

function setUpPad() {
  const canvas = make("canvas", {
    id: "paper", width: PAD, height: PAD, tabindex: 0, role: "application",
    "aria-label": "Paper: draw with mouse or finger; or arrows move the pen, Space puts it down and lifts it",
  });
  const width = make("input", { id: "pen", type: "range", min: 6, max: 42, value: 20 });
  const file = make("input", {
    type: "file", accept: "image/*", onchange: () => file.files[0] && dropped(file.files[0]),
  });
  fill("pad", `Draw a ${thingDrawn()}`,
    make("div", { class: "padded" }, canvas, make("div", { id: "answer" })),
    make("p", { class: "actions" },
      action("Take back", () => { strokes.pop(); redraw(); }, { id: "unstroke" }),
      action("Clear", () => { strokes.length = 0; redraw(); }, { id: "clear" }),
      make("label", { class: "grow" }, "Pen ", width)),
    make("p", {}, make("label", {}, "Or a picture ", file)),
    make("p", { class: "quiet-text" }, "What you draw is sized and centred as the training images are; a ring " +
      "shows where it lands. The map knows nothing but these: " +
      (thingDrawn() === "digit" ? "a letter that looks like a digit (O, I, S, Z) may be taken for one."
        : "whatever looks like one of them may be taken for it.")));
  penOn(canvas, () => Number(width.value));
  for (const type of ["dragover", "drop"]) {
    byId("pad").addEventListener(type, (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      const given = event.dataTransfer?.files[0];
      if (type === "drop" && given) void dropped(given);
    });
  }
  redraw();
  void readyPlacer().catch(missing("answer"));
}

/** @param {HTMLCanvasElement} canvas @param {() => number} width */
function penOn(canvas, width) {
  let down = false, pen = [PAD / 2, PAD / 4];
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    down = true;
    strokes.push({ width: width(), path: [placeOn(canvas, event)] });
    redraw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!down) return;
    const places = (event.getCoalescedEvents?.() || [event]).map((one) => placeOn(canvas, one));
    strokes[strokes.length - 1].path.push(...places);
    redraw();
  });
  for (const type of ["pointerup", "pointercancel"]) canvas.addEventListener(type, () => { down = false; });
  canvas.addEventListener("keydown", (event) => {
    const way = ARROWS[event.key];
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
  const canvas = byId("paper"), ink = canvas.getContext("2d", { willReadFrequently: true });
  paint(ink);
  clearTimeout(waiting);
  const picture = onPaper(levelsOf(ink.getImageData(0, 0, PAD, PAD).data, PAD, PAD, lumaOf));
  if (pen) {
    ink.strokeStyle = "#c93400";
    ink.lineWidth = 2;
    ink.strokeRect(pen[0] - 4, pen[1] - 4, 8, 8);
  }
  if (strokes.length) waiting = window.setTimeout(() => answer(picture).catch(missing("answer")), WAIT);
  else {
    byId("answer").replaceChildren(make("p", { class: "quiet-text" }, "Nothing is drawn yet."));
    change({ drawn: [] });
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
    for (const [x, y] of path) ink.lineTo(x, y);
    if (path.length === 1) ink.lineTo(path[0][0] + 0.01, path[0][1]);
    ink.stroke();
  }
}

/** @param {File} file */
function dropped(file) {
  clearTimeout(waiting);
  strokes.length = 0;
  return readyPlacer().then(() => readPicture(file)).then((picture) => {
    show(picture);
    return answer(picture);
  }).catch(missing("answer"));
}

/** Show a picture in place of a drawing. @param {Plane} picture */
function show({ values, high, wide }) {
  const ink = byId("paper").getContext("2d"), scale = PAD / Math.max(high, wide);
  paint(ink);
  ink.drawImage(canvasOf(values, [high, wide]),
    (PAD - wide * scale) / 2, (PAD - high * scale) / 2, wide * scale, high * scale);
}

/**
 * What predict.py says of a picture: its form, its place, and its label or why it has none.
 * @param {Plane} grey @param {Placer} by
 */
function judged(grey, by) {
  const drawing = normalise(grey), found = by.place(drawing.image, true);
  const reason = drawing.flaw || found.reason, named = data.matched[found.cluster];
  return { ...found, ...drawing, reason, label: reason || named < 0 ? null : data.classes[named] };
}

/** Say what a picture is, and show where. @param {Plane} grey */
async function answer(grey) {
  const panel = byId("answer");
  if (!placer) panel.replaceChildren(make("p", {}, "Loading the model …"));
  const { image, reason, label, cluster, neighbors } = judged(grey, await readyPlacer());
  const words = reason ? `Not read as a ${thingDrawn()}` : label === null ? "It has no name" : `Read as ${label}`;
  const why = reason ? `${plainly(reason)}.` : `It lands in the cluster “${data.clusters[cluster]}”.`;
  panel.replaceChildren(
    make("p", { class: "answer" }, words), make("p", {}, why),
    make("p", { class: "form" }, make("span", { class: "portrait" }, canvasOf(image)),
      // predict.py takes what is saved as it is.
      action("Save as PNG", () => canvasOf(image).toBlob((/** @type {Blob} */ blob) => download("drawing.png", blob)),
        { id: "keep" })),
    make("h3", {}, "Nearest training images"), gallery(neighbors));
  change({ drawn: reason === rules.novelty.BLANK || byId("pad").hidden ? [] : neighbors });
  say(`${words}. ${why}`, false);
  for (const view of views) {
    const isOutside = view.star()?.some((value, axis) => value <= 0 || value >= [view.width, view.height][axis]);
    if (isOutside) view.frame();
  }
}

/** A reason for those who draw: without the options of a command line. @param {string} reason */
function plainly(reason) {
  const plain = reason.replace(/, or [^,]*--.*$/, "").replace(/\bdigit\b/, thingDrawn());
  return plain[0].toUpperCase() + plain.slice(1);
}

async function readyPlacer() {
  if (!placer) {
    const [model, coarse] = await Promise.all(["model", "features"].map(load));
    Object.assign(rules, model.rules);
    await loadAllBlocks();
    placer = new Placer(model, coarse);
  }
  return placer;
}
