"""What an interaction hands to the app for a while: trigger ids (3 s, once) and response URLs (30 min, five uses)."""

from dataclasses import dataclass, replace

from sandbox.slack.clock import Clock
from sandbox.slack.errors import SlackError
from sandbox.slack.ids import Ids

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5
_PARTS = 3
_REMEMBERED = 600.0  # seconds that a spent trigger is still told from an unknown one


@dataclass(frozen=True, slots=True)
class Trigger:
    """The right to open one view for somebody."""

    user: str
    at: float
    spent: bool = False


class Triggers:
    """Gives out trigger ids and takes them back."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._given: dict[str, Trigger] = {}

    def issue(self, user: str) -> str:
        """A new trigger id for what somebody just did."""
        now = self._clock.now()
        self._given = {key: item for key, item in self._given.items() if now - item.at < _REMEMBERED}
        name = f"{int(now)}.{len(self._given) + 1}.{self._ids.secret(16)}"
        self._given[name] = Trigger(user, now)
        return name

    def exchange(self, name: str) -> str:
        """Whose view it opens; SlackError when it is unknown, too old or used."""
        trigger = self._given.get(name)
        if trigger is None:
            parts = name.split(".")
            old = len(parts) == _PARTS and parts[0].isdecimal()
            raise SlackError("expired_trigger_id" if old else "invalid_trigger_id")
        if trigger.spent:
            raise SlackError("exchanged_trigger_id")
        if self._clock.now() - trigger.at > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        self._given[name] = replace(trigger, spent=True)
        return trigger.user


@dataclass(frozen=True, slots=True)
class ResponseUrl:
    """Where an answer goes: the person and place of an interaction, and the message it came from."""

    user: str
    channel: str
    at: float
    message: str | None = None
    ephemeral: bool = False
    thread_ts: str | None = None
    uses: int = 0


class ResponseUrls:
    """Gives out response URLs and counts their uses."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._given: dict[str, ResponseUrl] = {}

    def issue(self, user: str, channel: str, *, message: str | None = None, ephemeral: bool = False, thread_ts: str | None = None) -> str:
        """The secret part of a new response URL."""
        now = self._clock.now()
        self._given = {key: item for key, item in self._given.items() if now - item.at < 2 * RESPONSE_SECONDS}
        name = self._ids.secret(12)
        self._given[name] = ResponseUrl(user, channel, now, message, ephemeral, thread_ts)
        return name

    def find(self, name: str) -> ResponseUrl:
        """The place it stands for; SlackError when it is unknown, too old or used up."""
        found = self._given.get(name)
        if found is None:
            raise SlackError("no_service", status=404)
        if self._clock.now() - found.at > RESPONSE_SECONDS:
            raise SlackError("expired_url", status=404)
        if found.uses >= RESPONSE_USES:
            raise SlackError("used_url", status=404)
        return found

    def used(self, name: str) -> None:
        """Count a use."""
        self._given[name] = replace(self._given[name], uses=self._given[name].uses + 1)
