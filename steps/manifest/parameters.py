"""The parameters that a workflow declares in its annotation `promptops.dev/parameters`, and the `key=value` texts that fill them.

The annotation is a JSON Schema of an object, of the subset below; values land in `spec.context`. KubeVela ignores the annotation, so such a
workflow stays valid there.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from steps.errors import InvalidManifest
from steps.expressions import ExpressionError
from steps.expressions.limits import Work
from steps.expressions.patterns import compiled
from steps.manifest.context import BUILT_IN
from steps.manifest.fields import described
from steps.manifest.positions import FieldPath, Mark, Positions
from steps.manifest.report import Report, Tally, has_errors
from steps.manifest.source import read
from steps.model.manifest import PARAMETERS_ANNOTATION, Workflow, WorkflowRun

ANNOTATION_PATH: FieldPath = ("metadata", "annotations", PARAMETERS_ANNOTATION)

VALUE_CHARACTERS = 16 * 1024
"""Longest value of one parameter."""

DECLARED = 100
"""Most parameters of a workflow."""

Kind: TypeAlias = Literal["string", "integer", "number", "boolean", "array"]

_TYPES: tuple[Kind, ...] = ("string", "integer", "number", "boolean", "array")
_OBJECT = ("$schema", "type", "title", "description", "properties", "required", "additionalProperties")
_COMMON = ("type", "title", "description", "enum", "default")
_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    "string": ("pattern", "minLength", "maxLength"),
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
    "boolean": (),
    "array": ("items",),
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,3})?")
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter. `items` is the type of an array's elements; `default` counts only with `has_default`."""

    name: str
    type: Kind = "string"
    items: Kind = "string"
    title: str = ""
    description: str = ""
    required: bool = False
    has_default: bool = False
    default: Any = None
    enum: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""

    def parse(self, text: str) -> Any:
        """The typed value of a `key=value` text; raises ValueError saying what is wanted."""
        if len(text) > VALUE_CHARACTERS:
            raise ValueError(f"the value of {self.name!r} has {len(text)} characters; at most {VALUE_CHARACTERS} are accepted")
        if self.type == "array":
            value: Any = [_typed(self.name, each, self.items) for each in _elements(self.name, text)]
        else:
            value = _typed(self.name, text, self.type)
        self.check(value)
        return value

    def check(self, value: Any) -> None:
        """Raise ValueError where a typed value does not fit."""
        if not _fits(value, self.type) or (self.type == "array" and not all(_fits(each, self.items) for each in value)):
            raise ValueError(f"{self.name!r} must be {self._wanted()}, not {described(value)}")
        if self.enum and not any(type(value) is type(each) and value == each for each in self.enum):
            raise ValueError(f"{self.name!r} must be one of {', '.join(map(str, self.enum))}, not {str(value)[:80]!r}")
        if self.minimum is not None and value < self.minimum:
            raise ValueError(f"{self.name!r} must be at least {self.minimum:g}, not {value}")
        if self.maximum is not None and value > self.maximum:
            raise ValueError(f"{self.name!r} must be at most {self.maximum:g}, not {value}")
        if self.min_length is not None and len(value) < self.min_length:
            raise ValueError(f"{self.name!r} must have at least {self.min_length} characters, not {len(value)}")
        if self.max_length is not None and len(value) > self.max_length:
            raise ValueError(f"{self.name!r} must have at most {self.max_length} characters, not {len(value)}")
        if self.pattern and not self._matches(value):
            raise ValueError(f"{self.name!r} must match the pattern {self.pattern}, and {value[:80]!r} does not")

    def _matches(self, value: str) -> bool:
        try:
            return compiled(self.pattern).search(Work(), value)
        except ExpressionError as error:
            raise ValueError(f"the pattern of {self.name!r} cannot be tried: {error}") from error

    def _wanted(self) -> str:
        words = {"string": "a string", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
        return words.get(self.type) or f"a list of {self.items}s"


def declared(manifest: WorkflowRun | Workflow) -> tuple[Parameter, ...]:
    """The parameters of a manifest, in the order written; raises InvalidManifest for a broken annotation."""
    tally = Tally()
    report = Report("", Positions(Mark(0, 0), ""), tally, fixed=(0, 0))
    found = declarations(report, ANNOTATION_PATH, manifest.metadata.annotations.get(PARAMETERS_ANNOTATION, ""))
    if has_errors(tally.problems):
        raise InvalidManifest(tally.result())
    return found


def declarations(report: Report, path: FieldPath, text: str) -> tuple[Parameter, ...]:
    """The parameters of an annotation's text; what is wrong with it is reported, with its place inside the text."""
    if not text.strip():
        return ()
    try:
        documents = read(text, report.file)
    except InvalidManifest as invalid:
        for problem in invalid.problems:
            report.error_inside(path, problem.line, problem.column, problem.message, problem.suggestion)
        return ()
    return _Schema(report, path, documents[0].positions).parameters(documents[0].value)


class _Schema:
    """Reads the schema inside the annotation."""

    def __init__(self, report: Report, path: FieldPath, positions: Positions) -> None:
        self._report = report
        self._path = path
        self._positions = positions

    def _error(self, inner: FieldPath, message: str, suggestion: str = "") -> None:
        self._report.error_inside(self._path, *self._positions.key(inner), message, suggestion)

    def parameters(self, schema: Any) -> tuple[Parameter, ...]:
        if not isinstance(schema, dict):
            self._error((), f"{PARAMETERS_ANNOTATION} must be a JSON Schema of an object, not {described(schema)}")
            return ()
        self._keywords((), schema, _OBJECT)
        if schema.get("type", "object") != "object":
            self._error(("type",), "the parameters together are an object", "write type: object")
        if schema.get("additionalProperties", False) is not False:
            self._error(("additionalProperties",), "keys that are not declared are always refused", "delete additionalProperties")
        properties = {} if schema.get("properties") is None else schema["properties"]
        if not isinstance(properties, dict):
            self._error(("properties",), f"properties must be an object, not {described(properties)}")
            return ()
        if len(properties) > DECLARED:
            self._error(("properties",), f"{len(properties)} parameters are declared; at most {DECLARED} are accepted")
            return ()
        required = [] if schema.get("required") is None else schema["required"]
        if not isinstance(required, list) or not all(isinstance(each, str) for each in required):
            self._error(("required",), "required must be a list of names")
            required = []
        for name in required:
            if name not in properties:
                self._error(("required",), f"required names {name!r}, which is not declared", self._report.nearest(name, properties))
        found = (self._parameter(name, each, is_required=name in required) for name, each in properties.items())
        return tuple(each for each in found if each is not None)

    def _keywords(self, inner: FieldPath, schema: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for keyword in schema:
            if keyword not in known:
                said = f"the schema keyword {keyword[:80]!r} is not supported here"
                self._error((*inner, keyword), said, self._report.nearest(keyword, known))

    def _parameter(self, name: str, schema: Any, *, is_required: bool) -> Parameter | None:
        inner: FieldPath = ("properties", name)
        if name in BUILT_IN:
            self._error(inner, f"the parameter {name!r} has the name of one of KubeVela's own context values", "choose another name")
            return None
        if not _NAME.fullmatch(name):
            self._error(inner, f"the parameter name {name[:80]!r} is not one", "use letters, digits, - and _")
            return None
        if not isinstance(schema, dict):
            self._error(inner, f"the schema of {name!r} must be an object, not {described(schema)}", "write for example {type: string}")
            return None
        kind = self._type((*inner, "type"), schema.get("type", "string"))
        if kind is None:
            return None
        self._keywords(inner, schema, _COMMON + _BY_TYPE[kind])
        parameter = Parameter(
            name=name,
            type=kind,
            items=self._items(inner, schema.get("items")),
            title=self._value(inner, schema, "title", str, ""),
            description=self._value(inner, schema, "description", str, ""),
            required=is_required,
            has_default="default" in schema,
            default=schema.get("default"),
            enum=tuple(self._value(inner, schema, "enum", list, [])),
            minimum=self._value(inner, schema, "minimum", (int, float), None),
            maximum=self._value(inner, schema, "maximum", (int, float), None),
            min_length=self._value(inner, schema, "minLength", int, None),
            max_length=self._value(inner, schema, "maxLength", int, None),
            pattern=self._pattern(inner, self._value(inner, schema, "pattern", str, "")),
        )
        return parameter if self._is_consistent(inner, parameter) else None

    def _type(self, inner: FieldPath, kind: Any) -> Kind | None:
        for known in _TYPES:
            if kind == known:
                return known
        suggestion = self._report.nearest(kind, _TYPES) if isinstance(kind, str) else f"there are {', '.join(_TYPES)}"
        self._error(inner, f"the type {str(kind)[:80]!r} is not supported for a parameter", suggestion)
        return None

    def _items(self, inner: FieldPath, items: Any) -> Kind:
        if items is None:
            return "string"
        kind = items.get("type", "string") if isinstance(items, dict) and set(items) <= {"type"} else items
        found = self._type((*inner, "items"), "" if kind == "array" else kind)
        return found or "string"

    def _value(self, inner: FieldPath, schema: Mapping[str, Any], name: str, kind: type | tuple[type, ...], default: Any) -> Any:
        value = schema.get(name, default)
        if value is default:
            return default
        if not isinstance(value, kind) or isinstance(value, bool):
            self._error((*inner, name), f"{name} cannot be {described(value)}")
            return default
        return value

    def _pattern(self, inner: FieldPath, pattern: str) -> str:
        try:
            compiled(pattern)
        except ExpressionError as error:
            self._error((*inner, "pattern"), f"the pattern {pattern[:80]!r} is not usable: {error}")
            return ""
        return pattern

    def _is_consistent(self, inner: FieldPath, parameter: Parameter) -> bool:
        checks: list[tuple[str, Any]] = [("default", parameter.default)] if parameter.has_default else []
        checks += [("enum", each) for each in parameter.enum]
        for name, value in checks:
            try:
                parameter.check(value)
            except ValueError as error:
                self._error((*inner, name), f"the {name} does not fit: {error}")
                return False
        return True


def _typed(name: str, text: str, kind: Kind) -> Any:
    readers: Mapping[str, tuple[str, Callable[[str], Any]]] = {
        "string": ("a string", str),
        "integer": ("a whole number, for example 3", lambda each: int(each) if _INTEGER.fullmatch(each) else None),
        "number": ("a number, for example 1.5", lambda each: _finite(float(each)) if _NUMBER.fullmatch(each) else None),
        "boolean": ("true or false", lambda each: _BOOLEANS.get(each.lower())),
    }
    wanted, reader = readers[kind]
    value = reader(text if kind == "string" else text.strip())
    if value is None:
        raise ValueError(f"{name!r} must be {wanted}, not {text[:80]!r}")
    return value


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _elements(name: str, text: str) -> list[str]:
    if not text.strip():
        return []
    if not text.lstrip().startswith("["):
        return [each.strip() for each in text.split(",")]
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f'{name!r} must be a list, as a,b,c or ["a", "b"], not {text[:80]!r}') from error
    return [each if isinstance(each, str) else json.dumps(each) for each in values]


def _fits(value: Any, kind: Kind) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    kinds: Mapping[str, type | tuple[type, ...]] = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list}
    return isinstance(value, kinds[kind])
