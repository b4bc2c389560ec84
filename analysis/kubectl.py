"""Commands that people may copy: argument lines with every word quoted, because names come from clusters."""

import shlex

from steps.model.objects import ObjectRef

_SHORT = {"Deployment": "deployment", "StatefulSet": "statefulset", "DaemonSet": "daemonset", "ReplicaSet": "replicaset", "Job": "job"}


def target(ref: ObjectRef) -> str:
    """An object as kubectl names it: `deployment/web`."""
    return f"{_SHORT.get(ref.kind.kind, ref.kind.kind.lower())}/{ref.name}"


def kubectl(namespace: str, *words: str) -> str:
    """One command line; placeholders in capitals (`REPOSITORY:TAG`) are for the reader to fill in."""
    place = ("-n", namespace) if namespace else ()
    return shlex.join(("kubectl", *place, *words))
