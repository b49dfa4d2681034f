"""The texts of a query's clauses, to build another query from them."""

import msgspec

from local_azure.cosmos.query.lexer import Token, tokens

_BREAKS = {"FROM", "WHERE", "GROUP", "ORDER", "OFFSET"}


class Clauses(msgspec.Struct, frozen=True):
    """`columns` are the expressions of SELECT without their names, `["*"]` for all; an absent clause is empty."""

    columns: list[str]
    source: str
    where: str
    group_by: list[str]
    order_by: list[tuple[str, bool]]
    """Each expression, and True if it is descending."""


def clauses(text: str) -> Clauses:
    """The clauses of a query that has been parsed, so that its grammar is known to be right."""
    reader = _Reader(text)
    reader.skip("SELECT")
    reader.skip("DISTINCT")
    if reader.skip("TOP"):
        reader.position += 1
    reader.skip("VALUE")
    columns = [_without_alias(text, part) for part in reader.parts()]
    source = where = ""
    group_by: list[str] = []
    order_by: list[tuple[str, bool]] = []
    if reader.skip("FROM"):
        source = " ".join(_text(text, part) + "," for part in reader.parts()).removesuffix(",")
    if reader.skip("WHERE"):
        where = _text(text, reader.whole())
    if reader.skip("GROUP"):
        reader.position += 1
        group_by = [_text(text, part) for part in reader.parts()]
    if reader.skip("ORDER"):
        reader.position += 1
        order_by = [_ordered(text, part) for part in reader.parts()]
    return Clauses(columns, source, where, group_by, order_by)


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._text = text
        self.position = 0

    def skip(self, keyword: str) -> bool:
        """Read this keyword if it is next."""
        matches = self._keyword() == keyword
        self.position += matches
        return matches

    def parts(self) -> list[list[Token]]:
        """The tokens up to the next clause, cut at the commas; each part ends with the token after it."""
        parts: list[list[Token]] = [[]]
        depth = 0
        while True:
            token = self._tokens[self.position]
            if token.kind == "end" or (depth == 0 and self._keyword() in _BREAKS):
                parts[-1].append(token)
                return parts
            if token.kind == "symbol":
                depth += (token.text in "([{") - (token.text in ")]}")
            parts[-1].append(token)
            if token.kind == "symbol" and token.text == "," and depth == 0:
                parts.append([])
            self.position += 1

    def whole(self) -> list[Token]:
        """The tokens up to the next clause."""
        return [token for part in self.parts() for token in part]

    def _keyword(self) -> str:
        token = self._tokens[self.position]
        follows_a_dot = self.position > 0 and self._tokens[self.position - 1].text == "."
        return token.text.upper() if token.kind == "name" and not follows_a_dot else ""


def _text(text: str, part: list[Token]) -> str:
    return text[part[0].at : part[-1].at].strip()


def _without_alias(text: str, part: list[Token]) -> str:
    body = part[:-1]
    if len(body) >= 3 and body[-2].kind == "name" and body[-2].text.upper() == "AS":
        return text[part[0].at : body[-2].at].strip()
    if len(body) >= 2 and body[-1].kind == "name" and (body[-2].kind != "symbol" or body[-2].text in ")]}"):
        return text[part[0].at : body[-1].at].strip()
    return _text(text, part)


def _ordered(text: str, part: list[Token]) -> tuple[str, bool]:
    last = part[-2] if len(part) > 1 else part[-1]
    direction = last.text.upper() if last.kind == "name" and part[-3:-2] and part[-3].text != "." else ""
    if direction in ("ASC", "DESC"):
        return text[part[0].at : last.at].strip(), direction == "DESC"
    return _text(text, part), False
