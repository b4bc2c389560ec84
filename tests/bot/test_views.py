"""What people see of a run: pure views of events and a time."""

from collections.abc import Iterable
from io import StringIO

import yaml
from inline_snapshot import snapshot
from rich.text import Text

from bot.terminal import answers
from bot.terminal.conclusion import conclusion
from bot.terminal.happenings import event_lines, since, utc
from bot.terminal.progress import run_view
from bot.terminal.screen import called_as, console
from bot.terminal.story import Story, tell
from bot.terminal.tables import table
from bot.terminal.text import clean, one_line, shortened
from steps.model.events import (
    Event,
    RunCreated,
    RunEnded,
    RunSuspended,
    StepEnded,
    StepLogged,
    StepProgress,
    StepSkipped,
    StepStarted,
    StepSuspended,
    StepWaiting,
)
from steps.model.phases import Reason, RunPhase, StepPhase

T = 1_700_000_000.0

STEPS = """
- {name: apply, type: apply-deployment, properties: {image: nginx}}
- {name: checks, type: step-group, subSteps: [{name: ask, type: chat-gpt}, {name: call, type: request, if: status.apply.failed}]}
- {name: apply-production, type: apply-deployment, properties: {image: nginx, cluster: prod}}
"""


def created(steps: str = STEPS, warnings: tuple[str, ...] = ()) -> RunCreated:
    manifest = {"metadata": {"name": "demo"}, "spec": {"workflowSpec": {"steps": yaml.safe_load(steps)}}}
    return RunCreated(T, "demo-abc12", "demo", "default", "test", manifest, warnings=warnings)


def story(*events: Event, first: RunCreated | None = None) -> Story:
    told = tell(None, first or created())
    for event in events:
        told = tell(told, event)
    return told


def plain(lines: Iterable[Text]) -> str:
    return "\n".join(line.plain for line in lines)


ANSWER = {"text": "All is well.\n\nLooked at 1 Deployment.", "source": "rules", "prompt": "rules@1", "score": None, "notes": ["no model"]}
GATE = {
    "text": "69",
    "source": "model",
    "score": 69,
    "verdict": "Deployment default/apply is ready.",
    "cap": {"value": 70, "reason": "it has just started"},
    "checks": [{"name": f"check-{weight}", "passed": weight > 7, "weight": weight, "detail": "is missing"} for weight in range(1, 9)],
    "usage": {"model": "gpt-x", "promptTokens": 100, "completionTokens": 20, "cost": 0.0123},
}
RUNNING = (
    StepStarted(T, "apply"),
    StepProgress(
        T + 1, "apply", '0 of 1 ready; pod apply-1: ErrImagePull: failed to pull and unpack image "docker.io/library/invalid:latest"'
    ),
)
WAITING = (
    StepStarted(T, "apply"),
    StepEnded(T + 2, "apply", StepPhase.SUCCEEDED, output_errors=("output 'x' is null: no such field",)),
    StepStarted(T + 2, "checks"),
    StepStarted(T + 2, "ask"),
    StepEnded(T + 3.5, "ask", StepPhase.SUCCEEDED, answer=ANSWER),
    StepSkipped(T + 4, "call", "if: status.apply.failed is false"),
    StepEnded(T + 4, "checks", StepPhase.SUCCEEDED),
    StepStarted(T + 4, "apply-production"),
    StepSuspended(
        T + 5,
        "apply-production",
        "cluster 'prod' is protected: approval needed to create Deployment default/apply-production",
        Reason.APPROVAL_REQUIRED,
        details=("+ .spec.replicas: 1", '~ .spec.image: "a" → "b"', *(f"+ .spec.field[{number}]: 0" for number in range(20))),
        cluster="prod",
    ),
)


def test_a_running_step_says_what_it_waits_for_and_time_goes_on() -> None:
    assert plain(run_view(story(*RUNNING), T + 2.34)) == snapshot("""\
demo-abc12  executing  2.3s  namespace default, cluster test
  ● apply             apply-deployment    2.3s
      0 of 1 ready; pod apply-1: ErrImagePull: failed to pull and unpack image
      "docker.io/library/invalid:latest"
  ○ checks            step-group
  ○   ask             chat-gpt
  ○   call            request
  ○ apply-production  apply-deployment\
""")


def test_a_wide_terminal_has_the_message_beside_the_step() -> None:
    assert plain(run_view(story(*RUNNING), T + 62, width=130)) == snapshot("""\
demo-abc12  executing  1m2s  namespace default, cluster test
  ● apply             apply-deployment    1m2s
      0 of 1 ready; pod apply-1: ErrImagePull: failed to pull and unpack image "docker.io/library/invalid:latest"
  ○ checks            step-group
  ○   ask             chat-gpt
  ○   call            request
  ○ apply-production  apply-deployment\
""")


