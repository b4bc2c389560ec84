"""Workflows by name: the ones that the project ships, and those of a team's folders. Reads files; checks are `steps.manifest.check`'s."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from steps.errors import InvalidManifest
from steps.manifest.encoding import FILE_BYTES
from steps.manifest.parameters import ANNOTATION_PATH, Parameter, declarations
from steps.manifest.problems import Problem
from steps.manifest.report import Report, Tally, has_errors
from steps.manifest.source import Document, read
from steps.model.manifest import API_VERSION, PARAMETERS_ANNOTATION, Workflow
from steps.nearest import nearest

DESCRIPTION_ANNOTATION = "promptops.dev/description"

FILES = 1_000
"""Most files that are read from one folder."""

_SUFFIXES = (".yaml", ".yml", ".json")
_KINDS = ("WorkflowRun", "Workflow")


@dataclass(frozen=True, slots=True)
class Entry:
    """One workflow of the library; `bundled` ones are shipped with the project."""

    name: str
    kind: str
    file: Path
    description: str
    parameters: tuple[Parameter, ...]
    text: str
    bundled: bool = False


class Library(Mapping[str, Entry]):
    """Workflows by name; `problems` lists the files that could not be used, without hiding the good ones.

    A name that stands in two files is a problem that names both, and then belongs to neither.
    """

    def __init__(
        self, entries: Mapping[str, Entry], problems: Sequence[Problem] = (), templates: Mapping[str, Workflow] | None = None
    ) -> None:
        self._entries = MappingProxyType(dict(sorted(entries.items())))
        self.problems = tuple(problems)
        self.templates = MappingProxyType(dict(templates or {}))

    @classmethod
    def of(cls, *folders: Path, bundled: bool = True) -> Self:
        """The shipped workflows and those of folders (their `*.yaml`, `*.yml` and `*.json`, without sub-folders)."""
        shelf = _Shelf()
        if bundled:
            with as_file(files("workflows")) as folder:
                shelf.add(folder, bundled=True)
        for folder in folders:
            shelf.add(folder)
        return cls(shelf.entries, shelf.problems, shelf.templates)

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name]

    def __iter__(self) -> Any:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def resolve(self, wanted: str) -> Entry:
        """The workflow of a name, or the file at a path; raises InvalidManifest with the nearest name or what is wrong with the file."""
        if found := self._entries.get(wanted):
            return found
        path = Path(wanted)
        looks_like_path = "/" in wanted or path.suffix in _SUFFIXES
        if not looks_like_path:
            broken = [each for each in self.problems if Path(each.file).stem == wanted]
            hint = nearest(wanted, self._entries).removeprefix("; ")
            raise InvalidManifest(
                broken or [Problem(f"there is no workflow {wanted[:80]!r}", suggestion=f"{hint} (a file is named with its path)")]
            )
        shelf = _Shelf()
        content = shelf.content(path)
        if content is None:
            raise InvalidManifest(shelf.problems)
        documents = read(content, wanted)
        runnable = _runnable(documents)
        name = _name(runnable.value) if runnable else ""
        parameters = shelf.parameters(runnable) if runnable else None
        return Entry(name or path.stem, _kind(runnable), path, _description(runnable), parameters or (), documents[0].text)


class _Shelf:
    """Collects the workflows of folders."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.problems: list[Problem] = []
        self.templates: dict[str, Workflow] = {}
        self._first: dict[str, Path] = {}

    def add(self, folder: Path, *, bundled: bool = False) -> None:
        try:
            found = sorted(each for each in folder.iterdir() if each.suffix in _SUFFIXES)
        except OSError as error:
            self.problems.append(Problem(f"the workflow folder cannot be read: {error.strerror}", str(folder), suggestion="check its path"))
            return
        if len(found) > FILES:
            said = f"the folder has {len(found)} files; the first {FILES} are read"
            self.problems.append(Problem(said, str(folder), suggestion="use several folders"))
        for path in found[:FILES]:
            self._add_file(path, bundled=bundled)

    def content(self, path: Path) -> bytes | None:
        try:
            with path.open("rb") as file:
                return file.read(FILE_BYTES + 1)
        except OSError as error:
            self.problems.append(Problem(f"the file cannot be read: {error.strerror}", str(path), suggestion="check its path"))
            return None

    def _add_file(self, path: Path, *, bundled: bool) -> None:
        content = self.content(path)
        if content is None:
            return
        try:
            documents = read(content, str(path))
        except InvalidManifest as invalid:
            self.problems += invalid.problems
            return
        document = _runnable(documents)
        name = _name(document.value) if document else ""
        if document is None or not name:
            said = "the file has no WorkflowRun or Workflow with a metadata.name"
            self.problems.append(Problem(said, str(path), suggestion="move it elsewhere, or give it a name"))
            return
        parameters = self.parameters(document)
        if parameters is None or self._clash(name, path):
            return
        self.entries[name] = Entry(name, _kind(document), path, _description(document), parameters, document.text, bundled)
        self._add_templates(documents)

    def parameters(self, document: Document) -> tuple[Parameter, ...] | None:
        tally = Tally()
        report = Report(document.file, document.positions, tally)
        found = declarations(report, ANNOTATION_PATH, _annotation(document.value, PARAMETERS_ANNOTATION))
        self.problems += tally.problems
        return None if has_errors(tally.problems) else found

    def _clash(self, name: str, path: Path) -> bool:
        first = self._first.setdefault(name, path)
        if first == path:
            return False
        self.entries.pop(name, None)
        self.templates.pop(name, None)
        said = f"the workflow {name!r} stands in two files: {first} and {path}"
        self.problems.append(Problem(said, str(path), suggestion="rename one of the two"))
        return True

    def _add_templates(self, documents: Sequence[Document]) -> None:
        for document in documents:
            if _kind(document) == "Workflow" and (name := _name(document.value)):
                try:
                    self.templates[name] = Workflow.model_validate(document.value)
                except ValueError:  # a run that refers to it is told what is wrong when the file itself is validated
                    said = f"the Workflow {name!r} cannot be used as a template"
                    self.problems.append(Problem(said, document.file, suggestion="run `promptops validate` on it"))


def _runnable(documents: Sequence[Document]) -> Document | None:
    for kind in _KINDS:
        for document in documents:
            if _kind(document) == kind and document.value.get("apiVersion") == API_VERSION:
                return document
    return None


def _kind(document: Document | None) -> str:
    kind = document.value.get("kind") if document and isinstance(document.value, dict) else None
    return kind if isinstance(kind, str) else ""


def _metadata(value: Any) -> Mapping[str, Any]:
    metadata = value.get("metadata") if isinstance(value, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def _name(value: Any) -> str:
    name = _metadata(value).get("name")
    return name if isinstance(name, str) else ""


def _annotation(value: Any, name: str) -> str:
    annotations = _metadata(value).get("annotations")
    text = annotations.get(name) if isinstance(annotations, dict) else None
    return text if isinstance(text, str) else ""


def _description(document: Document | None) -> str:
    """The annotation, else the comment that begins the file, as one line."""
    if document is None:
        return ""
    if written := _annotation(document.value, DESCRIPTION_ANNOTATION):
        return " ".join(written.split())
    comment: list[str] = []
    for line in document.text.split("\n"):
        if line.startswith("#"):
            comment.append(line.lstrip("# ").rstrip())
        elif comment or line.strip() not in {"", "---"}:
            break
    return " ".join(each for each in comment if each)
