// Where blocks stand: in a message, in the Home tab or in a modal. Says what an element holds and tells the workspace what was done with it.

import { act } from "./api.js";
import { failed } from "./dialog.js";

const REMEMBERED = 2000; // things that were opened, closed or chosen in messages

/** What a person did to messages on this page, forgotten from the oldest on. */
class Memory extends Map {
  set(key, value) {
    super.set(key, value);
    if (this.size > REMEMBERED) this.delete(this.keys().next().value);
    return this;
  }
}

export const memory = new Memory();

const FIELDS = {
  static_select: "option", external_select: "option", radio_buttons: "option", checkboxes: "options",
  multi_static_select: "options", multi_external_select: "options", users_select: "user", multi_users_select: "users",
  channels_select: "channel", multi_channels_select: "channels", conversations_select: "conversation", multi_conversations_select: "conversations",
  datepicker: "date", timepicker: "time", datetimepicker: "date_time",
};

/** What an element holds before anybody touches it. */
export function firstState(item) {
  const field = FIELDS[item.type];
  if (field) return { [`selected_${field}`]: item[`initial_${field}`] ?? null };
  return item.type === "rich_text_input" ? { rich_text_value: item.initial_value ?? null } : { value: item.initial_value ?? null };
}

function chosenState(item, value) {
  const field = FIELDS[item.type];
  if (!field) return { value };
  const offered = [...(item.options ?? []), ...(item.option_groups ?? []).flatMap((group) => group.options)];
  const whole = (one) => (field.startsWith("option") ? (offered.find((option) => option.value === one) ?? { value: one, text: { text: one } }) : one);
  return { [`selected_${field}`]: Array.isArray(value) ? value.map(whole) : value === null ? null : whole(value) };
}

async function told(body) {
  try {
    await act("click", body);
    return true;
  } catch (error) {
    failed(error);
    return false;
  }
}

/** A message in a channel. */
export function inMessage(names, channel, message) {
  const key = `${channel}:${message.ts}`;
  const own = (block, item) => `${key}/${block.block_id}/${item.action_id}`;
  const click = async (block, item, value) => {
    const done = await told({ channel, ts: message.ts, action_id: item.action_id, block_id: block.block_id, value, confirmed: true });
    if (done && (FIELDS[item.type] || /input$/.test(item.type))) memory.set(own(block, item), chosenState(item, value));
    return done;
  };
  return {
    surface: "message",
    names,
    key,
    memory,
    held: (block, item) => memory.get(own(block, item)) ?? firstState(item),
    act: click,
    edit: click,
    draft: () => {},
    options: (block, item, query) => act("options", { channel, ts: message.ts, action_id: item.action_id, block_id: block.block_id, query }),
  };
}

/** The Home tab. */
export function inHome(names, view) {
  const click = (block, item, value) => told({ home: true, action_id: item.action_id, block_id: block.block_id, value, confirmed: true });
  return {
    surface: "home",
    names,
    key: `home:${view.id}`,
    memory,
    held: (block, item) => view.values?.[block.block_id]?.[item.action_id] ?? firstState(item),
    act: click,
    edit: click,
    draft: () => {},
    options: (block, item, query) => act("options", { home: true, action_id: item.action_id, block_id: block.block_id, query }),
  };
}

/** A modal. `drafts` is what was filled in and not yet told: block_id → {item, value}. */
export function inView(names, view, drafts) {
  const click = async (block, item, value) => {
    await flush();
    return told({ view_id: view.id, action_id: item.action_id, block_id: block.block_id, value, confirmed: true });
  };
  // An app that reacts to a choice in a modal is told what else was filled in; the workspace only knows what it was told.
  const flush = async () => {
    for (const [block_id, { item, value, told: before }] of [...drafts]) {
      if (before || value === undefined) continue;
      drafts.set(block_id, { item, value, told: true });
      await told({ view_id: view.id, action_id: item.action_id, block_id, value, confirmed: true });
    }
  };
  const draft = (block, item, value) => {
    drafts.set(block.block_id, { item, value, told: false });
  };
  return {
    surface: "modal",
    names,
    key: `view:${view.id}`,
    memory,
    errors: view.errors,
    held: (block, item) => {
      const kept = drafts.get(block.block_id);
      if (block.type === "input" && kept?.item.type === item.type && kept.item.action_id === item.action_id) {
        return item.type === "rich_text_input" ? { rich_text_value: kept.value } : chosenState(item, kept.value);
      }
      return view.values?.[block.block_id]?.[item.action_id] ?? firstState(item);
    },
    act: click,
    edit: (block, item, value) => {
      draft(block, item, value);
      if (!block.dispatch_action) return true;
      drafts.delete(block.block_id);
      return click(block, item, value);
    },
    draft,
    options: (block, item, query) => act("options", { view_id: view.id, action_id: item.action_id, block_id: block.block_id, query }),
  };
}
