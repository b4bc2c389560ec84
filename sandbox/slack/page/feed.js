// Follows the feed of changes. A lost connection is taken up again where it ended; what was missed comes with it.

const KINDS = [
  "message.posted", "message.changed", "message.deleted", "thread.changed",
  "ephemeral.posted", "ephemeral.changed", "ephemeral.deleted",
  "reaction.added", "reaction.removed", "channel.changed", "channel.archived", "channel.unarchived",
  "member.joined", "member.left", "read.marked", "view.opened", "view.changed", "view.closed",
  "home.published", "notice", "app.changed", "faults.changed", "log", "reset",
];
const FIRST_PAUSE = 400; // ms
const LONGEST_PAUSE = 4000;

export class Feed {
  /** `onchange(change)` for each change, once and in order; `onlink(up)` when the connection comes and goes. */
  constructor(onchange, onlink) {
    this.onchange = onchange;
    this.onlink = onlink;
    this.source = null;
    this.timer = 0;
    this.pause = FIRST_PAUSE;
  }

  open(person, seq, log) {
    this.close();
    this.person = person;
    this.seq = seq;
    this.log = log;
    this.connect();
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  connect() {
    const query = new URLSearchParams({ as: this.person, after: String(this.seq) });
    if (this.log) query.set("log", "1");
    const source = new EventSource(`/control/feed?${query}`);
    this.source = source;
    source.onopen = () => {
      this.pause = FIRST_PAUSE;
      this.onlink(true);
    };
    source.onerror = () => this.lost(source);
    for (const kind of KINDS) source.addEventListener(kind, (event) => this.received(source, event));
  }

  received(source, event) {
    if (source !== this.source) return;
    const change = JSON.parse(event.data);
    if (change.kind !== "reset") {
      if (change.seq <= this.seq) return;
      this.seq = change.seq;
    }
    this.onchange(change);
  }

  // The browser's own attempts come every few seconds and end at the first refusal, so ours replace them. `after` says what Last-Event-ID would.
  lost(source) {
    if (source !== this.source) return;
    source.close();
    this.onlink(false);
    this.timer = setTimeout(() => this.connect(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }
}
