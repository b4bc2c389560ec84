"""Which events a change in the workspace means for the app. Pure, but for the ids and times that the world hands out."""

from collections.abc import Iterator
from typing import Any

from sandbox.slack.channels import CHANNEL_TYPES, Channel
from sandbox.slack.delivery import Courier, Delivery
from sandbox.slack.feed import Change
from sandbox.slack.manifest import AppManifest
from sandbox.slack.payloads import Sender
from sandbox.slack.world import World

Json = dict[str, Any]
_SUBSCRIPTIONS = {"public": "message.channels", "private": "message.groups", "im": "message.im"}


class AppEvents:
    """Listens to the feed and sends the app what it subscribed to."""

    def __init__(self, world: World, manifest: AppManifest, sender: Sender, courier: Courier) -> None:
        self._world = world
        self._manifest = manifest
        self._sender = sender
        self._courier = courier
        self.muted = False  # a revoked token: the app hears nothing

    def changed(self, change: Change) -> None:
        """Send the events of a change."""
        channel = self._world.channels.get(change.channel or "")
        if channel is None or change.to is not None:
            return
        if self._world.app.bot_user not in channel.members and change.kind != "member.left":
            return
        for subscription, event in self._events(change, channel):
            self.send(subscription, event)

    def send(self, subscription: str, event: Json) -> None:
        """Send an event if the app subscribed to it."""
        if subscription not in self._manifest.events or self.muted:
            return
        payload = self._sender.event(event, self._world.ids.next("Ev"), int(self._world.clock.now()))
        self._courier.event(Delivery("events_api", event["type"], payload, answerable=False))

    def _events(self, change: Change, channel: Channel) -> Iterator[tuple[str, Json]]:
        data = change.data
        match change.kind:
            case "message.posted":
                yield from self._posted(data["message"], channel)
            case "message.changed":
                edited = {"subtype": "message_changed", "hidden": True, "message": _public(data["message"])}
                yield self._message(channel, {**edited, "previous_message": _public(data["previous"])})
            case "message.deleted":
                gone = {"subtype": "message_deleted", "hidden": True, "deleted_ts": data["ts"], "previous_message": data["previous"]}
                yield self._message(channel, gone)
            case "reaction.added" | "reaction.removed":
                kind = change.kind.replace(".", "_")
                item = {"type": "message", "channel": channel.id, "ts": data["ts"]}
                event = {"type": kind, "user": data["user"], "reaction": data["name"], "item": item, "item_user": data["item_user"]}
                yield kind, self._stamped(event)
            case "member.joined" | "member.left":
                kind = f"{change.kind.replace('.', '_')}_channel"
                event = {"type": kind, "user": data["user"], "channel": channel.id, "team": self._world.team.id}
                event["channel_type"] = "C" if channel.kind == "public" else "G"
                if data.get("inviter"):
                    event["inviter"] = data["inviter"]
                yield kind, self._stamped(event)
            case "channel.archived" | "channel.unarchived":
                kind = "channel_archive" if change.kind == "channel.archived" else "channel_unarchive"
                yield kind, self._stamped({"type": kind, "channel": channel.id, "user": data["user"]})
            case _:
                pass

    def _posted(self, message: Json, channel: Channel) -> Iterator[tuple[str, Json]]:
        shown = {**_public(message), "channel": channel.id, "event_ts": message["ts"]}
        if message.get("subtype") == "thread_broadcast":
            root = self._world.message(channel.id, message["thread_ts"])
            shown["root"] = self._world.shown(root) if root else None
        yield _SUBSCRIPTIONS[channel.kind], {**shown, "channel_type": CHANNEL_TYPES[channel.kind]}
        mentioned = f"<@{self._world.app.bot_user}>" in message["text"]
        if mentioned and channel.kind != "im" and "bot_id" not in message:
            yield "app_mention", {**shown, "type": "app_mention"}
        for file in message.get("files", ()):
            event = {"type": "file_shared", "file_id": file["id"], "user_id": message["user"], "file": {"id": file["id"]}}
            yield "file_shared", self._stamped({**event, "channel_id": channel.id})

    def _message(self, channel: Channel, parts: Json) -> tuple[str, Json]:
        ts = self._world.next_ts()
        event = {"type": "message", **parts, "channel": channel.id, "channel_type": CHANNEL_TYPES[channel.kind]}
        return _SUBSCRIPTIONS[channel.kind], {**event, "ts": ts, "event_ts": ts}

    def _stamped(self, event: Json) -> Json:
        return {**event, "event_ts": self._world.next_ts()}


def _public(message: Json) -> Json:
    """A message as events carry it: without metadata, which is read with conversations.* only."""
    return {key: value for key, value in message.items() if key != "metadata"}
