// Elements to choose with: selects of all kinds, radio buttons, checkboxes, and pickers of dates and times.

import { h, icon } from "./dom.js";
import { listbox } from "./menus.js";
import { textObject, withEmoji } from "./mrkdwn.js";

const SELECT = /^(multi_)?(static|external|users|channels|conversations)_select$/;
const PICKS = ["radio_buttons", "checkboxes", "datepicker", "timepicker", "datetimepicker"];
const kinds = ["static", "external", "users", "channels", "conversations"];
export const CHOICES = new Set([...kinds.flatMap((kind) => [`${kind}_select`, `multi_${kind}_select`]), ...PICKS]);

/** One such element. `value` is its state as Slack has it; `change(value)` is told option values, ids or dates, and answers whether it took. */
export function choice(item, { place, value, change, search, label }) {
  if (SELECT.test(item.type)) return select(item, { place, value, change, search, label });
  if (item.type === "radio_buttons" || item.type === "checkboxes") return boxes(item, { place, value, change, label });
  return moment(item, { value, change, label });
}

const texts = (option) => ({ value: option.value, label: withEmoji(option.text.text), words: option.text.text, hint: option.description?.text });

function offers(item, names) {
  const kind = SELECT.exec(item.type)[2];
  if (kind === "users") return names.people.map((person) => ({ value: person.id, words: `${person.real_name} ${person.name}`, label: person.real_name, hint: person.role }));
  if (kind === "channels" || kind === "conversations") {
    const wanted = item.filter?.include;
    return names.channels
      .filter((channel) => (kind === "channels" ? channel.kind === "public" : !wanted || wanted.includes(channel.kind)))
      .map((channel) => ({ value: channel.id, words: names.title(channel), label: names.title(channel) }));
  }
  return groups(item);
}

function groups(item) {
  const grouped = (item.option_groups ?? []).flatMap((group) => [{ heading: group.label.text }, ...group.options.map(texts)]);
  return [...(item.options ?? []).map(texts), ...grouped];
}

function select(item, { place, value, change, search, label }) {
  const many = item.type.startsWith("multi_");
  const external = item.type.includes("external");
  const known = new Map();
  let chosen = initial(value, known);
  const all = external ? [] : offers(item, place.names);
  for (const offer of all) if (offer.value) known.set(offer.value, offer);
  const placeholder = item.placeholder?.text ?? (many ? "Choose some" : "Choose one");
  const shown = h("span", { class: "picker-value" });
  const node = h("button", {
    type: "button",
    class: "picker",
    "aria-haspopup": "listbox",
    "aria-label": label ? null : placeholder,
    data: { action: item.action_id, key: item.action_id },
    onclick: () => listbox(node, {
      offers: all,
      chosen,
      many,
      most: item.max_selected_items,
      search: external ? async (query) => remember(await search(query), known) : null,
      least: item.min_query_length ?? 0,
      placeholder,
      pick: async (values) => {
        const before = chosen;
        chosen = values;
        draw();
        if ((await change(many ? values : (values[0] ?? null))) === false) {
          chosen = before;
          draw();
        }
      },
    }),
  }, shown, icon("down"));
  const draw = () => {
    const labels = chosen.map((one) => known.get(one)?.label ?? one);
    shown.replaceChildren(...(labels.length ? labels.map((one) => h("span", { class: many ? "chip" : null }, one)) : [h("span", { class: "placeholder" }, placeholder)]));
  };
  draw();
  return node;
}

function remember(offer, known) {
  const list = groups(offer);
  for (const one of list) if (one.value) known.set(one.value, one);
  return list;
}

// The state of Slack holds whole options or bare ids, one or many.
function initial(state, known) {
  if (!state) return [];
  const field = Object.keys(state).find((key) => key.startsWith("selected_"));
  const held = field ? state[field] : null;
  return (Array.isArray(held) ? held : [held]).filter(Boolean).map((one) => {
    if (typeof one === "object") known.set(one.value, texts(one));
    return typeof one === "object" ? one.value : one;
  });
}

function boxes(item, { place, value, change, label }) {
  const many = item.type === "checkboxes";
  const group = `g${Math.random().toString(36).slice(2)}`;
  const chosen = new Set(initial(value, new Map()));
  const inputs = item.options.map((option) => h("input", { type: many ? "checkbox" : "radio", name: group, value: option.value, checked: chosen.has(option.value) }));
  const changed = async () => {
    const values = inputs.filter((one) => one.checked).map((one) => one.value);
    if ((await change(many ? values : (values[0] ?? null))) === false) for (const one of inputs) one.checked = chosen.has(one.value);
  };
  const rows = item.options.map((option, index) => h("label", { class: "box" }, inputs[index], h("span", {}, textObject(option.text, place.names), option.description && h("small", {}, textObject(option.description, place.names)))));
  return h("div", { class: "boxes", role: many ? "group" : "radiogroup", "aria-label": label ?? (many ? "Checkboxes" : "Choose one"), data: { action: item.action_id }, onchange: changed }, rows);
}

function moment(item, { value, change, label }) {
  const stamp = item.type === "datetimepicker";
  const type = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" }[item.type];
  const held = value?.selected_date ?? value?.selected_time ?? (value?.selected_date_time ? local(value.selected_date_time) : "");
  return h("input", {
    type,
    class: "field-input moment",
    value: held ?? "",
    "aria-label": label ?? item.placeholder?.text ?? "Date",
    data: { action: item.action_id, key: item.action_id },
    onchange: (event) => change(event.target.value ? (stamp ? Math.floor(new Date(event.target.value).getTime() / 1000) : event.target.value) : null),
  });
}

function local(seconds) {
  const date = new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16);
}
