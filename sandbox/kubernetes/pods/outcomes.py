"""What a Pod's spec leads to. Pure: spec in, fate out. `RULES` is the table of everything that makes a Pod fail.

Nothing is run here, so an honest failure must be readable from the spec. What no rule covers runs and becomes ready.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

from sandbox.kubernetes.pods.images import (
    ONE_SHOT,
    base_name,
    familiar_ports,
    normalized,
    parse,
    pull_problem,
    runs_as_root,
)
from sandbox.kubernetes.pods.timing import PodTiming, nominal_back_off
from sandbox.kubernetes.quantities import quantity
from sandbox.kubernetes.trees import Json, at

MEMORY_ANNOTATION = "sandbox.promptops.dev/memory-use"


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table: what the spec says, what the Pod does, and where one sees it."""

    spec: str
    outcome: str
    evidence: str


RULES: tuple[Rule, ...] = (
    Rule(
        "image repository `invalid`, or with `does-not-exist` or `missing` in it",
        "ErrImagePull, then ImagePullBackOff",
        "waiting message and Failed events: pull access denied, repository does not exist or may require authorization",
    ),
    Rule(
        "image registry ends in `.invalid`",
        "ErrImagePull, then ImagePullBackOff",
        "waiting message and Failed events: dial tcp: lookup <host>: no such host",
    ),
    Rule(
        "image tag with `no-such-tag`, `does-not-exist`, `missing` or `invalid` in it",
        "ErrImagePull, then ImagePullBackOff",
        "waiting message and Failed events: failed to resolve reference: not found",
    ),
    Rule("image that is no reference, such as `Nginx:bad tag`", "InvalidImageName", "InspectFailed events"),
    Rule("imagePullPolicy `Never` (no image is ever on the node)", "ErrImageNeverPull", "ErrImageNeverPull events"),
    Rule(
        "shell script with `exit N`, N not 0 (`[sh, -c, '...; exit 1']`); executable `false`; script that runs `*does-not-exist*`",
        "CrashLoopBackOff (restartPolicy Always), exit code N, 1 or 127",
        "restartCount, lastState.terminated, BackOff events, the previous log",
    ),
    Rule("image name with `crash` in it", "CrashLoopBackOff, exit code 1", "the same, with a panic in the log"),
    Rule(
        "restartPolicy Always and a command that ends (`echo`, `true`, `sleep 5`, a script without a loop), or image busybox, "
        "alpine, ubuntu, debian or hello-world without a command",
        "CrashLoopBackOff, reason Completed, exit code 0",
        "restartCount, lastState.terminated, BackOff events",
    ),
    Rule(
        f"memory limit below env `MEMORY_USE`, `--vm-bytes` of the arguments, or annotation `{MEMORY_ANNOTATION}` (on the Pod)",
        "OOMKilled, exit code 137, then CrashLoopBackOff",
        "lastState.terminated.reason",
    ),
    Rule(
        "executable (command[0]) with `does-not-exist`, `missing` or `not-found` in it",
        "RunContainerError, StartError, exit code 128, then CrashLoopBackOff",
        "Failed events: exec: executable file not found in $PATH",
    ),
    Rule(
        "env or envFrom names a ConfigMap, Secret or key that is not there (and not optional)",
        "CreateContainerConfigError until it is there",
        "waiting message and Failed events: configmap not found; couldn't find key",
    ),
    Rule(
        "runAsNonRoot with runAsUser 0, or without a runAsUser and an image that runs as root (all but names with "
        "`unprivileged`, `nonroot`, `rootless`, `distroless` or `bitnami`)",
        "CreateContainerConfigError",
        "waiting message and Failed events",
    ),
    Rule(
        "volume names a ConfigMap, Secret or key that is not there (and not optional)",
        "ContainerCreating until it is there",
        "FailedMount events",
    ),
    Rule(
        "readiness probe on a port that is neither declared (containerPorts) nor familiar of the image (nginx 80, ...), on an "
        "HTTP path with `missing` or `fail` in it, or exec of something that fails",
        "Running, never Ready",
        "Unhealthy events",
    ),
    Rule(
        "liveness or startup probe that fails by the same rule",
        "killed after failureThreshold and restarted: CrashLoopBackOff, exit code 137",
        "Unhealthy and Killing events, restartCount",
    ),
    Rule("init container that fails by any rule above", "the Pod stays Pending, Init:<reason>", "initContainerStatuses"),
    Rule(
        "requests beyond what is free on every node; nodeSelector or required node affinity that no node has; taints",
        "Pending, Unschedulable",
        "PodScheduled condition and FailedScheduling events: 0/3 nodes are available: ...",
    ),
    Rule(
        "persistentVolumeClaim that is missing, or not bound (its StorageClass does not exist)",
        "Pending, Unschedulable until it is bound",
        "FailedScheduling events; ProvisioningFailed events of the claim",
    ),
    Rule(
        "serviceAccountName that does not exist; ResourceQuota exceeded",
        "no Pod is made",
        "FailedCreate events of the ReplicaSet, ReplicaFailure condition of the Deployment",
    ),
)


