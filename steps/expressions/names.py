"""Which function or constant a name means: imports, CUE's own functions, and what to say of an unknown one.

Also finds the dash trap, `status.my-step.failed`, which is a subtraction in CUE.
"""

import re
from collections.abc import Mapping, Sequence

from steps.expressions.errors import ExpressionSyntaxError, syntax_error
from steps.expressions.functions import Function, Package
from steps.expressions.packages import PACKAGES
from steps.expressions.predeclared import PREDECLARED
from steps.expressions.suggestions import did_you_mean, nearest
from steps.expressions.tokens import Token

BY_NAME: Mapping[str, Package] = {package.name: package for package in PACKAGES.values()}
"""The packages by the name that an import gives them, for example `json`."""

_SCOPE_ROOTS = frozenset({"status", "inputs", "context", "parameter"})
_DASHED = re.compile(r"[\w$]+(?:-[\w$]+)+")


def imported(text: str, offset: int, path: str) -> Package:
    """Return the package of an import line; raises ExpressionSyntaxError naming what there is."""
    package = PACKAGES.get(path)
    if package is None:
        known = {**BY_NAME, **PACKAGES}
        close = nearest(path, known)
        guess = f"did you mean {known[close].path!r}? " if close else ""
        raise syntax_error(text, offset, f"the package {path!r} is not supported here", f"{guess}there are {', '.join(sorted(PACKAGES))}")
    return package


def package_function(text: str, offset: int, package: Package, name: str) -> Function:
    """Return a function of a package; raises ExpressionSyntaxError with the nearest name."""
    function = package.functions.get(name)
    if function is None:
        said = f"{package.name}.{name} is unknown"
        if name in package.constants:
            said = f"{package.name}.{name} is a value and not a function"
        close = nearest(name, package.functions)
        hint = f"did you mean {package.name}.{close}?" if close else did_you_mean(name, package.functions)
        raise syntax_error(text, offset, said, hint)
    return function


def predeclared(text: str, offset: int, name: str) -> Function:
    """Return one of CUE's own functions; raises ExpressionSyntaxError with the nearest name or package."""
    function = PREDECLARED.get(name)
    if function is None:
        owners = [package for package in BY_NAME.values() if name in package.functions]
        close = nearest(name, PREDECLARED)
        if owners:
            hint = " or ".join(f'{each.name}.{name}(…) with the line import "{each.path}" first' for each in owners)
            hint = f"did you mean {hint}?"
        elif close:
            hint = f"did you mean {close}?"
        else:
            hint = f"functions are {', '.join(PREDECLARED)}, and those of imported packages"
        raise syntax_error(text, offset, f"{name} is not a function", hint)
    return function


def not_imported(text: str, offset: int, root: str, name: str) -> ExpressionSyntaxError:
    """Return the error for a call `root.name(…)` whose package no import line names."""
    package = BY_NAME.get(root)
    if package is not None:
        return syntax_error(
            text, offset, f"{root}.{name} needs the package", f'write the line import "{package.path}" before the expression'
        )
    close = nearest(root, BY_NAME)
    hint = f"did you mean {close}.{name}?" if close else f"functions are those of {', '.join(sorted(PACKAGES))}"
    return syntax_error(text, offset, f"{root}.{name} is not a function", hint)


def refuse_dashed_names(text: str, tokens: Sequence[Token]) -> None:
    """Raise ExpressionSyntaxError where a step or input with a dash in its name is written without quotes.

    `status.x` is always a struct, so a subtraction from it never has a value. From an input it may, so there the
    right side has to be a name that no scope has.
    """
    for place in range(len(tokens) - 4):
        root, dot, name, dash, after = tokens[place : place + 5]
        if (
            root.value not in {"status", "inputs"}
            or (root.kind, name.kind) != ("name", "name")
            or (dot.value, dash.value) != (".", "-")
            or not root.end == dot.start < dot.end == name.start < name.end == dash.start < dash.end == after.start
            or (place and tokens[place - 1].value == "." and tokens[place - 1].kind == "operator")
        ):
            continue
        known = after.kind != "name" or after.value in _SCOPE_ROOTS or text[after.end : after.end + 1] == "("
        written = _DASHED.match(text, name.start)
        if written is None or (root.value == "inputs" and known):
            continue
        raise _dashed(text, root, written)


def _dashed(text: str, root: Token, written: re.Match[str]) -> ExpressionSyntaxError:
    follows = re.match(r"(?:\.[A-Za-z_$][\w$]*)*", text[written.end() :])
    rest = follows.group() if follows else ""
    return syntax_error(
        text,
        root.start,
        f"{root.value}.{written.group()}{rest} is read as a subtraction, because names with a dash need quotes",
        f'did you mean {root.value}["{written.group()}"]{rest}?',
    )
