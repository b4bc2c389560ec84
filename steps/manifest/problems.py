"""What is wrong with a manifest, where, and what to do."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. `line` and `column` count from 1 (0: unknown); `path` is the field, for example `spec.workflowSpec.steps[0].type`.

    Level `warning` does not stop a run.
    """

    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    suggestion: str = ""
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.file or '<manifest>'}:{self.line}:{self.column}: " if self.line else f"{self.file or '<manifest>'}: "
        where = f"{self.path}: " if self.path else ""
        kind = "warning: " if self.level == "warning" else ""
        return f"{place}{kind}{where}{self.message}{'; ' + self.suggestion if self.suggestion else ''}"
