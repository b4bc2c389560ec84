"""What one process asks of the owner of a state folder: plain values, the same within a process and through the socket."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Json = dict[str, Any]


class RunRequest(BaseModel):
    """Start a workflow. `text` is the manifest, `file` what to call it in messages, `key` makes a repetition the same run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verb: Literal["run"] = "run"
    text: str
    file: str
    parameters: dict[str, str] = Field(default_factory=dict)
    cluster: str = ""
    namespace: str = ""
    key: str


class Command(BaseModel):
    """Do something to a run, which is given by id, workflow or beginning of the id; `attend` only watches it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verb: Literal["suspend", "resume", "terminate", "restart", "attend"]
    run: str
    step: str = ""
    by: str


Request = RunRequest | Command


class Begun(BaseModel):
    """The first reply: the run, and the last of its events that happened before the request."""

    run: str
    after: int
    notice: str = ""


class Happened(BaseModel):
    """An event of the run as it is committed; outputs come without their values, no view needs them."""

    seq: int
    event: Json


def parse_reply(reply: Json) -> Begun | Happened:
    """A reply out of its JSON."""
    return Happened.model_validate(reply) if "seq" in reply else Begun.model_validate(reply)
