"""Tokens to a tree: CUE's grammar for expressions, and a refusal in people's words for the rest of CUE.

Depth is counted and bounded, operators of one precedence make one flat node, so no text exhausts Python's stack.
Leaves names of the scope to the evaluation; functions and packages are known here.
"""

from collections.abc import Callable
from typing import NoReturn

from steps.expressions import names
from steps.expressions.cursor import LEVELS, Cursor
from steps.expressions.functions import Function, Package
from steps.expressions.refusals import BOUNDS, OPERATORS, STARTS, WORDS, outside
from steps.expressions.syntax import (
    Bottom,
    Call,
    Chain,
    Comprehension,
    Field,
    For,
    If,
    Interpolation,
    ListLiteral,
    Literal,
    Node,
    Presence,
    Reference,
    Segment,
    Select,
    Slice,
    StructLiteral,
    Unary,
)
from steps.expressions.tokens import Token, tokenize

_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_LABELS = frozenset({"name", "string"})


class _Parser(Cursor):
    """A position in the tokens of one text."""

    def __init__(self, text: str, *, imports_implied: bool) -> None:
        super().__init__(text, tokenize(text))
        self.packages: dict[str, Package] = dict(names.BY_NAME) if imports_implied else {}
        names.refuse_dashed_names(text, self.tokens)

    # The whole text.

    def whole(self) -> Node:
        self.imports()
        while self.skips(","):
            pass
        if self.token.kind == "end":
            self.refuse("an expression is missing")
        if self.word("package") and self.ahead().kind == "name":
            self.refuse(outside(*STARTS["package"]))
        before = self.place
        body = self.fields(None) if self.labels() else self.expression()
        if self.sees(":"):
            self.place = before
            body = self.fields(None)
        self.stranger()
        while self.skips(","):
            pass
        if self.token.kind != "end":
            self.stranger()
            self.refuse(f"expected one expression, found {self.said(self.token)} after it", "an operator may be missing")
        return body

    def imports(self) -> None:
        while self.word("import") and (self.ahead().kind in {"string", "name"} or self.ahead().value == "("):
            opening = self.take()
            if self.skips("("):
                while not self.skips(")"):
                    self.imported(opening)
                    if not self.skips(",") and not self.sees(")"):
                        self.refuse(f"expected ')' for the import, found {self.said(self.token)}")
            else:
                self.imported(opening)
            if not self.skips(",") and self.token.kind != "end":
                self.refuse("an import stands on a line of its own")

    def imported(self, opening: Token) -> None:
        alias = self.take().value if self.token.kind == "name" else None
        path = self.take()
        if path.kind != "string":
            self.refuse('an import needs the package in quotes, as in import "strconv"', at=opening)
        package = names.imported(self.text, path.start, path.value)
        self.packages[alias or package.name] = package

    # Structs.

    def labels(self) -> bool:
        """Return whether a field begins here."""
        return (
            self.token.kind in _LABELS
            and self.ahead().kind == "operator"
            and (self.ahead().value == ":" or (self.ahead().value in {"?", "!"} and self.ahead(2).value == ":"))
        )

    def fields(self, opening: Token | None) -> Node:
        """Parse fields up to the closing brace, or to the end of the text without an opening one."""
        found: list[Field] = []
        labels: set[str] = set()
        while not self.sees("}") and self.token.kind != "end":
            field = self.field()
            if isinstance(field.label, str):
                if field.label in labels:
                    self.refuse(f"the field {field.label!r} is written twice", "write it once", at=self.token_at(field.start))
                labels.add(field.label)
            found.append(field)
            if not self.skips(",") and not self.sees("}") and self.token.kind != "end":
                self.stranger()
                self.refuse(f"expected ',' or a new line after the field, found {self.said(self.token)}")
        if opening is not None:
            self.closes("}", opening)
        return StructLiteral(tuple(found))

    def token_at(self, start: int) -> Token:
        return next(token for token in self.tokens if token.start == start)

    def field(self) -> Field:
        start = self.token
        if not self.labels() and start.kind == "name" and start.value in STARTS:
            self.refuse(outside(*STARTS[start.value]))
        if self.sees("...", "@"):
            self.refuse(outside(*OPERATORS[start.value]))
        label, name = self.label()
        if self.sees("?", "!"):
            self.refuse(outside("optional and required fields 'name?:'", "write name: value"))
        if not self.skips(":"):
            self.stranger()
            self.refuse("a struct has fields, or one value alone", "write name: value", at=start)
        if self.labels():  # a: b: 1
            self.deeper()
            value: Node = StructLiteral((self.field(),))
            self.depth -= 1
        else:
            value = self.expression()
        return Field(label, value, name, start.start)

    def label(self) -> tuple[str | Node, str | None]:
        if self.token.kind == "name":
            name = self.take().value
            if name.startswith(("#", "_#")):
                self.refuse(outside(f"the definition {name}", "write a plain field"), at=self.tokens[self.place - 1])
            if name.startswith("_"):
                self.refuse(outside(f"the hidden field {name}", "write a name without '_'"), at=self.tokens[self.place - 1])
            return name, name
        if self.token.kind == "string":
            return self.take().value, None
        if self.token.kind == "head":
            return self.interpolation(), None
        if self.skips("("):
            label = self.expression()
            if not self.skips(")"):
                self.refuse(f"expected ')', found {self.said(self.token)}")
            return label, None
        if self.sees("["):
            self.refuse(outside("a list or a pattern such as [string] in a struct", "write name: value"))
        return self.refuse(f"expected a field name, found {self.said(self.token)}")

    def struct(self) -> Node:
        opening = self.take()
        if self.sees("}"):
            self.take()
            return StructLiteral(())
        if self.labels() or self.sees("...", "@") or (self.token.kind == "name" and self.token.value in STARTS):
            return self.fields(opening)
        before = self.place
        value = self.expression()
        if self.sees(":"):
            self.place = before
            return self.fields(opening)
        self.skips(",")
        if not self.sees("}"):
            self.stranger()
            self.refuse("a struct has fields, or one value alone", "write name: value", at=self.tokens[before])
        self.closes("}", opening)
        return value

    # Lists.

    def elements(self) -> Node:
        opening = self.take()
        elements: list[Node | Comprehension] = []
        while not self.sees("]"):
            if self.sees("..."):
                self.refuse(outside(*OPERATORS["..."]))
            elements.append(self.comprehension() if self.word("if") or self.word("for") else self.expression())
            if not self.skips(","):
                break
        self.closes("]", opening)
        return ListLiteral(tuple(elements))

    def comprehension(self) -> Comprehension:
        clauses: list[For | If] = []
        while not self.sees("{"):
            if self.word("if"):
                self.take()
                clauses.append(If(self.expression()))
            elif self.word("for"):
                clauses.append(self.loop())
            elif self.word("let"):
                self.refuse(outside(*STARTS["let"]))
            else:
                self.stranger()
                self.refuse(f"expected '{{' and the element, found {self.said(self.token)}", "as in [if a {b}]")
            self.skips(",")
        self.deeper()
        body = self.struct()
        self.depth -= 1
        return Comprehension(tuple(clauses), body)

    def loop(self) -> For:
        self.take()
        found = [self.variable()]
        if self.skips(","):
            found.append(self.variable())
        if not self.word("in"):
            self.refuse(f"expected 'in', found {self.said(self.token)}", "as in [for x in l {x.name}]")
        self.take()
        source = self.expression()
        return For(found[0] if len(found) > 1 else None, found[-1], source)

    def variable(self) -> str:
        token = self.take()
        if token.kind != "name" or token.value in _CONSTANTS:
            self.refuse(f"expected a name, found {self.said(token)}", "as in [for x in l {x.name}]", at=token)
        return str(token.value)

    # Expressions.

    def expression(self) -> Node:
        self.deeper()
        node = self.binary(0)
        self.depth -= 1
        return node

    def binary(self, level: int) -> Node:
        if level == len(LEVELS):
            return self.unary()
        # The loop below would do alone; skipping the levels that do not occur keeps the stack flat.
        first = self.binary(level + 1)
        rest: list[tuple[str, Node]] = []
        while self.sees(*LEVELS[level]):
            sign = self.take()
            operand = self.binary(level + 1)
            if isinstance(operand, Bottom) or isinstance(first, Bottom):
                first, rest = self.presence(sign, first, rest, operand), []
                continue
            if sign.value == "-":
                first, rest, operand = self.dash(sign, first, rest, operand)
            rest.append((sign.value, operand))
        return Chain(first, tuple(rest)) if rest else first

    def presence(self, sign: Token, first: Node, rest: list[tuple[str, Node]], operand: Node) -> Node:
        if sign.value not in {"==", "!="} or (isinstance(operand, Bottom) and isinstance(first, Bottom)):
            self.refuse("_|_ is no value", "write x.y != _|_ to test that a field is there", at=sign)
        tested = operand if isinstance(first, Bottom) else Chain(first, tuple(rest)) if rest else first
        return Presence(tested, expected=sign.value == "!=")

    def dash(self, sign: Token, first: Node, rest: list[tuple[str, Node]], operand: Node) -> tuple[Node, list[tuple[str, Node]], Node]:
        """Remember, for the case that a name is missing, that a dash without spaces may belong to a name."""
        if rest or not (isinstance(first, Reference) and isinstance(operand, Reference)):
            return first, rest, operand
        spaced = self.text[sign.start - 1].isspace() or self.text[sign.end : sign.end + 1].isspace()
        if spaced or not all(isinstance(segment, str) for segment in first.segments):
            return first, rest, operand
        *before, last = (first.root, *first.segments)
        written = f"{last}-{operand.root}"
        hint = f'a dash needs quotes: did you mean {".".join(map(str, before))}["{written}"]?' if before else ""
        return Reference(first.root, first.segments, hint), rest, Reference(operand.root, operand.segments, hint)

    def unary(self) -> Node:
        signs: list[str] = []
        while self.sees("!", "-", "+"):
            signs.append(self.take().value)
        operand = self.postfix()
        if signs and isinstance(operand, Bottom):
            self.refuse("_|_ is no value", "write x.y != _|_ to test that a field is there")
        return Unary(tuple(signs), operand) if signs else operand

    def postfix(self) -> Node:
        token = self.token
        node = self.name() if token.kind == "name" else self.primary()
        segments: list[Segment] = []
        while self.sees(".", "["):
            segments.append(self.selector() if self.take().value == "." else self.index())
        if self.sees("("):
            self.refuse("only functions can be called", f"functions are {', '.join(sorted(names.BY_NAME))}.… and len()")
        if not segments:
            return node
        if isinstance(node, Literal | Bottom):
            self.refuse(f"{self.said(token)} has no fields", at=token)
        if isinstance(node, Reference):
            return Reference(node.root, (*node.segments, *segments))
        return Select(node, tuple(segments))

    def selector(self) -> str:
        token = self.take()
        if token.kind not in _LABELS:
            self.refuse(f"expected a field name after '.', found {self.said(token)}", 'write x["name"] or x[0]', at=token)
        if token.kind == "name" and token.value.startswith("#"):
            self.refuse(outside(f"the definition {token.value}", "write a plain field"), at=token)
        return str(token.value)

    def index(self) -> Segment:
        opening = self.tokens[self.place - 1]
        low = None if self.sees(":") else self.expression()
        if self.skips(":"):
            high = None if self.sees("]") else self.expression()
            self.closes("]", opening)
            return Slice(low, high)
        self.closes("]", opening)
        match low:
            case Literal(bool() | float() | None as value):
                return self.refuse(f"an index is a name in quotes or a whole number, not {value!r}", at=opening)
            case Literal(str() | int() as value):
                return value
            case None:
                return self.refuse("the index is missing", at=opening)
            case _:
                return low

    def name(self) -> Node:
        token = self.take()
        name: str = token.value
        if name in _CONSTANTS:
            return Literal(_CONSTANTS[name])
        if self.sees("("):
            return self.call(names.predeclared(self.text, token.start, name))
        if name in STARTS and (self.token.kind == "name" or name == "import"):
            self.refuse(outside(*STARTS[name]), at=token)
        if name == "not" and self.token.kind == "name":
            self.refuse(outside(*WORDS["not"]), at=token)
        if name == "_":
            self.refuse(outside(*OPERATORS["_"]), at=token)
        if name.startswith(("#", "_#")):
            self.refuse(outside(f"the definition {name}", "write a value"), at=token)
        if self.sees(".") and self.ahead().kind == "name":
            return self.packaged(token)
        if name in self.packages:
            self.refuse(f"{name} is a package and no value", f"write {name}.Function(…)", at=token)
        return Reference(name)

    def packaged(self, token: Token) -> Node:
        package = self.packages.get(token.value)
        called = self.ahead(2)
        is_call = called.kind == "operator" and called.value == "("
        if package is None:
            if is_call:
                raise names.not_imported(self.text, token.start, token.value, self.ahead().value)
            return Reference(token.value)
        self.take()
        name = self.take()
        if not is_call and name.value in package.constants:
            return self.constant(package.constants[name.value])
        function = names.package_function(self.text, name.start, package, name.value)
        if not is_call:
            self.refuse(f"{function.name} is a function", f"call it: {function.name}(…)", at=name)
        return self.call(function)

    def constant(self, value: object) -> Node:
        if isinstance(value, dict):
            return StructLiteral(tuple(Field(name, self.constant(each), None, 0) for name, each in value.items()))
        assert value is None or isinstance(value, (bool, int, float, str))
        return Literal(value)

    def call(self, function: Function) -> Node:
        opening = self.take()
        arguments: list[Node] = []
        while not self.sees(")"):
            arguments.append(self.expression())
            if not self.skips(","):
                break
        self.closes(")", opening)
        wanted = len(function.parameters)
        if len(arguments) != wanted:
            takes = ", ".join(each.value for each in function.parameters)
            self.refuse(
                f"{function.name} takes {wanted} argument{'s' * (wanted != 1)} ({takes}), {len(arguments)} given",
                at=opening,
            )
        return Call(function, tuple(arguments))

    def primary(self) -> Node:
        token = self.token
        if token.kind in {"number", "string"}:
            return Literal(self.take().value)
        if token.kind == "head":
            return self.interpolation()
        if token.kind == "bottom":
            return Bottom(self.take().start)
        parsers: dict[str, Callable[[], Node]] = {"(": self.parenthesis, "[": self.elements, "{": self.struct}
        if token.kind == "operator" and token.value in parsers:
            return parsers[token.value]()
        return self.no_value(token)

    def no_value(self, token: Token) -> NoReturn:
        if token.kind == "operator":
            if token.value in BOUNDS:
                self.refuse(outside(f"a bound such as {token.value}10", BOUNDS[token.value]))
            if token.value == "*":
                self.refuse(outside("a default '*x'", "write the value alone"))
            if token.value in OPERATORS:
                self.refuse(outside(*OPERATORS[token.value]))
        self.refuse(f"expected a value, found {self.said(token)}")

    def parenthesis(self) -> Node:
        opening = self.take()
        node = self.expression()
        self.closes(")", opening)
        return node

    def interpolation(self) -> Node:
        parts: list[str | Node] = [self.take().value]
        while True:
            parts.append(self.expression())
            piece = self.take()
            if piece.kind not in {"middle", "tail"}:
                self.refuse(f'expected ")" of the interpolation, found {self.said(piece)}', at=piece)
            parts.append(piece.value)
            if piece.kind == "tail":
                return Interpolation(tuple(part for part in parts if part != ""))


def parsed(text: str, *, imports_implied: bool = False) -> Node:
    """Return the tree of a text; raises ExpressionSyntaxError with line, column and what to write instead."""
    return _Parser(text, imports_implied=imports_implied).whole()
