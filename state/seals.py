"""Sealing secret values: AES-GCM with a key that lies beside the database, never in it.

A copy of the database alone, as backups and bug reports are, opens nothing. What is a secret is left to `steps.sealing`.
"""

import json
import os
import secrets
import stat
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from state.errors import SealError

_VERSION = b"\x01"
_KEY = 32
_MARK = 8
_NONCE = 12
_WORD = "promptops-seal-key-1 "


class SealBox:
    """Seals and opens with the key in a file; the key is read, and made where it is missing, at the first use. Used by one thread.

    A box is: version 1, eight bytes that name the key, the nonce, the sealed value. The run and the name of the value are bound into
    it, so a box that is moved to another row does not open.
    """

    def __init__(self, path: Path, random: Callable[[int], bytes] = os.urandom) -> None:
        self._path = path
        self._random = random
        self._key = b""

    def seal(self, run: str, name: str, value: str) -> bytes:
        """The value, unreadable without the key; makes the key where there is none. Raises `SealError`."""
        key = self._load() or self._make()
        nonce = self._random(_NONCE)
        return _VERSION + _mark(key) + nonce + AESGCM(key).encrypt(nonce, value.encode(), _bound(run, name))

    def open(self, run: str, name: str, box: bytes) -> str:
        """The value that was sealed under this run and name; raises `SealError`."""
        what = f"the secret {name!r} of run {run!r} cannot be opened"
        key = self._load()
        if not key:
            raise SealError(f"{what}: the key file {str(self._path)!r} is missing. {_NEXT}")
        start = len(_VERSION) + _MARK
        if box[: len(_VERSION)] != _VERSION or len(box) < start + _NONCE:
            raise SealError(f"{what}: it was sealed by another version of PromptOps, or the database is damaged.")
        if box[len(_VERSION) : start] != _mark(key):
            raise SealError(f"{what}: {str(self._path)!r} holds another key than the one that sealed it. {_NEXT}")
        try:
            return AESGCM(key).decrypt(box[start : start + _NONCE], box[start + _NONCE :], _bound(run, name)).decode()
        except InvalidTag as e:
            raise SealError(f"{what}: it was changed in the database after it was sealed. Terminate the run and start it again.") from e

    def _load(self) -> bytes:
        """The key; empty when there is no file."""
        if not self._key:
            try:
                with self._path.open("rb") as file:
                    mode, content = os.fstat(file.fileno()).st_mode, file.read(256)
            except FileNotFoundError:
                return b""
            except OSError as e:
                raise SealError(f"cannot read the key file {str(self._path)!r}: {e.strerror}.") from e
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SealError(
                    f"others can use the key file {str(self._path)!r} (mode {stat.S_IMODE(mode):04o}). "
                    f"Run `chmod 600 {self._path}`, and change the secrets if somebody may have read it."
                )
            self._key = self._parse(content)
        return self._key

    def _parse(self, content: bytes) -> bytes:
        try:
            word, _, digits = content.decode("ascii").strip().rpartition(" ")
            key = bytes.fromhex(digits)
        except ValueError:
            word, key = "", b""
        if f"{word} " != _WORD or len(key) != _KEY:
            raise SealError(f"{str(self._path)!r} is not a key file of PromptOps. {_NEXT}")
        return key

    def _make(self) -> bytes:
        """Write a new key, whole or not at all, unless another process was faster."""
        key = self._random(_KEY)
        draft = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(descriptor, f"{_WORD}{key.hex()}\n".encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            try:
                os.link(draft, self._path)  # fails where a file exists, unlike a rename
            except FileExistsError:
                return self._load()
            finally:
                draft.unlink()
            _sync(self._path.parent)
        except OSError as e:
            raise SealError(f"cannot write the key file {str(self._path)!r}: {e.strerror}.") from e
        self._key = key
        return key


_NEXT = "Put the right key back from a backup, or terminate the run and start it again with its secrets."


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mark(key: bytes) -> bytes:
    return sha256(b"promptops key name " + key).digest()[:_MARK]


def _bound(run: str, name: str) -> bytes:
    return json.dumps([run, name]).encode()
