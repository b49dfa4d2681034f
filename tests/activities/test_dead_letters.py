"""The dead-letter queue, for people."""

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from fraud.desk.queries import Question
from fraud.desk.rows import DeadLetterRow
from services import names
from services.desk.dead_letters import list_dead_letters
from services.settings import settings

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


async def dead_letter(bodies: list[bytes]) -> None:
    async with ServiceBusClient.from_connection_string(settings().service_bus.connection_string or "") as client:
        async with client.get_queue_sender(names.WINDOW_QUEUE) as sender:
            await sender.send_messages([ServiceBusMessage(body) for body in bodies])
        async with client.get_queue_receiver(names.WINDOW_QUEUE, max_wait_time=5) as receiver:
            left = len(bodies)
            while left:
                for message in await receiver.receive_messages(left):
                    await receiver.dead_letter_message(message, reason="tried", error_description="ten times")
                    left -= 1


async def all_of(limit: int) -> list[DeadLetterRow]:
    rows: list[DeadLetterRow] = []
    token = None
    while True:
        page = await list_dead_letters(Question(limit=limit, token=token))
        rows += page.items
        if page.next is None:
            return rows
        token = page.next


async def test_dead_letters_are_paged_and_stay_where_they_are():
    await dead_letter([b"a letter", b"\xff", b"x" * 10_000])

    rows = [row for row in await all_of(2) if row.description == "ten times"]

    assert [row.body[:8] for row in rows] == ["a letter", "\\xff", "xxxxxxxx"]
    assert [(row.reason, row.size, row.is_cut) for row in rows] == [
        ("tried", 8, False),
        ("tried", 1, False),
        ("tried", 10_000, True),
    ]
    assert await all_of(100) == await all_of(1)
