"""Several processes and one state folder: sharing an owner, losing it, leaving with Ctrl-C; and the tour as a newcomer starts it."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.conftest import Process, finish

HANGING = re.compile(r"apply: 0 of 1 ready; pod ")


def read_until(one: "subprocess.Popen[str]", pattern: str | re.Pattern[str]) -> str:
    """What a process prints up to a line in which the pattern is found."""
    assert one.stdout is not None
    told = ""
    for line in one.stdout:
        told += line
        if re.search(pattern, line):
            return told
    raise AssertionError(f"{pattern!r} never came:\n{told}\n{one.stderr.read() if one.stderr else ''}")


def test_exit_codes_of_real_processes(process: Process) -> None:
    started = {name: process("--state-dir", f"state-{name}", "run", f"{name}.yaml", "-o", "json") for name in ("quick", "fails", "waits")}
    ended = {name: finish(one) for name, one in started.items()}
    assert {name: said.code for name, said in ended.items()} == {"quick": 0, "fails": 1, "waits": 3}
    assert {name: json.loads(said.out)["status"]["status"] for name, said in ended.items()} == {
        "quick": "succeeded",
        "fails": "failed",
        "waits": "suspending",
    }
    assert {said.err for said in ended.values()} == {""}


def test_a_second_terminal_goes_through_the_owner_who_waits_for_it(process: Process) -> None:
    owner = process("run", "lingers.yaml")
    read_until(owner, "suspended: a moment")
    guest = process("run", "hangs.yaml")
    read_until(guest, HANGING)
    assert finish(process("resume", "lingers")).code == 0
    assert "done here; waiting for what other terminals started: hangs-" in read_until(owner, "done here")
    ended = finish(process("terminate", "hangs"))
    assert (ended.code, "terminated by" in ended.out) == (0, True)
    assert (finish(guest).code, finish(owner).code) == (1, 0)


def test_who_leaves_is_told_that_the_run_stays_and_resume_goes_on_with_it(process: Process) -> None:
    one = process("run", "hangs.yaml")
    read_until(one, HANGING)
    one.send_signal(signal.SIGINT)
    left = finish(one)
    assert left.code == 130
    assert re.search(r"run hangs-\w{5} is kept as it is; `.* resume hangs-\w{5}` goes on with it", left.err)
    assert "Traceback" not in left.err
    looked = finish(process("status", "hangs"))
    assert "nobody carries this run out at the moment" in looked.err
    again = process("resume", "hangs")
    assert "was left in the middle by a process that has ended; going on with it" in read_until(again, "0 of 1 ready")
    finish(process("terminate", "hangs"))
    assert finish(again).code == 1


def test_a_guest_becomes_the_owner_when_the_owner_is_killed(process: Process) -> None:
    owner = process("up")
    read_until(owner, "kubectl")
    guest = process("run", "hangs.yaml")
    read_until(guest, HANGING)
    owner.kill()
    told = read_until(guest, "running again")
    assert "the process that carried the run out has ended; going on with it here" in told
    assert "created" not in told
    guest.send_signal(signal.SIGINT)
    assert finish(guest).code == 130


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_up_keeps_the_clusters_for_kubectl_until_it_is_stopped(home: Path, process: Process, stop: signal.Signals) -> None:
    owner = process("up")
    read_until(owner, "kubectl")
    path = Path(finish(process("clusters", "--kubeconfig")).out.strip())
    assert [item["name"] for item in json.loads(path.read_text())["contexts"]] == ["test", "prod"]
    second = finish(process("up"))
    assert (second.code, f"process {owner.pid} owns" in second.err) == (1, True)
    owner.send_signal(stop)
    assert finish(owner).code == 130
    assert not path.exists()


def test_a_stop_ends_up_also_where_a_shell_ignores_ctrl_c_for_it(process: Process) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    owner = process("up")
    signal.signal(signal.SIGINT, before)
    read_until(owner, "kubectl")
    owner.send_signal(signal.SIGTERM)
    ended = finish(owner)
    assert (ended.code, "Traceback" in ended.err) == (130, False)


def test_the_tour_shows_everything_and_what_it_leaves_can_be_looked_at(home: Path, process: Process) -> None:
    said = finish(process("demo"))
    assert (said.code, said.err) == (0, "")
    for told in (
        "apply: 0 of 1 ready; pod apply-",
        "apply: failed (Timeout): timed out after 3s",
        "chat-diagnose: says: Deployment default/apply cannot start",
        "chat-diagnose: skipped: if: status.apply.failed is false",
        "chat-audit: says: Deployment default/apply scores ",
        "production needs approval.",
        '.image: "nginx"',
    ):
        assert told in said.out
    state = re.search(r"export PROMPTOPS_STATE_DIR=(\S+)", said.out)
    assert state is not None
    for words in re.findall(r"^  python -m bot (.+?) +#", said.out, re.MULTILINE):
        if words.startswith(("status", "terminate")):
            assert finish(process("--state-dir", state[1], *words.split())).code in {0, 1}, words


def test_a_terminal_sees_steps_drawn_in_place_and_the_result_below(home: Path) -> None:
    raw = in_a_terminal("run", "waits.yaml")
    assert "\x1b[2K" in raw
    final = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", raw.rpartition("\x1b[2K")[2]).replace("\r\n", "\n")
    assert re.search(r"^  ‖ gate  suspend +\S+  shall we\?$", final, re.MULTILINE)
    assert "waits for a person: step 'gate' (shall we?)." in final


def in_a_terminal(*words: str) -> str:
    """What a command writes to a terminal of its own."""
    outside, inside = pty.openpty()
    one = subprocess.Popen(
        [sys.executable, "-m", "bot", *words], stdin=inside, stdout=inside, stderr=inside, env={**os.environ, "TERM": "xterm-256color"}
    )
    os.close(inside)
    told = b""
    try:
        while select.select([outside], [], [], 20)[0]:
            chunk = os.read(outside, 65536)
            if not chunk:
                break
            told += chunk
    except OSError:
        pass  # the other end of a terminal that closes is an error on Linux
    finally:
        os.close(outside)
        one.kill()
        one.wait()
    return told.decode()
