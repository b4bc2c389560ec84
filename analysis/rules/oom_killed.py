"""The rule `oom-killed`."""

from collections.abc import Iterator

from analysis.crashes import crashes
from analysis.facts import Facts
from analysis.kubectl import kubectl, target
from analysis.paths import at
from analysis.rule import CONSEQUENCES, Hit, rule
from analysis.work import workload
from steps.evidence import Fix, Severity


@rule("oom-killed", Severity.HIGH, "runs out of memory", (*CONSEQUENCES, "crash-loop", "liveness-probe-failing", "readiness-probe-failing"))
def oom_killed(facts: Facts) -> Iterator[Hit]:
    """A container was killed for using more memory than its limit, even if it runs again by now."""
    owner = workload(facts)
    for crash in crashes(facts):
        if not crash.out_of_memory:
            continue
        view = crash.container
        limit = at(view.spec, "resources", "limits", "memory")
        bound = f"more memory than its limit of {limit}" if limit else "more memory than the node had left"
        now = "it runs again now, and may be killed again" if view.running else "it is not running now"
        set_limit = ("set", "resources", target(owner), "-c", view.name, "--limits=memory=NEW_LIMIT")
        yield Hit(
            view.pod.about,
            f"container {view.name!r} was killed for using {bound}",
            crash.evidence,
            f"OOMKilled, {view.restarts} restart{'' if view.restarts == 1 else 's'}; {now}.",
            (
                Fix("See how much it uses.", kubectl(view.pod.about.namespace, "top", "pod", view.pod.about.name, "--containers")),
                Fix("Raise the memory limit if that is what it needs, else look for a leak.", kubectl(owner.namespace, *set_limit)),
            ),
            severity=Severity.MEDIUM if view.running and view.ready else None,
        )
