// The rich_text block: sections, lists, quotes and preformatted text.

import { formatted } from "./dates.js";
import { h, link } from "./dom.js";
import { broadcast, channelMention, emojiSpan, groupMention, userMention } from "./mrkdwn.js";

/** A rich_text block as nodes. */
export function richText(block, names) {
  const nodes = [];
  for (const part of block.elements ?? []) {
    if (part.type === "rich_text_list") placed(nodes, part, names);
    else nodes.push(shown(part, names));
  }
  return nodes;
}

function shown(part, names) {
  const inside = () => (part.elements ?? []).map((item) => inline(item, names));
  switch (part.type) {
    case "rich_text_preformatted":
      return h("pre", { class: "code-block" }, inside());
    case "rich_text_quote":
      return h("blockquote", { class: "preserved" }, inside());
    default:
      return h("div", { class: "preserved" }, inside());
  }
}

// A list with an indent belongs into the last item of the list before it.
function placed(nodes, part, names) {
  const items = part.elements.map((item) => h("li", {}, (item.elements ?? []).map((one) => inline(one, names))));
  const list = h(part.style === "ordered" ? "ol" : "ul", { class: part.border ? "bordered" : null }, items);
  let home = null;
  let last = nodes.at(-1);
  for (let depth = part.indent ?? 0; depth > 0 && last?.matches?.("ul, ol") && last.lastElementChild; depth -= 1) {
    home = last.lastElementChild;
    last = [...home.children].findLast((child) => child.matches("ul, ol"));
  }
  if (home) home.append(list);
  else nodes.push(list);
}

function inline(item, names) {
  return styled(plain(item, names), item.style ?? {});
}

function plain(item, names) {
  switch (item.type) {
    case "text":
      return item.text;
    case "link":
      return link(item.url, item.text || item.url);
    case "user":
      return userMention(item.user_id, names);
    case "usergroup":
      return groupMention(item.usergroup_id, names);
    case "channel":
      return channelMention(item.channel_id, names);
    case "broadcast":
      return broadcast(item.range);
    case "emoji":
      return emojiSpan(item.name);
    case "date": {
      const text = formatted(item.timestamp, item.format, item.fallback ?? "a date");
      return item.url ? link(item.url, text) : h("time", { title: item.fallback }, text);
    }
    case "color": {
      const good = /^#[0-9a-f]{3,8}$/i.test(item.value);
      return h("span", {}, good && h("span", { class: "swatch", style: { background: item.value } }), item.value);
    }
    case "team":
      return h("span", { class: "mention" }, item.team_id);
    default:
      return item.text ?? "";
  }
}

function styled(node, style) {
  let result = node;
  for (const [name, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]]) {
    if (style[name]) result = h(tag, {}, result);
  }
  return result;
}
