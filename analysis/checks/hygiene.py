"""Checks about what the manifest says in the open, and how it can be found."""

from collections.abc import Iterator

from analysis.check import Container, Result, Workload, check
from analysis.paths import mapping, mappings, text
from steps.evidence import Severity
from steps.redaction import MASK, redact, sensitive


@check("no-plain-secrets", weight=8, severity=Severity.HIGH)
def no_plain_secrets(workload: Workload) -> Result:
    """No variable holds a secret as plain text; they belong into a Secret."""
    found = [(item, name) for item in workload.all_containers for name in _plain_secrets(item)]
    if not found:
        return Result(passed=True, detail="no variable holds a secret as plain text")
    first, name = found[0]
    names = ", ".join(repr(variable) for _, variable in found[:4])
    return Result(
        passed=False,
        detail=f"{names} of container {first.name!r} {'hold' if len(found) > 1 else 'holds'} a secret as plain text",
        fix=workload.change(f"Put the value of {name!r} into a Secret and name it in {first.path}.env with valueFrom.secretKeyRef."),
    )


def _plain_secrets(container: Container) -> Iterator[str]:
    for variable in mappings(container.spec, "env"):
        name, value = text(variable, "name"), text(variable, "value")
        # `$(OTHER)` takes the value of another variable, which may well come from a Secret.
        if value and not value.startswith("$(") and (sensitive(name) or MASK in value or redact(value) != value):
            yield name


@check("recommended-labels", weight=1, severity=Severity.INFO)
def recommended_labels(workload: Workload) -> Result:
    """The labels app.kubernetes.io/name and instance or version let tools find and group it."""
    labels = {**mapping(workload.template, "metadata", "labels"), **mapping(workload.item, "metadata", "labels")}
    if any(name.startswith("app.kubernetes.io/") for name in labels):
        return Result(passed=True, detail="it carries app.kubernetes.io labels")
    return Result(
        passed=False,
        detail="it carries no app.kubernetes.io labels",
        fix=workload.change("Add metadata.labels app.kubernetes.io/name and app.kubernetes.io/version."),
    )
