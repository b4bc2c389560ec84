"""Kubeconfigs: what is taken from them, and what is refused."""

import asyncio
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from kube.cluster import KubeCluster
from kube.clusters import KubeClusters
from kube.configuration import ClusterSettings, open_client
from steps.errors import NotFound, Permanent, PromptOpsError, Unreachable
from steps.model.objects import Kind, ObjectRef
from tests.kube.scripted import REF, config_map, failure, kubeconfig, said, scripted

URL = "http://127.0.0.1:1"
SALT = b"pepper"


async def opened(config: Any, **settings: Any) -> tuple[str, str, str]:
    found = await open_client(ClusterSettings("test", config, **settings))
    await found.client.close()
    return found.server, found.namespace, found.user


async def written(path: Path, text: str) -> Path:
    """A private file that may also be run."""

    def write() -> None:
        path.write_text(text, encoding="utf-8")
        path.chmod(stat.S_IRWXU)

    await asyncio.to_thread(write)
    return path


async def test_a_kubeconfig_may_be_a_file(tmp_path: Path) -> None:
    assert await opened(await written(tmp_path / "config", yaml.safe_dump(kubeconfig(URL)))) == (URL, "default", "jane")


async def test_the_namespace_is_that_of_the_settings_then_of_the_context() -> None:
    config = kubeconfig(URL)
    config["contexts"][0]["context"]["namespace"] = "shop"
    assert await opened(config) == (URL, "shop", "jane")
    assert await opened(config, namespace="till") == (URL, "till", "jane")


REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    (kubeconfig(URL), {"context": "prod"}, "has no context 'prod'; known: test"),
    ({**kubeconfig(URL), "current-context": ""}, {}, "names no context; known: test"),
    ({**kubeconfig(URL), "clusters": []}, {}, "has no cluster 'test'; known: none"),
    ({**kubeconfig(URL), "users": []}, {}, "has no user 'jane'"),
    (kubeconfig("https://127.0.0.1:1", **{"client-certificate": "/nowhere/cert"}), {}, "File does not exists: /nowhere/cert"),
    (kubeconfig(URL, **{"as-groups": ["admins"]}), {}, "as-groups without `as`"),
    (Path("/nowhere/config"), {}, "cannot be read"),
]


@pytest.mark.parametrize(("config", "settings", "words"), REFUSED)
async def test_a_kubeconfig_that_cannot_be_used_says_why(config: Any, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(Permanent, match=words):
        await opened(config, **settings)


async def test_a_login_program_without_credentials_is_an_error_and_not_an_anonymous_user(tmp_path: Path) -> None:
    program = await written(tmp_path / "login", f"#!{sys.executable}\nraise SystemExit('expired')\n")
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(program)}}
    with pytest.raises(Permanent, match=r"login program .* gave no credentials"):
        await opened(kubeconfig(URL, **user))


async def test_impersonation_is_sent_with_every_request_and_names_who_acts() -> None:
    user = {"token": "t", "as": "deployer", "as-uid": "7", "as-groups": ["a", "b"], "as-user-extra": {"reason": ["chat"]}}
    async with scripted([said(200, config_map(1))]) as (server, _):
        settings = ClusterSettings("test", kubeconfig(server.url, **user))
        assert (await opened(settings.kubeconfig))[2] == "deployer"
        cluster = await KubeCluster.open(settings, salt=SALT)
        try:
            await cluster.read(REF)
        finally:
            await cluster.close()
    (headers,) = server.raw_headers
    assert [(key, value) for key, value in headers if key.lower().startswith(("impersonate", "authorization"))] == [
        ("Impersonate-User", "deployer"),
        ("Impersonate-Uid", "7"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Extra-reason", "chat"),
        ("authorization", "Bearer t"),
    ]


def clusters(*settings: ClusterSettings, default: str = "") -> KubeClusters:
    return KubeClusters(settings, salt=SALT, default=default)


TEST = ClusterSettings("test", kubeconfig(URL))
PROD = ClusterSettings("prod", kubeconfig(URL), protected=True)


def test_the_default_cluster_is_the_first_that_is_not_protected() -> None:
    assert (clusters(PROD, TEST).names, clusters(PROD, TEST).default) == (("prod", "test"), "test")


def test_a_protected_cluster_cannot_be_the_default() -> None:
    with pytest.raises(PromptOpsError, match="'prod' is protected and cannot be the default"):
        clusters(TEST, PROD, default="prod")


def test_two_clusters_of_one_name_are_refused() -> None:
    with pytest.raises(PromptOpsError, match="same name"):
        clusters(TEST, TEST)


async def test_an_unknown_cluster_is_answered_with_the_nearest_name() -> None:
    async with clusters(TEST, PROD) as known:
        with pytest.raises(NotFound, match="no cluster is named 'prdo'; did you mean 'prod'"):
            await known.get("prdo")
        assert known.protected("prod")
        assert not known.protected("")


async def test_without_an_unprotected_cluster_there_is_no_default() -> None:
    async with clusters(PROD) as known:
        with pytest.raises(NotFound, match="no default cluster"):
            await known.get("")


async def test_a_cluster_is_opened_once() -> None:
    async with clusters(TEST) as known:
        assert await known.get("") is await known.get("test")


async def test_a_port_that_nobody_listens_on_is_unreachable() -> None:
    async with clusters(TEST) as known:
        with pytest.raises(Unreachable, match=r"http://127.0.0.1:1 does not accept connections \(TCP\)"):
            await (await known.get("test")).read(ObjectRef(Kind("v1", "Pod"), "default", "web"))


async def test_a_server_that_does_not_speak_kubernetes_is_named() -> None:
    async with scripted([said(200, ["hello"])]) as (server, cluster):
        with pytest.raises(Permanent, match=rf"{server.url} answered 200.*is that a Kubernetes API"):
            await cluster.read(REF)


async def test_credentials_that_ran_out_are_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "config"
    refused = said(401, failure(401, "Unauthorized"))
    async with scripted([said(200, config_map(1)), refused, said(200, config_map(2)), refused]) as (server, _):
        await written(path, yaml.safe_dump(kubeconfig(server.url, token="old")))
        cluster = await KubeCluster.open(ClusterSettings("test", path), salt=SALT)
        try:
            await cluster.read(REF)
            await written(path, yaml.safe_dump(kubeconfig(server.url, token="new")))
            cluster._connection._renewed_at -= 3600
            assert await cluster.read(REF) == config_map(2)
            with pytest.raises(Permanent, match="does not accept the credentials of 'jane'"):
                await cluster.read(REF)
        finally:
            await cluster.close()
    tokens = [value for headers in server.raw_headers for key, value in headers if key == "authorization"]
    assert tokens == ["Bearer old", "Bearer old", "Bearer new", "Bearer new"]


async def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with scripted([said(200, config_map(1))]) as (_, cluster):
        assert await cluster.read(REF) == config_map(1)
