// Puts the page together and takes a person where they want to go.

import { act } from "./api.js";
import { ChannelPane } from "./channel.js";
import { failed, toast } from "./dialog.js";
import { fill, h, icon, iconButton, refill } from "./dom.js";
import { Feed } from "./feed.js";
import { Modals } from "./modal.js";
import { Panel } from "./panel.js";
import { namesOf, switcher } from "./people.js";
import { here, write } from "./route.js";
import { Sidebar } from "./sidebar.js";
import { Store } from "./store.js";
import { themeButton } from "./theme.js";
import { ThreadPane } from "./thread.js";

const FIRST = "U0ANNDEV01"; // who a newcomer is; the workspace takes names too
const AGAIN = 2000; // ms until a workspace that does not answer is asked again

class Desk {
  constructor() {
    this.store = new Store();
    this.names = null;
    this.seq = 0;
    this.feed = new Feed((change) => this.received(change), (up) => this.linked(up));
  }

  async start() {
    const at = here();
    const last = localStorage.getItem("as");
    this.seq = await this.enter(at.as ?? last ?? FIRST);
    this.build();
    await this.arrive(at);
    this.follow();
    addEventListener("popstate", () => this.returned().catch(failed));
    document.addEventListener("visibilitychange", () => this.channel.readSoon());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  async enter(person) {
    const seq = await this.store.load(person).catch((error) => {
      if (error.code !== "no_such_person" || person === FIRST) throw error;
      return this.store.load(FIRST);
    });
    this.names = namesOf(this.store, (id) => this.goChannel(id));
    localStorage.setItem("as", this.store.me.id);
    return seq;
  }

  build() {
    const { store } = this;
    this.sidebar = new Sidebar(store, this);
    this.channel = new ChannelPane(store, this);
    this.thread = new ThreadPane(store, this);
    this.panel = new Panel(store, this);
    this.modals = new Modals(store, this);
    this.who = h("div", { class: "who" });
    this.status = h("span", { class: "app-status", role: "status" });
    this.panelButton = h("button", { type: "button", class: "button small panel-button", "aria-pressed": "false", onclick: () => this.goPanel(this.panel.node.hidden) }, icon("pulse"), h("span", {}, "What just happened"));
    this.bar = h("div", { class: "link-bar", role: "status", hidden: true }, "Reconnecting…");
    const top = h("header", { class: "top" }, iconButton("menu", "Channels", () => this.drawer(true), { class: "icon-button drawer-button" }), this.who, h("div", { class: "top-end" }, this.status, this.panelButton, themeButton()));
    this.shade = h("div", { class: "shade", onclick: () => this.drawer(false) });
    this.app = h("div", { class: "app" }, top, this.bar, this.sidebar.node, this.shade, this.channel.node, this.thread.node, this.panel.node);
    fill(document.body, h("a", { class: "skip", href: "#channel", onclick: (event) => {
      event.preventDefault();
      this.channel.composer.field.focus();
    } }, "Skip to the message field"), this.app);
    store.on("state", () => this.drawTop());
    store.on("app", () => this.drawTop());
    if (localStorage.getItem("panel") === "open" && innerWidth > 1000) this.goPanel(true);
  }

  drawTop() {
    const { store } = this;
    refill(this.who, [store.me, store.state.people], () => switcher(store, (person) => this.become(person).catch(failed)));
    const { connected, revoked, name } = store.state.app;
    this.status.className = `app-status ${connected && !revoked ? "up" : "down"}`;
    this.status.textContent = revoked ? `${name}: token revoked` : connected ? `${name} is connected` : `${name} is not connected`;
  }

  // Going places

  async arrive({ place, thread, tab, reveal }) {
    const { store } = this;
    const dm = store.state.channels.find((one) => one.kind === "im" && one.with === store.state.app.bot_user);
    const wanted = place === "app" ? dm : store.state.channels.find((one) => one.id === place || one.name === place);
    if (place === "app") await this.goApp(tab ?? "messages", { replace: true, thread });
    else {
      const first = wanted ?? store.state.channels.find((one) => one.member && one.kind !== "im") ?? store.state.channels[0];
      await this.goChannel(first?.id, { replace: true, thread: wanted ? thread : null });
    }
    if (reveal && (!thread || thread === reveal)) this.channel.reveal(reveal);
    else if (reveal) setTimeout(() => this.thread.list.reveal(reveal), 150);
  }

  async goChannel(id, { replace = false, thread = null } = {}) {
    const { store } = this;
    this.drawer(false);
    store.tab = "messages";
    store.thread = null;
    const loading = store.openChannel(id);
    this.channel.moved();
    this.wrote({ replace });
    await loading.catch(failed);
    await this.goThread(thread, { replace: true });
    store.flush();
    if (!replace && matchMedia("(hover: hover)").matches) this.channel.composer.field.focus();
  }

  async goApp(tab, { replace = false, thread = null } = {}) {
    const { store } = this;
    try {
      const { channel } = await act("open_home", { tab });
      if (!store.channelOf(channel)) await store.reloadChannels();
      await this.goChannel(channel, { replace: true, thread });
      store.tab = tab;
      store.changed("channels", "home");
      store.flush();
      this.wrote({ replace });
    } catch (error) {
      failed(error);
    }
  }

  async goThread(ts, { replace = false } = {}) {
    const { store } = this;
    const same = ts === store.thread;
    const loading = store.openThread(ts);
    if (!same) this.thread.moved();
    else this.thread.draw();
    this.wrote({ replace });
    await loading.catch((error) => {
      store.thread = null;
      this.thread.draw();
      failed(error);
    });
    store.flush();
    if (ts && !replace && matchMedia("(hover: hover)").matches) this.thread.composer.field.focus();
  }

  async goPanel(open) {
    localStorage.setItem("panel", open ? "open" : "closed");
    this.app.classList.toggle("panel-open", open);
    this.panelButton.setAttribute("aria-pressed", String(open));
    this.panel.node.hidden = !open;
    if (this.feed.person) this.follow();
    await this.panel.show(open).catch(failed);
  }

  drawer(open) {
    this.app?.classList.toggle("drawer-open", open);
  }

  wrote(options) {
    const { store } = this;
    const channel = store.current;
    if (channel) write({ as: store.me.name, place: channel.kind === "im" ? "app" : channel.name, thread: store.thread, tab: channel.kind === "im" ? store.tab : null }, options);
  }

  async returned() {
    const at = here();
    if (at.as && at.as !== this.store.me.name && at.as !== this.store.me.id) {
      const person = this.store.state.people.find((one) => one.name === at.as);
      if (person) await this.switched(person.id);
    }
    await this.arrive(at);
  }

  async become(person) {
    if (person.id === this.store.me.id) return;
    const { place, thread, tab } = here();
    await this.switched(person.id);
    const seen = place === "app" || this.store.state.channels.some((one) => one.name === place);
    await this.arrive({ place: seen ? place : null, thread: seen && place !== "app" ? thread : null, tab });
    this.wrote({ replace: true });
  }

  async switched(id) {
    this.feed.close();
    this.store.thread = null;
    this.store.channel = null;
    this.seq = await this.enter(id);
    this.follow();
    this.store.flush();
  }

  // Following

  follow() {
    this.feed.open(this.store.me.id, Math.max(this.seq, this.feed.person === this.store.me.id ? (this.feed.seq ?? 0) : 0), !this.panel.node.hidden);
  }

  received(change) {
    const { store } = this;
    switch (change.kind) {
      case "reset":
        this.again().catch(failed);
        break;
      case "log":
        this.panel.add(change);
        break;
      case "notice":
        this.noticed(change);
        break;
      case "channel.changed":
      case "channel.archived":
      case "channel.unarchived":
        this.renew();
        break;
      default:
        store.apply(change);
        if (change.kind === "message.posted" && !store.channelOf(change.channel)) this.renew();
    }
  }

  renew() {
    clearTimeout(this.renewing);
    this.renewing = setTimeout(() => this.store.reloadChannels().then(() => this.gone()).catch(() => {}), 80);
  }

  // A person who was taken out of a private channel does not stay in it.
  gone() {
    if (this.store.current) return;
    this.arrive({ place: null }).catch(failed);
  }

  // What Slackbot would say: in the channel where it happened, for this person alone; elsewhere a line at the edge.
  noticed({ seq, at, channel, data }) {
    if (channel && channel === this.store.channel && !this.store.views.length) {
      this.channel.notices.push({ ts: at.toFixed(6), channel, user: "USLACKBOT", text: data.text, ephemeral: true, notice: seq });
      this.channel.draw();
    } else toast(data.text, { wrong: true });
  }

  // The feed goes on where it ended. What is on screen is read again all the same: the workspace may have been started anew meanwhile, and its numbers say nothing.
  linked(up) {
    const back = up && !this.bar.hidden;
    this.bar.hidden = up;
    if (back) this.reread().catch(failed);
  }

  async reread() {
    const { store } = this;
    await store.load(store.me.id);
    this.names = namesOf(store, (id) => this.goChannel(id));
    if (!store.current) {
      await this.arrive({ place: null });
      return;
    }
    await store.openChannel(store.channel);
    if (store.thread) await store.openThread(store.thread);
  }

  /** Reads everything anew, as after a restart of the workspace. */
  async again() {
    this.feed.close();
    try {
      const at = here();
      this.seq = await this.enter(this.store.me.id);
      this.feed.seq = 0;
      this.store.channel = null;
      this.store.thread = null;
      await this.arrive(at);
      this.follow();
    } catch (error) {
      this.linked(false);
      setTimeout(() => this.again(), AGAIN);
      if (!error.code) throw error;
    }
  }

  key(event) {
    if (event.key !== "Escape" || event.defaultPrevented || this.store.views.length) return;
    if (this.app.classList.contains("drawer-open")) this.drawer(false);
    else if (this.store.thread) this.goThread(null);
  }
}

async function begin() {
  try {
    await new Desk().start();
  } catch (error) {
    fill(document.body, h("div", { class: "cannot-start", role: "alert" }, h("h1", {}, "Local workspace"), h("p", {}, error.message), h("button", { type: "button", class: "button primary", onclick: () => location.reload() }, "Try again")));
    if (!error.code) throw error;
  }
}

begin();
