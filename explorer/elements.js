// Small parts that panels are made of.

/**
 * Make an element.
 * @typedef {Node|string|null|false} Child @typedef {{[name: string]: any}} Values
 * @param {string} tag
 * @param {Values} values attributes, and listeners that begin with "on"
 * @param {...Child} children @returns {any}
 */
function make(tag, values = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);
/** A button. @param {Child|Child[]} words @param {(event: MouseEvent) => void} onclick @param {Values} values */
const action = (words, onclick, values = {}) =>
  make("button", { type: "button", onclick, ...values }, ...[words].flat());

/**
 * Fill a panel; texts are paragraphs.
 * @param {string} id @param {Child|Child[]} title @param {...Child} parts
 */
function fill(id, title, ...parts) {
  const shown = parts.map((part) => (typeof part === "string" ? make("p", {}, part) : part));
  byId(id).replaceChildren(...make("div", {}, make("h2", {}, ...[title].flat()), ...shown).childNodes);
}

/**
 * An image as a canvas: by default light on black, which the page turns over in light.
 * @param {ArrayLike<number>|null} ink @param {number[]} size
 * @param {Uint32Array|null} shades sixteen
 */
function canvasOf(ink, [high, wide] = data.size, shades = null) {
  const canvas = make("canvas", { width: wide, height: high });
  if (!ink) return canvas;
  const pen = canvas.getContext("2d"), image = pen.createImageData(wide, high);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < words.length; i++) {
    words[i] = shades ? shades[(ink[i] >> 4) ^ (areTurned() ? 15 : 0)] : ((255 << 24) | (ink[i] * 0x10101)) >>> 0;
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}

/**
 * A button with an image, that pins it.
 * @param {number} row @param {string} note @param {(event: MouseEvent) => void} [more] that it does
 */
function thumb(row, note = "", more) {
  const act = (/** @type {MouseEvent} */ event) => {
    pinAndShow(row);
    more?.(event);
  };
  return action(pictureOf(row), act, {
    class: isMistaken(row) ? "thumb wrong" : "thumb", "data-row": row,
    "aria-label": [nameOf(row), data.label && `label ${labelOf(row)}`, clusterOf(row), note].filter(Boolean).join(", "),
    onpointerenter: (/** @type {PointerEvent} */ event) => {
      if (event.pointerType !== "mouse") return;
      // Beside the panel, so that no other thumb is covered.
      change({ hovered: row, pointer: [byId("panels").getBoundingClientRect().left + 14, event.clientY] });
    },
    onpointerleave: () => change({ hovered: -1 }),
  });
}

/** @param {ArrayLike<number>} rows @param {number} most */
function gallery(rows, most = rows.length) {
  return make("div", { class: "gallery" },
    ...Array.from({ length: Math.min(rows.length, most) }, (_, i) => thumb(rows[i])));
}

/**
 * A list, and a button that lengthens it.
 * @template T @param {ArrayLike<T>} items @param {number} most at a time @param {(item: T) => Node} made
 */
function growing(items, most, made, kind = "") {
  const list = make("div", { class: kind || null }), more = action("Show more", () => {
    const from = list.children.length, to = Math.min(from + most, items.length);
    for (let i = from; i < to; i++) list.append(made(items[i]));
    more.hidden = to === items.length;
  });
  more.click();
  return [list, more];
}

/**
 * A line that leads to images of a kind.
 * @param {string} colour @param {string} name @param {number} n @param {(event: MouseEvent) => void} onclick
 * @param {...Child} more
 */
const lineOf = (colour, name, n, onclick, ...more) => action(
  [swatch(colour), make("strong", {}, name), ` ${counted(n, "image")}`, ...more], onclick, { class: "line" });

/** @param {string} colour */
const swatch = (colour) => make("i", { class: "swatch", style: `background:${colour}` });
/** Say in a panel that a file is missing. @param {string} id @returns {(error: Error) => void} */
const missing = (id) => (error) => byId(id).replaceChildren(make("p", { class: "missing" }, `${error.message}.`));

/** Hand a file to the user. @param {string} name @param {Blob|string} content */
function download(name, content) {
  const address = URL.createObjectURL(new Blob([content]));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
  say(`Saved as ${name}.`);
}
