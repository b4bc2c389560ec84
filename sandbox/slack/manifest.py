"""Reads the app's `manifest.yml`: the commands, shortcuts, events and scopes that the workspace gives to the app.

Only what the workspace acts on is read; the whole is checked against Slack's own schema by a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.slack.errors import ManifestError
from sandbox.slack.scopes import EVENTS

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command. With `escape`, mentions in its text arrive as ids."""

    command: str
    description: str
    usage_hint: str = ""
    escape: bool = False


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A global or message shortcut."""

    name: str
    type: str
    callback_id: str
    description: str


@dataclass(frozen=True, slots=True)
class AppManifest:
    """What an app is allowed to do and wants to hear."""

    name: str
    bot_name: str
    scopes: frozenset[str]
    events: frozenset[str] = frozenset()
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    socket_mode: bool = True
    interactivity: bool = True
    home: bool = False
    messages_tab: bool = False
    messages_read_only: bool = False

    def command(self, word: str) -> Command | None:
        """The command of a name with its slash."""
        return next((item for item in self.commands if item.command == word), None)

    def shortcut(self, callback_id: str) -> Shortcut | None:
        """The shortcut of a callback_id."""
        return next((item for item in self.shortcuts if item.callback_id == callback_id), None)


def load(path: Path) -> AppManifest:
    """Read a manifest file; ManifestError says which key cannot work."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ManifestError(f"{path.name!r} is not YAML: {error}") from error
    return parse(content)


def parse(content: Any) -> AppManifest:
    """The manifest in a parsed YAML or JSON document."""
    if not isinstance(content, Mapping):
        raise ManifestError("a manifest is a mapping with display_information, features, oauth_config and settings")
    features, settings = _section(content, "features"), _section(content, "settings")
    scopes = _section(_section(content, "oauth_config"), "scopes")
    home, bot = _section(features, "app_home"), _section(features, "bot_user")
    name = str(_section(content, "display_information").get("name", "")) or "App"
    manifest = AppManifest(
        name=name,
        bot_name=str(bot.get("display_name", "")) or name,
        scopes=frozenset(map(str, scopes.get("bot") or ())),
        events=frozenset(map(str, _section(settings, "event_subscriptions").get("bot_events") or ())),
        commands=tuple(_command(item) for item in features.get("slash_commands") or ()),
        shortcuts=tuple(_shortcut(item) for item in features.get("shortcuts") or ()),
        socket_mode=bool(settings.get("socket_mode_enabled", False)),
        interactivity=bool(_section(settings, "interactivity").get("is_enabled", False)),
        home=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", False)),
        messages_read_only=bool(home.get("messages_tab_read_only_enabled", False)),
    )
    _check(manifest)
    return manifest


def _check(manifest: AppManifest) -> None:
    for event in sorted(manifest.events):
        if event not in EVENTS:
            known = ", ".join(sorted(EVENTS))
            raise ManifestError(f"settings.event_subscriptions.bot_events: this workspace does not send {event!r}; it knows {known}")
        if EVENTS[event] and not manifest.scopes.intersection(EVENTS[event]):
            wanted = " or ".join(EVENTS[event])
            raise ManifestError(f"the event {event!r} takes the scope {wanted}: add it to oauth_config.scopes.bot, or drop the event")
    if manifest.commands and "commands" not in manifest.scopes:
        raise ManifestError("slash commands take the scope 'commands': add it to oauth_config.scopes.bot")
    if manifest.shortcuts and "commands" not in manifest.scopes:
        raise ManifestError("shortcuts take the scope 'commands': add it to oauth_config.scopes.bot")


def _section(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    section = content.get(key)
    if section is None:
        return {}
    if not isinstance(section, Mapping):
        raise ManifestError(f"{key!r} must be a mapping, not {type(section).__name__}")
    return section


def _command(item: Any) -> Command:
    if not isinstance(item, Mapping) or not str(item.get("command", "")).startswith("/"):
        raise ManifestError(f"features.slash_commands: {item!r} needs a command that begins with a slash")
    return Command(
        command=str(item["command"]),
        description=str(item.get("description", "")),
        usage_hint=str(item.get("usage_hint", "")),
        escape=bool(item.get("should_escape", False)),
    )


def _shortcut(item: Any) -> Shortcut:
    if not isinstance(item, Mapping) or item.get("type") not in {"message", "global"} or not item.get("callback_id"):
        raise ManifestError(f"features.shortcuts: {item!r} needs a callback_id and the type message or global")
    return Shortcut(str(item.get("name", "")), str(item["type"]), str(item["callback_id"]), str(item.get("description", "")))
