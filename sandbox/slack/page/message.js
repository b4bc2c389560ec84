// One message, as it stands in a channel or a thread.

import { act } from "./api.js";
import { blocks } from "./blocks.js";
import { ago, full, hours, moment, time } from "./dates.js";
import { failed } from "./dialog.js";
import { h, icon, iconButton, link } from "./dom.js";
import { files } from "./files.js";
import { emojiPicker } from "./menus.js";
import { emojiSpan, mrkdwn } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { inMessage } from "./place.js";

/** Who a message is from: {name, real_name, bot, …}; null for the workspace itself. */
export function author(message, store) {
  if (message.user === "USLACKBOT") return null;
  const person = store.person(message.user);
  if (!message.bot_id) return person ?? { real_name: message.user, name: message.user, color: "" };
  return { ...person, bot: true, real_name: message.username || store.state.app.name, sign: message.icons?.emoji?.replaceAll(":", "") };
}

/** A message as an element. `env` is {store, names, channel, inThread, openThread}. */
export function messageNode(message, flags, env) {
  const { store, names } = env;
  const from = author(message, store);
  const place = inMessage(names, env.channel, message);
  const at = moment(message.ts);
  const clock = h("time", { class: "time", datetime: at.toISOString(), title: full(at) }, flags.joined ? hours(at) : time(at));
  const name = from ? from.real_name : "Workspace";
  const head = !flags.joined && h("div", { class: "message-head" }, h("span", { class: "author" }, name), from?.bot && h("span", { class: "app-badge" }, "APP"), clock);
  const classes = ["message", flags.joined && "joined", message.ephemeral && "ephemeral", message.subtype === "tombstone" && "tombstone", flags.marked && "marked"].filter(Boolean);
  return h(
    "article",
    { class: classes.join(" "), tabindex: "-1", data: { ts: message.ts }, "aria-label": `${name}, ${time(at)}` },
    h("div", { class: "gutter" }, flags.joined ? clock : avatar(from)),
    h("div", { class: "message-body" },
      message.ephemeral && h("div", { class: "only-you" }, icon("eye"), "Only visible to you"),
      head,
      env.inThread ? null : broadcastOf(message, env),
      said(message, place),
      message.attachments?.map((one) => attachment(one, place)),
      message.files?.length > 0 && files(message.files, place),
      reactions(message, env),
      !env.inThread && threadBar(message, env)),
  );
}

// What people type comes with a rich_text block that says the same; the text knows its formatting.
function said(message, place) {
  if (message.blocks?.length && message.bot_id) return h("div", { class: "blocks" }, blocks(message.blocks, place));
  if (!message.text) return null;
  const edited = message.edited && !message.bot_id && h("span", { class: "edited" }, " (edited)");
  return h("div", { class: "text" }, mrkdwn(message.text, place.names), edited);
}

function broadcastOf(message, env) {
  if (!message.thread_ts || message.thread_ts === message.ts) return null;
  return h("button", { type: "button", class: "text-button replied-to", onclick: () => env.openThread(message.thread_ts) }, "replied to a thread");
}

function attachment(one, place) {
  const colour = /^#?[0-9a-f]{6}$/i.test(one.color ?? "") ? `#${one.color.replace("#", "")}` : ({ good: "#2eb67d", warning: "#daa038", danger: "#c62f45" }[one.color] ?? null);
  const title = one.title && h("strong", {}, one.title_link ? link(one.title_link, one.title) : one.title);
  const inner = one.blocks?.length
    ? blocks(one.blocks, place)
    : [title && h("div", {}, title), one.text && h("div", { class: "text" }, mrkdwn(one.text, place.names)),
      one.fields && h("div", { class: "fields" }, one.fields.map((field) => h("div", { class: "field" }, h("strong", {}, field.title), h("div", {}, mrkdwn(String(field.value ?? ""), place.names))))),
      one.footer && h("div", { class: "block context" }, one.footer)];
  return h("div", {}, one.pretext && h("div", { class: "text" }, mrkdwn(one.pretext, place.names)), h("div", { class: "attachment", style: colour ? { borderColor: colour } : {} }, inner));
}

function reactions(message, env) {
  if (!message.reactions?.length) return null;
  const { store } = env;
  const pills = message.reactions.map((one) => {
    const mine = one.users.includes(store.me.id);
    const who = one.users.map((id) => store.person(id)?.real_name ?? id).join(", ");
    return h("button", {
      type: "button",
      class: "reaction",
      "aria-pressed": String(mine),
      "aria-label": `${one.name.replaceAll("_", " ")}: ${who}`,
      title: `${who} reacted with :${one.name}:`,
      data: { key: `reaction/${one.name}` },
      onclick: () => toggle(message, one.name, !mine, env),
    }, emojiSpan(one.name), h("span", {}, String(one.count ?? one.users.length)));
  });
  const add = iconButton("smile", "Add a reaction", () => emojiPicker(add, (name) => toggle(message, name, true, env)), { class: "reaction add" });
  return h("div", { class: "reactions" }, pills, add);
}

export function toggle(message, name, on, env) {
  return act(on ? "react" : "unreact", { channel: env.channel, ts: message.ts, name }).catch(failed);
}

function threadBar(message, env) {
  if (!message.reply_count) return null;
  const faces = message.reply_users.slice(0, 4).map((id) => avatar(store(env, id), "tiny"));
  const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  return h("button", { type: "button", class: "thread-bar", data: { key: "thread" }, onclick: () => env.openThread(message.ts) },
    faces, h("span", { class: "thread-count" }, count), h("span", { class: "thread-last" }, `Last reply ${ago(moment(message.latest_reply))}`), icon("right"));
}

const store = (env, id) => env.store.person(id) ?? { real_name: id, color: "" };
