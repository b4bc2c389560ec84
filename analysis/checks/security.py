"""Checks about what a container could do to its node and its neighbours."""

from typing import Final

from analysis.check import Container, Result, Workload, check, every
from analysis.paths import at, mappings, number, text, texts
from steps.evidence import Severity

_DANGEROUS: Final = frozenset({"ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH", "SYS_RAWIO", "BPF"})


def _setting(workload: Workload, container: Container, name: str) -> object:
    """A security setting of a container, else of its Pod."""
    own = at(container.spec, "securityContext", name)
    return own if own is not None else at(workload.pod, "securityContext", name)


@check("run-as-non-root", weight=3, severity=Severity.MEDIUM)
def run_as_non_root(workload: Workload) -> Result:
    """Containers are made to run as another user than root."""

    def wrong(item: Container) -> bool:
        user = _setting(workload, item, "runAsUser")
        return _setting(workload, item, "runAsNonRoot") is not True and not (isinstance(user, int) and user > 0)

    fix = "securityContext.runAsNonRoot: true, with an image that has a user."
    return every(workload, workload.all_containers, wrong, good="no container runs as root", bad="may run as root", fix=fix)


@check("privilege-escalation", weight=2, severity=Severity.MEDIUM)
def privilege_escalation(workload: Workload) -> Result:
    """Containers may not gain privileges after their start."""
    return every(
        workload,
        workload.all_containers,
        lambda item: at(item.spec, "securityContext", "allowPrivilegeEscalation") is not False,
        good="no container can gain privileges",
        bad="may gain privileges",
        fix="securityContext.allowPrivilegeEscalation: false.",
    )


@check("privileged", weight=15, severity=Severity.CRITICAL)
def privileged(workload: Workload) -> Result:
    """No container is privileged, which is root on the node."""
    return every(
        workload,
        workload.all_containers,
        lambda item: at(item.spec, "securityContext", "privileged") is True,
        good="no container is privileged",
        bad="is privileged: root on its node",
        fix="securityContext.privileged: false, and add single capabilities instead.",
    )


@check("capabilities-dropped", weight=2, severity=Severity.LOW)
def capabilities_dropped(workload: Workload) -> Result:
    """Containers drop all capabilities and add back what they need."""
    return every(
        workload,
        workload.all_containers,
        lambda item: "ALL" not in texts(item.spec, "securityContext", "capabilities", "drop"),
        good="all capabilities are dropped",
        bad="keeps the default capabilities",
        fix="securityContext.capabilities.drop: [ALL].",
    )


@check("capabilities-added", weight=6, severity=Severity.HIGH)
def capabilities_added(workload: Workload) -> Result:
    """No container adds a capability that amounts to root on the node."""
    return every(
        workload,
        workload.all_containers,
        lambda item: bool(_DANGEROUS & set(texts(item.spec, "securityContext", "capabilities", "add"))),
        good="no dangerous capability is added",
        bad="adds a capability that amounts to root on the node",
        fix="securityContext.capabilities.add without it.",
    )


@check("read-only-root", weight=1, severity=Severity.LOW)
def read_only_root(workload: Workload) -> Result:
    """The root file system of every container is read-only."""
    return every(
        workload,
        workload.all_containers,
        lambda item: at(item.spec, "securityContext", "readOnlyRootFilesystem") is not True,
        good="root file systems are read-only",
        bad="can write to its root file system",
        fix="securityContext.readOnlyRootFilesystem: true, with an emptyDir where it must write.",
    )


@check("host-access", weight=8, severity=Severity.HIGH)
def host_access(workload: Workload) -> Result:
    """The Pod shares no namespace of its node: network, process ids, IPC, ports."""
    shared = [name for name in ("hostNetwork", "hostPID", "hostIPC") if workload.pod.get(name) is True]
    if any(number(port, "hostPort") for item in workload.all_containers for port in mappings(item.spec, "ports")):
        shared.append("hostPort")
    if not shared:
        return Result(passed=True, detail="the Pod shares nothing of its node")
    return Result(
        passed=False,
        detail=f"the Pod shares its node's {', '.join(shared)}",
        fix=workload.change(f"Remove {', '.join(shared)} from {workload.path}; use a Service."),
    )


@check("host-path", weight=6, severity=Severity.HIGH)
def host_path(workload: Workload) -> Result:
    """No volume is a folder of the node."""
    found = [text(volume, "name") for volume in mappings(workload.pod, "volumes") if volume.get("hostPath") is not None]
    if not found:
        return Result(passed=True, detail="no volume is a folder of the node")
    names = ", ".join(map(repr, found))
    return Result(
        passed=False,
        detail=f"volume {names} is a folder of the node",
        fix=workload.change(f"Replace hostPath in {workload.path}volumes by a PersistentVolumeClaim, a ConfigMap or an emptyDir."),
    )


@check("seccomp-profile", weight=1, severity=Severity.LOW)
def seccomp_profile(workload: Workload) -> Result:
    """System calls are filtered by a seccomp profile."""

    def wrong(item: Container) -> bool:
        profile = text(_setting(workload, item, "seccompProfile"), "type")
        return profile not in {"RuntimeDefault", "Localhost"}

    fix = "securityContext.seccompProfile.type: RuntimeDefault."
    return every(workload, workload.all_containers, wrong, good="system calls are filtered", bad="runs without a seccomp profile", fix=fix)


@check("service-account-token", weight=1, severity=Severity.LOW)
def service_account_token(workload: Workload) -> Result:
    """The token of the default ServiceAccount is not mounted."""
    account = text(workload.pod, "serviceAccountName") or "default"
    if account != "default" or workload.pod.get("automountServiceAccountToken") is False:
        return Result(passed=True, detail="the default ServiceAccount's token is not mounted")
    return Result(
        passed=False,
        detail="the default ServiceAccount's token is mounted though nothing shows that it is needed",
        fix=workload.change(f"Set {workload.path}automountServiceAccountToken: false, or a ServiceAccount of its own."),
    )
