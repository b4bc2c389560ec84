// The buttons of the message under the pointer: react, reply, shortcuts, and what one may do with it.

import { act, arrange } from "./api.js";
import { ask, failed, toast } from "./dialog.js";
import { h, icon, iconButton } from "./dom.js";
import { emojiPicker, menu } from "./menus.js";
import { toggle } from "./message.js";
import { emojiSpan } from "./mrkdwn.js";

/** The toolbar for a message, or null where nothing can be done. */
export function messageTools(message, env) {
  if (message.subtype === "tombstone" || message.notice) return null;
  const quick = message.ephemeral ? [] : ["+1", "eyes", "white_check_mark"].map((name) => h("button", { type: "button", class: "icon-button", "aria-label": `React with ${name.replaceAll("_", " ")}`, title: `:${name}:`, onclick: () => toggle(message, name, true, env) }, emojiSpan(name)));
  const react = !message.ephemeral && iconButton("smile", "Add a reaction", () => emojiPicker(react, (name) => toggle(message, name, true, env)));
  const reply = !message.ephemeral && !env.inThread && iconButton("reply", "Reply in thread", () => env.openThread(message.thread_ts ?? message.ts), { class: "icon-button tool-reply" });
  const more = !message.ephemeral && iconButton("more", "More actions", () => menu(more, entries(message, env)), { "aria-haspopup": "menu", class: "icon-button tool-more" });
  if (message.ephemeral) return null;
  return h("div", { class: "message-tools", role: "toolbar", "aria-label": "Message actions" }, quick, react, reply, more);
}

function entries(message, env) {
  const { channel, store } = env;
  const place = { channel, ts: message.ts };
  const run = (work) => () => work().catch(failed);
  const mine = message.user === store.me.id;
  const shortcuts = store.state.app.shortcuts.filter((one) => one.type === "message");
  return [
    ...shortcuts.map((one) => ({ label: one.name, hint: store.state.app.name, before: icon("bolt"), act: run(() => act("shortcut", { callback_id: one.callback_id, ...place })) })),
    { label: "Copy link", act: run(() => copied(message, channel)) },
    mine && { label: "Edit message", act: () => env.edit(message) },
    mine && { label: "Delete message…", danger: true, act: run(async () => (await ask("Delete message", "It disappears for everybody. A message with replies leaves a line behind.", "Delete", { danger: true })) && act("delete", place)) },
    { heading: "To see what the bot does" },
    { label: "Delete it as an administrator", danger: true, act: run(() => arrange({ do: "delete_message", ...place })) },
  ].filter(Boolean);
}

async function copied(message, channel) {
  const thread = message.thread_ts && message.thread_ts !== message.ts ? `?thread_ts=${message.thread_ts}&cid=${channel}` : "";
  await navigator.clipboard.writeText(`${location.origin}/archives/${channel}/p${message.ts.replace(".", "")}${thread}`);
  toast("The link is copied.");
}