def test_an_alias_stands_beside_the_name_that_commands_take() -> None:
    steps = "- {name: apply, type: suspend, meta: {alias: 'Roll out [red]now'}}\n- {name: b, type: suspend}"
    assert plain(run_view(story(first=created(steps)), T)) == snapshot("""\
demo-abc12  initializing  0ms  namespace default, cluster test
  ○ apply (Roll out [red]now)  suspend
  ○ b                          suspend\
""")


def test_groups_skips_answers_and_warnings_are_all_there() -> None:
    assert plain(run_view(story(*WAITING, first=created(warnings=("quick.yaml:1:1: mind this",))), T + 6)) == snapshot("""\
demo-abc12  suspending  6s  namespace default, cluster test
  ✓ apply             apply-deployment      2s
      ! output 'x' is null: no such field
  ✓ checks            step-group            2s
  ✓   ask             chat-gpt            1.5s
  -   call            request
      skipped: if: status.apply.failed is false
  ‖ apply-production  apply-deployment      2s
      cluster 'prod' is protected: approval needed to create Deployment
      default/apply-production
  ! quick.yaml:1:1: mind this

  ── ask · by rules ──────────────────────────────────────────────────────────
  All is well.

  Looked at 1 Deployment.
  Note: no model\
""")


def test_a_run_that_needs_approval_shows_the_change_and_what_to_type() -> None:
    assert plain(conclusion(story(*WAITING), T + 6, "promptops")) == snapshot("""\

demo-abc12: production needs approval.
  Step 'apply-production' would create Deployment default/apply-production in
  cluster 'prod'; nothing has been written.
    + .spec.replicas: 1
    ~ .spec.image: "a" → "b"
    + .spec.field[0]: 0
    + .spec.field[1]: 0
    + .spec.field[2]: 0
    + .spec.field[3]: 0
    + .spec.field[4]: 0
    + .spec.field[5]: 0
    + .spec.field[6]: 0
    + .spec.field[7]: 0
    + .spec.field[8]: 0
    + .spec.field[9]: 0
    + .spec.field[10]: 0
    + .spec.field[11]: 0
    + .spec.field[12]: 0
    + .spec.field[13]: 0
    … and 6 more fields
Next:
  promptops status demo-abc12     # look at it again
  promptops resume demo-abc12     # compute the change anew and ask again
  promptops terminate demo-abc12  # end it; prod stays as it is\
""")


def test_a_passing_fault_says_when_it_is_tried_again() -> None:
    told = story(StepStarted(T, "apply"), StepWaiting(T + 1, "apply", "DNS: no answer", T + 4, failed=True))
    line = plain(run_view(told, T + 2, width=120)).splitlines()[1]
    assert line == snapshot("  ✗ apply             apply-deployment      2s  failed 1 time(s), trying again in 2s: DNS: no answer")


def test_a_failed_run_says_why_and_offers_to_run_again_from_there() -> None:
    told = story(
        StepStarted(T, "apply"),
        StepEnded(T + 3, "apply", StepPhase.FAILED, Reason.TIMEOUT, "timed out after 3s"),
        RunEnded(T + 3, RunPhase.FAILED, "step 'apply' failed (Timeout): timed out after 3s"),
    )
    assert plain(conclusion(told, T + 90, "promptops")) == snapshot("""\

demo-abc12 failed after 3s: step 'apply' failed (Timeout): timed out after 3s
Next:
  promptops logs demo-abc12           # everything that happened
  promptops restart demo-abc12 apply  # run again from that step on\
""")


def test_a_run_that_goes_on_by_itself_waits_for_nobody() -> None:
    told = story(StepStarted(T, "apply"), StepSuspended(T, "apply", "a pause", until=T + 5))
    line = plain(run_view(told, T + 1, width=120)).splitlines()[1]
    assert line == snapshot("  ‖ apply             apply-deployment      1s  a pause; goes on by itself in 4s")
    assert plain(conclusion(told, T + 1, "promptops")) == snapshot("""\

demo-abc12 goes on by itself in 4s.
Next:
  promptops logs demo-abc12 -f  # follow it
  promptops resume demo-abc12   # let it go on now\
""")


def test_a_paused_and_an_interrupted_run_say_how_to_go_on() -> None:
    paused = story(StepStarted(T, "apply"), RunSuspended(T + 1, "ann", ("apply",)))
    interrupted = story(StepStarted(T, "apply"), StepSuspended(T + 1, "apply", "the bot stopped in the middle", Reason.INTERRUPTED))
    assert plain(conclusion(paused, T + 2, "promptops")) == snapshot("""\

demo-abc12 is paused until somebody resumes it.
Next:
  promptops resume demo-abc12     # let it go on
  promptops terminate demo-abc12  # end it\
""")
    assert plain(conclusion(interrupted, T + 2, "promptops")) == snapshot("""\

demo-abc12 waits for a person: step 'apply' (the bot stopped in the middle).
Next:
  promptops resume demo-abc12     # run the interrupted step again
  promptops terminate demo-abc12  # end it\
""")


