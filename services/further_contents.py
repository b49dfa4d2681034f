"""The further contents under an id, as many and as large as one look-up may read."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import json
import logging
from collections.abc import AsyncIterable
from typing import Any

import msgspec
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosHttpResponseError

from fraud.archive import ARCHIVE_FIELD
from fraud.suspicion import MIN_DISCOUNT

MAX_BYTES = 1024 * 1024
"""Of the flagged contents under an id, and of all of them, that are read; one is, however large it is. A producer may
send any number of 1 MB: 250 of them took 30 s at each look-up, and made a blob of verdicts of 240 MB."""

FIRST, FURTHER = "c.id = @id", f"c.{ARCHIVE_FIELD}.event_id = @id"
"""Conditions for the first content under an id, and for further ones. One query with OR costs what a scan costs."""
_CONTENTS = "SELECT TOP @most * FROM c WHERE"
FLAGGED = f"c.event_type = 'sale_event' AND c.discount > {MIN_DISCOUNT} AND c.priority_shipping = true"
"""The rule of `fraud/suspicion.py`, for documents: the archive takes no other type in these fields."""

FOR_GOOD = (400, 408, 413)
"""Statuses by which Cosmos refuses a query for what it asks. A busy Cosmos may answer 408, too: it is asked again."""
_ATTEMPTS = 3

_log = logging.getLogger(__name__)


class FurtherContents(msgspec.Struct, frozen=True):
    """Documents of further contents, in the order in which they were archived; `whole` tells that these are all."""

    documents: list[dict[str, Any]]
    whole: bool


async def further_contents(
    archive: ContainerProxy, event_id: str, key: str, most: int, *, in_part: bool
) -> FurtherContents:
    """The further contents of an id, `most` at most, and with `in_part` at most MAX_BYTES of them.

    Where there are more, the flagged ones come first, so a producer cannot hide one behind many or large others. With
    `in_part` an id whose contents can never be read comes without them, so that its neighbours are judged. Raises what
    Cosmos raised otherwise.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await contents_under(archive, event_id, FURTHER, most, MAX_BYTES if in_part else None, key)
        except CosmosHttpResponseError as problem:
            if not in_part or problem.status_code not in FOR_GOOD:
                raise
            _log.warning("the contents under the id %r cannot be read, attempt %d: %s", event_id, attempt, problem)
    return FurtherContents([], whole=False)


async def contents_under(  # noqa: PLR0917 - where, what, how much
    archive: ContainerProxy, event_id: str, condition: str, most: int, max_bytes: int | None, key: str | None = None
) -> FurtherContents:
    """The documents under an id that meet a condition, of one partition key or of all, up to `most` and `max_bytes`.

    At least one is given, however large. Where there are more, the flagged ones come first. Raises what Cosmos raised.
    """
    parameters: list[dict[str, object]] = [{"name": "@id", "value": event_id}, {"name": "@most", "value": most}]
    where: dict[str, Any] = {} if key is None else {"partition_key": key}

    async def ask(query: str) -> FurtherContents:
        return await _within(archive.query_items(query, parameters=parameters, **where), most, max_bytes)

    asked = f"{_CONTENTS} {condition}"
    contents = await ask(asked)
    if contents.whole:
        return contents
    flagged = await ask(f"{asked} AND {FLAGGED}")
    by_id = {document["id"]: document for document in (*flagged.documents, *contents.documents)}
    _log.warning("the contents under the id %r are too many or too large for all to be read", event_id)
    return FurtherContents(_first_of(list(by_id.values()), len(flagged.documents), max_bytes)[:most], whole=False)


async def _within(answers: AsyncIterable[dict[str, Any]], most: int, max_bytes: int | None) -> FurtherContents:
    documents: list[dict[str, Any]] = []
    taken = 0
    async for document in answers:
        taken += _size(document) if max_bytes else 0
        if max_bytes and taken > max_bytes and documents:
            return FurtherContents(documents, whole=False)
        documents.append(document)
    return FurtherContents(documents, whole=len(documents) < most)


def _first_of(documents: list[dict[str, Any]], flagged: int, max_bytes: int | None) -> list[dict[str, Any]]:
    """The flagged documents, which come first, and those after them that fit beside them; one at least."""
    if max_bytes is None:
        return documents
    taken = 0
    for number, document in enumerate(documents):
        taken += _size(document)
        if taken > max_bytes and number >= max(flagged, 1):
            return documents[:number]
    return documents


def _size(document: dict[str, Any]) -> int:
    return len(json.dumps(document))
