"""Server-side apply: who owns what, conflicts, and what goes when it is no longer applied."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.kubernetes.apply import Manager, applied, managers_of, updated
from sandbox.kubernetes.errors import ApiError
from sandbox.kubernetes.fields import fields_of, from_v1, path_text, to_v1
from sandbox.kubernetes.trees import clone

Json = dict[str, Any]
NOW = "2026-01-01T00:00:00Z"


def by(name: str, operation: str = "Apply") -> Manager:
    return Manager(name, operation, "apps/v1")


def put_on(live: Json | None, config: Json, who: str = "a", *, force: bool = False) -> Json:
    return applied(live, {"metadata": {"name": "x"}, **config}, by(who), force=force, now=NOW, builtin=True)


def seen(obj: Json) -> Json:
    """The object without its bookkeeping."""
    return {key: value for key, value in obj.items() if key != "metadata"}


def owned(obj: Json) -> dict[str, list[str]]:
    return {who.name: sorted(map(path_text, entry.fields)) for who, entry in managers_of(obj).items()}


def pods(*containers: Json, **more: Any) -> Json:
    return {"spec": {"template": {"spec": {"containers": list(containers), **more}}}}


def test_the_fields_of_an_object_have_the_form_of_the_real_api() -> None:
    container = {
        "name": "web",
        "image": "nginx",
        "args": ["a"],
        "ports": [{"containerPort": 80}],
        "env": [{"name": "A", "value": "1"}],
        "volumeMounts": [{"mountPath": "/x", "name": "v"}],
    }
    obj = {
        "metadata": {"name": "x", "labels": {"app": "x"}, "finalizers": ["f"], "annotations": {}},
        **pods(container),
        "status": {"replicas": 1},
    }
    assert to_v1(fields_of(obj, builtin=True)) == {
        "f:metadata": {"f:labels": {"f:app": {}}, "f:finalizers": {'v:"f"': {}}, "f:annotations": {}},
        "f:spec": {
            "f:template": {
                "f:spec": {
                    "f:containers": {
                        'k:{"name":"web"}': {
                            ".": {},
                            "f:name": {},
                            "f:image": {},
                            "f:args": {},
                            "f:ports": {'k:{"containerPort":80,"protocol":"TCP"}': {".": {}, "f:containerPort": {}}},
                            "f:env": {'k:{"name":"A"}': {".": {}, "f:name": {}, "f:value": {}}},
                            "f:volumeMounts": {'k:{"mountPath":"/x"}': {".": {}, "f:mountPath": {}, "f:name": {}}},
                        }
                    }
                }
            }
        },
    }


def test_a_manager_owns_what_it_applied() -> None:
    obj = put_on(None, {"spec": {"replicas": 2, "selector": {"matchLabels": {"app": "x"}}}})
    assert owned(obj) == {"a": [".spec.replicas", ".spec.selector"]}
    assert obj["metadata"]["managedFields"] == [
        {
            "manager": "a",
            "operation": "Apply",
            "apiVersion": "apps/v1",
            "time": NOW,
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:spec": {"f:replicas": {}, "f:selector": {}}},
        }
    ]


def test_a_field_of_another_manager_is_a_conflict() -> None:
    live = put_on(None, {"spec": {"replicas": 1}}, "x")
    with pytest.raises(ApiError) as refused:
        put_on(live, {"spec": {"replicas": 2}}, "a")
    assert refused.value.message == 'Apply failed with 1 conflict: conflict with "x": .spec.replicas'
    assert refused.value.status()["details"] == {
        "causes": [{"reason": "FieldManagerConflict", "message": 'conflict with "x"', "field": ".spec.replicas"}]
    }


def test_several_conflicts_are_listed_by_manager() -> None:
    live = put_on(put_on(None, {"spec": {"replicas": 1}}, "x"), pods({"name": "w", "image": "1"}), "y")
    with pytest.raises(ApiError) as refused:
        put_on(live, {"spec": {"replicas": 2, **pods({"name": "w", "image": "2"})["spec"]}}, "a")
    assert refused.value.message == (
        'Apply failed with 2 conflicts: conflicts with "x":\n- .spec.replicas\nconflicts with "y":\n'
        '- .spec.template.spec.containers[name="w"].image'
    )


def test_the_same_value_is_shared_and_no_conflict() -> None:
    both = put_on(put_on(None, {"spec": {"replicas": 1}}, "x"), {"spec": {"replicas": 1}}, "a")
    assert owned(both) == {"x": [".spec.replicas"], "a": [".spec.replicas"]}


def test_force_takes_the_field_over() -> None:
    live = put_on(None, {"spec": {"replicas": 1, "paused": True}}, "x")
    obj = put_on(live, {"spec": {"replicas": 2}}, "a", force=True)
    assert seen(obj) == {"spec": {"replicas": 2, "paused": True}}
    assert owned(obj) == {"x": [".spec.paused"], "a": [".spec.replicas"]}


def test_what_is_no_longer_applied_goes() -> None:
    live = put_on(None, {"spec": {"replicas": 1, "paused": True}})
    assert seen(put_on(live, {"spec": {"replicas": 1}})) == {"spec": {"replicas": 1}}


def test_what_somebody_else_owns_too_stays() -> None:
    live = put_on(put_on(None, {"spec": {"replicas": 1, "paused": True}}), {"spec": {"paused": True}}, "x")
    obj = put_on(live, {"spec": {"replicas": 1}})
    assert seen(obj) == {"spec": {"replicas": 1, "paused": True}}
    assert owned(obj) == {"x": [".spec.paused"], "a": [".spec.replicas"]}


def test_a_container_that_is_no_longer_applied_goes_with_its_defaults() -> None:
    live = put_on(None, pods({"name": "a", "image": "1"}, {"name": "b", "image": "1"}))
    live = clone(live)
    live["spec"]["template"]["spec"]["containers"][1]["imagePullPolicy"] = "Always"
    assert seen(put_on(live, pods({"name": "a", "image": "1"}))) == pods({"name": "a", "image": "1"})


def test_a_container_that_others_extended_stays_for_them() -> None:
    live = put_on(None, pods({"name": "a", "image": "1"}))
    live = put_on(live, pods({"name": "a", "tty": True}), "x")
    obj = put_on(live, pods())
    assert seen(obj) == pods({"name": "a", "tty": True})


def test_ports_are_told_apart_by_number_and_protocol() -> None:
    tcp, udp = {"containerPort": 53, "protocol": "TCP"}, {"containerPort": 53, "protocol": "UDP"}
    live = put_on(None, pods({"name": "a", "ports": [{"containerPort": 53}]}))
    obj = put_on(live, pods({"name": "a", "ports": [udp]}), "x")
    assert seen(obj) == pods({"name": "a", "ports": [{"containerPort": 53}, udp]})
    assert seen(put_on(obj, pods({"name": "a", "ports": [tcp]}))) == pods({"name": "a", "ports": [tcp, udp]})


def test_an_atomic_list_is_replaced_whole() -> None:
    live = put_on(None, pods({"name": "a", "args": ["1", "2"]}))
    assert seen(put_on(live, pods({"name": "a", "args": ["3"]}))) == pods({"name": "a", "args": ["3"]})


def test_an_update_takes_what_it_changes_from_the_others() -> None:
    live = put_on(None, {"spec": {"replicas": 1, "paused": True}})
    after = clone(live)
    after["spec"]["replicas"] = 5
    updated(live, after, by("kubectl-edit", "Update"), NOW, builtin=True)
    assert owned(after) == {"a": [".spec.paused"], "kubectl-edit": [".spec.replicas"]}
    with pytest.raises(ApiError, match=r'conflict with "kubectl-edit" using apps/v1: \.spec\.replicas'):
        put_on(after, {"spec": {"replicas": 1, "paused": True}})


def test_an_update_that_removes_a_field_takes_it_from_everybody() -> None:
    live = put_on(None, {"spec": {"replicas": 1, "paused": True}})
    after = clone(live)
    del after["spec"]["paused"]
    updated(live, after, by("kubectl-edit", "Update"), NOW, builtin=True)
    assert owned(after) == {"a": [".spec.replicas"]}


NAMES = st.sampled_from(["a", "b", "c"])
CONTAINER = st.builds(
    lambda name, more: {"name": name, **more},
    NAMES,
    st.fixed_dictionaries(
        {},
        optional={
            "image": NAMES,
            "args": st.lists(NAMES, min_size=1, max_size=2),
            "env": st.lists(st.builds(lambda name, value: {"name": name, "value": value}, NAMES, NAMES), min_size=1, max_size=2,
                            unique_by=lambda one: str(one["name"])),
        },
    ),
)  # fmt: skip
# Without empty lists: Go leaves them out, so nobody keeps owning one.
CONFIGS = st.builds(
    lambda containers, labels, replicas: {
        "metadata": {"name": "x", **({"labels": labels} if labels else {})},
        "spec": {"replicas": replicas, **pods(*containers)["spec"]},
    },
    st.lists(CONTAINER, min_size=1, max_size=2, unique_by=lambda one: str(one["name"])),
    st.dictionaries(NAMES, NAMES, max_size=2),
    st.integers(0, 3),
)


def forced(live: Json | None, config: Json, who: str) -> Json:
    return applied(live, config, by(who), force=True, now=NOW, builtin=True)


@settings(max_examples=40)
@given(CONFIGS, CONFIGS)
def test_applying_the_same_again_changes_nothing(first: Json, second: Json) -> None:
    obj = forced(forced(None, first, "x"), second, "a")
    assert forced(obj, second, "a") == obj


@settings(max_examples=40)
@given(CONFIGS, CONFIGS)
def test_applying_and_then_applying_something_else_leaves_only_that(first: Json, second: Json) -> None:
    alone, after = forced(None, second, "a"), forced(forced(None, first, "a"), second, "a")
    assert fields_of(after, builtin=True) == fields_of(alone, builtin=True)
    assert managers_of(after) == managers_of(alone)


@settings(max_examples=40)
@given(CONFIGS, CONFIGS)
def test_what_one_manager_applied_and_took_back_leaves_the_other_as_it_was(first: Json, second: Json) -> None:
    base = forced(None, first, "x")
    mine = {**second, "spec": {key: value for key, value in second["spec"].items() if key != "replicas"}}
    try:
        both = applied(base, mine, by("a"), force=False, now=NOW, builtin=True)
    except ApiError:
        return
    back = forced(both, {"metadata": {"name": "x"}}, "a")
    assert fields_of(base, builtin=True) <= fields_of(back, builtin=True)
    assert managers_of(back) == managers_of(base)


@settings(max_examples=40)
@given(CONFIGS)
def test_fields_survive_the_wire(config: Json) -> None:
    fields = fields_of(config, builtin=True)
    assert from_v1(to_v1(fields)) == fields


@settings(max_examples=40)
@given(CONFIGS, CONFIGS)
def test_an_apply_leaves_the_live_object_alone(first: Json, second: Json) -> None:
    live = forced(None, first, "a")
    before = clone(live)
    forced(live, second, "a")
    assert live == before
