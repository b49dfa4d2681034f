"""Find instances and entities by conditions, page by page."""

import base64
from typing import Any

import msgspec

from local_azure.durable.store import INSTANCE_COLUMNS, Instance, Store

DEFAULT_PAGE = 100
"""The extension's default page size."""
MAX_PAGE = 1000
_ENTITY_COLUMNS = "id, state, updated, COALESCE(created, updated)"


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
    """An entity: its address, its state as JSON text, when it last and first ran (seconds since 1970)."""

    id: str
    state: str
    updated: float
    created: float


def list_instances(
    store: Store, conditions: InstanceFilter, top: int, continuation: str | None
) -> tuple[list[Instance | EntityRow], str | None]:
    """A page of instances and entities in the order of their ids, and the token of the next page if there is one.

    To the extension an entity is an instance that runs.
    """
    where, values = conditions.where()
    after = _read_token(continuation)
    limit = min(top, MAX_PAGE)
    query = f"SELECT {INSTANCE_COLUMNS} FROM instances WHERE id > ? AND {where} ORDER BY id LIMIT ?"
    rows = store.database.execute(query, (after, *values, limit + 1)).fetchall()
    page: list[Instance | EntityRow] = [
        Instance(**dict(zip(Instance.__struct_fields__, row, strict=True))) for row in rows
    ]
    if not conditions.statuses or "Running" in conditions.statuses:
        where, values = msgspec.structs.replace(conditions, statuses=frozenset()).where()
        where = where.replace("created ", "COALESCE(created, updated) ")
        query = f"SELECT {_ENTITY_COLUMNS} FROM entities WHERE id > ? AND {where} ORDER BY id LIMIT ?"
        page += [EntityRow(*row) for row in store.database.execute(query, (after, *values, limit + 1))]
        page.sort(key=lambda row: row.id)
    more = len(page) > limit
    return page[:limit], _token(page[limit - 1].id if limit else after) if more else None


def list_entities(
    store: Store, prefix: str, updated: tuple[float | None, float | None], top: int, continuation: str | None
) -> tuple[list[EntityRow], str | None]:
    """A page of entities whose address starts with `prefix`, last run within `updated`; and the next page's token."""
    first, last = updated
    limit = min(top, MAX_PAGE)
    query = (
        f"SELECT {_ENTITY_COLUMNS} FROM entities WHERE id > ? AND id >= ? AND id < ? "
        "AND updated >= ? AND updated <= ? ORDER BY id LIMIT ?"
    )
    after = _read_token(continuation)
    bounds = (0.0 if first is None else first, 1e18 if last is None else last)
    rows = store.database.execute(query, (after, prefix, prefix + "\U0010ffff", *bounds, limit + 1)).fetchall()
    page = [EntityRow(*row) for row in rows[:limit]]
    return page, _token(page[-1].id if page else after) if len(rows) > limit else None


def _token(last_id: str) -> str:
    # A page of nothing has no last id; a blank comes before every id.
    return base64.urlsafe_b64encode((last_id or " ").encode()).decode()


def _read_token(token: str | None) -> str:
    try:
        return base64.b64decode(token or "", altchars=b"-_", validate=True).decode()
    except ValueError:
        # The extension, too, begins anew with a token that it cannot read.
        return ""
