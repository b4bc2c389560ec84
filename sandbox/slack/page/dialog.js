// Dialogs: a layer over the page that keeps the focus, closes with Escape, and gives the focus back. Confirmations are made of it.

import { h } from "./dom.js";
import { inline, mrkdwn, textObject } from "./mrkdwn.js";

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select, summary, [tabindex='0']";
const layers = [];

/** Opens a layer with `node` in it. Answers a function that closes it. `onescape` is called for Escape and a click beside the dialog. */
export function layer(node, { onescape, label, className = "" }) {
  const before = document.activeElement;
  const dialog = h("div", { class: `dialog ${className}`, role: "dialog", "aria-modal": "true", "aria-label": label, tabindex: "-1" }, node);
  const screen = h("div", { class: "screen", onmousedown: (event) => event.target === screen && onescape?.() }, dialog);
  const keys = (event) => {
    if (layers.at(-1) !== screen || document.querySelector(".popover")) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onescape?.();
    } else if (event.key === "Tab") kept(event, dialog);
  };
  layers.push(screen);
  document.addEventListener("keydown", keys, true);
  document.body.append(screen);
  under();
  (dialog.querySelector("[data-first]") ?? dialog.querySelector(".dialog-body :is(input, textarea, .picker)") ?? dialog.querySelector(".button.primary, .button.danger") ?? dialog).focus();
  return () => {
    if (!layers.includes(screen)) return;
    layers.splice(layers.indexOf(screen), 1);
    document.removeEventListener("keydown", keys, true);
    screen.remove();
    under();
    if (before?.isConnected) before.focus();
  };
}

function under() {
  const app = document.querySelector(".app");
  if (app) app.inert = layers.length > 0;
  for (const [index, one] of layers.entries()) one.inert = index < layers.length - 1;
}

function kept(event, dialog) {
  const stops = [...dialog.querySelectorAll(FOCUSABLE)].filter((one) => one.offsetParent !== null);
  if (!stops.length) {
    event.preventDefault();
    return;
  }
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  const inside = dialog.contains(document.activeElement) && document.activeElement !== dialog;
  if (!inside || document.activeElement === edge) {
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }
}

/** Asks what a `confirm` object of Block Kit asks; true when it was accepted. */
export function confirmed(confirm, names) {
  return new Promise((resolve) => {
    let close = () => {};
    const answer = (yes) => () => {
      close();
      resolve(yes);
    };
    const text = confirm.text.type === "mrkdwn" ? mrkdwn(confirm.text.text, names) : textObject(confirm.text, names);
    const body = [
      h("h2", { class: "dialog-title" }, textObject(confirm.title, names)),
      h("div", { class: "dialog-text" }, text),
      h("div", { class: "dialog-buttons" },
        h("button", { type: "button", class: "button", onclick: answer(false) }, textObject(confirm.deny, names)),
        h("button", { type: "button", class: `button ${confirm.style ?? "primary"}`, onclick: answer(true) }, textObject(confirm.confirm, names))),
    ];
    close = layer(h("div", { class: "confirm" }, body), { onescape: answer(false), label: confirm.title.text, className: "small" });
  });
}

/** Asks a question of the page's own. */
export function ask(title, text, yes, { danger = false } = {}) {
  const plain = (words) => ({ type: "plain_text", text: words });
  return confirmed({ title: plain(title), text: plain(text), confirm: plain(yes), deny: plain("Cancel"), style: danger ? "danger" : "primary" }, {});
}

let toasts = null;

/** A line that stands for a while at the edge of the page. */
export function toast(text, { wrong = false, lasts = 6000 } = {}) {
  toasts ??= document.body.appendChild(h("div", { class: "toasts", role: "status", "aria-live": "polite" }));
  const node = h("div", { class: wrong ? "toast wrong" : "toast" }, h("span", {}, inline(text, { me: "" })), h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: () => node.remove() }, "×"));
  toasts.append(node);
  while (toasts.children.length > 4) toasts.firstElementChild.remove();
  setTimeout(() => node.remove(), lasts);
}

/** Shows a failure to the person, in words. */
export function failed(error) {
  if (error?.name === "AbortError") return;
  toast(error?.message ?? String(error), { wrong: true });
  if (!error?.code) throw error;
}