def table() -> str:
    """The rules as a Markdown table."""
    rows = [f"| {rule.spec} | {rule.outcome} | {rule.evidence} |" for rule in RULES]
    return "\n".join(["| the spec says | the Pod does | seen in |", "|---|---|---|", *rows]) + "\n"


@dataclass(frozen=True, slots=True)
class MountFails:
    """A volume cannot be set up; the container is not created."""

    message: str


@dataclass(frozen=True, slots=True)
class ImageFails:
    """The image cannot be had: the first waiting reason, and the runtime's message."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class ConfigFails:
    """The container's environment cannot be made."""

    message: str


@dataclass(frozen=True, slots=True)
class StartFails:
    """The process cannot be started."""

    code: int
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Exit:
    """The process ends by itself, after some seconds."""

    code: int
    reason: str
    after: float
    last_line: str = ""


@dataclass(frozen=True, slots=True)
class ProbeFails:
    """A probe never passes: its message, and after how many of the kubelet's seconds it has failed often enough."""

    probe: str
    message: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Runs:
    """The process starts; it may end, and probes may fail."""

    exit: Exit | None = None
    unready: ProbeFails | None = None
    killed: ProbeFails | None = None


Fate: TypeAlias = MountFails | ImageFails | ConfigFails | StartFails | Runs


class Lookup(Protocol):
    """What a Pod's spec refers to in its namespace."""

    def keys(self, kind: str, name: str) -> frozenset[str] | None:
        """The keys of a `configmap` or `secret`, or None when it is not there."""
        ...


def fate(pod: Json, container: Json, lookup: Lookup, timing: PodTiming, address: str = "10.244.0.1") -> Fate:
    """What becomes of one container of a Pod, at this moment."""
    problem = mount_problem(pod, lookup)
    if problem is not None:
        return MountFails(problem)
    image = container.get("image", "")
    if parse(image) is None:
        message = f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": invalid reference format'
        return ImageFails("InvalidImageName", message)
    if container.get("imagePullPolicy") == "Never":
        message = f'Container image "{image}" is not present with pull policy of Never'
        return ImageFails("ErrImageNeverPull", message)
    problem = pull_problem(image)
    if problem is not None:
        return ImageFails("ErrImagePull", problem)
    problem = config_problem(pod, container, lookup)
    if problem is not None:
        return ConfigFails(problem)
    command = _command(container)
    if command and _MISSING.search(command[0]):
        return StartFails(
            128,
            "StartError",
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
            f'unable to start container process: exec: "{command[0]}": executable file not found in $PATH: unknown',
        )
    return _running(pod, container, timing, address)


_MISSING = re.compile(r"does-not-exist|missing|not-found|no-such")
_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_FOREVER = re.compile(r"sleep\s+(infinity|inf|\d{4,})|tail\s+-f|while\s+(true|:|sleep)|for\s*\(\(\s*;|\bwait\b|\bexec\s")
_EXIT = re.compile(r"\bexit\s+(\d{1,3})\b")
_SLEEP = re.compile(r"\bsleep\s+(\d{1,4}(?:\.\d{1,4})?)\b")
_ENDING = frozenset({"echo", "printf", "true", "date", "env", "ls", "cat", "hostname", "id", "whoami", "uname", "printenv"})


def _command(container: Json) -> list[str]:
    return [*(container.get("command") or ()), *(container.get("args") or ())]


def script_of(container: Json) -> str | None:
    """The shell script that a container runs, or None when it runs no shell."""
    command = _command(container)
    shell = bool(command) and base_name(command[0]) in _SHELLS
    if not shell:
        return None
    for index, word in enumerate(command):
        if re.fullmatch(r"-[a-z]*c", word) and index + 1 < len(command):
            return command[index + 1]
    return None


