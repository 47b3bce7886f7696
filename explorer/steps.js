// Maps of some of the images: at each step of t-SNE, and at other perplexities.

const PACE = 90;
/** What data/course.js holds. @type {any} */
let course = null;
/** The panel, once it is there. @type {Promise<void>|null} */
let stepsShown = null;
let playing = 0;
/** Which frame, and which other map, is shown. */
const moment = { frame: 0, other: 0 };

function addSources() {
  const some = (/** @type {string} */ name, /** @type {() => Float32Array} */ positions) => ({
    name, dims: 2, points: () => loadCourse().then(positions), rows: () => course.rows,
  });
  sources.set("2d", { name: "2-D", dims: 2, points: () => data.maps["2d"] });
  sources.set("3d", { name: "3-D", dims: 3, points: () => data.maps["3d"] });
  sources.set("course", some("t-SNE steps", () => positionsOf(course, moment.frame)));
  if (!data.perplexities.length) return;
  sources.set("other", some("other perplexity", () => positionsOf(course.others, moment.other)));
  // The study's last map is that of the other route.
  sources.set("original", some("raw pixels", () => positionsOf(course.others, course.others.units.length - 1)));
}

async function loadCourse() {
  if (course) return;
  course = await load("course");
  moment.frame = course.iterations.length - 1;
  if (!course.others) return;
  const gaps = course.others.perplexities.map((/** @type {number} */ one) => Math.abs(one - 20));
  moment.other = gaps.indexOf(Math.min(...gaps));
}

/** @param {{steps: Int16Array, units: number[]}} maps @param {number} which */
function positionsOf(maps, which) {
  const size = 2 * course.rows.length, unit = maps.units[which];
  return Float32Array.from(maps.steps.subarray(which * size, (which + 1) * size), (step) => step * unit);
}

function showSteps() {
  stepsShown ||= loadCourse().then(setUpSteps).catch(missing("steps"));
  return stepsShown;
}

function setUpSteps() {
  const { iterations, others, rows } = course;
  const scrubber = make("input", {
    type: "range", id: "scrubber", min: 0, max: iterations.length - 1, value: moment.frame,
    "aria-label": "Step of t-SNE", oninput: () => {
      pause();
      showFrame(Number(scrubber.value));
    },
  });
  byId("steps").replaceChildren(
    make("h2", {}, "t-SNE at work"),
    make("p", {}, `t-SNE moves ${counted(rows.length, "training image")} step by step, until alike ones lie close.`),
    make("p", { class: "actions" }, action("Play", play, { id: "play" }), scrubber),
    make("p", { id: "iteration" }),
    ...(others ? [
      make("h3", {}, "How many neighbours count"),
      make("p", {}, "The perplexity says how many. The same images, at each:"),
      perplexitySlider(others.perplexities),
      make("h3", {}, "From raw pixels"),
      make("p", {}, "This map, and beside it one made of raw pixels. What you select shows in both."),
      action("Show both", () => change({ source: "2d", other: "original", beside: true }), { id: "routes" }),
    ] : []));
  describeFrame();
}

function describeFrame() {
  const { kl_2d: table } = data.curves, at = course.iterations[moment.frame];
  byId("scrubber").value = moment.frame;
  byId("iteration").replaceChildren(`Step ${at}`,
    chart("What it lowers: the KL divergence of the map from the images", "step",
      [curve(table, "2-D map", "iteration", "kl_divergence")], Math.max(at, Number(table.iteration[0]))));
}

/** @param {number} frame */
function showFrame(frame) {
  moment.frame = frame;
  describeFrame();
  if (state.source === "course") void showSource(views[0], "course");
  else change({ source: "course" });
}

function play() {
  if (!course) return;
  if (playing) {
    pause();
    return;
  }
  byId("play").textContent = "Pause";
  const last = course.iterations.length - 1;
  const step = (/** @type {number} */ frame) => {
    showFrame(frame);
    if (frame < last) playing = window.setTimeout(step, PACE, frame + 1);
    else pause();
  };
  playing = 1;
  step(moment.frame < last ? moment.frame : 0);
}

function pause() {
  clearTimeout(playing);
  playing = 0;
  if (byId("play")) byId("play").textContent = "Play";
  for (const view of views) caption(view);
}

/** @param {number[]} perplexities */
function perplexitySlider(perplexities) {
  const said = make("output", {}, String(perplexities[moment.other]));
  const slider = make("input", {
    type: "range", id: "perplexity", min: 0, max: perplexities.length - 1, value: moment.other,
    "aria-label": "Perplexity", oninput: () => {
      moment.other = Number(slider.value);
      said.textContent = String(perplexities[moment.other]);
      if (state.source === "other") void showSource(views[0], "other");
      else change({ source: "other" });
    },
  });
  return make("p", { class: "actions" }, slider, said);
}
