"""Parameters of a workflow: the annotation, and the `key=value` of a command."""

# ruff: noqa: E501 - schemas and messages are compared whole, as they are

import json
from collections.abc import Callable
from typing import Any

import pytest

from steps.errors import InvalidManifest
from steps.manifest.parameters import Parameter, declared
from steps.manifest.prepared import Prepared
from steps.model.manifest import PARAMETERS_ANNOTATION, Metadata, WorkflowRun


def workflow(schema: dict[str, Any] | str | None, context: str = "{}") -> str:
    annotation = "" if schema is None else json.dumps(schema if isinstance(schema, str) else json.dumps(schema))
    annotations = f"  annotations: {{promptops.dev/parameters: {annotation}}}\n" if annotation else ""
    return (
        f"apiVersion: core.oam.dev/v1alpha1\nkind: WorkflowRun\nmetadata:\n  name: w\n{annotations}"
        f"spec:\n  context: {context}\n  workflowSpec:\n    steps:\n    - {{type: suspend}}\n"
    )


def one(**schema: Any) -> str:
    return workflow({"type": "object", "properties": {"x": schema}})


VALUES: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "1", "1"),
    ({"type": "string"}, " as it is ", " as it is "),
    ({"type": "integer"}, "-3", -3),
    ({"type": "number"}, "1.5", 1.5),
    ({"type": "boolean"}, "Yes", True),
    ({"type": "boolean"}, "false", False),
    ({"type": "array"}, "a, b,c", ["a", "b", "c"]),
    ({"type": "array", "items": {"type": "integer"}}, "[1, 2]", [1, 2]),
    ({"type": "array", "items": {"type": "string"}}, '["a,b", "c"]', ["a,b", "c"]),
    ({"type": "array"}, "", []),
    ({"enum": ["a", "b"]}, "b", "b"),
    ({"type": "integer", "minimum": 1, "maximum": 5}, "5", 5),
    ({"pattern": "^[a-z]+$", "minLength": 2, "maxLength": 3}, "abc", "abc"),
]


@pytest.mark.parametrize(("schema", "text", "value"), VALUES)
def test_a_value_lands_typed_in_the_context(accept: Callable[..., Prepared], schema: dict[str, Any], text: str, value: Any) -> None:
    found = accept(one(**schema), parameters={"x": text}).manifest.spec.context["x"]

    assert (found, type(found)) == (value, type(value))


MISFITS: list[tuple[dict[str, Any], str, str]] = [
    ({"type": "integer"}, "1.5", "'x' must be a whole number, for example 3, not '1.5'"),
    ({"type": "integer"}, "9" * 30, f"'x' must be a whole number, for example 3, not '{'9' * 30}'"),
    ({"type": "number"}, "nan", "'x' must be a number, for example 1.5, not 'nan'"),
    ({"type": "number"}, "1e999", "'x' must be a number, for example 1.5, not '1e999'"),
    ({"type": "boolean"}, "maybe", "'x' must be true or false, not 'maybe'"),
    ({"type": "array", "items": {"type": "integer"}}, "1,b", "'x' must be a whole number, for example 3, not 'b'"),
    ({"type": "array"}, "[1,", "'x' must be a list, as a,b,c or [\"a\", \"b\"], not '[1,'"),
    ({"enum": ["a", "b"]}, "c", "'x' must be one of a, b, not 'c'"),
    ({"type": "integer", "minimum": 1}, "0", "'x' must be at least 1, not 0"),
    ({"type": "number", "maximum": 1.5}, "2", "'x' must be at most 1.5, not 2.0"),
    ({"minLength": 2}, "a", "'x' must have at least 2 characters, not 1"),
    ({"maxLength": 2}, "abc", "'x' must have at most 2 characters, not 3"),
    ({"pattern": "^[a-z]+$"}, "A", "'x' must match the pattern ^[a-z]+$, and 'A' does not"),
    ({"pattern": "^(a+)+$"}, "a" * 5000 + "!", f"'x' must match the pattern ^(a+)+$, and '{'a' * 80}' does not"),
    ({}, "x" * 20_000, "the value of 'x' has 20000 characters; at most 16384 are accepted"),
]


@pytest.mark.parametrize(("schema", "text", "expected"), MISFITS)
def test_a_value_that_does_not_fit_says_what_is_wanted(
    refuse: Callable[..., list[str]], schema: dict[str, Any], text: str, expected: str
) -> None:
    assert refuse(one(**schema), parameters={"x": text}) == [f"run.yaml: {expected}"]


def test_given_values_win_over_the_context_and_that_over_defaults(accept: Callable[..., Prepared]) -> None:
    schema = {"properties": {name: {"default": "default"} for name in "abc"}, "required": ["a"]}
    prepared = accept(workflow(schema, "{b: manifest, c: manifest, other: 1}"), parameters={"c": "given"})

    assert prepared.manifest.spec.context == {"a": "default", "b": "manifest", "c": "given", "other": 1}


