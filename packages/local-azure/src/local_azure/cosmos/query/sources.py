"""Tokens to tree: FROM with its JOINs, and the names that they make known."""

from abc import ABC

from local_azure.cosmos.errors import bad_request, unsupported
from local_azure.cosmos.query.cursor import RESERVED
from local_azure.cosmos.query.expressions import ExpressionParser
from local_azure.cosmos.query.syntax import Node, Path, Query, Source, Subquery

UNSUPPORTED_CLAUSES = {"RANK"}
_OF_SCOPES = ("JOIN", "EXISTS", "ARRAY")


class SourceParser(ExpressionParser, ABC):
    """Reads FROM. A plain `FROM c` gives no sources: its document is what paths start from."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.has_from = False
        self.inputs: list[str] = []
        """The aliases that `SELECT *` may mean."""

    def needs_scopes(self) -> bool:
        """True for a query with JOIN, subqueries, or anything but the container in FROM."""
        words = [
            token.text.upper() if token.kind == "name" and (place == 0 or self.tokens[place - 1].text != ".") else ""
            for place, token in enumerate(self.tokens)
        ]
        if words.count("SELECT") > 1 or any(word in words for word in _OF_SCOPES):
            return True
        if "FROM" not in words:
            return False
        after = self.tokens[words.index("FROM") + 1 :][:2]
        return len(after) == 2 and (after[1].text in (".", "[") or after[1].text.upper() == "IN")

    def sources(self) -> tuple[Source, ...]:
        """FROM and JOINs, if they are next. Names that are known outside stay known."""
        self.has_from = self.accept("FROM")
        if not self.has_from:
            self.root = None
            return ()
        if not self.scoped:
            self.root = self._alias_after(self.identifier("the container's alias"))
            if self.peek().text in (".", "[", ",", "(") or self.is_next("IN"):
                raise unsupported("FROM with a list")
            return ()
        sources = self._first()
        inputs = [source.alias for source in sources] or [self.root or ""]
        while self.accept("JOIN"):
            sources.append(self._joined())
            inputs.append(sources[-1].alias)
        self.has_from = True  # a subquery may have had none
        self.inputs = inputs
        if self.is_symbol(","):
            raise unsupported("FROM with a list; use JOIN")
        return tuple(sources)

    def _first(self) -> list[Source]:
        if self.is_symbol("("):
            outermost = self.root is None
            source = self._of_subquery()
            if outermost and isinstance(source.value, Subquery) and _is_of_many(source.value.query):
                raise unsupported("A subquery in FROM with DISTINCT or aggregates over the container's documents")
            return [source]
        at = self.position
        name = self.identifier("the container's alias")
        if self.accept("IN"):
            return [self._declared(name, self._collection(), each=True)]
        if self.peek().text in (".", "[") or name in self.aliases:
            self.position = at
            value = self._collection()
            alias = value.steps[-1] if isinstance(value, Path) else ""
            return [self._declared(self._alias_after(str(alias)), value, each=False)]
        self.root = self._alias_after(name)
        self.aliases.append(self.root)
        return []

    def _joined(self) -> Source:
        if self.is_symbol("("):
            return self._of_subquery()
        name = self.identifier("an alias")
        if not self.accept("IN"):
            raise bad_request(f"JOIN {name} needs an IN and an array of the document, or a subquery.")
        return self._declared(name, self._collection(), each=True)

    def _of_subquery(self) -> Source:
        value = self.subquery("ROWS")
        if not self.accept("AS") and self.peek().kind != "name":
            raise bad_request("A subquery in FROM or JOIN needs an alias.")
        return self._declared(self.identifier("an alias"), value, each=True)

    def _collection(self) -> Node:
        """A path from a known alias, or from the container by any name, or a subquery."""
        if self.is_symbol("("):
            return self.subquery("ROWS")
        name = self.peek().text
        if name not in self.aliases and self.root is None:
            # The first FROM may start within the container's documents: `FROM t IN c.tags`.
            self.root = name
            self.aliases.append(name)
        return self.operand()

    def _declared(self, alias: str, value: Node, *, each: bool) -> Source:
        self.aliases.append(alias)
        return Source(alias, value, each)

    def _alias_after(self, name: str) -> str:
        token = self.peek()
        if self.accept("AS") or (
            token.kind == "name" and token.text.upper() not in RESERVED | UNSUPPORTED_CLAUSES | {"JOIN", "IN"}
        ):
            return self.identifier("an alias")
        return name


def _is_of_many(query: Query) -> bool:
    return query.distinct or bool(query.aggregates)
