// Files in messages: pictures, the first lines of texts, and a card for the rest.

import { fileUrl } from "./api.js";
import { failed } from "./dialog.js";
import { h, icon } from "./dom.js";

const SHOWN = 9; // lines of a text before it is unfolded
const LARGEST = 200_000; // characters of a text that the page unfolds; the rest is in the file

/** The files of a message. */
export function files(list, place) {
  return h("div", { class: "files" }, list.map((file) => (file.mode === "tombstone" ? h("div", { class: "file-card" }, "This file was deleted.") : file.mimetype?.startsWith("image/") ? picture(file) : file.preview !== undefined ? text(file, place) : card(file))));
}

function picture(file) {
  const url = fileUrl(file.id);
  return h("figure", { class: "file-picture" }, h("figcaption", {}, title(file)), h("a", { href: url, target: "_blank", rel: "noopener" }, h("img", { src: url, alt: file.alt_txt || file.title || file.name, loading: "lazy" })));
}

function text(file, place) {
  const key = `${place.key}/file/${file.id}`;
  const lines = file.preview.split("\n");
  const folds = lines.length > SHOWN || file.preview_is_truncated;
  const code = h("pre", { class: "file-text", tabindex: "0", "aria-label": `Contents of ${file.name}` });
  const button = folds && h("button", { type: "button", class: "text-button", onclick: () => show(!place.memory.get(key)).catch(failed) });
  const show = async (open) => {
    place.memory.set(key, open);
    if (open && file.preview_is_truncated) {
      const whole = await (await fetch(fileUrl(file.id))).text();
      code.textContent = whole.length > LARGEST ? `${whole.slice(0, LARGEST)}\n… the rest is in the file` : whole;
    } else code.textContent = open ? file.preview : lines.slice(0, SHOWN).join("\n");
    code.classList.toggle("whole", open);
    if (button) {
      button.textContent = open ? "Collapse" : `Show all ${file.lines} lines`;
      button.setAttribute("aria-expanded", String(open));
    }
  };
  show(place.memory.get(key) ?? false).catch(failed);
  return h("figure", { class: "file-snippet" }, h("figcaption", {}, icon("file"), title(file), h("a", { class: "file-open", href: fileUrl(file.id), target: "_blank", rel: "noopener" }, "Open")), code, button);
}

function card(file) {
  return h("a", { class: "file-card", href: fileUrl(file.id), download: file.name, rel: "noopener" }, icon("file"), title(file));
}

function title(file) {
  return h("span", { class: "file-title" }, h("strong", {}, file.title || file.name), h("small", {}, `${file.pretty_type ?? ""} · ${size(file.size)}`));
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

/** A chosen file as base64. */
export function content(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
