"""Rules read what clusters send, and clusters send everything: no evidence may break a rule or slow it down."""

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.audit import score
from analysis.diagnosis import diagnose
from analysis.images import Image, likely_meant, parse_image
from analysis.predicates import parse
from analysis.report import diagnosis_text
from steps.evidence import Evidence
from steps.model.objects import Kind, ObjectRef
from tests.analysis.cases import DEPLOYMENT, POD, deployment, event, evidence, pod, waiting

KEYS = re.findall(
    r"\S+",
    "metadata spec status containers containerStatuses state waiting terminated reason message exitCode name uid conditions type replicas "
    "template image lastState restartCount involvedObject nodeName phase count series",
)
WORDS = [
    *("", "web", "CrashLoopBackOff", "ImagePullBackOff", "Failed", "Unhealthy", "FailedMount", "FailedCreate", "Pending", "True", "False"),
    *('secret "x" not found', "0/1 nodes are available: ", "exceeded quota: x", "2026-11-23T09:00:00Z", "Readiness probe failed: x"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)
OBJECT = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6)
REFS = st.sampled_from([DEPLOYMENT, POD, ObjectRef(Kind("apps/v1", "ReplicaSet"), "default", "web-5d"), ObjectRef(Kind("", ""), "", "")])
FACT = st.builds(
    lambda kind, about, data, text: Evidence("e1", kind, "test", about, data={"kind": about.kind.kind, **data}, text=text),
    st.sampled_from(["object", "event", "log"]),
    REFS,
    OBJECT,
    st.sampled_from(WORDS),
)


@given(st.lists(FACT, max_size=5), REFS)
def test_whatever_the_evidence_there_is_a_diagnosis_and_a_text(facts: list[Evidence], about: ObjectRef) -> None:
    found = diagnose(facts, about)
    assert diagnosis_text(found).startswith(found.verdict)
    assert found.verdict.endswith(".")


@given(OBJECT, st.lists(FACT, max_size=3))
def test_whatever_the_object_there_is_a_score(item: dict[str, Any], facts: list[Evidence]) -> None:
    assert 0 <= score({"kind": "Deployment", **item, "metadata": {"name": "web"}}, facts).value <= 100


@pytest.mark.parametrize(
    "unit", ["1 a, ", "0/1 nodes are available: ", "lookup a ", "repository ", "exceeded quota: a, requested: ", "a.", "\n", 'image "']
)
def test_a_hostile_message_takes_bounded_time(unit: str) -> None:
    message = unit * (40_000 // len(unit))
    broken = pod(
        node="",
        image=message,
        state=waiting("ErrImagePull", message),
        conditions=[{"type": "PodScheduled", "status": "False", "message": message}],
    )
    facts = evidence(deployment(), broken, event(broken, "Failed", message), event(deployment(), "FailedCreate", message))
    started = time.process_time()
    diagnose(facts, DEPLOYMENT)
    parse(message)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("reference", "image"),
    [
        ("nginx", Image("nginx")),
        ("nginx:1.29", Image("nginx", tag="1.29")),
        ("ghcr.io/org/app:v1", Image("org/app", "ghcr.io", "v1")),
        ("localhost:5000/app", Image("app", "localhost:5000")),
        ("app@sha256:" + "0" * 64, Image("app", digest="sha256:" + "0" * 64)),
        ("Nginx", None),
        ("nginx:", None),
        ("", None),
        ("a" * 600, None),
    ],
)
def test_image_references_are_read_as_runtimes_read_them(reference: str, image: Image | None) -> None:
    assert parse_image(reference) == image


@pytest.mark.parametrize(
    ("name", "meant"), [("ngnix", "nginx"), ("postgress", "postgres"), ("nginx", ""), ("invalid", ""), ("org/ngnix", "")]
)
def test_a_typo_is_only_suggested_when_it_is_near(name: str, meant: str) -> None:
    image = parse_image(name)
    assert image is not None
    assert likely_meant(image) == meant
