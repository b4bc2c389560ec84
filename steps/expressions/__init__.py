"""CUE expressions as KubeVela's `if` and `valueFrom` use them, and the paths of `from` and `parameterKey`.

Total and without side effects: any text parses or raises ExpressionSyntaxError, any evaluation ends soon with a
JSON value or an ExpressionError. What is supported is in `docs/expressions.md`; limits are in `limits`.
"""

from steps.expressions.errors import (
    BadCall,
    EvaluationProblem,
    ExpressionError,
    ExpressionSyntaxError,
    Missing,
    NotBoolean,
    PathError,
    TooLarge,
    TypeMismatch,
)
from steps.expressions.evaluation import Expression, evaluate, evaluate_if, parse, references, value_from
from steps.expressions.paths import Key, assign, lookup, parse_key
from steps.expressions.syntax import ANY, Path, Wildcard
from steps.expressions.values import Value

__all__ = [
    "ANY",
    "BadCall",
    "EvaluationProblem",
    "Expression",
    "ExpressionError",
    "ExpressionSyntaxError",
    "Key",
    "Missing",
    "NotBoolean",
    "Path",
    "PathError",
    "TooLarge",
    "TypeMismatch",
    "Value",
    "Wildcard",
    "assign",
    "evaluate",
    "evaluate_if",
    "lookup",
    "parse",
    "parse_key",
    "references",
    "value_from",
]
