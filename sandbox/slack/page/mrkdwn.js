// Slack's own markup ("mrkdwn") as elements: mentions, links, code, quotes, emphasis, emoji and dates.
// `names` says what ids are called: {user(id), channel(id), group(id), me}.

import { formatted } from "./dates.js";
import { h, link } from "./dom.js";
import { emoji } from "./emoji.js";

const INLINE = new RegExp(
  [
    "<(?<token>[^<>\\n]+)>",
    "`(?<code>[^`\\n]+)`",
    "(?<![\\w*])\\*(?=\\S)(?<bold>[^*\\n]+?)(?<=\\S)\\*(?![\\w*])",
    "(?<![\\w_])_(?=\\S)(?<italic>[^_\\n]+?)(?<=\\S)_(?![\\w_])",
    "(?<![\\w~])~(?=\\S)(?<strike>[^~\\n]+?)(?<=\\S)~(?![\\w~])",
    ":(?<emoji>[a-z0-9_+'-]+(?:::skin-tone-\\d)?):",
    "(?<url>https?://[^\\s<>|]*[^\\s<>|.,;:!?)\\]'\"])",
  ].join("|"),
  "u",
);
const QUOTE = /^(?:&gt;|>) ?/;
const ITEM = /^(\s*)(?:[•◦▪-]|\d+[.)])\s/;

export function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** A text object of Block Kit: plain_text knows only emoji. */
export function textObject(text, names) {
  if (!text) return [];
  if (text.type === "mrkdwn") return mrkdwn(text.text, names);
  return text.emoji === false ? [text.text] : withEmoji(text.text);
}

/** Text with `:names:` replaced by emoji. */
export function withEmoji(text) {
  return text.split(/(:[a-z0-9_+'-]+(?:::skin-tone-\d)?:)/).filter(Boolean).map((part) => {
    const found = part.length > 2 && part.startsWith(":") && part.endsWith(":") ? emoji(part.slice(1, -1)) : null;
    return found ? emojiSpan(part.slice(1, -1), found) : part;
  });
}

export function emojiSpan(name, sign = emoji(name)) {
  return sign ? h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, sign) : `:${name}:`;
}

/** mrkdwn as an array of nodes. */
export function mrkdwn(text, names) {
  const nodes = [];
  for (const [index, part] of text.split(/```(?:\n)?([\s\S]*?)```\n?/).entries()) {
    if (index % 2) nodes.push(h("pre", { class: "code-block" }, unescape(part.replace(/\n$/, ""))));
    else if (part) nodes.push(...lines(part, names));
  }
  return nodes;
}

function lines(text, names) {
  const nodes = [];
  let quote = null;
  const rows = text.split("\n");
  for (const [index, row] of rows.entries()) {
    if (/^(?:&gt;|>){3}/.test(row)) {
      const rest = [row.replace(/^(?:&gt;|>){3} ?/, ""), ...rows.slice(index + 1)].join("\n");
      nodes.push(h("blockquote", {}, lines(rest, names)));
      return nodes;
    }
    if (QUOTE.test(row)) {
      const said = inline(row.replace(QUOTE, ""), names);
      if (quote) quote.append(h("br"), ...said);
      else nodes.push((quote = h("blockquote", {}, said)));
      continue;
    }
    const item = ITEM.exec(row);
    if (item) nodes.push(h("div", { class: item[1].length > 1 ? "hanging deeper" : "hanging" }, inline(row.trimStart(), names)));
    else {
      const last = nodes.at(-1);
      if (index > 0 && !quote && !(last instanceof HTMLElement && last.matches(".hanging"))) nodes.push(h("br"));
      nodes.push(...inline(row, names));
    }
    quote = null;
  }
  return nodes;
}

/** The inline markup of one line. */
export function inline(text, names) {
  const nodes = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    if (found.index) nodes.push(unescape(rest.slice(0, found.index)));
    nodes.push(piece(found, names));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) nodes.push(unescape(rest));
  return nodes;
}

function piece(found, names) {
  const { token, code, bold, italic, strike, emoji: name, url } = found.groups;
  if (token !== undefined) return reference(token, names);
  if (code !== undefined) return h("code", {}, unescape(code));
  if (bold !== undefined) return h("strong", {}, inline(bold, names));
  if (italic !== undefined) return h("em", {}, inline(italic, names));
  if (strike !== undefined) return h("s", {}, inline(strike, names));
  if (name !== undefined) return emojiSpan(name);
  return link(unescape(url), unescape(url));
}

function reference(token, names) {
  const [target, ...more] = token.split("|");
  const label = more.length ? unescape(more.join("|")) : "";
  if (/^@[UW]/.test(target)) return userMention(target.slice(1), names, label);
  if (/^#[CG]/.test(target)) return channelMention(target.slice(1), names, label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), names, label);
  if (target.startsWith("!date^")) {
    const [, stamp, format, url] = target.split("^");
    const shown = formatted(stamp, unescape(format ?? ""), label || "a date");
    return url ? link(unescape(url), shown) : h("time", { title: label }, shown);
  }
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!")) return h("span", {}, label || `<${target}>`);
  const address = unescape(target);
  return link(address, label || address.replace(/^mailto:/, ""));
}

export function broadcast(range) {
  return h("span", { class: "mention to-me" }, `@${range}`);
}

export function userMention(id, names, label = "") {
  const mine = id === names.me;
  return h("span", { class: mine ? "mention to-me" : "mention", data: { user: id } }, `@${names.user(id) ?? (label || id)}`);
}

export function groupMention(id, names, label = "") {
  const group = names.group(id);
  const mine = group?.users.includes(names.me);
  return h("span", { class: mine ? "mention to-me" : "mention" }, `@${(group?.handle ?? label.replace(/^@/, "")) || id}`);
}

export function channelMention(id, names, label = "") {
  const name = names.channel(id) ?? label;
  if (!name) return h("span", { class: "mention" }, "#private-channel");
  return h("button", { type: "button", class: "mention", onclick: () => names.open(id) }, `#${name}`);
}
