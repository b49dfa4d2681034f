"""The windows that the stream job must report are those of flagged events which it reads as the archiver does."""

import pytest

from activities.watching import flagged_windows
from activities.watching.flagged_windows import note_flagged_windows, read_flagged_windows
from fraud.archive import ArchiveDocument, plan_archive
from fraud.windows import window_of
from services import names
from tests.fraud.builders import ENQUEUED, event_body, received
from tests.support.memory_blobs import MemoryAccount, MemoryContainer


@pytest.fixture(autouse=True)
def container(monkeypatch: pytest.MonkeyPatch) -> MemoryContainer:
    container = MemoryAccount(seed=1).container(names.WORKFLOW_DATA)

    async def workflow_data() -> MemoryContainer:
        return container

    monkeypatch.setattr(flagged_windows, "workflow_data", workflow_data)
    monkeypatch.setattr(flagged_windows, "_noted", {})
    return container


def documents(*bodies: bytes) -> list[ArchiveDocument]:
    plan = plan_archive([received(body, number) for number, body in enumerate(bodies)])
    assert not plan.malformed
    return [document for of_key in plan.documents.values() for document in of_key]


async def test_the_window_of_a_flagged_event_is_noted_and_that_of_a_harmless_one_is_not():
    await note_flagged_windows(documents(event_body("a", discount=1)))
    assert await read_flagged_windows() == ()

    await note_flagged_windows(documents(event_body("a", discount=1), event_body("b")))
    assert await read_flagged_windows() == (window_of(ENQUEUED).end,)


async def test_nobody_waits_for_the_window_of_an_event_that_the_stream_job_drops():
    await note_flagged_windows(documents(event_body("a", n=2**63)))

    assert await read_flagged_windows() == ()
