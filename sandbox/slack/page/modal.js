// Modals of the app: the top one of the stack, what is filled in, what is wrong with it, and sending it.

import { act } from "./api.js";
import { blocks } from "./blocks.js";
import { busy } from "./blocks_actions.js";
import { failed, layer, toast } from "./dialog.js";
import { fill, h, iconButton } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { inView } from "./place.js";

export class Modals {
  constructor(store, desk) {
    this.store = store;
    this.desk = desk;
    this.open = null; // {id, hash, close, body, foot, error}
    this.drafts = new Map(); // view id → what was filled in
    store.on("views state", () => this.draw());
  }

  draw() {
    const views = this.store.views;
    for (const id of this.drafts.keys()) if (!views.some((view) => view.id === id)) this.drafts.delete(id);
    const view = views.at(-1);
    if (!view) {
      this.open?.close();
      this.open = null;
      return;
    }
    if (!this.drafts.has(view.id)) this.drafts.set(view.id, new Map());
    if (this.open?.id !== view.id) this.show(view, views.length);
    else if (this.open.hash !== view.hash) this.renew(view);
    else this.wrong(view.errors ?? {});
  }

  show(view, depth) {
    this.open?.close();
    const body = h("div", { class: "dialog-body blocks" });
    const title = h("h2", { class: "dialog-title" });
    const foot = h("div", { class: "dialog-foot" });
    const note = h("div", { class: "composer-error", role: "alert", hidden: true });
    const form = h("div", { class: "modal", onkeydown: (event) => {
      if (event.key === "Enter" && event.target.matches("input.field-input") && !event.defaultPrevented && this.store.views.at(-1)?.submit) {
        event.preventDefault();
        this.submit();
      }
    } },
    h("header", { class: "dialog-head" }, depth > 1 && iconButton("back", "Back", () => this.leave(false)), title, iconButton("close", "Close", () => this.leave(true))), body, note, foot);
    this.open = { id: view.id, hash: view.hash, body, title, foot, note };
    this.contents(view);
    this.open.close = layer(form, { onescape: () => this.leave(false), label: view.title?.text ?? "Dialog", className: "of-app" });
  }

  renew(view) {
    const at = document.activeElement;
    const key = at?.dataset?.key;
    const selection = at?.matches?.("input[type=text], textarea") ? [at.selectionStart, at.selectionEnd] : null;
    this.open.hash = view.hash;
    this.contents(view);
    const again = key && this.open.body.querySelector(`[data-key="${CSS.escape(key)}"]`);
    again?.focus();
    if (again && selection) again.setSelectionRange?.(...selection);
  }

  contents(view) {
    const { body, title, foot } = this.open;
    fill(title, textObject(view.title, this.desk.names));
    fill(body, blocks(view.blocks, inView(this.desk.names, view, this.drafts.get(view.id))));
    const submit = view.submit && h("button", { type: "button", class: "button primary", disabled: view.submit_disabled === true, onclick: () => this.submit() }, textObject(view.submit, this.desk.names));
    if (submit) submit.dataset.submit = "true";
    fill(foot, h("button", { type: "button", class: "button", onclick: () => this.leave(false) }, view.close ? textObject(view.close, this.desk.names) : "Close"), submit);
  }

  // Errors go into the blocks that are drawn, so that what is being typed is not disturbed.
  wrong(errors) {
    let first = null;
    for (const node of this.open.body.querySelectorAll(".block.input")) {
      const text = errors[node.dataset.block] ?? "";
      const line = node.querySelector(".input-error");
      if (line.textContent !== text) line.textContent = text;
      line.hidden = !text;
      node.classList.toggle("has-error", Boolean(text));
      const field = node.querySelector("input, textarea, button");
      if (text) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
      if (text) first ??= field;
    }
    return first;
  }

  async submit() {
    const view = this.store.views.at(-1);
    const button = this.open?.foot.querySelector("[data-submit]");
    if (!view || !button || button.disabled) return;
    document.activeElement?.matches?.("input, textarea") && document.activeElement.blur();
    const values = {};
    for (const [block_id, { value }] of this.drafts.get(view.id) ?? []) values[block_id] = value;
    const present = new Set(view.blocks.filter((block) => block.type === "input").map((block) => block.block_id));
    for (const block_id of Object.keys(values)) if (!present.has(block_id)) delete values[block_id];
    this.said("");
    await busy(button, async () => {
      try {
        const done = await act("submit", { view_id: view.id, values });
        if (this.open?.id === view.id) {
          this.wrong(done.errors)?.focus();
          if (done.notice) this.said(done.notice);
        } else if (done.notice) toast(done.notice, { wrong: true });
      } catch (error) {
        this.said(error.message);
      }
    });
  }

  said(text) {
    if (!this.open) return;
    this.open.note.hidden = !text;
    this.open.note.textContent = text;
  }

  leave(all) {
    const view = this.store.views.at(-1);
    if (view) act("close", { view_id: view.id, all }).catch(failed);
  }
}
