"""Every error that the state folder raises.

PromptOpsError
├── StateError             the folder, the database or the journal cannot do its work
│   ├── SealError          a secret cannot be sealed or opened
│   ├── NoOwner            nobody answers at the folder's socket
│   └── OwnerLost          the owner went away, or fell silent, in the middle of an answer
└── OwnerRefused           the owner answered with an error of its own
"""

from steps.errors import PromptOpsError


class StateError(PromptOpsError):
    """The folder, the database or the journal cannot do its work; the message names the file and what to do next."""


class SealError(StateError):
    """A secret cannot be sealed or opened; the message names the key file."""


class NoOwner(StateError):  # noqa: N818 - the names read as sentences: `except NoOwner`
    """Nobody answers at the folder's socket: the caller may become the owner."""


class OwnerLost(StateError):  # noqa: N818 - as above
    """The owner went away, or fell silent, in the middle of an answer; what it was asked may have happened."""


class OwnerRefused(PromptOpsError):  # noqa: N818 - as above
    """The owner answered with an error: `kind` is the name of its class there, such as `AlreadyRunning`."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)
