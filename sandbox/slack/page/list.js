// A list of messages that is kept up to date by moving as little as possible, stays at its end while it is there, and can be walked by keys.

import { dayHeading, moment, sameDay } from "./dates.js";
import { h } from "./dom.js";

const TOGETHER = 300; // seconds within which messages of one author stand under one name
const NEAR = 60; // pixels from the end that still count as the end

export class MessageList {
  /** `build(message, flags)` makes an element; `tools(message)` the buttons for the one under the pointer or the focus. */
  constructor({ label, build, tools, onend = null, ontop = null }) {
    this.build = build;
    this.tools = tools;
    this.onend = onend;
    this.ontop = ontop;
    this.known = new Map();
    this.atEnd = true;
    this.toolbar = null;
    this.node = h("div", { class: "message-list", role: "log", "aria-live": "polite", "aria-label": label, tabindex: "0" });
    this.node.addEventListener("scroll", () => this.scrolled());
    this.node.addEventListener("keydown", (event) => this.walked(event));
    this.node.addEventListener("mouseover", (event) => this.pointed(event.target.closest(".message")));
    this.node.addEventListener("focusin", (event) => this.pointed(event.target.closest(".message")));
    this.node.addEventListener("load", () => this.atEnd && this.toEnd(), true); // a picture came
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.node);
  }

  /** Forget what was drawn, because the whole list is another one. */
  clear() {
    this.known.clear();
    this.node.replaceChildren();
    this.atEnd = true;
  }

  draw(messages, { before = [], second = null, unreadFrom = null, marked = null } = {}) {
    const held = this.anchor();
    const wanted = [...before];
    let last = null;
    let unread = unreadFrom;
    for (const message of messages) {
      const at = moment(message.ts);
      const newDay = !last || !sameDay(moment(last.ts), at);
      const fresh = unread !== null && message.ts > unread && !message.ephemeral;
      if (newDay) wanted.push(this.kept(`day ${at.toDateString()}`, null, () => h("div", { class: "day", role: "separator" }, h("span", {}, dayHeading(at)))));
      if (fresh) {
        wanted.push(this.kept(`new ${unreadFrom}`, null, () => h("div", { class: "fresh", role: "separator" }, h("span", {}, "New"))));
        unread = null;
      }
      const joined = !newDay && !fresh && together(last, message);
      const flags = { joined, marked: marked === message.ts };
      wanted.push(this.kept(message.ts, `${joined}${flags.marked}`, () => this.build(message, flags), message));
      last = message;
      if (second && message === messages[0]) {
        wanted.push(second);
        last = { ts: message.ts };
      }
    }
    this.reconcile(wanted);
    if (this.atEnd) this.toEnd();
    else this.restore(held);
  }

  kept(key, sign, make, message = null) {
    const old = this.known.get(key);
    if (old && old.sign === sign && old.message === message) return old.node;
    const node = make();
    if (old) refocused(old.node, node);
    this.known.set(key, { node, sign, message });
    return node;
  }

  reconcile(wanted) {
    const kept = new Set(wanted);
    for (const [key, { node }] of this.known) if (!kept.has(node)) this.known.delete(key);
    for (const node of [...this.node.children]) if (!kept.has(node)) node.remove();
    let cursor = this.node.firstElementChild;
    for (const node of wanted) {
      if (node === cursor) cursor = cursor.nextElementSibling;
      else this.node.insertBefore(node, cursor);
    }
    for (const node of wanted) if (node.dataset.refocus) {
      node.querySelector(`[data-key="${CSS.escape(node.dataset.refocus)}"]`)?.focus();
      delete node.dataset.refocus;
    }
  }

  // While a person reads further up, what they look at stays where it is.
  anchor() {
    if (this.atEnd) return null;
    const top = this.node.getBoundingClientRect().top;
    const node = [...this.node.children].find((one) => one.dataset.ts && one.getBoundingClientRect().bottom > top);
    return node ? { ts: node.dataset.ts, offset: node.getBoundingClientRect().top - top } : null;
  }

  restore(held) {
    const node = held && this.known.get(held.ts)?.node;
    if (node) this.node.scrollTop += node.getBoundingClientRect().top - this.node.getBoundingClientRect().top - held.offset;
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
  }

  reveal(ts) {
    const node = this.known.get(ts)?.node;
    if (!node) return false;
    this.atEnd = false;
    node.scrollIntoView({ block: "center" });
    this.scrolled();
    return true;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.node;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (atEnd !== this.atEnd) {
      this.atEnd = atEnd;
      this.onend?.(atEnd);
    }
    if (scrollTop < NEAR && scrollHeight > clientHeight) this.ontop?.();
  }

  pointed(node) {
    if (!node || node.contains(this.toolbar)) return;
    this.toolbar?.remove();
    const message = this.known.get(node.dataset.ts)?.message;
    this.toolbar = message ? this.tools(message) : null;
    if (this.toolbar) node.append(this.toolbar);
  }

  walked(event) {
    if (!["ArrowUp", "ArrowDown"].includes(event.key) || event.target.matches("input, textarea")) return;
    const all = [...this.node.querySelectorAll(".message")];
    const now = event.target.closest(".message");
    const at = now ? all.indexOf(now) + (event.key === "ArrowUp" ? -1 : 1) : all.length - 1;
    if (!all[at]) return;
    event.preventDefault();
    all[at].focus();
  }
}

function together(last, message) {
  if (!last || last.user !== message.user || last.username !== message.username || last.bot_id !== message.bot_id) return false;
  if (last.ephemeral || message.ephemeral || message.subtype === "tombstone" || last.subtype === "tombstone") return false;
  return Number.parseFloat(message.ts) - Number.parseFloat(last.ts) < TOGETHER && !(message.thread_ts && message.thread_ts !== message.ts && last.thread_ts !== message.thread_ts);
}

// A message that is drawn anew while somebody stands on one of its buttons gives the focus to the same button.
function refocused(old, node) {
  const at = document.activeElement;
  if (!old.contains(at)) return;
  const key = at.closest("[data-key]")?.dataset.key;
  if (key) node.dataset.refocus = key;
}
