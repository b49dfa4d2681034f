"""Runs a query and answers one page.

A page of a plain query starts where the last one ended; GROUP BY and ORDER BY read everything for each page, and so
does DISTINCT unless all results fit the first.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from functools import cached_property
from itertools import islice
from typing import Any, TypeAlias

import msgspec

from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.index_key import sort_key_of
from local_azure.cosmos.path_index import Column
from local_azure.cosmos.query.access import Access, AccessFinder
from local_azure.cosmos.query.aggregates import Count, Group, GroupCompiler, accumulator
from local_azure.cosmos.query.compiler import Compiler
from local_azure.cosmos.query.distinct import check_room, digest, distinct_page, page_of
from local_azure.cosmos.query.functions import is_integer
from local_azure.cosmos.query.intervals import IntervalFinder
from local_azure.cosmos.query.operators import Evaluate
from local_azure.cosmos.query.ordering import SortedRow, SortedRows, are_sort_keys
from local_azure.cosmos.query.paging import Collector, Page, Place, decode_place
from local_azure.cosmos.query.planner import Wish
from local_azure.cosmos.query.projection import Projection
from local_azure.cosmos.query.rows import ListRows, Rows
from local_azure.cosmos.query.scan import scan
from local_azure.cosmos.query.scopes import ScopedCompiler, expansion
from local_azure.cosmos.query.syntax import Literal, Node, Parameter, Query
from local_azure.cosmos.query.values import UNDEFINED, Value, identity
from local_azure.cosmos.query.walk import no_such_walk

Groups: TypeAlias = dict[tuple[bytes, ...], Group]
"""By the identities of their values."""
_NOTHING = ListRows([b"{}"])
_decode = msgspec.json.Decoder[Any]().decode


class Runner:
    """One execution of a query with its parameters. 400 if a parameter has no value."""

    def __init__(self, query: Query, parameters: Mapping[str, Value]) -> None:
        self._query = query
        self._parameters = parameters
        self._compiler = ScopedCompiler(parameters)
        self._expansion = expansion(query, self._compiler)
        self._root = (query.root,) if query.scoped else ()
        if query.scoped and query.where is not None:
            # A subquery may be refused in other ways.
            self._where = self._compiler.compile(query.where)
        else:
            for name in query.bound:
                self._compiler.constant(Parameter(name))

    def access(
        self, path: tuple[str, ...] | None, partition: str | None, paths: tuple[tuple[str, ...], ...] = ()
    ) -> Access:
        """The documents of a container that can be in the result; `paths` are those of its hierarchical key."""
        return AccessFinder(self._compiler, path, self._root, paths).find(self._query.where, partition)

    @cached_property
    def wish(self) -> Wish:
        """The help that the query could have of an index."""
        query = self._query
        finder = IntervalFinder(self._compiler, self._root)
        order: list[Column] = []
        for each in () if query.group_by or query.aggregates or query.distinct else query.order_by:
            names = finder.names(each.by)
            if names is None:
                break
            order.append(Column(names, each.descending))
        free = not (query.distinct or query.group_by)
        return Wish(
            finder.find(query.where),
            tuple(order),
            free,
            elements=finder.elements(query.where),
            exact=finder.exact(query.where) if self._counts_alone() else None,
        )

    @cached_property
    def _where(self) -> Evaluate | None:
        """Compiled for who evaluates it: of documents that their ids tell, that would take longer than to read them."""
        return None if self._query.where is None else self._compiler.compile(self._query.where)

    async def page(self, rows: Rows, size: int, continuation: str | None) -> Page:
        """One page of at most `size` results. 400 for a query that cannot be answered, 408 if it takes too long."""
        query = self._query
        if not query.has_from:
            rows = _NOTHING  # one item, which no path leads into
        place = self._start() if continuation is None else self._place(continuation)
        collector = Collector(place, size)
        if collector.exhausted:
            return Page([])
        if not rows.told:
            if self.wish.exact and (count := rows.count_exactly(self.wish)) is not None:
                return self._emitted(self._counted(count), place, size)
            begin = msgspec.structs.replace(place, row=self._before(place))
            rows.prepare(msgspec.structs.replace(self.wish, most=collector.wanted), begin)
        where = None if rows.exact else self._where
        if query.group_by or query.aggregates:
            return self._emitted(await self._gather(rows, where), place, size)
        if query.order_by:
            return await self._ordered(rows, where, collector, place)
        if query.distinct:
            return await distinct_page(self._results(rows, where), place, size)
        return await self._plain(rows, where, collector, place)

    def _start(self) -> Place:
        query = self._query
        left = query.top or query.limit
        skip = 0 if query.offset is None else self._count(query.offset, "OFFSET")
        return Place(0, skip, None if left is None else self._count(left, "TOP or LIMIT"))

    def _place(self, token: str) -> Place:
        """The place of a token. 400 for the token of a query with another ORDER BY, or with one where this has none."""
        query, place = self._query, decode_place(token)
        if query.order_by:
            fits = place.walk is None and place.after is None
            fits = fits and place.keys is not None and len(place.keys) == len(query.order_by)
            fits = fits and are_sort_keys(place.keys or [])
        else:
            walks = not (query.distinct or query.group_by or query.aggregates)
            fits = place.keys is None if place.walk is None else walks
            fits = fits and (place.after is not None) == bool(query.distinct or query.group_by)
        if not fits:
            raise no_such_walk()
        return place

    def _count(self, node: Node, clause: str) -> int:
        return count_of(node, self._parameters, clause)

    def _before(self, place: Place) -> int:
        """The row after which a page begins: one of which the last page took a part of the items is read again."""
        return place.row if self._expansion is None else max(0, place.row - 1)

    async def _plain(self, rows: Rows, where: Evaluate | None, collector: Collector, place: Place) -> Page:
        projection = Projection(self._query, self._compiler)
        last = (place.row, place.number)
        taken = b""
        # Closed at once at the end of the page: a cursor left open would lock its table.
        async with aclosing(scan(rows, where, self._before(place), self._expansion)) as items:
            async for row, number, body, value in items:
                item = projection.result(body, value)
                if item is None:
                    continue
                if (row == place.row and number <= place.number) if rows.walk else (row, number) <= last:
                    continue
                if not collector.has_room_for(item):
                    if rows.walk is not None:
                        collector.walk = rows.walk.index.code
                        collector.keys = [sort_key_of(key) for key in rows.walk.keys(_decode(taken))]
                    return collector.page(ended=False)
                collector.take(row, item, number)
                taken = body
                if collector.exhausted:
                    break
        return collector.page(ended=True)

    async def _results(self, rows: Rows, where: Evaluate | None) -> AsyncGenerator[bytes]:
        """The results of all documents, as they come."""
        projection = Projection(self._query, self._compiler)
        async with aclosing(scan(rows, where, 0, self._expansion)) as items:
            async for _, _, body, value in items:
                item = projection.result(body, value)
                if item is not None:
                    yield item

    async def _ordered(self, rows: Rows, where: Evaluate | None, collector: Collector, place: Place) -> Page:
        last = None if place.keys is None else (place.keys, place.row, place.number)
        kept = SortedRows(self._query.order_by, self._compiler, collector.wanted, last)
        projection = Projection(self._query, self._compiler)
        if self._query.distinct:
            await self._keep_first(kept, rows, where, projection)
        else:
            await self._keep_all(kept, rows, where)
        for each in kept.first():
            body, value = each.body, each.item
            if body is None:
                body = rows.body(each.row)
                value = None if body is None else self._item(body, each.number)
            item = None if body is None else projection.result(body, value)
            if item is not None and not collector.has_room_for(item):
                return collector.page(ended=False)
            collector.keys = each.keys
            collector.row = each.row
            collector.number = each.number
            if item is not None:
                collector.take(each.row, item, each.number)
        return collector.page(ended=not kept.dropped)

    async def _keep_all(self, kept: SortedRows, rows: Rows, where: Evaluate | None) -> None:
        group = None
        async with aclosing(scan(rows, where, 0, self._expansion)) as items:
            async for row, number, body, value in items:
                if rows.group is not None and kept.enough:
                    document = value if self._expansion is None else value[self._query.root]
                    if group is not None and group != rows.group(document):
                        break
                    group = rows.group(document)
                kept.add(value, row, number, body)

    async def _keep_first(self, kept: SortedRows, rows: Rows, where: Evaluate | None, projection: Projection) -> None:
        """Of the items with equal results, keep the one that is first in order, whichever page that is on."""
        first: dict[str, SortedRow] = {}
        async with aclosing(scan(rows, where, 0, self._expansion)) as items:
            async for row, number, body, value in items:
                result = projection.result(body, value)
                if result is None:
                    continue
                code, keys = digest(identity(_decode(result))), kept.keys(value)
                before = first.get(code)
                if before is None:
                    check_room(len(first))
                elif kept.comes_after((before.keys, before.row, before.number), keys, row, number):
                    continue
                first[code] = SortedRow(keys, row, number, None, None)
        for each in first.values():
            kept.take(each)

    def _item(self, body: bytes, number: int) -> Value:
        """One item of a document; an empty one if the document has changed since and has fewer."""
        document = _decode(body)
        if self._expansion is None:
            return document
        items: Iterator[Value] = islice(self._expansion.of(document), number, None)
        return next(items, dict[str, Value]())

    def _emitted(self, groups: Groups, place: Place, size: int) -> Page:
        projection = Projection(self._query, GroupCompiler(self._parameters, self._query.group_by))
        coded = [(digest(*key), group) for key, group in groups.items()]

        def page(of: list[tuple[str, Group]]) -> Page:
            return page_of(((code, projection.result(b"", group)) for code, group in of), Collector(place, size))

        if place.after is not None:
            coded = [each for each in coded if each[0] > (place.after or "")]
        elif (first := page(coded)).continuation is None:
            return first
        return page(sorted(coded, key=lambda each: each[0]))

    def _counted(self, count: int) -> Groups:
        return {(): Group([], [Count(count) for _ in self._query.aggregates])}

    async def _gather(self, rows: Rows, where: Evaluate | None) -> Groups:
        query = self._query
        if where is None and self._counts_alone() and (count := rows.count()) is not None:
            return self._counted(count)
        arguments = [self._compiler.compile(aggregate.argument) for aggregate in query.aggregates]
        paths = [self._compiler.compile(path) for path in query.group_by]
        groups: Groups = {}
        if not query.group_by:
            groups[()] = Group([], [accumulator(aggregate.name) for aggregate in query.aggregates])
        async for _, _, _, item in scan(rows, where, 0, self._expansion):
            values = [path(item) for path in paths]
            key = tuple(identity(value) for value in values)
            group = groups.get(key)
            if group is None:
                check_room(len(groups))
                group = Group(values, [accumulator(aggregate.name) for aggregate in query.aggregates])
                groups[key] = group
            for each, argument in zip(group.accumulators, arguments, strict=True):
                each.add(argument(item))
        return groups

    def _counts_alone(self) -> bool:
        """True if nothing is asked but how many documents there are: each aggregate is like COUNT(1)."""
        query = self._query
        if not query.aggregates or query.group_by or query.sources or not query.has_from:
            return False
        return all(
            aggregate.name == "COUNT"
            and isinstance(aggregate.argument, Literal)
            and aggregate.argument.value is not UNDEFINED
            for aggregate in self._query.aggregates
        )


def count_of(node: Node, parameters: Mapping[str, Value], clause: str) -> int:
    """The number of TOP, OFFSET or LIMIT. 400 for anything else."""
    value = Compiler(parameters).constant(node)
    if not is_integer(value) or not 0 <= value < 2**31:
        raise bad_request(f"{clause} must be a whole number from 0 on.")
    return int(value)
