"""Hand-written stand-ins at the ports of `prompts`. Faked: the cluster. Not faked: HTTP, which goes to `sandbox.model` over loopback."""

from collections.abc import Sequence

from steps.errors import StepError
from steps.evidence import Evidence
from steps.model.objects import ObjectRef


class FakeEvidence:
    """An `EvidenceSource` that gives what the test says, or raises it, and remembers who asked."""

    def __init__(self, found: Sequence[Evidence] | StepError = ()) -> None:
        self._found = found
        self.asked: list[tuple[str, ObjectRef]] = []

    async def collect(self, cluster: str, ref: ObjectRef) -> list[Evidence]:
        """The evidence."""
        self.asked.append((cluster, ref))
        if isinstance(self._found, StepError):
            raise self._found
        return list(self._found)
