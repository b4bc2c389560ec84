// The table block: the first row is the head; columns may be aligned and wrapped.

import { h } from "./dom.js";
import { withEmoji } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

export function tableBlock(block, place) {
  const settings = block.column_settings ?? [];
  const cell = (tag) => (item, index) => {
    const numeric = item.type === "raw_number";
    const side = settings[index]?.align ?? (numeric ? "right" : "left");
    const wraps = settings[index]?.is_wrapped ? "wraps" : "";
    return h(tag, { class: `align-${side} ${wraps}`, scope: tag === "th" ? "col" : null }, item.type === "rich_text" ? richText(item, place.names) : withEmoji(item.text ?? ""));
  };
  const [head, ...rows] = block.rows;
  return h(
    "div",
    { class: "block table-frame", tabindex: "0", role: "region", "aria-label": "Table" },
    h("table", {}, h("thead", {}, h("tr", {}, head.map(cell("th")))), h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell("td")))))),
  );
}