def test_what_is_missing_undeclared_or_kubevelas_own_is_refused_at_once(refuse: Callable[..., list[str]]) -> None:
    schema = {"properties": {"image": {"description": "what to deploy"}, "replicas": {"type": "integer"}}, "required": ["image"]}

    assert refuse(workflow(schema), parameters={"imag": "x", "name": "y", "replicas": "z"}) == [
        "run.yaml:5:17: metadata.annotations: this workflow has no parameter 'imag'; did you mean 'image'?",
        "run.yaml:5:17: metadata.annotations: 'name' is one of KubeVela's own context values and cannot be given; metadata.name and `in NAMESPACE` set name and namespace",
        "run.yaml: 'replicas' must be a whole number, for example 3, not 'z'",
        "run.yaml:5:17: metadata.annotations: the parameter 'image' is missing; add image=… (what to deploy)",
    ]


def test_a_workflow_without_declarations_takes_no_parameters(refuse: Callable[..., list[str]]) -> None:
    (problem,) = refuse(workflow(None), parameters={"x": "1"})

    assert problem.endswith(
        "this workflow declares no parameters, so 'x' cannot be given; declare it in the annotation promptops.dev/parameters"
    )


def test_a_value_in_the_manifest_fits_its_declaration_too(refuse: Callable[..., list[str]]) -> None:
    assert refuse(workflow({"properties": {"x": {"type": "integer"}}}, "{x: many}")) == [
        "run.yaml:7:16: spec.context.x: 'x' must be a whole number, not the text 'many'"
    ]


BROKEN: list[tuple[Any, str]] = [
    ([], "promptops.dev/parameters must be a JSON Schema of an object, not a list"),
    (
        {"oneOf": []},
        "the schema keyword 'oneOf' is not supported here; known: $schema, additionalProperties, description, properties, required, title, type",
    ),
    ({"type": "array"}, "the parameters together are an object; write type: object"),
    ({"additionalProperties": True}, "keys that are not declared are always refused; delete additionalProperties"),
    ({"properties": []}, "properties must be an object, not a list"),
    ({"required": "x"}, "required must be a list of names"),
    ({"required": ["y"], "properties": {"x": {}}}, "required names 'y', which is not declared; known: x"),
    ({"properties": {"x": 1}}, "the schema of 'x' must be an object, not the number 1; write for example {type: string}"),
    ({"properties": {"x": {"type": "strin"}}}, "the type 'strin' is not supported for a parameter; did you mean 'string'?"),
    (
        {"properties": {"x": {"format": "date"}}},
        "the schema keyword 'format' is not supported here; known: default, description, enum, maxLength, minLength, pattern, title, type",
    ),
    (
        {"properties": {"x": {"type": "array", "items": {"type": "array"}}}},
        "the type '' is not supported for a parameter; known: array, boolean, integer, number, string",
    ),
    ({"properties": {"x": {"minLength": "a"}}}, "minLength cannot be the text 'a'"),
    ({"properties": {"x": {"default": 1}}}, "the default does not fit: 'x' must be a string, not the number 1"),
    ({"properties": {"x": {"enum": ["a"], "default": "b"}}}, "the default does not fit: 'x' must be one of a, not 'b'"),
    (
        {"properties": {"stepName": {}}},
        "the parameter 'stepName' has the name of one of KubeVela's own context values; choose another name",
    ),
    ({"properties": {"a b": {}}}, "the parameter name 'a b' is not one; use letters, digits, - and _"),
]


@pytest.mark.parametrize(("schema", "expected"), BROKEN)
def test_a_broken_declaration_is_a_problem_of_the_manifest(refuse: Callable[..., list[str]], schema: Any, expected: str) -> None:
    (problem,) = refuse(workflow(json.dumps(schema)))

    assert problem.partition('["promptops.dev/parameters"]: ')[2] == expected


def test_a_pattern_that_is_none_is_refused(refuse: Callable[..., list[str]]) -> None:
    (problem,) = refuse(one(pattern="(a"))

    assert "the pattern '(a' is not usable" in problem


def test_a_problem_inside_the_annotation_has_its_place_in_the_file(refuse: Callable[..., list[str]]) -> None:
    text = workflow(None).replace(
        "  name: w\n",
        '  name: w\n  annotations:\n    promptops.dev/parameters: |\n      {\n        "properties": {\n          "x": {"type": "text"}\n        }\n      }\n',
    )

    assert [problem.partition(": ")[0] for problem in refuse(text)] == ["run.yaml:9:17"]


def test_declared_parameters_serve_help_and_forms() -> None:
    schema = "properties:\n  image: {description: what to deploy, minLength: 1}\n  count: {type: integer, default: 2, maximum: 9}\nrequired: [image]\n"
    manifest = WorkflowRun(metadata=Metadata(name="w", annotations={PARAMETERS_ANNOTATION: schema}))

    assert declared(manifest) == (
        Parameter("image", description="what to deploy", required=True, min_length=1),
        Parameter("count", type="integer", has_default=True, default=2, maximum=9),
    )
    assert declared(WorkflowRun(metadata=Metadata(name="w"))) == ()
    with pytest.raises(InvalidManifest, match="not supported for a parameter"):
        declared(WorkflowRun(metadata=Metadata(name="w", annotations={PARAMETERS_ANNOTATION: "{properties: {x: {type: y}}}"})))
