"""Settings: where they come from, which wins, and what is said about wrong ones."""

from pathlib import Path

import pytest

from bot.configuration import Flags, InvalidSettings, load
from steps.engine.limits import Limits
from tests.bot.conftest import Terminal


def write(home: Path, text: str) -> str:
    """A settings file in its usual place."""
    path = home / ".config" / "promptops" / "config.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    found = load(Flags(), {}, tmp_path)
    assert found.folder.path == tmp_path / ".local" / "share" / "promptops"
    assert found.settings.embedded
    assert found.settings.limits.engine == Limits()
    assert found.settings.model.token_hosts == ("api.openai.com",)


def test_flag_beats_environment_beats_file(tmp_path: Path) -> None:
    write(tmp_path, "state_dir: /from/file\nlimits: {concurrent_runs: 5, run_age: 1h}\nmodel: {name: small}\n")
    assert load(Flags(), {}, tmp_path).folder.path == Path("/from/file")
    environ = {"PROMPTOPS_STATE_DIR": "/from/environment", "PROMPTOPS_CONCURRENT_RUNS": "7", "PROMPTOPS_HTTP_ALLOWED_HOSTS": "a, b"}
    found = load(Flags(), environ, tmp_path)
    assert found.folder.path == Path("/from/environment")
    assert (found.settings.limits.concurrent_runs, found.settings.limits.run_age) == (7, 3600.0)
    assert (found.settings.http.allowed_hosts, found.settings.model.name) == (("a", "b"), "small")
    assert load(Flags(state_dir="/from/flag"), environ, tmp_path).folder.path == Path("/from/flag")


def test_clusters_are_named_with_their_kubeconfig_and_protection(tmp_path: Path) -> None:
    write(tmp_path, "clusters:\n  dev: {kubeconfig: ~/.kube/config, context: kind}\n  live: {kubeconfig: k, protected: true}\n")
    settings = load(Flags(), {}, tmp_path).settings
    assert {name: (item.context, item.protected) for name, item in settings.clusters.items()} == {
        "dev": ("kind", False),
        "live": ("", True),
    }
    assert not settings.embedded


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("stat_dir: x\n", ":1: unknown setting 'stat_dir'; did you mean 'state_dir'?"),
        ("\nhttp:\n  allowed_host: [a]\n", ":3: unknown setting 'http.allowed_host'; did you mean 'allowed_hosts'?"),
        (
            "clusters:\n  a:\n    kubeconfig: k\n    protectd: true\n",
            ":4: unknown setting 'clusters.a.protectd'; did you mean 'protected'?",
        ),
        ("clusters: {a: {context: c}}\n", ":1: clusters.a.kubeconfig: Field required"),
        ("limits:\n  run_age: 1day\n", ":2: limits.run_age: '1day' is not a Go duration; write '24h'"),
        ("limits: {concurrent_runs: 0}\n", ":1: limits.concurrent_runs: Input should be greater than or equal to 1"),
        ("default_cluster: prod\n", ":1: cluster 'prod' is protected and cannot be the default; a step must name it"),
        ("default_cluster: tset\n", ":1: no cluster is named 'tset'; did you mean 'test'?"),
        ("http: {allowed_networks: [10.0.0.0/99]}\n", ":1: PROMPTOPS_HTTP_ALLOWED_NETWORKS: '10.0.0.0/99' is not a network"),
        ("a: [b\n", ":2:1: not YAML: "),
        ("- a\n", ":1: settings are keys and values"),
    ],
)
def test_a_wrong_setting_is_told_with_its_line_and_what_was_meant(text: str, error: str, tmp_path: Path) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InvalidSettings) as raised:
        load(Flags(), {}, tmp_path)
    assert str(raised.value).startswith(f"{path}{error}")


def test_all_wrong_settings_are_told_at_once_and_those_of_the_environment_by_its_names(tmp_path: Path) -> None:
    path = write(tmp_path, "modle: {}\nlimits: {keep: soon}\n")
    with pytest.raises(InvalidSettings) as raised:
        load(Flags(), {"PROMPTOPS_CONCURRENT_STEPS": "many"}, tmp_path)
    first, second, third = str(raised.value).splitlines()
    assert first.startswith("PROMPTOPS_CONCURRENT_STEPS: limits.concurrent_steps: ")
    assert second.startswith(f"{path}:2: limits.keep: 'soon' is not a Go duration")
    assert third == f"{path}:1: unknown setting 'modle'; did you mean 'model'?"


def test_the_models_token_comes_from_a_variable_or_a_file_and_is_never_shown(tmp_path: Path) -> None:
    from_variable = load(Flags(), {"PROMPTOPS_MODEL_TOKEN": "sk-canary-1"}, tmp_path)
    assert (from_variable.token.get_secret_value(), "canary" in repr(from_variable)) == ("sk-canary-1", False)
    (tmp_path / "token").write_text("sk-canary-2\n")
    write(tmp_path, f"model: {{token_file: {tmp_path / 'token'}}}\n")
    assert load(Flags(), {}, tmp_path).token.get_secret_value() == "sk-canary-2"
    (tmp_path / "token").unlink()
    with pytest.raises(InvalidSettings, match=r"cannot read the model's token from .*: No such file or directory"):
        load(Flags(), {}, tmp_path)


def test_a_settings_file_that_was_asked_for_must_exist(terminal: Terminal) -> None:
    said = terminal("--config", "nowhere.yaml", "runs")
    assert (said.code, said.out) == (2, "")
    assert said.err == "error: the settings file 'nowhere.yaml' does not exist; correct --config or PROMPTOPS_CONFIG\n"


def test_with_clusters_of_ones_own_no_embedded_one_is_started(home: Path, terminal: Terminal) -> None:
    write(home, "clusters: {mine: {kubeconfig: nowhere}}\n")
    said = terminal("run", "quick.yaml")
    assert (said.code, said.err) == (0, "")
    assert "cluster mine" in said.out
    assert not (home / "state" / "clusters").exists()
    assert "Failed" not in said.out
    failed = terminal("run", "hangs.yaml")
    assert failed.code == 1
    assert "cluster 'mine': kubeconfig 'nowhere' cannot be read" in failed.out
