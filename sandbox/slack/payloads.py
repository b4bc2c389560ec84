"""The payloads that the app receives, in the shapes Slack sends them. Pure: ids, tokens and times come in."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.slack.channels import Channel
from sandbox.slack.messages import App
from sandbox.slack.people import Person, Team

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sender:
    """What every payload says about the workspace and the app."""

    team: Team
    app: App
    token: str

    def person(self, person: Person) -> Json:
        """The `user` of an interaction."""
        return {"id": person.id, "username": person.name, "name": person.name, "team_id": self.team.id}

    def event(self, event: Json, event_id: str, at: int) -> Json:
        """An event_callback around an event."""
        context = base64.b64encode(f'{{"et":"{event["type"]}","tid":"{self.team.id}","aid":"{self.app.id}"}}'.encode()).decode()
        return {
            "token": self.token,
            "team_id": self.team.id,
            "context_team_id": self.team.id,
            "context_enterprise_id": None,
            "api_app_id": self.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": at,
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.team.id,
                    "user_id": self.app.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{context}",
        }

    def command(self, person: Person, channel: Channel, words: tuple[str, str], *, trigger_id: str, response_url: str) -> Json:
        """A slash command and its text; all values are strings, as in the form that Slack posts."""
        return {
            "token": self.token,
            "team_id": self.team.id,
            "team_domain": self.team.domain,
            "channel_id": channel.id,
            "channel_name": channel.name or "directmessage",
            "user_id": person.id,
            "user_name": person.name,
            "command": words[0],
            "text": words[1],
            "api_app_id": self.app.id,
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": trigger_id,
        }

    def interaction(self, kind: str, person: Person, **parts: Any) -> Json:
        """What all interactive payloads share, with the parts of this one."""
        return {
            "type": kind,
            "user": self.person(person),
            "api_app_id": self.app.id,
            "token": self.token,
            "team": {"id": self.team.id, "domain": self.team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            **parts,
        }


def channel_of(channel: Channel) -> Json:
    """The `channel` of an interaction."""
    return {"id": channel.id, "name": channel.name or "directmessage"}


def message_container(message: Mapping[str, Any], channel: Channel, *, ephemeral: bool) -> Json:
    """The `container` of a click in a message."""
    container: Json = {"type": "message", "message_ts": message["ts"], "channel_id": channel.id, "is_ephemeral": ephemeral}
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    return container
