"""Validation before anything runs: `prepare` gives a manifest that may run, or all of its problems at once.

Reading and the checks that need no parameters are done once for the same text, file name, registry, clusters and template, and kept in
bounded caches (they hold whole manifests, tokens included, in memory only); what remains per call is parameters, cluster and namespace.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from steps.errors import InvalidManifest
from steps.identity import Same
from steps.manifest.context import BUILT_IN
from steps.manifest.inspection import Inspected, Surroundings, inspect_documents
from steps.manifest.metadata import bad_namespace
from steps.manifest.prepared import Prepared
from steps.manifest.problems import Problem
from steps.manifest.properties import LOCAL_CLUSTER
from steps.manifest.report import has_errors
from steps.manifest.selection import Templates, found_template, reference
from steps.manifest.source import Document, read
from steps.model.manifest import WorkflowRun
from steps.nearest import nearest
from steps.registry import Registry

DEFAULT_NAMESPACE = "default"

CACHED_FILES = 64
"""Files whose reading and whose checks are kept."""

CACHED_CHARACTERS = 32 * 1024
"""Longest file that is kept; longer ones are read each time, so that the caches stay small."""


@dataclass(frozen=True, slots=True, eq=False)
class _Documents:
    """A file's documents, or why there are none. Hashed by identity: the same reading is the same key."""

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...] = ()


def prepare(
    content: str | bytes | Document,
    *,
    file: str,
    registry: Registry,
    clusters: Sequence[str],
    default_cluster: str,
    templates: Templates | None = None,
    parameters: Mapping[str, str] | None = None,
    cluster: str = "",
    namespace: str = "",
    name: str = "",
) -> Prepared:
    """The manifest that may run; raises InvalidManifest with all problems (and warnings), in the order of the file.

    `content` is the text of a file, or one of its documents. `parameters` are the `key=value` of the command, `cluster` and `namespace`
    its `on CLUSTER` and `in NAMESPACE`; `name` chooses among several runs in a file. `templates` are what `workflowRef` may name.
    """
    inspected = inspect(content, file=file, registry=registry, clusters=clusters, templates=templates, name=name)
    problems = list(inspected.problems)
    if cluster and cluster not in clusters and cluster != LOCAL_CLUSTER:
        problems.append(Problem(f"the cluster {cluster[:80]!r} is unknown", file, suggestion=_hint(cluster, clusters)))
    if namespace and (why := bad_namespace(namespace)):
        problems.append(Problem(why[0], file, suggestion=why[1]))
    manifest = inspected.manifest
    if manifest is None:
        raise InvalidManifest(problems)
    context = _context(inspected, manifest, parameters or {}, file, problems)
    if has_errors(problems):
        raise InvalidManifest(problems)
    effective = namespace or inspected.namespace or DEFAULT_NAMESPACE
    return Prepared(
        manifest=_with(manifest, context, effective),
        workflow=inspected.workflow,
        namespace=effective,
        cluster=cluster if cluster and cluster != LOCAL_CLUSTER else default_cluster,
        source=file,
        warnings=tuple(problems),
        secret_paths=inspected.secret_paths,
    )


def inspect(
    content: str | bytes | Document,
    *,
    file: str,
    registry: Registry,
    clusters: Sequence[str],
    templates: Templates | None = None,
    name: str = "",
) -> Inspected:
    """Everything that is known of a manifest without its parameters; never raises InvalidManifest, the problems are in the result."""
    if isinstance(content, Document):
        found = _of_document(content)
    elif len(content) <= CACHED_CHARACTERS:
        found = _read(content, file)
    else:
        found = _read.__wrapped__(content, file)
    if found.problems:
        return Inspected(found.problems)
    wanted = reference(found.documents, name)
    template, known = found_template(templates if templates is not None else {}, wanted) if wanted else (None, ())
    is_small = len(found.documents[0].text) <= CACHED_CHARACTERS
    check = _inspected if is_small else _inspected.__wrapped__
    return check(found, name, Same(registry), tuple(clusters), Same(template), known=known)


@lru_cache(maxsize=CACHED_FILES)
def _read(content: str | bytes, file: str) -> _Documents:
    try:
        return _Documents(tuple(read(content, file)))
    except InvalidManifest as invalid:
        return _Documents((), invalid.problems)


@lru_cache(maxsize=CACHED_FILES)
def _of_document(document: Document) -> _Documents:
    return _Documents((document,))


@lru_cache(maxsize=CACHED_FILES)
def _inspected(
    found: _Documents, name: str, registry: Same[Registry], clusters: tuple[str, ...], template: Same[Any], *, known: tuple[str, ...]
) -> Inspected:
    return inspect_documents(found.documents, name, Surroundings(registry.item, clusters, template.item, known))


def _context(inspected: Inspected, manifest: WorkflowRun, given: Mapping[str, str], file: str, problems: list[Problem]) -> dict[str, Any]:
    """`spec.context` with the parameters in it: what was given, else what the manifest has, else the default."""
    context = dict(manifest.spec.context)
    known = {each.name: each for each in inspected.parameters}
    place = inspected.declared_at or Problem("", file)
    for key, text in given.items():
        parameter = known.get(key)
        if parameter is None:
            problems.append(_undeclared(key, known, place))
            continue
        try:
            context[key] = parameter.parse(text)
        except ValueError as error:
            problems.append(Problem(str(error), file, suggestion=parameter.description))
    for parameter in inspected.parameters:
        if parameter.name in context or parameter.name in given:
            continue
        if parameter.has_default:
            context[parameter.name] = parameter.default
        elif parameter.required:
            said = f"the parameter {parameter.name!r} is missing"
            about = f" ({parameter.description})" if parameter.description else ""
            problems.append(replace(place, message=said, suggestion=f"add {parameter.name}=…{about}"))
    return context


def _undeclared(key: str, known: Iterable[str], place: Problem) -> Problem:
    names = tuple(known)
    if key in BUILT_IN:
        said = f"{key!r} is one of KubeVela's own context values and cannot be given"
        return replace(place, message=said, suggestion="metadata.name and `in NAMESPACE` set name and namespace")
    if not names:
        said = f"this workflow declares no parameters, so {key[:80]!r} cannot be given"
        return replace(place, message=said, suggestion="declare it in the annotation promptops.dev/parameters")
    return replace(place, message=f"this workflow has no parameter {key[:80]!r}", suggestion=_hint(key, names))


def _hint(name: str, known: Iterable[str]) -> str:
    return nearest(name, known).removeprefix("; ")


def _with(manifest: WorkflowRun, context: dict[str, Any], namespace: str) -> WorkflowRun:
    """The manifest with these two changed. Nothing is validated again: both are known to be right."""
    spec = manifest.spec.model_copy(update={"context": context})
    metadata = manifest.metadata.model_copy(update={"namespace": namespace})
    return manifest.model_copy(update={"spec": spec, "metadata": metadata})
