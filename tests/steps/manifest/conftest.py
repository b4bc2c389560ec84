"""Real here: reading, checking and the expression language. Written by hand: a registry of KubeVela's nine types that never run.

Not faked: files (temporary folders), the shipped workflows, the shared manifests (skipped by name where the shared folder is missing).
"""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field, SecretStr

from steps.context import StepContext
from steps.duration import Duration
from steps.errors import InvalidManifest
from steps.manifest.check import prepare
from steps.manifest.prepared import Prepared
from steps.model.outcome import Outcome, Succeeded
from steps.registry import ClusterName, Parameters, Registry, StepType


class ApplyDeployment(Parameters):
    image: str = Field(description="The image.")
    replicas: int = Field(1, ge=0)
    cluster: ClusterName = ""
    cmd: list[str] | None = None


class ApplyObject(Parameters):
    value: dict[str, Any]
    cluster: ClusterName = ""


class ReadObject(Parameters):
    api_version: str = "core.oam.dev/v1beta1"
    kind: str = "Application"
    name: str
    namespace: str = "default"
    cluster: ClusterName | None = None


class HeaderFromSecret(Parameters):
    header: str
    secret: str
    key: str


class Request(Parameters):
    url: str
    method: Literal["GET", "POST", "PUT", "DELETE"] = "GET"
    body: dict[str, Any] | None = None
    header: dict[str, SecretStr] | None = None
    headers_from_secret: list[HeaderFromSecret] | None = None


class Suspend(Parameters):
    duration: Duration | None = None
    message: str = ""


class Group(Parameters):
    pass


class Message(Parameters):
    message: str


class SecretRef(Parameters):
    name: str
    key: str


class TokenValue(Parameters):
    value: SecretStr


class TokenRef(Parameters):
    secret_ref: SecretRef


class Prompt(Parameters):
    type: Literal["custom", "diagnose", "audit", "quality-gate"] = "custom"
    lang: Literal["English", "Chinese"] = "English"
    content: str | dict[str, Any] | None = None


class ChatGpt(Parameters):
    token: TokenValue | TokenRef | None = None
    model: str = "gpt-3.5-turbo"
    prompt: Prompt = Prompt()
    timeout: Duration = 30.0


def _never() -> Callable[[StepContext, Any], Awaitable[Outcome]]:
    async def run(_ctx: StepContext, _params: Any) -> Outcome:
        return Succeeded()

    return run


TYPES: dict[str, type[Parameters]] = {
    "apply-deployment": ApplyDeployment,
    "apply-object": ApplyObject,
    "read-object": ReadObject,
    "delete-object": ReadObject,
    "request": Request,
    "suspend": Suspend,
    "step-group": Group,
    "print-message-in-status": Message,
    "chat-gpt": ChatGpt,
}


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry(StepType(name, _never(), model, repeatable=True, help="", documentation="") for name, model in TYPES.items())


@pytest.fixture(scope="session")
def accept(registry: Registry) -> Callable[..., Prepared]:
    def accept(content: str | bytes, **more: Any) -> Prepared:
        return prepare(
            content, **{"file": "run.yaml", "registry": registry, "clusters": ("test", "prod"), "default_cluster": "test"} | more
        )

    return accept


@pytest.fixture(scope="session")
def refuse(accept: Callable[..., Prepared]) -> Callable[..., list[str]]:
    def refuse(content: str | bytes, **more: Any) -> list[str]:
        with pytest.raises(InvalidManifest) as caught:
            accept(content, **more)
        return [str(problem) for problem in caught.value.problems]

    return refuse


@pytest.fixture(scope="session")
def problems(accept: Callable[..., Prepared]) -> Callable[[str], list[str]]:
    """The problems of a manifest, warnings alone included, as people read them."""

    def problems(content: str) -> list[str]:
        try:
            return [str(warning) for warning in accept(content).warnings]
        except InvalidManifest as invalid:
            return [str(problem) for problem in invalid.problems]

    return problems


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(os.environ.get("PROMPTOPS_SHARED") or Path(__file__).parents[4] / "shared")
    if not (folder / "workflows").is_dir():
        pytest.skip("the shared folder (PROMPTOPS_SHARED or ../shared) is not here")
    return folder
