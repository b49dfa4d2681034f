"""Ids that the stream job flagged, counted in blobs that grow while somebody looks."""

import uuid
from datetime import UTC, datetime

import msgspec
import pytest

from services import cosmos, names
from services.blobs import warehouse
from services.counting import FlaggedIds
from services.judged_counts import JudgedCounts

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


async def test_the_window_that_ends_at_midnight_counts_as_its_row_and_its_alert_do_and_a_sweep_does_not():
    container = await cosmos.cases()
    before = await JudgedCounts().count(DAY)
    case: dict[str, object] = {
        "id": uuid.uuid4().hex,
        "store_id": 7,
        "type": "window",
        "suspicious": 2,
        "bands": {"high": 1},
    }
    cases = [
        {**case, "id": f"{case['id']}-1", "window_end": "2019-03-03T23:55:00Z"},
        {**case, "id": f"{case['id']}-2", "window_end": "2019-03-04T00:00:00Z"},
        # Never flagged and never told: it would look like a window without its row and its alert.
        {**case, "id": f"{case['id']}-3", "window_end": "2019-03-04T00:00:00Z", "type": "sweep"},
    ]
    for each in cases:
        await container.upsert_item(each)

    after = await JudgedCounts().count(DAY)
    for each in cases:
        await container.delete_item(str(each["id"]), partition_key=7)

    assert (after.cases, after.verdicts, after.high) == (before.cases + 1, before.verdicts + 2, before.high + 1)
