"""Tokens to tree: the query as a whole. `expressions` parses what has a value, `sources` what stands in FROM."""

from functools import lru_cache

from local_azure.cosmos.errors import bad_request, unsupported
from local_azure.cosmos.query.cursor import RESERVED
from local_azure.cosmos.query.lexer import syntax_error
from local_azure.cosmos.query.sources import UNSUPPORTED_CLAUSES, SourceParser
from local_azure.cosmos.query.syntax import Columns, Literal, Node, Order, Parameter, Path, Query


@lru_cache(maxsize=128)
def parse(text: str) -> Query:
    """The tree of a query. 400 names the place if the query is malformed, and the feature if it is not supported."""
    return _QueryParser(text).query()


@lru_cache(maxsize=128)
def parse_condition(text: str) -> Query:
    """The tree of a patch's condition, `FROM c WHERE ...`."""
    return _QueryParser(text).condition()


class _QueryParser(SourceParser):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._unnamed = 0

    def query(self) -> Query:
        self.scoped = self.needs_scopes()
        query = self._query()
        self._finish()
        _check(query)
        return query

    def nested(self) -> Query:
        outer = (self.aggregates, self.aggregates_allowed, self.root, list(self.aliases), self._unnamed)
        inputs, has_from = self.inputs, self.has_from
        self.aggregates, self.aggregates_allowed, self._unnamed = [], False, 0
        query = self._query()
        self.aggregates, self.aggregates_allowed, self.root, self.aliases, self._unnamed = outer
        self.inputs, self.has_from = inputs, has_from
        # FROM (SELECT ... FROM c): the container has its name from within, where alone it is known.
        self.root = self.root or query.root or None
        if query.order_by or query.group_by or query.top is not None or query.limit is not None:
            raise unsupported("ORDER BY, GROUP BY, TOP or OFFSET in a subquery")
        return query

    def condition(self) -> Query:
        self.sources()
        where = self._where()
        self._finish()
        return Query(None, (), False, True, None, where, (), (), None, None)

    def _query(self) -> Query:
        self.expect("SELECT")
        distinct = self.accept("DISTINCT")
        top = self._count("TOP") if self.accept("TOP") else None
        # FROM names what the paths of SELECT start from, so it is read first.
        select_at = self.position
        self._skip_to_from()
        sources = self.sources()
        from_end = self.position
        self.position = select_at
        select = self._select()
        if not self.at_end() and not self.is_next("FROM") and not self.is_symbol(")"):
            raise syntax_error(f"'{self.peek().text}' was not expected", self.peek().at)
        if select is None and self.scoped:
            select = self._only_input()
        self.position = from_end
        where = self._where()
        of_where = self.tokens[from_end : self.position]
        group_by = self._group_by()
        order_by = self._order_by()
        offset = limit = None
        if self.accept("OFFSET"):
            offset = self._count("OFFSET")
            self.expect("LIMIT")
            limit = self._count("LIMIT")
        return Query(
            select=select,
            aggregates=tuple(self.aggregates),
            distinct=distinct,
            has_from=self.has_from,
            top=top,
            where=where,
            group_by=tuple(group_by),
            order_by=tuple(order_by),
            offset=offset,
            limit=limit,
            root=self.root or "",
            scoped=self.scoped,
            sources=sources,
            bound=tuple(dict.fromkeys(token.text for token in of_where if token.kind == "parameter")),
        )

    def _only_input(self) -> Node:
        if len(self.inputs) != 1:
            raise bad_request("'SELECT *' is only valid with a single input set.")
        return Path((self.inputs[0],))

    def _skip_to_from(self) -> None:
        depth = 0
        while not self.at_end():
            token = self.peek()
            if token.kind == "symbol":
                depth += (token.text in "([{") - (token.text in ")]}")
                if depth < 0:
                    return
            elif depth == 0 and self.is_next("FROM") and not self.follows_a_dot():
                return
            self.position += 1

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

    def _where(self) -> Node | None:
        return self.expression() if self.accept("WHERE") else None

    def _group_by(self) -> list[Path]:
        if not self.accept("GROUP"):
            return []
        self.expect("BY")
        return self.paths("GROUP BY")

    def _order_by(self) -> list[Order]:
        if not self.accept("ORDER"):
            return []
        self.expect("BY")
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
        if token.text.upper() in UNSUPPORTED_CLAUSES:
            raise unsupported(token.text.upper())
        if not self.at_end():
            raise syntax_error(f"'{token.text}' was not expected", token.at)


def _check(query: Query) -> None:
    if query.top is not None and query.limit is not None:
        raise bad_request("TOP cannot be used together with OFFSET LIMIT.")
    grouped = bool(query.group_by or query.aggregates)
    if query.order_by and query.group_by:
        raise unsupported("ORDER BY together with GROUP BY")
    if query.distinct and grouped:
        raise unsupported("DISTINCT together with GROUP BY or aggregates")
    if grouped and query.select is None:
        raise bad_request("SELECT * cannot be used together with GROUP BY.")
    if not query.has_from and (query.select is None or query.group_by or query.order_by):
        raise bad_request("The query needs a FROM.")
