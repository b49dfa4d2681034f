"""Name the fields in which a stored case differs from the one that its verdicts make, the state that was seen, and what
no repair can judge."""
# pyright: reportUnknownMemberType=false

from collections.abc import Callable, Coroutine, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from activities.reconciliation.run_files import REQUESTS
from activities.reconciliation.second_look import arrivals_in_part, store_key_of
from fraud.quarantine_places import FOLDER as PLACES_FOLDER
from fraud.verdicts import each_readable, readable_verdicts, time_path
from fraud.windows import compact_time
from reconciliation.comparing.differences import MAX_EXAMPLES, Difference
from reconciliation.reading.cases import case_from, differing_fields, fields_of, path_of_verdicts
from services import cosmos, names
from services.blobs import read_if_there, warehouse
from services.concurrency import together

READ_IN_PART = "id.read_in_part"
"""The fact that the evidence of those contents has that were read."""
STATE_DIGITS = 32
_BY_ID = "SELECT * FROM c WHERE c.id = @id"
_encoder = msgspec.json.Encoder(order="deterministic")


async def with_fields(differences: Sequence[Difference]) -> list[Difference]:
    """The same differences of `case_differs`; the first ones, as many as a report shows, name their fields."""
    return await _first(differences, _of_case)


async def with_states(differences: Sequence[Difference]) -> list[Difference]:
    """The same differences of `verdict_differs`; the first ones, as many as a report shows, hold a state."""
    return await _first(differences, _of_verdicts)


async def with_readings(differences: Sequence[Difference], reused: Sequence[Difference]) -> list[Difference]:
    """The same differences of `missing_from_fraud`; the first ones, as many as a report shows, name `id.read_in_part`
    if their id, which must be among those that were used again, has more contents than a look-up reads."""
    ids = {difference.event_id for difference in reused}

    async def of_id(difference: Difference) -> Difference:
        if difference.by_place or difference.event_id not in ids:
            return difference
        is_in_part = await arrivals_in_part(store_key_of(difference.store), difference.event_id)
        return msgspec.structs.replace(difference, fields=(READ_IN_PART,)) if is_in_part else difference

    return await _first(differences, of_id)


async def _first(
    differences: Sequence[Difference], look: Callable[[Difference], Coroutine[Any, Any, Difference]]
) -> list[Difference]:
    looked_at = await together(map(look, differences[:MAX_EXAMPLES]), at_once=REQUESTS)
    return [*looked_at, *differences[MAX_EXAMPLES:]]


async def _of_case(difference: Difference) -> Difference:
    path = path_of_verdicts(difference.event_id, difference.window_end)
    data = await read_if_there(await warehouse(names.FRAUD_EVENTS), path)
    if data is None:
        return difference  # gone since it was read, or in the archive tier
    stored = await _stored(difference)
    verdicts = readable_verdicts(data)
    if not verdicts or stored is None:
        return difference
    due, seen = fields_of(case_from(path, verdicts)), fields_of(stored)
    return msgspec.structs.replace(difference, fields=differing_fields(due, seen), state=_state([due, seen]))


async def _stored(difference: Difference) -> dict[str, Any] | None:
    """The case of its name at its store, or at the store that somebody has moved it to."""
    container = await cosmos.cases()
    try:
        return await container.read_item(difference.event_id, partition_key=store_key_of(difference.store))
    except CosmosResourceNotFoundError:
        parameters: list[dict[str, Any]] = [{"name": "@id", "value": difference.event_id}]
        documents = [document async for document in container.query_items(_BY_ID, parameters=parameters)]
        return documents[0] if len(documents) == 1 else None


async def _of_verdicts(difference: Difference) -> Difference:
    container = await warehouse(names.FRAUD_EVENTS)
    verdicts: list[bytes] = []
    for end in sorted({difference.window_end, *difference.seen}):
        folder = f"{time_path(end)}/window-{difference.store or 'none'}-{compact_time(end)}"
        prefix = f"{PLACES_FOLDER}{time_path(end)}/" if difference.by_place else folder
        paths = [blob.name async for blob in container.list_blobs(name_starts_with=prefix)]
        for data in await together((read_if_there(container, path) for path in paths), at_once=REQUESTS):
            of_event = (each for each in each_readable(data or b"") if each.event_id == difference.event_id)
            verdicts += [_encoder.encode(each) for each in of_event]
    return msgspec.structs.replace(difference, state=_state(sorted(verdicts))) if verdicts else difference


def _state(content: object) -> str:
    return sha256(_encoder.encode(content)).hexdigest()[:STATE_DIGITS]
