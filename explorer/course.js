// Maps of some of the images: on the way to the final map, and at other perplexities.

const PACE = 90;
/**
 * What data/course.js holds.
 * @type {any}
 */
let course = null;
let playing = 0;
/** Which frame, and which other map, is shown. */
const moment = { frame: 0, other: 0 };

function addCourse() {
  sources.set("course", {
    name: "on the way", dims: 2,
    points: () => loadCourse().then(() => positionsOf(course, moment.frame)), rows: () => course.rows,
  });
  if (!data.perplexities.length) return;
  sources.set("other", {
    name: "other perplexity", dims: 2,
    points: () => loadCourse().then(() => positionsOf(course.others, moment.other)), rows: () => course.rows,
  });
  // The study's last map is that of the other route.
  sources.set("original", {
    name: "original study's route", dims: 2,
    points: () => loadCourse().then(() => positionsOf(course.others, course.others.units.length - 1)),
    rows: () => course.rows,
  });
}

async function loadCourse() {
  if (course) return;
  course = await load("course");
  moment.frame = course.iterations.length - 1;
  if (course.others) moment.other = nearestPerplexity(20);
}

/** @param {number} wanted */
function nearestPerplexity(wanted) {
  const gaps = course.others.perplexities.map((/** @type {number} */ one) => Math.abs(one - wanted));
  return gaps.indexOf(Math.min(...gaps));
}

/** @param {{steps: Int16Array, units: number[]}} maps @param {number} which */
function positionsOf(maps, which) {
  const size = 2 * course.rows.length, unit = maps.units[which];
  return Float32Array.from(maps.steps.subarray(which * size, (which + 1) * size), (step) => step * unit);
}

async function showCourse() {
  const panel = part("course");
  panel.replaceChildren(make("p", {}, "Loading …"));
  await loadCourse();
  const { iterations, others, rows } = course;
  const place = make("div", {});
  const scrubber = make("input", {
    type: "range", id: "scrubber", min: 0, max: iterations.length - 1, value: moment.frame,
    "aria-label": "Iteration", oninput: () => showFrame(Number(scrubber.value)),
  });
  panel.replaceChildren(make("div", {},
    make("p", {}, `How t-SNE moved ${counted(rows.length, "training image")}, and the divergence that it lowers.`),
    make("p", { class: "actions" },
      make("button", { type: "button", id: "play", onclick: play }, "Play"), scrubber),
    make("p", { id: "iteration" }), place,
    others && make("h3", {}, "Perplexity"),
    others && make("p", {}, "How many neighbours count. The same images, at each:"),
    others && perplexitySlider(others.perplexities),
    others && make("h3", {}, "Two routes"),
    others && make("p", {}, "On the left ours; on the right the route of the original study, raw pixels without " +
      "deskewing. A choice shows in both."),
    others && make("button", { type: "button", id: "routes", onclick: compareRoutes }, "Set them side by side")));
  part("iteration").textContent = `Iteration ${iterations[moment.frame]}`;
  drawCurve();
}

function drawCurve() {
  const { kl_2d: table } = data.curves, at = course.iterations[moment.frame];
  const old = part("course").querySelector(".chart");
  const drawn = chart("KL divergence", "iteration", [curve(table, "2-D map", "iteration", "kl_divergence")],
    Math.max(at, Number(table.iteration[0])));
  if (old) old.replaceWith(drawn);
  else part("iteration").after(drawn);
}

/** @param {number} frame */
function showFrame(frame) {
  moment.frame = frame;
  part("scrubber").value = frame;
  part("iteration").textContent = `Iteration ${course.iterations[frame]}`;
  part("source").value = "course";
  showSource(views[0], "course");
  drawCurve();
}

function play() {
  if (playing) return stop();
  part("play").textContent = "Stop";
  let frame = moment.frame >= course.iterations.length - 1 ? 0 : moment.frame;
  const step = () => {
    showFrame(frame);
    if (++frame < course.iterations.length && playing) playing = window.setTimeout(step, PACE);
    else stop();
  };
  playing = 1;
  step();
}

function stop() {
  clearTimeout(playing);
  playing = 0;
  if (part("play")) part("play").textContent = "Play";
}

/** @param {number[]} perplexities */
function perplexitySlider(perplexities) {
  const said = make("output", {}, String(perplexities[moment.other]));
  const slider = make("input", {
    type: "range", id: "perplexity", min: 0, max: perplexities.length - 1, value: moment.other,
    "aria-label": "Perplexity", oninput: () => {
      moment.other = Number(slider.value);
      said.textContent = String(perplexities[moment.other]);
      part("source").value = "other";
      showSource(views[0], "other");
    },
  });
  return make("p", { class: "actions" }, slider, said);
}

function compareRoutes() {
  part("source").value = "2d";
  showSource(views[0], "2d");
  part("other").value = "original";
  showBeside(true);
}
