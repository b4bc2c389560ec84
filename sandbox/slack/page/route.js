// Where a person is, in the address: #as=ann&in=deploys&thread=1790000000.000100. A reload comes back to it.

/** What the address says; permalinks (/?channel=…&ts=…) too. */
export function here() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const query = new URLSearchParams(location.search);
  const thread = query.get("thread_ts");
  return {
    as: hash.get("as"),
    place: query.get("channel") ?? hash.get("in"),
    thread: thread ?? hash.get("thread"),
    tab: hash.get("tab"),
    reveal: query.get("ts"),
  };
}

/** Writes it down, as a step back unless `replace`. */
export function write({ as, place, thread, tab }, { replace = false } = {}) {
  const hash = new URLSearchParams({ as, in: place });
  if (thread) hash.set("thread", thread);
  if (tab) hash.set("tab", tab);
  const address = `/#${hash}`;
  if (address === `${location.pathname}${location.search}${location.hash}`) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
}
