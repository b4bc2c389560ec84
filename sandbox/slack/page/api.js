// Talks to the control API. Every refusal becomes a Refused with words for people.

export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

let person = "";

/** From now on look and act as this person (a user id or a name). */
export function actAs(id) {
  person = id;
}

export async function look(path, query = {}) {
  const asked = new URLSearchParams({ as: person, ...query });
  return answer(await reach(`/control/${path}?${asked}`, { cache: "no-store" }));
}

export async function act(verb, body = {}) {
  return send(`/control/act/${verb}`, { as: person, ...body });
}

export async function arrange(body) {
  return send("/control/arrange", body);
}

export async function send(path, body) {
  return answer(await reach(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }));
}

/** Where a file can be read by this person. */
export function fileUrl(id) {
  return `/control/files/${encodeURIComponent(id)}?${new URLSearchParams({ as: person })}`;
}

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Refused("unreachable", "The workspace does not answer. Is it still running?");
  }
}

async function answer(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    throw new Refused("bad_answer", `The workspace answered ${response.status} without JSON.`);
  }
  if (!response.ok) throw new Refused(body.error ?? String(response.status), body.message ?? body.error ?? "refused");
  return body;
}
