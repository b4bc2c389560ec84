"""Rate limits by method, as Slack's tiers say: so many calls a minute, and postMessage about one a second in a channel.

A bucket is full at first and fills evenly; Slack does not publish its exact shape. Switchable.
"""

import math
from collections.abc import Mapping

from sandbox.slack.clock import Clock
from sandbox.slack.errors import SlackError

_T2, _T3, _T4 = 20, 50, 100
PER_MINUTE: Mapping[str, int] = {
    "apps.connections.open": _T3,
    "bots.info": _T3,
    "chat.delete": _T3,
    "chat.postEphemeral": _T4,
    "chat.update": _T3,
    "conversations.history": _T3,
    "conversations.info": _T3,
    "conversations.join": _T3,
    "conversations.list": _T2,
    "conversations.members": _T4,
    "conversations.open": _T3,
    "conversations.replies": _T3,
    "files.completeUploadExternal": _T4,
    "files.getUploadURLExternal": _T4,
    "files.info": _T4,
    "reactions.add": _T3,
    "reactions.get": _T3,
    "reactions.remove": _T2,
    "team.info": _T3,
    "usergroups.list": _T2,
    "usergroups.users.list": _T2,
    "users.info": _T4,
    "users.list": _T2,
    "users.lookupByEmail": _T3,
    "views.open": _T4,
    "views.publish": _T4,
    "views.push": _T4,
    "views.update": _T4,
}
POST_BURST = 5  # messages in a channel at once, then one a second
_SPECIAL = 600  # a minute, for the methods whose limit is "special": auth.test and getPermalink allow hundreds


class Limits:
    """Counts the calls of the app."""

    def __init__(self, clock: Clock, *, on: bool = True) -> None:
        self.on = on
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, method: str, channel: str = "") -> None:
        """Count a call; SlackError 429 with Retry-After when there were too many."""
        if not self.on:
            return
        if method == "chat.postMessage":
            key, capacity, rate = f"{method} {channel}", float(POST_BURST), 1.0
        else:
            each = PER_MINUTE.get(method, _SPECIAL)
            key, capacity, rate = method, float(each), each / 60
        now = self._clock.now()
        left, at = self._buckets.get(key, (capacity, now))
        left = min(capacity, left + (now - at) * rate)
        if left < 1:
            self._buckets[key] = (left, now)
            raise rate_limited(math.ceil((1 - left) / rate))
        self._buckets[key] = (left - 1, now)


def rate_limited(seconds: int) -> SlackError:
    """The answer 429."""
    return SlackError("ratelimited", status=429, headers={"Retry-After": str(max(1, seconds))})
