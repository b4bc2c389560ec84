"""The life of one container, step by step. Pure: its status and its fate in, the next status, events and wait out.

Where a container is in its life is read from its status alone, so a restarted cluster goes on from what it stored.
"""

from dataclasses import dataclass
from typing import Literal, assert_never

from sandbox.kubernetes.events import EventType
from sandbox.kubernetes.pods.images import image_id, image_size, normalized
from sandbox.kubernetes.pods.outcomes import (
    ConfigFails,
    Exit,
    Fate,
    ImageFails,
    MountFails,
    ProbeFails,
    Runs,
    StartFails,
    crash_message,
)
from sandbox.kubernetes.pods.timing import LONGEST_BACK_OFF, PodTiming, nominal_back_off
from sandbox.kubernetes.trees import Json, at

KILLED = 137  # the exit code after SIGKILL


@dataclass(frozen=True, slots=True)
class Said:
    """An event to record about the container."""

    type: EventType
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next: the new status, the events, and the seconds until the step after it (None: until something changes).

    `tries` counts repetitions of the same failure, which the next step is given back.
    """

    status: Json
    wait: float | None
    events: tuple[Said, ...] = ()
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """The time of a step, as written on objects, and which restart policy rules."""

    now: str
    restart_policy: str
    timing: PodTiming
    tries: int = 0


def waiting(container: Json, reason: str, message: str = "", before: Json | None = None) -> Json:
    """A container's status while it waits; what is known from before stays."""
    state: Json = {"reason": reason}
    if message:
        state["message"] = message
    known = before or {}
    return {
        "name": container["name"],
        "image": container.get("image", ""),
        "imageID": known.get("imageID", ""),
        "ready": False,
        "started": False,
        "restartCount": known.get("restartCount", 0),
        "state": {"waiting": state},
        "lastState": known.get("lastState", {}),
    }


def is_stuck(status: Json) -> bool:
    """Whether a container waits for something outside to change: a volume's source or its configuration."""
    return at(status, "state", "waiting", "reason") in {"ContainerCreating", "PodInitializing", "CreateContainerConfigError"}


def is_over(status: Json, policy: str) -> bool:
    """Whether a container has ended for good."""
    code = at(status, "state", "terminated", "exitCode")
    return code is not None and (policy == "Never" or (policy == "OnFailure" and code == 0))


def advance(pod: Json, container: Json, status: Json, fate: Fate, moment: Moment) -> Step:
    """The next step of a container whose time has come."""
    state = status["state"]
    if "running" in state:
        return _running(container, status, fate, moment)
    if "terminated" in state:
        return _ended(pod, container, status, fate, moment)
    match state["waiting"]["reason"]:
        case "ErrImagePull" | "InvalidImageName" | "ErrImageNeverPull" if isinstance(fate, ImageFails):
            return _image_back_off(container, status, fate, moment)
        case "RunContainerError":
            return _ended(pod, container, status, fate, moment)
        case _:
            return _start(container, status, fate, moment)


def _start(container: Json, status: Json, fate: Fate, moment: Moment) -> Step:
    """Try to bring the container up."""
    match fate:
        case MountFails(message):
            return Step(status, None, (Said("Warning", "FailedMount", message),))
        case ImageFails():
            return _image_failed(container, status, fate, moment)
        case ConfigFails(message):
            events = (*_pulled(container, status), Said("Warning", "Failed", f"Error: {message}"))
            return Step(waiting(container, "CreateContainerConfigError", message, status), None, events)
        case StartFails(code, reason, message):
            over = _terminated(status, code, reason, moment.now, message)
            failed = waiting(container, "RunContainerError", message, {**status, "imageID": image_id(container["image"])})
            failed["lastState"] = {"terminated": over}
            failed["restartCount"] = status["restartCount"] + bool(status["lastState"])
            said = (*_pulled(container, status), *_created(container), Said("Warning", "Failed", f"Error: {message}"))
            return Step(failed, moment.timing.restart, said)
        case Runs():
            return _started(container, status, fate, moment)
        case _:
            assert_never(fate)


def _pulled(container: Json, status: Json) -> tuple[Said, ...]:
    image = container["image"]
    if status["imageID"] and container.get("imagePullPolicy") == "IfNotPresent":
        return (Said("Normal", "Pulled", f'Container image "{image}" already present on machine'),)
    return (
        Said("Normal", "Pulling", f'Pulling image "{image}"'),
        Said(
            "Normal",
            "Pulled",
            f'Successfully pulled image "{image}" in 1.204s (1.204s including waiting). Image size: {image_size(image)} bytes.',
        ),
    )


def _created(container: Json) -> tuple[Said, ...]:
    return (Said("Normal", "Created", f"Created container: {container['name']}"),)


def _image_failed(container: Json, status: Json, fate: ImageFails, moment: Moment) -> Step:
    image, tries = container["image"], moment.tries + 1
    if fate.reason == "InvalidImageName":
        events: tuple[Said, ...] = (Said("Warning", "InspectFailed", fate.message),)
    elif fate.reason == "ErrImageNeverPull":
        events = (Said("Warning", "ErrImageNeverPull", fate.message),)
    else:
        failed = f'Failed to pull image "{image}": {fate.message}'
        events = (Said("Normal", "Pulling", f'Pulling image "{image}"'), Said("Warning", "Failed", failed))
    events += (Said("Warning", "Failed", f"Error: {fate.reason}"),)
    wait = moment.timing.image_error if fate.reason == "ErrImagePull" else _back_off(tries, moment.timing)
    return Step(waiting(container, fate.reason, fate.message, status), wait, events, tries)


