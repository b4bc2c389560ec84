"""A secret of this installation that lasts: it marks Secret values in changes, so that nobody can try out guesses."""

import os
import secrets
from pathlib import Path

from state.errors import StateError

_BYTES = 32


def lasting_secret(path: Path) -> bytes:
    """The bytes in a file of mode 0600, made where it is missing; only the owner of the state folder may call it. Raises `StateError`."""
    try:
        if not path.exists():
            draft = path.with_name(f"{path.name}.new")
            draft.unlink(missing_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(descriptor, secrets.token_bytes(_BYTES))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            draft.replace(path)
        found = path.read_bytes()
    except OSError as e:
        raise StateError(f"cannot read or write {str(path)!r}: {e.strerror}.") from e
    if len(found) != _BYTES:
        raise StateError(f"{str(path)!r} is damaged. Delete it: approvals of changes with Secrets are then asked for again.")
    return found
