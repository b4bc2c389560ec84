"""What of CUE, and of the languages that people mix up with it, is outside this language, and what to write instead.

Only words: the parser decides where each applies.
"""

from collections.abc import Mapping

OPERATORS: Mapping[str, tuple[str, str]] = {
    "|": ("disjunction '|'", "write || between booleans, or [if condition {a}, b][0] to choose a value"),
    "&": ("unification '&'", "write && between booleans"),
    "=": ("a single '='", "write == to compare"),
    "?": ("the operator '?'", "write [if condition {a}, b][0] to choose a value, x.y != _|_ to test that a field is there"),
    "@": ("attributes such as @step(1)", "leave it away"),
    "...": ("open lists and structs '...'", "write all elements"),
    "_": ("the top value '_'", "write a value"),
}
"""What stands where an operator or a value was expected."""

BOUNDS: Mapping[str, str] = {
    sign: f"write the value on its left too, as in x {sign} y" for sign in ("<", "<=", ">", ">=", "!=", "==", "=~", "!~")
}
"""Comparison signs without a left operand: bounds in CUE."""

WORDS: Mapping[str, tuple[str, str]] = {
    "and": ("the word 'and' between two values", "write &&"),
    "or": ("the word 'or' between two values", "write ||"),
    "not": ("the word 'not'", "write !x"),
    "in": ("the word 'in'", 'write list.Contains(l, x) with the line import "list" first'),
    "is": ("the word 'is'", "write =="),
    "if": ("'if' after a value", "write [if condition {a}, b][0] to choose a value"),
    "div": ("the word 'div' between two values", "write div(a, b)"),
    "mod": ("the word 'mod' between two values", "write mod(a, b)"),
    "quo": ("the word 'quo' between two values", "write quo(a, b)"),
    "rem": ("the word 'rem' between two values", "write rem(a, b)"),
}
"""Words that stand after a value, where an operator belongs."""

STARTS: Mapping[str, tuple[str, str]] = {
    "let": ("'let'", "write a field, and refer to it by its name"),
    "package": ("a package clause", "leave it away"),
    "import": ("'import' after the first expression", "write the import lines first"),
    "if": ("struct comprehensions", "write [if condition {a}, b][0] to choose a value"),
    "for": ("struct comprehensions", "write a list, as in [for x in l {x.name}]"),
}
"""Keywords at the start of a value or field."""

NAMES: Mapping[str, str] = {
    "True": "write true",
    "False": "write false",
    "None": "write null",
    "nil": "write null",
    "undefined": "write x.y == _|_ to test that a field is missing",
    "always": "the word always stands alone in an `if`, outside of expressions",
    **dict.fromkeys(("string", "int", "float", "number", "bool", "bytes", "uint"), "this is a type in CUE, and a value is needed"),
}
"""Names that people write for something else; said when the name is missing from the scope."""


def outside(what: str, instead: str) -> str:
    """Return the message for something that CUE has and this language leaves out."""
    return f"not supported here: {what}; {'instead, ' if instead.startswith('write') else ''}{instead}"
