// The open channel: its header, its messages, and the composer with first lines for newcomers.

import { act, arrange } from "./api.js";
import { Composer } from "./composer.js";
import { failed } from "./dialog.js";
import { fill, h, icon, iconButton, refill } from "./dom.js";
import { editing } from "./editing.js";
import { homeTab } from "./home.js";
import { MessageList } from "./list.js";
import { messageNode } from "./message.js";
import { messageTools } from "./tools.js";

const READ_AFTER = 800; // ms that a message stands in view before it counts as read
const FIRST_LINES = ["run chat-gpt-diagnose", "run chat-gpt-quality-gate", "help"];

export class ChannelPane {
  constructor(store, desk) {
    this.store = store;
    this.desk = desk;
    this.marked = null;
    this.notices = [];
    this.list = new MessageList({
      label: "Messages",
      build: (message, flags) => messageNode(message, flags, this.env()),
      tools: (message) => messageTools(message, this.env()),
      onend: (atEnd) => this.ended(atEnd),
      ontop: () => store.older().catch(failed),
    });
    this.composer = new Composer(store, () => this.target(), () => store.state.people);
    this.header = h("header", { class: "pane-header" });
    this.jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() }, icon("down"), h("span", {}, "Newest messages"));
    this.chips = h("div", { class: "first-lines", role: "group", "aria-label": "First lines to try" });
    this.note = h("div", { class: "notes" });
    this.foot = h("div", { class: "pane-foot" }, this.chips, this.note, this.composer.node);
    this.home = h("div", { class: "home-scroll", hidden: true });
    this.node = h("main", { class: "channel", id: "channel", "aria-label": "Channel" }, this.header, h("div", { class: "list-frame" }, this.list.node, this.jump), this.home, this.foot);
    store.on("messages state", () => this.draw());
    store.on("channels state app", () => this.drawAround());
    store.on("home", () => this.drawHome());
  }

  env() {
    const { store, desk } = this;
    return { store, names: desk.names, channel: store.channel, inThread: false, openThread: (ts) => desk.goThread(ts), edit: (message) => editing(this.list, message, store.channel) };
  }

  target() {
    const channel = this.store.current;
    return { channel: channel?.id, placeholder: channel ? `Message ${this.desk.names.title(channel)}` : "" };
  }

  /** Another person or another channel: nothing that was drawn fits. */
  moved() {
    this.list.clear();
    this.jump.hidden = true;
    this.notices = [];
    this.drawAround();
    this.draw();
  }

  draw() {
    const { store } = this;
    if (!store.current) return;
    const before = store.messages.more || store.loading.channel ? [] : [this.beginning()];
    const shown = [...store.messages.list, ...this.notices.filter((one) => one.channel === store.channel)].sort((a, b) => (a.ts < b.ts ? -1 : 1));
    this.list.draw(shown, { before, unreadFrom: store.unreadFrom, marked: this.marked });
    this.drawChips();
    this.readSoon();
  }

  beginning() {
    const channel = this.store.current;
    const title = this.desk.names.title(channel);
    const key = `beginning ${channel.id} ${channel.topic}`;
    return this.list.kept(key, null, () => h("div", { class: "beginning" }, h("h2", {}, title), h("p", {}, channel.kind === "im" ? `This is the very beginning of your conversation with ${title}.` : `This is the very beginning of ${title}. ${channel.topic}`)));
  }

  drawAround() {
    const { store, desk } = this;
    const channel = store.current;
    const withBot = channel?.kind === "im";
    const isHome = withBot && store.tab === "home";
    const bot = store.person(store.state.app.bot_user);
    const title = channel ? desk.names.title(channel) : "";
    const tabs = withBot && store.state.app.home && h("div", { class: "tabs", role: "tablist" }, ["home", "messages"].map((tab) => h("button", { type: "button", role: "tab", "aria-selected": String(store.tab === tab), onclick: () => desk.goApp(tab) }, tab === "home" ? "Home" : "Messages")));
    refill(this.header, [title, channel, store.tab].map((one) => (one?.id ? [one.id, one.kind, one.topic, one.members] : one)), () => [
      iconButton("menu", "Channels", () => desk.drawer(true), { class: "icon-button drawer-button" }),
      h("h1", { class: "pane-title" }, channel?.kind === "private" && icon("lock"), title.replace(/^#/, channel?.kind === "private" ? "" : "#")),
      tabs || h("span", { class: "topic" }, channel?.topic),
      channel && !withBot && h("span", { class: "members", title: channel.members.map((id) => store.person(id)?.real_name ?? id).join(", ") }, icon("people"), String(channel.members.length)),
    ]);
    this.list.node.parentElement.hidden = isHome;
    this.home.hidden = !isHome;
    document.title = `${this.unreadSign()}${title || "…"} · Local workspace`;
    const open = channel?.member && !channel.archived;
    this.foot.hidden = isHome;
    this.composer.node.hidden = !open;
    refill(this.note, [channel?.id, open, channel?.archived, channel?.members.includes(bot.id)], () => (open ? this.botNote(channel, bot) : this.closed(channel)));
    this.composer.moved();
    this.drawChips();
  }

  unreadSign() {
    const others = this.store.state.channels.filter((one) => one.member && one.id !== this.store.channel);
    const mentions = others.reduce((sum, one) => sum + one.mentions, 0);
    return mentions ? `(${mentions}) ` : others.some((one) => one.unread) ? "• " : "";
  }

  closed(channel) {
    if (!channel) return null;
    if (channel.archived) return h("div", { class: "closed" }, `${this.desk.names.title(channel)} is archived.`);
    return h("div", { class: "closed" }, h("span", {}, `You are looking at ${this.desk.names.title(channel)}, and not a member of it.`), h("button", { type: "button", class: "button primary", onclick: () => act("join", { channel: channel.id }).catch(failed) }, "Join"));
  }

  botNote(channel, bot) {
    if (channel.kind === "im" || channel.members.includes(bot.id)) return null;
    return h("div", { class: "bot-note" }, h("span", {}, `${this.store.state.app.name} is not in this channel, so it hears nothing here.`), h("button", { type: "button", class: "text-button", onclick: () => act("invite", { channel: channel.id, user: bot.id }).catch(() => arrange({ do: "invite_bot", channel: channel.id }).catch(failed)) }, "Invite it"));
  }

  // A person who has not spoken to the bot here is shown what could be said.
  drawChips() {
    const { store } = this;
    const channel = store.current;
    const [command] = store.state.app.commands;
    const here = channel?.kind === "im" || channel?.members.includes(store.state.app.bot_user);
    const quiet = store.messages.list.filter((one) => !one.bot_id).length < 4;
    this.chips.hidden = !channel?.member || channel.archived || !here || !quiet || sessionStorage.getItem("first-lines") === "hidden";
    if (this.chips.hidden || this.chips.dataset.for === channel.id) return;
    this.chips.dataset.for = channel.id;
    const bot = store.person(store.state.app.bot_user);
    const prefix = channel.kind === "im" ? "" : `${command?.command ?? `@${bot.name}`} `;
    const lines = (store.state.suggestions ?? FIRST_LINES).map((line) => `${prefix}${line}`);
    if (prefix.startsWith("/")) lines.push(`@${bot.name} help`);
    fill(this.chips, h("span", {}, "Try"), lines.map((line) => h("button", { type: "button", class: "chip-button", onclick: () => this.composer.write(line) }, line)), iconButton("close", "Hide these", () => {
      sessionStorage.setItem("first-lines", "hidden");
      this.drawChips();
    }));
  }

  drawHome() {
    fill(this.home, homeTab(this.store, this.desk.names));
  }

  ended(atEnd) {
    this.store.atEnd = atEnd;
    this.jump.hidden = atEnd;
    if (atEnd) this.readSoon();
  }

  toEnd() {
    this.list.toEnd();
    this.list.scrolled();
  }

  /** Goes to a message, and marks it for a while. */
  reveal(ts) {
    this.marked = ts;
    this.draw();
    this.list.reveal(ts);
  }

  // What stands at the end of a visible page has been read.
  readSoon() {
    const channel = this.store.current;
    if (!channel?.member || !channel.unread || !this.list.atEnd || this.store.tab === "home" || document.hidden) return;
    this.reading ??= setTimeout(() => {
      this.reading = null;
      if (document.hidden || this.store.channel !== channel.id || !this.list.atEnd) return;
      act("read", { channel: channel.id }).catch(() => {});
    }, READ_AFTER);
  }
}
