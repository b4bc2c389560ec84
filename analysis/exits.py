"""What exit codes of containers mean."""

from types import MappingProxyType
from typing import Final

MEANINGS: Final = MappingProxyType(
    {
        0: "it ended without an error, but a container of a workload is meant to keep running",
        1: "the program reported an error of its own",
        2: "the program reported an error of its own, often wrong usage",
        126: "the command was found but may not be executed (permission, or not a program)",
        127: "the command was not found in the image",
        128: "the command could not be started",
        132: "killed by SIGILL: an instruction that this CPU does not have",
        134: "killed by SIGABRT: the program aborted itself (an assertion, or memory corruption)",
        135: "killed by SIGBUS: a bad memory access",
        137: "killed by SIGKILL: out of memory, a failed liveness probe, or a stop that took too long",
        139: "killed by SIGSEGV: a crash inside the program",
        143: "ended by SIGTERM: it was asked to stop",
        255: "the program ended with an error outside the usual range",
    }
)
_SIGNALS = 128


def meaning(code: int) -> str:
    """What an exit code means, as a clause."""
    if code in MEANINGS:
        return MEANINGS[code]
    if _SIGNALS < code < _SIGNALS + 65:
        return f"killed by signal {code - _SIGNALS}"
    return "the program reported an error of its own"
