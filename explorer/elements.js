// Small parts that panels are made of.

/**
 * Make an element.
 * @param {string} tag
 * @param {{[name: string]: any}} values attributes, or properties that begin with a dot
 * @param {...(Node|string|null|false)} children
 * @returns {any}
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
function part(id) {
  return document.getElementById(id);
}

/**
 * An image as a canvas, white on black; the page turns it over in light.
 * @param {ArrayLike<number>|null} ink
 * @param {number[]} size
 */
function drawn(ink, [high, wide] = data.size) {
  const canvas = make("canvas", { width: wide, height: high });
  if (!ink) return canvas;
  const pen = canvas.getContext("2d"), image = pen.createImageData(wide, high);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < words.length; i++) words[i] = ((255 << 24) | (ink[i] * 0x10101)) >>> 0;
  pen.putImageData(image, 0, 0);
  return canvas;
}

/**
 * A button with an image, that pins it.
 * @param {number} row
 * @param {string} note
 */
function thumb(row, note = "") {
  const ink = pixelsOf(row);
  const button = make("button", {
    type: "button", class: isMistaken(row) ? "thumb wrong" : "thumb", "data-row": row,
    title: `${nameOf(row)}${note && `, ${note}`}`,
    "aria-label": `${nameOf(row)}, ${data.label ? `label ${labelOf(row)}, ` : ""}${data.clusters[data.cluster[row]]}`,
    onclick: () => {
      pin(row);
      for (const view of views) view.goTo(row);
    },
    onpointerenter: () => change({ hovered: row }),
    onpointerleave: () => change({ hovered: -1 }),
  }, drawn(ink));
  return button;
}

/** Draw the thumbs that waited for their images. */
function fillThumbs() {
  for (const button of document.querySelectorAll("button.thumb")) {
    const ink = pixelsOf(Number(button.getAttribute("data-row")));
    if (ink) button.replaceChildren(drawn(ink));
  }
}

/** @param {ArrayLike<number>} rows @param {number} most */
function gallery(rows, most) {
  return make("div", { class: "gallery" },
    ...Array.from({ length: Math.min(rows.length, most) }, (_, i) => thumb(rows[i])));
}

/** @param {string} colour */
function swatch(colour) {
  return make("i", { class: "swatch", style: `background:${colour}` });
}

/**
 * Hand a file to the user.
 * @param {string} name
 * @param {Blob} content
 */
function download(name, content) {
  const address = URL.createObjectURL(content);
  const link = make("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
