"""The command line's outside: help, words that do not exist, what is imported when."""

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.diagnostics import logging_to, silence
from bot.verbs import VERBS
from tests.bot.conftest import Process, Terminal, finish


def test_help_lists_every_verb_with_its_aliases(terminal: Terminal) -> None:
    said = terminal("--help")
    assert (said.code, said.err) == (0, "")
    for verb in VERBS:
        assert f"  {'|'.join((verb.name, *verb.aliases))} {verb.arguments}".rstrip() in said.out


def test_help_is_there_at_once(process: Process) -> None:
    best = 10.0
    for _ in range(3):
        start = time.perf_counter()
        assert finish(process("--help")).code == 0
        best = min(best, time.perf_counter() - start)
    assert best < 1.0


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, bot.__main__; from bot.command_line import promptops; promptops(['--help']);"
        "print([name for name in ('pydantic', 'aiohttp', 'kubernetes', 'rich', 'yaml', 'httpx', 'asyncio') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("verb", [word for item in VERBS for word in (item.name, *item.aliases)])
def test_every_verb_explains_itself(verb: str, terminal: Terminal) -> None:
    said = terminal(verb, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: promptops {verb}")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("rnu",), "there is no command 'rnu'; did you mean 'run'?"),
        (("run",), "Missing argument 'FILE|NAME'."),
        (("run", "quick.yaml", "image"), "'image' is not key=value; write a parameter as image=nginx, a cluster as --on test"),
        (("run", "quick.yaml", "a=1", "a=2"), "the parameter 'a' is given twice"),
        (("run", "quick.yaml", "-o", "xml"), "Invalid value for '-o' / '--output': 'xml' is not 'json'."),
        (("runs", "--limit", "0"), "Invalid value for '--limit': 0 is not in the range 1<=x<=1000."),
        (("steps", "aply-deployment"), "there is no step type 'aply-deployment'; did you mean 'apply-deployment'?"),
    ],
)
def test_wrong_words_are_told_in_one_line_with_what_was_meant(words: tuple[str, ...], error: str, terminal: Terminal) -> None:
    said = terminal(*words)
    assert (said.code, said.out, said.err.splitlines()[0]) == (2, "", f"error: {error}")


def test_a_reader_that_goes_away_is_no_error(process: Process) -> None:
    one = process("steps", "chat-gpt")
    assert one.stdout is not None
    one.stdout.close()
    one.stdout = None
    assert finish(one).err == ""


def test_a_defect_is_one_text_and_its_traceback_a_file(tmp_path: Path) -> None:
    code = "import sys, bot.__main__ as m; m.promptops = lambda: 1 / 0; m.main()"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith("error: promptops has a defect: ZeroDivisionError: division by zero\nPlease report it with ")
    assert "Traceback" not in told.stderr
    assert "Traceback" in next(tmp_path.glob("promptops-defect-*.txt")).read_text()


def test_log_records_go_to_the_owners_file_and_never_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silence()
    with logging_to(tmp_path / "promptops.log"):
        assert not (tmp_path / "promptops.log").exists()
        logging.getLogger("steps.test").error("a step broke")
    assert " ERROR steps.test: a step broke\n" in (tmp_path / "promptops.log").read_text()
    assert capsys.readouterr().err == ""
