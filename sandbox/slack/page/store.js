// What the page knows: the workspace as one person sees it, the open channel and thread, and the changes that the feed brings.
// It draws nothing: it tells listeners which subject changed, at most once in a while, so that a flood of messages costs little.

import { actAs, look } from "./api.js";

const KEPT = 250; // messages of the open channel while it is followed at its end
const BEAT = 60; // ms between two drawings

/** Messages in the order of their ts; a changed one is a new object. */
export class Messages {
  constructor() {
    this.list = [];
    this.more = false;
  }

  put(message) {
    const at = this.place(message.ts);
    if (this.list[at]?.ts === message.ts) this.list[at] = { ...message, ephemeral: message.ephemeral ?? this.list[at].ephemeral };
    else this.list.splice(at, 0, message);
  }

  find(ts) {
    const found = this.list[this.place(ts)];
    return found?.ts === ts ? found : null;
  }

  remove(ts) {
    const at = this.place(ts);
    if (this.list[at]?.ts === ts) this.list.splice(at, 1);
  }

  trim(most) {
    if (this.list.length <= most) return;
    this.list.splice(0, this.list.length - most);
    this.more = true;
  }

  // Nearly always at the end, so looked for from there.
  place(ts) {
    let at = this.list.length;
    while (at > 0 && this.list[at - 1].ts >= ts) at -= 1;
    return at;
  }
}

export class Store {
  constructor() {
    this.state = null;
    this.channel = null; // id
    this.thread = null; // ts of the root
    this.tab = "messages";
    this.messages = new Messages();
    this.replies = new Messages();
    this.views = [];
    this.home = null;
    this.atEnd = true; // whether the open channel is followed at its end
    this.unreadFrom = null;
    this.log = [];
    this.loading = { channel: false, thread: false };
    this.listeners = new Map();
    this.dirty = new Set();
    this.timer = 0;
    this.turn = { channel: 0, thread: 0 };
    this.waiting = { channel: null, thread: null };
  }

  on(subjects, listener) {
    for (const subject of subjects.split(" ")) this.listeners.set(subject, [...(this.listeners.get(subject) ?? []), listener]);
  }

  // A timer and not an animation frame: pages in the background must go on too.
  changed(...subjects) {
    for (const subject of subjects) this.dirty.add(subject);
    if (!this.timer) this.timer = setTimeout(() => this.flush(), BEAT);
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = 0;
    const dirty = [...this.dirty];
    this.dirty.clear();
    for (const listener of new Set(dirty.flatMap((subject) => this.listeners.get(subject) ?? []))) listener();
  }

  get me() {
    return this.state.me;
  }

  person(id) {
    return this.state.people.find((person) => person.id === id) ?? null;
  }

  channelOf(id) {
    return this.state.channels.find((channel) => channel.id === id) ?? null;
  }

  get current() {
    return this.channelOf(this.channel);
  }

  /** Reads the whole state as a person; answers the number that the feed goes on from. */
  async load(person) {
    actAs(person);
    const [state, views, home] = await Promise.all([look("state"), look("views"), look("home")]);
    this.state = state;
    this.views = views.views;
    this.home = home.view;
    this.changed("state", "channels", "views", "home", "app", "faults");
    return state.seq;
  }

  /** Reads the list of channels anew, after one changed or came. */
  async reloadChannels() {
    const state = await look("state");
    if (state.me.id !== this.me.id) return;
    this.state.channels = state.channels;
    this.changed("channels");
  }

  async openChannel(id) {
    const again = id === this.channel;
    const turn = (this.turn.channel += 1);
    if (!again) this.messages = new Messages();
    this.channel = id;
    const known = this.current;
    if (!again) {
      this.atEnd = true;
      this.unreadFrom = known?.unread ? known.last_read : null;
    }
    if (!id) return;
    const waiting = (this.waiting.channel = []);
    this.loading.channel = !again;
    this.changed("messages", "channels");
    const found = await look("messages", { channel: id, limit: 60 });
    if (turn !== this.turn.channel) return;
    this.messages = filled(found);
    this.waiting.channel = null;
    this.loading.channel = false;
    for (const change of waiting) if (change.seq > found.seq) this.applyChannel(change);
    this.changed("messages");
  }

