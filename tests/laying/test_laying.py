"""Contract: a past that is laid is read as if it had arrived, over the real Blob and Cosmos SDKs."""

from datetime import date, timedelta

import pytest

from activities.watching.flagged_windows import read_flagged_windows
from fraud.archive import original_event
from services import cosmos
from services.connections import is_of_this_machine
from services.profiles import profiles_of, read_manifest
from tests.laying.conftest import NOON, START, Past


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="package")
async def test_a_past_is_archived_and_profiled_and_laying_it_again_changes_nothing(past: Past):
    arrived = [(moment, event) for moment, event in past.world.events() if moment <= NOON]
    last_day = {event.id for moment, event in arrived if moment > arrived[-1][0] - timedelta(days=1)}
    second, third = START + timedelta(days=1), START + timedelta(days=2)

    assert past.lay_again() == past.told

    assert (past.told["events"], past.told["days"]) == (len(arrived), 2)
    documents = [document async for document in (await cosmos.events()).query_items("SELECT * FROM c")]
    assert {original_event(document)[0]["id"] for document in documents} == last_day
    assert {document["archive"]["run_id"] for document in documents} == {"laid"}
    profiles = (await profiles_of(date(2026, 3, 3))).profiles
    assert len(profiles.customers) == len({event.cust_id for moment, event in arrived if moment <= third})
    contents = {event for moment, event in arrived if second < moment <= third}
    assert (await read_manifest(date(2026, 3, 3))).events == len(contents)
    assert await read_flagged_windows() == (), "nobody waits for windows of events that no hub has had"


def test_a_past_is_laid_on_this_machine_only():
    assert is_of_this_machine("BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;AccountName=a;AccountKey=k")
    assert is_of_this_machine("AccountEndpoint=http://localhost:8081/;AccountKey=k")
    assert not is_of_this_machine("AccountEndpoint=https://real.documents.azure.com:443/;AccountKey=k")
    assert not is_of_this_machine("BlobEndpoint=http://127.0.0.1/;QueueEndpoint=https://real.queue.core.windows.net")
    assert not is_of_this_machine("AccountName=real;AccountKey=k")
    assert not is_of_this_machine("")