def test_only_a_person_or_the_end_settles_a_run() -> None:
    assert not story(StepStarted(T, "apply")).settled
    assert not story(StepStarted(T, "apply"), StepSuspended(T, "apply", "", until=T + 5)).settled
    assert story(StepStarted(T, "apply"), StepSuspended(T, "apply", "")).settled
    assert story(RunEnded(T, RunPhase.FAILED)).settled


def test_a_score_is_told_with_what_it_lost_points_for() -> None:
    assert answers.title("gate", GATE) == "gate · by model gpt-x (120 tokens, $0.0123)"
    assert answers.lines(GATE) == snapshot(
        [
            "Score 69 of 100.",
            "At most 70, because it has just started.",
            "  -7  check-7: is missing",
            "  -6  check-6: is missing",
            "  -5  check-5: is missing",
            "  -4  check-4: is missing",
            "  -3  check-3: is missing",
            "  … and 2 more checks failed",
            "",
            "The rules say: Deployment default/apply is ready.",
        ]
    )


def test_events_are_plain_lines_with_their_time() -> None:
    lines = [line for event in (created(), *WAITING) for line in event_lines(event, since(T))]
    assert "\n".join(lines[:12]) == snapshot("""\
  +0.0s  demo-abc12: created, workflow demo, namespace default, cluster test
  +0.0s  apply: started
  +2.0s  apply: succeeded
           warning: output 'x' is null: no such field
  +2.0s  checks: started
  +2.0s  ask: started
  +3.5s  ask: succeeded
  +4.0s  call: skipped: if: status.apply.failed is false
  +4.0s  checks: succeeded
  +4.0s  apply-production: started
  +5.0s  apply-production: suspended: cluster 'prod' is protected: approval needed to create Deployment default/apply-production
           + .spec.replicas: 1\
""")
    assert event_lines(StepLogged(T + 61, "a", "one\ntwo"), utc) == ["2023-11-14T22:14:21Z  a: says: one", "                        two"]
    assert event_lines(StepStarted(T + 61, "a", attempt=2), since(T)) == ["  +1m1s  a: started again (execution 2)"]


def test_text_of_others_cannot_style_move_or_hide_anything() -> None:
    evil = "\x1b[31mred\x1b[0m \x1b]0;title\x07\x9b2Jbold [bold]x[/bold] \u202eesrever\u2066 \x08\x00tab\tend\r\n"
    assert clean(evil) == "red bold [bold]x[/bold] esrever tab end\n"
    told = story(StepStarted(T, "apply"), StepProgress(T, "apply", evil))
    line = run_view(told, T + 1, width=120)[1]
    assert line.plain.endswith("red bold [bold]x[/bold] esrever tab end")
    assert {str(span.style) for span in line.spans} <= {"cyan", "dim"}


def test_no_line_is_wider_than_the_terminal() -> None:
    for width in (60, 80, 120):
        told = story(*WAITING)
        lines = [*run_view(told, T + 9, width=width), *conclusion(told, T + 9, "promptops", width=width)]
        commands = [line for line in lines if line.plain.startswith("  promptops")]
        assert max(line.cell_len for line in lines if line not in commands) <= width


def test_short_texts_stay_and_long_ones_are_cut() -> None:
    assert (one_line(" a\n b "), shortened("abc", 3), shortened("abcd", 3)) == ("a b", "abc", "ab…")


def test_a_table_wraps_its_last_column() -> None:
    rows = [("short", "x" * 10), ("longer-name", "many words that do not fit into the rest of the line")]
    assert plain(table(("NAME", "ABOUT"), rows, width=40)) == snapshot("""\
NAME         ABOUT
short        xxxxxxxxxx
longer-name  many words that do not fit
             into the rest of the line\
""")


def test_a_console_parses_nothing() -> None:
    out = StringIO()
    console(out).print("[red]:smile: 1 'a'[/red]")
    assert out.getvalue() == "[red]:smile: 1 'a'[/red]\n"


def test_suggestions_name_the_program_as_it_was_called() -> None:
    assert called_as("/somewhere/bot/__main__.py", {"state-dir": "/s"}, {"PATH": ""}) == "python -m bot --state-dir /s"
    assert called_as("/nowhere/bin/promptops", {"state-dir": ""}, {"PATH": ""}) == "/nowhere/bin/promptops"
