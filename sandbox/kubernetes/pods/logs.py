"""Pod logs, made up from the spec and the status: the same Pod has always the same log, and nothing is kept.

A container writes the boot lines of its image, what its script echoes, and at a bad end a last line that fits it.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.kubernetes.clock import Clock, moment_of
from sandbox.kubernetes.errors import ApiError, bad_request
from sandbox.kubernetes.paths import flag, whole_number
from sandbox.kubernetes.pods.images import base_name, parse
from sandbox.kubernetes.pods.kubelet import NamespaceLookup
from sandbox.kubernetes.pods.lifecycle import KILLED
from sandbox.kubernetes.pods.outcomes import Exit, Runs, fate, script_of
from sandbox.kubernetes.pods.timing import PodTiming
from sandbox.kubernetes.resources import PODS
from sandbox.kubernetes.store import Store
from sandbox.kubernetes.trees import Json, at, name_of, namespace_of, uid_of
from sandbox.kubernetes.watching import Watches

_ECHO = re.compile(r"\becho\s+(?:-[ne]+\s+)?(\"[^\"]*\"|'[^']*'|[^;&|>\n]*)")

_BOOT: dict[str, tuple[str, ...]] = {
    "nginx": (
        "/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration",
        "/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/",
        "/docker-entrypoint.sh: Configuration complete; ready for start up",
        '{slashed} [notice] 1#1: using the "epoll" event method',
        "{slashed} [notice] 1#1: nginx/1.29.3",
        "{slashed} [notice] 1#1: start worker processes",
    ),
    "httpd": (
        "[mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.65 (Unix) configured -- resuming normal operations",
        "[core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'",
    ),
    "redis": (
        "1:C oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo",
        "1:M * Running mode=standalone, port=6379.",
        "1:M * Ready to accept connections tcp",
    ),
    "postgres": (
        "PostgreSQL init process complete; ready for start up.",
        'LOG:  listening on IPv4 address "0.0.0.0", port 5432',
        "LOG:  database system is ready to accept connections",
    ),
    "hello-world": ("Hello from Docker!", "This message shows that your installation appears to be working correctly."),
}


@dataclass(frozen=True, slots=True)
class LogRequest:
    """What of a log is asked for."""

    container: str
    previous: bool
    follow: bool
    timestamps: bool
    tail: int | None
    since_seconds: int | None

    @staticmethod
    def of(query: dict[str, str], pod: Json) -> "LogRequest":
        """The request of a query; 400 when it names no container of several, or one that is not there."""
        names = [one["name"] for group in ("initContainers", "containers") for one in at(pod, "spec", group, default=[])]
        main = [one["name"] for one in at(pod, "spec", "containers", default=[])]
        container = query.get("container", "")
        if not container and len(main) > 1:
            listed = " ".join(main)
            raise bad_request(f"a container name must be specified for pod {name_of(pod)}, choose one of: [{listed}]")
        container = container or main[0]
        if container not in names:
            raise bad_request(f"container {container} is not valid for pod {name_of(pod)}")
        return LogRequest(
            container=container,
            previous=flag(query, "previous"),
            follow=flag(query, "follow"),
            timestamps=flag(query, "timestamps"),
            tail=whole_number(query, "tailLines"),
            since_seconds=whole_number(query, "sinceSeconds"),
        )


class PodLogs:
    """Reads logs of Pods."""

    def __init__(self, store: Store, clock: Clock, timing: PodTiming) -> None:
        self._store = store
        self._clock = clock
        self._timing = timing

    def text(self, pod: Json, request: LogRequest) -> str:
        """The log so far; 400 with the kubelet's words when there is none to read."""
        return "".join(self._lines(pod, request))

    async def follow(self, pod: Json, request: LogRequest, watches: Watches) -> AsyncIterator[str]:
        """The log, and what is added, until the container ends, its Pod goes, or the server closes."""
        sent = ""
        changed = watches.subscribe(PODS.collection)
        try:
            while not watches.closing:
                changed.clear()
                live = self._store.get(PODS.collection, namespace_of(pod), name_of(pod))
                if live is None or uid_of(live) != uid_of(pod):
                    return
                text = self.text(live, request)
                if text != sent:
                    yield text.removeprefix(sent)
                    sent = text
                if "running" not in at(_status(live, request.container), "state", default={}):
                    return
                await changed.wait()
        finally:
            watches.unsubscribe(PODS.collection, changed)

    def _lines(self, pod: Json, request: LogRequest) -> list[str]:
        status = _status(pod, request.container)
        run = _run(status, previous=request.previous)
        if run is None:
            raise _unreadable(pod, request, status)
        container = next(
            one
            for group in ("initContainers", "containers")
            for one in at(pod, "spec", group, default=[])
            if one["name"] == request.container
        )
        started = moment_of(run["startedAt"])
        lines = self._written(pod, container, run, started)
        stamped = [(started + timedelta(milliseconds=index), line) for index, line in enumerate(lines)]
        if request.since_seconds is not None:
            oldest = self._clock.now() - timedelta(seconds=request.since_seconds)
            stamped = [(moment, line) for moment, line in stamped if moment >= oldest]
        if request.tail is not None:
            stamped = stamped[len(stamped) - min(max(request.tail, 0), len(stamped)) :]
        if request.timestamps:
            return [f"{moment.strftime('%Y-%m-%dT%H:%M:%S.%f')}000Z {line}\n" for moment, line in stamped]
        return [f"{line}\n" for _, line in stamped]

    def _written(self, pod: Json, container: Json, run: Json, started: datetime) -> list[str]:
        if run.get("reason") == "StartError":
            return []
        found = fate(pod, container, NamespaceLookup(self._store, namespace_of(pod)), self._timing)
        ending = found.exit if isinstance(found, Runs) else None
        lines = boot_lines(container, started) + echoed(container)
        if run.get("exitCode") is not None:
            last = _last_line(run, ending)
            lines += [last] if last else []
        return lines


