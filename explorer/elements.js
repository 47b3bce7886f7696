// Small parts that panels are made of.

/**
 * Make an element.
 * @param {string} tag
 * @param {{[name: string]: any}} values attributes, and listeners that begin with "on"
 * @param {...(Node|string|null|false)} children @returns {any}
 */
function make(tag, values = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== false).map(
    (child) => /** @type {Node|string} */ (child)));
  return element;
}

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);
/** @param {string} words @param {(event: MouseEvent) => void} onclick @param {{[name: string]: any}} values */
const action = (words, onclick, values = {}) => make("button", { type: "button", onclick, ...values }, words);

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

/** A button with an image, that pins it. @param {number} row @param {string} note */
function thumb(row, note = "") {
  return make("button", {
    type: "button", class: isMistaken(row) ? "thumb wrong" : "thumb", "data-row": row,
    "aria-label": [nameOf(row), data.label && `label ${labelOf(row)}`, clusterOf(row), note].filter(Boolean).join(", "),
    onclick: () => {
      pin(row);
      for (const view of views) view.goTo(row);
    },
    onpointerenter: (/** @type {PointerEvent} */ event) => {
      if (event.pointerType !== "mouse") return;
      // Beside the panel, so that no other thumb is covered.
      state.pointer = [byId("panels").getBoundingClientRect().left + 14, event.clientY];
      change({ hovered: row });
    },
    onpointerleave: () => change({ hovered: -1 }),
  }, pictureOf(row));
}

/** @param {ArrayLike<number>} rows @param {number} most */
function gallery(rows, most = rows.length) {
  return make("div", { class: "gallery" },
    ...Array.from({ length: Math.min(rows.length, most) }, (_, i) => thumb(rows[i])));
}

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
