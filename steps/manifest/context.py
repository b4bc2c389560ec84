"""Which names `context` has in a run: KubeVela's own, those of `spec.context`, and the declared parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

BUILT_IN: Final = (
    "name",
    "namespace",
    "workflowName",
    "publishVersion",
    "stepName",
    "stepSessionID",
    "spanID",
    "stepGroupName",
)
"""KubeVela's names; `spec.context` may override them (with a warning), a parameter may not."""


@dataclass(frozen=True, slots=True)
class ContextNames:
    """The names of one run's `context`; values of `declared` parameters are known only when it starts."""

    given: Mapping[str, Any]
    declared: frozenset[str] = frozenset()

    def __iter__(self) -> Any:
        """All first-level names."""
        return iter(sorted({*BUILT_IN, *self.given, *self.declared}))

    def missing(self, path: tuple[object, ...]) -> tuple[str, tuple[str, ...]] | None:
        """What of a path below `context` is not there, as (name, names that are); None when nothing is known to be missing."""
        if not path or not isinstance(path[0], str):
            return None
        if path[0] not in self.given:
            return None if path[0] in self.declared or path[0] in BUILT_IN else (path[0], tuple(self))
        value: Any = self.given
        for depth, segment in enumerate(path):
            if depth == 1 and path[0] in self.declared:
                return None
            if isinstance(segment, str) and isinstance(value, Mapping):
                if segment not in value:
                    return segment, tuple(value)
                value = value[segment]
            elif isinstance(segment, int) and isinstance(value, list):
                if segment >= len(value):
                    return f"[{segment}]", ()
                value = value[segment]
            else:
                return None
        return None