def _status(pod: Json, container: str) -> Json:
    for field in ("containerStatuses", "initContainerStatuses"):
        for status in at(pod, "status", field, default=[]):
            if status["name"] == container:
                return dict(status)
    return {}


def _run(status: Json, *, previous: bool) -> Json | None:
    """The run of a container whose log is meant; while it waits for its restart, that is the last one."""
    state: Json = status.get("state") or {}
    last: Json | None = at(status, "lastState", "terminated")
    if previous:
        return last
    return state.get("running") or state.get("terminated") or last


def _unreadable(pod: Json, request: LogRequest, status: Json) -> ApiError:
    name = request.container
    if request.previous:
        return bad_request(f'previous terminated container "{name}" in pod "{name_of(pod)}" not found')
    reason = at(status, "state", "waiting", "reason", default="ContainerCreating")
    why = "trying and failing to pull image" if reason in {"ErrImagePull", "ImagePullBackOff"} else reason
    return bad_request(f'container "{name}" in pod "{name_of(pod)}" is waiting to start: {why}')


def boot_lines(container: Json, started: datetime) -> list[str]:
    """What the image writes when it starts without a command of one's own."""
    if container.get("command"):
        return []
    name = base_name(parse(container.get("image", "")) or "")
    slashed = started.strftime("%Y/%m/%d %H:%M:%S")
    return [line.format(slashed=slashed) for line in _BOOT.get(name, (f"{name}: started",))]


def echoed(container: Json) -> list[str]:
    """What a script or an echo command writes; variables of the environment are filled in."""
    script = script_of(container)
    if script is None:
        words = [*(container.get("command") or ()), *(container.get("args") or ())]
        return [" ".join(words[1:])] if words and base_name(words[0]) == "echo" else []
    environment = {env["name"]: str(env.get("value", "")) for env in container.get("env") or ()}
    return [
        re.sub(r"\$\{?(\w+)\}?", lambda found: environment.get(found[1], ""), line.strip().strip("\"'")) for line in _ECHO.findall(script)
    ]


def _last_line(run: Json, ending: Exit | None) -> str:
    if ending is not None and ending.last_line:
        return ending.last_line
    if run.get("reason") == "OOMKilled" or not run.get("exitCode"):
        return ""
    if run["exitCode"] == KILLED:
        return "received signal: terminated"
    return f"fatal: process exited with status {run['exitCode']}"
