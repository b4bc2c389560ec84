// Standard Markdown, as the `markdown` block takes it: headings, lists, quotes, tables, code, emphasis and links.

import { h, link } from "./dom.js";
import { emojiSpan } from "./mrkdwn.js";

const FENCE = /^\s*(```|~~~)\s*(\S*)\s*$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const DIVIDES = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const INLINE = new RegExp(
  [
    "\\\\(?<escaped>[\\\\`*_{}\\[\\]()#+\\-.!|~<>])",
    "`(?<code>[^`]+)`",
    "!?\\[(?<label>[^\\]]*)\\]\\((?<target>[^()\\s]+)(?:\\s+\"[^\"]*\")?\\)",
    "\\*\\*(?=\\S)(?<bold>.+?)(?<=\\S)\\*\\*",
    "__(?=\\S)(?<bold2>.+?)(?<=\\S)__",
    "~~(?=\\S)(?<strike>.+?)(?<=\\S)~~",
    "\\*(?=\\S)(?<italic>[^*]+?)(?<=\\S)\\*",
    "(?<!\\w)_(?=\\S)(?<italic2>[^_]+?)(?<=\\S)_(?!\\w)",
    ":(?<emoji>[a-z0-9_+-]+):",
    "<?(?<url>https?://[^\\s<>]*[^\\s<>.,;:!?)\\]'\"])>?",
  ].join("|"),
  "su",
);

/** Markdown as an array of nodes. */
export function markdown(text) {
  const rows = text.replaceAll("\r\n", "\n").split("\n");
  const nodes = [];
  let at = 0;
  while (at < rows.length) {
    const [node, next] = block(rows, at);
    if (node) nodes.push(node);
    at = next;
  }
  return nodes;
}

function block(rows, at) {
  const row = rows[at];
  const fence = FENCE.exec(row);
  if (fence) return fenced(rows, at, fence[1]);
  if (!row.trim()) return [null, at + 1];
  const heading = HEADING.exec(row);
  if (heading) return [h("div", { class: `heading heading-${heading[1].length}`, role: "heading", "aria-level": heading[1].length + 2 }, inline(heading[2])), at + 1];
  if (RULE.test(row)) return [h("hr"), at + 1];
  if (row.trimStart().startsWith(">")) return taken(rows, at, (one) => one.trimStart().startsWith(">"), (found) => h("blockquote", {}, markdown(found.map((one) => one.trimStart().replace(/^> ?/, "")).join("\n"))));
  if (row.includes("|") && at + 1 < rows.length && DIVIDES.test(rows[at + 1]) && rows[at + 1].includes("-")) return table(rows, at);
  if (ITEM.test(row)) return list(rows, at);
  return taken(rows, at, (one, first) => first || (one.trim() && !ITEM.test(one) && !HEADING.test(one) && !FENCE.test(one) && !one.trimStart().startsWith(">")), paragraph);
}

function fenced(rows, at, mark) {
  let end = at + 1;
  while (end < rows.length && !rows[end].trim().startsWith(mark)) end += 1;
  return [h("pre", { class: "code-block" }, rows.slice(at + 1, end).join("\n")), end + 1];
}

function taken(rows, at, belongs, build) {
  let end = at;
  while (end < rows.length && belongs(rows[end], end === at)) end += 1;
  return [build(rows.slice(at, end)), end];
}

function paragraph(rows) {
  return h("p", {}, rows.flatMap((row, index) => (index ? [h("br"), ...inline(row)] : inline(row))));
}

function table(rows, at) {
  const cells = (row) => row.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());
  const sides = cells(rows[at + 1]).map((cell) => (cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : "left"));
  const line = (row, tag) => h("tr", {}, cells(row).map((cell, index) => h(tag, { class: `align-${sides[index] ?? "left"}` }, inline(cell))));
  let end = at + 2;
  while (end < rows.length && rows[end].includes("|")) end += 1;
  const body = rows.slice(at + 2, end).map((row) => line(row, "td"));
  return [h("div", { class: "table-frame" }, h("table", {}, h("thead", {}, line(rows[at], "th")), h("tbody", {}, body))), end];
}

function list(rows, at) {
  const depth = ITEM.exec(rows[at])[1].length;
  const ordered = /\d/.test(ITEM.exec(rows[at])[2]);
  const node = h(ordered ? "ol" : "ul", ordered ? { start: Number.parseInt(ITEM.exec(rows[at])[2], 10) } : {});
  let end = at;
  while (end < rows.length) {
    const item = ITEM.exec(rows[end]);
    if (item && item[1].length > depth + 1 && node.lastChild) {
      const [inner, next] = list(rows, end);
      node.lastChild.append(inner);
      end = next;
    } else if (item && item[1].length >= depth && /\d/.test(item[2]) === ordered) {
      node.append(entry(item[3]));
      end += 1;
    } else if (!item && rows[end].trim() && /^\s+/.test(rows[end]) && node.lastChild) {
      node.lastChild.append(h("br"), ...inline(rows[end].trim()));
      end += 1;
    } else break;
  }
  return [node, Math.max(end, at + 1)];
}

function entry(text) {
  const task = /^\[( |x|X)\]\s+(.*)$/.exec(text);
  if (!task) return h("li", {}, inline(text));
  return h("li", { class: "task-item" }, h("input", { type: "checkbox", checked: task[1] !== " ", disabled: true }), " ", inline(task[2]));
}

function inline(text) {
  const nodes = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    if (found.index) nodes.push(rest.slice(0, found.index));
    nodes.push(piece(found.groups));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) nodes.push(rest);
  return nodes;
}

function piece(part) {
  if (part.escaped !== undefined) return part.escaped;
  if (part.code !== undefined) return h("code", {}, part.code);
  if (part.target !== undefined) return link(part.target, ...inline(part.label || part.target));
  if (part.bold ?? part.bold2) return h("strong", {}, inline(part.bold ?? part.bold2));
  if (part.strike !== undefined) return h("s", {}, inline(part.strike));
  if (part.italic ?? part.italic2) return h("em", {}, inline(part.italic ?? part.italic2));
  if (part.emoji !== undefined) return emojiSpan(part.emoji);
  return link(part.url, part.url);
}
