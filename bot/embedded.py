"""The embedded clusters: their names, which of them is protected, and the kubeconfig for kubectl. Starting them is `bot.wiring`'s."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from state.folder import Folder

EMBEDDED = {"test": False, "prod": True}
"""The embedded clusters, used where none is configured, and whether they are protected."""


def kubeconfig_path(folder: Folder) -> Path:
    """Where the kubeconfig of the embedded clusters is, while an owner keeps them up."""
    return folder.path / "kubeconfig"


def merged(configs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Several kubeconfigs as one; the first one's context is the current one."""
    lists = {key: [item for config in configs for item in config[key]] for key in ("clusters", "users", "contexts")}
    return {"apiVersion": "v1", "kind": "Config", "current-context": configs[0]["current-context"], **lists}
