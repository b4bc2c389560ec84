"""What each verb does, in this process, on the embedded clusters."""

import json
import stat
from pathlib import Path

import pytest
import yaml

from tests.bot.conftest import QUICK, Terminal

EMBEDDED = "no cluster configured: using the embedded clusters test and prod (protected)\n"


def run_id(out: str) -> str:
    """The id in a run's first line."""
    return out.split(": created", maxsplit=1)[0].rsplit(maxsplit=1)[-1]


def test_a_run_that_succeeds_exits_0_and_says_what_to_type_next(terminal: Terminal) -> None:
    said = terminal("run", "quick.yaml")
    run = run_id(said.out)
    assert (said.code, said.err) == (0, EMBEDDED)
    first, *rest = [line.split("s  ", 1)[-1] for line in said.out.splitlines()]
    assert first == f"{run}: created, workflow quick, namespace default, cluster test"
    assert rest[:3] == ["hello: started", "hello: succeeded: good morning", "succeeded"]
    assert f" status {run} " in said.out
    assert "\x1b" not in said.out


def test_a_run_that_waits_exits_3_and_goes_on_when_resumed(terminal: Terminal) -> None:
    waiting = terminal("run", "waits.yaml")
    assert waiting.code == 3
    assert "waits for a person: step 'gate' (shall we?)." in waiting.out
    run = run_id(waiting.out)
    assert "  ‖ gate  suspend" in terminal("status", "waits").out
    resumed = terminal("resume", run[:8])
    assert resumed.code == 0
    assert "created" not in resumed.out
    assert "gate: succeeded: resumed" in resumed.out


def test_a_run_whose_pause_ends_by_itself_waits_for_nobody(terminal: Terminal) -> None:
    said = terminal("run", "pauses.yaml")
    assert said.code == 0
    assert "suspended: a moment; goes on by itself at " in said.out


def test_json_is_one_object_and_nothing_else_also_for_a_run_that_waits(terminal: Terminal) -> None:
    said = terminal("run", "waits.yaml", "-o", "json")
    assert (said.code, said.err) == (3, "")
    value = json.loads(said.out)
    assert (value["kind"], value["status"]["status"], value["status"]["suspend"]) == ("WorkflowRun", "suspending", True)
    assert value["status"]["steps"][0]["message"] == "shall we?"
    run = value["metadata"]["annotations"]["promptops.dev/run"]
    assert json.loads(terminal("status", run, "-o", "json").out) == value
    assert yaml.safe_load(terminal("export", run).out) == value


def test_a_change_to_the_protected_cluster_is_shown_and_exits_3(terminal: Terminal) -> None:
    said = terminal("run", "chat-gpt-audit", "--on", "prod")
    assert said.code == 3
    assert "production needs approval." in said.out
    assert "would create Deployment default/" in said.out
    assert "    + .spec.template.spec.containers[name=" in said.out
    ended = terminal("stop", "chat-gpt-audit")
    assert (ended.code, "was terminated" in ended.out) == (0, True)


def test_the_same_workflow_again_points_to_the_run_that_is_there(terminal: Terminal) -> None:
    run = run_id(terminal("run", "waits.yaml").out)
    said = terminal("run", "waits.yaml")
    assert (said.code, said.out) == (2, "")
    assert f"already running in namespace 'default' of cluster 'test', as run {run!r}" in said.err
    assert terminal("run", "waits.yaml", "--in", "elsewhere").code == 3


def test_the_same_key_is_the_same_run(terminal: Terminal) -> None:
    first = terminal("run", "quick.yaml", "--key", "deploy-17")
    again = terminal("run", "quick.yaml", "--key", "deploy-17")
    assert run_id(first.out) == run_id(again.out)
    assert len(terminal("runs").out.splitlines()) == 2


def test_runs_are_found_by_id_by_beginning_and_by_workflow(terminal: Terminal) -> None:
    run = run_id(terminal("run", "quick.yaml").out)
    for name in (run, run[:-1], "quick"):
        assert terminal("status", name).out.startswith(f"{run}  succeeded")
    said = terminal("status", "quik")
    assert (said.code, said.out) == (2, "")
    assert "did you mean 'quick'?" in said.err


