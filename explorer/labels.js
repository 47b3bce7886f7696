// Names as files: labels.csv, which the pipeline takes, and tasks for Label Studio.

const CHUNK = 2000;

/** What images are called in labels.csv: by row, and those that are not shown here. */
async function imageKeys() {
  const { paths, rest } = await load("paths");
  const key = (/** @type {number} */ index) => paths[index] ?? String(index);
  return { keys: Array.from(data.index, key), beyond: Array.from(rest, key) };
}

/** Cells as CSV. @param {any[][]} rows */
function csvOf(rows) {
  const quoted = (/** @type {any} */ cell) =>
    (/[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);
  return rows.map((row) => `${row.map(quoted).join(",")}\n`).join("");
}

/** All names, a row an image; of one that is in both parts the first counts. */
async function tableOfNames() {
  const { keys } = await imageKeys(), /** @type {Map<string, string>} */ table = new Map();
  keys.forEach((key, row) => {
    if (isNamed(row) && !table.has(key)) table.set(key, givenName(row));
  });
  for (const { name, kind, of } of state.namings) if (kind === "beyond") for (const key of of) table.set(key, name);
  return csvOf([["path", "label"], ...table]);
}

/** Tasks with the names as predictions, the least sure with the lowest score. */
async function tasksOfNames() {
  const { keys } = await imageKeys(), { paths } = await load("paths"), tasks = [];
  if (!paths.length) await loadAllBlocks();
  for (const row of rowsWhere(isNamed)) {
    if (tasks.length % CHUNK === CHUNK - 1) await later();
    const result = [{
      from_name: "choice", to_name: "image", type: "choices", value: { choices: [givenName(row)] },
    }];
    // Images that are no files of their own come along as pictures.
    const image = paths.length ? keys[row] : canvasOf(pixelsOf(row)).toDataURL();
    tasks.push({
      data: { image, path: keys[row] }, predictions: [{ result, score: data.agreement[row] / data.shown }],
    });
  }
  return JSON.stringify(tasks);
}

/** A table as people and programs write it. @param {string} name @param {ArrayBuffer} bytes @returns {string[][]} */
function tableIn(name, bytes) {
  const [first, second] = new Uint8Array(bytes), wide = first === 255 && second === 254;
  let text;
  try {
    text = new TextDecoder(wide ? "utf-16le" : "utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${name} is no text: save it as CSV in UTF-8`);
  }
  const header = text.split(/\r?\n/, 1)[0], sign = [";", "\t", ","].find((one) => header.includes(one)) || ",";
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"[^\\S\\r\\n]*?|((?!")[^${sign}\\r\\n]*))(${sign}|\\r?\\n|\\r|$)`, "y");
  /** @type {string[][]} */ const rows = [[]];
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    if (!found) throw new Error(`${name} is no CSV: a quote in line ${rows.length} is not closed`);
    rows[rows.length - 1].push((found[1]?.replace(/""/g, '"') ?? found[2]).trim());
    if (found[3] !== sign) rows.push([]);
  }
  return rows.filter((row) => row.some(Boolean));
}

/**
 * Names in a file, as namings; throws what is wrong with it, in one sentence.
 * @param {string} file @param {ArrayBuffer} bytes @returns {Promise<Naming[]>}
 */
async function namingsIn(file, bytes) {
  const [header = [], ...rows] = tableIn(file, bytes), names = header.map((cell) => cell.toLowerCase());
  const { columns } = await load("paths");
  const [path, label] = columns.map((/** @type {string[]} */ known) => names.findIndex((one) => known.includes(one)));
  if (path < 0 || label < 0) {
    throw new Error(`${file} has the columns ${header.join(", ") || "(none)"}, but needs path and label`);
  }
  const filled = rows.filter((row) => row[label]), areWhole = filled.every((row) => /^-?\d+\.0+$/.test(row[label]));
  const { keys, beyond } = await imageKeys(), /** @type {Map<string, string>} */ table = new Map();
  for (const row of filled) {
    const key = row[path] || "", name = areWhole ? row[label].split(".")[0] : row[label];
    if ((table.get(key) ?? name) !== name) {
      throw new Error(`${file} gives ${key} two labels, ${table.get(key)} and ${name}: keep one`);
    }
    table.set(key, name);
  }
  const there = new Set([...keys, ...beyond]), unknown = [...table.keys()].filter((key) => !there.has(key));
  if (!table.size) throw new Error(`${file} names no image: fill its column ${header[label]}`);
  if (unknown.length) {
    throw new Error(`${file} names ${counted(unknown.length, "image")} of another set, such as ` +
      `${unknown[0] || "(none)"}: here they are called like ${keys[0]}`);
  }
  return [...new Set(table.values())].flatMap((name) => {
    const shown = [...keys.keys()].filter((row) => table.get(keys[row]) === name);
    const others = beyond.filter((key) => table.get(key) === name);
    return [{ name, kind: /** @type {const} */ ("rows"), of: packedRows(shown) },
      { name, kind: /** @type {const} */ ("beyond"), of: others }].filter(({ of }) => of.length);
  });
}

/** @param {File} file */
async function loadNames(file) {
  try {
    const namings = await namingsIn(file.name, await file.arrayBuffer());
    const before = [...data.index.keys()].map(givenName);
    change({ namings: [...state.namings, ...namings], colour: "name", off: new Set() });
    const others = rowsWhere((row) => before[row] !== undefined && givenName(row) !== before[row]);
    say(`${file.name} was read: ${spelled(countNamed())} images have a name` +
      `${others.length ? `, ${spelled(others.length)} another than before (Undo brings it back)` : ""}.`);
  } catch (error) {
    say(`${/** @type {Error} */ (error).message}. Nothing was changed.`);
  }
}

/** Buttons by which names leave and come. */
function waysHome() {
  const isEmpty = !state.namings.length, file = make("input", {
    type: "file", accept: ".csv,.tsv,text/csv", id: "load-names",
    onchange: () => file.files[0] && void loadNames(file.files[0]),
  });
  const saveAs = (/** @type {string} */ name, /** @type {() => Promise<string>} */ made) => action(`Save ${name}`, () =>
    made().then((text) => download(name, text), (error) => say(`${error.message}.`)), { disabled: isEmpty });
  return [
    make("h3", {}, "Take them home"),
    "Put labels.csv into the folder of the project, and dvc repro names and scores the clusters by it; " +
      "predict.py and make cluster take it too. The other file is for Label Studio.",
    make("p", { class: "actions" }, saveAs("labels.csv", tableOfNames),
      saveAs("label-studio.json", tasksOfNames),
      action("Forget all names", () => change({ namings: [], colour: "cluster" }), { disabled: isEmpty })),
    make("p", {}, make("label", {}, "Load labels.csv ", file)),
  ];
}
