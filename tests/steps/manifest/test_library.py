"""Workflows by name: shipped ones, a team's folders, and files that cannot be used."""

from pathlib import Path

import pytest

from steps.errors import InvalidManifest
from steps.manifest.encoding import FILE_BYTES
from steps.manifest.library import Library
from steps.manifest.parameters import Parameter

RUN = "apiVersion: core.oam.dev/v1alpha1\nkind: WorkflowRun\nmetadata: {name: NAME}\nspec: {workflowSpec: {steps: [{type: suspend}]}}\n"
WORKFLOW = "apiVersion: core.oam.dev/v1alpha1\nkind: Workflow\nmetadata: {name: NAME}\nsteps: [{type: suspend}]\n"


def problem_of(library: Library, wanted: str) -> list[str]:
    with pytest.raises(InvalidManifest) as caught:
        library.resolve(wanted)
    return [str(problem) for problem in caught.value.problems]


def test_the_shipped_workflows_are_there() -> None:
    library = Library.of()

    assert list(library) == ["audit-deployment", "chat-gpt", "chat-gpt-audit", "chat-gpt-diagnose", "chat-gpt-quality-gate", "deploy"]
    assert library.problems == ()
    assert all(entry.bundled and entry.description for entry in library.values())
    assert [parameter.name for parameter in library["deploy"].parameters] == ["image", "replicas"]


def test_a_teams_folder_adds_its_own(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("# Does one\n# thing.\n---\n" + RUN.replace("NAME", "one"))
    annotations = '{promptops.dev/description: "A  base.", promptops.dev/parameters: "{properties: {x: {}}}"}'
    (tmp_path / "base.yml").write_text(WORKFLOW.replace("NAME", f"base, annotations: {annotations}"))
    (tmp_path / "notes.txt").write_text("not looked at")
    library = Library.of(tmp_path, bundled=False)

    assert [(entry.name, entry.kind, entry.description, entry.parameters) for entry in library.values()] == [
        ("base", "Workflow", "A base.", (Parameter("x"),)),
        ("one", "WorkflowRun", "Does one thing.", ()),
    ]
    assert list(library.templates) == ["base"]
    assert library.problems == ()


def test_broken_files_are_listed_and_hide_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("a: b: c\n")
    (tmp_path / "good.yaml").write_text(RUN.replace("NAME", "good"))
    (tmp_path / "other.yaml").write_text("kind: Deployment\n")
    (tmp_path / "schema.yaml").write_text(RUN.replace("{name: NAME}", '{name: s, annotations: {promptops.dev/parameters: "[]"}}'))
    (tmp_path / "template.yaml").write_text(WORKFLOW.replace("NAME", "t").replace("[{type: suspend}]", "7"))
    (tmp_path / "large.yaml").write_bytes(b"#" * (FILE_BYTES + 10))
    (tmp_path / "folder.yaml").mkdir()
    library = Library.of(tmp_path, tmp_path / "missing", bundled=False)

    assert list(library) == ["good", "t"]
    assert [(Path(problem.file).name, problem.message) for problem in library.problems] == [
        ("bad.yaml", "this is not valid YAML: a second ': ' stands in one line, or the line is indented too far"),
        ("folder.yaml", "the file cannot be read: Is a directory"),
        ("large.yaml", "the file has 1024 KiB; a manifest may have 1024 KiB"),
        ("other.yaml", "the file has no WorkflowRun or Workflow with a metadata.name"),
        ("schema.yaml", "promptops.dev/parameters must be a JSON Schema of an object, not a list"),
        ("template.yaml", "the Workflow 't' cannot be used as a template"),
        ("missing", "the workflow folder cannot be read: No such file or directory"),
    ]
    assert "a second ': '" in problem_of(library, "bad")[0]


def test_a_name_that_stands_in_several_files_belongs_to_none(tmp_path: Path) -> None:
    for file in ("a", "b", "c"):
        (tmp_path / f"{file}.yaml").write_text(RUN.replace("NAME", "same"))
    library = Library.of(tmp_path, bundled=False)

    assert list(library) == []
    assert [problem.message for problem in library.problems] == [
        f"the workflow 'same' stands in two files: {tmp_path / 'a.yaml'} and {tmp_path / other}" for other in ("b.yaml", "c.yaml")
    ]


def test_a_workflow_is_found_by_name_or_by_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(RUN.replace("NAME", "inside"))
    library = Library.of()

    assert library.resolve("deploy").file.name == "deploy.yaml"
    assert (library.resolve(str(file)).name, library.resolve(str(file)).text) == ("inside", file.read_text())


def test_an_unknown_name_or_file_says_what_to_try(tmp_path: Path) -> None:
    library = Library.of()

    assert problem_of(library, "chat-gpt-diagnos") == [
        "<manifest>: there is no workflow 'chat-gpt-diagnos'; did you mean 'chat-gpt-diagnose'? (a file is named with its path)"
    ]
    assert problem_of(library, "./nowhere.yaml") == ["nowhere.yaml: the file cannot be read: No such file or directory; check its path"]
    (tmp_path / "bad.yaml").write_text("a: b: c\n")
    assert "second ': '" in problem_of(library, str(tmp_path / "bad.yaml"))[0]
