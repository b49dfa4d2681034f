"""Name the fields in which a stored case differs from the one that its verdicts make."""
# pyright: reportUnknownMemberType=false

from collections.abc import Sequence
from typing import Any

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from activities.reconciliation.run_files import REQUESTS
from activities.reconciliation.second_look import store_key_of
from fraud.verdicts import readable_verdicts
from reconciliation.comparing.differences import MAX_EXAMPLES, Difference
from reconciliation.reading.cases import case_from, differing_fields, fields_of, path_of_verdicts
from services import cosmos, names
from services.blobs import read_blob, warehouse
from services.concurrency import together


async def with_fields(differences: Sequence[Difference]) -> list[Difference]:
    """The same differences of `case_differs`; the first ones, as many as a report shows, name their fields."""
    named = await together(map(_named, differences[:MAX_EXAMPLES]), at_once=REQUESTS)
    return [*named, *differences[MAX_EXAMPLES:]]


async def _named(difference: Difference) -> Difference:
    path = path_of_verdicts(difference.event_id, difference.window_end)
    try:
        data = await read_blob(await warehouse(names.FRAUD_EVENTS), path)
        container = await cosmos.cases()
        stored: dict[str, Any] = await container.read_item(
            difference.event_id, partition_key=store_key_of(difference.store)
        )
    except (ResourceNotFoundError, CosmosResourceNotFoundError):
        return difference  # gone since it was read
    verdicts = readable_verdicts(data)
    if not verdicts:
        return difference
    fields = differing_fields(fields_of(case_from(path, verdicts)), fields_of(stored))
    return msgspec.structs.replace(difference, fields=fields)
