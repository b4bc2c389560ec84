"""The generated parts of the documents: `python -m tests.docs.generate` writes them anew, `test_generated.py` compares.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; everything around it is written by hand.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot.command_line import group
from bot.commands.reference import parameter_rows
from bot.configuration import ENVIRONMENT
from bot.manifests import step_types
from bot.settings import Settings
from bot.verbs import VERBS
from sandbox.kubernetes.pods.outcomes import table as outcomes

ROOT = Path(__file__).resolve().parents[2]
PART = re.compile(r"(?P<open><!-- generated: (?P<name>[\w -]+) -->\n)(?P<text>.*?)(?P<close><!-- end -->)", re.DOTALL)


def main() -> None:
    """Write every generated part; name the files that changed."""
    for file, parts in pages().items():
        path = ROOT / file
        before = path.read_text(encoding="utf-8")
        after = replaced(before, parts)
        if after != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"wrote {file}\n")


def pages() -> dict[str, dict[str, str]]:
    """The generated parts by file and name."""
    return {
        "ARCHITECTURE.md": {"layers": layers()},
        "docs/configuration.md": {"settings": settings_table(), "environment": environment_table()},
        "docs/commands.md": {"verbs": verbs_table(), **{f"verb {item.name}": verb_text(item.name) for item in VERBS}},
        "docs/step-types.md": {"types": types_table(), **{f"type {name}": type_text(name) for name in step_types()}},
        "docs/embedded-clusters.md": {"outcomes": outcomes()},
    }


def replaced(page: str, parts: Mapping[str, str]) -> str:
    """The page with its generated parts made anew; raises ValueError where the page and the parts do not have the same names."""
    names = part_names(page)
    if sorted(names) != sorted(parts):
        raise ValueError(f"the page has the generated parts {sorted(names)}, and the code gives {sorted(parts)}")
    return PART.sub(lambda found: f"{found['open']}{parts[found['name']]}{found['close']}", page)


def part_names(page: str) -> list[str]:
    """The names of a page's generated parts."""
    return [found["name"] for found in PART.finditer(page)]


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; pipes in cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def layers() -> str:
    """The contract of layers in pyproject.toml, from the top down."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    names = next(item["layers"] for item in contracts if item["type"] == "layers")
    return "```text\n" + "".join(f"{name}\n" for name in names) + "```\n"


def settings_table() -> str:
    """Every setting of the file, by its path."""
    variables = {path: name for name, path in ENVIRONMENT.items()}
    rows = [(f"`{'.'.join(path)}`", default, _code(variables.get(path, "")), about) for path, default, about in _fields(Settings, ())]
    return markdown_table(("setting", "default", "environment", "about"), rows)


def environment_table() -> str:
    """Every variable that sets one setting."""
    return markdown_table(("variable", "setting"), [(f"`{name}`", f"`{'.'.join(path)}`") for name, path in ENVIRONMENT.items()])


def _fields(model: type[BaseModel], prefix: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], str, str]]:
    for name, info in model.model_fields.items():
        section = info.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from _fields(section, (*prefix, name))
            continue
        yield (*prefix, name), _default(info), info.description or ""
        if name == "clusters":
            yield from _fields(_cluster_section(info), (*prefix, name, "NAME"))


def _cluster_section(info: FieldInfo) -> type[BaseModel]:
    value = info.annotation.__args__[1]  # type: ignore[union-attr] # dict[str, ClusterSection]
    assert isinstance(value, type)
    assert issubclass(value, BaseModel)
    return value


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value: Any = info.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    if isinstance(value, float):
        return f"`{value / 3600:.0f}h`"
    return f"`{value}`"


def verbs_table() -> str:
    """The verbs in the order of the table."""
    rows = [(f"[`{item.name}`](#{item.name})", _code(item.arguments), " ".join(map(_code, item.aliases)), item.help) for item in VERBS]
    return markdown_table(("verb", "arguments", "alias", "what it does"), rows)


def verb_text(name: str) -> str:
    """One verb: usage, help, options."""
    item = next(item for item in VERBS if item.name == name)
    context = click.Context(group, info_name="promptops")
    command = group.get_command(context, name)
    assert command is not None
    usage = f"promptops {name}{' [OPTIONS]' if _options(command) else ''} {item.arguments}".rstrip()
    about = " ".join((command.help or "").split())
    options = [(f"`{', '.join(option.opts)}{_metavar(option)}`", option.help or "") for option in _options(command)]
    return f"```text\n{usage}\n```\n\n{about}\n" + (f"\n{markdown_table(('option', 'about'), options)}" if options else "")


def _options(command: click.Command) -> list[click.Option]:
    return [item for item in command.params if isinstance(item, click.Option)]


def _metavar(option: click.Option) -> str:
    if option.is_flag:
        return ""
    if isinstance(option.type, click.Choice):
        return f" {'|'.join(map(str, option.type.choices))}"
    return f" {option.metavar or option.type.name.upper().removesuffix(' RANGE')}"


def types_table() -> str:
    """The step types with their one-line help."""
    rows = [(f"[`{item.name}`](#{item.name})", item.help) for item in step_types().values()]
    return markdown_table(("step type", "what it does"), rows)


def type_text(name: str) -> str:
    """One step type: documentation and parameters."""
    found = step_types()[name]
    again = "May be repeated after a crash." if found.repeatable else "Not repeated after a crash in the middle: the run suspends and asks."
    rows = [(f"`{path}`", kind, _shown(kind, default), about) for path, kind, default, about in parameter_rows(found.schema())]
    given = markdown_table(("parameter", "type", "default", "about"), rows) if rows else "No parameters.\n"
    return f"{found.documentation}\n\n{again}\n\n{given}"


def _shown(kind: str, default: str) -> str:
    if default == "required":
        return default
    return _code(default.lower() if kind == "boolean" else default)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


if __name__ == "__main__":
    main()
