"""The rule `run-as-root-refused`."""

from collections.abc import Iterator

from analysis.facts import Facts, ids
from analysis.pulls import shorten
from analysis.rule import Hit, rule
from analysis.work import edit
from steps.evidence import Fix, Severity


@rule("run-as-root-refused", Severity.HIGH, "cannot start")
def run_as_root_refused(facts: Facts) -> Iterator[Hit]:
    """The Pod asks for runAsNonRoot, and the image would run as root."""
    for view in facts.containers:
        if view.waiting == "CreateContainerConfigError" and "runAsNonRoot" in view.waiting_message:
            yield Hit(
                view.pod.about,
                f"container {view.name!r} must not run as root, but its image {view.image!r} does",
                ids(view.pod),
                shorten(view.waiting_message),
                (Fix("Set securityContext.runAsUser to a user of the image, or use an image that names one.", edit(facts)),),
            )
