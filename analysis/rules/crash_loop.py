"""The rule `crash-loop`."""

from collections.abc import Iterator

from analysis.crashes import Crash, crashes
from analysis.exits import meaning
from analysis.facts import Facts
from analysis.kubectl import kubectl
from analysis.rule import CONSEQUENCES, Hit, rule
from steps.evidence import Fix, Severity


@rule("crash-loop", Severity.HIGH, "keeps crashing", (*CONSEQUENCES, "readiness-probe-failing"))
def crash_loop(facts: Facts) -> Iterator[Hit]:
    """A container ends again and again; its exit code and last log line say what happened."""
    for crash in crashes(facts):
        if crash.out_of_memory or crash.never_started:
            continue
        view = crash.container
        log = f"; its last words: {crash.last_words!r}" if crash.last_words else ""
        again = f" after {view.restarts} restart{'s' if view.restarts > 1 else ''}" if view.restarts else ""
        yield Hit(
            view.pod.about,
            f"container {view.name!r} exits with code {crash.code}{again}{log}",
            crash.evidence,
            f"Code {crash.code}: {meaning(crash.code)}.",
            tuple(_fixes(crash)),
            confidence=0.9 if crash.last_words else 0.8,
        )


def _fixes(crash: Crash) -> Iterator[Fix]:
    view = crash.container
    previous = ("--previous",) if view.restarts else ()
    text = {
        126: "Make the command executable in the image, or name another in `command`.",
        127: "Correct the command in `command`, or use an image that has it.",
        137: "See whether it ran out of memory or its liveness probe failed.",
        139: "The program itself crashes: try the previous image, and give its log to its makers.",
    }.get(crash.code, "Read the whole log of the run that ended.")
    namespace = view.pod.about.namespace
    yield Fix(text, kubectl(namespace, "logs", view.pod.about.name, "-c", view.name, *previous, "--tail=100"))
