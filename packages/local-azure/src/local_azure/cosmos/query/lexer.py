"""Query text to tokens."""

import re
from typing import Literal, TypeAlias

import msgspec

from local_azure.cosmos.errors import bad_request

TokenKind: TypeAlias = Literal["number", "string", "name", "parameter", "symbol", "end"]
MAX_QUERY_BYTES = 512 * 1024
"""Azure's own limit: https://learn.microsoft.com/azure/cosmos-db/concepts-limits#sql-query-limits"""

_TOKEN = re.compile(
    r"""(?:\s|--[^\n]*+)*+(?:
      (?P<number>0[xX][0-9a-fA-F]+(?![\w.])|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<name>[A-Za-z_]\w*)
    | (?P<parameter>@\w+)
    | (?P<symbol><>|!=|<=|>=|<<|>>>?|\|\||\?\?|[-+*/%=<>().,\[\]{}:?&|^~])
    | (?P<end>$)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "/": "/", "\\": "\\", "'": "'", '"': '"'}


class Token(msgspec.Struct, frozen=True):
    """`text` is a string's value without quotes and escapes, otherwise what stands in the query; `at` its place."""

    kind: TokenKind
    text: str
    at: int


def syntax_error(message: str, at: int) -> Exception:
    """400 with the place in the query."""
    return bad_request(f"Syntax error at position {at}: {message}.")


def tokens(text: str) -> list[Token]:
    """All tokens and an `end`. 400 for text that is not a token of the language or is too long."""
    if len(text) > MAX_QUERY_BYTES or len(text.encode(errors="replace")) > MAX_QUERY_BYTES:
        raise bad_request(f"The query text has more than {MAX_QUERY_BYTES} bytes.")
    tokens: list[Token] = []
    place = 0
    while True:
        match = _TOKEN.match(text, place)
        if match is None:
            rest = text[place:].lstrip()
            raise syntax_error(f"'{rest[:20]}' is not understood", len(text) - len(rest))
        kind = match.lastgroup
        value = match[str(kind)]
        at = match.start(str(kind))
        place = match.end()
        if kind == "string":
            value = _unescape(value[1:-1], at)
        tokens.append(Token(kind, value, at))  # pyright: ignore[reportArgumentType] - the groups are the kinds
        if kind == "end":
            return tokens


def _unescape(text: str, at: int) -> str:
    if "\\" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _ESCAPED:
            raise syntax_error(f"the string has an unknown escape '\\{code}'", at)
        return _ESCAPED[code]

    plain = _ESCAPE.sub(replace, text)
    try:
        # Two \u escapes may be one character beyond the basic plane.
        return plain.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as problem:
        raise syntax_error("the string holds half a surrogate pair", at) from problem
