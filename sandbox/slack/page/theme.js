// Light or dark: as the machine says, until a person chooses.

import { h, icon } from "./dom.js";

const KEPT = "theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export function isDark() {
  const chosen = localStorage.getItem(KEPT);
  return chosen ? chosen === "dark" : system.matches;
}

/** The button that switches; applies the theme at once and when the machine's changes. */
export function themeButton() {
  const node = h("button", { type: "button", class: "icon-button theme", onclick: () => {
    localStorage.setItem(KEPT, isDark() ? "light" : "dark");
    show();
  } });
  const show = () => {
    const dark = isDark();
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    node.replaceChildren(icon(dark ? "sun" : "moon"));
    node.title = dark ? "Light" : "Dark";
    node.setAttribute("aria-label", dark ? "Switch to light" : "Switch to dark");
  };
  system.addEventListener("change", show);
  show();
  return node;
}
