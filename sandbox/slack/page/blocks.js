// Block Kit as elements. `place` says where the blocks stand and what can be done there:
// {names, key, ts, memory, values, held(block, element), act(block, element, value), edit?, file(id), surface}.
// One file per family of blocks; this one is the table of them.

import { actions, contextActions } from "./blocks_actions.js";
import { input } from "./blocks_inputs.js";
import { plan, taskCard } from "./blocks_plan.js";
import { context, divider, header, image, markdownBlock, section } from "./blocks_text.js";
import { tableBlock } from "./blocks_table.js";
import { h } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

const KINDS = {
  section,
  header,
  context,
  divider,
  image,
  actions,
  input,
  plan,
  table: tableBlock,
  markdown: markdownBlock,
  context_actions: contextActions,
  task_card: taskCard,
  rich_text: (block, place) => h("div", { class: "block rich-text" }, richText(block, place.names)),
  alert: (block, place) => h("div", { class: `block alert alert-${block.level ?? "default"}`, role: "note" }, textObject(block.text, place.names)),
};

/** A list of blocks as nodes. */
export function blocks(list, place) {
  return list.map((block) => {
    const shown = KINDS[block.type];
    const node = shown ? shown(block, place) : h("div", { class: "block unknown" }, `This page does not show blocks of the type “${block.type}” yet.`);
    if (block.block_id) node.dataset.block = block.block_id;
    return node;
  });
}
