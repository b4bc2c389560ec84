// plan and task_card: the steps of some work, with a sign for each state, and details that fold away.

import { h, icon, link } from "./dom.js";
import { withEmoji } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

const STATES = { pending: "waiting", in_progress: "in progress", complete: "complete", error: "failed" };

export function plan(block, place) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((task) => task.status === "complete").length;
  const state = overall(tasks);
  return foldable({
    className: `block plan is-${state}`,
    key: `${place.key}/plan`,
    open: true,
    place,
    summary: [sign(state), h("span", { class: "plan-title" }, withEmoji(block.title)), tasks.length > 0 && h("span", { class: "plan-count" }, `${done} of ${tasks.length}`)],
    body: h("ol", { class: "tasks" }, tasks.map((task) => h("li", {}, card(task, place)))),
  });
}

export function taskCard(block, place) {
  return h("div", { class: "block task-alone" }, card(block, place));
}

function overall(tasks) {
  for (const state of ["error", "in_progress"]) if (tasks.some((task) => task.status === state)) return state;
  if (tasks.length && tasks.every((task) => task.status === "complete")) return "complete";
  return tasks.some((task) => task.status === "complete") ? "in_progress" : "pending";
}

function card(task, place) {
  const sources = task.sources?.length > 0 && h("div", { class: "sources" }, task.sources.map((source) => link(source.url, source.text)));
  const head = [sign(task.status), h("span", { class: "task-title" }, withEmoji(task.title)), h("span", { class: "visually-hidden" }, ` (${STATES[task.status] ?? task.status})`)];
  const parts = [
    task.details && h("div", { class: "task-details" }, richText(task.details, place.names)),
    task.output && h("div", { class: "task-output" }, richText(task.output, place.names)),
    sources,
  ].filter(Boolean);
  const className = `task is-${task.status}`;
  if (!parts.length) return h("div", { class: className, data: { task: task.task_id } }, h("div", { class: "task-head" }, head));
  const node = foldable({
    className,
    key: `${place.key}/task/${task.task_id}`,
    open: task.status === "error" || task.status === "in_progress",
    place,
    summary: head,
    body: h("div", { class: "task-body" }, parts),
  });
  node.dataset.task = task.task_id;
  return node;
}

// What a person opened or closed stays so when the message is edited; what they did not touch follows its state.
function foldable({ className, key, open, place, summary, body }) {
  const node = h("details", { class: className }, h("summary", { class: "task-head" }, summary, icon("right")), body);
  node.open = place.memory.get(key) ?? open;
  node.querySelector("summary").addEventListener("click", () => place.memory.set(key, !node.open));
  return node;
}

function sign(status) {
  const inside = { complete: icon("check"), error: icon("cross") }[status];
  return h("span", { class: `sign sign-${status}`, "aria-hidden": "true" }, inside);
}
