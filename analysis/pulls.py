"""Images that could not be pulled, and why: read from the waiting container and from every event about its Pod."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from analysis.facts import ContainerView, Facts, ids
from analysis.kubectl import kubectl, target
from analysis.rule import Hit
from analysis.work import workload
from steps.evidence import Fix
from steps.model.objects import ObjectRef
from steps.readiness import reason_of

WAITING = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "ImageInspectError", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable"}
)
_EVENTS = ("Failed", "ErrImagePull", "InspectFailed", "InvalidImageName", "ErrImageNeverPull", "BackOff", "FailedToPullImage")
_QUOTED_IMAGE = re.compile(r"image \"([^\"\s]{1,512})\"")


class Why(Enum):
    """Why a pull failed; the value is what the runtime's message looks like, tried in this order."""

    REFERENCE = re.compile(
        r"InvalidImageName|couldn't parse image|invalid reference format|failed to apply default image tag", re.IGNORECASE
    )
    NEVER = re.compile(r"ErrImageNeverPull|pull policy of Never", re.IGNORECASE)
    RATE = re.compile(r"toomanyrequests|429 Too Many|rate limit", re.IGNORECASE)
    PLATFORM = re.compile(r"no match(?:ing manifest)? for (?:platform|linux|windows)", re.IGNORECASE)
    DNS = re.compile(r"no such host|server misbehaving|name resolution|lookup \S+(?: on \S+)?: ", re.IGNORECASE)
    UNREACHABLE = re.compile(
        r"connection refused|connection reset|i/o timeout|TLS handshake|x509:|HTTP response to HTTPS|no route to host"
        r"|network is unreachable|Client\.Timeout|50[0234] (?:Bad Gateway|Service Unavailable|Gateway|Internal)",
        re.IGNORECASE,
    )
    # Docker Hub will not say which of the two it is; neither do we.
    ABSENT_OR_PRIVATE = re.compile(r"repository does not exist or may require|insufficient_scope", re.IGNORECASE)
    REPOSITORY = re.compile(r"name unknown|NAME_UNKNOWN|repository .{0,200} not found|repository name not known", re.IGNORECASE)
    DENIED = re.compile(
        r"unauthorized|authentication required|no basic auth|access denied|denied:|401|403 Forbidden|forbidden|authorization failed",
        re.IGNORECASE,
    )
    TAG = re.compile(r"manifest unknown|MANIFEST_UNKNOWN|not found|NotFound", re.IGNORECASE)
    OTHER = re.compile("")


@dataclass(frozen=True, slots=True)
class PullFailure:
    """One image that one container cannot get. `container` is None when only an event told of it."""

    about: ObjectRef
    image: str
    why: Why
    message: str
    evidence: tuple[str, ...]
    container: ContainerView | None = None


def why_of(message: str) -> Why:
    """The kind of failure that a runtime's message tells of."""
    return next(why for why in Why if why.value.search(message))


def pull_failures(facts: Facts) -> Iterator[PullFailure]:
    """Every container that waits for its image; without Pods among the evidence, every event that tells of one."""
    for view in facts.containers:
        if view.waiting in WAITING:
            yield _of_container(facts, view)
    if not facts.pods:
        yield from _of_events(facts)


def _of_container(facts: Facts, view: ContainerView) -> PullFailure:
    events = [item for item in facts.events_about(view.pod, *_EVENTS) if not view.image or view.image in item.message]
    told = [(f"{view.waiting} {view.waiting_message}", view.waiting_message), *((item.message, item.message) for item in reversed(events))]
    why, message = next(((why, words) for full, words in told if (why := why_of(full)) is not Why.OTHER), (Why.OTHER, told[0][1]))
    return PullFailure(view.pod.about, view.image, why, message, ids(view.pod, events), view)


def _of_events(facts: Facts) -> Iterator[PullFailure]:
    seen = set()
    for item in reversed(facts.events_with(*_EVENTS)):
        image = _QUOTED_IMAGE.search(item.message)
        if not image or "ull" not in item.message or image[1] in seen or (why := why_of(item.message)) is Why.OTHER:
            continue
        seen.add(image[1])
        yield PullFailure(item.evidence.about, image[1], why, item.message, ids(item))


def set_image(facts: Facts, failure: PullFailure, text: str) -> Fix:
    """The fix that names another image."""
    owner = workload(facts)
    container = failure.container.name if failure.container else "CONTAINER"
    return Fix(text, kubectl(owner.namespace, "set", "image", target(owner), f"{container}=REPOSITORY:TAG"))


def hit(failure: PullFailure, title: str, *fixes: Fix, confidence: float = 1.0) -> Hit:
    """A hit for a failed pull, with the registry's own words as its detail."""
    return Hit(failure.about, title, failure.evidence, shorten(reason_of(failure.message)), fixes, confidence)


def shorten(message: str, limit: int = 300) -> str:
    """One line of at most `limit` characters."""
    line = " ".join(message.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
