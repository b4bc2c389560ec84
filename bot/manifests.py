"""From what a person named, a file or a workflow, to a manifest that may run; with the operator's folders, clusters and step types."""

import asyncio

import steps.builtin
from bot.embedded import EMBEDDED
from bot.requests import RunRequest
from bot.settings import Settings
from steps.manifest.check import prepare
from steps.manifest.library import Library
from steps.manifest.prepared import Prepared
from steps.model.manifest import Workflow
from steps.registry import Registry


class Manifests:
    """Validates requests. Reading and checking may take long for large files, so they happen in a thread."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._settings = settings
        self._registry = registry

    async def prepare(self, request: RunRequest) -> Prepared:
        """The manifest that may run; raises `InvalidManifest` with every problem."""
        return await asyncio.to_thread(self.check, request)

    def check(self, request: RunRequest) -> Prepared:
        """The same, here and now."""
        return prepare(
            request.text,
            file=request.file,
            registry=self._registry,
            clusters=tuple(protection(self._settings)),
            default_cluster=default_cluster(self._settings),
            templates=self._template,
            parameters=request.parameters,
            cluster=request.cluster,
            namespace=request.namespace,
        )

    def _template(self, name: str) -> Workflow | None:
        return library(self._settings).templates.get(name)


def library(settings: Settings) -> Library:
    """The workflows that can be run by name; reads their files."""
    return Library.of(*settings.workflows)


def protection(settings: Settings) -> dict[str, bool]:
    """The clusters by name, and whether each is protected."""
    return dict(EMBEDDED) if settings.embedded else {name: item.protected for name, item in settings.clusters.items()}


def default_cluster(settings: Settings) -> str:
    """What steps use that name no cluster; "" where all are protected."""
    return settings.default_cluster or next((name for name, is_protected in protection(settings).items() if not is_protected), "")


def step_types() -> Registry:
    """Our step types, and those that are installed."""
    return Registry.of_package(steps.builtin, installed=True)
