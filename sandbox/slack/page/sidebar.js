// The left side: the workspace's name, channels with what is unread, the conversation with the app, and its Home.

import { h, icon, iconButton, refill } from "./dom.js";
import { avatar } from "./people.js";

export class Sidebar {
  constructor(store, desk) {
    this.store = store;
    this.desk = desk;
    this.node = h("nav", { class: "sidebar", "aria-label": "Channels" });
    store.on("channels state app messages", () => this.draw());
  }

  draw() {
    const { store } = this;
    const shown = store.state.channels.map((one) => [one.id, one.name, one.kind, one.unread > 0, one.mentions, one.member, one.archived]);
    refill(this.node, [shown, store.channel, store.tab, store.state.app.connected, store.me.id], () => this.parts());
  }

  parts() {
    const { store, desk } = this;
    const { state } = store;
    const named = state.channels.filter((one) => one.kind !== "im");
    const mine = named.filter((one) => one.member && !one.archived);
    const other = named.filter((one) => !one.member || one.archived);
    const dm = state.channels.find((one) => one.kind === "im" && one.with === state.app.bot_user);
    const inApp = dm && store.channel === dm.id;
    return [
      h("div", { class: "workspace" }, h("span", { class: "workspace-name" }, "Local workspace"), iconButton("close", "Close", () => desk.drawer(false), { class: "icon-button drawer-close" })),
      h("div", { class: "workspace-note" }, `${state.team.name} · on this machine only`),
      this.group("Channels", mine.map((one) => this.channel(one))),
      other.length > 0 && this.group("Other channels", other.map((one) => this.channel(one))),
      this.group("Direct messages", [this.entry({
        label: state.app.name, before: avatar({ bot: true }, "tiny"), current: inApp && store.tab === "messages", unread: dm?.unread > 0, mentions: dm?.unread, data: { app: "messages" },
        after: h("span", { class: state.app.connected ? "presence up" : "presence", title: state.app.connected ? "The app is connected" : "The app is not connected", role: "img", "aria-label": state.app.connected ? "connected" : "not connected" }),
        go: () => desk.goApp("messages"),
      })]),
      state.app.home && this.group("Apps", [this.entry({ label: `${state.app.name} Home`, before: icon("home"), current: inApp && store.tab === "home", data: { app: "home" }, go: () => desk.goApp("home") })]),
    ];
  }

  group(title, entries) {
    return h("section", { class: "side-group" }, h("h2", {}, title), h("ul", {}, entries.map((one) => h("li", {}, one))));
  }

  channel(one) {
    return this.entry({
      label: one.name,
      before: icon(one.kind === "private" ? "lock" : "hash"),
      current: one.id === this.store.channel,
      unread: one.unread > 0 && one.member,
      mentions: one.member ? one.mentions : 0,
      faint: !one.member || one.archived,
      hint: one.archived ? "archived" : null,
      data: { channel: one.name },
      go: () => this.desk.goChannel(one.id),
    });
  }

  entry({ label, before, after, current, unread, mentions, faint, hint, data, go }) {
    const classes = ["side-entry", current && "current", unread && !current && "unread", faint && "faint"].filter(Boolean).join(" ");
    return h("button", { type: "button", class: classes, "aria-current": current ? "page" : null, data, onclick: go },
      before, h("span", { class: "side-label" }, label), after, hint && h("small", {}, hint),
      unread && !current && h("span", { class: "visually-hidden" }, "unread"),
      mentions > 0 && !current && h("span", { class: "badge", "aria-label": `${mentions} for you` }, String(mentions)));
  }
}
