// The Home tab of the app, as it was published for this person.

import { blocks } from "./blocks.js";
import { h } from "./dom.js";
import { inHome } from "./place.js";

export function homeTab(store, names) {
  const view = store.home;
  if (!view) return h("div", { class: "home-empty" }, h("h2", {}, "Nothing here yet"), h("p", {}, `${store.state.app.name} has not published a Home tab for ${store.me.real_name}.`));
  return h("div", { class: "home blocks" }, blocks(view.blocks, inHome(names, view)));
}
