"""Tokens to tree: expressions, by recursive descent.

Precedence from loose to tight: `? :` and `??`, OR, AND, NOT, comparison (with IN, BETWEEN, LIKE), `|`, `^`, `&`,
`<< >> >>>`, `||` and `+ -`, `* / %`, then operands.
"""

from collections.abc import Callable

from local_azure.cosmos.errors import bad_request, unsupported
from local_azure.cosmos.query.lexer import syntax_error
from local_azure.cosmos.query.operands import MAX_DEPTH, OperandParser, lengthened
from local_azure.cosmos.query.syntax import Between, Binary, Conditional, In, Like, Logical, Node, Path, Unary

_COMPARISONS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"|"}),
    frozenset({"^"}),
    frozenset({"&"}),
    frozenset({"<<", ">>", ">>>"}),
    frozenset({"||", "+", "-"}),
    frozenset({"*", "/", "%"}),
)


class ExpressionParser(OperandParser):
    """Reads expressions."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def paths(self, clause: str) -> list[Path]:
        """One or more properties, between commas; 400 for any other expression."""
        paths = [self.path(clause)]
        while self.accept_symbol(","):
            paths.append(self.path(clause))
        return paths

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
            chained = lengthened(chained)
        return left

    def _disjunction(self) -> Node:
        return self._chain("OR", lambda: self._chain("AND", self._negation))

    def _chain(self, keyword: str, operand: Callable[[], Node]) -> Node:
        operands = [operand()]
        while self.accept(keyword):
            operands.append(operand())
        return operands[0] if len(operands) == 1 else Logical(keyword, tuple(operands))

    def _negation(self) -> Node:
        negations = 0
        while self.accept("NOT"):
            negations += 1
        node = self._comparison()
        # Two do not cancel each other: of anything but a boolean they are undefined. More than two are one or two.
        for _ in range(min(negations, 2 - negations % 2)):
            node = Unary("NOT", node)
        return node

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
        condition = self._in_between_or_like(left)
        if condition is None:
            if negated:
                raise syntax_error("expected IN, BETWEEN or LIKE after NOT", self.peek().at)
            return left
        return Unary("NOT", condition) if negated else condition

    def _in_between_or_like(self, left: Node) -> Node | None:
        if self.accept("IN"):
            self.expect_symbol("(")
            if self.is_next("SELECT"):
                raise unsupported("A subquery after IN")
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
            return self.operand()
        left = self._level(level + 1)
        chained = 0
        while self.peek().kind == "symbol" and self.peek().text in _LEVELS[level]:
            operator = self.peek().text
            self.position += 1
            left = Binary(operator, left, self._level(level + 1))
            chained = lengthened(chained)
        return left
