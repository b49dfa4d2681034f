"""Tokens to tree: expressions, by recursive descent.

Precedence from loose to tight: `? :` and `??`, OR, AND, NOT, comparison (with IN, BETWEEN, LIKE), `|`, `^`, `&`,
`||` and `+ -`, `* / %`, unary.
"""

from collections.abc import Callable
from typing import ClassVar

from local_azure.cosmos.errors import bad_request, unsupported
from local_azure.cosmos.query.functions import FUNCTIONS
from local_azure.cosmos.query.lexer import Token, syntax_error, tokens
from local_azure.cosmos.query.syntax import (
    Aggregate,
    ArrayLiteral,
    Between,
    Binary,
    Call,
    Conditional,
    In,
    Like,
    Literal,
    Logical,
    Member,
    Node,
    ObjectLiteral,
    Parameter,
    Path,
    Unary,
)
from local_azure.cosmos.query.values import UNDEFINED

AGGREGATES = frozenset({"COUNT", "SUM", "AVG", "MIN", "MAX"})
MAX_DEPTH = 60
"""Nested parentheses and the like; a chain of ANDs, ORs or sums has no depth."""

_CONSTANTS = {"TRUE": True, "FALSE": False, "NULL": None, "UNDEFINED": UNDEFINED}
_COMPARISONS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"|"}),
    frozenset({"^"}),
    frozenset({"&"}),
    frozenset({"||", "+", "-"}),
    frozenset({"*", "/", "%"}),
)


