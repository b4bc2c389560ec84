// Elements that act: buttons, overflow menus, feedback, and the row that holds them. Choices are in `pickers`, typing in `blocks_inputs`.

import { confirmed } from "./dialog.js";
import { h, iconButton, safeUrl } from "./dom.js";
import { menu } from "./menus.js";
import { withEmoji } from "./mrkdwn.js";
import { CHOICES, choice } from "./pickers.js";
import { typed } from "./blocks_inputs.js";

export function actions(block, place) {
  return h("div", { class: "block actions" }, block.elements.map((item) => element(block, item, place)));
}

/** An interactive element outside an input block: whatever is chosen goes to the app at once. */
export function element(block, item, place) {
  if (item.type === "button" || item.type === "workflow_button") return button(block, item, place);
  if (item.type === "overflow") return overflow(block, item, place);
  if (CHOICES.has(item.type)) {
    return choice(item, {
      place,
      value: place.held(block, item),
      change: (value) => use(block, item, place, value),
      search: (query) => place.options(block, item, query),
    });
  }
  return typed(item, { value: place.held(block, item), change: (value) => use(block, item, place, value) });
}

function button(block, item, place) {
  const node = h("button", {
    type: "button",
    class: `button ${item.style ?? ""}`,
    "aria-label": item.accessibility_label,
    data: { action: item.action_id, key: `${block.block_id}/${item.action_id}` },
    onclick: () => {
      const url = item.url && safeUrl(item.url);
      if (url) window.open(url, "_blank", "noopener,noreferrer");
      return busy(node, () => use(block, item, place, item.value ?? null));
    },
  }, withEmoji(item.text.text), item.url && h("span", { class: "outward", "aria-hidden": "true" }, "↗\uFE0E"));
  return node;
}

function overflow(block, item, place) {
  const node = iconButton("more", "More actions", () => {
    menu(node, item.options.map((option) => ({
      label: withEmoji(option.text.text),
      hint: option.description?.text,
      act: () => {
        const url = option.url && safeUrl(option.url);
        if (url) window.open(url, "_blank", "noopener,noreferrer");
        return use(block, item, place, option.value);
      },
    })));
  }, { "aria-haspopup": "menu", data: { action: item.action_id, key: `${block.block_id}/${item.action_id}` } });
  node.classList.add("bordered");
  return node;
}

export function contextActions(block, place) {
  const shown = block.elements.filter((item) => !item.visible_to_user_ids?.length || item.visible_to_user_ids.includes(place.names.me));
  return h("div", { class: "block context-actions" }, shown.map((item) => (item.type === "feedback_buttons" ? feedback(block, item, place) : bin(block, item, place))));
}

function bin(block, item, place) {
  const node = iconButton(item.icon === "trash" ? "trash" : "more", item.accessibility_label ?? item.text.text, () => busy(node, () => use(block, item, place, item.value ?? null)), {
    data: { action: item.action_id, key: `${block.block_id}/${item.action_id}` },
  });
  return node;
}

function feedback(block, item, place) {
  const key = `${place.key}/${block.block_id}/${item.action_id}`;
  const side = (name, shape) => {
    const one = item[name];
    const node = iconButton(shape, one.accessibility_label ?? one.text.text, async () => {
      if (await busy(node, () => use(block, item, place, one.value))) {
        place.memory.set(key, one.value);
        for (const other of node.parentElement?.children ?? []) other.setAttribute("aria-pressed", String(other === node));
      }
    }, { "aria-pressed": String(place.memory.get(key) === one.value), data: { action: item.action_id, value: one.value, key: `${key}/${name}` } });
    node.title = one.text.text;
    return node;
  };
  return h("span", { class: "feedback", role: "group", "aria-label": "Feedback" }, side("positive_button", "up"), side("negative_button", "downvote"));
}

/** Uses an element, after its dialog if it has one. True when the app was told. */
async function use(block, item, place, value) {
  if (item.confirm && !(await confirmed(item.confirm, place.names))) return false;
  return place.act(block, item, value);
}

/** Shows that a button is at work, and takes no second press meanwhile. */
export async function busy(node, work) {
  if (node.getAttribute("aria-busy") === "true") return false;
  node.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    node.removeAttribute("aria-busy");
  }
}
