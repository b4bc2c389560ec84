// Blocks to read: section, header, context, divider, image, markdown.

import { element } from "./blocks_actions.js";
import { h, link, safeUrl } from "./dom.js";
import { fileUrl } from "./api.js";
import { markdown } from "./markdown.js";
import { textObject, withEmoji } from "./mrkdwn.js";

const LONG = 1200; // characters of a section that are shown before "Show more"
const LINES = 18;

export function section(block, place) {
  const text = block.text && folded(h("div", { class: "text" }, textObject(block.text, place.names)), block, place);
  const fields = block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "field text" }, textObject(field, place.names))));
  const accessory = block.accessory && h("div", { class: "accessory" }, block.accessory.type === "image" ? picture(block.accessory, "thumb") : element(block, block.accessory, place));
  return h("div", { class: "block section" }, h("div", { class: "section-main" }, text, fields), accessory);
}

function folded(node, block, place) {
  const words = block.text.text;
  if (block.expand || (words.length < LONG && words.split("\n").length <= LINES)) return node;
  const key = `${place.key}/${block.block_id}/open`;
  const button = h("button", { type: "button", class: "text-button", onclick: () => show(!place.memory.get(key)) });
  const show = (open) => {
    place.memory.set(key, open);
    node.classList.toggle("folded", !open);
    button.textContent = open ? "Show less" : "Show more";
    button.setAttribute("aria-expanded", String(open));
  };
  show(place.memory.get(key) ?? false);
  return h("div", {}, node, button);
}

export function header(block) {
  return h("div", { class: "block header", role: "heading", "aria-level": "3" }, withEmoji(block.text.text));
}

export function context(block, place) {
  const items = block.elements.map((item) => (item.type === "image" ? picture(item, "tiny") : h("span", { class: "text" }, textObject(item, place.names))));
  return h("div", { class: "block context" }, items);
}

export function divider() {
  return h("hr", { class: "block divider" });
}

export function image(block) {
  const title = block.title && h("figcaption", {}, withEmoji(block.title.text));
  return h("figure", { class: "block image" }, title, picture(block, "large"));
}

export function markdownBlock(block) {
  return h("div", { class: "block markdown" }, markdown(block.text));
}

// The page asks no other machine for anything, so a picture from elsewhere is a link with its description.
function picture(item, size) {
  const own = item.slack_file?.id ? fileUrl(item.slack_file.id) : ownUrl(item.image_url ?? item.slack_file?.url);
  if (own) return h("img", { class: `picture ${size}`, src: own, alt: item.alt_text, loading: "lazy" });
  const url = item.image_url ?? item.slack_file?.url ?? "";
  if (size === "tiny") return h("span", { class: "picture-elsewhere tiny", title: `${item.alt_text} (${url})`, role: "img", "aria-label": item.alt_text }, "🖼");
  return h("div", { class: `picture-elsewhere ${size}` }, h("span", { "aria-hidden": "true" }, "🖼"), " ", safeUrl(url) ? link(url, item.alt_text) : item.alt_text);
}

function ownUrl(url) {
  if (typeof url !== "string") return null;
  if (/^data:image\/(png|jpeg|gif|webp);/.test(url)) return url;
  const match = safeUrl(url) && new URL(url).origin === location.origin ? /^\/files\/([^/]+)\//.exec(new URL(url).pathname) : null;
  return match ? fileUrl(match[1]) : null;
}
