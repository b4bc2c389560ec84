// "What just happened": every API call, event and interaction as it passes, and the faults that can be arranged.

import { look } from "./api.js";
import { moment, seconds } from "./dates.js";
import { failed } from "./dialog.js";
import { fill, h, iconButton } from "./dom.js";
import { faultsMenu } from "./faults.js";

const KEPT = 400; // lines
const KINDS = { api: "API call", event: "Event", command: "Command", interaction: "Interaction", options: "Options", response_url: "response_url", upload: "Upload", note: "Note" };

export class Panel {
  constructor(store, desk) {
    this.store = store;
    this.desk = desk;
    this.entries = [];
    this.stopped = false;
    this.lines = h("ol", { class: "log-lines", tabindex: "0", "aria-label": "What just happened" });
    this.kind = h("select", { class: "field-input", "aria-label": "Which kind", onchange: () => this.draw() }, h("option", { value: "" }, "Everything"), Object.entries(KINDS).map(([value, label]) => h("option", { value }, label)));
    this.text = h("input", { class: "field-input", type: "search", placeholder: "Filter", "aria-label": "Filter the lines", oninput: () => this.draw() });
    this.wrong = h("input", { type: "checkbox", onchange: () => this.draw() });
    this.pause = h("button", { type: "button", class: "button small", "aria-pressed": "false", onclick: () => this.halt() }, "Pause");
    this.faults = h("details", { class: "faults" });
    this.node = h("aside", { class: "panel", "aria-label": "What just happened", hidden: true },
      h("header", { class: "pane-header" }, h("h2", { class: "pane-title" }, "What just happened"), iconButton("close", "Close this panel", () => desk.goPanel(false))),
      h("div", { class: "log-tools" }, this.kind, this.text, h("label", { class: "log-wrong" }, this.wrong, "failed"), this.pause, h("button", { type: "button", class: "button small", onclick: () => this.clear() }, "Clear")),
      this.faults, this.lines);
    store.on("faults state channels", () => this.drawFaults());
    store.on("log", () => this.draw());
  }

  async show(open) {
    this.node.hidden = !open;
    if (!open) return;
    this.drawFaults();
    const found = await look("log", { after: 0 });
    this.entries = found.entries.slice(-KEPT).map((entry) => this.line(entry));
    this.draw();
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  add(change) {
    if (this.node.hidden || this.entries.at(-1)?.seq >= change.seq) return;
    this.entries.push(this.line(change));
    if (this.entries.length > KEPT) this.entries.splice(0, this.entries.length - KEPT);
    this.store.changed("log");
  }

  line({ seq, at, data }) {
    return { seq, at, data, node: null };
  }

  draw() {
    if (this.node.hidden || this.stopped) return;
    const words = this.text.value.trim().toLowerCase();
    const kind = this.kind.value;
    const shown = this.entries.filter(({ data }) => (!kind || data.what === kind) && (!words || data.summary.toLowerCase().includes(words)) && (!this.wrong.checked || bad(data)));
    const atEnd = this.lines.scrollHeight - this.lines.scrollTop - this.lines.clientHeight < 40;
    const wanted = shown.map((entry) => (entry.node ??= row(entry)));
    const kept = new Set(wanted);
    for (const node of [...this.lines.children]) if (!kept.has(node)) node.remove();
    let cursor = this.lines.firstElementChild;
    for (const node of wanted) {
      if (node === cursor) cursor = cursor.nextElementSibling;
      else this.lines.insertBefore(node, cursor);
    }
    if (!wanted.length) fill(this.lines, h("li", { class: "log-empty" }, this.entries.length ? "Nothing fits the filter." : "Nothing yet. Write something in the channel."));
    if (atEnd) this.lines.scrollTop = this.lines.scrollHeight;
  }

  halt() {
    this.stopped = !this.stopped;
    this.pause.setAttribute("aria-pressed", String(this.stopped));
    this.pause.textContent = this.stopped ? "Go on" : "Pause";
    this.draw();
  }

  clear() {
    this.entries = [];
    this.draw();
  }

  drawFaults() {
    if (!this.node.hidden && this.store.state) faultsMenu(this.faults, this.store, failed);
  }
}

function bad(data) {
  return data.ok === false || /timeout|failed|refused|not ack/i.test(data.summary);
}

function row({ at, data }) {
  const { what, summary, ...rest } = data;
  const head = [h("time", {}, seconds(moment(at))), h("span", { class: `log-kind log-${what}` }, KINDS[what] ?? what), h("span", { class: bad(data) ? "log-summary bad" : "log-summary" }, summary)];
  if (!Object.keys(rest).length) return h("li", { class: "log-line" }, h("div", { class: "log-head" }, head));
  const details = h("details", {}, h("summary", { class: "log-head" }, head));
  details.addEventListener("toggle", () => {
    if (details.open && !details.querySelector("pre")) details.append(h("pre", { class: "code-block" }, JSON.stringify(rest, null, 2)));
  });
  return h("li", { class: "log-line" }, details);
}