def _image_back_off(container: Json, status: Json, fate: ImageFails, moment: Moment) -> Step:
    """From ErrImagePull to ImagePullBackOff; the other image errors stay what they are and are said again."""
    if fate.reason != "ErrImagePull":
        return _image_failed(container, status, fate, moment)
    image = container["image"]
    message = f'Back-off pulling image "{image}": ErrImagePull: {fate.message}'
    events = (
        Said("Normal", "BackOff", f'Back-off pulling image "{image}"'),
        Said("Warning", "Failed", "Error: ImagePullBackOff"),
    )
    wait = _back_off(moment.tries, moment.timing)
    return Step(waiting(container, "ImagePullBackOff", message, status), wait, events, moment.tries)


def _back_off(failures: int, timing: PodTiming) -> float:
    return nominal_back_off(failures) * timing.back_off


def _started(container: Json, status: Json, fate: Runs, moment: Moment) -> Step:
    running = {
        **status,
        "image": normalized(container["image"]),
        "imageID": image_id(container["image"]),
        "containerID": f"containerd://{image_id(container['image']).rpartition(':')[2]}",
        "restartCount": status["restartCount"] + bool(status["lastState"]),
        "started": fate.killed is None or fate.killed.probe != "startup",
        "ready": False,
        "state": {"running": {"startedAt": moment.now}},
    }
    said = Said("Normal", "Started", f"Started container {container['name']}")
    return Step(running, _next(fate, running, moment)[1], (*_pulled(container, status), *_created(container), said))


_Next = Literal["ready", "exit", "kill", "unready", "nothing"]


def _next(fate: Runs, status: Json, moment: Moment) -> tuple[_Next, float | None]:
    """What will happen to a running container, and in how many seconds from its last step."""
    timing = moment.timing
    coming: list[tuple[float, _Next]] = []
    if fate.exit is not None:
        coming.append((fate.exit.after, "exit"))
    if fate.killed is not None:
        coming.append((fate.killed.seconds * timing.back_off, "kill"))
    starting = fate.killed is not None and fate.killed.probe == "startup"
    if not status["ready"] and not starting:
        if fate.unready is None:
            coming.append((timing.ready if _lasts(fate.exit, timing) else timing.ready + timing.run, "ready"))
        else:
            seconds = min(fate.unready.seconds * 2**moment.tries, LONGEST_BACK_OFF)
            coming.append((seconds * timing.back_off, "unready"))
    if not coming:
        return "nothing", None
    wait, what = min(coming)
    return what, wait


def _lasts(ending: Exit | None, timing: PodTiming) -> bool:
    """A container that ends right after its start is never ready, which keeps a crash loop from flickering."""
    return ending is None or ending.after > timing.run


def _running(container: Json, status: Json, fate: Fate, moment: Moment) -> Step:
    if not isinstance(fate, Runs):
        return Step(status, None)  # what fails now would have failed at its start; a running process does not notice
    what, _ = _next(fate, status, moment)
    match what:
        case "ready":
            ready = {**status, "ready": True, "started": True}
            return Step(ready, _next(fate, ready, moment)[1])
        case "exit":
            assert fate.exit is not None, "an exit is next only with an exit"
            return _exited(status, fate.exit, moment)
        case "kill":
            assert fate.killed is not None, "a kill is next only with a failing probe"
            return _killed(container, status, fate.killed, moment)
        case "unready":
            assert fate.unready is not None, "unreadiness is said only of a failing probe"
            tries = moment.tries + 1
            wait = min(fate.unready.seconds * 2**tries, LONGEST_BACK_OFF) * moment.timing.back_off
            return Step(status, wait, (Said("Warning", "Unhealthy", fate.unready.message),), tries)
        case "nothing":
            return Step(status, None)
        case _:
            assert_never(what)


def _terminated(status: Json, code: int, reason: str, now: str, message: str = "") -> Json:
    started = at(status, "state", "running", "startedAt", default=now)
    over = {"exitCode": code, "reason": reason, "startedAt": started, "finishedAt": now}
    if status.get("containerID"):
        over["containerID"] = status["containerID"]
    return {**over, "message": message} if message else over


def _exited(status: Json, ending: Exit, moment: Moment) -> Step:
    over = _terminated(status, ending.code, ending.reason, moment.now)
    ended = {**status, "ready": False, "started": False, "state": {"terminated": over}}
    if is_over(ended, moment.restart_policy):
        return Step(ended, None)
    return Step(ended, moment.timing.restart)


def _killed(container: Json, status: Json, probe: ProbeFails, moment: Moment) -> Step:
    name = container["name"]
    said = (
        Said("Warning", "Unhealthy", probe.message),
        Said("Normal", "Killing", f"Container {name} failed {probe.probe} probe, will be restarted"),
    )
    over = _terminated(status, KILLED, "Error", moment.now)
    ended = {**status, "ready": False, "started": False, "state": {"terminated": over}}
    return Step(ended, moment.timing.restart, said)


def _ended(pod: Json, container: Json, status: Json, fate: Fate, moment: Moment) -> Step:
    """After an end: the first restart comes soon, as the kubelet's does; later ones wait in CrashLoopBackOff."""
    if is_over(status, moment.restart_policy):
        return Step(status, None)
    over = at(status, "state", "terminated") or at(status, "lastState", "terminated")
    known = {**status, "lastState": {"terminated": over}}
    restarts = status["restartCount"]
    if restarts == 0:
        return _start(container, known, fate, moment)
    looping = waiting(container, "CrashLoopBackOff", crash_message(container["name"], pod, restarts), known)
    looping["image"] = status["image"]
    metadata = pod["metadata"]
    who = f"{metadata['name']}_{metadata.get('namespace', '')}({metadata['uid']})"
    said = Said("Warning", "BackOff", f"Back-off restarting failed container {container['name']} in pod {who}")
    return Step(looping, _back_off(restarts, moment.timing), (said,))
