"""Prompt files: data with a name, a version and an output schema, rendered in a sandbox.

A file is Markdown with YAML front matter and two Jinja blocks, `system` and `user`. A later folder replaces prompts of an earlier one by
name, so that a team can bring its own. Which facts go in belongs to `prompts.briefing`, what comes out to `prompts.contract`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, Literal, cast

import yaml
from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from steps.errors import Permanent

Output = Literal["text", "score"]
OUTPUTS: Final = ("text", "score")
_FENCE: Final = "---\n"
_FIELDS: Final = frozenset({"name", "version", "output", "help"})
_BLOCKS: Final = ("system", "user")


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: Literal["system", "user"]
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file, read. `label` is what answers cite, for example `diagnose@1`."""

    name: str
    version: int
    output: Output
    help: str
    template: Template

    @property
    def label(self) -> str:
        """Name and version."""
        return f"{self.name}@{self.version}"

    def render(self, *, data: str, fence: str, language: str) -> tuple[Message, ...]:
        """The messages to send; raises `Permanent` naming the prompt when its template fails."""
        context = self.template.new_context({"data": data, "fence": fence, "language": language})
        try:
            return tuple(Message(role, "".join(self.template.blocks[role](context)).strip()) for role in ("system", "user"))
        except TemplateError as error:
            raise Permanent(f"prompt {self.label!r} cannot be rendered: {error}; correct its file") from error


def read_prompt(source: str, origin: str) -> Prompt:
    """A prompt from the text of its file; raises `Permanent` naming the file and what is wrong with it."""
    head, found, body = source.removeprefix(_FENCE).partition(f"\n{_FENCE}")
    if not source.startswith(_FENCE) or not found:
        raise Permanent(f"prompt file {origin!r} has no front matter; begin it with '---', name, version, output and '---'")
    try:
        fields = yaml.safe_load(head)
        template = _environment().from_string(body)
    except (yaml.YAMLError, TemplateError) as error:
        raise Permanent(f"prompt file {origin!r} cannot be read: {error}") from error
    _validate(fields, template, origin)
    return Prompt(fields["name"], fields["version"], cast("Output", fields["output"]), str(fields.get("help", "")), template)


def load_prompts(*folders: Traversable) -> Mapping[str, Prompt]:
    """The shipped prompts by name, and those of more folders; the last one of a name wins."""
    shipped = files("prompts") / "library"
    found: dict[str, Prompt] = {}
    for folder in (shipped, *folders):
        for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if item.name.endswith(".md"):
                prompt = read_prompt(item.read_text(encoding="utf-8"), item.name)
                found[prompt.name] = prompt
    return found


def _environment() -> ImmutableSandboxedEnvironment:
    # The output is a prompt and no HTML: escaping would change the data that the model reads.
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


def _validate(fields: Any, template: Template, origin: str) -> None:
    if not isinstance(fields, dict) or not isinstance(fields.get("name"), str) or not isinstance(fields.get("version"), int):
        raise Permanent(f"prompt file {origin!r} needs a 'name' and a whole number as 'version' in its front matter")
    if unknown := sorted(set(fields) - _FIELDS):
        raise Permanent(f"prompt file {origin!r} has an unknown field {unknown[0]!r}; known: {', '.join(sorted(_FIELDS))}")
    if fields.get("output") not in OUTPUTS:
        raise Permanent(f"prompt file {origin!r} has output {fields.get('output')!r}; write one of {', '.join(OUTPUTS)}")
    if missing := [name for name in _BLOCKS if name not in template.blocks]:
        raise Permanent(f"prompt file {origin!r} has no block {missing[0]!r}; write {{% block {missing[0]} %}}…{{% endblock %}}")
