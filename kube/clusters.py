"""The port `Clusters`: the configured clusters by name, opened when first used, closed together."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from kube.cluster import KubeCluster
from kube.configuration import ClusterSettings
from steps.errors import NotFound, PromptOpsError
from steps.nearest import nearest


class KubeClusters:
    """The clusters of the configuration. Use it as an async context manager: leaving it closes every connection.

    `default` is what `cluster: ""` means: the first cluster that is not protected, where it is not given. `salt` is a secret of this
    installation that lasts (see `kube.difference.masked`): with another one, approvals of changes with Secrets are asked for again.
    """

    def __init__(self, settings: Sequence[ClusterSettings], *, salt: bytes, default: str = "") -> None:
        self._settings = {item.name: item for item in settings}
        if len(self._settings) != len(settings):
            raise PromptOpsError(f"two clusters have the same name; the names are {', '.join(item.name for item in settings)}")
        self._default = default or next((item.name for item in settings if not item.protected), "")
        if default and self.protected(default):
            raise PromptOpsError(f"cluster {default!r} is protected and cannot be the default; a step must name it")
        self._salt = salt
        self._open: dict[str, KubeCluster] = {}
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        async with AsyncExitStack() as stack:
            for cluster in self._open.values():
                stack.push_async_callback(cluster.close)
            self._open.clear()

    @property
    def names(self) -> Sequence[str]:
        """All names, in the order of the configuration."""
        return tuple(self._settings)

    @property
    def default(self) -> str:
        """What `cluster: ""` means; never a protected one, and "" where all are protected."""
        return self._default

    def protected(self, name: str) -> bool:
        """Whether a cluster is protected; raises `NotFound` with the nearest names."""
        return self._setting(name).protected

    async def get(self, name: str) -> KubeCluster:
        """The cluster; raises `NotFound` with the nearest names, `Permanent` when its kubeconfig cannot be used."""
        settings = self._setting(name)
        async with self._opening:
            if settings.name not in self._open:
                self._open[settings.name] = await KubeCluster.open(settings, salt=self._salt)
            return self._open[settings.name]

    def _setting(self, name: str) -> ClusterSettings:
        found = self._settings.get(name or self._default)
        if found is None and not name:
            raise NotFound(f"there is no default cluster, as every one is protected; name one of {', '.join(self._settings) or 'none'}")
        if found is None:
            raise NotFound(f"no cluster is named {name!r}{nearest(name, self._settings)}")
        return found
