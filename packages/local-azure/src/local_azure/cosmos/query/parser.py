"""Tokens to tree: the query as a whole. `expressions` parses what has a value."""

from functools import lru_cache

from local_azure.cosmos.errors import bad_request, unsupported
from local_azure.cosmos.query.cursor import RESERVED
from local_azure.cosmos.query.expressions import ExpressionParser
from local_azure.cosmos.query.lexer import syntax_error
from local_azure.cosmos.query.syntax import Columns, Literal, Node, Order, Parameter, Path, Query

_UNSUPPORTED_CLAUSES = {"JOIN", "RANK"}


@lru_cache(maxsize=128)
def parse(text: str) -> Query:
    """The tree of a query. 400 with the place for what is malformed, by name for what is not supported."""
    return _QueryParser(text).query()


@lru_cache(maxsize=128)
def parse_condition(text: str) -> Query:
    """The tree of a patch's condition, `FROM c WHERE ...`."""
    return _QueryParser(text).condition()


class _QueryParser(ExpressionParser):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._unnamed = 0

    def query(self) -> Query:
        self.expect("SELECT")
        distinct = self.accept("DISTINCT")
        top = self._count("TOP") if self.accept("TOP") else None
        # FROM names what the paths of SELECT start from, so it is read first.
        select_at = self.position
        self._skip_to_from()
        self._from()
        from_end = self.position
        self.position = select_at
        select = self._select()
        if not self.at_end() and not self.is_next("FROM"):
            raise syntax_error(f"'{self.peek().text}' was not expected", self.peek().at)
        self.position = from_end
        query = self._rest(select, distinct, top)
        _check(query)
        return query

    def condition(self) -> Query:
        self._from()
        where = self._where()
        self._finish()
        return Query(None, (), False, True, None, where, (), (), None, None)

    def _skip_to_from(self) -> None:
        depth = 0
        while not self.at_end():
            token = self.peek()
            if token.kind == "symbol":
                depth += (token.text in "([{") - (token.text in ")]}")
            elif depth == 0 and self.is_next("FROM") and not self.follows_a_dot():
                return
            self.position += 1

    def _from(self) -> None:
        if not self.accept("FROM"):
            self.root = None
            return
        self.root = self.identifier("the container's alias")
        if self.accept("AS") or (
            self.peek().kind == "name" and self.peek().text.upper() not in RESERVED | _UNSUPPORTED_CLAUSES
        ):
            self.root = self.identifier("the container's alias")
        if self.is_next("JOIN"):
            raise unsupported("JOIN")
        if self.is_next("IN") or self.peek().text in (".", "[", ",", "("):
            raise unsupported("FROM with anything but the container (a path, IN, a list, a subquery)")

    def _select(self) -> Node | Columns | None:
        if self.accept_symbol("*"):
            return None
        self.aggregates_allowed = True
        try:
            if self.accept("VALUE"):
                return self.expression()
            columns: dict[str, Node] = {}
            while True:
                expression = self.expression()
                name = self._alias(expression)
                if name in columns:
                    raise bad_request(f"The name '{name}' is given to two columns; use AS.")
                columns[name] = expression
                if not self.accept_symbol(","):
                    return tuple(columns.items())
        finally:
            self.aggregates_allowed = False

    def _alias(self, expression: Node) -> str:
        if self.accept("AS"):
            return self.identifier("an alias")
        token = self.peek()
        if token.kind == "name" and token.text.upper() not in RESERVED:
            return self.identifier("an alias")
        if isinstance(expression, Path) and not expression.steps and self.root is not None:
            return self.root
        if isinstance(expression, Path) and isinstance(expression.steps[-1], str):
            return expression.steps[-1]
        self._unnamed += 1
        return f"${self._unnamed}"

    def _rest(self, select: Node | Columns | None, distinct: bool, top: Node | None) -> Query:
        where = self._where()
        group_by: list[Path] = []
        if self.accept("GROUP"):
            self.expect("BY")
            group_by = self.paths("GROUP BY")
        order_by: list[Order] = []
        if self.accept("ORDER"):
            self.expect("BY")
            order_by = self._orders()
        offset = limit = None
        if self.accept("OFFSET"):
            offset = self._count("OFFSET")
            self.expect("LIMIT")
            limit = self._count("LIMIT")
        self._finish()
        has_from = self.root is not None
        return Query(
            select=select,
            aggregates=tuple(self.aggregates),
            distinct=distinct,
            has_from=has_from,
            top=top,
            where=where,
            group_by=tuple(group_by),
            order_by=tuple(order_by),
            offset=offset,
            limit=limit,
            root=self.root or "",
        )

    def _where(self) -> Node | None:
        return self.expression() if self.accept("WHERE") else None

    def _orders(self) -> list[Order]:
        orders: list[Order] = []
        while True:
            by = self.path("ORDER BY")
            descending = self.accept("DESC")
            if not descending:
                self.accept("ASC")
            orders.append(Order(by, descending))
            if not self.accept_symbol(","):
                return orders

    def _count(self, clause: str) -> Node:
        token = self.peek()
        if token.kind == "parameter":
            self.position += 1
            return Parameter(token.text)
        if token.kind == "number" and token.text.isdigit() and len(token.text) <= 10 and int(token.text) < 2**31:
            self.position += 1
            return Literal(int(token.text))
        raise syntax_error(f"{clause} needs a number or a parameter", token.at)

    def _finish(self) -> None:
        token = self.peek()
        if token.text.upper() in _UNSUPPORTED_CLAUSES:
            raise unsupported(token.text.upper())
        if not self.at_end():
            raise syntax_error(f"'{token.text}' was not expected", token.at)


def _check(query: Query) -> None:
    if query.top is not None and query.limit is not None:
        raise bad_request("TOP cannot be used together with OFFSET LIMIT.")
    grouped = bool(query.group_by or query.aggregates)
    if query.order_by and grouped:
        raise unsupported("ORDER BY together with GROUP BY or aggregates")
    if query.distinct and grouped:
        raise unsupported("DISTINCT together with GROUP BY or aggregates")
    if grouped and query.select is None:
        raise bad_request("SELECT * cannot be used together with GROUP BY.")
    if not query.has_from and (query.select is None or query.group_by or query.order_by):
        raise bad_request("The query needs a FROM.")
    if query.order_by and query.distinct:
        raise unsupported("ORDER BY together with DISTINCT")