  async openThread(ts) {
    const turn = (this.turn.thread += 1);
    if (ts !== this.thread) this.replies = new Messages();
    this.thread = ts;
    this.changed("thread");
    if (!ts) return;
    const waiting = (this.waiting.thread = []);
    const found = await look("thread", { channel: this.channel, ts });
    if (turn !== this.turn.thread) return;
    this.replies = filled(found);
    this.waiting.thread = null;
    for (const change of waiting) if (change.seq > found.seq) this.applyThread(change);
    this.changed("thread");
  }

  async older() {
    const [first] = this.messages.list;
    if (!first || !this.messages.more || this.loading.older) return;
    this.loading.older = true;
    const turn = this.turn.channel;
    try {
      const found = await look("messages", { channel: this.channel, before: first.ts, limit: 60 });
      if (turn !== this.turn.channel) return;
      this.messages.list = [...found.messages, ...this.messages.list];
      this.messages.more = found.more;
      this.changed("messages");
    } finally {
      this.loading.older = false;
    }
  }

  /** Takes in one change of the feed. */
  apply(change) {
    const { kind, data } = change;
    if (/^(message|ephemeral|reaction|thread)\./.test(kind)) {
      if (change.channel === this.channel) {
        if (this.waiting.channel) this.waiting.channel.push(change);
        else this.applyChannel(change);
        if (this.thread && this.waiting.thread) this.waiting.thread.push(change);
        else if (this.thread) this.applyThread(change);
      }
      if (kind === "message.posted") this.counted(change);
    } else if (kind === "read.marked") {
      const channel = this.channelOf(change.channel);
      if (channel) Object.assign(channel, { unread: data.unread, last_read: data.ts, mentions: data.unread ? channel.mentions : 0 });
      this.changed("channels");
    } else if (kind.startsWith("view.")) this.viewed(kind, data);
    else if (kind === "home.published") {
      this.home = data.view;
      this.changed("home");
    } else if (kind === "app.changed") {
      Object.assign(this.state.app, data);
      this.changed("app");
    } else if (kind === "faults.changed") {
      this.state.faults = data;
      this.changed("faults");
    }
  }

  applyChannel({ kind, data }) {
    applied(this.messages, kind, data, (message) => !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast");
    if (this.atEnd) this.messages.trim(KEPT);
    this.changed("messages");
  }

  applyThread({ kind, data }) {
    applied(this.replies, kind, data, (message) => message.ts === this.thread || message.thread_ts === this.thread);
    this.changed("thread");
  }

  counted({ channel: id, data: { message } }) {
    const channel = this.channelOf(id);
    const top = !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
    if (!channel || !top) return;
    channel.latest = message.ts;
    if (message.user === this.me.id) Object.assign(channel, { last_read: message.ts, unread: 0, mentions: 0 });
    else {
      channel.unread += 1;
      if (this.toMe(message)) channel.mentions += 1;
    }
    this.changed("channels");
  }

  toMe(message) {
    const said = message.text + JSON.stringify(message.blocks ?? "");
    const groups = this.state.usergroups.filter((group) => group.users.includes(this.me.id));
    return said.includes(`<@${this.me.id}`) || said.includes("<!channel") || groups.some((group) => said.includes(`<!subteam^${group.id}`));
  }

  viewed(kind, data) {
    if (kind === "view.closed") this.views = this.views.filter((view) => data.views.includes(view.id));
    else if (this.views.some((view) => view.id === data.view.id)) this.views = this.views.map((view) => (view.id === data.view.id ? data.view : view));
    else this.views = data.view.previous_view_id ? [...this.views, data.view] : [data.view];
    this.changed("views");
  }
}

function filled({ messages, more = false }) {
  const made = new Messages();
  made.list = messages;
  made.more = more;
  return made;
}

function applied(messages, kind, data, belongs) {
  const { message } = data;
  switch (kind) {
    case "message.posted":
    case "ephemeral.posted":
      if (belongs(message)) messages.put(message);
      break;
    case "message.changed":
    case "ephemeral.changed":
    case "thread.changed": {
      const known = messages.find(message.ts);
      if (known) messages.put({ ...message, ephemeral: known.ephemeral });
      break;
    }
    case "message.deleted":
    case "ephemeral.deleted":
      if (data.tombstone && messages.find(data.ts)) messages.put(data.tombstone);
      else messages.remove(data.ts);
      break;
    default: {
      const known = messages.find(data.ts);
      if (known) messages.put({ ...known, reactions: data.reactions });
    }
  }
}