class ExpressionParser:
    """Reads expressions from `position` on; `root` is the name that paths start with."""

    RESERVED: ClassVar[frozenset[str]] = frozenset(
        [
            "SELECT",
            "VALUE",
            "DISTINCT",
            "TOP",
            "FROM",
            "AS",
            "WHERE",
            "GROUP",
            "ORDER",
            "BY",
            "OFFSET",
            "LIMIT",
            "AND",
            "OR",
            "NOT",
            "IN",
            "BETWEEN",
            "LIKE",
            "ESCAPE",
            "ASC",
            "DESC",
            "TRUE",
            "FALSE",
            "NULL",
            "UNDEFINED",
            "EXISTS",
            "ARRAY",
            "JOIN",
            "UDF",
        ]
    )

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.position = 0
        self.root: str | None = None
        self.aggregates: list[Aggregate] = []
        self.aggregates_allowed = False
        self.unnamed = 0
        self._depth = 0

    # tokens

    def peek(self) -> Token:
        """The next token, `end` at the end."""
        return self.tokens[self.position]

    def at_end(self) -> bool:
        """Whether all is read."""
        return self.peek().kind == "end"

    def is_next(self, keyword: str) -> bool:
        """Whether the next token is this keyword, in any case."""
        token = self.peek()
        return token.kind == "name" and token.text.upper() == keyword

    def follows_a_dot(self) -> bool:
        """Whether the token before was a dot, so that this one names a property."""
        return self.position > 0 and self.tokens[self.position - 1].text == "."

    def accept(self, keyword: str) -> bool:
        """Read this keyword if it is next."""
        found = self.is_next(keyword)
        self.position += found
        return found

    def accept_symbol(self, symbol: str) -> bool:
        """Read this symbol if it is next."""
        token = self.peek()
        found = token.kind == "symbol" and token.text == symbol
        self.position += found
        return found

    def expect(self, keyword: str) -> None:
        """Read this keyword; 400 if it is not next."""
        if not self.accept(keyword):
            raise syntax_error(f"expected {keyword}", self.peek().at)

    def expect_symbol(self, symbol: str) -> None:
        """Read this symbol; 400 if it is not next."""
        if not self.accept_symbol(symbol):
            raise syntax_error(f"expected '{symbol}'", self.peek().at)

    def identifier(self, what: str) -> str:
        """Read a name that is no keyword."""
        token = self.peek()
        if token.kind != "name" or token.text.upper() in self.RESERVED:
            raise syntax_error(f"expected {what}", token.at)
        self.position += 1
        return token.text

    # expressions

    def expressions(self) -> list[Node]:
        """One or more, between commas."""
        found = [self.expression()]
        while self.accept_symbol(","):
            found.append(self.expression())
        return found

    def paths(self, clause: str) -> list[Path]:
        """One or more properties, between commas; 400 for any other expression."""
        found = [self.path(clause)]
        while self.accept_symbol(","):
            found.append(self.path(clause))
        return found

    def path(self, clause: str) -> Path:
        """One property; 400 for any other expression."""
        node = self.expression()
        if not isinstance(node, Path) or not node.steps:
            raise unsupported(f"{clause} anything but a property")
        return node

    def expression(self) -> Node:
        """One expression, nested at most `MAX_DEPTH` deep."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise bad_request(f"The query is nested more than {MAX_DEPTH} deep.")
        try:
            return self._conditional()
        finally:
            self._depth -= 1

    def _conditional(self) -> Node:
        left = self._disjunction()
        if self.accept_symbol("?"):
            yes = self.expression()
            self.expect_symbol(":")
            return Conditional(left, yes, self.expression())
        chained = 0
        while self.accept_symbol("??"):
            left = Binary("??", left, self._disjunction())
            chained = _lengthened(chained)
        return left

    def _disjunction(self) -> Node:
        return self._chain("OR", lambda: self._chain("AND", self._negation))

    def _chain(self, keyword: str, operand: Callable[[], Node]) -> Node:
        operands = [operand()]
        while self.accept(keyword):
            operands.append(operand())
        return operands[0] if len(operands) == 1 else Logical(keyword, tuple(operands))

    def _negation(self) -> Node:
        negated = False
        while self.accept("NOT"):
            negated = not negated
        operand = self._comparison()
        return Unary("NOT", operand) if negated else operand

    def _comparison(self) -> Node:
        left = self._level(0)
        token = self.peek()
        if token.kind == "symbol" and token.text in _COMPARISONS:
            self.position += 1
            operator = "!=" if token.text == "<>" else token.text
            node: Node = Binary(operator, left, self._level(0))
            if self.peek().text in _COMPARISONS:
                raise syntax_error("comparisons must be put in parentheses", self.peek().at)
            return node
        negated = self.accept("NOT")
        found = self._in_between_or_like(left)
        if found is None:
            if negated:
                raise syntax_error("expected IN, BETWEEN or LIKE after NOT", self.peek().at)
            return left
        return Unary("NOT", found) if negated else found

    def _in_between_or_like(self, left: Node) -> Node | None:
        if self.accept("IN"):
            self.expect_symbol("(")
            if self.is_next("SELECT"):
                raise unsupported("A subquery")
            choices = self.expressions()
            self.expect_symbol(")")
            return In(left, tuple(choices))
        if self.accept("BETWEEN"):
            low = self._level(0)
            self.expect("AND")
            return Between(left, low, self._level(0))
        if self.accept("LIKE"):
            pattern = self._level(0)
            escape = None
            if self.accept("ESCAPE"):
                token = self.peek()
                if token.kind != "string" or len(token.text) != 1:
                    raise syntax_error("ESCAPE needs a string of one character", token.at)
                escape = token.text
                self.position += 1
            return Like(left, pattern, escape)
        return None

    def _level(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        left = self._level(level + 1)
        chained = 0
        while self.peek().kind == "symbol" and self.peek().text in _LEVELS[level]:
            operator = self.peek().text
            self.position += 1
            left = Binary(operator, left, self._level(level + 1))
            chained = _lengthened(chained)
        return left

    def _unary(self) -> Node:
        operators: list[str] = []
        while self.peek().kind == "symbol" and self.peek().text in "-+~":
            operators.append(self.peek().text)
            self.position += 1
            _lengthened(len(operators) - 1)
        node = self._members(self._primary())
        for operator in reversed(operators):
            node = Unary(operator, node)
        return node

    def _members(self, node: Node) -> Node:
        chained = 0
        while True:
            if self.accept_symbol("."):
                token = self.peek()
                if token.kind != "name":
                    raise syntax_error("expected a property's name", token.at)
                self.position += 1
                key: Node = Literal(token.text)
            elif self.accept_symbol("["):
                key = self.expression()
                self.expect_symbol("]")
            else:
                return node
            if isinstance(node, Path) and isinstance(key, Literal) and type(key.value) in (str, int):
                node = Path((*node.steps, key.value))
            else:
                node = Member(node, key)
                chained = _lengthened(chained)

    def _primary(self) -> Node:  # noqa: PLR0911 - one for each kind of token
        token = self.peek()
        self.position += 1
        match token.kind:
            case "number":
                return Literal(_number(token))
            case "string":
                return Literal(token.text)
            case "parameter":
                return Parameter(token.text)
            case "name":
                return self._named(token)
            case "symbol" if token.text == "(":
                if self.is_next("SELECT"):
                    raise unsupported("A subquery")
                inner = self.expression()
                self.expect_symbol(")")
                return inner
            case "symbol" if token.text == "[":
                items = () if self.peek().text == "]" else tuple(self.expressions())
                self.expect_symbol("]")
                return ArrayLiteral(items)
            case "symbol" if token.text == "{":
                return self._object()
            case _:
                raise syntax_error(
                    f"'{token.text}' was not expected" if token.text else "the query ends too early", token.at
                )

    def _object(self) -> Node:
        items: dict[str, Node] = {}
        while not self.accept_symbol("}"):
            if items:
                self.expect_symbol(",")
            token = self.peek()
            if token.kind not in ("string", "name"):
                raise syntax_error("expected a property's name", token.at)
            self.position += 1
            self.expect_symbol(":")
            items[token.text] = self.expression()
        return ObjectLiteral(tuple(items.items()))

    def _named(self, token: Token) -> Node:
        word = token.text.upper()
        if word in _CONSTANTS:
            return Literal(_CONSTANTS[word])
        if word in ("EXISTS", "ARRAY", "UDF") or (word in ("ALL", "FIRST", "LAST") and self.peek().text == "("):
            raise unsupported(word)
        if self.peek().text == "(" and self.peek().kind == "symbol":
            return self._call(token, word)
        if token.text == self.root:
            return Path(())
        if word in self.RESERVED:
            raise syntax_error(f"'{token.text}' was not expected", token.at)
        raise bad_request(f"Identifier '{token.text}' could not be resolved.")

    def _call(self, token: Token, name: str) -> Node:
        self.expect_symbol("(")
        if name in AGGREGATES:
            return self._aggregate(token, name)
        arguments = [] if self.peek().text == ")" and self.peek().kind == "symbol" else self.expressions()
        self.expect_symbol(")")
        function = FUNCTIONS.get(name)
        if function is None:
            raise unsupported(f"The function {name}")
        if len(arguments) not in function.arity:
            raise bad_request(f"The function {name} takes {function.takes()} arguments, not {len(arguments)}.")
        return Call(name, tuple(arguments))

    def _aggregate(self, token: Token, name: str) -> Node:
        if not self.aggregates_allowed:
            raise bad_request(f"The aggregate {name} at position {token.at} may only stand in SELECT, and in no other.")
        if name == "COUNT" and self.accept_symbol("*"):
            argument: Node = Literal(1)
        else:
            self.aggregates_allowed = False
            argument = self.expression()
            self.aggregates_allowed = True
        self.expect_symbol(")")
        aggregate = Aggregate(name, argument, len(self.aggregates))
        self.aggregates.append(aggregate)
        return aggregate


def _lengthened(chained: int) -> int:
    """Count one more operator of a chain that makes the tree deeper; 400 if they are too many."""
    if chained >= MAX_DEPTH:
        raise bad_request(f"More than {MAX_DEPTH} operators in a row.")
    return chained + 1


def _number(token: Token) -> int | float:
    if token.text.isdigit():
        if len(token.text) > 19:
            return float(token.text)
        return int(token.text)
    return float(token.text)
