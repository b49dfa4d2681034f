"""Reading rows in slices of a few milliseconds, so that one long query does not keep the others waiting."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.query.operators import Evaluate
from local_azure.cosmos.query.rows import Rows
from local_azure.cosmos.query.scopes import Expansion
from local_azure.cosmos.query.values import Value

SLICE_SECONDS = 0.005
MAX_QUERY_SECONDS = 10.0

_decode = msgspec.json.Decoder[Any]().decode


async def scan(
    rows: Rows, where: Evaluate | None, after: int, expansion: Expansion | None = None
) -> AsyncGenerator[tuple[int, int, bytes, Value]]:
    """The items after the row `after` for which `where` is true: row, place, JSON of the document, item.

    An item is the document, in place 0, or what an expansion makes of it. 408 after `MAX_QUERY_SECONDS`.

    No cursor stays open between slices: writes go on meanwhile, and a row that one of them moves is seen at most once.
    """
    now = time.monotonic()
    deadline = now + MAX_QUERY_SECONDS
    loaded = size = 0
    try:
        while True:
            slice_end = now + SLICE_SECONDS
            for row, body in rows.after(after):
                after = row
                if body is not None:
                    loaded += 1
                    size += len(body)
                    document = _decode(body)
                    for place, item in enumerate((document,) if expansion is None else expansion.of(document)):
                        if where is None or where(item) is True:
                            yield row, place, body, item
                if time.monotonic() > slice_end:
                    break
            else:
                return
            await asyncio.sleep(0)
            now = time.monotonic()
            if now > deadline:
                raise CosmosError(
                    408, "RequestTimeout", f"The query took more than {MAX_QUERY_SECONDS:.0f} s; narrow its WHERE."
                )
    finally:
        rows.loaded += loaded
        rows.loaded_bytes += size
