import subprocess
import sys
from pathlib import Path

import pytest

from state.errors import StateError
from state.folder import Folder
from state.owner import Holder, Owner, holder

HOME = Path("/home/ann")


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({}, "/home/ann/.local/share/promptops"),
        ({"XDG_DATA_HOME": "/data"}, "/data/promptops"),
        ({"XDG_DATA_HOME": "relative"}, "/home/ann/.local/share/promptops"),
        ({"XDG_DATA_HOME": "/data", "PROMPTOPS_STATE_DIR": "/else/where"}, "/else/where"),
        ({"PROMPTOPS_STATE_DIR": ""}, "/home/ann/.local/share/promptops"),
        ({"PROMPTOPS_STATE_DIR": "here"}, str(Path.cwd() / "here")),
    ],
)
def test_where_the_state_lies(environ: dict[str, str], path: str) -> None:
    assert str(Folder.locate(environ, HOME).path) == path


def test_a_new_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "a" / "b")
    folder.prepare()
    folder.prepare()
    assert folder.path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_folder_that_others_can_write_is_refused(tmp_path: Path, mode: int) -> None:
    folder = Folder(tmp_path / "state")
    folder.path.mkdir()
    folder.path.chmod(mode)
    with pytest.raises(StateError, match="chmod 700"):
        folder.prepare()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "state")
    folder.path.touch()
    with pytest.raises(StateError, match="PROMPTOPS_STATE_DIR"):
        folder.prepare()


def test_a_folder_has_one_owner(folder: Folder) -> None:
    with Owner.acquire(folder, now=5.0) or pytest.fail("nobody else is there") as owner:
        assert Owner.acquire(folder, now=6.0) is None
        said = holder(folder)
        assert said is not None
        assert said.since == 5.0
        owner.release()
        assert holder(folder) is None
    with Owner.acquire(folder, now=7.0) or pytest.fail("released"):
        assert Owner.acquire(folder, now=8.0) is None


def test_an_owner_that_is_killed_owns_no_more(folder: Folder) -> None:
    code = (
        "import sys, pathlib; from state.folder import Folder; from state.owner import Owner\n"
        "owner = Owner.acquire(Folder(pathlib.Path(sys.argv[1])), now=9.5); print(owner is not None, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(folder.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"True\n"
        assert Owner.acquire(folder, now=1.0) is None
        assert holder(folder) == Holder(child.pid, 9.5)
        child.kill()
        child.wait()
    assert holder(folder) is None
    owner = Owner.acquire(folder, now=2.0)
    assert owner
    owner.release()
