"""The project's manifest.yml is valid for Slack, and what it asks for can work."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.slack.errors import ManifestError
from sandbox.slack.manifest import Command, load, parse
from tests.sandbox.slack.conftest import MANIFEST

Json = dict[str, Any]


def test_the_projects_manifest_is_valid_by_slacks_schema(reference: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: the manifest schema cannot be checked")
    schema = json.loads((reference / "slack-manifest-schema.json").read_text())
    errors = jsonschema.Draft7Validator(schema).iter_errors(yaml.safe_load(MANIFEST.read_text()))
    assert [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors] == []


def test_the_workspace_reads_commands_shortcuts_events_and_scopes() -> None:
    manifest = load(MANIFEST)
    assert manifest.commands == (
        Command(
            "/promptops",
            "Run and watch workflows; try /promptops help",
            "run NAME [key=value …] | status | logs | approve | help",
            escape=True,
        ),
    )
    assert [item.callback_id for item in manifest.shortcuts] == ["run_workflow", "diagnose_message"]
    assert manifest.events >= {"app_mention", "message.channels", "message.groups", "message.im", "app_home_opened"}
    assert manifest.scopes >= {"chat:write", "commands", "usergroups:read", "files:write"}
    assert (manifest.home, manifest.messages_tab, manifest.messages_read_only, manifest.socket_mode) == (True, True, False, True)


def _scopes(manifest: Json, without: str) -> None:
    manifest["oauth_config"]["scopes"]["bot"].remove(without)


WRONG: list[tuple[str, Callable[[Json], Any], str]] = [
    ("scope", lambda m: _scopes(m, "app_mentions:read"), "the event 'app_mention' takes the scope app_mentions:read"),
    ("commands", lambda m: _scopes(m, "commands"), "slash commands take the scope 'commands'"),
    ("event", lambda m: m["settings"]["event_subscriptions"]["bot_events"].append("star_added"), "does not send 'star_added'"),
    ("command", lambda m: m["features"]["slash_commands"].append({"command": "deploy"}), "begins with a slash"),
    ("shortcut", lambda m: m["features"]["shortcuts"].append({"type": "button"}), "needs a callback_id"),
    ("section", lambda m: m.update(features=[]), "'features' must be a mapping, not list"),
]


@pytest.mark.parametrize(("name", "spoil", "words"), WRONG)
def test_a_manifest_that_cannot_work_says_why(name: str, spoil: Callable[[Json], Any], words: str) -> None:
    manifest = copy.deepcopy(yaml.safe_load(MANIFEST.read_text()))
    spoil(manifest)
    with pytest.raises(ManifestError, match=words.replace("(", r"\(")):
        parse(manifest)


@pytest.mark.parametrize("content", ["{", "- a"])
def test_a_file_that_is_no_manifest(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text(content)
    with pytest.raises(ManifestError):
        load(path)
