// What can be asked for: an image, or all images of some kind.

/**
 * Find what is asked for, select it, and bring it into sight.
 * @param {string} text @param {{shiftKey?: boolean, altKey?: boolean}} keys
 */
function search(text, keys = {}) {
  const wanted = text.trim();
  if (!wanted) return;
  const image = imageOf(wanted);
  if (image !== null) {
    if (image < 0) say(`There is no ${wanted}.`);
    else pinAndShow(image);
    return;
  }
  const test = testOf(wanted);
  if (!test) {
    say(`Nothing is called “${wanted}”${state.chosen ? ". The selection stays" : ""}. Try ${examples()}.`);
    return;
  }
  if (!choose(rowsWhere(test), titleOf(wanted), wanted, keys)) return;
  showPanel("selection");
  for (const view of views) view.fit(state.chosen || []);
}

function examples() {
  const kinds = data.label ? `mistakes, label ${data.classes[0]}` : "unsure";
  return `${kinds}, ${data.clusters[0]}, ${partsShown().pop()} 7`;
}

/** The row of an image that a text names, -1 if there is none such, null if it names no image. @param {string} text */
function imageOf(text) {
  const found = /^(train|training|test|row)(?: image)?[\s#-]*([\d,]+)$/i.exec(text);
  if (!found) return null;
  const number = Number(found[2].replace(/,/g, "")), kind = found[1].toLowerCase();
  if (kind === "row") return data.index.indexOf(number);
  const row = number + (kind === "test" ? data.n_train : 0);
  return row < (kind === "test" ? data.n : data.n_train) ? row : -1;
}

/**
 * A condition, or several that all have to hold, parted by commas; or null.
 * @typedef {(row: number) => boolean} Test
 * @param {string} text
 * @returns {Test|null}
 */
function testOf(text) {
  const whole = testOfTerm(text), terms = text.split(",");
  if (whole || terms.length === 1) return whole;
  const tests = terms.map((term) => testOfTerm(term.trim()));
  return tests.every((test) => test !== null) ? (row) => tests.every((test) => test(row)) : null;
}

/** @param {string} term @returns {Test|null} */
function testOfTerm(term) {
  const wanted = term.toLowerCase();
  if (wanted === "train" || wanted === "test") return (row) => partOf(row) === wanted;
  if (wanted === "mistakes" && data.label) return isMistaken;
  if (wanted === "unsure") return isUnsure;
  const [, kind = "", name] = /^(?:(label|cluster|group) )?(.*)$/.exec(wanted) || [];
  const at = (/** @type {string[]} */ names, own = name) => names.findIndex((one) => one.toLowerCase() === own);
  const label = data.label && (!kind || kind === "label") ? at(data.classes) : -1;
  if (label >= 0) return (row) => data.label[row] === label;
  const named = at(data.clusters, wanted), number = /^\d+$/.test(name) ? Number(name) : -1;
  const cluster = named < 0 && kind === "cluster" ? Math.max(at(data.clusters), number) : named;
  if (cluster >= 0 && cluster < data.clusters.length) return (row) => data.cluster[row] === cluster;
  return kind === "group" && number >= 0 && number < data.group_clusters.length
    ? (row) => data.group[row] === number : null;
}

/** Write a query as a title. @param {string} query */
function titleOf(query) {
  const words = query.replace(/\bcluster (\d+)/gi, (whole, number) =>
    (data.named[number] >= 0 ? `cluster “${data.clusters[number]}”` : whole));
  return words[0].toUpperCase() + words.slice(1);
}
