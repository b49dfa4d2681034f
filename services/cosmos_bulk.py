"""Bulk creation: documents of any partition keys in one request, each for itself.

Cosmos DB has it, and its SDKs for .NET, Java and JavaScript use it; the one for Python has transactional batches only,
whose documents share a key. The wire format is that of the SDK for JavaScript (`Items.bulk`): a batch request that is
not atomic, sent to a partition key range, whose operations name their keys. Signature, retries, regions and connection
are the SDK's own: its hook for requests puts the body and three headers in the place of those of a transactional batch.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

import msgspec
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.transport import HttpRequest
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError

from services.concurrency import together
from services.cosmos_ranges import PARTITION_KEY, RANGE_ID, KeyRanges

MAX_OPERATIONS = 100
MAX_BYTES = 2 * 1024 * 1024
"""Of a request (Azure Cosmos DB service quotas), as of a transactional batch."""
CREATED, CONFLICT = 201, 409

_TOO_MANY, _NOT_TAKEN = 429, 0
_REFUSED = (400, 410, 413)
"""Statuses of a whole request that a retry does not change: its documents can be written one key at a time."""
_CONCURRENT_REQUESTS = 4
_THROTTLED_ATTEMPTS = 10
_BRACKETS = 2
_PLACE_HOLDER = [("read", ("-",))]
"""The SDK wants operations to write down; the hook replaces them by those that are meant."""

_log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()


class Creation(msgspec.Struct, frozen=True, kw_only=True):
    """A document to create, and its partition key."""

    key: str
    document: dict[str, Any]


async def create_in_bulk(container: ContainerProxy, ranges: KeyRanges, creations: Sequence[Creation]) -> list[int]:
    """Create documents; the status of each in order: 201, 409 if its id is taken, or what kept it from being written.

    The status 0 means that a document was not taken in bulk: it has half a surrogate pair, it is too large for a
    request, or Cosmos refused the request, as it does if the range was split meanwhile. A document for which Cosmos is
    too busy is retried a few times. Raises what Cosmos raised otherwise for a whole request; then any number of
    documents has been created.
    """
    statuses = [_NOT_TAKEN] * len(creations)
    waiting = _encoded(creations)
    for _ in range(_THROTTLED_ATTEMPTS):
        requests = await _requests(container, ranges, creations, waiting)
        answers = await together((_send(container, request) for request in requests), at_once=_CONCURRENT_REQUESTS)
        throttled: dict[int, bytes] = {}
        for request, results in zip(requests, answers, strict=True):
            if results is None:
                ranges.forget()
                continue
            for (index, operation), result in zip(request.operations.items(), results, strict=True):
                statuses[index] = result.status_code
                if result.status_code == _TOO_MANY:
                    throttled[index] = operation
        if not throttled:
            break
        delays = [result.retry_after_milliseconds for results in answers for result in results or ()]
        await asyncio.sleep(max(delays) / 1_000)
        waiting = throttled
    return statuses


class _Request(msgspec.Struct, frozen=True):
    """The operations of a request by the index of their document."""

    range_id: str
    key: str
    """Of one of them: the SDK asks for it."""
    operations: dict[int, bytes]


class _Result(msgspec.Struct, frozen=True, rename="camel"):
    status_code: int
    retry_after_milliseconds: float = 0.0


def _encoded(creations: Sequence[Creation]) -> dict[int, bytes]:
    operations: dict[int, bytes] = {}
    for index, creation in enumerate(creations):
        key = _encoder.encode([creation.key]).decode()
        operation = {"operationType": "Create", "partitionKey": key, "resourceBody": creation.document}
        try:
            body = _encoder.encode(operation)
        except UnicodeEncodeError:
            continue
        if len(body) + _BRACKETS <= MAX_BYTES:
            operations[index] = body
    return operations


async def _requests(
    container: ContainerProxy, ranges: KeyRanges, creations: Sequence[Creation], waiting: dict[int, bytes]
) -> list[_Request]:
    by_range: defaultdict[str, list[int]] = defaultdict(list)
    for index in waiting:
        by_range[await ranges.id_of(container, creations[index].key)].append(index)
    requests: list[_Request] = []
    for range_id, indexes in by_range.items():
        room = 0
        for index in indexes:
            room -= len(waiting[index]) + 1
            if room < 0 or len(requests[-1].operations) == MAX_OPERATIONS:
                requests.append(_Request(range_id, creations[index].key, {}))
                room = MAX_BYTES - _BRACKETS - len(waiting[index]) - 1
            requests[-1].operations[index] = waiting[index]
    return requests


async def _send(container: ContainerProxy, request: _Request) -> list[_Result] | None:
    """The result of each operation; None if the request is refused, mostly because the range is gone."""
    body = b"[" + b",".join(request.operations.values()) + b"]"

    def as_bulk(sent: PipelineRequest[HttpRequest]) -> None:
        headers = sent.http_request.headers
        headers.pop(PARTITION_KEY, None)
        headers[RANGE_ID] = request.range_id
        headers["x-ms-cosmos-batch-atomic"] = "False"
        headers["x-ms-cosmos-batch-continue-on-error"] = "True"
        sent.http_request.set_bytes_body(body)

    try:
        answer: object = await container.execute_item_batch(_PLACE_HOLDER, request.key, raw_request_hook=as_bulk)
    except CosmosBatchOperationError as problem:
        answer = cast(object, problem.operation_responses)
    except CosmosHttpResponseError as problem:
        if problem.status_code in _REFUSED:
            _log.warning(
                "Cosmos refuses a bulk request, and %d documents go by key: %s",
                len(request.operations),
                problem.message,
            )
            return None
        raise
    return msgspec.convert(answer, list[_Result])
