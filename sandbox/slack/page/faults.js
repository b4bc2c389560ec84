// The faults menu: what can go wrong with the real thing, on request.

import { arrange, send } from "./api.js";
import { h, refill } from "./dom.js";

const CALLS = { rate_limit: "429, with Retry-After", error: "An error of the API", drop_before: "Connection lost before it was done", drop_after: "Connection lost after it was done", slow: "A slow answer", http_error: "An HTML error page" };
const DELIVERIES = { duplicate: "Delivered twice", late: "Delivered late", reorder: "Delivered after the next one", lost: "Never delivered" };

export function faultsMenu(node, store, failed) {
  const { faults, app } = store.state;
  const channel = store.current;
  const run = (work) => () => work().catch(failed);
  const flip = (label, on, work) => h("label", { class: "switch" }, h("input", { type: "checkbox", role: "switch", checked: on, onchange: (event) => work(event.target.checked).catch(failed) }), h("span", {}, label));
  const press = (label, work) => h("button", { type: "button", class: "button small", onclick: run(work) }, label);
  const group = (label, kinds) => h("optgroup", { label }, Object.entries(kinds).map(([value, words]) => h("option", { value }, words)));
  const kind = h("select", { class: "field-input", "aria-label": "What goes wrong" }, group("Calls of the app", CALLS), group("What the app is sent", DELIVERIES));
  const method = h("input", { class: "field-input", type: "text", placeholder: "method or event, or *", "aria-label": "Which method or event", autocomplete: "off" });
  const times = h("input", { class: "field-input tiny-number", type: "number", min: "1", value: "1", "aria-label": "How often", title: "How often" });
  const secs = h("input", { class: "field-input tiny-number", type: "number", min: "0", value: "3", "aria-label": "Seconds", title: "Seconds (or the HTTP status)" });
  const add = () => send("/control/faults", { kind: kind.value, method: method.value.trim() || "*", times: Number(times.value) || 1, seconds: Number(secs.value) || 0 });
  const rules = faults.rules ?? [];
  const bot = channel && channel.kind !== "im" && channel.members.includes(app.bot_user);
  refill(node, [faults, channel?.id, channel?.archived, bot], () => [
    h("summary", {}, "Faults", rules.length > 0 && h("span", { class: "badge" }, String(rules.length)), faults.revoked && h("span", { class: "badge" }, "token revoked")),
    h("div", { class: "faults-body" },
      flip("Rate limits, as Slack has them", faults.rate_limits, (on) => arrange({ do: "rate_limits", on })),
      flip("Token revoked", faults.revoked, (on) => arrange({ do: on ? "revoke_token" : "restore_token" })),
      h("div", { class: "fault-row" },
        press("Ask the app to reconnect", () => arrange({ do: "disconnect", reason: "refresh_requested" })),
        press("Cut its connection", () => arrange({ do: "disconnect", reason: "drop" }))),
      channel && channel.kind !== "im" && h("div", { class: "fault-row" },
        bot ? press(`Remove the bot from #${channel.name}`, () => arrange({ do: "remove_bot", channel: channel.id })) : press(`Invite the bot to #${channel.name}`, () => arrange({ do: "invite_bot", channel: channel.id })),
        channel.archived ? press(`Bring #${channel.name} back`, () => arrange({ do: "unarchive", channel: channel.id })) : press(`Archive #${channel.name}`, () => arrange({ do: "archive", channel: channel.id }))),
      h("div", { class: "fault-row rule" }, kind, method, times, secs, press("Add", add)),
      rules.length > 0 && h("ul", { class: "rules" }, rules.map((rule) => h("li", {}, `${CALLS[rule.kind] ?? DELIVERIES[rule.kind] ?? rule.kind}: ${rule.method}, ${rule.times} ×`)), h("li", {}, press("Forget them all", () => send("/control/faults/clear", {}))))),
  ]);
}
