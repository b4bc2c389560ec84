"""The four manifests of the PromptOps article, unmodified, from end to end: every order, twice, on the same two clusters.

Not faked: checks, engine, SQLite, Kubernetes client, evidence, rules, the embedded clusters. The engine's clock runs ten times as fast.
"""

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import steps.builtin
from bot.wiring import ConnectedPorts, new_id
from kube.clusters import KubeClusters
from kube.configuration import ClusterSettings
from kube.evidence import KubeEvidence
from prompts.analyst import ModelOrRules
from prompts.model import ChatClient
from prompts.prompt import load_prompts
from prompts.settings import ModelSettings
from sandbox.kubernetes import EmbeddedCluster
from sandbox.model import DEMO, ModelServer
from state.journal import SqliteJournal
from state.seals import SealBox
from steps.engine.engine import Engine
from steps.engine.guard import ClosedGate
from steps.manifest.check import prepare
from steps.model.run import Run
from steps.registry import Registry
from tests.fakes.http import FakeHttp

REGISTRY = Registry.of_package(steps.builtin)
NAMES = ("chat-gpt", "chat-gpt-audit", "chat-gpt-diagnose", "chat-gpt-quality-gate")
EXPECTED = {
    "chat-gpt": {"run": "succeeded", "apply": "succeeded", "chat-diagnose": "skipped Skip", "chat-audit": "succeeded"},
    "chat-gpt-audit": {"run": "succeeded", "apply": "succeeded", "chat-audit": "succeeded"},
    "chat-gpt-diagnose": {"run": "failed", "apply": "failed Timeout", "chat-diagnose": "succeeded"},
    "chat-gpt-quality-gate": {
        "run": "suspending",
        "apply": "succeeded",
        "chat-quality-check": "succeeded",
        "apply-production": "suspending ApprovalRequired",
    },
}


class FastClock:
    """Ten seconds a second."""

    def __init__(self) -> None:
        self._start = time.time()

    def now(self) -> float:
        """Epoch seconds, from the start ten times as fast."""
        return self._start + (time.time() - self._start) * 10

    async def sleep_until(self, at: float) -> None:
        """Return when `now()` has reached `at`."""
        await asyncio.sleep(max(at - self.now(), 0) / 10)


@dataclass
class Ground:
    """An engine on two embedded clusters."""

    engine: Engine
    test: EmbeddedCluster
    prod: EmbeddedCluster

    async def run(self, text: str) -> Run:
        """One manifest to its end, or until it waits for a person."""
        prepared = prepare(text, file="article.yaml", registry=REGISTRY, clusters=("test", "prod"), default_cluster="test")
        run = await self.engine.start(prepared)
        return await self.engine.wait(run.id)


@asynccontextmanager
async def ground(folder: Path, model: ModelSettings | None = None) -> AsyncIterator[Ground]:
    """Everything wired as in production, with the fast clock."""
    clock = FastClock()
    async with AsyncExitStack() as stack:
        test = await stack.enter_async_context(EmbeddedCluster(name="test"))
        prod = await stack.enter_async_context(EmbeddedCluster(name="prod"))
        settings = [ClusterSettings("test", test.kubeconfig()), ClusterSettings("prod", prod.kubeconfig(), protected=True)]
        clusters = await stack.enter_async_context(KubeClusters(settings, salt=b"salt", default="test"))
        chat = await stack.enter_async_context(ChatClient())
        journal = await stack.enter_async_context(SqliteJournal.open(folder / "journal.db", SealBox(folder / "key")))
        analyst = ModelOrRules(KubeEvidence(clusters, clock), chat, load_prompts(), model or ModelSettings())
        ports = ConnectedPorts(clusters, ClosedGate(), analyst, FakeHttp())
        engine = await stack.enter_async_context(Engine(journal, ports, REGISTRY, clock, new_id=new_id))
        yield Ground(engine, test, prod)


