"""The field-level difference that people approve."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kube.difference import changed, created, masked, without_noise
from steps.changes import FieldChange

SALT = b"pepper"


def deployment(image: str = "nginx", **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default", **metadata},
        "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "web", "image": image}]}}},
    }


def test_a_new_object_shows_what_was_asked_for_and_not_its_name() -> None:
    assert created(deployment(labels={"app.kubernetes.io/name": "web", "tier": "front"})) == (
        FieldChange(".metadata.labels[app.kubernetes.io/name]", None, "web", had=False),
        FieldChange(".metadata.labels.tier", None, "front", had=False),
        FieldChange(".spec.replicas", None, 1, had=False),
        FieldChange(".spec.template.spec.containers[name=web].image", None, "nginx", had=False),
        FieldChange(".spec.template.spec.containers[name=web].name", None, "web", had=False),
    )


def test_a_changed_image_is_one_field_named_by_its_container() -> None:
    found = changed(deployment("nginx"), deployment("nginx:2"), deployment("nginx:2"))
    assert found == (FieldChange(".spec.template.spec.containers[name=web].image", "nginx", "nginx:2"),)


def test_bookkeeping_of_the_server_is_no_difference() -> None:
    live = deployment(
        uid="1", resourceVersion="5", generation=3, creationTimestamp="2026-01-01T00:00:00Z", managedFields=[{"manager": "x"}],
        annotations={"deployment.kubernetes.io/revision": "4", "kubectl.kubernetes.io/last-applied-configuration": "{}"},
    )  # fmt: skip
    assert changed({**live, "status": {"replicas": 1}}, deployment(), deployment()) == ()
    assert without_noise({**live, "status": {}}) == deployment()


def test_what_nobody_asked_for_is_set_by_the_server_and_left_out() -> None:
    result = deployment(annotations={"webhook.example/seen-at": "12:00:01"})
    result["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 30
    assert changed(deployment(), result, deployment()) == ()


def test_a_field_that_nobody_asks_for_any_longer_is_shown_as_removed() -> None:
    live = deployment()
    live["spec"]["template"]["spec"]["containers"][0]["command"] = ["sh", "-c", "exit 1"]
    assert changed(live, deployment(), deployment()) == (
        FieldChange(".spec.template.spec.containers[name=web].command", ["sh", "-c", "exit 1"], None, has=False),
    )


def test_null_is_not_the_same_as_nothing() -> None:
    asked = {"spec": {"a": None}}
    assert changed({"spec": {"b": 1}}, {"spec": {"b": 1, "a": None}}, asked) == (FieldChange(".spec.a", None, None, had=False),)


@pytest.mark.parametrize(
    ("field", "before", "after", "paths"),
    [
        ("env", [{"name": "A", "value": "1"}], [{"name": "A", "value": "2"}], [".env[name=A].value"]),
        ("ports", [{"containerPort": 80}], [{"containerPort": 80, "protocol": "TCP", "name": "web"}],
         [".ports[containerPort=80,protocol=TCP].name", ".ports[containerPort=80,protocol=TCP].protocol"]),
        ("ports", [{"port": 80, "targetPort": 1}], [{"port": 80, "targetPort": 2}], [".ports[port=80,protocol=TCP].targetPort"]),
        ("volumeMounts", [{"mountPath": "/a"}], [{"mountPath": "/b"}],
         [".volumeMounts[mountPath=/a].mountPath", ".volumeMounts[mountPath=/b].mountPath"]),
        ("args", ["a", "b"], ["b", "a"], [".args"]),
        ("rules", [{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}], [".rules"]),
        ("env", [{"name": "A"}, {"name": "A", "value": "1"}], [{"name": "A"}, {"name": "A", "value": "2"}], [".env"]),
        ("initContainers", [{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}], [".initContainers(order)"]),
        ("containers", [{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}], []),
    ],
)  # fmt: skip
def test_lists_are_compared_by_their_keys_where_the_api_gives_them_keys(field: str, before: Any, after: Any, paths: list[str]) -> None:
    assert [item.path for item in changed({field: before}, {field: after}, {field: after})] == paths


def test_an_empty_map_that_comes_back_filled_counts_as_asked_for() -> None:
    assert changed({"x": {}}, {"x": {"a": 1}}, {"x": {}}) == (FieldChange(".x.a", None, 1, had=False),)


def test_a_secrets_values_never_show_and_still_tell_whether_they_changed() -> None:
    def secret(value: str) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"password": value}}

    old, new = masked(secret("aHVudGVyMg=="), SALT), masked(secret("c3dvcmRmaXNo"), SALT)
    (change,) = changed(old, new, new)
    assert change.path == ".data.password"
    assert change.before != change.after
    assert "aHVudGVyMg" not in str(change)
    assert "c3dvcmRmaXNo" not in str(change)
    assert masked(secret("aHVudGVyMg=="), SALT) == old
    assert masked(secret("aHVudGVyMg=="), b"other salt") != old


def test_string_data_is_compared_with_what_the_server_keeps() -> None:
    plain = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"password": "hunter2"}}
    stored = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"password": "aHVudGVyMg=="}}
    assert masked(plain, SALT) == masked(stored, SALT)


def test_the_last_applied_copy_of_a_secret_is_left_out_too() -> None:
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": '{"data": "aHVudGVyMg=="}'}
    item = {"apiVersion": "v1", "kind": "Secret", "data": {"p": "aHVudGVyMg=="}, "metadata": {"name": "s", "annotations": annotations}}
    assert "aHVudGVyMg" not in str(masked(item, SALT))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=4))
def test_an_object_never_differs_from_itself(item: dict[str, Any]) -> None:
    assert changed({"spec": item}, {"spec": item}, {"spec": item}) == ()


def test_a_map_that_loses_its_last_entry_loses_only_that_entry() -> None:
    assert changed({"x": {"a": 1}}, {"x": {}}, {"x": {}}) == (FieldChange(".x.a", 1, None, has=False),)
