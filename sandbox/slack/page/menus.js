// What opens beside a button: menus, lists to choose from, the emoji picker. One is open at a time; Escape or a press elsewhere closes it.

import { fill, h, icon } from "./dom.js";
import { emoji, PICKED, suggestions } from "./emoji.js";

let open = null;
const PAUSE = 250; // ms after the last key before an app is asked for options

/** Closes what is open. */
export function dismiss(refocus = false) {
  if (!open) return;
  const { node, anchor, off } = open;
  open = null;
  off();
  node.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (refocus && anchor.isConnected) anchor.focus();
}

/** Opens `node` beside `anchor`; pressing the anchor again closes it. */
export function popover(anchor, node, { above = false } = {}) {
  const again = open?.anchor === anchor;
  dismiss(again);
  if (again) return false;
  node.classList.add("popover");
  const outside = (event) => {
    if (!node.contains(event.target) && !anchor.contains(event.target)) dismiss();
  };
  const keys = (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopImmediatePropagation();
      dismiss(true);
    } else if (event.key === "Tab") dismiss(true);
  };
  const moved = (event) => {
    if (node.contains(event.target)) return;
    if (anchor.isConnected && anchor.checkVisibility()) placed(anchor, node, above);
    else dismiss();
  };
  document.addEventListener("mousedown", outside, true);
  document.addEventListener("keydown", keys, true);
  window.addEventListener("resize", moved);
  document.addEventListener("scroll", moved, true);
  const off = () => {
    document.removeEventListener("mousedown", outside, true);
    document.removeEventListener("keydown", keys, true);
    window.removeEventListener("resize", moved);
    document.removeEventListener("scroll", moved, true);
  };
  document.body.append(node);
  anchor.setAttribute("aria-expanded", "true");
  open = { node, anchor, off };
  placed(anchor, node, above);
  return true;
}

function placed(anchor, node, above) {
  const at = anchor.getBoundingClientRect();
  const size = node.getBoundingClientRect();
  const below = !above && at.bottom + 4 + size.height <= innerHeight - 8;
  const top = below ? at.bottom + 4 : Math.max(8, at.top - 4 - size.height);
  const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
  Object.assign(node.style, { top: `${top}px`, left: `${left}px` });
}

// Arrow keys move among the items; Enter and Space press, as buttons do.
function arrows(event, items) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !items.length) return;
  event.preventDefault();
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length].focus();
}

/** A menu of {label, hint?, danger?, act} and {heading}. */
export function menu(anchor, entries, options = {}) {
  const items = entries.map((entry) => (entry.heading
    ? h("div", { class: "menu-heading" }, entry.heading)
    : h("button", {
      type: "button",
      role: "menuitem",
      class: entry.danger ? "menu-item danger" : "menu-item",
      "aria-current": entry.current ? "true" : null,
      onclick: () => {
        dismiss(true);
        entry.act();
      },
    }, entry.before, h("span", { class: "menu-label" }, entry.label, entry.hint && h("small", {}, entry.hint)))));
  const node = h("div", { class: "menu", role: "menu" }, items);
  node.addEventListener("keydown", (event) => arrows(event, [...node.querySelectorAll(".menu-item")]));
  if (popover(anchor, node, options)) node.querySelector(".menu-item")?.focus();
}

/** A list to choose one or many from, with a field that narrows it, or asks `search(query)` for what to offer. */
export function listbox(anchor, { offers, chosen, many, most, search, least, placeholder, pick }) {
  const picked = new Set(chosen);
  const list = h("div", { class: "options", role: "listbox", "aria-multiselectable": many ? "true" : null });
  const field = h("input", { class: "field-input", type: "text", placeholder: placeholder || "Search", "aria-label": "Search", autocomplete: "off" });
  const node = h("div", { class: "menu listbox" }, field, list);
  let asked = 0;
  const press = (offer) => {
    if (!many) {
      dismiss(true);
      pick([offer.value]);
      return;
    }
    if (picked.has(offer.value)) picked.delete(offer.value);
    else if (!most || picked.size < most) picked.add(offer.value);
    for (const one of list.querySelectorAll("[data-value]")) one.setAttribute("aria-selected", String(picked.has(one.dataset.value)));
    pick([...picked]);
  };
  const show = (shown) => {
    const rows = shown.map((offer) => (offer.heading
      ? h("div", { class: "menu-heading" }, offer.heading)
      : h("button", { type: "button", role: "option", class: "menu-item", data: { value: offer.value }, "aria-selected": String(picked.has(offer.value)), onclick: () => press(offer) },
        h("span", { class: "menu-label" }, offer.label, offer.hint && h("small", {}, offer.hint)), icon("check"))));
    fill(list, rows.length ? rows : h("div", { class: "menu-heading" }, "Nothing matches"));
  };
  const narrowed = () => {
    const query = field.value.trim().toLowerCase();
    show(query ? offers.filter((offer) => offer.words?.toLowerCase().includes(query)) : offers);
  };
  const searched = () => {
    const query = field.value.trim();
    const turn = (asked += 1);
    if (query.length < least) {
      fill(list, h("div", { class: "menu-heading" }, `Type at least ${least} ${least === 1 ? "letter" : "letters"}`));
      return;
    }
    setTimeout(async () => {
      if (turn !== asked) return;
      fill(list, h("div", { class: "menu-heading" }, "Asking the app…"));
      const found = await search(query).catch((error) => [{ heading: error.message }]);
      if (turn === asked) show(found);
    }, query ? PAUSE : 0);
  };
  field.addEventListener("input", search ? searched : narrowed);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === field) {
      event.preventDefault();
      list.querySelector("[data-value]")?.click();
    } else arrows(event, [field, ...list.querySelectorAll("[data-value]")]);
  });
  if (search) searched();
  else show(offers);
  node.style.minWidth = `${Math.max(220, anchor.getBoundingClientRect().width)}px`;
  if (popover(anchor, node)) field.focus();
}

/** Emoji to react with or to put into a text. */
export function emojiPicker(anchor, pick) {
  const grid = h("div", { class: "emoji-grid" });
  const field = h("input", { class: "field-input", type: "text", placeholder: "Find an emoji", "aria-label": "Find an emoji", autocomplete: "off" });
  const show = (names) => fill(grid, names.map((name) => h("button", { type: "button", class: "emoji-button", title: `:${name}:`, "aria-label": name.replaceAll("_", " "), onclick: () => {
    dismiss(true);
    pick(name);
  } }, emoji(name))));
  field.addEventListener("input", () => show(field.value ? suggestions(field.value.trim().toLowerCase(), 24) : PICKED));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      grid.querySelector("button")?.click();
    }
  });
  show(PICKED);
  const node = h("div", { class: "menu emoji-picker" }, field, grid);
  if (popover(anchor, node, { above: true })) field.focus();
}
