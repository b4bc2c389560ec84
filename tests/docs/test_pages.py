"""What the documents show exists: links, commands, make targets, paths, named tests, examples."""

import ast
import re
from pathlib import Path

import click
import pytest
import yaml

import steps.builtin
from bot.command_line import group
from bot.commands.naming import pairs
from bot.manifests import library, step_types
from bot.settings import Settings
from steps.manifest.check import inspect
from steps.registry import Registry
from tests.docs.pages import PAGES, ROOT, anchors, blocks, commands, inline_codes, links, text_of, words_of
from tests.steps.engine.test_semantics import ROWS

HEAD = "apiVersion: core.oam.dev/v1alpha1\nkind: WorkflowRun\nmetadata: {name: example}\nspec:\n  workflowSpec:\n    steps:\n"
SHOWN = sorted({(page.relative_to(ROOT).as_posix(), command) for page in PAGES for command in commands(page.read_text(encoding="utf-8"))})
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


@pytest.mark.parametrize("page", NAMES)
def test_every_relative_link_leads_somewhere(page: str) -> None:
    assert [target for target in links(text_of(page)) if not _resolves(ROOT / page, target)] == []


def _resolves(page: Path, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        return True
    name, _, anchor = target.partition("#")
    found = (page.parent / name).resolve() if name else page
    return found.exists() and (not anchor or anchor in anchors(found.read_text(encoding="utf-8")))


@pytest.mark.parametrize(("page", "command"), SHOWN)
def test_every_command_that_is_shown_is_one(page: str, command: str) -> None:
    words = [word for word in words_of(command) if word not in {"…", "[OPTIONS]", "--help"}]
    context = group.make_context("promptops", list(words)) if words else None
    if context is None or not (rest := [*context._protected_args, *context.args]):
        return
    name, found, arguments = group.resolve_command(context, rest)
    assert found is not None, page
    if not arguments or "[" in command or "|" in command:  # a verb by name, or a usage line: its arguments are the table's
        return
    given = found.make_context(name, arguments, parent=context).params
    if "parameters" in given:
        pairs(given["parameters"])
        _is_runnable(given["workflow"])
    if name == "steps" and given["name"] and given["name"] != "TYPE":
        assert given["name"] in step_types()


def _is_runnable(workflow: str) -> None:
    if workflow not in {"FILE", "NAME", "-"} and not workflow.endswith((".yaml", ".yml")):
        assert workflow in library(Settings())


def test_commands_are_found_in_blocks_and_in_lines() -> None:
    assert commands("a `promptops runs` b `promptopsy`\n```sh\npromptops status x  # why\nX=$(promptops clusters --kubeconfig)\n```\n") == [
        "status x  # why",
        "clusters --kubeconfig",
        "runs",
    ]
    for wrong, why in (("satus x", "there is no command 'satus'"), ("run deploy on test", "is not key=value"), ("status x --all", "--all")):
        with pytest.raises(click.UsageError, match=why):
            test_every_command_that_is_shown_is_one("README.md", wrong)


@pytest.mark.parametrize("page", NAMES)
def test_every_make_target_that_is_named_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    lines = [*inline_codes(text_of(page)), *(line for block in blocks(text_of(page), "sh") for line in block.text.splitlines())]
    named = {found[1] for line in lines if (found := re.match(r"make ([a-z-]+)", line))}
    assert named <= targets


@pytest.mark.parametrize("page", [name for name in NAMES if not name.startswith("sandbox/")])
def test_every_path_of_the_project_that_is_named_exists(page: str) -> None:
    top = {item.name for item in ROOT.iterdir() if item.is_dir()}
    named = {code for code in inline_codes(text_of(page)) if re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", code) and code.split("/")[0] in top}
    assert [name for name in sorted(named) if "/" in name and not (ROOT / name).exists()] == []


def test_the_tests_that_compatibility_names_exist() -> None:
    found, rows = _tests(), {row.id for row in ROWS}
    codes = [code for code in inline_codes(text_of("docs/compatibility.md")) if "test_" in code or code.startswith("…[")]
    names = {code.partition("[")[0] for code in codes if code.startswith("test_") and not code.endswith(".py")}
    files = {code for code in codes if code.endswith((".py", "/"))}
    assert len(codes) >= 25
    assert names - found == set()
    assert {code.partition("[")[2].removesuffix("]") for code in codes if "[" in code} - rows == set()
    assert [name for name in files if not ((ROOT / name).exists() or (ROOT / "tests/steps/engine" / name).exists())] == []


def _tests() -> set[str]:
    """Every test function by name."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob("test_*.py")]
    functions = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name for node in functions if node.name.startswith("test_")}


def _problems(text: str, registry: Registry) -> list[str]:
    return [str(problem) for problem in inspect(text, file="example", registry=registry, clusters=("test", "prod")).problems]


def test_the_workflows_of_the_readme_are_valid() -> None:
    registry = Registry.of_package(steps.builtin)
    examples = [block.text for block in blocks(text_of("README.md"), "yaml") if "kind: WorkflowRun" in block.text]
    assert len(examples) == 1
    assert [_problems(text, registry) for text in examples] == [[]]


@pytest.mark.parametrize("name", list(Registry.of_package(steps.builtin)))
def test_every_step_type_has_a_valid_example(name: str) -> None:
    section = text_of("docs/step-types.md").partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    examples = [block.text for block in blocks(section, "yaml")]
    assert [f"type: {name}" in text for text in examples] == [True]
    indented = "".join(f"    {line}\n" for line in examples[0].splitlines())
    assert _problems(HEAD + indented, Registry.of_package(steps.builtin)) == []


def test_the_settings_that_are_shown_are_valid() -> None:
    shown = [block.text for page in ("README.md", "docs/configuration.md") for block in blocks(text_of(page), "yaml")]
    files = [yaml.safe_load(text) for text in shown if "clusters:" in text]
    assert len(files) == 2
    for values in files:
        assert [item.protected for item in Settings.model_validate(values).clusters.values()] == [False, True]


def test_the_performance_page_has_a_place_for_the_figures() -> None:
    assert text_of("docs/performance.md").count("<!-- figures -->") == text_of("docs/performance.md").count("<!-- /figures -->") == 1
