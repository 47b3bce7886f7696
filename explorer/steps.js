// Maps of some of the images: at each step of t-SNE, and at other perplexities.

const PACE = 90;
/** What data/course.js holds. @type {any} */
let course = null;
/** The panel, once it is there. @type {Promise<void>|null} */
let stepsShown = null;
let playing = 0;
/** Which frame of the course, and which other map, is shown. */
const moment = { course: 0, other: 0 };

function addSources() {
  const some = (/** @type {string} */ name, /** @type {() => Float32Array} */ positions) => ({
    name, dims: 2, points: () => loadCourse().then(positions), rows: () => course.rows,
  });
  sources.set("2d", { name: "2-D", dims: 2, points: () => data.maps["2d"] });
  sources.set("3d", { name: "3-D", dims: 3, points: () => data.maps["3d"] });
  sources.set("course", some("t-SNE steps", () => positionsOf(course, moment.course)));
  if (!data.perplexities.length) return;
  sources.set("other", some("other perplexity", () => positionsOf(course.others, moment.other)));
  // The study's last map is that of the other route.
  sources.set("original", some("raw pixels", () => positionsOf(course.others, course.others.units.length - 1)));
}

async function loadCourse() {
  if (course) return;
  course = await load("course");
  moment.course = course.iterations.length - 1;
  if (!course.others) return;
  const gaps = course.others.perplexities.map((/** @type {number} */ one) => Math.abs(one - 20));
  moment.other = gaps.indexOf(Math.min(...gaps));
}

/** @param {{steps: Int16Array, units: number[]}} maps @param {number} which */
function positionsOf(maps, which) {
  const size = 2 * course.rows.length, unit = maps.units[which];
  return Float32Array.from(maps.steps.subarray(which * size, (which + 1) * size), (step) => step * unit);
}

const showSteps = () => stepsShown ||= loadCourse().then(setUpSteps).catch(missing("steps"));

function setUpSteps() {
  const { iterations, others, rows } = course;
  const scrubber = slider("scrubber", "Step of t-SNE", iterations.length, moment.course, (frame) => {
    pause();
    showFrame(frame);
  });
  fill("steps", "t-SNE at work",
    `t-SNE moves ${counted(rows.length, "training image")} step by step, until alike ones lie close.`,
    make("p", { class: "actions" }, action("Play", play, { id: "play" }), scrubber),
    make("p", { id: "iteration" }),
    ...(others ? [
      make("h3", {}, "How many neighbours count"),
      "The perplexity says how many. The same images, at each:",
      perplexitySlider(others.perplexities),
      make("h3", {}, "From raw pixels"),
      "This map, and beside it one made of raw pixels. What you select shows in both.",
      action("Show both", () => change({ source: "2d", other: "original", beside: true }), { id: "routes" }),
    ] : []));
  describeFrame();
}

function describeFrame() {
  const { kl_2d: table } = data.curves, at = course.iterations[moment.course];
  byId("scrubber").value = moment.course;
  byId("iteration").replaceChildren(`Step ${at}`,
    chart("What it lowers: the KL divergence of the map from the images", "step",
      [curve(table, "2-D map", "iteration", "kl_divergence")], Math.max(at, Number(table.iteration[0]))));
}

/** Show another moment of a map. @param {"course"|"other"} key @param {number} at */
function showMoment(key, at) {
  moment[key] = at;
  if (state.source === key) void showSource(views[0], key);
  else change({ source: key });
}

/** @param {number} frame */
function showFrame(frame) {
  showMoment("course", frame);
  describeFrame();
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
  step(moment.course < last ? moment.course : 0);
}

function pause() {
  clearTimeout(playing);
  playing = 0;
  byId("play").textContent = "Play";
  for (const view of views) caption(view);
}

/** @param {number[]} perplexities */
function perplexitySlider(perplexities) {
  const said = make("output", {}, String(perplexities[moment.other]));
  const bar = slider("perplexity", "Perplexity", perplexities.length, moment.other, (at) => {
    said.textContent = String(perplexities[at]);
    showMoment("other", at);
  });
  return make("p", { class: "actions" }, bar, said);
}

/** @param {string} id @param {string} label @param {number} n @param {number} at @param {(to: number) => void} act */
function slider(id, label, n, at, act) {
  const input = make("input", {
    type: "range", id, min: 0, max: n - 1, value: at, "aria-label": label, oninput: () => act(Number(input.value)),
  });
  return input;
}
