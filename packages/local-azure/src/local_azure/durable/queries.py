"""Find instances and entities by conditions, page by page."""

import base64
from typing import Any

import msgspec

from local_azure.durable.errors import BadRequestError
from local_azure.durable.store import INSTANCE_COLUMNS, Instance, Store

DEFAULT_PAGE = 100
"""The extension's default page size."""
MAX_PAGE = 1000


class InstanceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Conditions that must all hold. Times are in seconds since 1970, both ends included."""

    created_from: float | None = None
    created_to: float | None = None
    statuses: frozenset[str] = frozenset()
    prefix: str = ""

    def where(self) -> tuple[str, list[Any]]:
        """The conditions as SQL and its values."""
        parts, values = ["1"], list[Any]()
        if self.created_from is not None:
            parts.append("created >= ?")
            values.append(self.created_from)
        if self.created_to is not None:
            parts.append("created <= ?")
            values.append(self.created_to)
        if self.statuses:
            parts.append(f"status IN ({', '.join('?' * len(self.statuses))})")
            values += sorted(self.statuses)
        if self.prefix:
            # A range, so that the primary key serves it; U+10FFFF sorts after every character that an id may hold.
            parts.append("id >= ? AND id < ?")
            values += [self.prefix, self.prefix + "\U0010ffff"]
        return " AND ".join(parts), values


class EntityRow(msgspec.Struct, frozen=True):
    """An entity: its address, its state as JSON text, when it last ran (seconds since 1970)."""

    id: str
    state: str
    updated: float


def list_instances(
    store: Store, conditions: InstanceFilter, top: int, continuation: str | None
) -> tuple[list[Instance], str | None]:
    """A page of instances in the order of their ids, and the token of the next page if there is one."""
    where, values = conditions.where()
    after = _read_token(continuation)
    limit = max(1, min(top, MAX_PAGE))
    query = f"SELECT {INSTANCE_COLUMNS} FROM instances WHERE id > ? AND {where} ORDER BY id LIMIT ?"
    rows = store.database.execute(query, (after, *values, limit + 1)).fetchall()
    found = [Instance(**dict(zip(Instance.__struct_fields__, row, strict=True))) for row in rows[:limit]]
    return found, _token(found[-1].id) if len(rows) > limit else None


def list_entities(
    store: Store, prefix: str, updated: tuple[float | None, float | None], top: int, continuation: str | None
) -> tuple[list[EntityRow], str | None]:
    """A page of entities whose address starts with `prefix`, last run within `updated`; and the next page's token."""
    first, last = updated
    limit = max(1, min(top, MAX_PAGE))
    query = (
        "SELECT id, state, updated FROM entities WHERE id > ? AND id >= ? AND id < ? "
        "AND updated >= ? AND updated <= ? ORDER BY id LIMIT ?"
    )
    after = _read_token(continuation)
    bounds = (0.0 if first is None else first, 1e18 if last is None else last)
    rows = store.database.execute(query, (after, prefix, prefix + "\U0010ffff", *bounds, limit + 1)).fetchall()
    found = [EntityRow(*row) for row in rows[:limit]]
    return found, _token(found[-1].id) if len(rows) > limit else None


def _token(last_id: str) -> str:
    return base64.urlsafe_b64encode(last_id.encode()).decode()


def _read_token(token: str | None) -> str:
    if not token:
        return ""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise BadRequestError("the continuation token is none that this hub gave") from error
