from collections.abc import Callable
from pathlib import Path

import pytest

from state.errors import SealError
from state.folder import Folder
from state.journal import SqliteJournal
from state.seals import SealBox
from steps.ports import Commit
from tests.state.journal_contract import created, end, row

CANARY = "canary-7f3a-do-not-store-me"


def test_a_sealed_value_opens_with_the_key_of_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "seal.key"
    box = SealBox(path).seal("a1", "token", CANARY)
    assert CANARY.encode() not in box
    assert SealBox(path).open("a1", "token", box) == CANARY
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["seal.key"]


def test_the_same_value_is_never_sealed_alike(tmp_path: Path) -> None:
    seals = SealBox(tmp_path / "seal.key")
    assert seals.seal("a1", "token", CANARY) != seals.seal("a1", "token", CANARY)


def test_of_two_that_make_the_key_one_wins_and_both_use_it(tmp_path: Path) -> None:
    path = tmp_path / "seal.key"
    second = SealBox(path)

    def random(count: int) -> bytes:
        if not path.exists():
            second.seal("b2", "other", "x")  # the other process comes first, after we looked
        return b"r" * count

    box = SealBox(path, random).seal("a1", "token", CANARY)
    assert second.open("a1", "token", box) == CANARY


def _missing(path: Path, box: bytes) -> bytes:
    path.unlink()
    return box


def _another(path: Path, box: bytes) -> bytes:
    path.unlink()
    SealBox(path).seal("b2", "x", "y")
    return box


def _no_key(path: Path, box: bytes) -> bytes:
    path.write_text("hello")
    return box


def _readable(path: Path, box: bytes) -> bytes:
    path.chmod(0o640)
    return box


def _tampered(_: Path, box: bytes) -> bytes:
    return box[:-1] + bytes([box[-1] ^ 1])


def _cut(_: Path, box: bytes) -> bytes:
    return box[:12]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_missing, r"'token' of run 'a1' .*seal\.key' is missing.* backup"),
        (_another, r"seal\.key' holds another key.* backup"),
        (_no_key, r"seal\.key' is not a key file"),
        (_readable, r"others can use .*chmod 600"),
        (_tampered, "changed in the database"),
        (_cut, "damaged"),
    ],
)
def test_a_value_that_cannot_be_opened_says_why_and_what_next(tmp_path: Path, spoil: Callable[[Path, bytes], bytes], words: str) -> None:
    path = tmp_path / "seal.key"
    box = spoil(path, SealBox(path).seal("a1", "token", CANARY))
    with pytest.raises(SealError, match=words):
        SealBox(path).open("a1", "token", box)


@pytest.mark.parametrize(("run", "name"), [("b2", "token"), ("a1", "other"), ("a1token", "")])
def test_a_box_moved_to_another_place_does_not_open(tmp_path: Path, run: str, name: str) -> None:
    seals = SealBox(tmp_path / "seal.key")
    box = seals.seal("a1", "token", CANARY)
    with pytest.raises(SealError, match="changed"):
        seals.open(run, name, box)


async def test_a_secret_is_nowhere_in_the_folder_in_clear_and_gone_when_the_run_forgets(folder: Folder) -> None:
    def anywhere(needle: bytes) -> list[str]:
        return [found.name for found in folder.path.iterdir() if needle in found.read_bytes()]

    seals = SealBox(folder.key)
    async with SqliteJournal.open(folder.database, seals) as journal:
        await journal.commit(Commit(row(), 1, (created(),), sealed={"token": CANARY}))
        assert anywhere(CANARY.encode()) == []
        assert anywhere(b"WorkflowRun") == ["promptops.db-wal"]  # the search finds what is there
        box = await journal._ask(lambda connection: connection.execute("SELECT box FROM sealed").fetchone()[0])
        await journal.commit(end())
        assert await journal.secrets("a1") == {}
    assert anywhere(CANARY.encode()) == []
    assert anywhere(box) == []  # closing folds the log in; secure_delete has overwritten even the sealed form


async def test_a_commit_with_a_secret_that_cannot_be_sealed_is_not_written(folder: Folder) -> None:
    folder.key.write_text("hello")
    folder.key.chmod(0o600)
    async with SqliteJournal.open(folder.database, SealBox(folder.key)) as journal:
        with pytest.raises(SealError, match="not a key file"):
            await journal.commit(Commit(row(), 1, (created(),), sealed={"token": CANARY}))
        assert await journal.rows() == []
        await journal.commit(Commit(row(), 1, (created(),)))
