"""Delivery: in order, until it is taken; what is refused for ever is held or dropped, as the job's policy says."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest

from local_azure.core import connections
from local_azure.stream_analytics.engine.serialization import pack
from local_azure.stream_analytics.job.delivery import OutputDelivery
from local_azure.stream_analytics.job.journal import Journal, Parcel
from local_azure.stream_analytics.job.project import QueueOutput
from local_azure.stream_analytics.job.queue_sink import MAX_MESSAGE_BYTES, QueueOutputSink
from local_azure.stream_analytics.job.sinks import RefusedParcelError

NOWHERE = connections.namespace("127.0.0.1:9")


class Memory:
    """An output in memory that fails as often as it is told and refuses one name for ever."""

    def __init__(self, failures: int = 0, refuses: str = "") -> None:
        self.taken: list[str] = []
        self.failures = failures
        self.refuses = refuses

    async def deliver(self, parcels: Sequence[Parcel]) -> int:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no one there")
        if parcels[0].name == self.refuses:
            raise RefusedParcelError(parcels[0], "far too large")
        self.taken.append(parcels[0].name)
        return 1

    async def close(self) -> None:
        return


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "j.db", "query")
    journal.commit({}, b"", [Parcel("out", str(number), 0, b"") for number in range(3)])
    return journal


async def delivered(
    journal: Journal, sink: Memory, policy: Literal["Stop", "Drop"] = "Stop", seconds: float = 0.6
) -> OutputDelivery:
    delivery = OutputDelivery("out", journal, sink, policy)
    with suppress(TimeoutError):
        await asyncio.wait_for(delivery.run(), seconds)
    return delivery


async def test_parcels_go_out_in_order_and_leave_the_journal(journal: Journal):
    sink = Memory()
    delivery = await delivered(journal, sink, seconds=0.1)
    assert sink.taken == ["0", "1", "2"]
    assert (delivery.delivered, delivery.pending) == (3, 0)


async def test_an_outage_delays_and_loses_nothing(journal: Journal, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    sink = Memory(failures=1)
    await delivered(journal, sink)
    assert sink.taken == ["0", "1", "2"]
    assert "ConnectionError: no one there; trying again" in caplog.text
    assert "takes rows again after 1 failures" in caplog.text


async def test_with_the_policy_stop_a_refused_row_holds_up_those_behind_it(
    journal: Journal, caplog: pytest.LogCaptureFixture
):
    sink = Memory(refuses="1")
    delivery = await delivered(journal, sink)
    assert sink.taken == ["0"]
    assert delivery.pending == 2
    assert "far too large. It is tried again and holds up the rows behind it" in caplog.text


async def test_with_the_policy_drop_a_refused_row_is_left_out_and_counted(journal: Journal):
    sink = Memory(refuses="1")
    delivery = await delivered(journal, sink, "Drop")
    assert sink.taken == ["0", "2"]
    assert (delivery.pending, delivery.dropped) == (0, 1)


async def test_a_row_too_large_for_a_message_is_refused_with_its_store_its_window_and_a_way_out():
    row = {"store_id": 7, "ids": ["x" * 40] * 7_000, "WindowEnd": "2026-03-05T10:05:00Z", "message_id": "m"}
    sink = QueueOutputSink(NOWHERE, QueueOutput("out", "suspicious-windows", (), {"MessageId": "message_id"}))
    with pytest.raises(RefusedParcelError) as refusal:
        await sink.deliver([Parcel("out", "", 0, pack([row]))])
    text = str(refusal.value)
    assert f"a message at most {MAX_MESSAGE_BYTES}" in text
    assert '{"store_id":7,"ids":"7000 entries","WindowEnd":"2026-03-05T10:05:00Z","message_id":"m"}' in text
    assert "a further key in GROUP BY" in text
