"""The control API: what the browser page and tests outside the process use to look at the workspace and to act in it as a person.

Everything is JSON under `/control/` on the workspace's own port. A refusal answers 400 with `{"error": code, "message": words for people}`.
`as` is the id (or name) of the person who looks or acts. What this person may not see is left out: private channels they are not in,
ephemeral messages and modals of others. `SlackWorkspace` and its actors offer the same in process.

LOOK
  GET /control/state?as=U
      {seq, now, clock: "system"|"manual", team: {id, name, domain}, me: person, people: [person], channels: [channel],
       usergroups: [{id, handle, name, users}], faults: as GET /control/faults answers,
       app: {id, name, bot_id, bot_user, connected, connections, delivery: "socket"|"http", revoked, home, messages_tab,
             commands: [{command, description, usage_hint}], shortcuts: [{name, type: "global"|"message", callback_id, description}]}}
      person  = {id, name, real_name, title, role: "developer"|"approver"|"on call"|"outsider"|"bot", color: "rrggbb", guest, bot}
      channel = {id, kind: "public"|"private"|"im", name, topic, purpose, archived, members: [id], member, last_read, unread, mentions,
                 latest: ts|null, with: id of the other side in an im, else null}
  GET /control/messages?as=U&channel=C[&before=TS][&limit=50]
      {seq, messages: [message], more}: top level and broadcasts, oldest first. `channel` is an id, #name, or dm.
  GET /control/thread?as=U&channel=C&ts=TS
      {seq, messages: [message]}: the root (or its tombstone), then the replies
      message = as Slack's API shows it (user, text, blocks, ts, thread_ts, reply_count, reply_users, latest_reply, reactions, files,
      edited, subtype, …), and `ephemeral: true` on those that only `as` sees; these stand among the others by ts.
  GET /control/home?as=U            {view|null}
  GET /control/views?as=U           {views: [view]}: the open modals, the visible one last
      view = as Slack's API shows it, with `errors` {block_id: text} and `values` {block_id: {action_id: state}}
  GET /control/files/ID?as=U        the bytes; common images and plain text as such, anything else as a download
  GET /control/log?after=SEQ        {seq, entries: [change of kind "log"]}: what just happened, as far as it is kept

FOLLOW
  GET /control/feed?as=U&after=SEQ[&log=1]        Server-Sent Events
      Each has `id: SEQ`, `event: KIND` and one line `data: {seq, at, kind, channel, to, data}`. A reconnecting EventSource sends
      Last-Event-ID, which wins over `after`. Without `as` everything is shown. A comment line comes every 15 s. Kinds and their data:
      message.posted     {message}                     message.changed    {message, previous}
      message.deleted    {ts, thread_ts|null, tombstone: message|null, previous}
      thread.changed     {message}: a root with its new reply counts
      ephemeral.posted   {message}                     ephemeral.changed  {message}                     ephemeral.deleted  {ts}
      reaction.added     {ts, user, name, item_user, reactions}           reaction.removed   the same
      channel.changed    {channel}: Slack's conversation object with `kind` and `members`; also when one is new
      member.joined      {user, inviter}               member.left        {user}
      channel.archived   {user}                        channel.unarchived {user}                        read.marked        {ts, unread}
      view.opened        {view}                        view.changed       {view}                        home.published     {view}
      view.closed        {view_id, views: [ids that stay open]}
      notice             {text}: what Slackbot tells this person, such as that a command failed
      app.changed        as `app` above: connected, connections, delivery, revoked
      faults.changed     as GET /control/faults
      log                {what, summary, …}, only with log=1; `what`: api, event, command, interaction, options, response_url, upload, note
      reset              {reason}: the page was away too long, or this is another workspace; the feed ends
  The recipe: GET state, follow from its `seq`, and after a reset begin again. A new person is a new state and a new feed.

ACT   POST, body {"as": U, …}; after the arrow the answer
  /control/act/send       {channel, text, thread_ts?, broadcast?} -> {ts}: `@name`, `@group` and `#channel` become mentions
  /control/act/edit       {channel, ts, text} -> {}                   /control/act/delete     {channel, ts} -> {}
  /control/act/command    {channel, text: "/promptops …"} -> {answered, notice|null}
  /control/act/click      {channel, ts, action_id, block_id?, value?, confirmed?} -> {answered, notice|null}, or {confirm: dialog} when the
                          element asks first: show the dialog, then send again with confirmed: true. For every interactive element; `value`
                          is what was chosen: an option's value, an id, a date, or a list of them. In place of channel and ts:
                          `view_id` for the visible modal, `home: true` for the Home tab
  /control/act/submit     {view_id, values: {block_id: value}} -> {closed, errors: {block_id: text}, views: [ids still open], notice|null}
  /control/act/close      {view_id, all?} -> {views: [ids still open]}
  /control/act/options    {action_id, block_id?, query, and a place as for click} -> {options} or {option_groups}: for external selects
  /control/act/shortcut   {callback_id, channel?, ts?} -> {answered, notice|null}: channel and ts for a message shortcut
  /control/act/react      {channel, ts, name} -> {}                   /control/act/unreact    {channel, ts, name} -> {}
  /control/act/upload     {channel, filename, content: base64, title?, comment?, thread_ts?} -> {ts, file: id}
  /control/act/open_home  {tab: "home"|"messages"} -> {channel}       /control/act/open_dm    {} -> {channel}
  /control/act/read       {channel, ts?} -> {unread}                  /control/act/join       {channel} -> {}
  /control/act/leave      {channel} -> {}                             /control/act/invite     {channel, user} -> {}
  /control/act/remove     {channel, user} -> {}
  `answered` is false when the app did not acknowledge within 3 s, and `notice` is then what Slackbot says about it.

ARRANGE
  POST /control/wait      {channel, as?, thread_ts?, text?, block_type?, action_id?, user?, after?: ts, count?: 1, timeout?: 5 real seconds}
                          -> {messages: [message]} once `count` match; 408 {"error": "timeout"} otherwise
  GET  /control/faults    {rules: [{id, kind, method, times, seconds, code}], rate_limits, revoked}
  POST /control/faults    {kind, method?, times?, seconds?, code?} -> {id}        kinds: see `faults`
  POST /control/faults/clear  {} -> {}
  POST /control/arrange   {do: "rate_limits", on} | {do: "revoke_token"} | {do: "restore_token"} | {do: "remove_bot", channel} |
                          {do: "invite_bot", channel} | {do: "archive", channel} | {do: "unarchive", channel} |
                          {do: "delete_message", channel, ts} | {do: "disconnect", reason} | {do: "request_url", url|null} -> {}
  POST /control/clock     {advance: seconds} -> {now}; 409 unless the workspace runs on a ManualClock

Left to others: what acting means (`conversing`, `interactions`, `modals`), who sees what (`visibility`), the checks of Host and Origin
(`server`). `/` serves `sandbox/slack/page/index.html`, `/page/NAME` the other files of that folder (flat), with a Content-Security-Policy
of `default-src 'self'` (no inline script or style; images also from https), and a permalink `/archives/C/p…` redirects to
`/?channel=C&ts=TS[&thread_ts=TS]`.
"""