def _running(pod: Json, container: Json, timing: PodTiming, address: str) -> Runs:
    finite = at(pod, "spec", "restartPolicy") != "Always" or is_init(pod, container)
    ending = _exit(pod, container, timing, finite=finite)
    return Runs(
        ending,
        unready=_probe_problem(container, "readinessProbe", "Readiness", address),
        killed=_probe_problem(container, "startupProbe", "Startup", address)
        or _probe_problem(container, "livenessProbe", "Liveness", address),
    )


def is_init(pod: Json, container: Json) -> bool:
    """Whether a container must end before the others start; a sidecar (restartPolicy Always) need not."""
    named = any(one.get("name") == container.get("name") for one in at(pod, "spec", "initContainers", default=[]))
    return named and container.get("restartPolicy") != "Always"


def _exit(pod: Json, container: Json, timing: PodTiming, *, finite: bool) -> Exit | None:
    needed, limit = _memory_need(pod, container), quantity(at(container, "resources", "limits", "memory", default=""))
    if needed is not None and limit is not None and needed > limit:
        return Exit(137, "OOMKilled", timing.run)
    image = container.get("image", "")
    if "crash" in normalized(image):
        line = "panic: runtime error: invalid memory address or nil pointer dereference"
        return Exit(1, "Error", timing.run, line)
    script = script_of(container)
    if script is not None:
        return _script_exit(script, timing)
    command = _command(container) if container.get("command") else []
    if command:
        return _command_exit(command, timing, finite=finite)
    if finite or base_name(parse(image) or "") in ONE_SHOT:
        return Exit(0, "Completed", timing.run)
    return None


def _script_exit(script: str, timing: PodTiming) -> Exit | None:
    if _FOREVER.search(script):
        return None
    after = timing.run + sum(float(found) for found in _SLEEP.findall(script))
    unknown = next((word for word in re.split(r"[\s;&|]+", script) if _MISSING.search(word)), None)
    exits = _EXIT.findall(script)
    if exits and int(exits[-1]) % 256:
        code = int(exits[-1]) % 256
        return Exit(code, "Error", after)
    if unknown is not None:
        return Exit(127, "Error", after, f"sh: {unknown}: not found")
    return Exit(0, "Completed", after)


def _command_exit(command: list[str], timing: PodTiming, *, finite: bool) -> Exit | None:
    program = base_name(command[0])
    text = " ".join([program, *command[1:]])
    if program == "false":
        return Exit(1, "Error", timing.run)
    if _FOREVER.search(text):
        return None
    if program == "sleep":
        return Exit(0, "Completed", timing.run + sum(float(found) for found in _SLEEP.findall(text)))
    return Exit(0, "Completed", timing.run) if finite or program in _ENDING else None


def _memory_need(pod: Json, container: Json) -> Decimal | None:
    """What a container says that it will use."""
    said: list[Any] = [env.get("value") for env in container.get("env") or () if env.get("name") == "MEMORY_USE"]
    words = _command(container)
    said += [words[index + 1] for index, word in enumerate(words[:-1]) if word == "--vm-bytes"]
    said += [re.sub(r"^--vm-bytes=", "", word) for word in words if word.startswith("--vm-bytes=")]
    said.append(at(pod, "metadata", "annotations", MEMORY_ANNOTATION))
    needs = [need for one in said if one is not None and (need := quantity(one)) is not None]
    return max(needs) if needs else None


def _probe_problem(container: Json, field: str, name: str, address: str) -> ProbeFails | None:
    probe: Json = container.get(field) or {}
    message = _probe_message(container, probe, name, address)
    if message is None:
        return None
    period, threshold = probe.get("periodSeconds", 10), probe.get("failureThreshold", 3)
    return ProbeFails(name.lower(), message, probe.get("initialDelaySeconds", 0) + period * threshold)


def _probe_message(container: Json, probe: Json, name: str, address: str) -> str | None:
    command = at(probe, "exec", "command")
    if command is not None:
        text = " ".join(command)
        exits = _EXIT.findall(text)
        fails = base_name(command[0] if command else "") == "false" or _MISSING.search(text) or (exits and exits[-1] != "0")
        return f"{name} probe failed: " if fails else None
    handler = next((key for key in ("httpGet", "tcpSocket", "grpc") if probe.get(key) is not None), None)
    if handler is None:
        return None
    port, path = at(probe, handler, "port"), at(probe, handler, "path", default="/")
    number = _listening(container, port)
    if number is None:
        shown = port if isinstance(port, int) else 0
        if handler == "httpGet":
            url = f"http://{address}:{shown}{path}"
            return f'{name} probe failed: Get "{url}": dial tcp {address}:{shown}: connect: connection refused'
        return f"{name} probe failed: dial tcp {address}:{shown}: connect: connection refused"
    if handler == "httpGet" and re.search(r"missing|does-not-exist", path):
        return f"{name} probe failed: HTTP probe failed with statuscode: 404"
    if handler == "httpGet" and "fail" in path:
        return f"{name} probe failed: HTTP probe failed with statuscode: 500"
    return None


