// Changing one's own message in its place.

import { act } from "./api.js";
import { failed } from "./dialog.js";
import { h } from "./dom.js";
import { unescape } from "./mrkdwn.js";

/** Puts a field in the place of a message's text. Enter saves, Escape leaves it. */
export function editing(list, message, channel) {
  const node = list.known.get(message.ts)?.node;
  const text = node?.querySelector(".message-body > .text");
  if (!text) return;
  const field = h("textarea", { class: "field-input", rows: "3", "aria-label": "Edit message", value: unescape(message.text) });
  const done = () => box.replaceWith(text);
  const save = async () => {
    try {
      if (field.value.trim() && field.value !== unescape(message.text)) await act("edit", { channel, ts: message.ts, text: field.value });
      done();
    } catch (error) {
      failed(error);
    }
  };
  const box = h("div", { class: "editing", onkeydown: (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      done();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  } }, field, h("div", { class: "dialog-buttons" }, h("button", { type: "button", class: "button small", onclick: done }, "Cancel"), h("button", { type: "button", class: "button primary small", onclick: save }, "Save")));
  text.replaceWith(box);
  field.focus();
}
