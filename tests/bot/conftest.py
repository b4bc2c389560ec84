"""Shared by the tests of the command line.

Faked: nothing of ours. Every test has a state folder and a home of its own and runs the real commands, in this process (`terminal`) or as
processes of their own (`process`); embedded clusters come up where a command needs them. Not here: a real terminal's redraws.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.command_line import promptops

QUICK = """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: quick}
spec:
  workflowSpec:
    steps:
    - {name: hello, type: print-message-in-status, properties: {message: good morning}}
"""

WAITS = QUICK.replace("quick", "waits").replace(
    "{name: hello, type: print-message-in-status, properties: {message: good morning}}",
    "{name: gate, type: suspend, properties: {message: shall we?}}",
)

FAILS = QUICK.replace("quick", "fails").replace(
    "{name: hello, type: print-message-in-status, properties: {message: good morning}}",
    "{name: call, type: request, properties: {url: 'http://127.0.0.1:1/'}}",
)

PAUSES = WAITS.replace("waits", "pauses").replace("message: shall we?", "message: a moment, duration: 1500ms")

LINGERS = WAITS.replace("waits", "lingers").replace("message: shall we?", "message: a moment, duration: 10m")

HANGS = QUICK.replace("quick", "hangs").replace(
    "{name: hello, type: print-message-in-status, properties: {message: good morning}}",
    "{name: apply, type: apply-deployment, properties: {image: invalid}}",
)


@dataclass(frozen=True)
class Said:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Terminal = Callable[..., Said]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's empty home, with a few workflows in the working folder."""
    for name in [name for name in os.environ if name.startswith(("PROMPTOPS_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("PROMPTOPS_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep))
    for name, text in (("quick", QUICK), ("waits", WAITS), ("fails", FAILS), ("pauses", PAUSES), ("lingers", LINGERS), ("hangs", HANGS)):
        (tmp_path / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def terminal(home: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Runs a command line in this process."""

    def run(*words: str) -> Said:
        capsys.readouterr()
        code = promptops(list(words))
        told = capsys.readouterr()
        return Said(code, told.out, told.err)

    return run


Process = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C as in a terminal, also where the tests themselves run in the background of a shell, which ignores it and hands that down."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def process(interruptible: None, home: Path) -> Iterator[Process]:
    """Starts command lines as processes of their own; none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "bot", *words]
        one = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        started.append(one)
        return one

    yield start
    for one in started:
        if one.poll() is None:
            one.kill()
        one.communicate()


def finish(one: "subprocess.Popen[str]") -> Said:
    """What a process left, once it has ended."""
    out, err = one.communicate(timeout=30)
    return Said(one.returncode, out, err)