def _listening(container: Json, port: Any) -> int | None:
    """The number of a port on which the container listens, or None when nothing answers there."""
    for declared in container.get("ports") or ():
        if port in {declared.get("name"), declared.get("containerPort"), str(declared.get("containerPort"))}:
            return int(declared["containerPort"])
    familiar = familiar_ports(container.get("image", ""))
    return int(port) if str(port).isdecimal() and int(port) in familiar else None


def _references(container: Json) -> Iterator[tuple[str, Json]]:
    """The ConfigMaps and Secrets that the environment names, with the key where one is meant."""
    for source in container.get("envFrom") or ():
        for field, kind in (("configMapRef", "configmap"), ("secretRef", "secret")):
            if source.get(field) is not None:
                yield kind, source[field]
    for env in container.get("env") or ():
        for field, kind in (("configMapKeyRef", "configmap"), ("secretKeyRef", "secret")):
            reference = at(env, "valueFrom", field)
            if reference is not None:
                yield kind, reference


def config_problem(pod: Json, container: Json, lookup: Lookup) -> str | None:
    """Why the container's configuration cannot be made, or None."""
    namespace = at(pod, "metadata", "namespace", default="default")
    for kind, reference in _references(container):
        if reference.get("optional"):
            continue
        name, key = reference.get("name", ""), reference.get("key")
        keys = lookup.keys(kind, name)
        if keys is None:
            return f'{kind} "{name}" not found'
        if key is not None and key not in keys:
            titled = "ConfigMap" if kind == "configmap" else "Secret"
            return f"couldn't find key {key} in {titled} {namespace}/{name}"
    own, shared = container.get("securityContext") or {}, at(pod, "spec", "securityContext", default={})
    if own.get("runAsNonRoot", shared.get("runAsNonRoot")):
        user = own.get("runAsUser", shared.get("runAsUser"))
        who = f'(pod: "{at(pod, "metadata", "name")}_{namespace}({at(pod, "metadata", "uid")})", container: {container["name"]})'
        if user == 0:
            return f"container's runAsUser breaks non-root policy {who}"
        if user is None and runs_as_root(container.get("image", "")):
            return f"container has runAsNonRoot and image will run as root {who}"
    return None


def mount_problem(pod: Json, lookup: Lookup) -> str | None:
    """Why a volume cannot be set up, in the words of a FailedMount event, or None."""
    namespace = at(pod, "metadata", "namespace", default="default")
    for volume in at(pod, "spec", "volumes", default=[]):
        for kind, source, name in _volume_sources(volume):
            if source.get("optional"):
                continue
            keys = lookup.keys(kind, name)
            if keys is None:
                return f'MountVolume.SetUp failed for volume "{volume["name"]}" : {kind} "{name}" not found'
            for item in source.get("items") or ():
                if item.get("key") not in keys:
                    why = f"references non-existent {'config' if kind == 'configmap' else 'secret'} key: {item.get('key')}"
                    named = f"{kind} {namespace}/{name}" if kind == "secret" else kind
                    return f'MountVolume.SetUp failed for volume "{volume["name"]}" : {named} {why}'
    return None


def _volume_sources(volume: Json) -> Iterator[tuple[str, Json, str]]:
    if volume.get("configMap") is not None:
        yield "configmap", volume["configMap"], volume["configMap"].get("name", "")
    if volume.get("secret") is not None:
        yield "secret", volume["secret"], volume["secret"].get("secretName", "")
    for source in at(volume, "projected", "sources", default=[]):
        for field, kind in (("configMap", "configmap"), ("secret", "secret")):
            if isinstance(source.get(field), dict):
                yield kind, source[field], source[field].get("name", "")


def crash_message(container: str, pod: Json, restarts: int) -> str:
    """The waiting message of CrashLoopBackOff."""
    metadata = pod["metadata"]
    who = f"container={container} pod={metadata['name']}_{metadata.get('namespace', '')}({metadata['uid']})"
    minutes, seconds = divmod(nominal_back_off(restarts), 60)
    shown = f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
    return f"back-off {shown} restarting failed {who}"
