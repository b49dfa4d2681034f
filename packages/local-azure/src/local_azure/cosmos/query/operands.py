"""Tokens to tree: operands, from signs and members down to literals, paths, calls and parentheses."""

import math
from abc import ABC, abstractmethod
from contextlib import suppress

from local_azure.cosmos.errors import bad_request, unsupported
from local_azure.cosmos.query.cursor import RESERVED, Cursor
from local_azure.cosmos.query.functions import FUNCTIONS
from local_azure.cosmos.query.lexer import Token, syntax_error
from local_azure.cosmos.query.syntax import (
    Aggregate,
    ArrayLiteral,
    Call,
    Literal,
    Member,
    Node,
    ObjectLiteral,
    Parameter,
    Path,
    Query,
    Subquery,
    SubqueryKind,
    Unary,
)
from local_azure.cosmos.query.values import UNDEFINED

AGGREGATES = frozenset({"COUNT", "SUM", "AVG", "MIN", "MAX"})
MAX_DEPTH = 60
"""Nested parentheses and the like, and operators in a row that make the tree deeper; ANDs and ORs do not."""

_CONSTANTS = {"TRUE": True, "FALSE": False, "NULL": None, "UNDEFINED": UNDEFINED}
_UNSUPPORTED = frozenset({"UDF"})
_OF_SUBQUERIES: dict[str, SubqueryKind] = {"EXISTS": "EXISTS", "ARRAY": "ARRAY"}
_UNSUPPORTED_CALLS = frozenset({"ALL", "FIRST", "LAST"})


class OperandParser(Cursor, ABC):
    """Reads operands. `root` is the name that paths start with; `aggregates` gathers those of the query."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.root: str | None = None
        self.scoped = False
        self.aliases: list[str] = []
        """In a scoped query: the names that paths may begin with."""
        self.aggregates: list[Aggregate] = []
        self.aggregates_allowed = False

    @abstractmethod
    def expression(self) -> Node:
        """One expression, as it may stand in parentheses."""

    @abstractmethod
    def nested(self) -> Query:
        """A subquery, from SELECT up to but without the closing parenthesis."""

    def expressions(self) -> list[Node]:
        """One or more, between commas."""
        expressions = [self.expression()]
        while self.accept_symbol(","):
            expressions.append(self.expression())
        return expressions

    def subquery(self, kind: SubqueryKind) -> Subquery:
        """`(SELECT ...)`"""
        self.expect_symbol("(")
        query = self.nested()
        self.expect_symbol(")")
        return Subquery(kind, query)

    def operand(self) -> Node:
        """One operand with its signs and members."""
        operators: list[str] = []
        while self.peek().kind == "symbol" and self.peek().text in "-+~":
            operators.append(self.peek().text)
            self.position += 1
            lengthened(len(operators) - 1)
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
                chained = lengthened(chained)

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
                    self.position -= 1
                    return self.subquery("SCALAR")
                inner = self.expression()
                self.expect_symbol(")")
                return inner
            case "symbol" if token.text == "[":
                items = () if self.is_symbol("]") else tuple(self.expressions())
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
        if word in _UNSUPPORTED or (word in _UNSUPPORTED_CALLS and self.is_symbol("(")):
            raise unsupported(word)
        if word in _OF_SUBQUERIES and self.is_symbol("("):
            return self.subquery(_OF_SUBQUERIES[word])
        if self.is_symbol("("):
            return self._call(token, word)
        if not self.scoped and token.text == self.root:
            return Path(())
        if self.scoped and token.text in self.aliases:
            return Path((token.text,))
        if word in RESERVED:
            raise syntax_error(f"'{token.text}' was not expected", token.at)
        raise bad_request(f"Identifier '{token.text}' could not be resolved.")

    def _call(self, token: Token, name: str) -> Node:
        self.expect_symbol("(")
        if name in AGGREGATES:
            return self._aggregate(token, name)
        arguments = [] if self.is_symbol(")") else self.expressions()
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


def lengthened(chained: int) -> int:
    """Count one more operator of a chain that makes the tree deeper; 400 if they are too many."""
    if chained >= MAX_DEPTH:
        raise bad_request(f"More than {MAX_DEPTH} operators in a row.")
    return chained + 1


def _number(token: Token) -> int | float:
    """A number as JSON has it: a literal is the value of a parameter or of a document that is written alike.

    400 for one that JSON does not take: it is beyond the doubles, or of more digits than are written out.
    """
    text = token.text
    with suppress(ValueError, OverflowError):
        if text.isdigit():
            return int(text)
        number = int(text, 16) if text[:2] in ("0x", "0X") else float(text)
        if math.isfinite(number):
            return number
    raise syntax_error("the number is too large", token.at)
