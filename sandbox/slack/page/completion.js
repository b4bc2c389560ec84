// Completion in the composer: commands at its beginning, people and groups after @, channels after #, emoji after a colon.

import { fill, h } from "./dom.js";
import { emoji, suggestions } from "./emoji.js";
import { avatar, ROLES } from "./people.js";

const MOST = 8;

/** What could stand where the cursor is: {from, entries: [{insert, label, hint, before}]}, or null. Pure. */
export function completions(text, cursor, { state, people }) {
  const head = text.slice(0, cursor);
  const command = /^\/([\w-]*)$/.exec(head);
  if (command) return found(0, state.app.commands.filter((one) => one.command.startsWith(head)).map((one) => ({ insert: `${one.command} `, label: one.command, hint: one.description, note: one.usage_hint })));
  const word = /(^|[\s(])([@#:])([\w.+-]*)$/.exec(head);
  if (!word) return null;
  const [, , sign, typed] = word;
  const from = cursor - typed.length - 1;
  const low = typed.toLowerCase();
  if (sign === "@") return found(from, mentions(state, people, low));
  if (sign === "#") return found(from, state.channels.filter((one) => one.name?.startsWith(low)).map((one) => ({ insert: `#${one.name} `, label: `#${one.name}`, hint: one.topic })));
  if (low.length < 2) return null;
  return found(from, suggestions(low, MOST).map((name) => ({ insert: `:${name}: `, label: `:${name}:`, before: h("span", { class: "emoji" }, emoji(name)) })));
}

function mentions(state, people, low) {
  const persons = people.map((one) => ({ words: [one.name, ...one.real_name.toLowerCase().split(" ")], insert: `@${one.name} `, label: `@${one.name}`, hint: `${one.real_name} · ${ROLES[one.role] ?? one.role}`, before: avatar(one, "tiny") }));
  const groups = state.usergroups.map((one) => ({ words: [one.handle], insert: `@${one.handle} `, label: `@${one.handle}`, hint: `${one.name} · ${one.users.length} ${one.users.length === 1 ? "person" : "people"}` }));
  const all = ["here", "channel"].map((one) => ({ words: [one], insert: `@${one} `, label: `@${one}`, hint: one === "here" ? "Everybody who is active" : "Everybody in this channel" }));
  return [...persons, ...groups, ...all].filter((one) => one.words.some((word) => word.startsWith(low)));
}

function found(from, entries) {
  return entries.length ? { from, entries: entries.slice(0, MOST) } : null;
}

/** The list above a text field. Keys that it takes do not reach the field. */
export class Completion {
  constructor(field, context) {
    this.field = field;
    this.context = context;
    this.found = null;
    this.at = 0;
    this.node = h("div", { class: "completion", role: "listbox", id: `completion-${field.id}`, "aria-label": "Suggestions", hidden: true });
    field.setAttribute("aria-controls", this.node.id);
    field.setAttribute("aria-autocomplete", "list");
    field.addEventListener("blur", () => setTimeout(() => this.close(), 120));
  }

  look() {
    const { field } = this;
    this.found = field.selectionStart === field.selectionEnd ? completions(field.value, field.selectionStart, this.context()) : null;
    this.at = 0;
    this.draw();
  }

  close() {
    this.found = null;
    this.draw();
  }

  /** True when the key was taken. */
  key(event) {
    if (!this.found) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.at = (this.at + step + this.found.entries.length) % this.found.entries.length;
      this.draw();
    } else if (event.key === "Enter" || event.key === "Tab") this.take(this.at);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  take(index) {
    const { field } = this;
    const { insert } = this.found.entries[index];
    const rest = field.value.slice(field.selectionStart);
    field.setRangeText(insert, this.found.from, field.selectionStart + (insert.endsWith(" ") && rest.startsWith(" ") ? 1 : 0), "end");
    this.close();
    field.focus();
    field.dispatchEvent(new Event("input"));
  }

  draw() {
    const { field, node } = this;
    node.hidden = !this.found;
    field.setAttribute("aria-expanded", String(Boolean(this.found)));
    if (!this.found) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    fill(node, this.found.entries.map((entry, index) => h("div", {
      class: "completion-item",
      role: "option",
      id: `${node.id}-${index}`,
      "aria-selected": String(index === this.at),
      onmousedown: (event) => {
        event.preventDefault();
        this.take(index);
      },
    }, entry.before, h("span", { class: "completion-label" }, entry.label), h("span", { class: "completion-hint" }, entry.hint), entry.note && h("span", { class: "completion-note" }, entry.note))));
    field.setAttribute("aria-activedescendant", `${node.id}-${this.at}`);
    node.children[this.at]?.scrollIntoView({ block: "nearest" });
  }
}
