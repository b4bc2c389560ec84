"""Whatever a file holds, it is accepted or refused with problems, soon; nothing else is raised."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steps.errors import InvalidManifest
from steps.manifest.prepared import Prepared
from steps.manifest.problems import Problem

SETTINGS = settings(max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

PIECES = st.sampled_from(
    [*"a[]{},|>'\"#\t?1é\0\n", "- ", ": ", "  ", "<<", "&a ", "*a", "!!str ", "---", "%TAG", "yes"],
)
NAMES = st.sampled_from(["a", "b", "c", "g", "s-1", ""])
EXPRESSIONS = st.sampled_from(
    [
        "always",
        "status.a.failed",
        'status["s-1"].succeeded',
        "inputs.x > 1",
        "context.k == 1",
        "a &&",
        "status.s-1.failed",
        "",
        "output",
        "x.y",
        "len(status)",
    ]
)
PATHS = st.sampled_from(
    ["x", "y", "x.z", "context.name", "context.k[0]", "parameter.message", "a..b", "x[", "", "prompt.content", "l[3].m"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab<> ", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abk", max_size=2), inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(
    ["suspend", "step-group", "apply-deployment", "chat-gpt", "request", "read-object", "print-message-in-status", "nope"]
)
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "message": ANYTHING,
        "image": ANYTHING,
        "cluster": st.sampled_from(["prod", "local", "nope", 1]),
        "duration": st.sampled_from(["3s", "1min", 4, "<x>"]),
        "token": ANYTHING | st.fixed_dictionaries({}, optional={"value": ANYTHING, "secretRef": ANYTHING}),
        "prompt": ANYTHING | st.fixed_dictionaries({}, optional={"type": ANYTHING, "content": ANYTHING}),
        "header": ANYTHING,
        "headersFromSecret": ANYTHING,
    },
)


def steps(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = {
        "name": NAMES | ANYTHING,
        "if": EXPRESSIONS | ANYTHING,
        "timeout": st.sampled_from(["1s", "1min", "0s", 3]),
        "dependsOn": st.lists(NAMES, max_size=2) | ANYTHING,
        "inputs": st.lists(st.fixed_dictionaries({"from": PATHS}, optional={"parameterKey": PATHS | ANYTHING}), max_size=2) | ANYTHING,
        "outputs": st.lists(st.fixed_dictionaries({"name": NAMES, "valueFrom": EXPRESSIONS}), max_size=2) | ANYTHING,
        "properties": PROPERTIES | ANYTHING,
        "meta": ANYTHING,
        "mode": st.sampled_from(["DAG", "StepByStep", "x", 1]),
        "subSteps": children,
    }
    return st.lists(st.fixed_dictionaries({"type": TYPES}, optional=fields), max_size=4) | ANYTHING


MANIFESTS = st.fixed_dictionaries(
    {
        "apiVersion": st.just("core.oam.dev/v1alpha1"),
        "kind": st.sampled_from(["WorkflowRun", "Workflow"]),
        "metadata": st.just({"name": "w"})
        | st.fixed_dictionaries({"name": ANYTHING}, optional={"annotations": ANYTHING, "namespace": ANYTHING, "labels": ANYTHING})
        | ANYTHING.map(lambda schema: {"name": "w", "annotations": {"promptops.dev/parameters": json.dumps({"properties": schema})}}),
        "spec": st.fixed_dictionaries(
            {"workflowSpec": st.fixed_dictionaries({"steps": steps(steps(ANYTHING))}) | ANYTHING},
            optional={"mode": ANYTHING, "context": ANYTHING, "workflowRef": ANYTHING},
        )
        | ANYTHING,
        "steps": steps(ANYTHING),
        "mode": ANYTHING,
    }
)


def try_it(accept: Callable[..., Prepared], content: str | bytes) -> None:
    with contextlib.suppress(InvalidManifest):
        accept(content, parameters={"k": "1"})


@SETTINGS
@given(content=st.binary(max_size=200) | st.text(max_size=200) | st.lists(PIECES, max_size=60).map("".join))
def test_any_text_or_bytes_are_accepted_or_refused(accept: Callable[..., Prepared], content: str | bytes) -> None:
    try_it(accept, content)


@SETTINGS
@given(manifest=MANIFESTS)
def test_anything_that_looks_like_a_manifest_is_accepted_or_refused_with_places(accept: Callable[..., Prepared], manifest: Any) -> None:
    found: tuple[Problem, ...] | None = None
    try:
        accept(json.dumps(manifest, indent=1))
    except InvalidManifest as invalid:
        found = invalid.problems

    assert found is None or any(problem.level == "error" for problem in found)
    assert all(problem.message and problem.line > 0 and problem.column > 0 for problem in found or ())
