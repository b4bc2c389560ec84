// The thread beside the channel: the root, its replies, and a composer of its own.

import { Composer } from "./composer.js";
import { h, iconButton } from "./dom.js";
import { editing } from "./editing.js";
import { MessageList } from "./list.js";
import { messageNode } from "./message.js";
import { messageTools } from "./tools.js";

export class ThreadPane {
  constructor(store, desk) {
    this.store = store;
    this.desk = desk;
    this.list = new MessageList({
      label: "Thread",
      build: (message, flags) => messageNode(message, flags, this.env()),
      tools: (message) => messageTools(message, this.env()),
    });
    this.composer = new Composer(store, () => this.target(), () => store.state.people);
    this.title = h("span", { class: "topic" });
    this.closed = h("div", { class: "closed", hidden: true });
    this.foot = h("div", { class: "pane-foot" }, this.closed, this.composer.node);
    this.node = h("aside", { class: "thread", "aria-label": "Thread", hidden: true },
      h("header", { class: "pane-header" }, iconButton("back", "Back to the channel", () => desk.goThread(null), { class: "icon-button thread-back" }), h("h2", { class: "pane-title" }, "Thread"), this.title, iconButton("close", "Close the thread", () => desk.goThread(null), { class: "icon-button thread-close" })),
      h("div", { class: "list-frame" }, this.list.node), this.foot);
    store.on("thread state channels", () => this.draw());
  }

  env() {
    const { store, desk } = this;
    return { store, names: desk.names, channel: store.channel, inThread: true, openThread: () => {}, edit: (message) => editing(this.list, message, store.channel) };
  }

  target() {
    const channel = this.store.current;
    return { channel: channel?.id, thread_ts: this.store.thread, placeholder: "Reply…", broadcastTo: channel && channel.kind !== "im" ? this.desk.names.title(channel) : null };
  }

  moved() {
    this.list.clear();
    this.draw();
  }

  draw() {
    const { store, desk } = this;
    this.node.hidden = !store.thread;
    document.querySelector(".app")?.classList.toggle("thread-open", Boolean(store.thread));
    if (!store.thread || !store.current) return;
    const channel = store.current;
    this.title.textContent = desk.names.title(channel);
    const [root, ...replies] = store.replies.list;
    const hasRoot = root?.ts === store.thread;
    const count = hasRoot ? replies.length : store.replies.list.length;
    const rule = this.list.kept(`count ${count}`, null, () => h("div", { class: "reply-count", role: "separator" }, h("span", {}, count === 0 ? "No replies yet" : count === 1 ? "1 reply" : `${count} replies`)));
    this.list.draw(store.replies.list, { second: hasRoot ? rule : null });
    const open = channel.member && !channel.archived;
    this.composer.node.hidden = !open;
    this.closed.hidden = open;
    this.closed.textContent = channel.archived ? "The channel is archived." : "You are not a member of this channel.";
    this.composer.moved();
  }
}
