"""What a person names on the command line: a file or workflow, and `key=value` words."""

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from bot.commands.conduct import Session
from bot.manifests import library
from bot.requests import RunRequest
from steps.manifest.encoding import FILE_BYTES


def pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """`key=value` words as a mapping; raises a usage error naming the word that is none."""
    found: dict[str, str] = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key:
            raise click.UsageError(f"{text!r} is not key=value; write a parameter as image=nginx, a cluster as --on test")
        if key in found:
            raise click.UsageError(f"the parameter {key!r} is given twice")
        found[key] = value
    return found


@dataclass(frozen=True, slots=True)
class Named:
    """What is to run, as it was typed: a file or name, parameters, and the cluster and namespace for what names none."""

    workflow: str
    parameters: dict[str, str]
    cluster: str = ""
    namespace: str = ""


def request_of(session: Session, named: Named, key: str) -> RunRequest:
    """The request to run a file or workflow; reads it. Raises `InvalidManifest` with the nearest name."""
    if named.workflow == "-":
        text, file = sys.stdin.buffer.read(FILE_BYTES + 1).decode(errors="replace"), "<stdin>"
    else:
        entry = library(session.configuration.settings).resolve(named.workflow)
        text, file = entry.text, str(_near(entry.file))
    return RunRequest(text=text, file=file, parameters=named.parameters, cluster=named.cluster, namespace=named.namespace, key=key)


def _near(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_absolute() and path.is_relative_to(Path.cwd()) else path
