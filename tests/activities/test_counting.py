"""Ids that the stream job flagged, counted in blobs that grow while somebody looks."""

import uuid
from datetime import UTC, datetime

import msgspec
import pytest

from services import names
from services.blobs import warehouse
from services.counting import FlaggedIds

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clients"), pytest.mark.asyncio(loop_scope="session")]

DAY = datetime(2019, 3, 4, tzinfo=UTC)


def row(*ids: str) -> bytes:
    return msgspec.json.encode({"store_id": 7, "ids": ids, "WindowEnd": "2019-03-04T10:05:00Z"})


async def test_every_id_is_counted_once_while_rows_are_written():
    container = await warehouse(names.SUSPICIOUS_EVENTS)
    blob = container.get_blob_client(f"2019/03/04/10/{uuid.uuid4().hex}.json")
    flagged = FlaggedIds()
    before = await flagged.count([DAY])

    await blob.create_append_blob()
    await blob.append_block(row("a", "b", "c") + b"\r\n" + row("d")[:20])
    # What is cut is known by its bytes only.
    assert before + 3 <= await flagged.count([DAY]) <= before + 4

    await blob.append_block(row("d")[20:])
    assert await flagged.count([DAY]) == before + 4

    await blob.append_block(b"\r\nno row\r\n" + row("e", "f"))
    assert await flagged.count([DAY]) == before + 6
    assert await FlaggedIds().count([DAY]) == before + 6
