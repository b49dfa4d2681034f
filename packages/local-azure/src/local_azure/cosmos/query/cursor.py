"""A place in the tokens of a query, with the questions that a parser asks."""

from local_azure.cosmos.query.lexer import Token, syntax_error, tokens

_WORDS = """
    SELECT VALUE DISTINCT TOP FROM AS WHERE GROUP ORDER BY OFFSET LIMIT AND OR NOT IN BETWEEN LIKE ESCAPE ASC DESC
    TRUE FALSE NULL UNDEFINED EXISTS ARRAY JOIN UDF
"""
RESERVED = frozenset(_WORDS.split())
"""Words that are not names, except after a dot."""


class Cursor:
    """Reads tokens from `position` on."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.position: int = 0

    def peek(self) -> Token:
        """The next token, `end` at the end."""
        return self.tokens[self.position]

    def at_end(self) -> bool:
        """True if all tokens have been read."""
        return self.peek().kind == "end"

    def is_next(self, keyword: str) -> bool:
        """True if the next token is this keyword, in upper or lower case."""
        token = self.peek()
        return token.kind == "name" and token.text.upper() == keyword

    def follows_a_dot(self) -> bool:
        """True if the token before was a dot, so that this one names a property."""
        return self.position > 0 and self.tokens[self.position - 1].text == "."

    def accept(self, keyword: str) -> bool:
        """Read this keyword if it is next."""
        is_there = self.is_next(keyword)
        self.position += is_there
        return is_there

    def is_symbol(self, symbol: str) -> bool:
        """True if the next token is this symbol."""
        token = self.peek()
        return token.kind == "symbol" and token.text == symbol

    def accept_symbol(self, symbol: str) -> bool:
        """Read this symbol if it is next."""
        is_there = self.is_symbol(symbol)
        self.position += is_there
        return is_there

    def expect(self, keyword: str) -> None:
        """Read this keyword; 400 if it is not next."""
        if not self.accept(keyword):
            raise syntax_error(f"expected {keyword}", self.peek().at)

    def expect_symbol(self, symbol: str) -> None:
        """Read this symbol; 400 if it is not next."""
        if not self.accept_symbol(symbol):
            raise syntax_error(f"expected '{symbol}'", self.peek().at)

    def identifier(self, what: str) -> str:
        """Read a name that is not a keyword."""
        token = self.peek()
        if token.kind != "name" or token.text.upper() in RESERVED:
            raise syntax_error(f"expected {what}", token.at)
        self.position += 1
        return token.text
