"""From the text of a query to its tokens."""

import re
from dataclasses import dataclass
from typing import Literal

from local_azure.stream_analytics.language.position import Position, QueryError

Kind = Literal["name", "quoted", "number", "string", "symbol", "end"]

MAX_QUERY_LENGTH = 1_000_000
"""Characters. Stream Analytics itself stops at 1 MB."""

_PATTERN = re.compile(
    r"""
    (?P<space>  \s+ | --[^\n]* | /\*.*?\*/ )
  | (?P<number> \d+\.\d*(?:[eE][+-]?\d+)? | \.\d+(?:[eE][+-]?\d+)? | \d+(?:[eE][+-]?\d+)? )
  | (?P<string> N?'(?:[^']|'')*' )
  | (?P<quoted> \[(?:[^\]]|\]\])*\] | "(?:[^"]|"")*" )
  | (?P<name>   [A-Za-z_@\#][\w@\#$]* )
  | (?P<symbol> <> | != | >= | <= | !< | !> | /(?!\*) | [-+*%=<>(),.;] )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a query. `text` is the name without its brackets, or the string without its quotes."""

    kind: Kind
    text: str
    position: Position

    @property
    def keyword(self) -> str:
        """The word in upper case if it could be a keyword or symbol; a quoted name or a string never is."""
        return self.text.upper() if self.kind in ("name", "symbol") else ""

    def __str__(self) -> str:
        return "the end of the query" if self.kind == "end" else repr(self.text)


def tokenize(text: str) -> list[Token]:
    """All tokens of a query, closed by one of kind `end`. Raises QueryError at a character that starts none."""
    if len(text) > MAX_QUERY_LENGTH:
        raise QueryError(f"the query is longer than {MAX_QUERY_LENGTH} characters", Position(1, 1))
    tokens: list[Token] = []
    line, line_start, offset = 1, 0, 1 if text.startswith("\ufeff") else 0
    while offset < len(text):
        position = Position(line, offset - line_start + 1)
        match = _PATTERN.match(text, offset)
        if match is None:
            raise QueryError(_complaint(text, offset), position)
        word = match.group()
        if match.lastgroup != "space":
            tokens.append(_token(match.lastgroup or "", word, position))
        newlines = word.count("\n")
        if newlines:
            line += newlines
            line_start = offset + word.rindex("\n") + 1
        offset = match.end()
    tokens.append(Token("end", "", Position(line, offset - line_start + 1)))
    return tokens


def _token(kind: str, word: str, position: Position) -> Token:
    match kind:
        case "quoted":
            return Token("quoted", word[1:-1].replace(word[-1] * 2, word[-1]), position)
        case "string":
            return Token("string", word[word.index("'") + 1 : -1].replace("''", "'"), position)
        case "number":
            return Token("number", word, position)
        case "name":
            return Token("name", word, position)
        case _:
            return Token("symbol", word, position)


def _complaint(text: str, offset: int) -> str:
    character = text[offset]
    if character == "'":
        return "a string is not closed"
    if character in '["':
        return "a quoted name is not closed"
    if text.startswith("/*", offset):
        return "a comment is not closed"
    return f"unexpected character {character!r}"
