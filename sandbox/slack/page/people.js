// Faces, names, and the switch between people.

import { h, icon } from "./dom.js";
import { emoji } from "./emoji.js";
import { menu } from "./menus.js";

export const ROLES = { developer: "Developer", approver: "Release approver", "on call": "On call", outsider: "Outsider", bot: "App" };

/** The picture of somebody: initials on their colour. */
export function avatar(person, className = "") {
  if (!person) return h("span", { class: `avatar of-workspace ${className}`, "aria-hidden": "true" }, icon("home"));
  if (person.bot) return h("span", { class: `avatar of-app ${className}`, "aria-hidden": "true" }, person.sign ? emoji(person.sign) ?? icon("bolt") : icon("bolt"));
  const initials = person.real_name.split(/\s+/).slice(0, 2).map((word) => word[0]).join("");
  const colour = /^[0-9a-f]{6}$/i.test(person.color) ? `#${person.color}` : "#64748b";
  return h("span", { class: `avatar ${className}`, style: { background: colour }, "aria-hidden": "true" }, initials);
}

/** What ids are called, for everything that draws text. */
export function namesOf(store, open) {
  const { state } = store;
  const bot = state.app.name;
  const title = (channel) => (channel.kind === "im" ? (store.person(channel.with)?.bot ? bot : (store.person(channel.with)?.real_name ?? channel.with)) : `#${channel.name}`);
  return {
    me: state.me.id,
    people: state.people.filter((person) => !person.bot),
    channels: state.channels.filter((channel) => !channel.archived),
    title,
    open,
    user: (id) => store.person(id)?.name ?? null,
    channel: (id) => store.channelOf(id)?.name || null,
    group: (id) => state.usergroups.find((group) => group.id === id) ?? null,
  };
}

/** The row of people to be; on a narrow page a button with a menu. */
export function switcher(store, choose) {
  const people = store.state.people.filter((person) => !person.bot);
  const groups = (person) => store.state.usergroups.filter((group) => group.users.includes(person.id)).map((group) => `@${group.handle}`).join(" ");
  const chips = people.map((person) => {
    const mine = person.id === store.me.id;
    const about = [person.title, groups(person)].filter(Boolean).join(" · ");
    return h("button", { type: "button", class: "person-chip", "aria-pressed": String(mine), title: `${person.real_name}: ${about}`, data: { person: person.name }, onclick: () => choose(person) },
      avatar(person, "small"), h("span", { class: "person-words" }, h("span", { class: "person-name" }, person.real_name.split(" ")[0]), h("span", { class: "person-role" }, ROLES[person.role] ?? person.role)));
  });
  const button = h("button", { type: "button", class: "person-now", "aria-haspopup": "menu", "aria-label": `You are ${store.me.real_name}, ${ROLES[store.me.role]}. Be somebody else`, onclick: () => {
    menu(button, people.map((person) => ({
      label: person.real_name,
      hint: [ROLES[person.role], groups(person)].filter(Boolean).join(" · "),
      before: avatar(person, "small"),
      current: person.id === store.me.id,
      act: () => choose(person),
    })));
  } }, avatar(store.me, "small"), h("span", { class: "person-words" }, h("span", { class: "person-name" }, store.me.real_name.split(" ")[0]), h("span", { class: "person-role" }, ROLES[store.me.role])), icon("down"));
  return h("div", { class: "switcher", role: "group", "aria-label": "Who you are" }, h("span", { class: "switcher-label" }, "You are"), chips, button);
}
