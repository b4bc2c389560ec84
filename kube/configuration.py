"""Which clusters there are and how to reach them: settings, and an API client out of a kubeconfig.

The client library reads files, may start a credential program and builds TLS contexts, all blocking: that happens in a thread.
It ignores `as:` without a word and would act as the real user; here impersonation is sent as headers.
"""

import asyncio
import copy
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from kubernetes.aio.client import ApiClient, Configuration
from kubernetes.aio.config import ConfigException
from kubernetes.aio.config.kube_config import KubeConfigLoader
from multidict import CIMultiDict

from steps.errors import Permanent

_loader: Any = KubeConfigLoader  # untyped in the library

LOGIN_SECONDS = 30.0  # a credential program that needs longer waits for a person, who is not there
DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """One cluster that people may name.

    `kubeconfig` is a file or its parsed content, `context` one of its contexts ("" for its current one). `namespace` "" means the
    context's own, else `default`. `timeout` is seconds for one request; watches and logs have their own.
    """

    name: str
    kubeconfig: Path | Mapping[str, Any]
    context: str = ""
    protected: bool = False
    namespace: str = ""
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Opened:
    """An API client with what the kubeconfig says about it; `user` is who acts, as far as the kubeconfig tells."""

    client: Any
    server: str
    namespace: str
    user: str


async def open_client(settings: ClusterSettings) -> Opened:
    """A client for the context; the caller closes it. Raises `Permanent` for a kubeconfig that cannot be used."""
    return await asyncio.to_thread(_open, settings)


def _open(settings: ClusterSettings) -> Opened:
    raw, base = _read(settings)
    place = f"cluster {settings.name!r}: kubeconfig"
    name = settings.context or str(raw.get("current-context") or "")
    context = _entry(raw, "contexts", "context", name, place)
    cluster = _entry(raw, "clusters", "cluster", str(context.get("cluster") or ""), place)
    user_name = str(context.get("user") or "")
    user = _entry(raw, "users", "user", user_name, place) if user_name else {}
    headers = impersonation(user, place)
    configuration = Configuration(
        # Watches hold a connection each for minutes: a bounded pool would stop all other requests once they fill it.
        connection_pool_maxsize=0,
        # A proxy of the environment is not asked for this machine, as in kubectl; aiohttp would send it even that.
        client_session_kwargs={"headers": headers, "trust_env": not _loopback(str(cluster.get("server", "")))},
    )
    try:
        loader: Any = _loader(raw, active_context=name, config_base_path=base)
        _load(loader, configuration, needs_loop=not user.keys().isdisjoint(("exec", "auth-provider")))
        client = ApiClient(configuration)
    except (ConfigException, OSError, ValueError, TypeError) as error:  # includes time-outs and unreadable certificates
        reason = f"its login program took longer than {LOGIN_SECONDS:g} s" if isinstance(error, TimeoutError) else str(error)
        raise Permanent(f"{place} context {name!r} cannot be used: {reason}") from error
    if "exec" in user and not (configuration.api_key or configuration.cert_file):
        command = (user.get("exec") or {}).get("command")  # the library logs the failure and goes on without credentials
        raise Permanent(f"{place}: login program {command!r} of user {user_name!r} gave no credentials; run it by hand to see why")
    client.user_agent = "promptops"
    acting = headers.get("Impersonate-User") or user_name or "anonymous"
    namespace = settings.namespace or str(context.get("namespace") or DEFAULT_NAMESPACE)
    return Opened(client, str(cluster.get("server", "")).rstrip("/"), namespace, acting)


def impersonation(user: Mapping[str, Any], place: str) -> CIMultiDict[str]:
    """The headers for `as`, `as-uid`, `as-groups` and `as-user-extra` of a kubeconfig user, in repeated form as the API wants them."""
    headers: CIMultiDict[str] = CIMultiDict()
    rest = [key for key in ("as-uid", "as-groups", "as-user-extra") if user.get(key)]
    if not user.get("as"):
        if rest:
            raise Permanent(f"{place} has {', '.join(rest)} without `as`; add the user to act as, or remove them")
        return headers
    headers["Impersonate-User"] = str(user["as"])
    if user.get("as-uid"):
        headers["Impersonate-Uid"] = str(user["as-uid"])
    for group in user.get("as-groups") or []:
        headers.add("Impersonate-Group", str(group))
    for key, values in (user.get("as-user-extra") or {}).items():
        for value in values or []:
            headers.add(f"Impersonate-Extra-{key}", str(value))
    return headers


def _load(loader: Any, configuration: Configuration, *, needs_loop: bool) -> None:
    loading: Coroutine[Any, Any, None] = loader.load_and_set(configuration)
    if needs_loop:
        asyncio.run(asyncio.wait_for(loading, LOGIN_SECONDS))
        return
    # Only a login waits for something. All else reads files, which is no work for a loop, not even for one of its own.
    try:
        loading.send(None)
    except StopIteration:
        return
    loading.close()
    raise ConfigException("loading the kubeconfig waited for something other than a login")


def _loopback(server: str) -> bool:
    host = urlsplit(server).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _read(settings: ClusterSettings) -> tuple[dict[str, Any], str | None]:
    if not isinstance(settings.kubeconfig, Path):
        return copy.deepcopy(dict(settings.kubeconfig)), None
    path = settings.kubeconfig.expanduser()
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Permanent(f"cluster {settings.name!r}: kubeconfig {str(path)!r} cannot be read: {error}") from error
    if not isinstance(raw, dict):
        raise Permanent(f"cluster {settings.name!r}: {str(path)!r} is not a kubeconfig")
    return raw, str(path.parent)


def _entry(raw: Mapping[str, Any], section: str, key: str, name: str, place: str) -> dict[str, Any]:
    entries = {str(item.get("name")): item.get(key) for item in raw.get(section) or [] if isinstance(item, dict)}
    if not name:
        raise Permanent(f"{place} names no {key}; known: {', '.join(sorted(entries)) or 'none'}")
    if not isinstance(entries.get(name), dict):
        raise Permanent(f"{place} has no {key} {name!r}; known: {', '.join(sorted(entries)) or 'none'}")
    found: dict[str, Any] = entries[name] or {}
    return found
