// Where a person writes: Enter sends, Shift+Enter makes a line; a text that begins with a slash is a command; files can be dropped.

import { act } from "./api.js";
import { Completion } from "./completion.js";
import { failed } from "./dialog.js";
import { fill, h, icon, iconButton } from "./dom.js";
import { content } from "./files.js";
import { emojiPicker, menu } from "./menus.js";

const LARGEST = 10 * 1024 * 1024; // bytes of a file
const TALLEST = 220; // pixels

let numbered = 0;

export class Composer {
  /** `target()` says where it goes: {channel, thread_ts, placeholder}; `people()` who can be mentioned. */
  constructor(store, target, people) {
    this.store = store;
    this.target = target;
    this.drafts = new Map();
    this.place = "";
    this.field = h("textarea", { id: `composer-${(numbered += 1)}`, class: "composer-field", rows: "1", "aria-label": "Message", spellcheck: "true", oninput: () => this.typed(), onkeydown: (event) => this.key(event), onpaste: (event) => this.dropped(event, event.clipboardData) });
    this.completion = new Completion(this.field, () => ({ state: store.state, people: people() }));
    this.error = h("div", { class: "composer-error", role: "alert", hidden: true });
    this.usage = h("div", { class: "composer-usage", hidden: true });
    this.waits = h("div", { class: "composer-waits", role: "status", hidden: true });
    this.broadcast = h("input", { type: "checkbox" });
    this.broadcastLabel = h("label", { class: "broadcast", hidden: true }, this.broadcast, h("span", {}));
    this.chooser = h("input", { type: "file", hidden: true, onchange: () => this.upload([...this.chooser.files]) });
    this.sendButton = h("button", { type: "button", class: "send", "aria-label": "Send", title: "Send (Enter)", disabled: true, onclick: () => this.send() }, icon("send"));
    this.box = h("div", { class: "composer-box", ondragover: (event) => event.preventDefault(), ondrop: (event) => this.dropped(event, event.dataTransfer) },
      this.field, h("div", { class: "composer-tools" }, this.tools(), this.broadcastLabel, h("span", { class: "composer-keys" }, h("kbd", {}, "Shift"), "+", h("kbd", {}, "Enter"), " for a new line"), this.sendButton));
    this.node = h("div", { class: "composer" }, this.error, this.waits, this.completion.node, this.usage, this.box, this.chooser);
  }

  tools() {
    const plus = iconButton("plus", "Attach a file, or use a shortcut", () => menu(plus, [
      { label: "Upload a file", before: icon("clip"), act: () => this.chooser.click() },
      ...this.store.state.app.shortcuts.filter((one) => one.type === "global").map((one) => ({ label: one.name, hint: one.description, before: icon("bolt"), act: () => act("shortcut", { callback_id: one.callback_id }).catch(failed) })),
    ], { above: true }), { "aria-haspopup": "menu" });
    const face = iconButton("smile", "Emoji", () => emojiPicker(face, (name) => this.insert(`:${name}: `)));
    const at = h("button", { type: "button", class: "icon-button", "aria-label": "Mention somebody", title: "Mention somebody", onclick: () => this.insert("@") }, "@");
    return [plus, face, at];
  }

  /** Shows the draft of where the person is now. */
  moved() {
    const { channel, thread_ts, placeholder, broadcastTo } = this.target();
    const place = `${this.store.me.id}/${channel}/${thread_ts ?? ""}`;
    this.field.placeholder = placeholder;
    this.field.setAttribute("aria-label", placeholder);
    this.broadcastLabel.hidden = !broadcastTo;
    this.broadcastLabel.lastChild.textContent = `Also send to ${broadcastTo}`;
    if (place === this.place) return;
    this.drafts.set(this.place, this.field.value);
    this.place = place;
    this.broadcast.checked = false;
    this.field.value = this.drafts.get(place) ?? "";
    this.said("");
    this.completion.close();
    this.grown();
  }

  write(text) {
    this.field.value = text;
    this.field.focus();
    this.field.setSelectionRange(text.length, text.length);
    this.typed();
    this.completion.close();
  }

  insert(text) {
    this.field.focus();
    const before = this.field.value.slice(0, this.field.selectionStart);
    this.field.setRangeText((before && text.startsWith("@") && !/\s$/.test(before) ? " " : "") + text, this.field.selectionStart, this.field.selectionEnd, "end");
    this.typed();
  }

  typed() {
    this.said("");
    this.grown();
    this.completion.look();
    const command = this.store.state.app.commands.find((one) => this.field.value.startsWith(`${one.command} `) || this.field.value === one.command);
    this.usage.hidden = !command?.usage_hint || Boolean(this.completion.found);
    fill(this.usage, h("strong", {}, command?.command ?? ""), " ", command?.usage_hint ?? "");
  }

  grown() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST)}px`;
    this.sendButton.disabled = !this.field.value.trim();
  }

  key(event) {
    if (event.isComposing || this.completion.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !this.field.value && this.onup) this.onup(event);
  }

  async send() {
    const text = this.field.value.trim();
    if (!text) return;
    const { channel, thread_ts } = this.target();
    const place = this.place;
    const command = /^\/\S/.test(this.field.value);
    const body = { channel, text, thread_ts, broadcast: this.broadcast.checked };
    this.field.value = "";
    this.broadcast.checked = false;
    this.typed();
    if (command) this.wait(`Waiting for ${text.split(" ")[0]} to answer…`);
    try {
      await act(command ? "command" : "send", body);
    } catch (error) {
      if (place === this.place && !this.field.value) this.field.value = text;
      this.grown();
      this.said(error.message);
    } finally {
      this.wait("");
    }
  }

  said(text) {
    this.error.hidden = !text;
    this.error.textContent = text;
  }

  // Only what takes a while is worth a line.
  wait(text) {
    clearTimeout(this.waiting);
    this.waits.hidden = true;
    if (text) this.waiting = setTimeout(() => {
      this.waits.hidden = false;
      this.waits.textContent = text;
    }, 400);
  }

  dropped(event, data) {
    const files = [...(data?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.upload(files);
  }

  async upload(files) {
    const { channel, thread_ts } = this.target();
    const comment = this.field.value.trim();
    for (const [index, file] of files.entries()) {
      if (file.size > LARGEST) {
        this.said(`${file.name} is larger than 10 MB`);
        continue;
      }
      this.wait(`Uploading ${file.name}…`);
      try {
        await act("upload", { channel, thread_ts, filename: file.name, content: await content(file), comment: index ? "" : comment });
        if (!index) this.field.value = "";
      } catch (error) {
        this.said(error.message);
      }
    }
    this.wait("");
    this.chooser.value = "";
    this.typed();
  }
}
