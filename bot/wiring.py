"""Everything is connected here, by hand, in one function: what the owner of a state folder needs, opened and closed in order."""

import asyncio
import gc
import json
import os
import secrets
import string
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.configuration import Configuration
from bot.embedded import EMBEDDED, kubeconfig_path, merged
from bot.installation import lasting_secret
from bot.manifests import Manifests, step_types
from bot.service import Service
from kube.clusters import KubeClusters
from kube.configuration import ClusterSettings
from kube.evidence import KubeEvidence
from net.http import GuardedHttp
from prompts.analyst import ModelOrRules
from prompts.model import ChatClient
from prompts.prompt import load_prompts
from prompts.settings import ModelSettings
from sandbox.kubernetes.cluster import EmbeddedCluster
from sandbox.model import DEMO, ModelServer
from state.errors import StateError
from state.journal import SqliteJournal
from state.seals import SealBox
from steps.engine.clock import SystemClock
from steps.engine.engine import Engine
from steps.engine.guard import ClosedGate
from steps.model.phases import RunPhase
from steps.ports import Analyst, Clusters, Gate, Http

_ALPHABET = string.ascii_lowercase + string.digits


@dataclass(frozen=True, slots=True)
class ConnectedPorts:
    """Implements `steps.ports.Ports`."""

    clusters: Clusters
    gate: Gate
    analyst: Analyst
    http: Http


def new_id(workflow: str) -> str:
    """A run's id: its workflow and five random characters."""
    return f"{workflow}-{''.join(_ALPHABET[byte % len(_ALPHABET)] for byte in secrets.token_bytes(5))}"


@asynccontextmanager
async def wire(configuration: Configuration) -> AsyncIterator[Service]:
    """The service of an owner at work; the caller owns the folder. Entering recovers what an earlier process left."""
    settings, folder = configuration.settings, configuration.folder
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        journal = await stack.enter_async_context(SqliteJournal.open(folder.database, SealBox(folder.key)))
        await journal.prune(clock.now() - settings.limits.keep)
        salt = await asyncio.to_thread(lasting_secret, folder.path / "change.salt")
        known = await _clusters(configuration, stack)
        clusters = await stack.enter_async_context(KubeClusters(known, salt=salt, default=settings.default_cluster))
        http = await stack.enter_async_context(GuardedHttp(settings.http.allowed))
        chat = await stack.enter_async_context(ChatClient())
        model = ModelSettings(
            base_url=settings.model.url,
            model=settings.model.name,
            token=configuration.token.get_secret_value(),
            token_hosts=settings.model.token_hosts,
        )
        analyst = ModelOrRules(KubeEvidence(clusters, clock), chat, load_prompts(), model)
        registry = step_types()
        ports = ConnectedPorts(clusters, ClosedGate(), analyst, http)
        left = frozenset(row.id for row in await journal.unfinished() if row.phase is not RunPhase.SUSPENDING)
        engine = await stack.enter_async_context(
            Engine(journal, ports, registry, clock, new_id=new_id, limits=settings.limits.engine),
        )
        settle_memory()
        yield Service(engine, journal, Manifests(settings, registry), left)


def settle_memory() -> None:
    """Take what was made at start-up out of the garbage collector's sight.

    Modules and schemas live as long as the process; looking through them again and again stopped everything for 40 ms at a time.
    """
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def scripted_model() -> AsyncIterator[str]:
    """A model server that answers from a script, for the tour; its base URL."""
    async with ModelServer(DEMO) as server:
        yield server.url


async def _clusters(configuration: Configuration, stack: AsyncExitStack) -> Sequence[ClusterSettings]:
    """The configured clusters, or the embedded ones, started."""
    settings, folder = configuration.settings, configuration.folder
    if not settings.embedded:
        return [
            ClusterSettings(name, item.kubeconfig, item.context, protected=item.protected, namespace=item.namespace)
            for name, item in settings.clusters.items()
        ]
    configs: dict[str, dict[str, Any]] = {}
    for name in EMBEDDED:
        cluster = EmbeddedCluster(name=name, state=folder.path / "clusters" / name)
        await stack.enter_async_context(cluster)
        configs[name] = cluster.kubeconfig()
    path = kubeconfig_path(folder)
    await asyncio.to_thread(_write, path, merged(list(configs.values())))
    stack.callback(path.unlink, missing_ok=True)
    return [ClusterSettings(name, configs[name], protected=protected) for name, protected in EMBEDDED.items()]


def _write(path: Path, config: dict[str, Any]) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, json.dumps(config, indent=2).encode())
        finally:
            os.close(descriptor)
    except OSError as e:
        raise StateError(f"cannot write {str(path)!r}: {e.strerror}.") from e
