// Builds the page from elements and text. Nothing here, or anywhere in the page, parses HTML: what people write stays text.

/** An element: `h("a", {class: "x", href, onclick}, "text", node, [more])`. Empty children are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = value;
    else if (key === "data") Object.assign(node.dataset, value);
    else if (key === "style") Object.assign(node.style, value);
    else if (key === "value" || key === "checked" || key === "disabled" || key === "selected") node[key] = value;
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...flat(children));
  return node;
}

/** Replaces the children of an element. */
export function fill(node, ...children) {
  node.replaceChildren(...flat(children));
  return node;
}

/** Replaces the children only when `sign` says something else than before, so that focus and pointer are not disturbed. */
export function refill(node, sign, make) {
  const said = JSON.stringify(sign);
  if (node.drawnAs === said) return;
  node.drawnAs = said;
  fill(node, make());
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false && child !== "");
}

/** A web address that may be followed, or null: only http, https and mailto. */
export function safeUrl(url) {
  try {
    const parsed = new URL(String(url));
    return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A link that opens elsewhere; plain text when the address may not be followed. */
export function link(url, ...label) {
  const href = safeUrl(url);
  if (href === null) return h("span", { class: "dead-link", title: "This kind of link is not followed" }, ...label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...label);
}

const SHAPES = {
  hash: "M5 2 3.500 14M11.500 2 10 14M2 5.500h12M1.500 10.500h12",
  lock: "M3.500 7.500h9v6.500h-9zM5.500 7.500V5a2.500 2.500 0 0 1 5 0v2.500",
  home: "M2 7.500 8 2.500l6 5M3.500 6.500V14h9V6.500M6.500 14v-4h3v4",
  smile: "M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M5.500 6v1M10.500 6v1M5 9.500c1.500 2.300 4.500 2.300 6 0",
  reply: "M2 3h12v8.500H8L4.500 14.500v-3H2z",
  more: "M8 3v.1M8 8v.1M8 13v.1",
  close: "M3.500 3.500l9 9M12.500 3.500l-9 9",
  menu: "M2 4h12M2 8h12M2 12h12",
  send: "M2 2.500 14.500 8 2 13.500 4 8zM4 8h6",
  plus: "M8 3v10M3 8h10",
  bolt: "M9 1.500 3.500 9H8l-1 5.500L12.500 7H8z",
  clip: "M12.500 7 7.300 12.200a2.800 2.800 0 0 1-4-4L8.600 3a1.900 1.900 0 0 1 2.700 2.700L6.200 10.800",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  moon: "M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z",
  eye: "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8M8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4",
  pulse: "M1.500 8.500h3l2-5.500 3 10 2-4.500h3",
  down: "M3.500 6 8 10.500 12.500 6",
  right: "M6 3.500 10.500 8 6 12.500",
  check: "M3 8.500 6.500 12 13 4.500",
  cross: "M4 4l8 8M12 4l-8 8",
  up: "M5 14V7.500L8 1.500c1.400 0 1.800 1 1.500 2.300L9 6.500h4l-1 7.500zM2 7.500h3V14H2z",
  downvote: "M5 2v6.500l3 6c1.400 0 1.800-1 1.500-2.300L9 9.500h4L12 2zM2 8.500h3V2H2z",
  trash: "M2.500 4.500h11M6 4.500V2.500h4v2M4 4.500l.8 9.500h6.400l.8-9.500M6.700 7v4.500M9.300 7v4.500",
  file: "M4 1.500h5.500L13 5v9.500H4zM9.500 1.500V5H13",
  back: "M10 3.500 5.500 8 10 12.500",
  people: "M6 3a2.200 2.200 0 1 0 0 4.400A2.200 2.200 0 0 0 6 3M1.500 13c.3-3 2-4.300 4.500-4.300s4.200 1.300 4.500 4.300M10.500 3.300a2.200 2.200 0 0 1 0 4M12 9c1.500.5 2.300 1.900 2.500 4",
};

/** A line icon of 16 by 16; decoration only, so it is hidden from readers. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name] ?? "");
  svg.append(path);
  return svg;
}

/** A button that shows only an icon, with words for readers and as a tooltip. */
export function iconButton(name, label, onclick, props = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}
