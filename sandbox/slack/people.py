"""The people of the workspace, the bot among them, and the groups they are in, with the shapes that users.* and usergroups.* answer."""

from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Role = Literal["developer", "approver", "on call", "outsider", "bot"]


@dataclass(frozen=True, slots=True)
class Team:
    """The workspace itself."""

    id: str = "T0SANDBOX"
    name: str = "Sandbox"
    domain: str = "sandbox"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the workspace. `guest` is a person from outside who sees only the channels they were added to."""

    id: str
    name: str
    real_name: str
    role: Role
    title: str = ""
    email: str = ""
    color: str = "4a154b"
    guest: bool = False
    deactivated: bool = False

    @property
    def is_bot(self) -> bool:
        """The app's own user."""
        return self.role == "bot"

    def user(self, team: Team, *, bot_id: str = "", app_id: str = "", email: bool = False) -> Json:
        """The user object of users.info; `email` only for an app that holds users:read.email."""
        profile: Json = {
            "title": self.title,
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "team": team.id,
        }
        if email and self.email:
            profile["email"] = self.email
        if self.is_bot:
            profile |= {"bot_id": bot_id, "api_app_id": app_id}
        user: Json = {
            "id": self.id,
            "team_id": team.id,
            "name": self.name,
            "deleted": self.deactivated,
            "color": self.color,
            "real_name": self.real_name,
            "tz": "Etc/UTC",
            "tz_label": "Coordinated Universal Time",
            "tz_offset": 0,
            "profile": profile,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.guest,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 0,
        }
        return user


@dataclass(frozen=True, slots=True)
class Usergroup:
    """A named set of people that can be mentioned together."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]
    description: str = ""

    def usergroup(self, team: Team, *, users: bool = False, count: bool = False) -> Json:
        """The object of usergroups.list."""
        body: Json = {
            "id": self.id,
            "team_id": team.id,
            "is_usergroup": True,
            "is_subteam": True,
            "name": self.name,
            "description": self.description,
            "handle": self.handle,
            "is_external": False,
            "date_create": 0,
            "date_update": 0,
            "date_delete": 0,
            "auto_type": None,
            "created_by": "",
            "updated_by": "",
            "deleted_by": None,
            "prefs": {"channels": [], "groups": []},
        }
        if users:
            body["users"] = list(self.users)
        if count:
            body["user_count"] = len(self.users)
        return body
