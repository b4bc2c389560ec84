"""Reading and writing objects over HTTP, as the API promises it."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.kubernetes import EmbeddedCluster

Json = dict[str, Any]
MAPS = "/api/v1/namespaces/default/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"


def config(name: str = "a", **data: str) -> Json:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


async def test_a_created_object_gets_its_identity_from_the_server(api: Any) -> None:
    made = await api.create(MAPS, {**config(a="1"), "metadata": {"name": "a", "uid": "mine", "resourceVersion": "1"}})
    metadata = made.body["metadata"]
    assert made.code == 201
    assert metadata["namespace"] == "default"
    assert metadata["uid"] != "mine"
    assert int(metadata["resourceVersion"]) > 1
    assert metadata["creationTimestamp"].endswith("Z")
    assert (await api.get(f"{MAPS}/a")).body == made.body


async def test_generated_names_begin_as_asked(api: Any) -> None:
    made = await api.create(MAPS, {"metadata": {"generateName": "x-"}})
    assert made.body["metadata"]["name"].startswith("x-")
    assert len(made.body["metadata"]["name"]) == len("x-") + 5


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "reason", "message"),
    [
        ("GET", f"{MAPS}/nope", None, 404, "NotFound", 'configmaps "nope" not found'),
        ("GET", f"{DEPLOYMENTS}/nope", None, 404, "NotFound", 'deployments.apps "nope" not found'),
        ("GET", "/apis/nope/v1/things", None, 404, "NotFound", "the server could not find the requested resource"),
        ("POST", MAPS, config("there"), 409, "AlreadyExists", 'configmaps "there" already exists'),
        ("POST", MAPS.replace("default", "x"), config(), 404, "NotFound", 'namespaces "x" not found'),
        ("POST", MAPS, "{", 400, "BadRequest", "the object provided is unrecognized (must be of type JSON)"),
        ("POST", MAPS, [1], 400, "BadRequest", "couldn't get version/kind; json parse error"),
        ("POST", MAPS, {"kind": "Pod", "apiVersion": "v1"}, 400, "BadRequest", "Pod in version 'v1' cannot be handled"),
        ("POST", MAPS, {"metadata": []}, 400, "BadRequest", "cannot unmarshal array into Go struct field"),
        ("POST", MAPS, {"metadata": {"name": "b"}, "data": {"a": 1}}, 400, "BadRequest", "cannot unmarshal number"),
        ("PUT", f"{MAPS}/there", config("other"), 400, "BadRequest", "does not match the name on the URL"),
        ("PUT", f"{MAPS}/nope", config("nope"), 404, "NotFound", 'configmaps "nope" not found'),
        ("PUT", MAPS, config("nope"), 405, "MethodNotAllowed", "the server does not allow this method"),
        ("GET", f"{MAPS}?labelSelector=a(", None, 400, "BadRequest", "unable to parse requirement"),
        ("GET", f"{MAPS}?fieldSelector=data.a=1", None, 400, "BadRequest", "field label not supported: data.a"),
        ("DELETE", f"{MAPS}/nope", None, 404, "NotFound", 'configmaps "nope" not found'),
    ],
)
async def test_a_refusal_is_a_status_as_the_real_server_gives_it(
    api: Any, method: str, path: str, body: Any, code: int, reason: str, message: str
) -> None:
    await api.create(MAPS, config("there"))
    answer = await api.send(method, path, body)
    status = answer.body
    assert (answer.code, status["code"], status["kind"], status["status"]) == (code, code, "Status", "Failure")
    assert status["reason"] == reason
    assert message in status["message"]


async def test_protobuf_is_refused_with_the_formats_that_are_read(api: Any) -> None:
    answer = await api.send("POST", MAPS, b"k8s\0", "application/vnd.kubernetes.protobuf")
    assert answer.code == 415
    assert "application/json" in answer.body["message"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"metadata": {"name": "Web"}},
            'Deployment.apps "Web" is invalid: metadata.name: Invalid value: "Web": a lowercase RFC 1123',
        ),
        ({"spec": {"selector": None}}, "spec.selector: Required value"),
        (
            {"spec": {"selector": {"matchLabels": {"app": "other"}}}},
            'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
        ),
        ({"spec": {"replicas": -1}}, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        ({"spec": {"template": {"spec": {"containers": []}}}}, "spec.template.spec.containers: Required value"),
        (
            {"spec": {"template": {"spec": {"containers": [{"name": "web"}]}}}},
            "spec.template.spec.containers[0].image: Required value",
        ),
        (
            {"spec": {"template": {"spec": {"restartPolicy": "Never"}}}},
            'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        ),
        (
            {"spec": {"template": {"spec": {"containers": [
                {"name": "c", "image": "i", "resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}}]}}}},
            'spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit',
        ),
    ],
)  # fmt: skip
async def test_an_invalid_deployment_is_refused_with_its_causes(
    api: Any, deployment: Callable[..., Json], change: Json, message: str
) -> None:
    answer = await api.create(DEPLOYMENTS, _merged(deployment(), change))
    assert (answer.code, answer.body["reason"]) == (422, "Invalid")
    assert message in answer.body["message"]
    assert answer.body["details"]["causes"]


def _merged(target: Any, change: Any) -> Any:
    if not isinstance(change, dict):
        return change
    return {**target, **{key: _merged(target.get(key, {}), value) for key, value in change.items()}}


async def test_the_selector_of_a_deployment_cannot_change(api: Any, deployment: Callable[..., Json]) -> None:
    await api.create(DEPLOYMENTS, deployment())
    other = deployment()
    other["spec"]["selector"] = {"matchLabels": {"app": "web", "tier": "x"}}
    other["spec"]["template"]["metadata"]["labels"] = {"app": "web", "tier": "x"}
    answer = await api.put(f"{DEPLOYMENTS}/web", other)
    assert answer.code == 422
    assert answer.body["details"]["causes"][0]["field"] == "spec.selector"
    assert "field is immutable" in answer.body["message"]


async def test_a_deployment_gets_the_defaults_of_the_real_server(api: Any, deployment: Callable[..., Json]) -> None:
    made = await api.create(DEPLOYMENTS, deployment(image="nginx:1.29"))
    assert made.body["spec"] == {
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": "nginx:1.29",
                        "imagePullPolicy": "IfNotPresent",
                        "resources": {},
                        "terminationMessagePath": "/dev/termination-log",
                        "terminationMessagePolicy": "File",
                    }
                ],
                "restartPolicy": "Always",
                "terminationGracePeriodSeconds": 30,
                "dnsPolicy": "ClusterFirst",
                "securityContext": {},
                "schedulerName": "default-scheduler",
            },
        },
    }


async def test_an_update_from_an_old_version_is_a_conflict(api: Any) -> None:
    made = await api.create(MAPS, config(a="1"))
    assert (await api.put(f"{MAPS}/a", {**made.body, "data": {"a": "2"}})).code == 200
    late = await api.put(f"{MAPS}/a", {**made.body, "data": {"a": "3"}})
    assert (late.code, late.body["reason"]) == (409, "Conflict")
    assert "the object has been modified; please apply your changes to the latest version" in late.body["message"]


async def test_a_write_that_changes_nothing_keeps_the_version(api: Any) -> None:
    made = await api.create(MAPS, config(a="1"))
    assert (await api.put(f"{MAPS}/a", made.body)).rv == made.rv
    assert (await api.merge(f"{MAPS}/a", {"data": {"a": "1"}})).rv == made.rv
    first = await api.apply(f"{MAPS}/a", config(a="1"))
    again = await api.apply(f"{MAPS}/a", config(a="1"))
    assert again.body == first.body


async def test_the_generation_counts_changes_of_the_spec(api: Any, deployment: Callable[..., Json]) -> None:
    assert (await api.create(DEPLOYMENTS, deployment(replicas=0))).body["metadata"]["generation"] == 1
    labelled = await api.merge(f"{DEPLOYMENTS}/web", {"metadata": {"labels": {"a": "b"}}})
    assert labelled.body["metadata"]["generation"] == 1
    paused = await api.merge(f"{DEPLOYMENTS}/web", {"spec": {"paused": True}})
    assert paused.body["metadata"]["generation"] == 2


async def test_spec_and_status_are_written_through_their_own_doors(api: Any) -> None:
    path = "/api/v1/namespaces/default/resourcequotas"
    await api.create(path, {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "5"}}, "status": {"x": 1}})
    await api.until(f"{path}/q", lambda obj: obj.get("status") == {"hard": {"pods": "5"}, "used": {"pods": "0"}})
    through_main = await api.merge(f"{path}/q", {"spec": {"hard": {"pods": "5"}}, "status": {"used": {"pods": "9"}}})
    assert through_main.body["status"]["used"] == {"pods": "0"}
    through_status = await api.merge(f"{path}/q/status", {"spec": {"hard": {"pods": "7"}}, "status": {"mark": "here"}})
    assert through_status.body["spec"] == {"hard": {"pods": "5"}}
    assert through_status.body["status"]["mark"] == "here"


async def test_a_dry_run_stores_nothing_and_uses_no_version(api: Any) -> None:
    before = await api.get(MAPS)
    tried = await api.create(MAPS, config(a="1"), dryRun="All")
    assert tried.code == 201
    assert "resourceVersion" not in tried.body["metadata"]
    assert (await api.apply(f"{MAPS}/b", config("b"), dryRun="All")).code == 201
    assert (await api.get(MAPS)).body == before.body
    assert (await api.get(MAPS, dryRun="All")).code == 200
    assert (await api.create(MAPS, config(), dryRun="Some")).code == 400


async def test_a_dry_run_of_a_change_shows_what_would_be(api: Any, deployment: Callable[..., Json]) -> None:
    await api.apply(f"{DEPLOYMENTS}/web", deployment(replicas=0))
    tried = await api.apply(f"{DEPLOYMENTS}/web", deployment(replicas=0, paused=True), dryRun="All")
    assert (tried.body["spec"]["paused"], tried.body["metadata"]["generation"]) == (True, 2)
    assert "paused" not in (await api.get(f"{DEPLOYMENTS}/web")).body["spec"]
    assert (await api.delete(f"{DEPLOYMENTS}/web", dryRun="All")).code == 200
    assert (await api.get(f"{DEPLOYMENTS}/web")).code == 200


async def test_apply_creates_then_changes_then_conflicts(api: Any, deployment: Callable[..., Json]) -> None:
    made = await api.apply(f"{DEPLOYMENTS}/web", deployment(replicas=0), "first")
    assert (made.code, made.body["metadata"]["managedFields"][0]["manager"]) == (201, "first")
    other = await api.apply(f"{DEPLOYMENTS}/web", deployment(replicas=1), "second")
    assert other.code == 409
    assert other.body["message"] == 'Apply failed with 1 conflict: conflict with "first": .spec.replicas'
    assert other.body["details"]["causes"][0]["reason"] == "FieldManagerConflict"
    forced = await api.apply(f"{DEPLOYMENTS}/web", deployment(replicas=1), "second", force="true")
    assert (forced.code, forced.body["spec"]["replicas"]) == (200, 1)


async def test_apply_needs_a_manager_and_its_own_resource_version(api: Any) -> None:
    nameless = await api.send("PATCH", f"{MAPS}/a", config(), "application/apply-patch+yaml")
    assert nameless.code == 422
    assert "is required for apply patch" in nameless.body["message"]
    made = await api.apply(f"{MAPS}/a", config(a="1"))
    await api.apply(f"{MAPS}/a", config(a="2"))
    old = config(a="3")
    old["metadata"]["resourceVersion"] = made.rv
    late = await api.apply(f"{MAPS}/a", old)
    assert (late.code, late.body["reason"]) == (409, "Conflict")


async def test_the_manager_of_other_writes_is_the_program_that_made_them(api: Any) -> None:
    made = await api.create(MAPS, config(a="1"))
    (entry,) = made.body["metadata"]["managedFields"]
    assert (entry["operation"], entry["fieldsV1"]) == ("Update", {"f:data": {"f:a": {}}})
    changed = await api.merge(f"{MAPS}/a", {"data": {"a": "2"}}, fieldManager="me")
    assert [one["manager"] for one in changed.body["metadata"]["managedFields"]] == ["me"]


async def test_strategic_and_json_patches_change_one_container(api: Any, deployment: Callable[..., Json]) -> None:
    await api.create(DEPLOYMENTS, deployment(replicas=0))
    strategic = "application/strategic-merge-patch+json"
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nginx:2"}]}}}}
    changed = await api.send("PATCH", f"{DEPLOYMENTS}/web", patch, strategic)
    assert changed.body["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:2"
    operations = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "nginx:3"}]
    changed = await api.send("PATCH", f"{DEPLOYMENTS}/web", operations, "application/json-patch+json")
    assert changed.body["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:3"
    assert (await api.send("PATCH", f"{DEPLOYMENTS}/web", {}, "application/json")).code == 415


async def test_secrets_take_plain_text_and_keep_base64(api: Any) -> None:
    path = "/api/v1/namespaces/default/secrets"
    made = await api.create(path, {"metadata": {"name": "s"}, "stringData": {"key": "value"}})
    assert (made.body["data"], made.body["type"]) == ({"key": "dmFsdWU="}, "Opaque")
    assert "stringData" not in made.body
    broken = await api.create(path, {"metadata": {"name": "t"}, "data": {"key": "not base64!"}})
    assert broken.code == 400


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"labelSelector": "app=a"}, ["one", "two"]),
        ({"labelSelector": "app!=a"}, ["three"]),
        ({"labelSelector": "app in (a,b),tier"}, ["two"]),
        ({"labelSelector": "!tier,app"}, ["one"]),
        ({"labelSelector": "app notin (a)"}, ["three"]),
        ({"fieldSelector": "metadata.name=two"}, ["two"]),
        ({"fieldSelector": "metadata.name!=two", "labelSelector": "app=a"}, ["one"]),
        ({}, ["one", "three", "two"]),
    ],
)
async def test_lists_take_selectors(api: Any, query: Json, expected: list[str]) -> None:
    path = "/api/v1/namespaces/kube-public/configmaps"
    for name, labels in (("one", {"app": "a"}), ("two", {"app": "a", "tier": "x"}), ("three", {"tier": "x"})):
        await api.create(path, {"metadata": {"name": name, "labels": labels}})
    listed = await api.get(path, **query)
    assert listed.body["kind"] == "ConfigMapList"
    assert [one["metadata"]["name"] for one in listed.body["items"]] == expected


async def test_lists_come_in_pages(api: Any) -> None:
    for number in range(5):
        await api.create(MAPS, config(f"m{number}"))
    names, token, pages = [], "", 0
    while True:
        page = await api.get(MAPS, limit=2, **({"continue": token} if token else {}))
        names += [one["metadata"]["name"] for one in page.body["items"]]
        pages += 1
        token = page.body["metadata"].get("continue", "")
        if not token:
            break
        assert page.body["metadata"]["remainingItemCount"] == 5 - 2 * pages
    assert (names, pages) == ([f"m{number}" for number in range(5)], 3)
    assert (await api.get(MAPS, **{"continue": "x"})).code == 400


async def test_tables_are_what_kubectl_shows(api: Any, deployment: Callable[..., Json]) -> None:
    await api.create(DEPLOYMENTS, deployment(replicas=0))
    path, accept = DEPLOYMENTS, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    async with api.session.get(path, headers={"Accept": accept}) as response:
        table = await response.json()
    assert table["kind"] == "Table"
    shown = [one["name"] for one in table["columnDefinitions"] if not one["priority"]]
    assert shown == ["Name", "Ready", "Up-to-date", "Available", "Age"]
    assert table["rows"][0]["cells"][:4] == ["web", "0/0", 0, 0]


async def test_deletes_check_their_preconditions(api: Any) -> None:
    made = await api.create(MAPS, config())
    wrong = {"preconditions": {"uid": "other"}}
    refused = await api.delete(f"{MAPS}/a", wrong)
    assert (refused.code, refused.body["reason"]) == (409, "Conflict")
    old = {"preconditions": {"resourceVersion": "1"}}
    assert (await api.delete(f"{MAPS}/a", old)).code == 409
    right = {"preconditions": {"uid": made.body["metadata"]["uid"], "resourceVersion": made.rv}}
    gone = await api.delete(f"{MAPS}/a", right)
    assert (gone.code, gone.body["status"], gone.body["details"]["name"]) == (200, "Success", "a")
    assert (await api.get(f"{MAPS}/a")).code == 404


async def test_finalizers_hold_an_object_until_they_are_gone(api: Any) -> None:
    held = config()
    held["metadata"]["finalizers"] = ["example.com/hold"]
    await api.create(MAPS, held)
    marked = await api.delete(f"{MAPS}/a")
    assert marked.body["metadata"]["deletionTimestamp"]
    assert (await api.get(f"{MAPS}/a")).code == 200
    await api.merge(f"{MAPS}/a", {"metadata": {"finalizers": None}})
    assert (await api.get(f"{MAPS}/a")).code == 404


async def test_a_collection_is_deleted_by_selector(api: Any) -> None:
    for name, app in (("a", "x"), ("b", "x"), ("c", "y")):
        await api.create(MAPS, {"metadata": {"name": name, "labels": {"app": app}}})
    deleted = await api.delete(MAPS, labelSelector="app=x")
    assert [one["metadata"]["name"] for one in deleted.body["items"]] == ["a", "b"]
    assert [one["metadata"]["name"] for one in (await api.get(MAPS)).body["items"]] == ["c"]


@pytest.mark.parametrize(("policy", "survives"), [("Background", False), ("Foreground", False), ("Orphan", True)])
async def test_dependents_follow_their_owner_unless_orphaned(api: Any, policy: str, survives: bool) -> None:
    owner = (await api.create(MAPS, config("owner"))).body
    child = config("child")
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}
    child["metadata"]["ownerReferences"] = [reference]
    await api.create(MAPS, child)
    await api.delete(f"{MAPS}/owner", propagationPolicy=policy)
    await api.until_gone(f"{MAPS}/owner")
    if survives:
        left = await api.get(f"{MAPS}/child")
        assert "ownerReferences" not in left.body["metadata"]
    else:
        await api.until_gone(f"{MAPS}/child")


async def test_a_namespace_goes_with_what_is_in_it(api: Any, pod: Callable[..., Json]) -> None:
    await api.create("/api/v1/namespaces", {"metadata": {"name": "team"}})
    await api.until("/api/v1/namespaces/team/serviceaccounts/default", lambda _: True)
    await api.create("/api/v1/namespaces/team/pods", pod("p"))
    await api.until("/api/v1/namespaces/team/pods/p", lambda obj: obj["status"]["phase"] == "Running")
    ending = await api.delete("/api/v1/namespaces/team")
    assert ending.body["status"]["phase"] == "Terminating"
    refused = await api.create("/api/v1/namespaces/team/configmaps", config())
    assert (refused.code, refused.body["reason"]) == (403, "Forbidden")
    await api.until_gone("/api/v1/namespaces/team")
    assert (await api.get("/api/v1/namespaces/team/pods/p")).code == 404


async def test_custom_kinds_are_served_while_their_definition_is_there(api: Any) -> None:
    definition = {
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"kind": "Thing", "plural": "things"},
            "versions": [{"name": "v1", "served": True, "storage": True}],
        },
    }
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    assert (await api.create(definitions, definition)).code == 201
    things = "/apis/example.com/v1/namespaces/default/things"
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": {"list": [1]}}
    assert (await api.create(things, thing)).code == 201
    assert (await api.get("/apis/example.com/v1")).body["resources"][0]["kind"] == "Thing"
    assert (await api.delete(f"{definitions}/things.example.com")).code == 200
    assert (await api.get(things)).code == 404


async def test_reviews_know_one_user_who_may_everything(api: Any) -> None:
    access = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    wanted = {"resourceAttributes": {"verb": "delete", "resource": "pods"}}
    answer = await api.create(access, {"spec": wanted})
    assert (answer.code, answer.body["spec"], answer.body["status"]["allowed"]) == (201, wanted, True)
    who = await api.create("/apis/authentication.k8s.io/v1/selfsubjectreviews", {})
    assert who.body["status"]["userInfo"]["username"] == "sandbox-admin"


async def test_the_scale_of_a_deployment_is_a_resource_of_its_own(api: Any, deployment: Callable[..., Json]) -> None:
    await api.create(DEPLOYMENTS, deployment(replicas=0))
    scale = (await api.get(f"{DEPLOYMENTS}/web/scale")).body
    assert (scale["kind"], scale["spec"]) == ("Scale", {"replicas": 0})
    grown = await api.put(f"{DEPLOYMENTS}/web/scale", {**scale, "spec": {"replicas": 2}})
    assert grown.body["spec"] == {"replicas": 2}
    assert (await api.get(f"{DEPLOYMENTS}/web")).body["spec"]["replicas"] == 2


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "10.0.0.1"])
async def test_only_loopback_names_are_answered(api: Any, host: str) -> None:
    async with api.session.get("/version", headers={"Host": host}) as response:
        assert response.status == 403
    async with api.session.get("/version", headers={"Origin": "http://evil.example"}) as response:
        assert response.status == 403
    assert (await api.get("/version")).body["major"] == "1"


async def test_the_request_log_tells_what_changed_something(cluster: EmbeddedCluster, api: Any) -> None:
    cluster.requests.clear()
    await api.apply(f"{MAPS}/a", config(a="1"), "me")
    await api.apply(f"{MAPS}/a", config(a="1"), "me")
    await api.apply(f"{MAPS}/a", config(a="2"), "me", dryRun="All")
    await api.apply(f"{MAPS}/a", config(a="2"), "me")
    await api.get(f"{MAPS}/a")
    await api.delete(f"{MAPS}/a")
    assert [(one.method, one.status, one.effect) for one in cluster.requests] == [
        ("PATCH", 201, "created"),
        ("PATCH", 200, "none"),
        ("PATCH", 200, "none"),
        ("PATCH", 200, "changed"),
        ("GET", 200, "none"),
        ("DELETE", 200, "deleted"),
    ]
    assert [one.manager for one in cluster.requests.effects(MAPS, manager="me")] == ["me", "me"]
    cluster.requests.enabled = False
    total = cluster.requests.total
    await api.get(f"{MAPS}/a")
    assert (len(cluster.requests), cluster.requests.total) == (6, total + 1)


async def test_a_body_of_megabytes_is_refused(api: Any) -> None:
    body = io.BytesIO(b'{"data": {"a": "' + b"x" * (4 * 2**20) + b'"}}')
    async with api.session.post(MAPS, data=body, headers={"Content-Type": "application/json"}) as response:
        assert response.status == 413
        assert (await response.json())["reason"] == "RequestEntityTooLarge"
