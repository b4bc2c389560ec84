"""Reads the settings from flags, environment and file, and says what is wrong with them: which key, which line, what was meant."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, SecretStr, ValidationError

from bot.settings import ClusterSection, HttpSection, LimitsSection, ModelSection, Settings
from state.folder import Folder
from steps.errors import PromptOpsError
from steps.nearest import nearest

LARGEST = 1024 * 1024

# What the environment may set, and where it lands; a list is written with commas, folders with the system's path separator.
ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "PROMPTOPS_STATE_DIR": ("state_dir",),
    "PROMPTOPS_WORKFLOWS": ("workflows",),
    "PROMPTOPS_DEFAULT_CLUSTER": ("default_cluster",),
    "PROMPTOPS_MODEL_URL": ("model", "url"),
    "PROMPTOPS_MODEL": ("model", "name"),
    "PROMPTOPS_MODEL_TOKEN_FILE": ("model", "token_file"),
    "PROMPTOPS_MODEL_TOKEN_HOSTS": ("model", "token_hosts"),
    "PROMPTOPS_HTTP_ALLOWED_HOSTS": ("http", "allowed_hosts"),
    "PROMPTOPS_HTTP_ALLOWED_NETWORKS": ("http", "allowed_networks"),
    "PROMPTOPS_CONCURRENT_RUNS": ("limits", "concurrent_runs"),
    "PROMPTOPS_CONCURRENT_STEPS": ("limits", "concurrent_steps"),
    "PROMPTOPS_RUN_AGE": ("limits", "run_age"),
    "PROMPTOPS_KEEP": ("limits", "keep"),
}

_SECTIONS: Mapping[str, type[BaseModel]] = {"model": ModelSection, "http": HttpSection, "limits": LimitsSection}

KeyPath = tuple[str | int, ...]


class InvalidSettings(PromptOpsError):  # noqa: N818 - named as `InvalidManifest`
    """The settings have problems; all of them are listed at once."""


@dataclass(frozen=True, slots=True)
class Flags:
    """What was said on the command line; "" where nothing was."""

    state_dir: str = ""
    config: str = ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings, the state folder they lead to, and the one secret among them, which is printed nowhere."""

    settings: Settings
    folder: Folder
    token: SecretStr


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    values: dict[str, Any]
    lines: Mapping[KeyPath, int]


def load(flags: Flags, environ: Mapping[str, str], home: Path) -> Configuration:
    """The configuration; raises `InvalidSettings` with every problem. Reads files."""
    file = _read(_config_path(flags, environ, home))
    merged: dict[str, Any] = {key: dict(value) if isinstance(value, dict) else value for key, value in file.values.items()}
    sources: dict[KeyPath, str] = {}
    for name, path in ENVIRONMENT.items():
        if text := environ.get(name, "").strip():
            _put(merged, path, text.split(os.pathsep) if path == ("workflows",) else text)
            sources[path] = name
    if flags.state_dir:
        merged["state_dir"] = flags.state_dir
        sources[("state_dir",)] = "--state-dir"
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise InvalidSettings("\n".join(_problems(error, file, sources))) from error
    _check(settings, file, sources)
    chosen = {"PROMPTOPS_STATE_DIR": str(settings.state_dir)} if settings.state_dir else {}
    xdg = {key: value for key, value in environ.items() if key == "XDG_DATA_HOME"}
    return Configuration(settings, Folder.locate({**xdg, **chosen}, home), _token(settings.model, environ))


def _config_path(flags: Flags, environ: Mapping[str, str], home: Path) -> tuple[Path, bool]:
    """The file, and whether somebody asked for it."""
    if chosen := flags.config or environ.get("PROMPTOPS_CONFIG", ""):
        return Path(chosen).expanduser(), True
    base = Path(environ.get("XDG_CONFIG_HOME", ""))
    return (base if base.is_absolute() else home / ".config") / "promptops" / "config.yaml", False


def _read(chosen: tuple[Path, bool]) -> _File:
    path, asked = chosen
    name = str(path)
    try:
        with path.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise InvalidSettings(f"{name}: a settings file has no more than {LARGEST} bytes; is it another file?")
        text = raw.decode()
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except FileNotFoundError as e:
        if asked:
            raise InvalidSettings(f"the settings file {name!r} does not exist; correct --config or PROMPTOPS_CONFIG") from e
        return _File(name, {}, {})
    except OSError as e:
        raise InvalidSettings(f"cannot read the settings file {name!r}: {e.strerror}") from e
    except UnicodeDecodeError as e:
        raise InvalidSettings(f"{name}: not a text file in UTF-8 (byte {e.start})") from e
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise InvalidSettings(f"{name}{place}: not YAML: {getattr(e, 'problem', None) or e}") from e
    if values is None:
        return _File(name, {}, {})
    if not isinstance(values, dict):
        raise InvalidSettings(f"{name}:1: settings are keys and values, such as `state_dir: ~/promptops`")
    return _File(name, values, dict(_lines(root, ())))


def _lines(node: yaml.Node | None, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, str(key.value)), key.start_mark.line + 1
            yield from _lines(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*path, index), value.start_mark.line + 1
            yield from _lines(value, (*path, index))


def _put(values: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for part in path[:-1]:
        inner = values.get(part)
        values[part] = inner = dict(inner) if isinstance(inner, dict) else {}
        values = inner
    values[path[-1]] = value


def _problems(error: ValidationError, file: _File, sources: Mapping[KeyPath, str]) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False):
        path = tuple(problem["loc"])
        key = ".".join(map(str, path))
        if problem["type"] == "extra_forbidden":
            yield f"{_place(path, file, sources)}: unknown setting {key!r}{nearest(str(path[-1]), _known(path))}"
        else:
            yield f"{_place(path, file, sources)}: {key}: {problem['msg'].removeprefix('Value error, ')}"


def _known(path: KeyPath) -> list[str]:
    section: type[BaseModel] = Settings
    if len(path) > 1:
        section = ClusterSection if path[0] == "clusters" else _SECTIONS.get(str(path[0]), Settings)
    return list(section.model_fields)


def _place(path: KeyPath, file: _File, sources: Mapping[KeyPath, str]) -> str:
    for end in range(len(path), 0, -1):
        if source := sources.get(path[:end]):
            return source
        if line := file.lines.get(path[:end]):
            return f"{file.name}:{line}"
    return file.name


def _check(settings: Settings, file: _File, sources: Mapping[KeyPath, str]) -> None:
    """What one field alone cannot tell."""
    found = []
    clusters = {name: item.protected for name, item in settings.clusters.items()} or {"test": False, "prod": True}
    place = _place(("default_cluster",), file, sources)
    if settings.default_cluster and settings.default_cluster not in clusters:
        found.append(f"{place}: no cluster is named {settings.default_cluster!r}{nearest(settings.default_cluster, clusters)}")
    elif settings.default_cluster and clusters[settings.default_cluster]:
        found.append(f"{place}: cluster {settings.default_cluster!r} is protected and cannot be the default; a step must name it")
    try:
        _ = settings.http.allowed
    except ValueError as e:
        found.append(f"{_place(('http', 'allowed_networks'), file, sources)}: {e}")
    if found:
        raise InvalidSettings("\n".join(found))


def _token(model: ModelSection, environ: Mapping[str, str]) -> SecretStr:
    if model.token_file is None:
        return SecretStr(environ.get(model.token_env, "").strip())
    try:
        return SecretStr(model.token_file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as e:
        why = e.strerror if isinstance(e, OSError) else "it is not text"
        raise InvalidSettings(f"cannot read the model's token from {str(model.token_file)!r}: {why}") from e