import asyncio
import json
from typing import Any

from aiohttp import web

from sandbox.slack.acts import ACTS, Body
from sandbox.slack.clock import ManualClock
from sandbox.slack.desk import Desk
from sandbox.slack.errors import RefusedError
from sandbox.slack.faults import Rule
from sandbox.slack.feed import Change
from sandbox.slack.journal import entries
from sandbox.slack.looking import Question
from sandbox.slack.people import Person
from sandbox.slack.visibility import change_visible, someone, somewhere
from sandbox.slack.waiting import until

Json = dict[str, Any]
_KEEPALIVE = 15.0  # seconds of the machine between comment lines
_WAIT = 5.0
_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain")


class Control:
    """Answers `/control/…`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._world = desk.world

    def routes(self) -> list[web.RouteDef]:
        """The routes, to be added to the application."""
        return [
            web.get("/control/state", self._state),
            web.get("/control/messages", self._messages),
            web.get("/control/thread", self._thread),
            web.get("/control/home", self._home),
            web.get("/control/views", self._views),
            web.get("/control/files/{id}", self._file),
            web.get("/control/log", self._log),
            web.get("/control/feed", self._feed),
            web.get("/control/faults", self._faults),
            web.post("/control/act/{verb}", self._act),
            web.post("/control/wait", self._wait),
            web.post("/control/faults", self._add_fault),
            web.post("/control/faults/clear", self._clear_faults),
            web.post("/control/arrange", self._arrange),
            web.post("/control/clock", self._clock),
        ]

    def _person(self, request: web.Request) -> Person:
        return someone(self._world, request.query.get("as", ""))

    async def _state(self, request: web.Request) -> web.StreamResponse:
        state = self._desk.looking.state(self._person(request))
        state["app"] |= self._desk.arranging.app()
        state["clock"] = "manual" if isinstance(self._world.clock, ManualClock) else "system"
        return web.json_response({**state, "faults": self._desk.arranging.faults()})

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request)
        channel = somewhere(self._world, person, request.query.get("channel", ""))
        limit = max(1, min(_whole(request, "limit", 50), 500))
        found, more = self._desk.looking.messages(channel, person, before=request.query.get("before"), limit=limit)
        return web.json_response({"seq": self._world.feed.seq, "messages": found, "more": more})

    async def _thread(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request)
        channel = somewhere(self._world, person, request.query.get("channel", ""))
        found = self._desk.looking.thread(channel, request.query.get("ts", ""), person)
        return web.json_response({"seq": self._world.feed.seq, "messages": found})

    async def _home(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"view": self._desk.looking.home(self._person(request))})

    async def _views(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"views": self._desk.looking.views(self._person(request))})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        person, file = self._person(request), self._world.files.get(request.match_info["id"])
        if file is None or not any(person.id in self._world.channels[name].members for name in file.channels):
            raise RefusedError("no_such_file", f"{person.name} sees no file {request.match_info['id']!r}")
        kind = file.mimetype if file.mimetype in _INLINE else "application/octet-stream"
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if kind == "application/octet-stream":
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=file.content, content_type=kind, headers=headers)

    async def _log(self, request: web.Request) -> web.StreamResponse:
        feed = self._world.feed
        changes = feed.after(_whole(request, "after", 0))
        if changes is None:
            changes = feed.after(max(0, feed.seq - feed.kept))
        return web.json_response({"seq": feed.seq, "entries": [change.json() for change in entries(changes)]})

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request) if "as" in request.query else None
        log = request.query.get("log") == "1"
        resumed = request.headers.get("Last-Event-ID", "")
        seq = int(resumed) if resumed.isdecimal() else _whole(request, "after", self._world.feed.seq)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        await response.write(b": here\n\n")
        while (changes := await self._more(seq)) is not None:
            if changes:
                seq = changes[-1].seq
            shown = [change for change in changes if change_visible(self._world, change, person, log=log)]
            lines = "".join(map(_event, shown)) or ("" if changes else ": still here\n\n")
            if lines:
                await response.write(lines.encode())
            if changes and changes[-1].kind == "reset":
                break
        return response

    async def _more(self, seq: int) -> list[Change] | None:
        """What came after a number, waiting for it a while; [] when nothing did, a `reset` when it is too old, None at the end."""
        feed = self._world.feed
        if feed.after(seq) == []:
            try:
                async with asyncio.timeout(_KEEPALIVE):
                    if not await feed.wait(seq):
                        return None
            except TimeoutError:
                return []
        changes = feed.after(seq)
        if changes is not None:
            return changes
        return [Change(feed.seq, self._world.clock.now(), "reset", {"reason": "too far behind: read the state anew"})]

    async def _act(self, request: web.Request) -> web.StreamResponse:
        act, body = ACTS.get(request.match_info["verb"]), await _body(request)
        if act is None:
            raise RefusedError("unknown_verb", f"nobody can {request.match_info['verb']!r}; people can {', '.join(sorted(ACTS))}")
        person = someone(self._world, body.text("as"))
        return web.json_response(await act(self._desk, person, body))

    async def _wait(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        person = someone(self._world, body.text("as")) if body.maybe("as") else None
        channel = self._world.channel(body.text("channel"))
        if channel is None:
            raise RefusedError("no_such_channel", f"there is no channel {body.text('channel')!r}")
        names = ("thread_ts", "text", "block_type", "action_id", "user", "after")
        question = Question(channel.id, **{name: body.maybe(name) for name in names})
        count = int(body.number("count", 1))

        def look() -> list[Json] | None:
            found = self._desk.looking.matching(question, person)
            return found if len(found) >= count else None

        found = await until(self._world.feed, look, body.number("timeout", _WAIT))
        if found is None:
            return web.json_response({"error": "timeout", "message": f"nothing matched {question}"}, status=408)
        return web.json_response({"messages": found})

    async def _faults(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self._desk.arranging.faults())

    async def _add_fault(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        rule = Rule(
            kind=body.text("kind"),
            method=body.maybe("method") or "*",
            times=int(body.number("times", 1)),
            seconds=body.number("seconds", 1.0),
            code=body.maybe("code") or "internal_error",
        )
        return web.json_response({"id": self._desk.arranging.add_fault(rule)})

    async def _clear_faults(self, _request: web.Request) -> web.StreamResponse:
        self._desk.arranging.clear_faults()
        return web.json_response({})

    async def _arrange(self, request: web.Request) -> web.StreamResponse:
        body, arranging = await _body(request), self._desk.arranging
        match body.text("do"):
            case "rate_limits":
                arranging.rate_limits(on=body.flag("on"))
            case "revoke_token" | "restore_token" as what:
                arranging.revoke(revoked=what == "revoke_token")
            case "remove_bot" | "invite_bot" as what:
                arranging.bot(body.text("channel"), member=what == "invite_bot")
            case "archive" | "unarchive" as what:
                arranging.archive(body.text("channel"), archived=what == "archive")
            case "delete_message":
                arranging.delete_message(body.text("channel"), body.text("ts"))
            case "disconnect":
                await arranging.disconnect(body.maybe("reason") or "refresh_requested")
            case "request_url":
                await arranging.request_url(body.maybe("url"))
            case other:
                raise RefusedError("unknown_arrangement", f"there is no arrangement {other!r}; see sandbox/slack/control.py")
        return web.json_response({})

    async def _clock(self, request: web.Request) -> web.StreamResponse:
        body, clock = await _body(request), self._world.clock
        if not isinstance(clock, ManualClock):
            return web.json_response({"error": "system_clock", "message": "this workspace runs on the machine's clock"}, status=409)
        await clock.advance(body.number("advance", 0.0))
        return web.json_response({"now": clock.now()})


async def _body(request: web.Request) -> Body:
    try:
        body = await request.json()
    except (ValueError, RecursionError) as error:
        raise RefusedError("invalid_json", "the body is not JSON") from error
    if not isinstance(body, dict):
        raise RefusedError("invalid_json", "the body is not a JSON object")
    return Body(body)


def _whole(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name, "")
    return int(value) if value.isdecimal() else default


def _event(change: Change) -> str:
    return f"id: {change.seq}\nevent: {change.kind}\ndata: {json.dumps(change.json())}\n\n"
