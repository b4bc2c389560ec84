"""Channels, direct messages, and the conversation object that the API shows of them."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["public", "private", "im"]

# By kind of conversation: the word in events, and the family of scopes that reading it takes.
CHANNEL_TYPES: dict[Kind, str] = {"public": "channel", "private": "group", "im": "im"}
SCOPE_FAMILIES: dict[Kind, str] = {"public": "channels", "private": "groups", "im": "im"}
API_TYPES: dict[Kind, str] = {"public": "public_channel", "private": "private_channel", "im": "im"}


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation. A direct message has the kind `im`, no name, and the bot and one person as members."""

    id: str
    kind: Kind
    name: str = ""
    members: frozenset[str] = field(default_factory=frozenset)
    topic: str = ""
    purpose: str = ""
    creator: str = ""
    created: int = 0
    archived: bool = False
    general: bool = False

    @property
    def shown(self) -> str:
        """The name as people write it."""
        return f"#{self.name}" if self.name else self.id

    def other(self, me: str) -> str:
        """The other side of a direct message."""
        return next(iter(sorted(self.members - {me})), me)

    def conversation(self, team: str, viewer: str) -> Json:
        """The conversation object, as `viewer` (the bot, mostly) sees it."""
        if self.kind == "im":
            return {
                "id": self.id,
                "created": self.created,
                "is_archived": False,
                "is_im": True,
                "is_org_shared": False,
                "context_team_id": team,
                "updated": self.created * 1000,
                "user": self.other(viewer),
                "is_user_deleted": False,
                "priority": 0,
            }
        private = self.kind == "private"
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": not private,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": private,
            "created": self.created,
            "is_archived": self.archived,
            "is_general": self.general,
            "unlinked": 0,
            "name_normalized": self.name,
            "is_shared": False,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "pending_shared": [],
            "context_team_id": team,
            "updated": self.created * 1000,
            "parent_conversation": None,
            "creator": self.creator,
            "is_ext_shared": False,
            "shared_team_ids": [team],
            "pending_connected_team_ids": [],
            "is_member": viewer in self.members,
            "topic": {"value": self.topic, "creator": self.creator, "last_set": self.created},
            "purpose": {"value": self.purpose, "creator": self.creator, "last_set": self.created},
            "previous_names": [],
            "num_members": len(self.members),
        }