def every_succession() -> Iterator[str]:
    """A shortest sequence of the four in which each follows each, itself included: a de Bruijn sequence of order two."""
    left = set(itertools.product(NAMES, NAMES))
    name = NAMES[0]
    yield name
    while left:
        # Preferring itself and the latest name keeps the walk from closing early; every pair is taken once.
        after = next(each for each in (name, *reversed(NAMES)) if (name, each) in left)
        left.remove((name, after))
        name = after
        yield name


def orders() -> Iterator[str]:
    """Every succession once; in the long suite every order of the four, twice."""
    if os.environ.get("PROMPTOPS_LONG_TESTS"):
        for order in itertools.permutations(NAMES):
            yield from order * 2
    else:
        yield from every_succession()


def summary(run: Run) -> dict[str, str]:
    """The run's phase, and each step's phase and reason."""
    return {"run": str(run.phase)} | {name: f"{status.phase} {status.reason}".strip() for name, status in run.steps.items()}


@pytest.mark.long
async def test_they_run_in_every_order_on_the_same_clusters(shared: Path, tmp_path: Path) -> None:
    texts = {name: (shared / "workflows" / f"{name}.yaml").read_text() for name in NAMES}
    async with ground(tmp_path) as place:
        before = "nothing"
        for name in orders():
            run = await place.run(texts[name])
            assert summary(run) == EXPECTED[name], f"{name} after {before}: {run.message}"
            if run.ended is None:
                await place.engine.terminate(run.id, by="the test")
            before = name
        assert [request for request in place.prod.requests if request.effect != "none" and "deployments" in request.path] == []


def test_the_sequence_has_every_succession_once() -> None:
    sequence = list(every_succession())
    pairs = list(itertools.pairwise(sequence))
    assert sorted(pairs) == sorted(itertools.product(NAMES, NAMES))


async def test_the_answers_are_those_a_person_needs(shared: Path, tmp_path: Path) -> None:
    async with ground(tmp_path) as place:
        runs = {name: await place.run((shared / "workflows" / f"{name}.yaml").read_text()) for name in NAMES}
    diagnosis = runs["chat-gpt-diagnose"].answers["chat-diagnose"]
    assert diagnosis["verdict"].startswith("Deployment default/apply cannot start: image 'invalid' cannot be pulled")
    waited = runs["chat-gpt-diagnose"].steps["apply"].message
    assert waited.startswith("timed out after 3s: ")
    assert waited.endswith("pull access denied, repository does not exist or may require authorization")
    assert runs["chat-gpt"].steps["chat-diagnose"].message == "if: status.apply.failed is false"
    score = runs["chat-gpt-quality-gate"].outputs["chat-quality-check"]["chat-result"]
    assert 60 < score <= 100
    waits = runs["chat-gpt-quality-gate"].steps["apply-production"]
    assert waits.message == "cluster 'prod' is protected: approval needed to create Deployment default/apply-production"


async def test_a_workload_that_is_not_ready_never_reaches_production(shared: Path, tmp_path: Path) -> None:
    text = (shared / "workflows" / "chat-gpt-quality-gate.yaml").read_text()
    broken = text.replace("image: nginx\n        cluster: test", "image: invalid\n        cluster: test").replace(
        "type: apply-deployment", "type: apply-deployment\n      timeout: 3s", 1
    )
    assert broken.count("invalid") == 1
    async with ground(tmp_path) as place:
        run = await place.run(broken)
        assert summary(run) == {
            "run": "failed",
            "apply": "failed Timeout",
            "chat-quality-check": "succeeded",
            "apply-production": "skipped Skip",
        }
        assert run.outputs["chat-quality-check"]["chat-result"] <= 60
        assert [request for request in place.prod.requests if "deployments" in request.path] == []


async def test_a_model_answers_through_the_real_client_and_cannot_lift_the_score(shared: Path, tmp_path: Path) -> None:
    async with ModelServer(DEMO) as server:
        model = ModelSettings(base_url=server.url, model="scripted", token="operator-token")
        async with ground(tmp_path, model) as place:
            run = await place.run((shared / "workflows" / "chat-gpt-quality-gate.yaml").read_text())
    assert len(server.asked) == 1
    assert run.answers["chat-quality-check"]["source"] == "model"
    assert run.outputs["chat-quality-check"]["chat-result"] <= 69