@pytest.mark.parametrize("words", [("status", "x"), ("logs", "x"), ("export", "x"), ("resume", "x"), ("terminate", "x"), ("restart", "x")])
def test_a_run_that_does_not_exist_is_exit_code_2_for_every_verb(words: tuple[str, ...], terminal: Terminal) -> None:
    said = terminal(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error: no run ")


def test_what_is_not_possible_now_is_refused_with_the_reason(terminal: Terminal) -> None:
    run = run_id(terminal("run", "quick.yaml").out)
    for words, error in (
        (("suspend", run), "has ended (succeeded); only a run that is at work can be suspended"),
        (("resume", run), "has ended (succeeded); `promptops restart"),
        (("restart", run, "helo"), "has no step 'helo'; did you mean 'hello'?"),
    ):
        said = terminal(*words)
        assert (said.code, said.out) == (2, "")
        assert error in said.err


def test_a_failed_run_can_be_restarted_from_its_failed_step(terminal: Terminal) -> None:
    failed = terminal("run", "fails.yaml")
    assert failed.code == 1
    assert "call: failed (Action): '127.0.0.1' is at 127.0.0.1, a loopback address" in failed.out
    again = terminal("restart", run_id(failed.out), "call")
    assert (again.code, "restarted by " in again.out) == (1, True)


def test_logs_tell_every_event_with_its_time(terminal: Terminal) -> None:
    run = run_id(terminal("run", "quick.yaml").out)
    expected = [
        f"{run}: created, workflow quick, namespace default, cluster test",
        "hello: started",
        "hello: succeeded: good morning",
        "succeeded",
    ]
    for words in (("logs", run), ("logs", run, "-f")):
        lines = terminal(*words).out.splitlines()
        assert [line.split("Z  ")[1] for line in lines] == expected


def test_a_wrong_manifest_shows_all_problems_with_their_places_and_starts_nothing(home: Path, terminal: Terminal) -> None:
    wrong = QUICK.replace("print-message-in-status", "print-mesage").replace("hello", "hello, timeout: 1min")
    (home / "wrong.yaml").write_text(wrong)
    for words in (("run", "wrong.yaml"), ("validate", "wrong.yaml"), ("run", "wrong.yaml", "-o", "json")):
        said = terminal(*words)
        assert (said.code, said.out) == (2, "")
        assert said.err.startswith("wrong.yaml:7:")
        assert "did you mean 'print-message-in-status'?" in said.err
        assert "'1m'" in said.err
        assert said.err.endswith("error: 2 problems, nothing was started\n")
    assert not (home / "state").exists()


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"a: [b", "wrong.yaml:"), (b"\x7fELF\x02\x01\x00\xff\xfe", "wrong.yaml:"), (b"", "the file is empty")],
    ids=["broken", "binary", "empty"],
)
def test_files_that_are_no_manifest_are_told_in_words(content: bytes, error: str, home: Path, terminal: Terminal) -> None:
    (home / "wrong.yaml").write_bytes(content)
    said = terminal("run", "wrong.yaml")
    assert (said.code, said.out) == (2, "")
    assert error in said.err


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("run", "nowhere.yaml"), "nowhere.yaml: error: the file cannot be read: No such file or directory"),
        (("run", "quick.yaml", "--on", "prd"), "quick.yaml: error: the cluster 'prd' is unknown\n    → did you mean 'prod'?"),
        (("run", "quick.yaml", "image=x"), "this workflow declares no parameters, so 'image' cannot be given"),
        (("run", "chat-gtp"), "there is no workflow 'chat-gtp'\n    → did you mean 'chat-gpt'?"),
        (("validate", "deploy"), "the parameter 'image' is missing"),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest(words: tuple[str, ...], error: str, terminal: Terminal) -> None:
    said = terminal(*words)
    assert (said.code, said.out) == (2, "")
    assert error in said.err


def test_a_state_folder_that_cannot_be_written_to_is_told(home: Path, terminal: Terminal) -> None:
    (home / "file").write_text("")
    said = terminal("--state-dir", str(home / "file" / "state"), "run", "quick.yaml")
    assert (said.code, said.out) == (1, "")
    assert f"error: cannot use the state folder {str(home / 'file' / 'state')!r}: Not a directory. Set PROMPTOPS_STATE_DIR" in said.err


def test_a_damaged_key_file_is_told_when_a_secret_is_needed(home: Path, terminal: Terminal) -> None:
    (home / "state").mkdir(mode=0o700)
    (home / "state" / "seal.key").write_text("rubbish")
    (home / "state" / "seal.key").chmod(0o600)
    text = QUICK.replace(
        "print-message-in-status, properties: {message: good morning}", "chat-gpt, properties: {token: {value: sk-canary-123456}}"
    )
    (home / "secret.yaml").write_text(text)
    said = terminal("run", "secret.yaml")
    assert (said.code, said.out) == (1, "")
    assert "is not a key file of PromptOps" in said.err
    assert "canary" not in said.err


def test_reading_creates_nothing(home: Path, terminal: Terminal) -> None:
    said = terminal("runs")
    assert (said.code, said.out.startswith("no runs in ")) == (0, True)
    assert not (home / "state").exists()


def test_clusters_are_listed_and_kubectl_is_told_where_to_look(home: Path, terminal: Terminal) -> None:
    said = terminal("clusters")
    assert (said.code, said.err) == (0, EMBEDDED)
    assert said.out.splitlines() == [
        "CLUSTER         PROTECTED  WHERE",
        "test (default)  no         embedded, down",
        "prod            yes        embedded, down",
    ]
    assert terminal("clusters", "--kubeconfig").code == 1


def test_workflows_of_a_persons_folders_stand_beside_the_shipped_ones(
    home: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "mine"
    folder.mkdir()
    (folder / "quick.yaml").write_text(QUICK)
    monkeypatch.setenv("PROMPTOPS_WORKFLOWS", str(folder))
    said = terminal("list")
    names = [line.split()[0] for line in said.out.splitlines() if not line.startswith(" ")]
    assert {"quick", "chat-gpt", "chat-gpt-diagnose", "chat-gpt-audit", "chat-gpt-quality-gate"} <= set(names)
    assert terminal("run", "quick").code == 0


def test_a_step_type_is_explained_with_its_parameters(terminal: Terminal) -> None:
    said = terminal("steps", "chat-gpt")
    rows = [line.split() for line in said.out.splitlines()]
    assert ["prompt.type", "custom|diagnose|audit|quality-gate", "custom"] in [row[:3] for row in rows]
    assert ["timeout", "duration", "30s"] in [row[:3] for row in rows]


def test_the_state_folder_is_private(home: Path, terminal: Terminal) -> None:
    terminal("run", "quick.yaml")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home / "state").iterdir() if path.is_file()}
    assert set(modes.values()) == {0o600}, modes
