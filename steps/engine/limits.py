"""The engine's limits, with defaults and reasons."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one engine takes on."""

    concurrent_runs: int = 1000
    """Runs at work at once (suspended ones do not count): each costs about 20 KB of memory."""

    concurrent_steps: int = 256
    """Steps executing at once; further ones wait for a place, and that time counts for their time-outs."""

    run_age: float = 30 * 24 * 3600.0
    """Seconds after which an unfinished run fails: longer than an approval should wait, shorter than for ever."""

    events: int = 20_000
    """Events of one run: beyond it progress and logs are dropped, what happens to steps is always kept."""

    message: int = 4096
    """Characters of a message; longer ones are cut, a person reads the beginning."""

    log: int = 256 * 1024
    """Characters that one step may log in one execution."""

    output: int = 1024 * 1024
    """Bytes of one output as JSON; a larger one becomes null with an output error."""

    reread: float = 3.0
    """Seconds for reading fresh outputs of a step that timed out, KubeVela's default for an HTTP call."""
