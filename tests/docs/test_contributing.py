"""The step type that CONTRIBUTING.md shows whole is one, and so is its test."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from steps.registry import StepType
from tests.docs.pages import blocks, text_of

NAME = "steps.builtin.create_namespace"


@pytest.fixture
def example(tmp_path: Path) -> Iterator[tuple[ModuleType, ModuleType]]:
    """The modules of the page's two blocks: the step type, installed under the name it would have, and its test."""
    step_type, test = (block.text for block in blocks(text_of("CONTRIBUTING.md"), "python"))
    try:
        yield _imported(NAME, step_type, tmp_path / "step_type.py"), _imported("create_namespace_test", test, tmp_path / "test.py")
    finally:
        for name in (NAME, "create_namespace_test"):
            sys.modules.pop(name, None)


def _imported(name: str, text: str, path: Path) -> ModuleType:
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_is_a_documented_step_type(example: tuple[ModuleType, ModuleType]) -> None:
    (found,) = [value for value in vars(example[0]).values() if isinstance(value, StepType)]
    assert (found.name, found.repeatable, found.help) == (
        "create-namespace",
        True,
        "Make a namespace, or put the labels on one that exists.",
    )
    assert all("description" in item for item in found.schema()["properties"].values())


async def test_the_examples_own_test_passes(example: tuple[ModuleType, ModuleType]) -> None:
    (test,) = [value for name, value in vars(example[1]).items() if name.startswith("test_")]
    await test()


def test_the_style_has_ten_lines() -> None:
    section = text_of("CONTRIBUTING.md").partition("## Style\n")[2].partition("\n## ")[0]
    assert [line.partition(".")[0] for line in section.splitlines() if line] == [str(number) for number in range(1, 11)]
