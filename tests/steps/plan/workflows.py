"""Random workflows that pass validation: graphs, groups, conditions, time-outs, inputs; and scripts of how their steps end."""

from hypothesis import strategies as st

from steps.model.manifest import WorkflowRun
from tests.steps.plan.simulation import Act

ACTS: tuple[Act, ...] = ("succeed", "fail", "fault", "wait", "suspend", "nap", "approval", "hang")
MODES = ("StepByStep", "DAG", None)


@st.composite
def workflows(draw: st.DrawFn) -> WorkflowRun:
    """A manifest of up to six steps, some of them groups; what hangs has a time-out."""
    steps: list[dict[str, object]] = []
    names: list[str] = []
    mode = draw(st.sampled_from(MODES))
    for number in range(draw(st.integers(1, 6))):
        name = f"s{number}"
        step = draw(_step(name, tuple(names)))
        names.append(name)
        if draw(st.integers(0, 3)) == 0:
            subs = []
            earlier = list(names[:-1])
            for position in range(draw(st.integers(0, 3))):
                sub = f"{name}-{position}"
                subs.append(draw(_step(sub, tuple(earlier))))
                earlier.append(sub)
            step |= {"type": "step-group", "subSteps": subs, "mode": draw(st.sampled_from(MODES))}
            step.pop("outputs", None)
            step.pop("inputs", None)
            names += [str(sub["name"]) for sub in subs]
        steps.append(step)
    return WorkflowRun.model_validate({"metadata": {"name": "w"}, "spec": {"mode": {"steps": mode}, "workflowSpec": {"steps": steps}}})


@st.composite
def _step(draw: st.DrawFn, name: str, earlier: tuple[str, ...]) -> dict[str, object]:
    step: dict[str, object] = {"name": name, "type": "work", "outputs": [{"name": f"out-{name}", "valueFrom": "out"}]}
    if draw(st.booleans()) and earlier:
        step["dependsOn"] = draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True))
    if draw(st.integers(0, 3)) == 0 and earlier:
        step["inputs"] = [{"from": f"out-{draw(st.sampled_from(earlier))}", "parameterKey": "value"}]
    conditions = ["", "", "", "always", "1 + null > 2"]
    conditions += [f'status["{other}"].{what}' for other in earlier for what in ("failed", "succeeded", "skipped", "timeout")]
    step["if"] = draw(st.sampled_from(conditions))
    if draw(st.booleans()):
        step["timeout"] = draw(st.sampled_from(("3s", "10s", "1m")))
    return step


@st.composite
def scripts(draw: st.DrawFn, manifest: WorkflowRun) -> dict[str, tuple[Act, ...]]:
    """How the steps' executions end; only a step with a time-out of its own may hang, and every other script comes to an end."""
    script: dict[str, tuple[Act, ...]] = {}
    spec = manifest.spec.workflow_spec
    assert spec is not None
    for step in (each for top in spec.steps for each in (top, *top.sub_steps)):
        first = draw(st.lists(st.sampled_from(ACTS[:-1]), max_size=3))
        last: tuple[Act, ...] = ("succeed", "fail", "fault", "hang") if step.timeout else ("succeed", "fail", "fault")
        script[step.name] = (*first, draw(st.sampled_from(last)))
    return script
