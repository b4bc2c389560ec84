"""Faults on request: rules that tests and the page add, each used up after so many `times`.

For calls of the Web API (`method` is a name, or `*`):
  rate_limit   429 with Retry-After `seconds`              error        the answer `{"ok": false, "error": code}`
  drop_before  the connection breaks, nothing was done     drop_after   it was done, and the connection breaks before the answer
  slow         the answer comes after `seconds` (the workspace's clock)
  http_error   the answer is the status `seconds` with an HTML body, as a broken proxy sends it
For what goes to the app (`method` is an event type, a command, block_actions, view_submission, …, or `*`):
  duplicate    delivered twice, the second copy marked as a retry
  late         delivered after `seconds`                   reorder      delivered after the next delivery
  lost         never delivered
Lasting conditions (revoked token, bot removed, archived channel, deleted root) are not rules: see `arrange` in `control`.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from sandbox.slack.errors import RefusedError

Json = dict[str, Any]
CallFault = Literal["rate_limit", "error", "drop_before", "drop_after", "slow", "http_error"]
DeliveryFault = Literal["duplicate", "late", "reorder", "lost"]
CALL_FAULTS: frozenset[str] = frozenset(get_args(CallFault))
DELIVERY_FAULTS: frozenset[str] = frozenset(get_args(DeliveryFault))


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault: what happens to which calls or deliveries, and how often."""

    kind: str
    method: str = "*"
    times: int = 1
    seconds: float = 1.0
    code: str = "internal_error"
    id: int = 0

    def json(self) -> Json:
        """The form on the wire."""
        return {
            "id": self.id,
            "kind": self.kind,
            "method": self.method,
            "times": self.times,
            "seconds": self.seconds,
            "code": self.code,
        }


class Faults:
    """The rules that are waiting."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._given = 0

    def add(self, rule: Rule) -> int:
        """Add a rule; RefusedError for an unknown kind."""
        if rule.kind not in CALL_FAULTS | DELIVERY_FAULTS:
            known = ", ".join(sorted(CALL_FAULTS | DELIVERY_FAULTS))
            raise RefusedError("unknown_fault", f"there is no fault {rule.kind!r}; there are {known}")
        if rule.times < 1 or rule.seconds < 0:
            raise RefusedError("invalid_fault", f"times must be at least 1 and seconds at least 0, not {rule.times} and {rule.seconds}")
        self._given += 1
        self._rules.append(replace(rule, id=self._given))
        return self._given

    def call(self, method: str) -> Rule | None:
        """The fault of a call, counted as used."""
        return self._take(method, CALL_FAULTS)

    def delivery(self, what: str) -> Rule | None:
        """The fault of a delivery, counted as used."""
        return self._take(what, DELIVERY_FAULTS)

    def clear(self) -> None:
        """Forget all rules."""
        self._rules.clear()

    def rules(self) -> list[Json]:
        """What is waiting."""
        return [rule.json() for rule in self._rules]

    def _take(self, name: str, kinds: frozenset[str]) -> Rule | None:
        for index, rule in enumerate(self._rules):
            if rule.kind in kinds and rule.method in {"*", name}:
                if rule.times > 1:
                    self._rules[index] = replace(rule, times=rule.times - 1)
                else:
                    del self._rules[index]
                return rule
        return None
