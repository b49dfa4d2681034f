"""The documents that a feed or query is about: one partition, a range of keys or all; and what Azure would refuse."""

from collections.abc import Mapping
from typing import Any

import msgspec

from local_azure.cosmos.catalog import Container
from local_azure.cosmos.container_settings import composite_orders
from local_azure.cosmos.effective_key import effective_key
from local_azure.cosmos.errors import CosmosError, bad_request, unsupported
from local_azure.cosmos.query.access import Access
from local_azure.cosmos.query.plan import is_the_clients, needs_plan, plan
from local_azure.cosmos.query.statement import Statement
from local_azure.cosmos.query.syntax import Query
from local_azure.cosmos.ranges import WHOLE, Span
from local_azure.cosmos.request import Request
from local_azure.cosmos.wire import encode

CROSS_PARTITION_QUERY_NOT_SERVABLE = 1004
_CROSS_PARTITION = "x-ms-documentdb-query-enablecrosspartition"
_PARTITION_KEY = "x-ms-documentdb-partitionkey"


class Scope(msgspec.Struct, frozen=True):
    """`partition` is a canonical key or None for all; `range` the range that the client named, if any."""

    partition: str | None
    span: Span
    range: int | None

    @property
    def named(self) -> bool:
        """True if the client said which documents it means, so that it knows that they may be of several partitions."""
        return self.partition is not None or self.range is not None or not self.span.whole


def scope_of(request: Request, container: Container) -> Scope:
    """The documents that the headers ask for. 400 for a malformed key, 410 for a range that does not exist."""
    header = request.headers.get(_PARTITION_KEY)
    prefix = container.key.prefix_of_header(header)
    if prefix is not None:
        first = effective_key(prefix)
        return Scope(None, Span(first, first + "FF"), None)
    place, span = container.ranges.asked(request.headers)
    if not span.whole and container.key.version == 1:
        raise unsupported("A feed range of a container whose partition key has the version 1")
    partition = container.key.of_header(header)
    return Scope(partition, WHOLE if partition is not None else span, place)


def check_servable(
    request: Request,
    statement: Statement,
    container: Container,
    scope: Scope,
    access: Access,
) -> None:
    """400 for a query that Azure would refuse, so that a query which runs here runs there."""
    query = statement.query
    if len(query.order_by) > 1 and not _has_composite_index(query, container):
        raise bad_request(
            "The order by query does not have a corresponding composite index that it can be served from."
        )
    if scope.named:
        return
    if is_the_clients(query):
        raise _not_servable(plan(statement, several=True, features=None))
    partitions = {None} if access.keys is None else {partition for partition, _ in access.keys}
    if None not in partitions and len(partitions) <= 1:
        return
    if None in partitions and request.method == "POST" and not request.flag(_CROSS_PARTITION):
        raise cross_partition_disabled()
    if container.ranges.several and needs_plan(query):
        raise _not_servable(plan(statement, several=True, features=None))


def crosses_partitions(request: Request) -> bool:
    """True if a query says that it may cross partitions, or names the one that it is about."""
    return request.flag(_CROSS_PARTITION) or request.headers.get(_PARTITION_KEY) is not None


def cross_partition_disabled() -> CosmosError:
    """400 for a query over all partitions that does not say that it is one."""
    return bad_request(
        f"Cross partition query is required but disabled. Set {_CROSS_PARTITION} to true or name a partition key."
    )


def _not_servable(query_plan: Mapping[str, Any]) -> CosmosError:
    """The refusal upon which the SDKs ask for the plan and then each range by itself."""
    message = (
        "The provided cross partition query can not be directly served by the gateway. This is a first chance "
        "exception that all newer clients will know how to handle gracefully."
    )
    error = bad_request(message, CROSS_PARTITION_QUERY_NOT_SERVABLE)
    error.members["additionalErrorInfo"] = encode(query_plan).decode()
    return error


def _has_composite_index(query: Query, container: Container) -> bool:
    skipped = 1 if query.scoped else 0  # the alias
    wanted = [
        ("/" + "/".join(str(step) for step in order.by.steps[skipped:]), order.descending) for order in query.order_by
    ]
    reverse = [(path, not descending) for path, descending in wanted]
    return any(order in (wanted, reverse) for order in composite_orders(container.properties))
