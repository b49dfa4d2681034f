"""A place in the tokens of a query: look, take, demand."""

from collections.abc import Generator
from contextlib import contextmanager

from local_azure.stream_analytics.language.position import QueryError
from local_azure.stream_analytics.language.tokens import Token, tokenize

MAX_DEPTH = 50
"""The deepest nesting of expressions; a person's query stays far below, a hostile one would exhaust the stack."""

MAX_OPERATORS = 100
"""The most arithmetic operators in one expression: each nests its tree one level deeper."""

RESERVED = frozenset(
    {
        *("SELECT", "INTO", "FROM", "WHERE", "GROUP", "HAVING", "WITH", "TIMESTAMP", "PARTITION", "OVER", "BY", "AS"),
        *("UNION", "ORDER", "JOIN", "LEFT", "INNER", "CROSS", "OUTER", "APPLY", "ON"),
        *("AND", "OR", "NOT", "IS", "IN", "LIKE", "BETWEEN", "NULL", "CASE", "WHEN", "THEN", "ELSE", "END"),
    }
)
"""Words that are not names unless they stand in brackets."""


class Cursor:
    """Reads tokens from left to right. Its methods raise QueryError at the token that does not fit."""

    def __init__(self, text: str) -> None:
        self._tokens = tokenize(text)
        self._next = 0
        self._depth = 0
        self._operators = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._next]

    def ahead(self, count: int = 1) -> Token:
        """The token `count` places behind the next one."""
        return self._tokens[min(self._next + count, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Step over the next token and give it."""
        token = self.token
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def at(self, *keywords: str) -> bool:
        """True if the next tokens are these keywords or symbols."""
        return all(self.ahead(place).keyword == keyword for place, keyword in enumerate(keywords))

    def accept(self, *keywords: str) -> bool:
        """Step over these keywords if they come next."""
        if not self.at(*keywords):
            return False
        self._next += len(keywords)
        return True

    def expect(self, keyword: str) -> Token:
        """Step over this keyword or symbol; refuse anything else."""
        if not self.at(keyword):
            raise QueryError(f"expected {keyword}, found {self.token}", self.token.position)
        return self.take()

    def operator(self) -> Token:
        """Step over an arithmetic operator; refuse more than MAX_OPERATORS in one expression."""
        self._operators += 1
        if self._operators > MAX_OPERATORS:
            raise QueryError(f"more than {MAX_OPERATORS} arithmetic operators in one expression", self.token.position)
        return self.take()

    def name(self) -> Token:
        """Step over a name: in brackets any, without them none that is a reserved word."""
        token = self.token
        if token.kind != "quoted" and (token.kind != "name" or token.keyword in RESERVED):
            raise QueryError(f"expected a name, found {token}", token.position)
        return self.take()

    def at_name(self) -> bool:
        """True if a name comes next."""
        return self.token.kind == "quoted" or (self.token.kind == "name" and self.token.keyword not in RESERVED)

    @contextmanager
    def deeper(self) -> Generator[None]:
        """Count one level of nesting; refuse more than MAX_DEPTH."""
        self._depth += 1
        if self._depth == 1:
            self._operators = 0
        if self._depth > MAX_DEPTH:
            raise QueryError(f"nested deeper than {MAX_DEPTH} levels", self.token.position)
        yield
        self._depth -= 1
