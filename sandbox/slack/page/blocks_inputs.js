// The input block: a label, something to fill in, a hint, and what is wrong with it.

import { h } from "./dom.js";
import { textObject, withEmoji } from "./mrkdwn.js";
import { CHOICES, choice } from "./pickers.js";

let numbered = 0;

export function input(block, place) {
  const id = `input-${(numbered += 1)}`;
  const item = block.element;
  const name = block.label.text;
  const held = place.held(block, item);
  const change = (value) => place.edit(block, item, value);
  const control = CHOICES.has(item.type)
    ? choice(item, { place, value: held, change, search: (query) => place.options(block, item, query), label: name })
    : typed(item, { value: held, change, dispatch: block.dispatch_action, draft: (value) => place.draft(block, item, value) });
  const target = control.matches("input, textarea, button") ? control : (control.querySelector("input, textarea") ?? control);
  if (!target.id) target.id = id;
  if (control.matches(".picker")) control.setAttribute("aria-labelledby", `${id}-label ${target.id}`);
  const error = place.errors?.[block.block_id];
  const hint = block.hint && h("div", { class: "input-hint", id: `${id}-hint` }, textObject(block.hint, place.names));
  const wrong = h("div", { class: "input-error", id: `${id}-error`, role: "alert", hidden: !error }, error ?? "");
  target.setAttribute("aria-describedby", [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" "));
  if (error) target.setAttribute("aria-invalid", "true");
  return h(
    "div",
    { class: error ? "block input has-error" : "block input" },
    h("label", { id: `${id}-label`, for: target.id }, withEmoji(name), block.optional && h("span", { class: "optional" }, " (optional)")),
    control,
    hint,
    wrong,
  );
}

const TYPES = { email_text_input: "email", url_text_input: "url", number_input: "text" };

/** Something to type in; `change(value)` when it was left, at Enter or at every character as the app asked. */
export function typed(item, { value, change, dispatch = false, draft = null }) {
  if (item.type === "file_input") return h("div", { class: "input-note" }, "Files cannot be chosen here in the local workspace; attach them in the channel.");
  const rich = item.type === "rich_text_input";
  const multiline = item.multiline || rich;
  const meant = (text) => (text === "" ? null : rich ? asRichText(text) : text);
  const said = (text) => change(meant(text));
  const when = item.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const node = h(multiline ? "textarea" : "input", {
    class: "field-input",
    type: multiline ? null : (TYPES[item.type] ?? "text"),
    inputmode: item.type === "number_input" ? (item.is_decimal_allowed ? "decimal" : "numeric") : null,
    rows: multiline ? String(Math.max(item.min_lines ?? 4, 2)) : null,
    placeholder: item.placeholder?.text,
    maxlength: item.max_length,
    autocomplete: "off",
    spellcheck: "false",
    value: textOf(value),
    data: { action: item.action_id, key: item.action_id },
    oninput: (event) => {
      draft?.(meant(event.target.value));
      if (dispatch && when.includes("on_character_entered")) said(event.target.value);
    },
    onchange: (event) => !dispatch && said(event.target.value),
    onkeydown: (event) => {
      if (event.key === "Enter" && dispatch && !multiline && when.includes("on_enter_pressed")) {
        event.preventDefault();
        said(event.target.value);
      }
    },
  });
  if (item.focus_on_load) node.dataset.first = "true";
  return node;
}

export function asRichText(text) {
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
}

function textOf(state) {
  if (!state) return "";
  if (state.rich_text_value) return state.rich_text_value.elements.flatMap((part) => part.elements ?? []).map((part) => part.text ?? "").join("");
  return state.value ?? "";
}
