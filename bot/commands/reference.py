"""The verbs about what there is: workflows, validate, steps, clusters, version."""

import asyncio
from importlib.metadata import version as installed_version
from typing import Any

import click
from rich.text import Text

from bot.commands.conduct import SUCCEEDED, USAGE, Session, conduct, problem_lines
from bot.commands.naming import Named, pairs, request_of
from bot.embedded import kubeconfig_path
from bot.manifests import Manifests, default_cluster, library, protection, step_types
from bot.terminal.screen import show
from bot.terminal.tables import table
from bot.terminal.text import clean, one_line
from state.errors import StateError
from state.owner import holder
from steps.duration import format_duration
from steps.errors import NotFound


@click.command()
@click.pass_context
def workflows(ctx: click.Context) -> int:
    """List the workflows that can be run by name: your folders' (PROMPTOPS_WORKFLOWS) and the shipped ones."""

    async def work(session: Session) -> int:
        screen = session.screen
        found = await asyncio.to_thread(library, session.configuration.settings)
        rows = [
            (entry.name, " ".join(f"{item.name}=…" for item in entry.parameters), one_line(entry.description)) for entry in found.values()
        ]
        screen.lines(table(("WORKFLOW", "PARAMETERS", "ABOUT"), rows, width=screen.width))
        show(screen.err, (line for problem in found.problems for line in problem_lines(problem)))
        return USAGE if any(problem.level == "error" for problem in found.problems) else SUCCEEDED

    return conduct(ctx, work)


@click.command()
@click.argument("workflow", metavar="FILE|NAME")
@click.argument("parameters", metavar="[key=value …]", nargs=-1)
@click.option("--on", "cluster", metavar="CLUSTER", default="", help="Cluster of the steps that name none.")
@click.option("--in", "namespace", metavar="NAMESPACE", default="", help="Namespace of the run.")
@click.pass_context
def validate(ctx: click.Context, workflow: str, parameters: tuple[str, ...], cluster: str, namespace: str) -> int:
    """Check a workflow without running it: all problems at once, each with its place."""
    named = Named(workflow, pairs(parameters), cluster, namespace)

    async def work(session: Session) -> int:
        screen = session.screen
        request = await asyncio.to_thread(request_of, session, named, "")
        prepared = await Manifests(session.configuration.settings, step_types()).prepare(request)
        show(screen.err, (line for problem in prepared.warnings for line in problem_lines(problem)))
        spec = prepared.manifest.spec.workflow_spec
        count = len(spec.steps) if spec else 0
        place = f"namespace {prepared.namespace}, cluster {prepared.cluster or 'none'}"
        screen.lines([Text(f"{prepared.workflow} is valid: {count} step{'s' if count != 1 else ''}, {place}", style="green")])
        return SUCCEEDED

    return conduct(ctx, work)


@click.command()
@click.argument("name", metavar="[TYPE]", default="")
@click.pass_context
def steps(ctx: click.Context, name: str) -> int:
    """List the step types, or explain one: what it does, its parameters and outputs."""

    async def work(session: Session) -> int:
        registry, screen = step_types(), session.screen
        if not name:
            rows = [(item.name, one_line(item.help)) for item in registry.values()]
            screen.lines(table(("TYPE", "ABOUT"), rows, width=screen.width))
            return SUCCEEDED
        if name not in registry:
            raise NotFound(f"there is no step type {name!r}{registry.hint(name)}")
        found = registry[name]
        again = "yes" if found.repeatable else "no: after a crash in the middle the run asks"
        screen.lines([Text(found.name, style="bold"), "", *clean(found.documentation).splitlines(), "", f"May be repeated: {again}"])
        given = parameter_rows(found.schema())
        screen.lines(["", *table(("PARAMETER", "TYPE", "DEFAULT", "ABOUT"), given, width=screen.width)] if given else ["No parameters."])
        return SUCCEEDED

    return conduct(ctx, work)


def parameter_rows(schema: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """The parameters of a step type out of its JSON Schema, nested ones below their parent: `prompt.type`."""
    return _rows(schema, schema.get("$defs", {}), "")


def _rows(schema: dict[str, Any], definitions: dict[str, Any], prefix: str) -> list[tuple[str, str, str, str]]:
    rows: list[tuple[str, str, str, str]] = []
    for name, raw in schema.get("properties", {}).items():
        inner = _resolved(raw, definitions)
        default = "required" if name in schema.get("required", ()) else _default(raw)
        about = str(raw.get("description", inner.get("description", "")))
        kind = _kind(raw, definitions)
        default = format_duration(float(default)) if kind == "duration" and default.replace(".", "").isdecimal() else default
        rows.append((prefix + name, kind, default, one_line(about)))
        if inner.get("properties"):
            rows += _rows(inner, definitions, f"{prefix}{name}.")
    return rows


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` stands for, also where it is one of several possibilities."""
    options = [schema, *schema.get("anyOf", ()), *schema.get("allOf", ())]
    reference = next((str(item["$ref"]) for item in options if "$ref" in item), "")
    found: dict[str, Any] = definitions.get(reference.rpartition("/")[2], schema) if reference else schema
    return found


def _kind(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    if options := schema.get("anyOf"):
        kinds = [_kind(item, definitions) for item in options if item.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    found = _resolved(schema, definitions)
    if values := found.get("enum"):
        return "|".join(map(str, values))
    if found.get("format") == "go-duration":
        return "duration"
    if found.get("type") == "array":
        return f"list of {_kind(found.get('items', {}), definitions)}"
    return str(found.get("type", "any"))


def _default(schema: dict[str, Any]) -> str:
    default = schema.get("default")
    if default in (None, "", {}, []) or isinstance(default, dict):
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


@click.command()
@click.option("--kubeconfig", is_flag=True, help="Print the path of the embedded clusters' kubeconfig, while somebody keeps them up.")
@click.pass_context
def clusters(ctx: click.Context, *, kubeconfig: bool) -> int:
    """List the clusters that steps can name."""

    async def work(session: Session) -> int:
        settings, folder, screen = session.configuration.settings, session.configuration.folder, session.screen
        path, owner = kubeconfig_path(folder), holder(folder)
        is_up = owner is not None and path.exists()
        if kubeconfig:
            if not settings.embedded:
                raise NotFound("the clusters are configured ones; their kubeconfig files stand in the settings file")
            if not is_up:
                raise StateError(f"nobody keeps the embedded clusters up; start them in another terminal: {screen.program} up")
            screen.lines([str(path)])
            return SUCCEEDED
        session.announce()
        default = default_cluster(settings)
        rows = [
            (
                f"{name} (default)" if name == default else name,
                "yes" if is_protected else "no",
                ("embedded, up" if is_up else "embedded, down") if settings.embedded else str(settings.clusters[name].kubeconfig),
            )
            for name, is_protected in protection(settings).items()
        ]
        screen.lines(table(("CLUSTER", "PROTECTED", "WHERE"), rows, width=screen.width))
        return SUCCEEDED

    return conduct(ctx, work)


@click.command()
def version() -> int:
    """Print the version."""
    click.echo(f"promptops {installed_version('promptops')}")
    return SUCCEEDED
